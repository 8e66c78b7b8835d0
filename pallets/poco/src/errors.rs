//! A task's refusals, as the pallet's own.

use rlc_primitives::{money::MoneyError, task::TaskError};

use crate::Error;

/// One to one.
impl<T> From<TaskError> for Error<T> {
	fn from(error: TaskError) -> Self {
		match error {
			TaskError::NotActive => Self::NotActive,
			TaskError::NotRevealing => Self::NotRevealing,
			TaskError::AlreadyClosed => Self::AlreadyClosed,
			TaskError::ContributionTooLate => Self::ContributionTooLate,
			TaskError::RevealTooLate => Self::RevealTooLate,
			TaskError::FinalTooLate => Self::FinalTooLate,
			TaskError::ClaimTooEarly => Self::ClaimTooEarly,
			TaskError::ReopenTooEarly => Self::ReopenTooEarly,
			TaskError::AlreadyContributed => Self::AlreadyContributed,
			TaskError::TooManyContributors => Self::TooManyContributors,
			TaskError::EnclaveRequired => Self::EnclaveRequired,
			TaskError::ConsensusOverflow => Self::ConsensusOverflow,
			TaskError::NotContributor => Self::NotContributor,
			TaskError::NotOpen => Self::NotOpen,
			TaskError::NotWinner => Self::NotWinner,
			TaskError::WrongDigest => Self::WrongDigest,
			TaskError::WrongSeal => Self::WrongSeal,
			TaskError::RevealsMissing => Self::RevealsMissing,
			TaskError::AlreadyRevealed => Self::AlreadyRevealed,
			TaskError::TrustTooHigh => Self::TrustTooHigh,
			TaskError::AlreadyHasContributions => Self::AlreadyHasContributions,
			TaskError::CallbackDataMissing => Self::CallbackDataMissing,
			TaskError::UnexpectedCallbackData => Self::UnexpectedCallbackData,
			TaskError::WrongCallbackData => Self::WrongCallbackData,
		}
	}
}

/// Prices were summed and ratios checked when the deal was made.
impl<T> From<MoneyError> for Error<T> {
	fn from(_: MoneyError) -> Self {
		Self::BadAmounts
	}
}
