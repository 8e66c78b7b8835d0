//! What a validator remembers of its search from block to block, in its node's own storage: where to go on, and what has
//! just failed.

// SCALE's derives number variants with casts.
#![cfg_attr(not(feature = "std"), allow(clippy::as_conversions, clippy::cast_possible_truncation))]

use alloc::{
	collections::{BTreeMap, BTreeSet},
	vec::Vec,
};

use codec::{Decode, Encode};
use rlc_primitives::{CategoryId, OrderHash};
use sp_runtime::offchain::storage::StorageValueRef;

use crate::types::Rank;

/// Keeps a second run out while one is under way.
pub(crate) const LOCK: &[u8] = b"rlc/marketplace/search/lock";

/// Starts the keys of where the search of a category goes on.
const TURNS: &[u8] = b"rlc/marketplace/search/turn/";

/// Which category comes first in the next block.
const FIRST: &[u8] = b"rlc/marketplace/search/first";

/// What failed.
const FAILURES: &[u8] = b"rlc/marketplace/search/failures";

/// The most failures that are remembered.
const MAX_FAILURES: usize = 4_096;

/// After how many failures in a row the wait grows no longer.
const MAX_DOUBLINGS: u8 = 5;

/// For how many blocks a failure is remembered after its wait: one that comes soon after waits longer.
const MEMORY: u32 = 64;

/// Where the search of a category goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Turn {
	/// After which request.
	pub requests: Rank,
	/// The last request that the walk is for, and whether none follows it. A request that comes later would not see all
	/// offers.
	pub until: Option<(Rank, bool)>,
	/// After which offer.
	pub walk: Walk,
}

/// After which workerpool offer a walk goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) enum Walk {
	/// Of those that admit everybody, which come first.
	Open(Rank),
	/// Of the others.
	Restricted(Rank),
}

impl Default for Walk {
	fn default() -> Self {
		Self::Open(Rank::default())
	}
}

impl Turn {
	/// Returns where the search of a category goes on.
	pub fn load(category: CategoryId) -> Self {
		StorageValueRef::persistent(&Self::key(category)).get().ok().flatten().unwrap_or_default()
	}

	/// Remembers it.
	pub fn save(&self, category: CategoryId) {
		StorageValueRef::persistent(&Self::key(category)).set(self);
	}

	fn key(category: CategoryId) -> Vec<u8> {
		[TURNS, &category.encode()].concat()
	}
}

/// Returns which category comes first.
pub(crate) fn first_category() -> u32 {
	StorageValueRef::persistent(FIRST).get().ok().flatten().unwrap_or_default()
}

/// Remembers which category comes first in the next block.
pub(crate) fn set_first_category(category: u32) {
	StorageValueRef::persistent(FIRST).set(&category);
}

/// What happened to an order's search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
struct Failure {
	/// How often in a row.
	times: u8,
	/// In which block it is tried again.
	until: u32,
}

/// Requests and offers that failed a moment ago: each failure in a row doubles the wait, up to 32 blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failures {
	now: u32,
	orders: BTreeMap<OrderHash, Failure>,
}

impl Failures {
	/// Returns what is remembered in block `now`.
	pub fn load(now: u32) -> Self {
		let orders = StorageValueRef::persistent(FAILURES).get().ok().flatten().unwrap_or_default();
		Self { now, orders }
	}

	/// Remembers it.
	pub fn save(mut self) {
		let now = self.now;
		self.orders.retain(|_, failure| failure.until.saturating_add(MEMORY) > now);
		StorageValueRef::persistent(FAILURES).set(&self.orders);
	}

	/// Returns the orders that are to wait.
	pub fn waiting(&self) -> BTreeSet<OrderHash> {
		self.orders.iter().filter(|(_, failure)| failure.until > self.now).map(|(hash, _)| *hash).collect()
	}

	/// Notes a failure: the order waits for twice as long as the last time.
	pub fn note(&mut self, hash: OrderHash) {
		let times = self.orders.get(&hash).map_or(0, |failure| failure.times);
		let wait = 1_u32.checked_shl(times.min(MAX_DOUBLINGS).into()).unwrap_or(1);
		self.set(hash, Failure { times: times.saturating_add(1), until: self.now.saturating_add(wait) });
	}

	/// Notes that a match of a request is on its way: it rests until that is in a block.
	pub fn rest(&mut self, hash: OrderHash) {
		self.set(hash, Failure { times: 0, until: self.now.saturating_add(2) });
	}

	fn set(&mut self, hash: OrderHash, failure: Failure) {
		if self.orders.len() < MAX_FAILURES || self.orders.contains_key(&hash) {
			self.orders.insert(hash, failure);
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use sp_core::H256;

	fn failures(now: u32) -> Failures {
		Failures { now, orders: BTreeMap::new() }
	}

	#[test]
	fn wait_doubles_and_ends() {
		let (order, mut failures) = (OrderHash::default(), failures(100));
		for wait in [1, 2, 4, 8, 16, 32, 32] {
			failures.note(order);
			failures.now += wait - 1;
			assert!(wait == 1 || failures.waiting().contains(&order));
			failures.now += 1;
			assert!(failures.waiting().is_empty(), "{wait}");
		}
	}

	#[test]
	fn request_whose_match_is_on_its_way_rests_for_a_block() {
		let (order, mut failures) = (OrderHash::default(), failures(100));
		failures.rest(order);
		failures.now = 101;
		assert!(failures.waiting().contains(&order));
		failures.now = 102;
		assert!(failures.waiting().is_empty());
	}

	#[test]
	fn memory_is_bounded() {
		let mut failures = failures(1);
		for n in 0..5_000 {
			failures.note(OrderHash(H256::from_low_u64_be(n)));
		}
		assert_eq!(failures.orders.len(), MAX_FAILURES);
		failures.note(OrderHash(H256::from_low_u64_be(0)));
		assert_eq!(failures.orders[&OrderHash(H256::from_low_u64_be(0))].times, 2, "those that are known stay known");
	}
}
