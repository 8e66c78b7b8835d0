//! Records: how the tasks of a workerpool, or of an app, recently ended, weighted by their charges.
//!
//! A task weighs what it was charged for its free calls. That is spent for good, unlike a price, which an account that
//! deals with itself gets back: so a record cannot be had for less than it says. Each [`HALF_LIFE`] halves all weights.
//!
//! ```text
//! rank of an offer = max(price, floor / 30 %) · (1 + (4 · timed out + failed) / (completed + 10 charges))
//! ```
//!
//! Every failure counts against the pool, the app's own too: otherwise a pool could get an excuse for free, from a second
//! pool that fails the app as well. Making a pool look bad with apps that fail costs as much in charges as its customers paid.
//!
//! A pool without a record ranks by its price alone. Ten tasks that timed out make a newcomer rank as if it asked for five
//! times its price; after a hundred completed tasks, as if it asked for a third more.
//!
//! If ranking is not enough for a request, it names a [`LeastRecord`]: pools with a worse record do not match it at all.

// SCALE's derives number variants that hold something with casts.
#![cfg_attr(not(feature = "std"), allow(clippy::cast_possible_truncation))]

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{money::mul_div, AccountId, AppId, Balance, Moment, WorkerpoolId};

/// A day, in ms.
const DAY: Moment = 24 * 60 * 60 * 1_000;

/// After this time, in ms, the weight of what happened is half of what it was.
pub const HALF_LIFE: Moment = 90 * DAY;

/// Half of the time, in ms, that completed tasks are counted over.
pub const HALF_MONTH: Moment = 15 * DAY;

/// Half of the time, in ms, that wasted tasks are counted over: so short that requests for an app that fails cannot shut a
/// pool out for less than they cost each day anew.
pub const HALF_DAY: Moment = DAY / 2;

/// How much more a timeout weighs than a failure that workers agreed on.
const TIMEOUT_FACTOR: Balance = 4;

/// For how many completed tasks of its own an offer gets credit before it has a record.
const CREDIT: Balance = 10;

/// How many unattended tasks a pool without a record may have open, or waste.
pub const UNATTENDED_OPEN: u64 = 10;

/// How a task ended, as far as a record is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
	/// With a result.
	Completed,
	/// Without one, and the workers agreed on why.
	Failed,
	/// Without one: it was not done in time, or the scheduler gave it up.
	TimedOut,
}

/// The weights of tasks by how they ended, in nRLC.
#[derive(
	Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Tally {
	/// Of those that have a result.
	pub completed: Balance,
	/// Of those that workers agreed have none.
	pub failed: Balance,
	/// Of those that were not done in time, or given up.
	pub timed_out: Balance,
	/// Until when the weights were halved, in ms.
	pub halved: Moment,
}

impl Tally {
	/// Returns the tally at `now`, in ms: halved for each half-life since it was last.
	#[must_use]
	pub fn at(self, now: Moment) -> Self {
		let halvings = self.halvings(now);
		Self {
			completed: halved(self.completed, halvings),
			failed: halved(self.failed, halvings),
			timed_out: halved(self.timed_out, halvings),
			halved: self.halved.saturating_add(halvings.saturating_mul(HALF_LIFE)),
		}
	}

	/// Returns how many half-lives have passed by `now`, in ms, since it was last halved.
	fn halvings(&self, now: Moment) -> u64 {
		now.saturating_sub(self.halved).checked_div(HALF_LIFE).unwrap_or_default()
	}

	/// Adds a task of this weight.
	pub fn add(&mut self, ending: Ending, weight: Balance) {
		let sum = match ending {
			Ending::Completed => &mut self.completed,
			Ending::Failed => &mut self.failed,
			Ending::TimedOut => &mut self.timed_out,
		};
		*sum = sum.saturating_add(weight);
	}

	/// Returns whether nothing is left.
	pub fn is_empty(&self) -> bool {
		self.completed == 0 && self.failed == 0 && self.timed_out == 0
	}

	/// Returns what an offer at this price, in nRLC, is compared by, if a task is charged at least `charge`.
	pub fn rank(&self, price: Balance, charge: Balance) -> Balance {
		let bad = self.timed_out.saturating_mul(TIMEOUT_FACTOR).saturating_add(self.failed);
		let good = self.completed.saturating_add(charge.max(1).saturating_mul(CREDIT));
		price.saturating_add(mul_div(price, bad, good).unwrap_or(Balance::MAX))
	}
}

/// The least record that a request demands of a workerpool under its current owner.
///
/// The first bound is strong: charges are paid for good, so a pool cannot meet it for free. The second is weaker: anyone
/// can make a pool miss it, by spending a matching sum on apps that fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct LeastRecord {
	/// The least weight of its completed tasks, in nRLC.
	pub completed: Balance,
	/// The largest part, in percent, that tasks without a result may have of the weight of all its tasks: 100 allows any.
	pub max_failed: u8,
}

impl LeastRecord {
	/// Returns whether a record is good enough. An empty one has no failures.
	pub fn is_met_by(&self, tally: &Tally) -> bool {
		if tally.completed < self.completed {
			return false;
		}
		let failed = tally.failed.saturating_add(tally.timed_out);
		let all = tally.completed.saturating_add(failed);
		// A percentage above 100 allows any, and what it allows may exceed 128 bits.
		failed <= mul_div(all, self.max_failed.into(), 100).unwrap_or(Balance::MAX)
	}
}

/// Returns what is left of an amount after this many halvings.
fn halved(amount: Balance, halvings: u64) -> Balance {
	let by = u32::try_from(halvings).unwrap_or(u32::MAX);
	amount.checked_shr(by).unwrap_or_default()
}

/// How many tasks ended in some way recently: in this period, and in the one before.
#[derive(
	Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Recent {
	/// In this period.
	pub current: u64,
	/// In the period before.
	pub previous: u64,
	/// When this period began, in ms.
	pub began: Moment,
}

impl Recent {
	/// Returns the count at `now`, with periods of this length, both in ms.
	#[must_use]
	pub fn at(self, now: Moment, period: Moment) -> Self {
		let periods = now.saturating_sub(self.began).checked_div(period).unwrap_or_default();
		match periods {
			0 => self,
			1 => Self { current: 0, previous: self.current, began: self.began.saturating_add(period) },
			_ => Self { current: 0, previous: 0, began: now },
		}
	}

	/// Adds a task.
	pub fn add(&mut self) {
		self.current = self.current.saturating_add(1);
	}

	/// Returns how many tasks it counts.
	pub fn tasks(&self) -> u64 {
		self.current.saturating_add(self.previous)
	}
}

/// What is remembered of a workerpool under one owner.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct PoolRecord {
	/// Whose record this is: it says nothing about the pool under another owner.
	pub owner: AccountId,
	/// How its tasks ended.
	pub tally: Tally,
	/// How many tasks it completed in the last 15 to 30 days.
	pub recent: Recent,
	/// How many tasks of deals that nobody signed ended without a result in the last half to whole day, for whatever reason.
	pub wasted: Recent,
	/// How many tasks are open of deals that nobody signed.
	pub unattended: u64,
	/// How much its attempts can be paid, in nRLC: what its completed tasks were charged, less what attempts were paid,
	/// halved with the tally.
	pub allowance: Balance,
}

impl PoolRecord {
	/// Returns the record of a pool of which nothing is known.
	pub fn new(owner: AccountId) -> Self {
		Self {
			owner,
			tally: Tally::default(),
			recent: Recent::default(),
			wasted: Recent::default(),
			unattended: 0,
			allowance: 0,
		}
	}

	/// Returns the record at `now`, in ms.
	#[must_use]
	pub fn at(self, now: Moment) -> Self {
		let allowance = halved(self.allowance, self.tally.halvings(now));
		let (recent, wasted) = (self.recent.at(now, HALF_MONTH), self.wasted.at(now, HALF_DAY));
		Self { tally: self.tally.at(now), recent, wasted, allowance, ..self }
	}

	/// Adds a task of this weight, in nRLC, of a deal that somebody signed or nobody.
	pub fn add(&mut self, ending: Ending, weight: Balance, is_unattended: bool) {
		self.tally.add(ending, weight);
		if ending == Ending::Completed {
			self.recent.add();
			self.allowance = self.allowance.saturating_add(weight);
		} else if is_unattended {
			self.wasted.add();
		}
	}

	/// Returns for how many more tasks the pool can be matched unattended. Those that it wasted take room as open ones do: a
	/// pool that fails what it takes cannot take more at once.
	pub fn room(&self) -> u64 {
		let taken = self.unattended.saturating_add(self.wasted.tasks());
		UNATTENDED_OPEN.saturating_add(self.recent.tasks()).saturating_sub(taken)
	}
}

/// Whose record it is.
#[derive(
	Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum Recorded {
	/// A workerpool's, under today's owner.
	#[codec(index = 0)]
	Workerpool(WorkerpoolId),
	/// An app's.
	#[codec(index = 1)]
	App(AppId),
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn weights_halve_with_time() {
		let tally = Tally { completed: 100, failed: 7, timed_out: 1, halved: 5 };
		assert_eq!(tally.at(5 + HALF_LIFE - 1), tally);
		let half = Tally { completed: 50, failed: 3, timed_out: 0, halved: 5 + HALF_LIFE };
		assert_eq!(tally.at(5 + HALF_LIFE), half);
		assert_eq!(tally.at(5 + HALF_LIFE).at(5 + 2 * HALF_LIFE), tally.at(5 + 2 * HALF_LIFE));
		assert!(tally.at(Moment::MAX).is_empty());
		assert_eq!(tally.at(0), tally, "time does not run backward");
	}

	#[test]
	fn newcomer_ranks_by_its_price() {
		assert_eq!(Tally::default().rank(1_000, 1_000), 1_000);
		assert_eq!(Tally::default().rank(0, 0), 0);
	}

	#[test]
	fn timeouts_count_four_times_and_completed_tasks_dilute_them() {
		let rank = |completed, failed, timed_out| Tally { completed, failed, timed_out, halved: 0 }.rank(1_000, 1_000);
		assert_eq!(rank(0, 10_000, 0), 2_000);
		assert_eq!(rank(0, 0, 10_000), 5_000);
		assert_eq!(rank(110_000, 0, 10_000), 1_333);
		assert_eq!(rank(Balance::MAX, 0, 0), 1_000);
		let hopeless = Tally { completed: 0, failed: 0, timed_out: Balance::MAX, halved: 0 };
		assert_eq!(hopeless.rank(1_000, 1), Balance::MAX, "saturates");
	}

	#[test]
	fn least_record_is_met_at_both_its_bounds_and_missed_beyond() {
		let least = LeastRecord { completed: 90, max_failed: 10 };
		let is_met = |completed, failed, timed_out| least.is_met_by(&Tally { completed, failed, timed_out, halved: 0 });
		assert!(is_met(90, 0, 0));
		assert!(!is_met(89, 0, 0), "too little is completed");
		assert!(is_met(90, 10, 0) && is_met(90, 0, 10) && is_met(90, 4, 6));
		assert!(!is_met(90, 11, 0) && !is_met(90, 0, 11) && !is_met(90, 5, 6), "too much has failed");
		assert!(is_met(99, 11, 0));
		assert!(!is_met(98, 11, 0), "a tenth, rounded down");
	}

	#[test]
	fn pool_without_a_record_has_completed_nothing_and_failed_nothing() {
		let is_met = |completed, max_failed| LeastRecord { completed, max_failed }.is_met_by(&Tally::default());
		assert!(is_met(0, 0) && !is_met(1, 100));
	}

	#[test]
	fn extremes_of_a_least_record_are_met_by_any_pool_or_by_none() {
		let worst = Tally { completed: 0, failed: Balance::MAX, timed_out: Balance::MAX, halved: 0 };
		let is_met = |completed, max_failed, tally| LeastRecord { completed, max_failed }.is_met_by(tally);
		assert!(is_met(0, 100, &worst) && is_met(0, 255, &worst) && !is_met(0, 99, &worst));
		let best = Tally { completed: Balance::MAX, ..Tally::default() };
		assert!(is_met(Balance::MAX, 0, &best));
		assert!(!is_met(Balance::MAX, 100, &Tally { completed: Balance::MAX - 1, ..best }));
	}

	#[test]
	fn record_that_met_the_least_misses_it_as_its_tasks_grow_old() {
		let tally = Tally { completed: 100, failed: 0, timed_out: 0, halved: 0 };
		let least = LeastRecord { completed: 100, max_failed: 0 };
		assert!(least.is_met_by(&tally.at(HALF_LIFE - 1)) && !least.is_met_by(&tally.at(HALF_LIFE)));
	}

	#[test]
	fn recent_tasks_are_those_of_this_half_month_and_the_last() {
		let recent = Recent { current: 3, previous: 4, began: 0 };
		let at = |now| recent.at(now, HALF_MONTH);
		assert_eq!(at(HALF_MONTH - 1).tasks(), 7);
		assert_eq!(at(HALF_MONTH).tasks(), 3);
		assert_eq!(at(2 * HALF_MONTH).tasks(), 0);
		assert_eq!(at(2 * HALF_MONTH).began, 2 * HALF_MONTH);
	}

	#[test]
	fn pool_earns_room_by_completing_tasks() {
		let mut record = PoolRecord::new(AccountId::new([1; 32]));
		assert_eq!(record.room(), 10);
		record.unattended = 12;
		assert_eq!(record.room(), 0);
		record.recent.current = 5;
		assert_eq!(record.room(), 3);
	}

	#[test]
	fn pool_that_wastes_unattended_tasks_loses_room_until_they_fade() {
		let mut record = PoolRecord::new(AccountId::new([1; 32]));
		for ending in [Ending::Failed, Ending::TimedOut] {
			record.add(ending, 1, true);
			record.add(ending, 1, false);
		}
		assert_eq!(record.room(), 8, "a signed deal is its requester's choice");
		record.add(Ending::Completed, 1, true);
		assert_eq!(record.room(), 9);
		assert_eq!(record.clone().at(HALF_DAY).room(), 9);
		assert_eq!(record.at(2 * HALF_DAY).room(), 11, "what it completed counts for longer");
	}

	#[test]
	fn allowance_grows_by_completed_tasks_alone_and_halves() {
		let mut record = PoolRecord::new(AccountId::new([1; 32]));
		for ending in [Ending::Completed, Ending::Failed, Ending::TimedOut] {
			record.add(ending, 101, false);
		}
		assert_eq!(record.allowance, 101);
		assert_eq!(record.clone().at(HALF_LIFE - 1).allowance, 101);
		let later = record.at(HALF_LIFE);
		assert_eq!((later.allowance, later.clone().at(HALF_LIFE).allowance), (50, 50), "once a half-life");
		assert_eq!(later.at(Moment::MAX).allowance, 0);
	}

	proptest! {
		#[test]
		fn rank_is_at_least_the_price(
			completed: u128, failed: u128, timed_out: u128, price in 0u128..1 << 100, charge: u128,
		) {
			let tally = Tally { completed, failed, timed_out, halved: 0 };
			prop_assert!(tally.rank(price, charge) >= price);
			// More trouble never helps.
			let worse = Tally { timed_out: timed_out.saturating_add(1_000), ..tally };
			prop_assert!(worse.rank(price, charge) >= tally.rank(price, charge));
		}
	}
}
