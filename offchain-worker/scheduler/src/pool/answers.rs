//! What people are told.

use std::collections::BTreeSet;

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

impl Pool {
	/// Answers. Who asked may have gone.
	pub(super) fn answer(&mut self, question: Question) {
		match question {
			Question::Info(reply) => drop(reply.send(self.info())),
			Question::Workers(reply) => {
				let workers = self.state.workers.iter().map(|(account, worker)| worker.info(account));
				let _ = reply.send(workers.collect());
			}
			Question::Task(id, reply) => drop(reply.send(self.task_info(&id))),
			Question::Watch(id, reply) => {
				let (sender, receiver) = mpsc::channel(MAX_WAITING);
				let watchers = self.watchers.entry(id).or_default();
				watchers.retain(|watcher| !watcher.is_closed());
				if watchers.len() < MAX_WATCHERS {
					watchers.push(sender);
				}
				let _ = reply.send(receiver);
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
		let running = self.state.workers.values().map(|worker| u64::from(worker.load)).sum();
		let to_come = self.state.deals.values().map(|deal| deal.to_come());
		PoolInfo {
			workerpool: identity.workerpool,
			genesis: identity.genesis,
			scheduler: Account(identity.account.clone()),
			version: env!("CARGO_PKG_VERSION").into(),
			workers: here.count().try_into().unwrap_or(u32::MAX),
			free_slots: self.state.ready.free_slots(),
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
		if self.watchers.is_empty() {
			return;
		}
		for id in changed {
			let Some(info) = self.watchers.contains_key(id).then(|| self.task_info(id)).flatten() else { continue };
			// Who is too slow is cut off, and may ask again.
			let watchers = self.watchers.entry(*id).or_default();
			watchers.retain(|watcher| watcher.try_send(info.clone()).is_ok());
			if watchers.is_empty() {
				self.watchers.remove(id);
			}
		}
	}
}
