//! When a task is hopeless: the workers that tried agree that it is the task's own fault.
//!
//! Then the requester is refunded at once, instead of after the final deadline. The failures are put on chain first, by the
//! workers that failed. A dishonest operator has one voice among [`ENOUGH`].
//!
//! If what is missing lies outside the task, and as many workers report it on chain as the deal's trust needs new ones,
//! the task is released, and nobody loses anything. What an app does wrong by itself is not reported, but contributed: it
//! comes here only if it differs from machine to machine, as a run that a clock ended.

use std::collections::{BTreeMap, BTreeSet};

use codec::Encode;
use rlc_primitives::{work::FailureCause, AccountId, Rules};
use rlc_protocol::worker::Step;

use crate::model::TaskState;

/// How many operators' workers have to fail for the same cause, at least.
pub const ENOUGH: usize = 3;

/// Returns how many workers have to report a cause from outside before a task of this trust can be released. So many
/// reports are free.
pub fn reports_for(trust: u64) -> u32 {
	Rules::LIVE.new_workers(trust)
}

/// How long to wait, in ms, for a worker that has not tried, if fewer failed and none is left.
pub const PATIENCE: u64 = 60_000;

/// Workers that failed for one cause that is the task's own fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
	/// The cause, for people.
	pub reason: String,
	/// The same, if it comes from outside the task: then nobody is to blame.
	pub outside: Option<FailureCause>,
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
	let mut causes = BTreeMap::<Vec<u8>, (BTreeSet<&AccountId>, Vec<AccountId>, &str, FailureCause)>::new();
	for (worker, part) in task.replicates.iter().filter(|(_, part)| part.step == Step::Failed) {
		let Some(said) = &part.cause else { continue };
		let Some(cause) = said.cause.map(|cause| cause.0).filter(|cause| is_tasks_own(*cause)) else { continue };
		let (operators, workers, ..) =
			causes.entry(cause.encode()).or_insert_with(|| (BTreeSet::new(), Vec::new(), said.words.as_str(), cause));
		operators.insert(&part.operator);
		workers.push(worker.clone());
	}
	let (operators, witnesses, words, cause) = causes.into_values().max_by_key(|(operators, ..)| operators.len())?;
	let reason = format!("{} workers failed: {words}", witnesses.len());
	let outside = Some(cause).filter(FailureCause::is_from_outside);
	Some(Verdict { reason, outside, witnesses, operators: operators.len() })
}
