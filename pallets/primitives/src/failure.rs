//! Why a task has no result: as one worker says, as the winners of a consensus agree, or as a scheduler releases it.
//!
//! | where the failure lies | example | what workers do | how the task ends |
//! |---|---|---|---|
//! | in the app | exit code 1 | commit to an [`AgreedFailure`], reveal it | as that failure |
//! | outside the task | a dataset that nobody can fetch | report it | [released](TaskFailure::Released) by the scheduler |
//! | in the app, or in the machine | a clock ended the run, or the machine had no more memory | report it | released by the scheduler |
//! | in the worker | its enclave does not start | report it | others compute it |
//!
//! A failure of the app is as much an outcome as a result is, so workers agree on it in the same way: what they commit to
//! is the hash of a digest. If a clock ended the run, there is nothing to agree on, since no two clocks end it at the same
//! instruction; nor is there if a machine had no more memory or disk to give, since another may have more. That is reported
//! instead. Nobody can pass a failure off as a result: data of callbacks are keccak preimages of the app's choice, and files
//! have SHA-256 digests, while a failure's digest is a BLAKE2 hash.

// SCALE's derives number variants that hold something with casts.
#![cfg_attr(not(feature = "std"), allow(clippy::cast_possible_truncation))]

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::{ConstU32, H256};
use sp_io::hashing::{blake2_256, sha2_256};
use sp_runtime::BoundedVec;

use crate::{task::MAX_CONTRIBUTORS, AccountId, Moment, ResultDigest, TaskId};

/// Why a worker could not compute a task, as it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum FailureCause {
	/// The app could not be fetched, or is not what its checksum says.
	AppUnavailable,
	/// The dataset could not be fetched, or is not what its checksum says.
	DatasetUnavailable,
	/// An input file of the request could not be fetched, or is not what its location says.
	InputUnavailable {
		/// Its number in the request's list, from 0.
		file: u32,
	},
	/// The request's params cannot be understood, or ask for something that no worker of the pool does or has.
	InvalidParams,
	/// A secret that the task needs was not provided to the worker's enclave.
	SecretUnavailable,
	/// The enclave did not start, or could not prove what it is.
	EnclaveFailed,
	/// The app ended by itself without success.
	AppFailed {
		/// Its exit code.
		code: i32,
	},
	/// The app did not end in the category's time.
	TimedOut,
	/// The app took more memory or storage than a worker gives.
	ResourcesExceeded,
	/// The app ended well and left no result where one is expected, or a result too large to deliver.
	InvalidResult,
	/// The result could not be stored where the request wants it.
	ResultNotStored,
}

impl FailureCause {
	/// Returns whether the failure counts as from outside the task: an input is missing, which neither the worker nor the app
	/// can help, or a machine's clock or limits ended the run. A scheduler can release a task for such a cause, and for no
	/// other: failures of the app are agreed on, and failures of a worker leave the task to other workers.
	///
	/// An app that never ends, or wants ever more memory, is at fault itself, but no two machines stop it at the same
	/// instruction, so there is nothing to agree on. An app that used up its fuel, or what its request says that it needs, is
	/// agreed on, and not reported.
	pub fn is_from_outside(&self) -> bool {
		match self {
			Self::AppUnavailable
			| Self::DatasetUnavailable
			| Self::InputUnavailable { .. }
			| Self::InvalidParams
			| Self::SecretUnavailable
			| Self::TimedOut
			| Self::ResourcesExceeded => true,
			Self::EnclaveFailed | Self::AppFailed { .. } | Self::InvalidResult | Self::ResultNotStored => false,
		}
	}
}

/// A worker's word that it could not compute a task.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct FailureReport {
	/// Who says so.
	pub worker: AccountId,
	/// Why.
	pub cause: FailureCause,
	/// When it said so, in ms.
	pub at: Moment,
}

/// What workers reported of one task.
pub type FailureList = BoundedVec<FailureReport, ConstU32<MAX_CONTRIBUTORS>>;

/// How an app failed. Workers agree on it, so it must be the same on each machine. The byte is part of a digest's preimage:
/// never change one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum AppFault {
	/// It ended by itself without success.
	#[codec(index = 0)]
	AppFailed,
	/// It ended well and left no result where one is expected, or a result too large to deliver.
	#[codec(index = 1)]
	InvalidResult,
	/// It took more memory or storage than it may.
	#[codec(index = 2)]
	ResourcesExceeded,
	/// It used up its fuel. In the Wasm tier only: other clocks differ from machine to machine.
	#[codec(index = 3)]
	TimedOut,
}

/// Starts the preimage of each failure's digest, so that nothing else has one.
const DOMAIN: &str = "rlc/failure/v1";

/// A failure of the app that workers commit to, and reveal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct AgreedFailure {
	/// How the app failed.
	pub cause: AppFault,
	/// The app's exit code in the Wasm tier; 0 if it has none, and in containers.
	pub code: u32,
	/// What only a worker that ran the app can know: [`trace`](Self::trace) in the Wasm tier; 0 in containers, whose runs
	/// differ in what they write.
	pub trace: H256,
}

impl AgreedFailure {
	/// Returns the digest that stands for this failure of a task:
	/// `blake2_256(SCALE("rlc/failure/v1", task, cause: u8, code: u32, trace: H256))`.
	pub fn digest(&self, task: &TaskId) -> ResultDigest {
		ResultDigest(blake2_256(&(DOMAIN, task, self.cause, self.code, self.trace).encode()).into())
	}

	/// Returns the trace of a run in the Wasm tier: `SHA-256(fuel: u64 LE ‖ SHA-256(stdout) ‖ SHA-256(stderr))`, from
	/// the fuel that it consumed and the hashes of what it wrote.
	pub fn trace(fuel: u64, stdout: H256, stderr: H256) -> H256 {
		let [stdout, stderr] = [stdout.as_bytes(), stderr.as_bytes()];
		sha2_256(&[fuel.to_le_bytes().as_slice(), stdout, stderr].concat()).into()
	}
}

/// Why a task has no result, where that is nobody's fault who worked on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum TaskFailure {
	/// The app failed, and the workers agree on how.
	#[codec(index = 0)]
	Agreed {
		/// How the app failed.
		cause: AppFault,
		/// Its exit code.
		code: u32,
	},
	/// Its scheduler released it, because something outside the task is missing, or because machines ended its runs.
	#[codec(index = 1)]
	Released {
		/// What workers reported.
		cause: FailureCause,
	},
}

#[cfg(test)]
mod tests {
	use super::*;

	fn h256(hex: &str) -> H256 {
		hex.parse().unwrap()
	}

	fn wasm() -> AgreedFailure {
		let trace = AgreedFailure::trace(1_000, sha2_256(b"out").into(), sha2_256(b"err").into());
		AgreedFailure { cause: AppFault::AppFailed, code: 3, trace }
	}

	/// Computed by Python's `hashlib`.
	#[test]
	fn digests_are_those_of_an_independent_implementation() {
		let task = TaskId(H256::repeat_byte(7));
		assert_eq!(wasm().trace, h256("48c189e302af793b4f70a722c2090e8ece4ecb30d0643c274c4c2f563d7b21ce"));
		let digest = |failure: AgreedFailure| failure.digest(&task).0;
		assert_eq!(digest(wasm()), h256("45d2df5ee425ab0496b49e0fb06e18d15dfec21d96903e49186a943e340798c8"));
		let container = AgreedFailure { cause: AppFault::ResourcesExceeded, code: 0, trace: H256::zero() };
		assert_eq!(digest(container), h256("3e4bbef4cca3caa8d353e62b6474c7ea7b2abb7e221e6008e265418d9242f08d"));
	}

	#[test]
	fn each_part_of_a_failure_changes_its_digest() {
		let task = TaskId(H256::repeat_byte(7));
		let one = wasm();
		let others = [
			AgreedFailure { cause: AppFault::InvalidResult, ..one },
			AgreedFailure { code: 4, ..one },
			AgreedFailure { trace: H256::zero(), ..one },
		];
		assert!(others.iter().all(|other| other.digest(&task) != one.digest(&task)));
		assert_ne!(one.digest(&TaskId(H256::repeat_byte(8))), one.digest(&task), "of another task");
	}

	#[test]
	fn failures_of_an_app_or_a_worker_are_not_from_outside() {
		use FailureCause::*;
		let unavailable = [AppUnavailable, DatasetUnavailable, InputUnavailable { file: 1 }, SecretUnavailable];
		assert!(unavailable.iter().all(FailureCause::is_from_outside));
		assert!([InvalidParams, TimedOut, ResourcesExceeded].iter().all(FailureCause::is_from_outside));
		let inside = [EnclaveFailed, AppFailed { code: 1 }, InvalidResult, ResultNotStored];
		assert!(!inside.iter().any(FailureCause::is_from_outside));
	}
}
