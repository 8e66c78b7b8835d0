//! Which worker gets a task: one that can run it, whose operator has no part in it yet, the least loaded, and rather one
//! that has the app and the dataset already.
//!
//! Short tasks are given ahead of free slots, so that a worker never waits for its scheduler: as many as fill
//! [`AHEAD`] ms by measured run time, [`MAX_AHEAD`] at most.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rlc_primitives::{AccountId, DealId};
use sp_core::H256;

use crate::{
	actions::Action,
	model::{DealState, Now, Profile, State, TaskState, WorkerState},
	queue::End,
};
use rlc_protocol::worker::Step;

/// How much work is given ahead of each slot, in ms.
const AHEAD: u64 = 500;

/// The most tasks that are given ahead to a worker.
pub const MAX_AHEAD: u32 = 100;

/// Tasks that take longer, in ms, are not given ahead: another worker may be free before.
const LONG: u64 = 5_000;

/// Workers of one kind that are compared for a task.
const COMPARED: usize = 16;

/// A deal's tasks that are tried before the next deal's are.
const TRIED: usize = 64;

/// The most tasks that are given at once: orders go out in between.
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

	/// How many tasks could begin at once.
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

/// How many tasks beyond its slots a worker with so many is given, if a run takes so long.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nobody {
	/// All that could run it have enough to do.
	Busy,
	/// Those that have room have a part in it.
	Voted,
}

/// The worker for a task.
///
/// # Errors
///
/// [`Nobody`].
pub fn choose(state: &State, deal: &DealState, task: &TaskState) -> Result<AccountId, Nobody> {
	let run_time = run_time(state, deal);
	let (mut best, mut room) = (None, false);
	for (_, workers) in state.ready.by_load.iter().filter(|(profile, _)| profile.serves(deal.kind, deal.deal.tag)) {
		let known = workers.iter().filter_map(|(ratio, account)| Some((ratio, account, state.workers.get(account)?)));
		let with_room = known.take_while(|(_, _, worker)| {
			let slots = worker.resources.slots;
			worker.load < slots.saturating_add(ahead(slots, run_time))
		});
		let candidates = with_room.inspect(|_| room = true).filter(|(_, account, one)| may_try(task, account, one));
		for (ratio, account, worker) in candidates.take(COMPARED) {
			let tried = task.replicates.contains_key(account);
			let missing = deal.content.iter().filter(|content| !worker.cached.contains(content)).count();
			let key = (tried, *ratio >= 1_000, missing, *ratio, account);
			if best.as_ref().is_none_or(|other| key < *other) {
				best = Some(key);
			}
		}
	}
	match best {
		Some((.., account)) => Ok(account.clone()),
		None => Err(if room { Nobody::Voted } else { Nobody::Busy }),
	}
}

/// Gives waiting tasks to workers.
pub fn place(state: &mut State, now: Now) -> Vec<Action> {
	let mut placed = Vec::new();
	while placed.len() < MAX_PLACED && !state.ready.by_load.is_empty() {
		let Some(deal) = state.queue.next() else { break };
		match place_one_of(state, &deal, now) {
			Some(action) => placed.push(action),
			None => state.queue.park(&deal),
		}
	}
	state.queue.resume();
	placed
}

/// Gives one of the deal's tasks to a worker; `None` if none can have one now.
fn place_one_of(state: &mut State, deal: &DealId, now: Now) -> Option<Action> {
	for _ in 0..state.queue.len_of(deal).min(TRIED) {
		let id = state.queue.pop(deal)?;
		let (Some(agreed), Some(task)) = (state.deals.get(deal), state.tasks.get(&id)) else { continue };
		match choose(state, agreed, task) {
			Ok(worker) => {
				state.queue.serve(deal);
				state.give(&id, &worker, now);
				return Some(Action::Compute { task: id, worker });
			}
			Err(Nobody::Busy) => {
				state.wait(&id, End::Front, now);
				return None;
			}
			Err(Nobody::Voted) => state.wait(&id, End::Back, now),
		}
	}
	None
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
	state.workers.iter().any(|(account, worker)| {
		among(worker) && worker.profile().serves(deal.kind, deal.deal.tag) && may_try(task, account, worker)
	})
}

#[cfg(test)]
mod tests;
