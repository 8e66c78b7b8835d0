//! The pallet's error for each refusal of the rules and of signatures.

use rlc_primitives::{
	ethereum::EthereumSignatureError,
	money::MoneyError,
	OrderKind::{self, App, Dataset, Request, Workerpool},
	SignatureError,
};

use crate::{matching::Refusal, Error};

impl<T> From<Refusal> for Error<T> {
	fn from(refusal: Refusal) -> Self {
		match refusal {
			Refusal::OrderExpired => Self::OrderExpired,
			Refusal::CategoryMismatch => Self::CategoryMismatch,
			Refusal::UnknownCategory => Self::UnknownCategory,
			Refusal::TrustTooLow => Self::TrustTooLow,
			Refusal::AppTooExpensive => Self::AppTooExpensive,
			Refusal::DatasetTooExpensive => Self::DatasetTooExpensive,
			Refusal::WorkerpoolTooExpensive => Self::WorkerpoolTooExpensive,
			Refusal::AppMismatch => Self::AppMismatch,
			Refusal::DatasetMismatch => Self::DatasetMismatch,
			Refusal::TagNotCovered => Self::TagNotCovered,
			Refusal::AppNotTee => Self::AppNotTee,
			Refusal::NetworkNotGranted => Self::NetworkNotGranted,
			Refusal::Excluded(by, side) => excluded(by, side),
			Refusal::NotRegistered(kind) => not_registered(kind),
			Refusal::NothingLeft(kind) => nothing_left(kind),
			Refusal::Overflow => Self::Overflow,
		}
	}
}

impl<T> From<MoneyError> for Error<T> {
	fn from(_: MoneyError) -> Self {
		Self::Overflow
	}
}

/// The order of the kind `by` does not admit the side `side`.
fn excluded<T>(by: OrderKind, side: OrderKind) -> Error<T> {
	match (by, side) {
		(Request, _) => Error::RequestExcludesWorkerpool,
		(App, Dataset) => Error::AppExcludesDataset,
		(App, Workerpool) => Error::AppExcludesWorkerpool,
		(App, _) => Error::AppExcludesRequester,
		(Dataset, App) => Error::DatasetExcludesApp,
		(Dataset, Workerpool) => Error::DatasetExcludesWorkerpool,
		(Dataset, _) => Error::DatasetExcludesRequester,
		(Workerpool, App) => Error::WorkerpoolExcludesApp,
		(Workerpool, Dataset) => Error::WorkerpoolExcludesDataset,
		(Workerpool, _) => Error::WorkerpoolExcludesRequester,
	}
}

/// The asset of an order of this kind is not registered. A request's "asset" is its requester, who always exists.
pub(crate) fn not_registered<T>(kind: OrderKind) -> Error<T> {
	match kind {
		App => Error::AppNotRegistered,
		Dataset => Error::DatasetNotRegistered,
		Workerpool => Error::WorkerpoolNotRegistered,
		Request => Error::NotFound,
	}
}

/// Nothing is left of an order of this kind.
pub(crate) fn nothing_left<T>(kind: OrderKind) -> Error<T> {
	match kind {
		App => Error::AppOrderConsumed,
		Dataset => Error::DatasetOrderConsumed,
		Workerpool => Error::WorkerpoolOrderConsumed,
		Request => Error::RequestConsumed,
	}
}

/// Today's owner did not authorize an order of this kind.
pub(crate) fn not_authorized<T>(kind: OrderKind) -> Error<T> {
	match kind {
		App => Error::AppOrderNotAuthorized,
		Dataset => Error::DatasetOrderNotAuthorized,
		Workerpool => Error::WorkerpoolOrderNotAuthorized,
		Request => Error::RequestNotAuthorized,
	}
}

/// The signature under an order of this kind does not authorize it.
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
