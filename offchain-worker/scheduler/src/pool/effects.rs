//! What was decided, and written down, is done.

use std::collections::BTreeMap;

use codec::Encode;
use rlc_primitives::{AccountId, Delegation, TaskId};
use rlc_protocol::{
	worker::{Assignment, Instruction},
	Account, TaskRef,
};
use rlc_store::{Grant, HashKind, Keep};

use super::{system_time, Input, Means, Pool};
use crate::{
	chain::ChainError,
	decide::action::Action,
	elsewhere,
	model::{Now, Presence, Sending},
};

/// The most tasks of one instruction, and of one `delegate`.
const MAX_BATCH: usize = 100;

/// How long a token for a result is good, in ms.
const TOKEN_TIME: u64 = 3_600_000;

impl Pool {
	/// Does it all. What is answered comes back as inputs.
	pub(super) fn act(&mut self, actions: Vec<Action>, now: Now) {
		let mut computing = BTreeMap::<AccountId, Vec<Assignment>>::new();
		let mut delegated = BTreeMap::<Vec<AccountId>, Vec<TaskId>>::new();
		for action in actions {
			let id = action.task();
			let Some(place) = self.state.tasks.get(&id).map(|task| task.place()) else {
				if let Action::Stop { task, worker, reason } = action {
					self.send(&worker, Instruction::Stop { task, reason: reason.into() });
				}
				continue;
			};
			match action {
				Action::Compute { worker, .. } => {
					let assignment = self.assignment(place, &worker);
					computing.entry(worker).or_default().push(assignment);
				}
				Action::Upload { worker, .. } => self.ask_for_result(id, &worker, now),
				Action::Stop { task, worker, reason } => {
					self.send(&worker, Instruction::Stop { task, reason: reason.into() });
				}
				Action::GiveUp { reason, .. } => {
					log::warn!("task {place} is given up: {reason}");
					self.means.metrics.given_up.inc();
				}
				Action::ReportFailure { worker, .. } => self.send(&worker, Instruction::ReportFailure { task: place }),
				Action::Delegate { workers, .. } => delegated.entry(workers).or_default().push(id),
				Action::Abandon { .. } => {
					self.call(id, Sending::Abandon, move |means: Means| async move { means.chain.abandon(place).await })
				}
				Action::Finalize { data, .. } => self.call(id, Sending::Finalize, move |means: Means| async move {
					means.chain.finalize(place, data).await
				}),
				Action::Reopen { .. } => {
					self.call(id, Sending::Reopen, move |means: Means| async move { means.chain.reopen(place).await })
				}
				Action::Refresh { .. } => self.refresh(id),
				Action::Keep { data, .. } => self.keep(id, data),
				Action::Forget { .. } => {
					if let Some(part) = self.state.forget(&id) {
						self.batch.done.push(part);
					}
				}
			}
		}
		for (worker, tasks) in computing {
			self.means.metrics.placed.inc_by(tasks.len() as u64);
			for some in tasks.chunks(MAX_BATCH) {
				self.send(&worker, Instruction::Compute { tasks: some.to_vec() });
			}
		}
		for (workers, tasks) in delegated {
			for some in tasks.chunks(MAX_BATCH) {
				self.delegate(some.to_vec(), workers.clone());
			}
		}
	}

	/// Gives a worker an instruction, wherever it is. One that cannot be reached joins again, and is told then.
	pub(super) fn send(&mut self, worker: &AccountId, instruction: Instruction) {
		let elsewhere = self.state.workers.get(worker).is_some_and(|known| known.presence == Presence::Elsewhere);
		if !elsewhere {
			if !self.links.send(worker, instruction) {
				self.state.rest(worker);
			}
			return;
		}
		let (means, worker) = (self.means.clone(), worker.clone());
		tokio::spawn(async move {
			if let Err(error) = means.db.send_mail(&worker, &instruction).await {
				log::warn!("an instruction for worker {} is lost: {error}", Account(worker));
			}
		});
	}

	/// A task for a worker, with the scheduler's signature.
	fn assignment(&self, task: TaskRef, worker: &AccountId) -> Assignment {
		let identity = &self.means.identity;
		let delegation = Delegation { worker: worker.clone(), task: task.id(), enclave: None };
		let signature = identity.key.sign_delegation(&delegation, &identity.domain);
		let batched = self.state.deals.get(&task.deal).is_some_and(|deal| deal.deal.size > 1);
		Assignment { task, delegation: signature.encode(), batched }
	}

	/// Tells a winner to put its result into the store.
	fn ask_for_result(&mut self, id: TaskId, worker: &AccountId, now: Now) {
		let Some(task) = self.state.tasks.get(&id) else { return };
		let (Some(cid), Some(deal)) = (self.cid_of(task), self.state.deals.get(&task.chain.deal)) else { return };
		let left = deal.deal.final_deadline().saturating_sub(now.chain);
		let grant = Grant {
			cid,
			max_size: self.means.terms.max_result,
			expires: system_time() + TOKEN_TIME,
			who: results_of(worker),
			// The deal is closed by its final deadline.
			keep: Keep::ForMs(self.means.terms.retention.saturating_add(left)),
		};
		let token = self.means.store.token(&grant);
		self.send(worker, Instruction::Upload { task: id, token });
	}

	/// A worker says that the result is in the store.
	pub(super) fn look_for_result(&self, id: TaskId, worker: AccountId) {
		let Some(cid) = self.state.tasks.get(&id).and_then(|task| self.cid_of(task)) else { return };
		let means = self.means.clone();
		tokio::spawn(async move {
			let size = elsewhere::size(&means, &cid).await;
			let _ = means.inputs.send(Input::Stored(id, Some(worker), size)).await;
		});
	}

	/// Puts the data of a callback into the store.
	fn keep(&self, id: TaskId, data: Vec<u8>) {
		let means = self.means.clone();
		tokio::spawn(async move {
			let size = data.len() as u64;
			let who = results_of(&means.identity.account);
			let kept = means.store.put(std::io::Cursor::new(data), HashKind::Keccak256, &who).await;
			if let Err(error) = &kept {
				log::warn!("the data of a callback are not kept: {error}");
			}
			let _ = means.inputs.send(Input::Stored(id, None, kept.is_ok().then_some(size))).await;
		});
	}

	/// Asks the chain how a task stands.
	pub(super) fn refresh(&self, id: TaskId) {
		let Some(task) = self.state.tasks.get(&id) else { return };
		let (means, place, version) = (self.means.clone(), task.place(), task.version);
		tokio::spawn(async move {
			let _permit = means.calls.acquire().await;
			let chain = means.chain.task(place).await.map(|view| view.map(|view| view.task));
			let _ = means.inputs.send(Input::Refreshed(id, version, chain)).await;
		});
	}

	/// Sends an extrinsic about a task.
	fn call<Sent>(&self, id: TaskId, sending: Sending, send: impl FnOnce(Means) -> Sent + Send + 'static)
	where
		Sent: std::future::Future<Output = Result<(), ChainError>> + Send,
	{
		let means = self.means.clone();
		tokio::spawn(async move {
			let _permit = means.calls.clone().acquire_owned().await;
			let result = send(means.clone()).await;
			let _ = means.inputs.send(Input::Sent(id, sending, result)).await;
		});
	}

	/// Delegates tasks on chain.
	fn delegate(&self, tasks: Vec<TaskId>, workers: Vec<AccountId>) {
		let places = tasks.iter().filter_map(|id| self.state.tasks.get(id)).map(|task| task.place()).collect();
		let means = self.means.clone();
		tokio::spawn(async move {
			let _permit = means.calls.acquire().await;
			let result = means.chain.delegate(places, workers).await;
			for id in tasks {
				let _ = means.inputs.send(Input::Sent(id, Sending::Delegate, result.clone())).await;
			}
		});
	}

	/// An extrinsic was included, or not.
	pub(super) fn sent(&mut self, id: TaskId, sending: Sending, result: Result<(), ChainError>) {
		let now = self.now();
		let Some(place) = self.state.tasks.get(&id).map(|task| task.place()) else { return };
		if let Err(error) = &result {
			log::warn!("{sending:?} of task {place}: {error}");
			self.means.metrics.refused.inc();
		}
		match (sending, result) {
			(Sending::Delegate, result) => self.state.delegated(&id, result.is_ok(), now),
			(_, Ok(())) => self.state.answered(&id, true, now),
			(_, Err(_)) => {
				self.state.answered(&id, false, now);
				self.refresh(id);
			}
		}
	}

	/// Asks for scores that may have changed.
	pub(super) fn refresh_scores(&mut self) {
		for worker in std::mem::take(&mut self.stale) {
			if !self.state.workers.contains_key(&worker) {
				continue;
			}
			let means = self.means.clone();
			tokio::spawn(async move {
				let _permit = means.calls.acquire().await;
				if let Ok(score) = means.chain.score(worker.clone()).await {
					let _ = means.inputs.send(Input::Score(worker, score)).await;
				}
			});
		}
	}
}

/// Whose quota a worker's results use.
fn results_of(worker: &AccountId) -> String {
	format!("results of {}", Account(worker.clone()))
}
