//! What is offered for transactions to come first, and when.

use std::{collections::BTreeMap, time::Duration};

use rlc_primitives::{Balance, Nonce};
use tokio::sync::watch;

/// A tip that is offered once a transaction has waited so long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bid {
	/// After this time.
	pub after: Duration,
	/// In nRLC.
	pub tip: Balance,
}

/// Returns the tip that is due after a time, and when the next one is. Bids are in the order of their times.
pub(super) fn due(bids: &[Bid], waited: Duration) -> (Balance, Option<Duration>) {
	let passed = bids.partition_point(|bid| bid.after <= waited);
	let (past, coming) = bids.split_at(passed);
	(past.last().map_or(0, |bid| bid.tip), coming.first().map(|bid| bid.after))
}

/// The tips that transactions on their way want, by their numbers.
///
/// Blocks take an account's transactions in the order of their numbers: a tip is worth nothing to the one that makes it
/// while those before it offer less.
#[derive(Debug, Default)]
pub(super) struct Wanted(watch::Sender<BTreeMap<Nonce, Balance>>);

impl Wanted {
	/// Notes that the transaction with this number wants this tip.
	pub(super) fn set(&self, nonce: Nonce, tip: Balance) {
		self.0.send_if_modified(|all| all.insert(nonce, tip) != Some(tip));
	}

	/// Forgets the transaction with this number.
	pub(super) fn forget(&self, nonce: Nonce) {
		self.0.send_if_modified(|all| all.remove(&nonce).is_some());
	}

	/// Returns what the transaction with this number has to offer: the most that it and those after it want.
	pub(super) fn of(&self, nonce: Nonce) -> Balance {
		self.0.borrow().range(nonce..).map(|(_, tip)| *tip).max().unwrap_or_default()
	}

	/// Tells of each change from now on.
	pub(super) fn changes(&self) -> watch::Receiver<BTreeMap<Nonce, Balance>> {
		self.0.subscribe()
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn seconds(number: u64) -> Duration {
		Duration::from_secs(number)
	}

	#[test]
	fn last_bid_whose_time_has_come_counts() {
		let bids = [(10, 5), (20, 10), (20, 15)].map(|(after, tip)| Bid { after: seconds(after), tip });
		assert_eq!(due(&bids, seconds(0)), (0, Some(seconds(10))));
		assert_eq!(due(&bids, seconds(10)), (5, Some(seconds(20))));
		assert_eq!(due(&bids, seconds(25)), (15, None));
		assert_eq!(due(&[], seconds(25)), (0, None));
	}

	#[test]
	fn those_before_offer_as_much_as_those_after() {
		let wanted = Wanted::default();
		[(3, 0), (4, 70), (5, 20)].into_iter().for_each(|(nonce, tip)| wanted.set(nonce, tip));
		assert_eq!([3, 4, 5, 6].map(|nonce| wanted.of(nonce)), [70, 70, 20, 0]);
		wanted.forget(4);
		assert_eq!(wanted.of(3), 20);
	}

	#[test]
	fn changes_are_told_once() {
		let wanted = Wanted::default();
		let mut changes = wanted.changes();
		wanted.set(1, 5);
		assert!(changes.has_changed().unwrap());
		changes.mark_unchanged();
		wanted.set(1, 5);
		wanted.forget(2);
		assert!(!changes.has_changed().unwrap());
	}
}
