//! When the pool stops to sell by itself: a circuit breaker. It withdraws its orders once it has lost too much stake in a day,
//! and sells again by hand, or after a quiet time without a loss.
//!
//! ```text
//!            more than max_loss lost in a day, as far as it counts
//!  on sale ──────────────────────────────────────────────────────► withdrawn
//!      ▲                                                               │
//!      └──────────── by hand, or no loss for the quiet time ───────────┘
//! ```
//! What was lost before orders were withdrawn, or published again, does not count any more. So orders that somebody publishes
//! by hand while they count as withdrawn stay, until too much is lost once more.

use rlc_primitives::{Balance, Moment};

use crate::model::{Now, Selling, Standings, HOUR};

/// When to stop and to go on selling.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
	/// How much stake may be lost in a day, in nRLC; `None`: any.
	pub max_loss: Option<Balance>,
	/// After how long without a loss orders are published again, in ms; `None`: by hand only.
	pub quiet: Option<Moment>,
}

/// What is to be done about the orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sale {
	/// Withdraw them: so much stake was lost, in nRLC.
	Withdraw(Balance),
	/// Publish them again.
	Publish,
}

/// Returns what was lost in a day, in nRLC, as far as it counts. The hour in which the pool stopped or began to sell has its
/// losses behind it, most likely.
pub fn loss(standings: &Standings, selling: Selling, now: Now) -> Balance {
	let since = if selling.changed == 0 { 0 } else { selling.changed.saturating_add(HOUR) };
	standings.lost_since(since, now.local)
}

/// Returns what is to be done about the orders.
pub fn next(limits: Limits, standings: &Standings, selling: Selling, now: Now) -> Option<Sale> {
	let lost = loss(standings, selling, now);
	if limits.max_loss.is_some_and(|max| lost > max) {
		return Some(Sale::Withdraw(lost));
	}
	let quiet_since = selling.withdrawn?.max(standings.last_loss().unwrap_or(0));
	(quiet_since.saturating_add(limits.quiet?) <= now.local).then_some(Sale::Publish)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::model::DAY;

	const LIMITS: Limits = Limits { max_loss: Some(100), quiet: Some(6 * HOUR) };
	const ON_SALE: Selling = Selling { withdrawn: None, changed: 0 };

	fn at(local: Moment) -> Now {
		Now { local, chain: 0 }
	}

	/// Returns standings with these losses, each at an hour.
	fn lost(losses: &[(u64, Balance)]) -> Standings {
		Standings::new(Vec::new(), losses.to_vec())
	}

	/// Orders were withdrawn in the hour 20.
	fn withdrawn() -> Selling {
		Selling::stopped(20 * HOUR + 7)
	}

	#[test]
	fn orders_are_withdrawn_once_more_than_the_limit_was_lost_in_a_day() {
		let standings = lost(&[(1, 50), (20, 50), (22, 1)]);
		assert_eq!(next(LIMITS, &lost(&[(1, 50), (20, 50)]), ON_SALE, at(22 * HOUR)), None, "no more than the limit");
		assert_eq!(next(LIMITS, &standings, ON_SALE, at(22 * HOUR)), Some(Sale::Withdraw(101)));
		assert_eq!(next(LIMITS, &standings, ON_SALE, at(DAY + 2 * HOUR)), None, "the first is more than a day ago");
		let any = Limits { max_loss: None, ..LIMITS };
		assert_eq!(next(any, &standings, ON_SALE, at(22 * HOUR)), None);
	}

	#[test]
	fn withdrawn_orders_are_published_after_a_quiet_time() {
		let standings = lost(&[(20, 200), (23, 1)]);
		assert_eq!(next(LIMITS, &standings, withdrawn(), at(30 * HOUR - 1)), None, "the last loss was in the hour 23");
		assert_eq!(next(LIMITS, &standings, withdrawn(), at(30 * HOUR)), Some(Sale::Publish));
		let by_hand = Limits { quiet: None, ..LIMITS };
		assert_eq!(next(by_hand, &standings, withdrawn(), at(90 * DAY)), None);
	}

	#[test]
	fn losses_of_before_do_not_count_once_the_pool_sells_again() {
		let again = Selling::resumed(26 * HOUR + 7);
		assert_eq!(next(LIMITS, &lost(&[(20, 200), (27, 100)]), again, at(28 * HOUR)), None);
		let more = lost(&[(20, 200), (27, 101)]);
		assert_eq!(next(LIMITS, &more, again, at(28 * HOUR)), Some(Sale::Withdraw(101)));
	}

	#[test]
	fn orders_that_somebody_published_meanwhile_are_withdrawn_for_new_losses_alone() {
		assert_eq!(next(LIMITS, &lost(&[(20, 200), (21, 100)]), withdrawn(), at(22 * HOUR)), None);
		let more = lost(&[(20, 200), (21, 100), (22, 1)]);
		assert_eq!(next(LIMITS, &more, withdrawn(), at(22 * HOUR)), Some(Sale::Withdraw(101)));
	}
}
