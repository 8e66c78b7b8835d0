//! All that the scheduler knows, with its indexes.
//!
//! The fields are private: each of the files below keeps some of them true.

mod agenda;
mod chain;
mod endings;
mod records;
mod results;
mod steps;
mod tasks;
mod workers;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use rlc_primitives::{AccountId, DealId, Moment, TaskId};
use sp_core::H256;

use super::{
	Changes, DealState, Lack, Machines, Queue, Ready, Room, RunTimes, Standings, Strays, TaskState, Voice, WorkerState,
};

pub use chain::BLOCK_MARGIN;

/// What the scheduler knows.
#[derive(Debug, Default)]
pub struct State {
	/// Deals that are not over.
	deals: HashMap<DealId, DealState>,
	/// Tasks that this instance looks after.
	tasks: HashMap<TaskId, TaskState>,
	/// Workers that are here, or have something in hand.
	workers: HashMap<AccountId, WorkerState>,
	/// Tasks that wait.
	queue: Queue,
	/// Workers that take tasks.
	ready: Ready,
	run_times: RunTimes,
	/// Machines that workers had lately.
	machines: Machines,
	/// How tasks ended lately.
	standings: Standings,
	/// Room for results in the store.
	room: Room,
	changes: Changes,
	/// The number of the last block that was seen.
	best: u32,
	/// The number of the last final block.
	finalized: u32,
	/// The largest result, in bytes.
	max_result: u64,
	/// How long results are kept after their deal closed, in ms.
	retention: Moment,
	/// What workers that are here have in hand of tasks that are not in memory.
	strays: Strays,
	/// Tasks that blocks changed which may still be undone, with the blocks' numbers.
	touched: VecDeque<(u32, TaskId)>,
	/// Closed tasks whose end is not final yet, by the block that closed them.
	unfinal: BTreeSet<(u32, TaskId)>,
	/// Workers that other instances have, and as whom they vote.
	elsewhere: BTreeMap<AccountId, Voice>,
	/// Deals with a task that waits though workers which could run it take tasks.
	lacks: BTreeMap<DealId, Lack>,
	/// When tasks are to be looked at.
	alarms: BTreeSet<(Moment, TaskId)>,
	/// Tasks to look at, in the order of their deals and indexes.
	dirty: BTreeSet<(DealId, u64, TaskId)>,
	/// The database's secret: on which tasks a proven stranger has a vote of its own, nobody else can tell.
	secret: H256,
}

impl State {
	/// Returns the state of a pool that knows nothing yet, with results of at most this many bytes, which are kept for this
	/// long, in ms, after their deal closed.
	pub fn new(max_result: u64, retention: Moment) -> Self {
		Self { max_result, retention, room: Room::new(max_result), ..Self::default() }
	}

	/// Returns a deal that is not over.
	pub fn deal(&self, id: &DealId) -> Option<&DealState> {
		self.deals.get(id)
	}

	/// Returns all deals that are not over.
	pub fn deals(&self) -> &HashMap<DealId, DealState> {
		&self.deals
	}

	/// Returns a task that this instance looks after.
	pub fn task(&self, id: &TaskId) -> Option<&TaskState> {
		self.tasks.get(id)
	}

	/// Returns all tasks that this instance looks after.
	pub fn tasks(&self) -> &HashMap<TaskId, TaskState> {
		&self.tasks
	}

	/// Returns a worker that is here, or has something in hand.
	pub fn worker(&self, account: &AccountId) -> Option<&WorkerState> {
		self.workers.get(account)
	}

	/// Returns all workers that are here, or have something in hand.
	pub fn workers(&self) -> &HashMap<AccountId, WorkerState> {
		&self.workers
	}

	/// Returns the workers that other instances have, and as whom they vote.
	pub fn elsewhere(&self) -> &BTreeMap<AccountId, Voice> {
		&self.elsewhere
	}

	/// Returns the deals with a task that waits though workers which could run it take tasks, and what these lack.
	pub fn lacks(&self) -> &BTreeMap<DealId, Lack> {
		&self.lacks
	}

	/// Records what the workers lack that could run a deal's task.
	pub fn note_lack(&mut self, deal: DealId, lack: Lack) {
		self.lacks.insert(deal, lack);
	}

	/// Records that no deal is known to wait for that: tasks are assigned anew.
	pub fn forget_lacks(&mut self) {
		self.lacks.clear();
	}

	/// Returns the tasks that wait for workers.
	pub fn queue(&self) -> &Queue {
		&self.queue
	}

	/// Returns the workers that take tasks.
	pub fn ready(&self) -> &Ready {
		&self.ready
	}

	/// Returns how long a run of each app takes, in ms, of those of which one was seen.
	pub fn run_times(&self) -> &HashMap<H256, u64> {
		self.run_times.all()
	}

	/// Returns how long a run of the deal's app takes, in ms; `None` if none was seen. The app's runs in other categories
	/// may be longer than this deal allows.
	pub fn run_time_in(&self, deal: &DealState) -> Option<u64> {
		let mean = self.run_times.of(deal.content.first()?)?;
		Some(mean.min(deal.deal.reference_time))
	}

	/// Returns the machines that workers had lately.
	pub fn machines(&self) -> &Machines {
		&self.machines
	}

	/// Returns how tasks ended lately.
	pub fn standings(&self) -> &Standings {
		&self.standings
	}

	/// Returns the number of the last block that was seen.
	pub fn best(&self) -> u32 {
		self.best
	}

	/// Returns the number of the last final block.
	pub fn finalized(&self) -> u32 {
		self.finalized
	}

	/// Returns the largest result that the pool accepts, in bytes.
	pub fn max_result(&self) -> u64 {
		self.max_result
	}

	/// Returns how long results are kept after their deal closed, in ms.
	pub fn retention(&self) -> Moment {
		self.retention
	}

	/// Returns the room for results in the store.
	pub fn room(&self) -> &Room {
		&self.room
	}

	/// Returns the room for results in the store, to record what is known of it.
	pub fn room_mut(&mut self) -> &mut Room {
		&mut self.room
	}

	/// Returns whether a task can be assigned to its first worker: it has room for its result, or can set it aside.
	pub fn has_room(&self, deal: &DealState, task: &TaskState) -> bool {
		task.room > 0 || self.room.has(&deal.deal.requester, self.room.of_task(deal))
	}

	/// Returns how many tasks have a result that is in no store.
	pub fn count_homeless(&self) -> usize {
		self.tasks.values().filter(|task| task.is_homeless()).count()
	}

	/// Counts the tasks whose result was in no store at the last count either, and has them written down: the chain may prune
	/// them before anyone uploads it.
	pub fn note_homeless(&mut self) -> usize {
		let mut count = 0;
		for (id, task) in self.tasks.iter_mut().filter(|(_, task)| task.is_homeless()) {
			match task.homeless {
				0 => task.homeless = 1,
				1 => {
					task.homeless = 2;
					self.changes.tasks.insert(*id);
					count += 1;
				}
				_ => count += 1,
			}
		}
		count
	}

	/// Returns the connected workers that have a task in hand that is not in memory.
	pub fn holders(&self, id: &TaskId) -> Vec<AccountId> {
		self.strays.holders(id)
	}

	/// Returns what workers that are here have in hand of tasks that are not in memory.
	#[cfg(test)]
	pub fn strays(&self) -> &Strays {
		&self.strays
	}

	/// Returns what changed since this was last called.
	pub fn take_changes(&mut self) -> Changes {
		std::mem::take(&mut self.changes)
	}
}
