//! A worker's part in a task.

use rlc_primitives::{work::FailureCause, AccountId, Moment};
use rlc_protocol::worker::{Cause, Step};

/// A worker's part in a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replicate {
	/// As whom the worker votes: only once on a task.
	pub voter: AccountId,
	/// The last step.
	pub step: Step,
	/// When that was, in ms.
	pub since: Moment,
	/// Why it failed, if it did.
	pub cause: Option<Cause>,
	/// Size of the result, in bytes, once it is known.
	pub output: u64,
	/// When the worker's delegation expires, in ms of PoCo time; [`Moment::MAX`] if no delegation of it is known.
	pub expiry: Moment,
}

impl Replicate {
	/// Returns a part that began at `now`, in ms. No delegation of it is known.
	pub fn new(voter: AccountId, now: Moment) -> Self {
		Self { voter, step: Step::Created, since: now, cause: None, output: 0, expiry: Moment::MAX }
	}

	/// Returns whether the worker's delegation has expired at `now`, in ms of PoCo time.
	pub fn has_expired(&self, now: Moment) -> bool {
		self.expiry <= now
	}

	/// Returns whether the worker may still contribute.
	pub fn is_pending(&self) -> bool {
		self.step < Step::Contributed
	}

	/// Returns whether it takes slots of the worker.
	pub fn is_computing(&self) -> bool {
		self.step < Step::Computed
	}

	/// Returns whether it was written off: the worker was lost or stopped. It may try again.
	pub fn is_written_off(&self) -> bool {
		matches!(self.step, Step::Lost | Step::Aborted)
	}

	/// Returns whether the worker failed for reasons of its own, such as a full disk: that says nothing about the task, which
	/// others may compute, and later this one, too.
	pub fn is_own_trouble(&self) -> bool {
		let cause = self.cause.as_ref().and_then(|said| said.cause);
		self.step == Step::Failed && cause.is_none_or(|cause| is_workers_own(cause.0))
	}
}

/// Returns whether a failure for this cause is the worker's alone.
fn is_workers_own(cause: FailureCause) -> bool {
	use FailureCause::*;
	match cause {
		SecretUnavailable | EnclaveFailed | ResultNotStored => true,
		AppUnavailable | DatasetUnavailable | InputUnavailable { .. } | InvalidParams => false,
		TimedOut | ResourcesExceeded => false,
		// An app that fails is contributed. One that only says so does not get the task again.
		AppFailed { .. } | InvalidResult => false,
	}
}
