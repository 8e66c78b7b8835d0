//! When a task is hopeless: the workers that tried agree that it is the task's own fault.
//!
//! Then the requester is refunded at once, instead of after the final deadline. What is missing lies outside the task, or
//! machines ended its runs: as many workers report that on chain as the deal's trust needs new ones, the task is released,
//! and nobody loses anything. What else an app does wrong is contributed, so a word about it ends nothing.
//!
//! A person with many keys is many workers, if the pool admits anyone, and has nothing at stake until they contribute. All
//! that nobody vouches for have one voice together. But whoever vouches for a worker may be wrong about it. So words alone
//! never make the scheduler abandon a task, which costs the pool a stake:
//!
//! - What cannot be reported on chain does not count: the word of a worker that is away, or that stayed silent when it was
//!   asked. Others try then, as long as they can contribute.
//! - A dishonest operator has one voice among [`ENOUGH`]. Each time that witnesses stayed silent, it takes
//!   [twice as many](enough), so that they cannot make the scheduler delegate in vain for long.
//! - Words do not count while somebody has contributed and others can try. If a clock ended a run, either the app never ends
//!   or the machine is slow; if a run took too much memory or disk, either the app is greedy or the machine small. And what
//!   one worker found, others may find too.
//!
//! A task that used up the category's time on a worker waits behind tasks that no worker has tried, so that an app that
//! never ends cannot keep other tasks from their first run. When contributions are about to [end](notice), or no other
//! worker is left, as many reports as the chain demands are enough.

use std::collections::{BTreeMap, BTreeSet};

use codec::Encode;
use rlc_primitives::{work::FailureCause, AccountId, Moment, Rules};
use rlc_protocol::worker::Step;

use crate::model::TaskState;

/// How many voters' workers have to fail for the same cause, at least.
pub const ENOUGH: usize = 3;

/// Returns how many voters' workers have to fail for the same cause to end a task early, after its witnesses stayed silent
/// this many times when they were asked to report it on chain.
pub fn enough(silences: u32) -> usize {
	ENOUGH.saturating_mul(1usize.checked_shl(silences).unwrap_or(usize::MAX))
}

/// Returns how many workers have to report a cause from outside before a task of this trust can be released. That many
/// reports are free.
pub fn reports_for(trust: u64) -> u32 {
	Rules::LIVE.new_workers(trust)
}

/// How many times the calls that release a task are tried before it is abandoned.
pub const TRIES: u32 = 3;

/// The most time, in ms, that is left for delegating a task on chain before its contributions end: after that, a worker
/// without a delegation cannot report.
const NOTICE: Moment = 60_000;

/// Returns how long before the contribution deadline of a deal with this reference time, both in ms, tasks are given up that
/// can be released.
pub fn notice(reference_time: Moment) -> Moment {
	(reference_time / 2).min(NOTICE)
}

/// How long to wait, in ms, for a worker that has not tried, if fewer failed and none is left.
pub const PATIENCE: u64 = 60_000;

/// Workers that failed for one cause for which the task can be released.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
	/// The cause, for people.
	pub reason: String,
	/// What they report on chain.
	pub cause: FailureCause,
	/// The workers.
	pub witnesses: Vec<AccountId>,
	/// As how many voters they vote.
	pub voters: usize,
}

/// Returns whether other workers would fail too, so that the task is released. What lies in the app is contributed: a worker
/// that only says so has nothing to show for it.
fn is_tasks_own(cause: FailureCause) -> bool {
	use FailureCause::*;
	match cause {
		AppUnavailable | DatasetUnavailable | InputUnavailable { .. } | InvalidParams => true,
		TimedOut | ResourcesExceeded => true,
		AppFailed { .. } | InvalidResult => false,
		SecretUnavailable | EnclaveFailed | ResultNotStored => false,
	}
}

impl Verdict {
	/// Returns whether there are enough workers to release a task of this trust.
	pub fn can_release(&self, trust: u64) -> bool {
		self.witnesses.len() >= reports_for(trust) as usize
	}
}

/// Returns whether a contribution shows that other workers may finish what some could not.
pub fn is_doubtful(task: &TaskState) -> bool {
	!task.chain().contributions.is_empty()
}

/// Returns whether a worker has given the task all of the category's time without finishing it.
pub fn has_timed_out(task: &TaskState) -> bool {
	let said = task.replicates.values().filter(|part| part.step == Step::Failed).filter_map(|part| part.cause.as_ref());
	said.filter_map(|said| said.cause).any(|cause| cause.0 == FailureCause::TimedOut)
}

/// Returns the cause for which most voters' workers failed, of those that reported it on chain or still can: they are
/// reachable.
pub fn verdict(task: &TaskState, is_reachable: impl Fn(&AccountId) -> bool) -> Option<Verdict> {
	let mut causes = BTreeMap::<Vec<u8>, (BTreeSet<&AccountId>, Vec<AccountId>, &str, FailureCause)>::new();
	for (worker, part) in task.replicates.iter().filter(|(_, part)| part.step == Step::Failed) {
		let Some(said) = &part.cause else { continue };
		let can_say = || said.cause.map(|cause| cause.0).filter(|_| is_reachable(worker));
		let cause = task.reports.get(worker).copied().or_else(can_say);
		let Some(cause) = cause.filter(|cause| is_tasks_own(*cause)) else { continue };
		let (voters, workers, ..) =
			causes.entry(cause.encode()).or_insert_with(|| (BTreeSet::new(), Vec::new(), said.words.as_str(), cause));
		voters.insert(&part.voter);
		workers.push(worker.clone());
	}
	let (voters, witnesses, words, cause) = causes.into_values().max_by_key(|(voters, ..)| voters.len())?;
	let reason = format!("{} workers failed: {words}", witnesses.len());
	Some(Verdict { reason, cause, witnesses, voters: voters.len() })
}
