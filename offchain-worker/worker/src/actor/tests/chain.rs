//! A chain of blocks that follows Proof-of-Contribution's own rules.

use std::collections::BTreeMap;

use rlc_primitives::{
	market::DealView,
	task::{Commitment, Task},
	work::{ResultOf, TaskRef},
	AccountId, BlockNumber, Moment, ResultDigest, TaskId,
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
	/// With a deal of this trust.
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

	/// What happens from now on.
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

	pub fn task(&self, place: TaskRef) -> Task {
		self.tasks.get(&place.id()).cloned().unwrap_or_else(|| Task::new(place.deal, place.index))
	}

	/// Add a block.
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

	/// The chain is what it was, and goes on from there.
	pub fn fork(&mut self, before: &Chain) {
		self.tasks = before.tasks.clone();
		(self.number, self.way) = (before.number, self.way + 1);
		self.block(vec![]);
	}

	/// Another worker contributes.
	pub fn other(&mut self, number: u8, place: TaskRef, digest: ResultDigest) {
		let worker = AccountId::new([number; 32]);
		let output = Output { digest, kind: OutputKind::Archive, size: 0 };
		let mut events = Vec::new();
		let commitment = output.commitment(&worker, place.id());
		self.contribute(worker, place, commitment, &mut events).unwrap();
		self.block(events);
	}

	/// Another worker reveals.
	pub fn other_reveals(&mut self, number: u8, place: TaskRef, digest: ResultDigest) {
		let mut events = Vec::new();
		self.reveal(&AccountId::new([number; 32]), place, digest, &mut events).unwrap();
		self.block(events);
	}

	fn contribute(
		&mut self,
		worker: AccountId,
		place: TaskRef,
		commitment: Commitment,
		events: &mut Vec<ChainEvent>,
	) -> Result<(), String> {
		let (now, mut task) = (self.now(), self.task(place));
		let own = worker == WORKER;
		let reached =
			task.contribute(&self.deal.deal, worker, 0, commitment, now).map_err(|error| format!("{error:?}"))?;
		let id = place.id();
		self.tasks.insert(id, task);
		events.extend(own.then_some(ChainEvent::Contributed { task: id, result: commitment.result }));
		events.extend(reached.map(|consensus| ChainEvent::Consensus {
			task: id,
			result: consensus.result,
			deadline: consensus.reveal_deadline,
		}));
		Ok(())
	}

	fn reveal(
		&mut self,
		worker: &AccountId,
		place: TaskRef,
		digest: ResultDigest,
		events: &mut Vec<ChainEvent>,
	) -> Result<(), String> {
		let (now, mut task) = (self.now(), self.task(place));
		let missing = task.reveal(worker, digest, now).map_err(|error| format!("{error:?}"))?;
		let id = place.id();
		events.extend((*worker == WORKER).then_some(ChainEvent::Revealed { task: id }));
		if missing == 0 && self.deal.deal.callback.is_none() {
			task.finalize(&self.deal.deal, None, now).map_err(|error| format!("{error:?}"))?;
			events.push(ChainEvent::Closed { task: id, outcome: Some(digest) });
		}
		self.tasks.insert(id, task);
		Ok(())
	}

	/// Nobody revealed in time, and other workers may contribute again.
	pub fn reopen(&mut self, place: TaskRef) {
		let mut task = self.task(place);
		let over = task.consensus().unwrap().reveal_deadline;
		task.reopen(&self.deal.deal, over).unwrap();
		self.tasks.insert(place.id(), task);
		self.block(vec![ChainEvent::Reopened { task: place.id() }]);
	}

	fn deliver(&mut self, one: &ResultOf, data: Option<&[u8]>, events: &mut Vec<ChainEvent>) -> Result<(), String> {
		let (now, mut task) = (self.now(), self.task(one.task));
		let done = task.contribute_and_finalize(&self.deal.deal, WORKER, one.digest, None, data, now);
		done.map_err(|error| format!("{error:?}"))?;
		let id = one.task.id();
		self.tasks.insert(id, task);
		events.push(ChainEvent::Closed { task: id, outcome: Some(one.digest) });
		Ok(())
	}

	/// The scheduler closes the task, with its result if there is one.
	pub fn close(&mut self, place: TaskRef, callback: Option<&[u8]>) {
		let (now, mut task) = (self.now(), self.task(place));
		let outcome = match callback {
			Some(_) => task.finalize(&self.deal.deal, callback, now).unwrap().digest,
			None => {
				task.abandon(&self.deal.deal, now).unwrap();
				None
			}
		};
		self.tasks.insert(place.id(), task);
		self.block(vec![ChainEvent::Closed { task: place.id(), outcome }]);
	}

	/// All or nothing, in a block of its own.
	pub fn apply(&mut self, submission: &Submission) -> Result<(), String> {
		let (before, mut events) = (self.tasks.clone(), Vec::new());
		let result = match submission {
			Submission::Contribute(some) => {
				some.iter().try_for_each(|one| self.contribute(WORKER, one.task, one.commitment, &mut events))
			}
			Submission::Reveal(some) => {
				some.iter().try_for_each(|(place, digest)| self.reveal(&WORKER, *place, *digest, &mut events))
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

	/// How many tasks each transaction of this kind had.
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
