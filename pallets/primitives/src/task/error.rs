//! Why a task does not change: the one list of refusals, which the pallet's errors are made of too.
//!
//! Errors of a pallet stand side by side, not nested: tools that follow metadata show the outer name only. So the list is
//! a macro, and those who need it as an enum pass one that writes it.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Passes the variants of [`TaskError`], each with its docs, to the macro of this name.
///
/// Their order is part of the encoding of the pallet's errors: append, and never reorder.
#[macro_export]
macro_rules! task_errors {
	($callback:ident) => {
		$callback! {
			/// The task is not active: it has a consensus, or is closed. Contribute to active tasks only.
			NotActive,
			/// The task has no consensus, or is closed. Wait for `ConsensusReached`.
			NotRevealing,
			/// The task is closed already.
			AlreadyClosed,
			/// The contribution deadline has passed.
			ContributionTooLate,
			/// The reveal deadline has passed.
			RevealTooLate,
			/// The final deadline has passed, and the time in which a revealed task can still be finalized: the task
			/// can only be claimed.
			FinalTooLate,
			/// The task may still get its result: the final deadline has not passed, or somebody revealed and it can be
			/// finalized for some time yet.
			ClaimTooEarly,
			/// The reveal deadline has not passed: winners may still reveal.
			ReopenTooEarly,
			/// This worker contributed to this task before, even if it was rejected since.
			AlreadyContributed,
			/// The task has as many contributions as it can have.
			TooManyContributors,
			/// The task demands a trusted execution environment. Name the enclave.
			EnclaveRequired,
			/// A weight, group or total exceeds 256 bits.
			ConsensusOverflow,
			/// This worker did not contribute to this task.
			NotContributor,
			/// This worker's contribution is not open: it revealed before, or was rejected.
			NotOpen,
			/// This worker contributed another result than the one that has consensus.
			NotWinner,
			/// The digest is not the one whose hash was contributed.
			WrongDigest,
			/// The worker's seal is not over this digest: the commitment was copied from another worker.
			WrongSeal,
			/// Winners have yet to reveal. Wait for all of them, or for the reveal deadline and one at least.
			RevealsMissing,
			/// A winner has revealed: finalize instead.
			AlreadyRevealed,
			/// The deal's trust is above 1: one worker is not enough.
			TrustTooHigh,
			/// Someone contributed to this task before.
			AlreadyHasContributions,
			/// The deal has a callback. Supply its data.
			CallbackDataMissing,
			/// The deal has no callback. Supply no data.
			UnexpectedCallbackData,
			/// The keccak-256 of the data is not the result's digest.
			WrongCallbackData,
		}
	};
}

macro_rules! define {
	($($(#[$($doc:tt)*])* $name:ident,)*) => {
		/// Why a task does not change. Nothing has changed when one of these is returned.
		#[derive(
			Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo
		)]
		pub enum TaskError {
			$($(#[$($doc)*])* $name,)*
		}
	};
}

task_errors!(define);
