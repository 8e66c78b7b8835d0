//! What happened to an account's RLC, as the blocks tell it that the node still has.

use futures::future::try_join_all;
use rlc_chain::{BalancesEvent, BlockEvents, Chain, Event, RlcEvent};
use rlc_json::Account;
use rlc_primitives::{AccountId, Balance, BlockNumber, Moment};
use serde::Serialize;

use crate::failure::Result;

/// How many blocks are looked up at once.
const BATCH: BlockNumber = 32;

/// What can happen to an account's RLC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Kind {
	/// It was paid for a task.
	Rewarded,
	/// It paid for a task, or lost a stake with it.
	Seized,
	/// Another account paid it.
	Received,
	/// It paid another account.
	Sent,
}

impl Kind {
	/// Says what happened.
	pub(crate) fn words(self) -> &'static str {
		match self {
			Self::Rewarded => "earned",
			Self::Seized => "paid or lost",
			Self::Received => "received",
			Self::Sent => "sent",
		}
	}
}

/// Something that happened to an account's RLC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
	/// In which block.
	pub block: BlockNumber,
	/// When, in ms of chain time.
	pub time: Moment,
	/// What.
	pub kind: Kind,
	/// How much, in nRLC.
	pub amount: Balance,
	/// The task's id, or the other account.
	pub about: String,
}

/// What happened to an account's RLC in some blocks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct History {
	/// The first block that was looked at.
	pub first: BlockNumber,
	/// The last one.
	pub last: BlockNumber,
	/// Whether the node has discarded what happened before.
	pub is_cut: bool,
	/// What happened, the newest first.
	pub entries: Vec<Entry>,
}

impl History {
	/// Looks at so many of the last blocks, as far as the node has them.
	///
	/// # Errors
	///
	/// If the node does not answer.
	pub(crate) async fn of(chain: &Chain, who: &AccountId, blocks: BlockNumber) -> Result<Self> {
		let (last, _) = chain.best().await?;
		let mut history = Self { first: last, last, ..Self::default() };
		let end = last.saturating_sub(blocks.saturating_sub(1));
		let mut next = last;
		loop {
			let from = next.saturating_sub(BATCH - 1).max(end);
			let batch = try_join_all((from..=next).rev().map(|number| chain.events_at(number))).await?;
			for block in batch {
				if !history.add(who, block.as_ref()) {
					return Ok(history);
				}
			}
			if from == end {
				return Ok(history);
			}
			next = from - 1;
		}
	}

	/// Adds the block before those that it has; `None` if the node has discarded that one. Returns whether there may be more.
	fn add(&mut self, who: &AccountId, block: Option<&BlockEvents>) -> bool {
		let Some(block) = block else {
			self.is_cut = true;
			return false;
		};
		self.first = block.number;
		self.entries.extend(entries(who, block));
		true
	}

	/// Returns the sum of all entries of a kind, in nRLC.
	pub(crate) fn sum(&self, kind: Kind) -> Balance {
		let of_kind = self.entries.iter().filter(|entry| entry.kind == kind);
		of_kind.fold(0, |sum: Balance, entry| sum.saturating_add(entry.amount))
	}
}

/// Returns what a block did to an account's RLC, the last first.
fn entries(who: &AccountId, block: &BlockEvents) -> Vec<Entry> {
	let mut found = Vec::new();
	for (_, event) in block.events.iter().rev() {
		let (kind, amount, about) = match event {
			Event::Rlc(RlcEvent::Rewarded { who: paid, amount, task }) if paid == who => {
				(Kind::Rewarded, *amount, format!("{:?}", task.0))
			}
			Event::Rlc(RlcEvent::Seized { who: payer, amount, task }) if payer == who => {
				(Kind::Seized, *amount, format!("{:?}", task.0))
			}
			Event::Balances(BalancesEvent::Transfer { from, to, amount }) if from == who => {
				(Kind::Sent, *amount, Account(to.clone()).to_string())
			}
			Event::Balances(BalancesEvent::Transfer { from, to, amount }) if to == who => {
				(Kind::Received, *amount, Account(from.clone()).to_string())
			}
			_ => continue,
		};
		found.push(Entry { block: block.number, time: block.clock.chain, kind, amount, about });
	}
	found
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_primitives::{Hash, TaskId};

	fn block(number: BlockNumber, events: impl IntoIterator<Item = Event>) -> BlockEvents {
		let events = events.into_iter().map(|event| (None, event)).collect();
		BlockEvents { number, hash: Hash::zero(), parent: Hash::zero(), clock: Default::default(), events }
	}

	#[test]
	fn history_ends_where_the_node_has_discarded_what_was_before() {
		let me = AccountId::new([1; 32]);
		let reward = || Event::from(RlcEvent::Rewarded { who: me.clone(), amount: 5, task: TaskId(Hash::zero()) });
		let mut history = History { first: 9, last: 9, ..History::default() };
		assert!(history.add(&me, Some(&block(9, [reward()]))) && history.add(&me, Some(&block(8, [reward()]))));
		assert!(!history.is_cut);
		assert!(!history.add(&me, None));
		assert_eq!((history.first, history.last, history.is_cut, history.sum(Kind::Rewarded)), (8, 9, true, 10));
	}

	#[test]
	fn what_happens_to_others_is_left_out() {
		let (me, other) = (AccountId::new([1; 32]), AccountId::new([2; 32]));
		let task = TaskId(Hash::repeat_byte(7));
		let transfer = |from: &AccountId, to: &AccountId, amount| {
			Event::from(BalancesEvent::Transfer { from: from.clone(), to: to.clone(), amount })
		};
		let events = [
			RlcEvent::Rewarded { who: me.clone(), amount: 5, task }.into(),
			RlcEvent::Rewarded { who: other.clone(), amount: 50, task }.into(),
			RlcEvent::Seized { who: me.clone(), amount: 3, task }.into(),
			RlcEvent::Locked { who: me.clone(), amount: 9 }.into(),
			transfer(&me, &other, 2),
			transfer(&other, &me, 1),
			transfer(&other, &other, 70),
		];
		let history = History { entries: entries(&me, &block(4, events)), ..History::default() };
		let kinds: Vec<_> = history.entries.iter().map(|entry| (entry.kind, entry.amount)).collect();
		assert_eq!(kinds, [(Kind::Received, 1), (Kind::Sent, 2), (Kind::Seized, 3), (Kind::Rewarded, 5)]);
		assert_eq!((history.sum(Kind::Rewarded), history.sum(Kind::Sent)), (5, 2));
	}
}
