//! What the pool is told.

use std::collections::{BTreeMap, BTreeSet};

use rlc_primitives::{market::OpenDeal, AccountId, Balance, DealId, Moment, Task, TaskEvent, TaskId};
use rlc_protocol::{
	worker::{Joined, Logs, Report, Session, Step},
	Account,
};
use tokio::{sync::oneshot, time::Instant};

use super::{spans, system_time, Adoption, Brought, Line, Market, Pool};
use crate::{
	chain::{Answer, BlockKind, DealFacts},
	db::{Business, HomelessRow},
	decide::{membership, replies},
	model::{ChainBlock, ChainEvent, DealState, Hopeless, Member, Selling, Sending},
};

/// Where an answer goes. The asker may have gone.
pub(crate) type Reply<T> = oneshot::Sender<T>;

/// Something that the pool is told.
pub(crate) enum Input {
	/// A worker that proved its identity joins, over this connection.
	Join(Box<Member>, Line, Reply<Joined>),
	/// A worker made progress. Replies once that is written down.
	Reports(Session, Vec<Report>, Reply<bool>),
	/// What an app wrote.
	Logs(Session, TaskId, Logs, Reply<bool>),
	/// The data of a callback. The reply is what becomes of them; `None` for an unknown session.
	CallbackData(Session, TaskId, Vec<u8>, Reply<Option<Brought>>),
	/// A block.
	Block(BlockKind, ChainBlock),
	/// A deal was read.
	Deal(DealId, Answer<Option<Box<DealFacts>>>),
	/// The pool's open deals, as the chain lists them, and the deals that were in memory when it was asked.
	OpenDeals(Vec<DealId>, Vec<OpenDeal>),
	/// A part of a deal was taken into memory, if there is one.
	Adopted(DealId, Result<Option<Adoption>, String>),
	/// An extrinsic about a task was included or not.
	Sent(TaskId, Sending, Answer<()>),
	/// The chain said how a task stands. It had this version when the chain was asked.
	Refreshed(TaskId, u64, Answer<Option<(Task, bool)>>),
	/// The result of a task is in the store with this size, or is not, as a worker says or as the scheduler put it there.
	Stored(TaskId, Option<AccountId>, Option<u64>),
	/// Which results are in no store, of a deal that the chain no longer has.
	Homeless(DealId, Result<Vec<HomelessRow>, String>),
	/// A worker's score, and what its account can stake, in nRLC.
	Standing(AccountId, u64, Balance),
	/// What all instances wrote down of the pool's business.
	Recalled(Box<Business>),
	/// What there is to decide about the pool's orders.
	Market(Result<Box<Market>, String>),
	/// The book is as it was to be, or not.
	Sold(Result<(), String>),
	/// Whether the pool sells was written down, as its operator wants it, or not.
	Selling(Selling, Result<(), String>, Reply<Result<(), String>>),
	/// A ban was written down, or its end, or neither.
	Banned(AccountId, bool, Result<(), String>, Reply<Result<(), String>>),
	/// The operator tells the pool something.
	Command(Command),
}

/// What the operator tells the pool.
pub(crate) enum Command {
	/// Sell, or do not.
	Sell(bool, Reply<Result<(), String>>),
	/// Let a worker finish its tasks and end. The reply is whether it is connected.
	Drain(AccountId, Reply<bool>),
	/// Ban a worker or an operator until a time in ms; `None`: no longer.
	Ban(AccountId, Option<Moment>, Reply<Result<(), String>>),
	/// Tell who is banned.
	Bans(Reply<Result<BTreeMap<AccountId, Moment>, String>>),
}

impl Pool {
	/// Records an input. Decisions are taken at the end of the turn.
	pub(super) fn handle(&mut self, input: Input) {
		let now = self.now();
		match input {
			Input::Join(member, line, reply) => self.join(*member, line, reply),
			Input::Reports(session, reports, reply) => {
				let member = self.member(&session);
				if let Some(account) = &member {
					let mut uploaded = BTreeSet::new();
					// The store is asked once for each.
					let is_news = |report: &Report| report.step != Step::Uploaded || uploaded.insert(report.task);
					for report in reports.into_iter().filter(is_news) {
						self.report(account, report);
					}
				}
				self.replies.push(Box::new(move || _ = reply.send(member.is_some())));
			}
			Input::Logs(session, task, logs, reply) => self.logs(session, task, logs, reply),
			Input::CallbackData(session, task, data, reply) => self.callback_data(session, task, data, reply),
			Input::Block(BlockKind::Best, block) => self.see_best(block),
			Input::Block(BlockKind::Final, block) => self.see_final(&block),
			Input::Deal(deal, facts) => self.deal_read(deal, facts),
			Input::OpenDeals(asked_about, deals) => self.deals_found(&asked_about, &deals),
			Input::Adopted(deal, adoption) => self.adopted(deal, adoption),
			Input::Sent(task, sending, result) => self.sent(task, sending, result),
			Input::Refreshed(task, version, Ok(chain)) => {
				replies::refreshed(&mut self.state, &task, version, chain, now);
			}
			Input::Refreshed(task, _, Err(error)) => {
				spans::of_task_id(task)
					.in_scope(|| tracing::warn!("the chain does not say how the task stands: {error}"));
				replies::answered(&mut self.state, &task, false, now);
			}
			Input::Stored(task, worker, size) => self.stored(task, worker, size),
			Input::Homeless(deal, rows) => self.homeless(deal, rows),
			Input::Standing(account, score, funds) => {
				self.state.set_score(&account, score);
				self.state.set_funds(&account, funds);
			}
			Input::Recalled(business) => self.recalled(*business),
			Input::Market(market) => self.market_read(market),
			Input::Sold(result) => self.sold(result),
			Input::Selling(selling, result, reply) => self.selling_set(selling, result, reply),
			Input::Banned(account, is_banned, result, reply) => self.banned(&account, is_banned, result, reply),
			Input::Command(Command::Sell(sells, reply)) => self.sell(sells, reply),
			Input::Command(Command::Drain(worker, reply)) => self.drain(&worker, reply),
			Input::Command(Command::Ban(account, until, reply)) => self.ban(account, until, reply),
			Input::Command(Command::Bans(reply)) => self.tell_bans(reply),
		}
	}

	fn join(&mut self, member: Member, line: Line, reply: Reply<Joined>) {
		let account = member.account.clone();
		let session = self.means.links.open(&account, line);
		self.twins.remove(&account);
		tracing::info!(worker = %Account(account.clone()), "joined");
		let reports = || member.held.iter().map(|held| &held.report);
		let uploaded = reports().filter(|report| report.step == Step::Uploaded).cloned().collect::<Vec<_>>();
		let held = reports().map(|report| report.task).collect::<Vec<_>>();
		let now = self.now();
		let forget = membership::join(&mut self.state, member, session, now);
		for report in uploaded {
			self.report(&account, report);
		}
		self.ask_newcomer(&account, &held);
		self.ask_again_to_drain(&account);
		let terms = &self.means.terms;
		let (heartbeat, max_result, retention) = (terms.heartbeat, terms.max_result, Some(terms.retention));
		let joined = Joined { session, heartbeat, forget, max_result, retention };
		self.replies.push(Box::new(move || _ = reply.send(joined)));
	}

	fn report(&mut self, account: &AccountId, report: Report) {
		let task = report.task;
		if report.step == Step::Failed {
			// Perhaps for want of a stake.
			self.stale.insert(account.clone());
		}
		if report.step == Step::Uploaded && self.look_for_pruned(task) {
			return;
		}
		if self.state.task(&task).is_none() && self.means.db.is_shared() {
			self.pass_on(account, report);
			return;
		}
		if self.state.report(account, report, self.now()) {
			self.look_for_result(task, account.clone());
		}
	}

	fn stored(&mut self, task: TaskId, worker: Option<AccountId>, size: Option<u64>) {
		let now = self.now();
		match (worker, size) {
			(worker, Some(size)) => {
				self.state.stored(&task, worker.as_ref(), size, now);
				self.pruned_stored(task, size);
				self.means.metrics.stored.inc();
			}
			(Some(worker), None) => self.state.upload_failed(&task, &worker, now),
			(None, None) => {}
		}
		if let Some(known) = self.state.task(&task).filter(|known| known.is_storing()) {
			let is_stored = known.upload.stored.is_some();
			replies::answered(&mut self.state, &task, is_stored, now);
		}
	}

	/// Records a block that is best.
	fn see_best(&mut self, block: ChainBlock) {
		self.see_deals(&block);
		self.see_time(block.clock);
		// Events of blocks that the node has discarded, or that were passed over, are told by nobody.
		if self.state.best() > 0 && block.number > self.state.best().saturating_add(1) {
			self.read_anew();
		}
		if self.state.deals().values().any(|deal| deal.adopting) {
			let is_unknown = |event: &&ChainEvent| event.task().is_some_and(|task| self.state.task(&task).is_none());
			let missed = block.events.iter().filter(is_unknown).map(|event| (block.number, event.clone()));
			self.missed.extend(missed);
		}
		self.means.metrics.see(&block);
		for undone in self.state.see(&block, self.now()) {
			self.refresh(undone);
		}
		for event in &block.events {
			let ChainEvent::Task(task, TaskEvent::Closed { .. }) = event else { continue };
			let Some(known) = self.state.task(task) else { continue };
			let contributions = &known.chain().contributions;
			if contributions.len() > 1 {
				self.stale.extend(contributions.iter().map(|one| one.worker.clone()));
			}
		}
	}

	/// Records the time of a block, and tells if the machine's clock is far from it.
	fn see_time(&mut self, block: rlc_chain::Clock) {
		let Some(ahead) = self.clock.follow(block, system_time()) else { return };
		self.means.metrics.clock_ahead.set(ahead / 1_000);
		if self.clock.is_to_tell(ahead) {
			tracing::error!(
				"this machine's clock differs from the chain's by {} s: set it; claims that are signed by it are refused, and \
				 deadlines go by the chain's time",
				ahead / 1_000
			);
		}
	}

	/// Asks the chain about all that is in memory: what was told of it may be incomplete.
	fn read_anew(&mut self) {
		tracing::warn!("blocks were missed: tasks and deals are read anew");
		for task in self.state.tasks().keys().copied().collect::<Vec<_>>() {
			self.refresh(task);
		}
		self.find_deals();
	}

	/// Takes note of the pool's open deals, as the chain lists them. Deals in memory that it does not list are over.
	fn deals_found(&mut self, asked_about: &[DealId], deals: &[OpenDeal]) {
		self.beats.deals = Some(Instant::now());
		for deal in deals {
			self.deal_opened(deal.id, deal.first, deal.size);
		}
		let open = deals.iter().map(|deal| deal.id).collect::<BTreeSet<_>>();
		let is_over =
			|id: &&DealId| !open.contains(id) && self.state.deal(id).is_some_and(|deal| deal.closed.is_none());
		for id in asked_about.iter().filter(is_over).copied().collect::<Vec<_>>() {
			let of_it =
				self.state.tasks().iter().filter(|(_, task)| task.chain().deal == id && !task.chain().is_closed());
			for task in of_it.map(|(task, _)| *task).collect::<Vec<_>>() {
				self.refresh(task);
			}
			self.read_deal(id, false);
		}
	}

	/// Records a block that is final.
	fn see_final(&mut self, block: &ChainBlock) {
		self.see_deals(block);
		self.state.finalize(block.number);
		self.cursor = self.cursor.max(block.number);
		self.batch.cursor = Some(block.number);
	}

	/// Records deals that were opened and closed: in both kinds of blocks, so that none is missed if one stream lags.
	fn see_deals(&mut self, block: &ChainBlock) {
		for event in &block.events {
			match event {
				ChainEvent::DealOpened { deal, first, size } => self.deal_opened(*deal, *first, *size),
				ChainEvent::DealClosed(deal) => self.state.close_deal(deal, block.clock.poco),
				ChainEvent::Task(..) => {}
			}
		}
	}

	fn deal_read(&mut self, deal: DealId, facts: Answer<Option<Box<DealFacts>>>) {
		self.reading.remove(&deal);
		match facts {
			Ok(Some(facts)) => {
				let facts = *facts;
				self.keep_content(&facts);
				let hopeless = facts.unservable.map(Hopeless::Params);
				if let Some(hopeless) = &hopeless {
					tracing::warn!(deal = ?deal.0, "hopeless: {hopeless}");
				}
				self.state.insert_deal(deal, || DealState {
					hopeless,
					..DealState::new(facts.deal, facts.kind, facts.asked, facts.content)
				});
				self.rank_deal(deal);
				if let Some(closed) = facts.closed {
					self.state.close_deal(&deal, closed);
				}
				self.adopt_parts();
			}
			Ok(None) => self.look_for_homeless(deal),
			Err(error) => {
				tracing::warn!(deal = ?deal.0, "cannot be read: {error}");
				self.read_deal(deal, true);
			}
		}
	}
}
