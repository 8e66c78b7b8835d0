//! Which code the errors of other crates have.

use std::sync::Arc;

use rlc_json::InvalidAccount;
use rlc_keystore::KeystoreError;

use super::{failure, refusal_code, Code, Failure};
use crate::amount::InvalidAmount;

/// Declares which code the errors of a type have.
macro_rules! codes {
	($($error:ty => $code:ident;)*) => { $(
		impl From<$error> for Failure {
			fn from(error: $error) -> Self {
				Self::of(Code::$code, &error)
			}
		}
	)* };
}
codes! {
	InvalidAmount => AmountInvalid;
	serde_json::Error => Internal;
}

impl From<InvalidAccount> for Failure {
	fn from(error: InvalidAccount) -> Self {
		let code = match &error {
			InvalidAccount::Form(_) => Code::AccountInvalid,
			InvalidAccount::Checksum(_) => Code::AccountChecksum,
		};
		Self::of(code, &error)
	}
}

impl From<rlc_store::UploadError> for Failure {
	fn from(error: rlc_store::UploadError) -> Self {
		let code = match &error {
			rlc_store::UploadError::Later { .. } => Code::StoreFull,
			_ => Code::StoreUpload,
		};
		Self::of(code, &error)
	}
}

impl From<KeystoreError> for Failure {
	fn from(error: KeystoreError) -> Self {
		let code = match &error {
			KeystoreError::NoHome => Code::HomeMissing,
			KeystoreError::InvalidName(_) => Code::AccountName,
			KeystoreError::Unknown(_) => Code::AccountUnknown,
			KeystoreError::Exists(_) => Code::AccountExists,
			KeystoreError::WrongPassword(_) => Code::PasswordWrong,
			KeystoreError::Corrupt(_) => Code::KeyDamaged,
			KeystoreError::InvalidSecret { .. } => Code::SecretInvalid,
			KeystoreError::Sealed(_) => Code::PasswordMissing,
			KeystoreError::Exposed(_) | KeystoreError::Disk(..) => Code::FileUnusable,
		};
		Self::of(code, &error)
	}
}

impl From<rlc_chain::Error> for Failure {
	fn from(error: rlc_chain::Error) -> Self {
		use rlc_chain::Error;
		let code = match &error {
			Error::BadAddress(_) => Code::NodeUrl,
			Error::Unreachable { .. } => Code::NodeUnreachable,
			Error::Rpc { .. } => Code::NodeRefused,
			Error::BadAnswer { .. } => Code::NodeAnswer,
			Error::Mismatch { .. } => Code::NodeMismatch,
			Error::BadCall(_) => Code::CallInvalid,
			Error::Discarded { .. } => Code::NodeDiscarded,
			Error::BadKey(_) => Code::SecretInvalid,
			Error::Invalid(_) => Code::TransactionInvalid,
			Error::Paused => Code::ChainPaused,
			Error::Dropped { .. } => Code::TransactionDropped,
			Error::TimedOut { .. } => Code::TransactionLate,
			Error::Refused(refused) if is_filtered(refused) => return filtered(),
			Error::Refused(refused) => {
				let code = refusal_code(&refused.pallet, &refused.error);
				return Self::of(Code::Internal, &error).coded(code);
			}
		};
		Self::of(code, &error)
	}
}

/// Returns whether the chain's filter refused a call. The Polkadot SDK does not say why, nor what to do.
pub(crate) fn is_filtered(refused: &rlc_chain::Failure) -> bool {
	refused.is("System", "CallFiltered")
}

fn filtered() -> Failure {
	failure!(CallFiltered, "refused: the chain lets nobody make this call now, or not this proxy";
		"`rlc explain call.filtered` says why it can be, and what to do")
}

impl From<rlc_store::FetchError> for Failure {
	fn from(error: rlc_store::FetchError) -> Self {
		use rlc_store::FetchErrorKind;
		let code = match error.kind {
			FetchErrorKind::NotFound => Code::ContentMissing,
			FetchErrorKind::Unreachable | FetchErrorKind::TimedOut => Code::ContentUnreachable,
			FetchErrorKind::TooLarge => Code::ContentTooLarge,
			FetchErrorKind::WrongChecksum => Code::ContentWrong,
			FetchErrorKind::NotAllowed => Code::ContentLocation,
			FetchErrorKind::Stopped => Code::Stopped,
			FetchErrorKind::Disk => Code::FileUnusable,
		};
		Self::of(code, &error)
	}
}

impl From<rlc_protocol::Unservable> for Failure {
	fn from(unservable: rlc_protocol::Unservable) -> Self {
		use rlc_protocol::{Unrepeatable, Unservable};
		let code = match &unservable {
			Unservable::Invalid(_) => Code::ParamsInvalid,
			Unservable::Unsupported(_) => Code::ParamsUnsupported,
			Unservable::Unrepeatable(Unrepeatable::Input { .. } | Unrepeatable::List { .. }) => Code::InputUnpinned,
			Unservable::Unrepeatable(Unrepeatable::Network) => Code::OffersNetwork,
		};
		Self::of(code, &unservable)
	}
}

impl From<rlc_scheduler::Error> for Failure {
	fn from(error: rlc_scheduler::Error) -> Self {
		match error {
			rlc_scheduler::Error::Chain(error) => error.into(),
			error @ rlc_scheduler::Error::UnknownPool(_) => Self::of(Code::AssetUnknown, &error),
			error @ (rlc_scheduler::Error::BadUrl { .. }
			| rlc_scheduler::Error::LongDescription
			| rlc_scheduler::Error::Unreachable(_)) => Self::of(Code::SchedulerUrl, &error),
			error => Self::of(Code::SchedulerFailed, &error),
		}
	}
}

impl From<rlc_worker::Error> for Failure {
	fn from(error: rlc_worker::Error) -> Self {
		match error {
			rlc_worker::Error::Chain(error) => error.into(),
			error => Self::of(Code::WorkerFailed, &error),
		}
	}
}

impl From<Arc<rlc_worker::Error>> for Failure {
	fn from(error: Arc<rlc_worker::Error>) -> Self {
		Self::of(Code::WorkerFailed, &error)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn scheduler_s_url_that_cannot_work_has_a_code_of_its_own() {
		let refused = rlc_scheduler::check_url("--public-url", "http://0.0.0.0:9955").unwrap_err();
		assert_eq!(Failure::from(refused).code(), "scheduler.url");
	}

	#[test]
	fn chain_refusal_has_code_of_pallet_and_error() {
		let refused = rlc_chain::Failure {
			pallet: "Poco".into(),
			error: "NotDelegated".into(),
			docs: "The worker has no delegation.".into(),
		};
		let failure = Failure::from(rlc_chain::Error::Refused(refused));
		assert_eq!(failure.code(), "chain.refused.poco.not-delegated");
		assert!(failure.to_string().contains("Poco.NotDelegated"), "{failure}");
	}

	#[test]
	fn call_that_the_filter_refuses_has_words_and_a_remedy() {
		let docs = "The origin filter prevent the call to be dispatched.".into();
		let refused = rlc_chain::Failure { pallet: "System".into(), error: "CallFiltered".into(), docs };
		let failure = Failure::from(rlc_chain::Error::Refused(refused));
		assert_eq!(failure.code(), "call.filtered");
		assert!(!failure.to_string().contains("origin filter"), "{failure}");
	}
}
