//! What the pool is told.

use rlc_primitives::{AccountId, Deal, DealId, Task, TaskId};
use rlc_protocol::{
	requester::{PoolInfo, TaskInfo, WorkerInfo},
	worker::{Heartbeat, Instruction, Joined, Logs, Report, Session},
};
use sp_core::H256;
use tokio::sync::{mpsc, oneshot};

use super::{Adoption, Brought, Pool};
use crate::{
	chain::{ChainError, DealFacts, Follow, Seen, SeenBlock},
	events::task_of,
	members::Member,
	model::{DealState, Sending},
};

/// Who waits for an answer; nobody, if it has gone.
pub(crate) type Reply<T> = oneshot::Sender<T>;

/// Something that the pool is told.
pub(crate) enum Input {
	/// A worker, which showed who it is, joins.
	Join(Box<Member>, Reply<Joined>),
	/// A worker wants its instructions. They are given once for each session.
	Instructions(Session, Reply<Option<mpsc::Receiver<Instruction>>>),
	/// A worker lives. Answers whether its session does.
	Heartbeat(Session, Heartbeat, Reply<bool>),
	/// A worker has come further. Answers when that is written down.
	Reports(Session, Vec<Report>, Reply<bool>),
	/// What an app wrote.
	Logs(Session, TaskId, Logs, Reply<bool>),
	/// The data of a callback. Answers what becomes of them; `None` for an unknown session.
	CallbackData(Session, TaskId, Vec<u8>, Reply<Option<Brought>>),
	/// Somebody asks.
	Ask(Question),
	/// A block.
	Block(Follow, SeenBlock),
	/// A deal was read.
	Deal(DealId, Result<Option<Box<DealFacts>>, ChainError>),
	/// A part of a deal was taken into memory, if there is one.
	Adopted(DealId, Result<Option<Adoption>, String>),
	/// An extrinsic about a task was included or not.
	Sent(TaskId, Sending, Result<(), ChainError>),
	/// The chain said how a task stands that had this version.
	Refreshed(TaskId, u64, Result<Option<Task>, ChainError>),
	/// The result of a task is in the store with this size, or is not, as a worker says or as the scheduler put it there.
	Stored(TaskId, Option<AccountId>, Option<u64>),
	/// A worker's score.
	Score(AccountId, u64),
}

/// What somebody asks.
pub(crate) enum Question {
	/// The pool.
	Info(Reply<PoolInfo>),
	/// Its workers.
	Workers(Reply<Vec<WorkerInfo>>),
	/// How long a run of an app takes, in ms; `None` if none was seen.
	RunTime(H256, Reply<Option<u64>>),
	/// A task; `None` if it is not in memory.
	Task(TaskId, Reply<Option<TaskInfo>>),
	/// A task, whenever it changes; `None` if it is not in memory.
	Watch(TaskId, Reply<Option<mpsc::Receiver<TaskInfo>>>),
	/// A deal; `None` if it is not in memory.
	Deal(DealId, Reply<Option<Deal>>),
	/// Which deal a task is of; `None` if it is not in memory.
	DealOf(TaskId, Reply<Option<DealId>>),
}

impl Pool {
	/// Takes note of an input. What it leads to is decided when the turn ends.
	pub(super) fn handle(&mut self, input: Input) {
		let now = self.now();
		match input {
			Input::Join(member, reply) => self.join(*member, reply),
			Input::Instructions(session, reply) => drop(reply.send(self.links.take(&session))),
			Input::Heartbeat(session, heartbeat, reply) => {
				let member = self.member(&session);
				if let Some(account) = &member {
					self.state.beat(account, heartbeat, now);
				}
				let _ = reply.send(member.is_some());
			}
			Input::Reports(session, reports, reply) => {
				let member = self.member(&session);
				if let Some(account) = &member {
					for report in reports {
						self.report(account, report);
					}
				}
				self.replies.push(Box::new(move || _ = reply.send(member.is_some())));
			}
			Input::Logs(session, task, logs, reply) => self.logs(session, task, logs, reply),
			Input::CallbackData(session, task, data, reply) => self.callback_data(session, task, data, reply),
			Input::Ask(question) => self.answer(question),
			Input::Block(which, block) => self.saw(which, block),
			Input::Deal(deal, facts) => self.deal_read(deal, facts),
			Input::Adopted(deal, adoption) => self.adopted(deal, adoption),
			Input::Sent(task, sending, result) => self.sent(task, sending, result),
			Input::Refreshed(task, version, Ok(chain)) => self.state.refreshed(&task, version, chain, now),
			Input::Refreshed(task, _, Err(error)) => {
				log::warn!("the chain does not say how a task stands: {error}");
				self.state.answered(&task, false, now);
			}
			Input::Stored(task, worker, size) => self.stored(task, worker, size),
			Input::Score(account, score) => {
				if let Some(worker) = self.state.workers.get_mut(&account) {
					worker.score = score;
				}
			}
		}
	}

	fn join(&mut self, member: Member, reply: Reply<Joined>) {
		let account = member.account.clone();
		let session = self.links.open(&account);
		log::info!("worker {} joined", rlc_protocol::Account(account.clone()));
		let uploaded = member.held.iter().filter(|report| report.step == rlc_protocol::worker::Step::Uploaded);
		let uploaded = uploaded.cloned().collect::<Vec<_>>();
		let forget = self.state.join(member, session, self.now());
		for report in uploaded {
			self.report(&account, report);
		}
		let terms = &self.means.terms;
		let joined = Joined { session, heartbeat: terms.heartbeat, forget, max_result: terms.max_result };
		self.replies.push(Box::new(move || _ = reply.send(joined)));
	}

	fn report(&mut self, account: &AccountId, report: Report) {
		let task = report.task;
		if !self.state.tasks.contains_key(&task) && self.means.db.is_shared() {
			self.pass_on(account, report);
			return;
		}
		if self.state.reported(account, report, self.now()) {
			self.look_for_result(task, account.clone());
		}
	}

	fn stored(&mut self, task: TaskId, worker: Option<AccountId>, size: Option<u64>) {
		let now = self.now();
		match (worker, size) {
			(worker, Some(size)) => {
				self.state.stored(&task, worker.as_ref(), size, now);
				self.means.metrics.stored.inc();
			}
			(Some(worker), None) => self.state.upload_failed(&task, &worker),
			(None, None) => {}
		}
		if let Some(known) = self.state.tasks.get(&task).filter(|known| known.sending == Some(Sending::Keep)) {
			let well = known.upload.stored.is_some();
			self.state.answered(&task, well, now);
		}
	}

	/// A block is there.
	fn saw(&mut self, which: Follow, block: SeenBlock) {
		let now = self.now();
		for event in &block.events {
			match event {
				// On both ways, so that none is forgotten if one of them lags.
				Seen::DealOpened { deal, first, size } => self.deal_opened(*deal, *first, *size),
				Seen::DealClosed(deal) => {
					if let Some(known) = self.state.deals.get_mut(deal) {
						known.closed.get_or_insert(block.time);
					}
				}
				_ => {}
			}
		}
		if which == Follow::Final {
			self.state.finalize(block.number);
			self.cursor = self.cursor.max(block.number);
			self.batch.cursor = Some(block.number);
			return;
		}
		self.clock.saw(block.time);
		if self.state.deals.values().any(|deal| deal.adopting) {
			let unknown = |event: &&Seen| task_of(event).is_some_and(|task| !self.state.tasks.contains_key(&task));
			self.missed.extend(block.events.iter().filter(unknown).map(|event| (block.number, event.clone())));
		}
		self.means.metrics.saw(&block);
		for undone in self.state.saw(&block, now) {
			self.refresh(undone);
		}
		for event in &block.events {
			if let Seen::Closed(task, _) = event {
				if let Some(known) = self.state.tasks.get(task) {
					let contributors = known.chain.contributions.iter().map(|one| one.worker.clone());
					self.stale.extend(contributors.filter(|_| known.chain.contributions.len() > 1));
				}
			}
		}
	}

	fn deal_read(&mut self, deal: DealId, facts: Result<Option<Box<DealFacts>>, ChainError>) {
		self.reading.remove(&deal);
		match facts {
			Ok(Some(facts)) => {
				let facts = *facts;
				let known = self.state.deals.entry(deal);
				let read = || DealState::new(facts.deal, facts.kind, facts.needs, facts.content);
				let known = known.or_insert_with(read);
				known.closed = known.closed.or(facts.closed);
				self.adopt_parts();
			}
			Ok(None) => {
				log::warn!("deal {:?} is not there any more: it was undone by a fork, or forgotten", deal.0);
				self.batch.closed.push((deal, self.now().chain));
			}
			Err(error) => {
				log::warn!("deal {:?} cannot be read: {error}", deal.0);
				self.read_deal(deal, true);
			}
		}
	}
}
