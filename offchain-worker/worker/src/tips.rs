//! Which tips are offered for a transaction while its deadline comes near: a pure function of the time that is left.
//!
//! ```text
//! window   |------------------------------|------------------------|------|
//!          opens                        half                     nine    deadline
//! tip       none                          1,000 nRLC, doubling    the most
//! ```
//!
//! What workers must do is free, and usually is in the next block. Only if blocks stay full for half of a window does a
//! tip bring a transaction before those that could wait.

use std::{iter::successors, time::Duration};

use rlc_chain::Bid;
use rlc_primitives::{Balance, Moment};

/// The first tip, in nRLC: some times what it takes to come before everything without one.
const LEAST: Balance = 1_000;

/// The time in which something can be done, in ms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
	/// How long it is open.
	pub length: Moment,
	/// When it closes.
	pub deadline: Moment,
}

/// Returns the tips to offer for something that is sent at `now`, and after how long, up to the `most` in nRLC.
pub(crate) fn bids(window: Window, now: Moment, most: Balance) -> Vec<Bid> {
	let Window { length, deadline } = window;
	let (first, last) = (deadline.saturating_sub(length / 2), deadline.saturating_sub(length / 10));
	let tips: Vec<_> = tips(most).collect();
	let steps = u64::try_from(tips.len()).unwrap_or(u64::MAX).saturating_sub(1).max(1);
	let pause = last.saturating_sub(first) / steps;
	let bid = |(step, tip)| {
		let at = if step == steps { last } else { first.saturating_add(pause.saturating_mul(step)) };
		Bid { after: Duration::from_millis(at.saturating_sub(now)), tip }
	};
	(0..).zip(tips).map(bid).collect()
}

/// Returns the tips one after the other: doubled each time, the last one the most.
fn tips(most: Balance) -> impl Iterator<Item = Balance> {
	let first = Some(LEAST.min(most)).filter(|tip| *tip > 0);
	successors(first, move |tip| (*tip < most).then(|| tip.saturating_mul(2).min(most)))
}

#[cfg(test)]
mod tests {
	use super::*;

	/// Opens at 0.
	const WINDOW: Window = Window { length: 600_000, deadline: 600_000 };

	/// What is offered at a time for something that was sent at another.
	fn offered(sent: Moment, at: Moment, most: Balance) -> Balance {
		let waited = Duration::from_millis(at - sent);
		bids(WINDOW, sent, most).iter().rfind(|bid| bid.after <= waited).map_or(0, |bid| bid.tip)
	}

	#[test]
	fn tip_doubles_from_half_of_the_window_to_the_most() {
		// The most is reached in three steps, 80 s apart.
		for (at, tip) in [
			(0, 0),
			(299_999, 0),
			(300_000, 1_000),
			(379_999, 1_000),
			(380_000, 2_000),
			(460_000, 4_000),
			(539_999, 4_000),
			(540_000, 5_000),
			(600_000, 5_000),
		] {
			assert_eq!(offered(0, at, 5_000), tip, "at {at}");
		}
	}

	#[test]
	fn what_is_sent_late_begins_with_what_is_due() {
		for (sent, tip) in [(100_000, 0), (300_000, 1_000), (470_000, 4_000), (599_000, 5_000), (700_000, 5_000)] {
			assert_eq!(offered(sent, sent, 5_000), tip, "at {sent}");
			let times: Vec<_> = bids(WINDOW, sent, 5_000).iter().map(|bid| bid.after).collect();
			assert!(times.is_sorted(), "{times:?}");
		}
	}

	#[test]
	fn nobody_offers_more_than_the_operator_allows() {
		for most in [0, 1, 999, 1_000, 1_001, 10_000_000, Balance::MAX] {
			let bids = bids(WINDOW, 0, most);
			assert_eq!(bids.last().map_or(0, |bid| bid.tip), most);
			assert!(bids.is_sorted_by(|one, next| one.tip < next.tip), "{bids:?}");
		}
	}

	#[test]
	fn window_of_no_length_is_bid_for_at_once() {
		let window = Window { length: 0, deadline: 5 };
		assert!(bids(window, 5, 4_000).iter().all(|bid| bid.after.is_zero()));
	}
}
