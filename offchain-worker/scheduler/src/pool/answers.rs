//! What requesters and operators are told.

use std::collections::{BTreeSet, HashMap};

use rlc_json::Decimal;
use rlc_primitives::{AccountId, TaskId};
use rlc_protocol::{
	requester::{
		Counted, HopelessDeal, PoolInfo, PoolStatus, ReplicateInfo, ServedLast, TaskInfo, WorkerInfo, MAX_SERVED_LAST,
	},
	version::PROTOCOL,
	Account,
};
use tokio::sync::mpsc;

use super::{Pool, Question};
use crate::{
	decide::sale,
	model::{Party, TaskState, WorkerState},
};

/// The most messages that wait for one watcher of a task.
const MAX_WAITING: usize = 64;

/// The most watchers of one task.
const MAX_WATCHERS: usize = 256;

/// Watchers of tasks that are in memory.
#[derive(Default)]
pub(super) struct Watchers(HashMap<TaskId, Vec<mpsc::Sender<TaskInfo>>>);

impl Watchers {
	/// Adds a watcher. One too many is told nothing.
	fn add(&mut self, id: TaskId) -> mpsc::Receiver<TaskInfo> {
		let (sender, receiver) = mpsc::channel(MAX_WAITING);
		let watchers = self.0.entry(id).or_default();
		watchers.retain(|watcher| !watcher.is_closed());
		if watchers.len() < MAX_WATCHERS {
			watchers.push(sender);
		}
		receiver
	}

	/// Tells the watchers of a task. One that is too slow is cut off, and may ask again.
	fn tell(&mut self, id: &TaskId, info: &TaskInfo) {
		if let Some(watchers) = self.0.get_mut(id) {
			watchers.retain(|watcher| watcher.try_send(info.clone()).is_ok());
			if watchers.is_empty() {
				self.0.remove(id);
			}
		}
	}

	/// Removes watchers that have gone, and ends the watches of tasks that are not known any more.
	pub fn sweep(&mut self, is_known: impl Fn(&TaskId) -> bool) {
		self.0.retain(|id, watchers| {
			watchers.retain(|watcher| !watcher.is_closed());
			is_known(id) && !watchers.is_empty()
		});
	}
}

impl Pool {
	/// Answers a question. The asker may have gone.
	pub(super) fn answer(&mut self, question: Question) {
		match question {
			Question::Info(reply) => {
				let _ = reply.send(self.info());
			}
			Question::Workers(reply) => {
				let workers = self.state.workers().iter().map(|(account, worker)| worker_info(account, worker));
				let _ = reply.send(workers.collect());
			}
			Question::Status(reply) => {
				let _ = reply.send(self.status());
			}
			Question::RunTime(app, reply) => {
				let _ = reply.send(self.state.run_time(&app));
			}
			Question::Task(id, reply) => {
				let _ = reply.send(self.task_info(&id));
			}
			Question::Watch(id, reply) => {
				let is_known = self.state.task(&id).is_some();
				let _ = reply.send(is_known.then(|| self.watchers.add(id)));
			}
			Question::Deal(id, reply) => {
				let _ = reply.send(self.state.deal(&id).map(|deal| deal.deal.clone()));
			}
			Question::DealOf(id, reply) => {
				let _ = reply.send(self.state.task(&id).map(|task| task.chain().deal));
			}
		}
	}

	fn info(&self) -> PoolInfo {
		let identity = &self.means.identity;
		let here = self.state.workers().values().filter(|worker| worker.is_here());
		let willing = self.state.workers().values().filter(|worker| worker.is_willing());
		let running = self.state.workers().values().map(|worker| u64::from(worker.running())).sum();
		let to_come = self.state.deals().values().map(|deal| deal.to_come());
		PoolInfo {
			workerpool: identity.workerpool,
			genesis: identity.genesis,
			scheduler: Account(identity.account.clone()),
			version: env!("CARGO_PKG_VERSION").into(),
			protocol: PROTOCOL,
			workers: here.count().try_into().unwrap_or(u32::MAX),
			free_slots: self.state.ready().free_slots(),
			slots: willing.map(|worker| u64::from(worker.resources.slots)).sum(),
			waiting: self.state.queue().len() as u64 + to_come.sum::<u64>(),
			running,
			room: Some(self.state.room().to_set_aside()),
			homeless: self.means.metrics.homeless.get().try_into().unwrap_or(0),
		}
	}

	fn status(&self) -> PoolStatus {
		let (now, terms, selling) = (self.now(), &self.means.terms, self.orders.selling);
		let worst = self.state.standings().at_least(terms.max_failures, now.local);
		let served_last = worst.into_iter().take(MAX_SERVED_LAST).map(|(party, failure_rate)| {
			let who = match party {
				Party::Requester(requester) => Counted::Requester(Account(requester)),
				Party::App(app) => Counted::App(app),
			};
			ServedLast { who, failure_rate }
		});
		let hopeless = self.state.deals().iter().filter_map(|(deal, known)| {
			Some(HopelessDeal { deal: *deal, reason: known.hopeless.as_ref()?.to_string() })
		});
		PoolStatus {
			pool: self.info(),
			withdrawn: selling.withdrawn,
			lost: Decimal(sale::loss(self.state.standings(), selling, now)),
			max_loss: terms.limits.max_loss.map(Decimal),
			max_failures: terms.max_failures,
			served_last: served_last.collect(),
			hopeless: hopeless.take(MAX_SERVED_LAST).collect(),
		}
	}

	fn task_info(&self, id: &TaskId) -> Option<TaskInfo> {
		let task = self.state.task(id)?;
		let position = self.state.queue().position(&task.chain().deal, id).filter(|_| !task.has_pending());
		Some(task_info(task, position, self.result_of(task)))
	}

	/// Tells the watchers of these tasks.
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

/// Returns a task as requesters see it.
fn task_info(task: &TaskState, queue_position: Option<u64>, result: Option<String>) -> TaskInfo {
	let replicates = task.replicates.iter().map(|(worker, part)| ReplicateInfo {
		worker: Account(worker.clone()),
		step: part.step,
		since: part.since,
		cause: part.cause.clone(),
	});
	TaskInfo {
		task: task.task_ref(),
		queue_position,
		replicates: replicates.collect(),
		result: result.filter(|_| task.upload.stored.is_some()),
		result_size: task.upload.stored,
		given_up: task.given_up.as_ref().map(|given_up| given_up.reason.clone()),
	}
}

/// Returns a worker as operators see it.
fn worker_info(account: &AccountId, worker: &WorkerState) -> WorkerInfo {
	WorkerInfo {
		account: Account(account.clone()),
		operator: worker.has_operator.then(|| Account(worker.operator.clone())),
		alive: worker.is_reachable(),
		draining: worker.draining,
		resources: worker.resources.clone(),
		free_slots: worker.free_slots(),
		running: worker.running(),
		seen: worker.seen,
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_primitives::{DealId, Task};

	#[test]
	fn watches_end_with_their_task_and_with_their_watcher() {
		let task = TaskState::new(Task::new(DealId::default(), 0));
		let id = task.chain().id();
		let info = task_info(&task, None, None);
		let mut watchers = Watchers::default();
		let mut here = watchers.add(id);
		let gone = watchers.add(id);
		drop(gone);
		watchers.sweep(|_| true);
		assert_eq!(watchers.0[&id].len(), 1, "a watcher that has gone is removed");
		watchers.tell(&id, &info);
		watchers.sweep(|_| false);
		assert!(watchers.0.is_empty());
		assert!(here.try_recv().is_ok(), "what was told before is not lost");
		assert_eq!(here.try_recv(), Err(mpsc::error::TryRecvError::Disconnected), "nothing follows");
	}

	#[test]
	fn slow_watcher_is_cut_off() {
		let task = TaskState::new(Task::new(DealId::default(), 0));
		let id = task.chain().id();
		let info = task_info(&task, None, None);
		let mut watchers = Watchers::default();
		let _slow = watchers.add(id);
		for _ in 0..=MAX_WAITING {
			watchers.tell(&id, &info);
		}
		assert!(watchers.0.is_empty());
	}
}
