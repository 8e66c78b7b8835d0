//! What was decided and written down is done.

use std::{collections::BTreeMap, future::Future};

use codec::Encode;
use rlc_primitives::{AccountId, Delegation, TaskId};
use rlc_protocol::{
	worker::{Assignment, Instruction},
	Account, TaskRef,
};
use rlc_store::{Grant, HashKind, Keep, Room};
use tracing::Instrument;

use super::{database::insist, spans, system_time, Input, Means, Pool};
use crate::{
	chain::{Answer, ChainError},
	decide::{replies, Action},
	elsewhere,
	model::{Now, Presence, Sending, TaskState},
};

/// The most tasks of one instruction, and of one `delegate`.
const MAX_BATCH: usize = 100;

/// How long a token for a result is good, in ms.
pub(super) const TOKEN_TIME: u64 = 3_600_000;

impl Pool {
	/// Carries out actions. Answers come back as inputs.
	pub(super) fn act(&mut self, actions: Vec<Action>, now: Now) {
		let mut computing = BTreeMap::<AccountId, Vec<Assignment>>::new();
		let mut delegated = BTreeMap::<Vec<AccountId>, Vec<TaskId>>::new();
		for action in actions {
			let id = action.task();
			let Some(task) = self.state.task(&id).map(TaskState::task_ref) else {
				if let Action::Stop { worker, reason, .. } = action {
					self.send(&worker, Instruction::Stop { task: id, reason: reason.into() });
				}
				continue;
			};
			let _span = spans::of_task(task).entered();
			match action {
				Action::Compute { worker, .. } => {
					tracing::debug!(worker = %Account(worker.clone()), "assigned");
					let assignment = self.assignment(task, &worker);
					computing.entry(worker).or_default().push(assignment);
				}
				Action::Upload { worker, .. } => self.ask_for_result(id, &worker, now),
				Action::Stop { worker, reason, .. } => {
					self.send(&worker, Instruction::Stop { task: id, reason: reason.into() });
				}
				Action::GiveUp { reason, .. } => {
					tracing::warn!("given up: {reason}");
					self.means.metrics.given_up.inc();
				}
				Action::TakeUp { .. } => {
					tracing::warn!("taken up again: too few workers said on chain why they failed")
				}
				Action::ReportFailure { worker, .. } => self.send(&worker, Instruction::ReportFailure { task }),
				Action::Delegate { workers, .. } => delegated.entry(workers).or_default().push(id),
				Action::Release { cause, .. } => self.call(id, Sending::Release, move |means: Means| async move {
					means.chain.release(task, cause).await
				}),
				Action::Abandon { .. } => {
					self.call(id, Sending::Abandon, move |means: Means| async move { means.chain.abandon(task).await })
				}
				Action::Finalize { data, .. } => self.call(id, Sending::Finalize, move |means: Means| async move {
					means.chain.finalize(task, data).await
				}),
				Action::Reopen { .. } => {
					self.call(id, Sending::Reopen, move |means: Means| async move { means.chain.reopen(task).await })
				}
				Action::Refresh { .. } => self.refresh(id),
				Action::Store { data, .. } => self.store(id, data),
				Action::Remove { .. } => {
					self.note_loss(id);
					if let Some(part) = self.state.remove_task(&id) {
						self.batch.done.push(part);
					}
				}
			}
		}
		self.hand_out(computing, delegated);
	}

	/// Tells workers what to compute, and the chain who was delegated, in batches.
	fn hand_out(
		&mut self,
		computing: BTreeMap<AccountId, Vec<Assignment>>,
		delegated: BTreeMap<Vec<AccountId>, Vec<TaskId>>,
	) {
		for (worker, tasks) in computing {
			self.means.metrics.assigned.inc_by(tasks.len() as u64);
			for batch in tasks.chunks(MAX_BATCH) {
				self.send(&worker, Instruction::Compute { tasks: batch.to_vec() });
			}
		}
		for (workers, tasks) in delegated {
			for batch in tasks.chunks(MAX_BATCH) {
				self.delegate(batch.to_vec(), workers.clone());
			}
		}
	}

	/// Sends a worker an instruction, wherever it is connected. One that cannot be reached joins again, and is told then.
	pub(super) fn send(&mut self, worker: &AccountId, instruction: Instruction) {
		let is_elsewhere = self.state.worker(worker).is_some_and(|known| known.presence == Presence::Elsewhere);
		if !is_elsewhere {
			if !self.means.links.send(worker, instruction) {
				self.state.rest(worker);
			}
			return;
		}
		self.mail(worker, instruction);
	}

	/// Sends an instruction to a worker over the instance that it is connected to.
	pub(super) fn mail(&self, worker: &AccountId, instruction: Instruction) {
		let means = self.means.clone();
		let worker = worker.clone();
		let sending = async move {
			if let Err(error) = insist(&means, || means.db.send_mail(&worker, &instruction)).await {
				tracing::warn!(worker = %Account(worker), "an instruction is lost: {error}");
			}
		};
		tokio::spawn(sending.in_current_span());
	}

	/// Returns a task for a worker, with the signature of the scheduler or of its proxy, whichever this key is. It expires at
	/// the time that the database has for it.
	fn assignment(&self, task: TaskRef, worker: &AccountId) -> Assignment {
		let identity = &self.means.identity;
		let part = self.state.task(&task.id()).and_then(|known| known.replicates.get(worker));
		// A part that was forgotten has nothing to contribute.
		let expiry = part.map_or(0, |part| part.expiry);
		let delegation = Delegation { worker: worker.clone(), task: task.id(), enclave: None, expiry };
		let signature = identity.key.sign_delegation(&delegation, &identity.domain);
		let batched = self.state.deal(&task.deal).is_some_and(|deal| deal.deal.size > 1);
		let signer = identity.key.is_proxy().then(|| Account(identity.key.signer()));
		Assignment { task, delegation: signature.encode(), signer, expiry, batched }
	}

	/// Tells a winner to put its result into the store.
	fn ask_for_result(&mut self, id: TaskId, worker: &AccountId, now: Now) {
		let Some(task) = self.state.task(&id) else { return };
		let (Some(cid), Some(deal)) = (self.cid_of(task), self.state.deal(&task.chain().deal)) else { return };
		let left = deal.deal.final_deadline().saturating_sub(now.chain);
		let reported = task.replicates.get(worker).map_or(0, |part| part.output);
		let max_result = self.means.terms.max_result;
		let grant = Grant {
			cid,
			// A worker uploads no more than it said: the rest of the room is set aside for others.
			max_size: if reported > 0 { reported.max(task.room()).min(max_result) } else { max_result },
			expires: system_time() + TOKEN_TIME,
			who: results_for(&deal.deal.requester),
			by: Some(Account(worker.clone()).to_string()),
			room: Room::Results,
			quota: None,
			// The deal is closed by its final deadline.
			keep: Keep::ForMs(self.means.terms.retention.saturating_add(left)),
		};
		let token = self.means.store.token(&grant);
		self.send(worker, Instruction::Upload { task: id, token });
	}

	/// Looks for a result that is in the store, as a worker says.
	pub(super) fn look_for_result(&self, id: TaskId, worker: AccountId) {
		let Some(cid) = self.state.task(&id).and_then(|task| self.cid_of(task)) else { return };
		let means = self.means.clone();
		let looking = async move {
			let size = elsewhere::size(&means, &cid).await;
			let _ = means.inputs.send(Input::Stored(id, Some(worker), size)).await;
		};
		tokio::spawn(looking.instrument(spans::of_task_id(id)));
	}

	/// Logs and counts a result that is given up though it was never stored.
	fn note_loss(&self, id: TaskId) {
		let Some(task) = self.state.task(&id).filter(|task| task.is_homeless()) else { return };
		let deal = self.state.deal(&task.chain().deal);
		if deal.is_some_and(|deal| deal.deal.callback.is_none()) {
			tracing::error!("its result is lost: no winner brought it while there was time");
			self.means.metrics.lost_results.inc();
		}
	}

	/// Puts the data of a callback into the store.
	fn store(&self, id: TaskId, data: Vec<u8>) {
		let deal = self.state.task(&id).and_then(|task| self.state.deal(&task.chain().deal));
		let Some(requester) = deal.map(|deal| deal.deal.requester.clone()) else { return };
		let means = self.means.clone();
		let storing = async move {
			let size = data.len() as u64;
			let who = results_for(&requester);
			let kept = means.store.put(std::io::Cursor::new(data), HashKind::Keccak256, &who).await;
			if let Err(error) = &kept {
				tracing::warn!("the data of its callback are not stored: {error}");
			}
			let _ = means.inputs.send(Input::Stored(id, None, kept.is_ok().then_some(size))).await;
		};
		tokio::spawn(storing.in_current_span());
	}

	/// Asks the chain how a task stands.
	pub(super) fn refresh(&self, id: TaskId) {
		let Some(task) = self.state.task(&id) else { return };
		let means = self.means.clone();
		let version = task.version();
		let task = task.task_ref();
		let asking = async move {
			let _permit = means.calls.acquire().await;
			let chain = means.chain.task(task).await.map(|view| {
				view.map(|view| {
					let is_failure = view.is_agreed_failure();
					(view.task, is_failure)
				})
			});
			let _ = means.inputs.send(Input::Refreshed(id, version, chain)).await;
		};
		tokio::spawn(asking.instrument(spans::of_task(task)));
	}

	/// Sends an extrinsic about a task.
	fn call<Sent>(&self, id: TaskId, sending: Sending, send: impl FnOnce(Means) -> Sent + Send + 'static)
	where
		Sent: Future<Output = Answer<()>> + Send,
	{
		let means = self.means.clone();
		let calling = async move {
			let _permit = means.calls.clone().acquire_owned().await;
			let result = send(means.clone()).await;
			let _ = means.inputs.send(Input::Sent(id, sending, result)).await;
		};
		tokio::spawn(calling.in_current_span());
	}

	/// Delegates tasks on chain. A batch is refused for any task in it that has a consensus meanwhile, which workers can
	/// bring about: so the others are sent once more, each by itself.
	fn delegate(&self, tasks: Vec<TaskId>, workers: Vec<AccountId>) {
		let known = tasks.iter().filter_map(|id| self.state.task(id)).map(TaskState::task_ref).collect::<Vec<_>>();
		let means = self.means.clone();
		let delegating = async move {
			let _permit = means.calls.acquire().await;
			let result = means.chain.delegate(known.clone(), workers.clone()).await;
			let is_final = matches!(result, Ok(()) | Err(ChainError::Paused)) || known.len() == 1;
			let delegate_one = |task: TaskRef| {
				let (means, workers, result) = (&means, workers.clone(), result.clone());
				async move {
					let result = if is_final { result } else { means.chain.delegate(vec![task], workers).await };
					let _ = means.inputs.send(Input::Sent(task.id(), Sending::Delegate, result)).await;
				}
			};
			futures::future::join_all(known.into_iter().map(delegate_one)).await;
		};
		tokio::spawn(delegating.in_current_span());
	}

	/// Takes note that an extrinsic was included, or not.
	pub(super) fn sent(&mut self, id: TaskId, sending: Sending, result: Answer<()>) {
		let now = self.now();
		let Some(task) = self.state.task(&id).map(TaskState::task_ref) else { return };
		if result == Err(ChainError::Paused) {
			spans::of_task(task).in_scope(|| tracing::info!("{sending:?} waits: work is stopped on the chain"));
			return replies::stopped(&mut self.state, &id, now);
		}
		if let Err(error) = &result {
			spans::of_task(task).in_scope(|| tracing::warn!("{sending:?} was refused: {error}"));
			self.means.metrics.refused.inc();
		}
		if sending == Sending::Delegate {
			self.decided.extend(replies::delegated(&mut self.state, &id, result.is_ok(), now));
			return;
		}
		if sending == Sending::Release {
			replies::released(&mut self.state, &id, result.is_ok(), now);
		} else {
			replies::answered(&mut self.state, &id, result.is_ok(), now);
		}
		if result.is_err() {
			self.refresh(id);
		}
	}

	/// Asks for scores, and for what workers can stake, where that may have changed.
	pub(super) fn refresh_standings(&mut self) {
		for worker in std::mem::take(&mut self.stale) {
			if self.state.worker(&worker).is_none() {
				continue;
			}
			let means = self.means.clone();
			tokio::spawn(async move {
				let _permit = means.calls.acquire().await;
				let asked = futures::try_join!(means.chain.score(worker.clone()), means.chain.funds(worker.clone()));
				if let Ok((score, funds)) = asked {
					let _ = means.inputs.send(Input::Standing(worker, score, funds.spendable())).await;
				}
			});
		}
	}
}

/// Returns the name under which a requester's results count against the store's quota, whoever computed them: a busy worker
/// must not use up a share.
pub(super) fn results_for(requester: &AccountId) -> String {
	format!("results for {}", Account(requester.clone()))
}
