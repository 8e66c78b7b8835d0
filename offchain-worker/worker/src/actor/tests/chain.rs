//! A chain of blocks that follows Proof-of-Contribution's own rules.

use std::collections::BTreeMap;

use rlc_chain::{Bid, Clock};
use rlc_primitives::{
	market::DealView,
	task::{Commitment, Task},
	work::{ResultOf, TaskFailure, TaskRef},
	AccountId, AgreedFailure, BlockNumber, Moment, ResultDigest, ResultHash, Rules, TaskEvent, TaskId,
};
use sp_core::H256;
use tokio::sync::mpsc;

use super::world::WORKER;
use crate::{
	ports::Submission,
	record::{Output, OutputKind},
	seen::{ChainEvent, News},
	testing,
};

#[derive(Clone)]
pub struct Chain {
	pub deal: DealView,
	pub tasks: BTreeMap<TaskId, Task>,
	/// The failures that winners showed consensuses to be.
	pub failures: BTreeMap<TaskId, TaskFailure>,
	pub number: BlockNumber,
	/// How often the chain took another way: blocks of the same height differ in it.
	way: u64,
	pub finalizes: bool,
	/// Whether what happens in blocks is left out of what is told.
	pub mute: bool,
	pub sent: Vec<Submission>,
	/// The tips that were offered for each submission, whatever became of it.
	pub bids: Vec<Vec<Bid>>,
	pub refused: u32,
	/// Whether work is stopped from the last block on.
	pub paused: bool,
	/// How many transactions were not taken since it was.
	pub held_up: u32,
	/// How many blocks PoCo time has stood still before.
	stood_still: u32,
	/// Whether it takes reports of failures.
	pub takes_reports: bool,
	/// How often it was asked whether it does.
	pub asked_for_reports: u32,
	/// How the next transactions end.
	pub next: Vec<Trouble>,
	listeners: Vec<mpsc::UnboundedSender<News>>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Trouble {
	/// It is not taken, as work is stopped.
	Paused,
	/// It never arrives.
	Lost,
	/// It is in a block, but nobody hears of it.
	Unheard,
	/// It is refused, though nothing is wrong with it.
	Refused,
	/// The last reveal of the next batch of them does not count.
	PassesOver,
}

impl Chain {
	/// Returns a chain with a deal of this trust.
	pub fn new(trust: u64) -> Self {
		Self {
			deal: testing::deal(trust),
			tasks: BTreeMap::new(),
			failures: BTreeMap::new(),
			number: 1,
			way: 0,
			finalizes: true,
			mute: false,
			sent: Vec::new(),
			takes_reports: true,
			asked_for_reports: 0,
			bids: Vec::new(),
			refused: 0,
			paused: false,
			held_up: 0,
			stood_still: 0,
			next: Vec::new(),
			listeners: Vec::new(),
		}
	}

	/// Returns what happens from now on.
	pub fn listen(&mut self) -> mpsc::UnboundedReceiver<News> {
		let (listener, news) = mpsc::unbounded_channel();
		let (number, hash, clock) = (self.number, self.hash(), self.clock());
		let first = News::Block { number, hash, parent: H256::zero(), clock, events: vec![] };
		listener.send(first).unwrap();
		listener.send(News::Finalized(number)).unwrap();
		self.listeners.push(listener);
		news
	}

	pub fn now(&self) -> Moment {
		self.deal.deal.opened + Moment::from(self.number - self.stood_still)
	}

	fn clock(&self) -> Clock {
		Clock { stands_still: self.paused, ..self.now().into() }
	}

	/// Lets work go on, in a block.
	pub fn resume(&mut self) {
		self.paused = false;
		self.block(vec![]);
	}

	fn hash(&self) -> H256 {
		H256::from_low_u64_be(self.way << 32 | u64::from(self.number))
	}

	pub fn task(&self, which: TaskRef) -> Task {
		self.tasks.get(&which.id()).cloned().unwrap_or_else(|| Task::new(which.deal, which.index))
	}

	/// Adds a block.
	pub fn block(&mut self, events: Vec<ChainEvent>) {
		let parent = self.hash();
		self.number += 1;
		self.stood_still += u32::from(self.paused);
		let events = if self.mute { vec![] } else { events };
		self.tell(News::Block { number: self.number, hash: self.hash(), parent, clock: self.clock(), events });
		if self.finalizes {
			self.tell(News::Finalized(self.number));
		}
	}

	pub fn tell(&mut self, news: News) {
		self.listeners.retain(|listener| listener.send(news.clone()).is_ok());
	}

	/// Takes the chain back to what it was before, and goes on from there.
	pub fn fork(&mut self, before: &Chain) {
		self.tasks = before.tasks.clone();
		self.failures = before.failures.clone();
		(self.number, self.way) = (before.number, self.way + 1);
		self.block(vec![]);
	}

	/// Has another worker contribute.
	pub fn other(&mut self, number: u8, which: TaskRef, digest: ResultDigest) {
		let worker = AccountId::new([number; 32]);
		let output = Output { digest, kind: OutputKind::Archive, size: 0 };
		let mut events = Vec::new();
		let commitment = output.commitment(&worker, which.id());
		self.contribute(worker, which, commitment, &mut events).unwrap();
		self.block(events);
	}

	/// Has another worker reveal.
	pub fn other_reveals(&mut self, number: u8, which: TaskRef, digest: ResultDigest) {
		let mut events = Vec::new();
		self.reveal(&AccountId::new([number; 32]), which, digest, &mut events).unwrap();
		self.block(events);
	}

	fn contribute(
		&mut self,
		worker: AccountId,
		which: TaskRef,
		commitment: Commitment,
		events: &mut Vec<ChainEvent>,
	) -> Result<(), String> {
		let (now, mut task) = (self.now(), self.task(which));
		let own = worker == WORKER;
		let reached = task
			.contribute(&self.deal.deal, worker, 0, commitment, now, &Rules::IEXEC)
			.map_err(|error| format!("{error:?}"))?;
		let id = which.id();
		self.tasks.insert(id, task);
		let result = commitment.result;
		events.extend(own.then_some(ChainEvent::Task(id, TaskEvent::Contributed { worker: WORKER, result })));
		events.extend(reached.map(|consensus| {
			let (winners, reveal_deadline) = (consensus.winners, consensus.reveal_deadline);
			ChainEvent::Task(id, TaskEvent::ConsensusReached { result, winners, reveal_deadline })
		}));
		Ok(())
	}

	fn reveal(
		&mut self,
		worker: &AccountId,
		which: TaskRef,
		digest: ResultDigest,
		events: &mut Vec<ChainEvent>,
	) -> Result<(), String> {
		let (now, mut task) = (self.now(), self.task(which));
		let missing = task.reveal(worker, digest, now).map_err(|error| format!("{error:?}"))?;
		let id = which.id();
		let revealed = ChainEvent::Task(id, TaskEvent::Revealed { worker: worker.clone(), digest });
		events.extend((*worker == WORKER).then_some(revealed));
		if missing == 0 && self.deal.deal.callback.is_none() {
			task.finalize(&self.deal.deal, None, now, &Rules::IEXEC).map_err(|error| format!("{error:?}"))?;
			events.push(ChainEvent::Task(id, TaskEvent::Closed { outcome: Some(digest) }));
		}
		self.tasks.insert(id, task);
		Ok(())
	}

	/// Has another worker reveal how the app failed.
	pub fn other_reveals_failure(&mut self, number: u8, which: TaskRef, failure: &AgreedFailure) {
		let mut events = Vec::new();
		self.reveal_failure(&AccountId::new([number; 32]), which, failure, &mut events).unwrap();
		self.block(events);
	}

	fn reveal_failure(
		&mut self,
		worker: &AccountId,
		which: TaskRef,
		failure: &AgreedFailure,
		events: &mut Vec<ChainEvent>,
	) -> Result<(), String> {
		let (now, mut task, id) = (self.now(), self.task(which), which.id());
		let digest = failure.digest(&id);
		let is_agreed = task.consensus().is_some_and(|consensus| consensus.result == ResultHash::of(id, digest));
		let shown = if !is_agreed && self.failures.contains_key(&id) {
			task.excuse(worker, digest, now)
		} else {
			task.reveal(worker, digest, now).map(drop)
		};
		shown.map_err(|error| format!("{error:?}"))?;
		let AgreedFailure { cause, code, .. } = *failure;
		if is_agreed {
			self.failures.insert(id, TaskFailure::Agreed { cause, code });
			let revealed = ChainEvent::Task(id, TaskEvent::Revealed { worker: worker.clone(), digest });
			events.extend((*worker == WORKER).then_some(revealed));
		}
		events.push(ChainEvent::Task(id, TaskEvent::FailureRevealed { worker: worker.clone(), cause, code }));
		if !task.has_open_contribution() {
			task.agree_to_fail(&self.deal.deal, now, &Rules::IEXEC).map_err(|error| format!("{error:?}"))?;
			events.push(ChainEvent::Task(id, TaskEvent::Closed { outcome: None }));
		}
		self.tasks.insert(id, task);
		Ok(())
	}

	/// Closes a task whose winners showed that the app failed, as the end of its reveal window does.
	pub fn close_as_failure(&mut self, which: TaskRef) {
		let mut task = self.task(which);
		let over = task.consensus().unwrap().reveal_deadline;
		task.agree_to_fail(&self.deal.deal, over, &Rules::IEXEC).unwrap();
		self.tasks.insert(which.id(), task);
		self.block(vec![ChainEvent::Task(which.id(), TaskEvent::Closed { outcome: None })]);
	}

	/// Reopens a task: nobody revealed in time, and other workers may contribute again.
	pub fn reopen(&mut self, which: TaskRef) {
		let mut task = self.task(which);
		let over = task.consensus().unwrap().reveal_deadline;
		task.reopen(&self.deal.deal, over).unwrap();
		self.tasks.insert(which.id(), task);
		self.block(vec![ChainEvent::Task(which.id(), TaskEvent::Reopened)]);
	}

	fn deliver(&mut self, one: &ResultOf, data: Option<&[u8]>, events: &mut Vec<ChainEvent>) -> Result<(), String> {
		let (now, mut task) = (self.now(), self.task(one.task));
		let done = task.contribute_and_finalize(&self.deal.deal, WORKER, one.digest, None, data, now);
		done.map_err(|error| format!("{error:?}"))?;
		let id = one.task.id();
		self.tasks.insert(id, task);
		events.push(ChainEvent::Task(id, TaskEvent::Closed { outcome: Some(one.digest) }));
		Ok(())
	}

	/// Closes a task as the scheduler does, with its result if there is one.
	pub fn close(&mut self, which: TaskRef, callback: Option<&[u8]>) {
		let (now, mut task) = (self.now(), self.task(which));
		let outcome = match callback {
			Some(_) => task.finalize(&self.deal.deal, callback, now, &Rules::IEXEC).unwrap().digest,
			None => {
				task.abandon(&self.deal.deal, now, &Rules::IEXEC).unwrap();
				None
			}
		};
		self.tasks.insert(which.id(), task);
		self.block(vec![ChainEvent::Task(which.id(), TaskEvent::Closed { outcome })]);
	}

	/// Does what is submitted, in a block of its own: of a batch, what counts. Returns the tasks of the rest. Refused if
	/// nothing counts.
	pub fn apply(&mut self, submission: &Submission) -> Result<Vec<TaskId>, String> {
		let (mut events, mut missed, mut refusal) = (Vec::new(), Vec::new(), None);
		let mut counts = |which: TaskRef, result: Result<(), String>| match result {
			Ok(()) => true,
			Err(error) => {
				missed.push(which.id());
				refusal.get_or_insert(error);
				false
			}
		};
		let mut done = submission.clone();
		let some = match &mut done {
			Submission::Contribute(some) => {
				some.retain(|one| counts(one.task, self.contribute(WORKER, one.task, one.commitment, &mut events)));
				some.len()
			}
			Submission::Reveal(some) => {
				some.retain(|(which, digest)| counts(*which, self.reveal(&WORKER, *which, *digest, &mut events)));
				some.len()
			}
			Submission::Direct { results, callback_data } => {
				let data = callback_data.as_ref().map(|data| data.as_slice());
				results.retain(|one| counts(one.task, self.deliver(one, data, &mut events)));
				results.len()
			}
			Submission::RevealFailure(which, failure) => {
				let shown = self.reveal_failure(&WORKER, *which, failure, &mut events);
				counts(*which, shown).into()
			}
			Submission::ReportFailure(..) => 1,
		};
		match refusal.filter(|_| some == 0) {
			Some(refusal) => {
				self.refused += 1;
				Err(refusal)
			}
			None => {
				self.sent.push(done);
				self.block(events);
				Ok(missed)
			}
		}
	}

	/// Returns how many tasks each transaction of this kind had.
	pub fn contributions(&self) -> Vec<usize> {
		let batches = self.sent.iter().filter_map(|sent| match sent {
			Submission::Contribute(some) => Some(some.len()),
			Submission::Direct { results, .. } => Some(results.len()),
			_ => None,
		});
		batches.collect()
	}

	/// Returns the failures that this worker revealed.
	pub fn failures_shown(&self) -> Vec<AgreedFailure> {
		let shown = self.sent.iter().filter_map(|sent| match sent {
			Submission::RevealFailure(_, failure) => Some(*failure),
			_ => None,
		});
		shown.collect()
	}

	pub fn reveals(&self) -> Vec<usize> {
		let batches = self.sent.iter().filter_map(|sent| match sent {
			Submission::Reveal(some) => Some(some.len()),
			_ => None,
		});
		batches.collect()
	}
}
