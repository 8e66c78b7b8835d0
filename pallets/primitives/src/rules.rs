//! Where this chain departs from iExec's contracts, because contributing is free here and prices of 0 are legal: each rule
//! takes a profit out of dealing with oneself.
//!
//! There are two sets. [`Rules::LIVE`] is every network's. Under [`Rules::IEXEC`] nothing departs: recorded histories of
//! the contracts replay exactly. They are constants of a runtime, which no vote can change: at values between the two, the
//! attacks that the rules prevent would pay again.

use crate::{money::Score, task::MAX_CONTRIBUTORS, Balance, RLC};

/// Where seized stakes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sink {
	/// To people, as in iExec's contracts: a worker's stake to the workers that proved the result and their scheduler, a
	/// scheduler's to the kitty, of which each success takes a part.
	People,
	/// To the treasury, which no caller can name. A task's success can be staged at no cost, so an account that could
	/// collect what others lose would make them lose it.
	Treasury,
}

/// A set of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
	/// Where seized stakes go.
	pub sink: Sink,
	/// How many open contributions to one result a consensus needs where the trust is above 1, whatever they weigh.
	pub least_contributors: u32,
	/// What a point of score costs its worker, in nRLC, out of a reward of at least ten times as much. It pays for the
	/// entry in storage too.
	pub score_price: Balance,
	/// How many points a worker can gain in a day.
	pub daily_points: u32,
	/// How many reference times longer than its final deadline a task can be finalized that somebody revealed. It can be
	/// claimed only after that.
	pub grace: u64,
	/// Whether deals are charged for the free calls of their tasks. If they are, each task has a limited number of them.
	pub charges: bool,
}

impl Rules {
	/// What iExec's contracts do.
	pub const IEXEC: Self = Self {
		sink: Sink::People,
		least_contributors: 1,
		score_price: 0,
		daily_points: u32::MAX,
		grace: 0,
		charges: false,
	};

	/// What networks of this chain do.
	pub const LIVE: Self = Self {
		sink: Sink::Treasury,
		least_contributors: 2,
		score_price: RLC / 100,
		daily_points: 8,
		grace: 2,
		charges: true,
	};

	/// Returns how many open contributions to one result a consensus of this trust needs at least.
	pub fn least_contributors(&self, trust: u64) -> u32 {
		if trust > 1 {
			self.least_contributors
		} else {
			1
		}
	}

	/// Returns how many workers have to agree for a consensus of this trust if all are new, and so count least: each
	/// doubles the group's value, which has to exceed `trust − 1` times the initial total of 1.
	pub fn new_workers(&self, trust: u64) -> u32 {
		let doublings = u64::BITS.saturating_sub(trust.saturating_sub(1).leading_zeros());
		doublings.clamp(self.least_contributors(trust), MAX_CONTRIBUTORS)
	}

	/// Returns how many contributions to a task of this trust are free.
	pub fn free_contributions(&self, trust: u64) -> u32 {
		if self.charges {
			self.new_workers(trust).saturating_add(1)
		} else {
			u32::MAX
		}
	}

	/// Returns how many reports of failure of a task of this trust are free.
	pub fn free_reports(&self, trust: u64) -> u32 {
		if self.charges {
			self.new_workers(trust)
		} else {
			u32::MAX
		}
	}

	/// Returns what is left of a proved worker's reward if it pays for a point of score; `None` if the reward is too small
	/// for that.
	pub fn after_score_price(&self, reward: Balance) -> Option<Balance> {
		let least = self.score_price.saturating_mul(10);
		if reward < least {
			return None;
		}
		reward.checked_sub(self.score_price)
	}
}

/// How a worker stands.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	codec::Encode,
	codec::Decode,
	codec::DecodeWithMemTracking,
	codec::MaxEncodedLen,
	scale_info::TypeInfo,
)]
pub struct Standing {
	/// How often it was recently right.
	pub score: Score,
	/// The day, counted from the Unix epoch, on which it last gained a point.
	pub day: u32,
	/// How many points it gained on that day.
	pub points: u32,
}

impl Standing {
	/// Returns whether the worker can gain another point on this day.
	pub fn can_gain(&self, day: u32, rules: &Rules) -> bool {
		self.day != day || self.points < rules.daily_points
	}

	/// Adds a point.
	pub fn gain(&mut self, day: u32) {
		self.points = if self.day == day { self.points.saturating_add(1) } else { 1 };
		self.day = day;
		self.score = self.score.saturating_add(1);
	}

	/// Takes a third of the score, rounded up: `floor(score · 2 / 3)` is left.
	pub fn fault(&mut self) {
		self.score = crate::money::score_after_fault(self.score);
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::consensus;
	use sp_core::U256;

	#[test]
	fn iexecs_rules_take_nothing_and_ask_for_nothing() {
		let rules = Rules::IEXEC;
		assert_eq!(rules.least_contributors(1_000), 1);
		assert_eq!(rules.after_score_price(0), Some(0));
		assert!(Standing { score: 1, day: 5, points: 1_000_000 }.can_gain(5, &rules));
	}

	#[test]
	fn point_is_paid_for_out_of_a_reward_ten_times_its_price() {
		let rules = Rules::LIVE;
		assert_eq!(rules.after_score_price(10 * rules.score_price - 1), None);
		assert_eq!(rules.after_score_price(10 * rules.score_price), Some(9 * rules.score_price));
	}

	#[test]
	fn two_must_agree_where_trust_is_asked_for() {
		assert_eq!([0, 1, 2, u64::MAX].map(|trust| Rules::LIVE.least_contributors(trust)), [1, 1, 2, 2]);
	}

	#[test]
	fn trust_needs_as_many_new_workers_as_the_consensus() {
		assert_eq!([0, 1, 2, 3, 5, 9].map(|trust| Rules::IEXEC.new_workers(trust)), [1, 1, 1, 2, 3, 4]);
		assert_eq!([0, 1, 2, 3, 5, 9].map(|trust| Rules::LIVE.new_workers(trust)), [1, 1, 2, 2, 3, 4]);
		assert_eq!(Rules::LIVE.new_workers(u64::MAX), 64);
		for trust in (0..1_000).chain((9..63).flat_map(|power| [(1 << power) - 1, 1 << power, (1 << power) + 1])) {
			let agree = |workers: u32| {
				let group = consensus::group((0..workers).map(|_| consensus::weight(0))).unwrap();
				let total = consensus::total(consensus::INITIAL_TOTAL, U256::zero(), group).unwrap();
				consensus::is_reached(group, total, trust).unwrap()
			};
			let needed = Rules::IEXEC.new_workers(trust);
			assert!(agree(needed) && (needed == 1 || !agree(needed - 1)), "trust {trust}");
		}
	}

	#[test]
	fn points_of_a_day_are_bounded() {
		let mut standing = Standing::default();
		for _ in 0..Rules::LIVE.daily_points {
			assert!(standing.can_gain(7, &Rules::LIVE));
			standing.gain(7);
		}
		assert!(!standing.can_gain(7, &Rules::LIVE));
		assert!(standing.can_gain(8, &Rules::LIVE));
		standing.gain(8);
		assert_eq!(standing, Standing { score: 9, day: 8, points: 1 });
		standing.fault();
		assert_eq!(standing, Standing { score: 6, day: 8, points: 1 });
	}
}
