//! What holds for whatever orders there are.

use frame_support::assert_ok;
use proptest::prelude::*;

use super::*;
use crate::Deals;

proptest! {
	#![proptest_config(ProptestConfig::with_cases(24))]

	/// I6: whatever is matched in whatever order, deals take no more of an order than its volume, and just what is
	/// recorded.
	#[test]
	fn volume_is_consumed_exactly_once(
		apps in prop::collection::vec(1u64..8, 3), pools in prop::collection::vec(1u64..8, 3),
		requests in prop::collection::vec(1u64..8, 3), steps in prop::collection::vec((0usize..3, 0usize..3, 0usize..3), 20),
	) {
		test(|| {
			let orders = |(a, p, r): (usize, usize, usize)| four().with(|it| {
				(it.app.volume, it.app.salt.0[0]) = (apps[a], a as u8);
				(it.workerpool.volume, it.workerpool.salt.0[0]) = (pools[p], p as u8);
				(it.request.volume, it.request.salt.0[0]) = (requests[r], r as u8);
			});
			for step in steps {
				let hashes = orders(step).hashes();
				let left = |hash, volume: u64| volume - consumed(hash);
				let least = left(hashes.app, apps[step.0])
					.min(left(hashes.workerpool, pools[step.1]))
					.min(left(hashes.request, requests[step.2]));
				let before = consumed(hashes.request);
				assert_eq!(orders(step).matched().is_ok(), least > 0);
				assert_eq!(consumed(hashes.request), before + least);
			}
			let sizes: u64 = Deals::<Test>::iter_values().map(|deal| deal.size).sum();
			let of = |hash: fn(Hashes) -> OrderHash| -> u64 {
				(0..3).map(|n| consumed(hash(orders((n, n, n)).hashes()))).sum()
			};
			assert_eq!([of(|it| it.app), of(|it| it.workerpool), of(|it| it.request)], [sizes; 3]);
		});
	}

	/// The estimate is the cheapest of the offers that the rules accept, and of those the first.
	#[test]
	fn estimate_is_the_minimum(offers in prop::collection::vec((1u128..20, 0u64..4), 1..4), trust in 0u64..4) {
		test(|| {
			let four = four().with(|it| it.request.trust = trust);
			for (owner, order) in four.owned() {
				if owner != Who::Scheduler {
					assert_ok!(Market::publish_order(owner.origin(), Box::new(order)));
				}
			}
			let mut best = None;
			for (number, (price, delivered)) in offers.into_iter().enumerate() {
				let order = WorkerpoolOrder { price, trust: delivered, ..four.workerpool.clone() };
				let order = WorkerpoolOrder { salt: H256::from_low_u64_be(number as u64), ..order };
				assert_ok!(Market::publish_order(Who::Scheduler.origin(), boxed(&order)));
				if delivered >= trust && best.is_none_or(|(least, _)| price < least) {
					best = Some((price, hash(order)));
				}
			}
			let estimate = Market::estimate(four.request).map(|found| found.orders.workerpool);
			assert_eq!(estimate, best.map(|(_, hash)| hash));
		});
	}
}
