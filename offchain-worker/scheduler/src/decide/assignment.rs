//! Which worker gets a task: one that can run it, is trusted with it, has the stake, and as whom nobody votes on it yet; with
//! the least load, and preferably one that already has the app and the dataset.
//!
//! Load is counted in slots: a task takes as many of a worker's as [`rlc_protocol::Needs::slots`] says. One that takes
//! several would wait forever for that many to be free at once, if each free slot went to a smaller task. So the worker
//! that it waits for gets nothing from the deals whose turn comes later, until it has room. That is one worker for each
//! such deal; all others go on with smaller tasks.
//!
//! Strangers have as many slots as they have earned, whatever they declare ([`crate::model::Record`]). Until they are proven,
//! they get nothing ahead, and it does not matter what they say that they have cached.
//!
//! Short tasks are assigned ahead of free slots, so that a worker never waits for its scheduler: as many as fill
//! [`AHEAD`] ms by measured run time, [`MAX_AHEAD`] at most.
//!
//! A delegation is good for [`DELEGATED_FOR`] reference times and a little more: a worker may have another task to finish
//! before it begins with this one. Then it is void, so a worker cannot keep a task for itself, or wait with its
//! contribution for those of others: three workers can have a task one after the other before the contribution deadline.

mod search;

use rlc_primitives::{AccountId, Deal, Moment};

pub use search::choose;

use crate::model::{DealState, Lack, Now, Replicate, State, TaskState, WorkerState};

/// How much work is assigned ahead to each slot, in ms.
const AHEAD: u64 = 500;

/// The most slots' tasks that are assigned ahead to a worker.
const MAX_AHEAD: u32 = 100;

/// Tasks that take longer, in ms, are not assigned ahead: another worker may be free before.
const LONG: u64 = 5_000;

/// How many reference times a delegation is good for: one run before this one, and this one.
const DELEGATED_FOR: u64 = 2;

/// How much longer it is good, in ms, so that a worker can fetch, pack and wait for a block.
const ALLOWANCE: Moment = 60_000;

/// The first and the longest pause, in ms, before a worker gets a task again that it failed for reasons of its own.
const PAUSE: Moment = 30_000;
const LONGEST_PAUSE: Moment = 1_800_000;

/// How often a worker failed a task for reasons of its own if nobody waits for it any more, where others say that the task
/// is hopeless. It gets the task again nevertheless.
const ENOUGH_TROUBLE: u32 = 4;

/// Returns for how many slots beyond those that it has a worker is assigned tasks, if a run takes so long.
fn ahead(slots: u32, run_time: Option<u64>) -> u32 {
	match run_time {
		Some(time) if time < LONG => {
			let each = AHEAD.div_ceil(time.max(1)).min(MAX_AHEAD.into()) as u32;
			slots.saturating_mul(each).min(MAX_AHEAD)
		}
		_ => 0,
	}
}

/// Returns when a delegation expires that is made now, in ms of PoCo time.
pub fn expiry(deal: &Deal, now: Now) -> Moment {
	let time = deal.reference_time.saturating_mul(DELEGATED_FOR).saturating_add(ALLOWANCE);
	now.chain.saturating_add(time).min(deal.contribution_deadline())
}

/// Returns whether the worker may have a part in the task now: each voter contributes to a task once, and so does a worker.
/// One that lost a task, was stopped, or failed for reasons of its own may try again; others that vote as the same may once its
/// delegation has expired.
pub fn may_try(task: &TaskState, account: &AccountId, worker: &WorkerState, now: Now) -> bool {
	let is_rested = |part: &Replicate| part.since.saturating_add(pause(task.troubles_of(account))) <= now.local;
	may_have_part(task, account, worker, now, is_rested)
}

/// Returns whether the worker may have a part in the task now or later.
fn may_try_later(task: &TaskState, account: &AccountId, worker: &WorkerState, now: Now) -> bool {
	may_have_part(task, account, worker, now, |_| task.troubles_of(account) < ENOUGH_TROUBLE)
}

fn may_have_part(
	task: &TaskState,
	account: &AccountId,
	worker: &WorkerState,
	now: Now,
	is_over: impl Fn(&Replicate) -> bool,
) -> bool {
	let is_free = |other: &AccountId, part: &Replicate| {
		// One that stayed silent when it was asked why it failed is delegated on chain.
		let is_own_trouble = part.is_own_trouble() && !task.was_asked(other);
		if other == account {
			return part.is_written_off() || (is_own_trouble && is_over(part));
		}
		// Until then it could contribute after all, and its voter would twice.
		(part.is_written_off() || is_own_trouble) && part.has_expired(now.chain)
	};
	let voter = worker.voter_on(|| task.chain().id());
	!task.has_contribution(account)
		&& task.replicates.iter().all(|(other, part)| {
			let is_same = other == account || part.voter == *voter;
			!is_same || is_free(other, part)
		})
}

/// Returns how long, in ms, a worker gets a task not again that it failed so often for reasons of its own.
fn pause(troubles: u32) -> Moment {
	PAUSE.saturating_mul(1 << troubles.saturating_sub(1).min(16)).min(LONGEST_PAUSE)
}

/// A worker that was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
	/// The worker.
	pub worker: AccountId,
	/// How many of its slots the task takes.
	pub slots: u32,
}

/// Why no worker was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoWorker {
	/// None that takes tasks could run it.
	Absent,
	/// All that could run it have too much to do. If it takes several slots: the worker it waits for.
	Busy(Option<AccountId>),
	/// Those that have room have a part in it. If it takes several slots: the one of the others it waits for.
	Taken(Option<AccountId>),
	/// All that could run it lack something beside room.
	Lacking(Lack),
}

/// Returns how many of a deal's files the worker would have to fetch, as far as it is believed.
fn missing(deal: &DealState, worker: &WorkerState) -> usize {
	let is_believed = worker.is_believed();
	deal.content.iter().filter(|content| !is_believed || !worker.cached.contains(content)).count()
}

/// Returns whether a worker's account has the stake for another task of the deal. Where one worker decides alone, that is for a
/// failure of the app.
fn can_stake(deal: &DealState, worker: &WorkerState) -> bool {
	worker.free_funds() >= deal.deal.worker_stake
}

/// Returns the workers that take tasks, but whose accounts lack the stake for another one of some deal.
pub fn without_stake(state: &State) -> impl Iterator<Item = &AccountId> {
	let most = state.deals().values().map(|deal| deal.deal.worker_stake).max().unwrap_or(0);
	let lacks_it = move |worker: &WorkerState| worker.is_willing() && worker.free_funds() < most;
	state.workers().iter().filter(move |(_, worker)| lacks_it(worker)).map(|(account, _)| account)
}

/// Returns whether a worker of this kind and size could have the deal's tasks, were it free, and had the stake.
fn could_run(deal: &DealState, worker: &WorkerState) -> bool {
	let profile = worker.profile();
	profile.serves(deal.kind, deal.deal.tag)
		&& profile.is_trusted_at(deal.deal.trust)
		&& deal.needs.slots(&worker.resources).is_some()
}

/// Returns whether a worker `among` those that are known has not tried the task, or may try again, and could run it,
/// were it free.
pub fn has_candidate(
	state: &State,
	deal: &DealState,
	task: &TaskState,
	now: Now,
	among: impl Fn(&WorkerState) -> bool,
) -> bool {
	state
		.workers()
		.iter()
		.any(|(account, worker)| among(worker) && could_run(deal, worker) && may_try_later(task, account, worker, now))
}

#[cfg(test)]
mod tests;
