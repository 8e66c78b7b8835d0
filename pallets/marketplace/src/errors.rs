//! Why calls are refused: the pallet's own reasons, and among them those of [`Refusal`], taken from its list.

use rlc_primitives::{
	ethereum::EthereumSignatureError,
	money::MoneyError,
	OrderKind::{self, App, Dataset, Request, Workerpool},
	SignatureError,
};

use crate::{
	refusals::{refusals, Refusal},
	Error,
};

macro_rules! define {
	(
		category { $($(#[$($category_doc:tt)*])* $category:ident,)* }
		orders { $($(#[$($order_doc:tt)*])* $order:ident,)* }
		amounts { $($(#[$($amount_doc:tt)*])* $amount:ident,)* }
		unattended { $($(#[$($unattended_doc:tt)*])* $unattended:ident,)* }
		enclaves { $($(#[$($enclaves_doc:tt)*])* $enclaves:ident,)* }
		records { $($(#[$($records_doc:tt)*])* $records:ident,)* }
		networks { $($(#[$($networks_doc:tt)*])* $networks:ident,)* }
	) => {
		#[frame_support::pallet_macros::pallet_section]
		mod errors {
			/// Why a call is refused.
			#[pallet::error]
			pub enum Error<T> {
				/// The reference time is shorter than a second or longer than a year. Choose one in between.
				InvalidReferenceTime,
				/// All numbers of categories are taken.
				TooManyCategories,
				$($(#[$($category_doc)*])* $category,)*
				/// Nothing is known of this order, or it is no longer kept. Look for its hash in the book.
				NotFound,
				/// The order belongs to another account. Only today's owner of the asset, or the requester, can do this.
				NotOwner,
				/// Its owner has published this order already. Nothing has to be done.
				AlreadyPublished,
				/// Its owner has presigned this order already. Nothing has to be done.
				AlreadyPresigned,
				/// The order with this hash is of another kind. Check which hash stands for which side.
				WrongKind,
				/// The order can still be matched. Wait until it has expired.
				StillValid,
				/// The request names a payer other than the caller. Only that account can match it.
				PayerMustCall,
				/// The request names another payer. Only that account can sponsor it.
				PaidByAnother,
				$($(#[$($order_doc)*])* $order,)*
				/// Today's owner of the app did not authorize the app order. Bring its signature.
				AppOrderNotAuthorized,
				/// Today's owner of the dataset did not authorize the dataset order. Bring its signature.
				DatasetOrderNotAuthorized,
				/// Today's owner of the workerpool did not authorize the workerpool order. Bring its signature.
				WorkerpoolOrderNotAuthorized,
				/// The requester did not authorize the request. Bring its signature.
				RequestNotAuthorized,
				/// The order has no EIP-712 form: it names an account that no Ethereum key owns, the address zero, a payer, an
				/// expiry or a least record. Sign natively.
				NotExpressible,
				/// An Ethereum signature has neither 65 nor 64 bytes. Send it as the wallet made it.
				SignatureWrongLength,
				/// The last byte of an Ethereum signature is neither 27 nor 28, nor 0 or 1. Send it as the wallet made it.
				SignatureInvalidV,
				/// The `s` of an Ethereum signature is in the upper half. Sign with a low `s`.
				SignatureHighS,
				/// No key made this Ethereum signature. Sign again.
				SignatureUnrecoverable,
				$($(#[$($amount_doc)*])* $amount,)*
				/// There is no such deal, or it was pruned.
				DealNotFound,
				/// All tasks of the deal are closed already.
				NoOpenTask,
				/// Tasks of the deal are open, or its retention time is not over. Wait until both have ended.
				NotPrunable,
				$($(#[$($unattended_doc)*])* $unattended,)*
				/// The order's scheduler can stake for a task of it. Nobody can remove it but its publisher.
				StillFunded,
				/// The record's app is registered, or its workerpool belongs to the same owner as before. It stays
				/// until that changes.
				RecordInUse,
				$($(#[$($enclaves_doc)*])* $enclaves,)*
				$($(#[$($records_doc)*])* $records,)*
				$($(#[$($networks_doc)*])* $networks,)*
			}
		}

		/// One to one.
		impl<T> From<Refusal> for Error<T> {
			fn from(refusal: Refusal) -> Self {
				match refusal {
					$(Refusal::$category => Self::$category,)*
					$(Refusal::$order => Self::$order,)*
					$(Refusal::$amount => Self::$amount,)*
					$(Refusal::$unattended => Self::$unattended,)*
					$(Refusal::$enclaves => Self::$enclaves,)*
					$(Refusal::$records => Self::$records,)*
					$(Refusal::$networks => Self::$networks,)*
				}
			}
		}
	};
}

refusals!(define);

impl<T> From<MoneyError> for Error<T> {
	fn from(error: MoneyError) -> Self {
		Refusal::from(error).into()
	}
}

/// Returns the error for an asset that is not registered, by its order's kind. A request's "asset" is its requester,
/// which always exists.
pub(crate) fn not_registered<T>(kind: OrderKind) -> Error<T> {
	match kind {
		App => Error::AppNotRegistered,
		Dataset => Error::DatasetNotRegistered,
		Workerpool => Error::WorkerpoolNotRegistered,
		Request => Error::NotFound,
	}
}

/// Returns the error for an order of this kind that today's owner did not authorize.
pub(crate) fn not_authorized<T>(kind: OrderKind) -> Error<T> {
	match kind {
		App => Error::AppOrderNotAuthorized,
		Dataset => Error::DatasetOrderNotAuthorized,
		Workerpool => Error::WorkerpoolOrderNotAuthorized,
		Request => Error::RequestNotAuthorized,
	}
}

/// Returns the error for a signature that does not authorize an order of this kind.
pub(crate) fn bad_signature<T>(kind: OrderKind, error: SignatureError) -> Error<T> {
	match error {
		SignatureError::WrongSigner => not_authorized(kind),
		SignatureError::NotExpressible(_) => Error::NotExpressible,
		SignatureError::Malformed(malformed) => match malformed {
			EthereumSignatureError::WrongLength => Error::SignatureWrongLength,
			EthereumSignatureError::InvalidV => Error::SignatureInvalidV,
			EthereumSignatureError::HighS => Error::SignatureHighS,
			EthereumSignatureError::Unrecoverable => Error::SignatureUnrecoverable,
		},
	}
}
