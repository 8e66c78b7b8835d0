//! How the tasks of requesters and of apps ended lately in this pool, and what that cost it.
//!
//! Tasks are counted by day, and weigh half as much after each [`HALF_LIFE`] days. What the pool lost is counted by hour.

use std::collections::{BTreeMap, HashMap};

use rlc_primitives::{AccountId, AppId, Balance, Moment};

/// An hour, in ms.
pub const HOUR: Moment = 3_600_000;

/// A day, in ms.
pub const DAY: Moment = 24 * HOUR;

/// After so many days, what happened weighs half as much.
const HALF_LIFE: u64 = 7;

/// After so many days, it weighs nothing.
pub const REMEMBERED: u64 = 28;

/// How many times as much as a failure that cost the pool nothing, one weighs that cost it its stake.
const LOSS_WEIGHT: u64 = 4;

/// For how many completed tasks anybody gets credit who has none.
const CREDIT: f64 = 10.0;

/// Whose tasks are counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Party {
	/// Those that an account asked for.
	Requester(AccountId),
	/// Those that run an app.
	App(AppId),
}

/// How a task ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
	/// With a result.
	Completed,
	/// Without one, and nobody lost anything: its workers agreed on that, or it was released.
	Failed,
	/// Without one, and the pool lost its stake.
	Lost,
}

/// How many tasks ended so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Endings {
	/// With a result.
	pub completed: u64,
	/// Without one, and nobody lost anything.
	pub failed: u64,
	/// Without one, and the pool lost its stake.
	pub lost: u64,
}

impl Endings {
	/// Counts a task.
	pub fn count(&mut self, ending: Ending) {
		match ending {
			Ending::Completed => self.completed += 1,
			Ending::Failed => self.failed += 1,
			Ending::Lost => self.lost += 1,
		}
	}

	/// Adds others.
	pub fn add(&mut self, others: &Self) {
		self.completed = self.completed.saturating_add(others.completed);
		self.failed = self.failed.saturating_add(others.failed);
		self.lost = self.lost.saturating_add(others.lost);
	}
}

/// How tasks ended lately, by whose they were and by day, and what was lost, by hour.
#[derive(Debug, Default)]
pub struct Standings {
	parties: HashMap<Party, BTreeMap<u64, Endings>>,
	/// In nRLC.
	losses: BTreeMap<u64, Balance>,
}

impl Standings {
	/// Returns what was written down: how the tasks of each party ended on each day, and what was lost in each hour.
	pub fn new(days: Vec<(Party, u64, Endings)>, losses: Vec<(u64, Balance)>) -> Self {
		let mut standings = Self { parties: HashMap::new(), losses: losses.into_iter().collect() };
		for (party, day, endings) in days {
			standings.parties.entry(party).or_default().entry(day).or_default().add(&endings);
		}
		standings
	}

	/// Counts a task that ended at this time, in ms.
	pub fn count(&mut self, party: Party, ending: Ending, now: Moment) {
		self.parties.entry(party).or_default().entry(now / DAY).or_default().count(ending);
	}

	/// Adds a stake that was lost at this time, in ms.
	pub fn lose(&mut self, stake: Balance, now: Moment) {
		let lost = self.losses.entry(now / HOUR).or_default();
		*lost = lost.saturating_add(stake);
	}

	/// Returns what part of a party's tasks failed lately, in percent. Lost stakes weigh more, and everybody has some credit.
	pub fn failure_rate(&self, party: &Party, now: Moment) -> u8 {
		let Some(days) = self.parties.get(party) else { return 0 };
		let today = now / DAY;
		let (mut bad, mut good) = (0.0, CREDIT);
		for (day, endings) in days {
			let age = today.saturating_sub(*day);
			if age >= REMEMBERED {
				continue;
			}
			let weight = 0.5_f64.powf(age as f64 / HALF_LIFE as f64);
			let failures = endings.lost.saturating_mul(LOSS_WEIGHT).saturating_add(endings.failed);
			bad += failures as f64 * weight;
			good += endings.completed as f64 * weight;
		}
		// A part of a whole: no more than 100.
		(100.0 * bad / (bad + good)).floor() as u8
	}

	/// Returns the parties of whose tasks at least this part failed, in percent, the worst first.
	pub fn at_least(&self, rate: u8, now: Moment) -> Vec<(Party, u8)> {
		let rates = self.parties.keys().map(|party| (party.clone(), self.failure_rate(party, now)));
		let mut worst = rates.filter(|(_, of)| *of >= rate && *of > 0).collect::<Vec<_>>();
		worst.sort_by(|(one, left), (other, right)| right.cmp(left).then_with(|| one.cmp(other)));
		worst
	}

	/// Returns what was lost, in nRLC, in the last 24 hours, but not before the hour of `since`, in ms.
	pub fn lost_since(&self, since: Moment, now: Moment) -> Balance {
		let first = (now.saturating_sub(DAY) / HOUR + 1).max(since / HOUR);
		self.losses.range(first..).fold(0, |sum, (_, lost)| sum.saturating_add(*lost))
	}

	/// Returns the end of the last hour in which something was lost, in ms.
	pub fn last_loss(&self) -> Option<Moment> {
		let last = self.losses.iter().rev().find(|(_, lost)| **lost > 0);
		last.map(|(hour, _)| hour.saturating_add(1).saturating_mul(HOUR))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::testing::account;

	fn requester() -> Party {
		Party::Requester(account(1))
	}

	/// Returns the failure rate of a party whose tasks ended so today, after some days.
	fn rate(endings: Endings, days: u64) -> u8 {
		Standings::new(vec![(requester(), 100, endings)], Vec::new()).failure_rate(&requester(), (100 + days) * DAY)
	}

	#[test]
	fn tasks_weigh_by_how_they_ended() {
		let of = |completed, failed, lost| rate(Endings { completed, failed, lost }, 0);
		assert_eq!([of(0, 0, 0), of(1_000, 0, 0)], [0, 0]);
		assert_eq!([of(0, 0, 2), of(0, 0, 3), of(0, 0, 10)], [44, 54, 80], "two lost stakes are not enough");
		assert_eq!([of(0, 9, 0), of(0, 10, 0)], [47, 50]);
		assert_eq!(of(90, 0, 10), 28, "many good ones make up for it");
		assert_eq!(of(0, 0, u64::MAX), 100);
	}

	#[test]
	fn failures_are_forgotten_with_time() {
		let lost = Endings { lost: 10, ..Endings::default() };
		assert_eq!([0, 7, 14, 27, 28].map(|days| rate(lost, days)), [80, 66, 50, 21, 0]);
	}

	#[test]
	fn worst_come_first() {
		let mut standings = Standings::default();
		let app = Party::App(AppId::default());
		(0..10).for_each(|_| standings.count(app.clone(), Ending::Failed, DAY));
		(0..10).for_each(|_| standings.count(requester(), Ending::Lost, DAY));
		standings.count(Party::Requester(account(2)), Ending::Completed, DAY);
		assert_eq!(standings.at_least(50, DAY), [(requester(), 80), (app, 50)]);
		assert_eq!(standings.at_least(0, DAY).len(), 2, "one without failures is not on the list");
	}

	#[test]
	fn losses_of_a_day_are_added_up() {
		let mut standings = Standings::default();
		standings.lose(5, HOUR);
		standings.lose(7, 2 * HOUR + 1);
		standings.lose(1, 2 * HOUR + 2);
		assert_eq!(standings.lost_since(0, 3 * HOUR), 13);
		assert_eq!(standings.lost_since(2 * HOUR, 3 * HOUR), 8, "since then");
		assert_eq!(standings.lost_since(0, DAY + HOUR), 8, "the first hour is a day ago");
		assert_eq!(standings.lost_since(0, DAY + 2 * HOUR), 0);
		assert_eq!(standings.last_loss(), Some(3 * HOUR));
	}
}
