//! What people are told.

use std::collections::{BTreeSet, HashMap};

use rlc_primitives::TaskId;
use rlc_protocol::{
	requester::{PoolInfo, TaskInfo},
	Account,
};
use tokio::sync::mpsc;

use super::{Pool, Question};

/// The most messages that wait for somebody who watches a task.
const MAX_WAITING: usize = 64;

/// The most that watch one task.
const MAX_WATCHERS: usize = 256;

/// Who watches tasks that are in memory.
#[derive(Default)]
pub(super) struct Watchers(HashMap<TaskId, Vec<mpsc::Sender<TaskInfo>>>);

impl Watchers {
	/// One more. One too many is told nothing.
	fn add(&mut self, id: TaskId) -> mpsc::Receiver<TaskInfo> {
		let (sender, receiver) = mpsc::channel(MAX_WAITING);
		let watchers = self.0.entry(id).or_default();
		watchers.retain(|watcher| !watcher.is_closed());
		if watchers.len() < MAX_WATCHERS {
			watchers.push(sender);
		}
		receiver
	}

	/// Tells those who watch a task. Who is too slow is cut off, and may ask again.
	fn tell(&mut self, id: &TaskId, info: &TaskInfo) {
		if let Some(watchers) = self.0.get_mut(id) {
			watchers.retain(|watcher| watcher.try_send(info.clone()).is_ok());
			if watchers.is_empty() {
				self.0.remove(id);
			}
		}
	}

	/// Forgets who has gone, and ends the watches of tasks that are not known any more.
	pub fn sweep(&mut self, is_known: impl Fn(&TaskId) -> bool) {
		self.0.retain(|id, watchers| {
			watchers.retain(|watcher| !watcher.is_closed());
			is_known(id) && !watchers.is_empty()
		});
	}
}

impl Pool {
	/// Answers. Who asked may have gone.
	pub(super) fn answer(&mut self, question: Question) {
		match question {
			Question::Info(reply) => drop(reply.send(self.info())),
			Question::Workers(reply) => {
				let workers = self.state.workers.iter().map(|(account, worker)| worker.info(account));
				let _ = reply.send(workers.collect());
			}
			Question::RunTime(app, reply) => drop(reply.send(self.state.run_times.of(&app))),
			Question::Task(id, reply) => drop(reply.send(self.task_info(&id))),
			Question::Watch(id, reply) => {
				let is_known = self.state.tasks.contains_key(&id);
				let _ = reply.send(is_known.then(|| self.watchers.add(id)));
			}
			Question::Deal(id, reply) => {
				let _ = reply.send(self.state.deals.get(&id).map(|deal| deal.deal.clone()));
			}
			Question::DealOf(id, reply) => {
				let _ = reply.send(self.state.tasks.get(&id).map(|task| task.chain.deal));
			}
		}
	}

	fn info(&self) -> PoolInfo {
		let identity = &self.means.identity;
		let here = self.state.workers.values().filter(|worker| worker.is_here());
		let willing = self.state.workers.values().filter(|worker| worker.is_willing());
		let running = self.state.workers.values().map(|worker| u64::from(worker.running())).sum();
		let to_come = self.state.deals.values().map(|deal| deal.to_come());
		PoolInfo {
			workerpool: identity.workerpool,
			genesis: identity.genesis,
			scheduler: Account(identity.account.clone()),
			version: env!("CARGO_PKG_VERSION").into(),
			workers: here.count().try_into().unwrap_or(u32::MAX),
			free_slots: self.state.ready.free_slots(),
			slots: willing.map(|worker| u64::from(worker.resources.slots)).sum(),
			waiting: self.state.queue.len() as u64 + to_come.sum::<u64>(),
			running,
		}
	}

	fn task_info(&self, id: &TaskId) -> Option<TaskInfo> {
		let task = self.state.tasks.get(id)?;
		let position = self.state.queue.position(&task.chain.deal, id).filter(|_| !task.has_pending());
		Some(task.info(position, self.result_of(task)))
	}

	/// Tells those who watch these tasks.
	pub(super) fn tell_watchers(&mut self, changed: &BTreeSet<TaskId>) {
		if self.watchers.0.is_empty() {
			return;
		}
		for id in changed {
			let Some(info) = self.watchers.0.contains_key(id).then(|| self.task_info(id)).flatten() else { continue };
			self.watchers.tell(id, &info);
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::model::TaskState;
	use rlc_primitives::{DealId, Task};

	#[test]
	fn watches_end_with_their_task_and_with_who_watches() {
		let task = TaskState::new(Task::new(DealId::default(), 0));
		let (id, info) = (task.chain.id(), task.info(None, None));
		let mut watchers = Watchers::default();
		let (mut here, gone) = (watchers.add(id), watchers.add(id));
		drop(gone);
		watchers.sweep(|_| true);
		assert_eq!(watchers.0[&id].len(), 1, "who has gone is forgotten");
		watchers.tell(&id, &info);
		watchers.sweep(|_| false);
		assert!(watchers.0.is_empty());
		assert!(here.try_recv().is_ok(), "what was told before is not lost");
		assert_eq!(here.try_recv(), Err(mpsc::error::TryRecvError::Disconnected), "nothing follows");
	}

	#[test]
	fn who_is_too_slow_is_cut_off() {
		let task = TaskState::new(Task::new(DealId::default(), 0));
		let (id, info) = (task.chain.id(), task.info(None, None));
		let mut watchers = Watchers::default();
		let _slow = watchers.add(id);
		for _ in 0..=MAX_WAITING {
			watchers.tell(&id, &info);
		}
		assert!(watchers.0.is_empty());
	}
}
