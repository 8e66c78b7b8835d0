//! Room for results in the store: how much there is, and how much of it current tasks have set aside.
//!
//! A task sets room aside when it goes to its first worker, and waits until it can. It sets aside what results of its app
//! take, as far as they were seen; a larger result waits at its worker until there is room. Room is not set aside for whole
//! deals: otherwise, a long, cheap deal would keep out all others.

use std::collections::{BTreeSet, HashMap};

use rlc_primitives::{work::MAX_CALLBACK_DATA, AccountId, DealId};
use sp_core::H256;

use super::DealState;

/// The least that a task sets aside, in bytes.
pub const LEAST: u64 = 64 * 1024;

/// A task of an app without known results sets aside one in this many bytes of the room that is left, at most the largest
/// result. More would leave workers without tasks, since few results are large.
const UNSEEN: u64 = 1_024;

/// The most apps whose results' sizes are remembered: beyond that, all are learned again.
const MAX_APPS: usize = 10_000;

/// Room for results.
#[derive(Debug)]
pub struct Room {
	/// The largest result, in bytes.
	max_result: u64,
	/// How many bytes the store accepts beside those that it has.
	left: u64,
	/// The most that one requester's results may take, in bytes.
	each: u64,
	/// What the results of requesters take in the store, in bytes.
	held: HashMap<AccountId, u64>,
	/// What current tasks have set aside, in bytes: in all, and by requester.
	total: u64,
	set_aside: HashMap<AccountId, u64>,
	/// The largest recent results, by app, in bytes.
	sizes: HashMap<H256, u64>,
	/// What workers say of apps of which no result came into the store yet, in bytes.
	heard: HashMap<H256, u64>,
	/// Deals whose tasks wait for room.
	short: BTreeSet<DealId>,
}

impl Default for Room {
	/// Returns room without a known limit.
	fn default() -> Self {
		Self {
			max_result: u64::MAX,
			left: u64::MAX,
			each: u64::MAX,
			held: HashMap::new(),
			total: 0,
			set_aside: HashMap::new(),
			sizes: HashMap::new(),
			heard: HashMap::new(),
			short: BTreeSet::new(),
		}
	}
}

impl Room {
	/// Returns room for results of at most this many bytes.
	pub fn new(max_result: u64) -> Self {
		Self { max_result, ..Self::default() }
	}

	/// Records how many bytes the store accepts beside those that it has.
	pub fn set_left(&mut self, left: u64) {
		self.left = left;
	}

	/// Records what the results of requesters take in the store, in bytes, and the most that each may take.
	pub fn set_held(&mut self, held: HashMap<AccountId, u64>, each: u64) {
		self.held = held;
		self.each = each;
	}

	/// Records the size of a result of this app, in bytes, as a worker says. It counts only until a result came into the store,
	/// so that nobody can make an app's results look large for long.
	pub fn hear(&mut self, app: H256, size: u64) {
		if self.sizes.contains_key(&app) {
			return;
		}
		if self.heard.len() >= MAX_APPS && !self.heard.contains_key(&app) {
			self.heard.clear();
		}
		self.heard.entry(app).or_insert(size.min(self.max_result));
	}

	/// Records the size of a result of this app that came into the store, in bytes.
	pub fn see(&mut self, app: H256, size: u64) {
		if self.sizes.len() >= MAX_APPS && !self.sizes.contains_key(&app) {
			self.sizes.clear();
		}
		self.heard.remove(&app);
		let size = size.min(self.max_result);
		let known = self.sizes.entry(app).or_insert(size);
		*known = (*known - *known / 8).max(size);
	}

	/// Returns how many bytes a task of this deal sets aside.
	pub fn of_task(&self, deal: &DealState) -> u64 {
		if deal.deal.callback.is_some() {
			return MAX_CALLBACK_DATA.into();
		}
		let seen = deal.content.first().and_then(|app| self.sizes.get(app).or_else(|| self.heard.get(app)));
		let size = seen.map_or(self.left / UNSEEN, |size| size.saturating_mul(2));
		size.max(LEAST).min(self.max_result)
	}

	/// Returns whether a requester may set this many bytes aside.
	pub fn has(&self, requester: &AccountId, size: u64) -> bool {
		let of = |bytes: &HashMap<AccountId, u64>| bytes.get(requester).copied().unwrap_or(0);
		let each = of(&self.held).saturating_add(of(&self.set_aside)).saturating_add(size);
		each <= self.each && self.total.saturating_add(size) <= self.left
	}

	/// Returns whether the store accepts a result of this size now, for which its requester has set this many bytes aside.
	pub fn accepts(&self, requester: &AccountId, size: u64, set_aside: u64) -> bool {
		let more = size.saturating_sub(set_aside);
		size <= self.left && (more == 0 || self.has(requester, more))
	}

	/// Sets bytes aside for a requester, whether there is room or not.
	pub fn set_aside(&mut self, requester: &AccountId, size: u64) {
		self.total = self.total.saturating_add(size);
		let of_requester = self.set_aside.entry(requester.clone()).or_default();
		*of_requester = of_requester.saturating_add(size);
	}

	/// Gives back what was set aside.
	pub fn give_back(&mut self, requester: &AccountId, size: u64) {
		self.total = self.total.saturating_sub(size);
		let Some(of_requester) = self.set_aside.get_mut(requester) else { return };
		*of_requester = of_requester.saturating_sub(size);
		if *of_requester == 0 {
			self.set_aside.remove(requester);
		}
	}

	/// Records that a deal's tasks wait for room.
	pub fn note_short(&mut self, deal: DealId) {
		self.short.insert(deal);
	}

	/// Records that no deal is known to wait: tasks are assigned anew.
	pub fn forget_short(&mut self) {
		self.short.clear();
	}

	/// Returns how many deals' tasks wait for room.
	pub fn count_short(&self) -> usize {
		self.short.len()
	}

	/// Returns what current tasks have set aside, in bytes.
	pub fn total(&self) -> u64 {
		self.total
	}

	/// Returns how many more bytes tasks can set aside.
	pub fn to_set_aside(&self) -> u64 {
		self.left.saturating_sub(self.total)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::testing::account;

	const APP: H256 = H256::repeat_byte(7);

	#[test]
	fn room_is_bounded_in_all_and_for_each_requester() {
		let mut room = Room::new(1_000);
		room.set_left(100);
		room.set_held([(account(1), 30)].into(), 60);
		assert!(room.has(&account(1), 30) && !room.has(&account(1), 31), "what is in the store counts");
		room.set_aside(&account(1), 30);
		assert!(!room.has(&account(1), 1) && room.has(&account(2), 60));
		room.set_aside(&account(2), 60);
		assert!(room.has(&account(3), 10) && !room.has(&account(3), 11), "what others have set aside is theirs");
		room.give_back(&account(1), 30);
		assert!(room.has(&account(3), 40));
		assert_eq!((room.total(), room.to_set_aside()), (60, 40));
	}

	#[test]
	fn result_that_fits_in_what_was_set_aside_is_accepted_and_a_larger_one_if_there_is_more() {
		let mut room = Room::new(1_000);
		room.set_left(100);
		room.set_aside(&account(1), 40);
		room.set_aside(&account(2), 50);
		let accepts = |room: &Room, size| room.accepts(&account(1), size, 40);
		assert!(accepts(&room, 40) && accepts(&room, 50) && !accepts(&room, 51));
		room.set_left(39);
		assert!(!accepts(&room, 40), "something else has filled the disk");
	}

	#[test]
	fn sizes_follow_the_results_of_late_and_are_bounded() {
		let mut room = Room::new(1 << 30);
		room.hear(APP, 8 << 20);
		room.hear(APP, 1 << 30);
		assert_eq!(room.heard[&APP], 8 << 20, "what workers say counts once");
		room.see(APP, 1);
		assert_eq!((room.sizes[&APP], room.heard.len()), (1, 0), "and no longer than until one is seen");
		room.hear(APP, 1 << 30);
		assert_eq!((room.sizes[&APP], room.heard.len()), (1, 0));
		room.see(APP, 8 << 20);
		room.see(APP, 1);
		assert_eq!(room.sizes[&APP], 7 << 20, "a large one is remembered for a while");
		room.see(APP, 9 << 20);
		assert_eq!(room.sizes[&APP], 9 << 20);
		room.see(APP, u64::MAX);
		assert_eq!(room.sizes[&APP], 1 << 30);
		for n in 0..=MAX_APPS {
			let app = H256::from_low_u64_be(n.try_into().unwrap());
			room.hear(app, 1);
			assert!(room.heard.len() <= MAX_APPS);
		}
		for n in 0..=MAX_APPS {
			room.see(H256::from_low_u64_be(n.try_into().unwrap()), 1);
		}
		assert!(room.sizes.len() <= MAX_APPS);
	}
}
