//! When a task is hopeless: the workers that tried agree that it is the task's own fault.
//!
//! Then the requester is refunded at once, instead of after the final deadline. The failures are put on chain first, by the
//! workers that failed. A dishonest operator has one voice among [`ENOUGH`].

use std::collections::{BTreeMap, BTreeSet};

use codec::Encode;
use rlc_primitives::{work::FailureCause, AccountId};
use rlc_protocol::worker::Step;

use crate::model::TaskState;

/// How many operators' workers have to fail for the same cause.
pub const ENOUGH: usize = 3;

/// How long to wait, in ms, for a worker that has not tried, if fewer failed and none is left.
pub const PATIENCE: u64 = 60_000;

/// Workers that failed for one cause that is the task's own fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
	/// The cause, for people.
	pub reason: String,
	/// The workers.
	pub witnesses: Vec<AccountId>,
	/// How many operators they belong to.
	pub operators: usize,
}

/// Returns whether other workers would fail too.
fn is_tasks_own(cause: FailureCause) -> bool {
	use FailureCause::*;
	match cause {
		AppUnavailable
		| DatasetUnavailable
		| InputUnavailable { .. }
		| InvalidParams
		| AppFailed { .. }
		| TimedOut
		| ResourcesExceeded
		| InvalidResult => true,
		SecretUnavailable | EnclaveFailed | ResultNotStored => false,
	}
}

/// Returns the cause for which most operators' workers failed.
pub fn verdict(task: &TaskState) -> Option<Verdict> {
	let mut causes = BTreeMap::<Vec<u8>, (BTreeSet<&AccountId>, Vec<AccountId>, &str)>::new();
	for (worker, part) in task.replicates.iter().filter(|(_, part)| part.step == Step::Failed) {
		let Some(said) = &part.cause else { continue };
		let Some(cause) = said.cause.map(|cause| cause.0).filter(|cause| is_tasks_own(*cause)) else { continue };
		let (operators, workers, _) =
			causes.entry(cause.encode()).or_insert_with(|| (BTreeSet::new(), Vec::new(), said.words.as_str()));
		operators.insert(&part.operator);
		workers.push(worker.clone());
	}
	let (operators, witnesses, words) = causes.into_values().max_by_key(|(operators, ..)| operators.len())?;
	let reason = format!("{} workers failed: {words}", witnesses.len());
	Some(Verdict { reason, witnesses, operators: operators.len() })
}
