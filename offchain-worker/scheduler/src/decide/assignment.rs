//! Which worker gets a task: one that can run it, whose operator has no part in it yet, the least loaded, and rather one
//! that has the app and the dataset already.
//!
//! What is counted are slots: a task takes as many of a worker's as [`rlc_protocol::Needs::slots`] says. One that takes
//! several would wait for ever for so many to be free at once, if each that is left went to a smaller task. So the worker
//! that it waits for gets nothing from the deals whose turn comes later, until it has room. That is one worker for each
//! deal that waits so; all others go on with smaller tasks.
//!
//! Short tasks are given ahead of free slots, so that a worker never waits for its scheduler: as many as fill
//! [`AHEAD`] ms by measured run time, [`MAX_AHEAD`] at most.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rlc_primitives::{AccountId, DealId};
use sp_core::H256;

use crate::{
	decide::action::Action,
	model::queue::End,
	model::{DealState, Now, Profile, State, TaskState, WorkerState},
};
use rlc_protocol::worker::Step;

/// How much work is given ahead of each slot, in ms.
const AHEAD: u64 = 500;

/// The most slots' tasks that are given ahead to a worker.
pub const MAX_AHEAD: u32 = 100;

/// Tasks that take longer, in ms, are not given ahead: another worker may be free before.
const LONG: u64 = 5_000;

/// Workers of one kind that are compared for a task.
const COMPARED: usize = 16;

/// A deal's tasks that are tried before the next deal's are.
const TRIED: usize = 64;

/// The most tasks that are given at once: instructions go out in between.
const MAX_PLACED: usize = 2_000;

/// The most apps whose run times are remembered: then all are learned anew.
const MAX_APPS: usize = 10_000;

/// Workers that take tasks, by what they can run and how loaded they are.
#[derive(Debug, Default)]
pub struct Ready {
	by_load: BTreeMap<Profile, BTreeSet<(u32, AccountId)>>,
	known: HashMap<AccountId, (Profile, u32)>,
	free: u32,
	free_of: HashMap<AccountId, u32>,
}

impl Ready {
	/// A worker may have changed.
	pub fn update(&mut self, account: &AccountId, worker: Option<&WorkerState>) {
		if let Some((profile, ratio)) = self.known.remove(account) {
			if let Some(workers) = self.by_load.get_mut(&profile) {
				workers.remove(&(ratio, account.clone()));
				if workers.is_empty() {
					self.by_load.remove(&profile);
				}
			}
			self.free -= self.free_of.remove(account).unwrap_or_default();
		}
		let Some(worker) = worker.filter(|worker| worker.is_willing()) else { return };
		let key = (worker.profile(), worker.load_ratio());
		self.by_load.entry(key.0).or_default().insert((key.1, account.clone()));
		self.known.insert(account.clone(), key);
		self.free_of.insert(account.clone(), worker.free_slots());
		self.free += worker.free_slots();
	}

	/// How many slots could be filled at once.
	pub fn free_slots(&self) -> u32 {
		self.free
	}
}

/// How long runs of each app take, in ms: a moving average.
#[derive(Debug, Default)]
pub struct RunTimes(HashMap<H256, u64>);

impl RunTimes {
	/// A run of this app took so long.
	pub fn add(&mut self, app: H256, time: u64) {
		if self.0.len() >= MAX_APPS && !self.0.contains_key(&app) {
			self.0.clear();
		}
		let mean = self.0.entry(app).or_insert(time);
		*mean = mean.saturating_mul(7).saturating_add(time) / 8;
	}

	/// How long a run of this app takes; `None` if none was seen.
	pub fn of(&self, app: &H256) -> Option<u64> {
		self.0.get(app).copied()
	}
}

/// How long a run of the deal's app takes, in ms; `None` if none was seen. The app's runs in other categories may be
/// longer than this deal allows.
pub fn run_time(state: &State, deal: &DealState) -> Option<u64> {
	let mean = state.run_times.of(deal.content.first()?)?;
	Some(mean.min(deal.deal.reference_time))
}

/// How many slots beyond those that it has a worker is given tasks for, if a run takes so long.
pub fn ahead(slots: u32, run_time: Option<u64>) -> u32 {
	match run_time {
		Some(time) if time < LONG => {
			let each = AHEAD.div_ceil(time.max(1)).min(MAX_AHEAD.into()) as u32;
			slots.saturating_mul(each).min(MAX_AHEAD)
		}
		_ => 0,
	}
}

/// Whether the worker may have a part in the task: one operator has one vote, and a worker contributes once. A worker
/// that lost a task, or was stopped, may try again, as no other worker of its operator may.
pub fn may_try(task: &TaskState, account: &AccountId, worker: &WorkerState) -> bool {
	task.chain.contribution(account).is_none()
		&& task.replicates.iter().all(|(other, part)| {
			part.operator != worker.operator || (other == account && matches!(part.step, Step::Lost | Step::Aborted))
		})
}

/// Why no worker was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Nobody {
	/// None that takes tasks could run it.
	Absent,
	/// All that could run it have too much to do. If it takes several slots: which one it waits for.
	Busy(Option<AccountId>),
	/// Those that have room have a part in it. If it takes several slots: which of the others it waits for.
	Voted(Option<AccountId>),
}

/// What makes a worker a better choice than another: that it did not try before, that it begins at once, how little it has
/// to fetch, how little it has to do.
type Rank<'a> = (bool, bool, usize, u32, &'a AccountId);

/// The worker for a task, and how many of its slots that takes. It is none of those that are `kept` for other deals.
///
/// # Errors
///
/// [`Nobody`].
pub fn choose(
	state: &State,
	deal: &DealState,
	task: &TaskState,
	kept: &BTreeSet<AccountId>,
) -> Result<(AccountId, u32), Nobody> {
	let run_time = run_time(state, deal);
	let mut best: Option<(Rank, u32)> = None;
	let mut awaited: Option<(u32, &AccountId)> = None;
	let (mut exists, mut room) = (false, false);
	for (_, workers) in state.ready.by_load.iter().filter(|(profile, _)| profile.serves(deal.kind, deal.deal.tag)) {
		let mut compared = 0;
		for (ratio, account) in workers {
			let Some(worker) = state.workers.get(account) else { continue };
			// Who is too small is passed over; a task that needs no more than a slot fits everybody.
			let Some(slots) = deal.needs.slots(&worker.resources) else { continue };
			exists = true;
			let all = worker.resources.slots;
			let limit = all.saturating_add(ahead(all, run_time));
			if worker.load >= limit && (slots == 1 || awaited.is_some()) {
				// Those that follow have no less to do: they have no room either, nor have it sooner.
				break;
			}
			if kept.contains(account) {
				continue;
			}
			let after = worker.load.saturating_add(slots);
			room |= after <= limit;
			if !may_try(task, account, worker) {
				continue;
			}
			if after > limit {
				if awaited.is_none_or(|other| (*ratio, account) < other) {
					awaited = Some((*ratio, account));
				}
				continue;
			}
			let tried = task.replicates.contains_key(account);
			let missing = deal.content.iter().filter(|content| !worker.cached.contains(content)).count();
			let key = (tried, after > all, missing, *ratio, account);
			if best.is_none_or(|(other, _)| key < other) {
				best = Some((key, slots));
			}
			compared += 1;
			if compared == COMPARED {
				break;
			}
		}
	}
	if let Some(((_, _, _, _, account), slots)) = best {
		return Ok((account.clone(), slots));
	}
	let awaited = awaited.map(|(_, account)| account.clone());
	Err(match (room, exists) {
		(true, _) => Nobody::Voted(awaited),
		(false, true) => Nobody::Busy(awaited),
		(false, false) => Nobody::Absent,
	})
}

/// Gives waiting tasks to workers.
pub fn place(state: &mut State, now: Now) -> Vec<Action> {
	let (mut placed, mut kept) = (Vec::new(), BTreeSet::new());
	while placed.len() < MAX_PLACED && !state.ready.by_load.is_empty() {
		let Some(deal) = state.queue.next() else { break };
		match place_one_of(state, &deal, &kept, now) {
			Ok(action) => placed.push(action),
			Err(awaited) => {
				kept.extend(awaited);
				state.queue.park(&deal);
			}
		}
	}
	state.queue.resume();
	placed
}

/// Gives one of the deal's tasks to a worker.
///
/// # Errors
///
/// If none can have one now: the worker that they wait for, if they take several slots.
fn place_one_of(
	state: &mut State,
	deal: &DealId,
	kept: &BTreeSet<AccountId>,
	now: Now,
) -> Result<Action, Option<AccountId>> {
	let mut awaited = None;
	for _ in 0..state.queue.len_of(deal).min(TRIED) {
		let Some(id) = state.queue.first(deal) else { break };
		let (Some(agreed), Some(task)) = (state.deals.get(deal), state.tasks.get(&id)) else {
			state.queue.pop(deal);
			continue;
		};
		match choose(state, agreed, task, kept) {
			Ok((worker, slots)) => {
				state.queue.pop(deal);
				state.queue.serve(deal, slots);
				state.give(&id, &worker, now);
				return Ok(Action::Compute { task: id, worker });
			}
			// It stays in line: its deal, if this is its only task, would else lose its turn each time it waits.
			Err(Nobody::Busy(one)) => return Err(awaited.or(one)),
			Err(Nobody::Absent) => {
				state.queue.pop(deal);
				state.wait(&id, End::Front, now);
				return Err(awaited);
			}
			Err(Nobody::Voted(one)) => {
				if one.is_some() {
					// As above.
					state.queue.rotate(deal);
				} else {
					state.queue.pop(deal);
					state.wait(&id, End::Back, now);
				}
				awaited = awaited.or(one);
			}
		}
	}
	Err(awaited)
}

/// Whether a worker of this kind and size could have the deal's tasks, were it free.
fn could_run(deal: &DealState, worker: &WorkerState) -> bool {
	worker.profile().serves(deal.kind, deal.deal.tag) && deal.needs.slots(&worker.resources).is_some()
}

/// Whether a connected worker that never tried, or is allowed to try again, can run the task, were it free.
pub fn is_anyone_left(state: &State, deal: &DealState, task: &TaskState) -> bool {
	is_anyone_among(state, deal, task, WorkerState::is_reachable)
}

/// The same of some workers.
pub fn is_anyone_among(
	state: &State,
	deal: &DealState,
	task: &TaskState,
	among: impl Fn(&WorkerState) -> bool,
) -> bool {
	state
		.workers
		.iter()
		.any(|(account, worker)| among(worker) && could_run(deal, worker) && may_try(task, account, worker))
}

#[cfg(test)]
mod tests;
