//! What requesters and operators are told: see the [board](super::board).

use std::collections::BTreeSet;

use rlc_json::Decimal;
use rlc_primitives::{AccountId, TaskId};
use rlc_protocol::{
	requester::{
		Counted, HopelessDeal, LackingDeal, PoolInfo, PoolStatus, ReplicateInfo, ServedLast, Strangers, TaskInfo,
		WorkerInfo, WorkerRecord, MAX_SERVED_LAST,
	},
	version::PROTOCOL,
	Account,
};

use super::Pool;
use crate::{
	decide::sale,
	model::{Party, Record, TaskState, WorkerState},
};

impl Pool {
	/// Publishes what somebody wants, if it is time to.
	pub(super) fn publish(&self) {
		let board = &self.means.board;
		let began = std::time::Instant::now();
		if board.next().is_none_or(|next| next > began) {
			return;
		}
		board.status.publish(|| self.status());
		board
			.workers
			.publish(|| self.state.workers().iter().map(|(account, worker)| worker_info(account, worker)).collect());
		board.run_times.publish(|| self.state.run_times().clone());
		board.positions.publish(|| self.state.queue().positions());
		board.published(began);
	}

	/// Shows these tasks as they are now.
	pub(super) fn show(&self, changed: &BTreeSet<TaskId>) {
		if !changed.is_empty() {
			self.means.board.show(changed.iter().filter_map(|id| self.task_info(id)));
		}
	}

	fn info(&self) -> PoolInfo {
		let identity = &self.means.identity;
		let here = self.state.workers().values().filter(|worker| worker.is_here());
		let deciding = || self.state.workers().values().filter(|worker| worker.is_reachable() && !worker.draining);
		let votes: BTreeSet<_> = deciding().map(|worker| &worker.voter).collect();
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
			vouched: deciding().filter(|worker| worker.is_vouched).count().try_into().ok(),
			votes: votes.len().try_into().ok(),
			free_slots: self.state.ready().free_slots(),
			slots: willing.map(|worker| u64::from(worker.usable_slots())).sum(),
			waiting: self.state.queue().len() as u64 + to_come.sum::<u64>(),
			running,
			room: Some(self.state.room().to_set_aside()),
			homeless: self.means.metrics.homeless.get().try_into().unwrap_or(0),
		}
	}

	fn status(&self) -> PoolStatus {
		let (now, terms, selling) = (self.now(), &self.means.terms, self.orders.selling);
		let worst = self.state.standings().at_least(terms.max_failures, now.date);
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
		let lacks = self.state.lacks().iter();
		let lacking = lacks.map(|(deal, lack)| LackingDeal { deal: *deal, reason: lack.to_string() });
		PoolStatus {
			pool: self.info(),
			withdrawn: selling.withdrawn,
			paused: selling.paused,
			halted: self.orders.halted.map(|halt| halt.to_string()),
			on_sale: self.on_sale(),
			deals: self.state.deals().len() as u64,
			lost: Decimal(sale::loss(self.state.standings(), selling, now.date)),
			max_loss: terms.limits.max_loss.map(Decimal),
			max_failures: terms.max_failures,
			served_last: served_last.collect(),
			hopeless: hopeless.take(MAX_SERVED_LAST).collect(),
			strangers: self.strangers(),
			lacking: lacking.take(MAX_SERVED_LAST).collect(),
		}
	}

	fn strangers(&self) -> Strangers {
		let mut strangers = Strangers::default();
		for worker in self.state.workers().values().filter(|worker| worker.is_here() && !worker.is_vouched) {
			strangers.here += 1;
			strangers.proven += u32::from(worker.record.is_proven());
			strangers.away += u32::from(worker.away.is_some());
		}
		strangers
	}

	fn task_info(&self, id: &TaskId) -> Option<TaskInfo> {
		let task = self.state.task(id)?;
		Some(task_info(task, self.result_of(task)))
	}
}

/// Returns a task as requesters see it, but for its place in the queue.
fn task_info(task: &TaskState, result: Option<String>) -> TaskInfo {
	let replicates = task.replicates.iter().map(|(worker, part)| ReplicateInfo {
		worker: Account(worker.clone()),
		step: part.step,
		since: part.since,
		cause: part.cause.clone(),
	});
	TaskInfo {
		task: task.task_ref(),
		queue_position: None,
		replicates: replicates.collect(),
		result: result.filter(|_| task.upload.stored.is_some()),
		result_size: task.upload.stored,
		given_up: task.given_up.as_ref().map(|given_up| given_up.reason.clone()),
	}
}

/// Returns what a stranger has earned, as operators see it.
fn worker_record(worker: &WorkerState) -> WorkerRecord {
	let Record { validated, refuted, lost, .. } = worker.record;
	WorkerRecord { validated, refuted, lost, proven: worker.record.is_proven(), away_until: worker.away }
}

/// Returns a worker as operators see it.
fn worker_info(account: &AccountId, worker: &WorkerState) -> WorkerInfo {
	WorkerInfo {
		account: Account(account.clone()),
		operator: worker.has_operator.then(|| Account(worker.operator.clone())),
		vouched: worker.is_vouched,
		alive: worker.is_reachable(),
		draining: worker.draining,
		record: (!worker.is_vouched).then(|| worker_record(worker)),
		resources: worker.resources.clone(),
		usable_slots: Some(worker.usable_slots()),
		free_slots: worker.free_slots(),
		running: worker.running(),
		seen: worker.seen,
	}
}
