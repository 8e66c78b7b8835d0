//! A chain of blocks that follows Proof-of-Contribution's own rules.

use std::collections::BTreeMap;

use rlc_primitives::{
	market::DealView,
	task::{Commitment, Task},
	work::{ResultOf, TaskRef},
	AccountId, BlockNumber, Moment, ResultDigest, TaskEvent, TaskId,
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
	pub number: BlockNumber,
	/// How often the chain took another way: blocks of the same height differ in it.
	way: u64,
	pub finalizes: bool,
	/// Whether what happens in blocks is left out of what is told.
	pub mute: bool,
	pub sent: Vec<Submission>,
	pub refused: u32,
	/// How the next transactions end.
	pub next: Vec<Trouble>,
	listeners: Vec<mpsc::UnboundedSender<News>>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Trouble {
	/// It never arrives.
	Lost,
	/// It is in a block, but nobody hears of it.
	Unheard,
	/// It is refused, though nothing is wrong with it.
	Refused,
}

impl Chain {
	/// Returns a chain with a deal of this trust.
	pub fn new(trust: u64) -> Self {
		Self {
			deal: testing::deal(trust),
			tasks: BTreeMap::new(),
			number: 1,
			way: 0,
			finalizes: true,
			mute: false,
			sent: Vec::new(),
			refused: 0,
			next: Vec::new(),
			listeners: Vec::new(),
		}
	}

	/// Returns what happens from now on.
	pub fn listen(&mut self) -> mpsc::UnboundedReceiver<News> {
		let (listener, news) = mpsc::unbounded_channel();
		let (number, hash, time) = (self.number, self.hash(), self.now());
		let first = News::Block { number, hash, parent: H256::zero(), time, events: vec![] };
		listener.send(first).unwrap();
		listener.send(News::Finalized(number)).unwrap();
		self.listeners.push(listener);
		news
	}

	pub fn now(&self) -> Moment {
		self.deal.deal.start + Moment::from(self.number)
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
		let events = if self.mute { vec![] } else { events };
		self.tell(News::Block { number: self.number, hash: self.hash(), parent, time: self.now(), events });
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
		let reached =
			task.contribute(&self.deal.deal, worker, 0, commitment, now).map_err(|error| format!("{error:?}"))?;
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
			task.finalize(&self.deal.deal, None, now).map_err(|error| format!("{error:?}"))?;
			events.push(ChainEvent::Task(id, TaskEvent::Closed { outcome: Some(digest) }));
		}
		self.tasks.insert(id, task);
		Ok(())
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
			Some(_) => task.finalize(&self.deal.deal, callback, now).unwrap().digest,
			None => {
				task.abandon(&self.deal.deal, now).unwrap();
				None
			}
		};
		self.tasks.insert(which.id(), task);
		self.block(vec![ChainEvent::Task(which.id(), TaskEvent::Closed { outcome })]);
	}

	/// Does what is submitted: all or nothing, in a block of its own.
	pub fn apply(&mut self, submission: &Submission) -> Result<(), String> {
		let (before, mut events) = (self.tasks.clone(), Vec::new());
		let result = match submission {
			Submission::Contribute(some) => {
				some.iter().try_for_each(|one| self.contribute(WORKER, one.task, one.commitment, &mut events))
			}
			Submission::Reveal(some) => {
				some.iter().try_for_each(|(which, digest)| self.reveal(&WORKER, *which, *digest, &mut events))
			}
			Submission::Direct { results, callback_data } => {
				let data = callback_data.as_ref().map(|data| data.as_slice());
				results.iter().try_for_each(|one| self.deliver(one, data, &mut events))
			}
			Submission::ReportFailure(..) => Ok(()),
		};
		match &result {
			Ok(()) => {
				self.sent.push(submission.clone());
				self.block(events);
			}
			Err(_) => {
				self.tasks = before;
				self.refused += 1;
			}
		}
		result
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

	pub fn reveals(&self) -> Vec<usize> {
		let batches = self.sent.iter().filter_map(|sent| match sent {
			Submission::Reveal(some) => Some(some.len()),
			_ => None,
		});
		batches.collect()
	}
}
