//! A scheduler that does not work takes its own penalty back: it gives up the tasks that it sold, and in the same call
//! completes own ones at price 0, which the kitty rewards.

use pallet_poco::Call as Poco;
use rlc_primitives::RLC;

use super::{
	calls,
	chain::{Chain, PLENTY},
	market::Terms,
	network::Network,
	toll::Toll,
	Attack,
};

pub const ATTACK: Attack = Attack {
	name: "self-redeem",
	promise: "E1",
	about: "a scheduler abandons what it sold, and gets its seized stake back in the same call",
	network: Network::LIVE,
	play,
};

/// How many tasks it gives up, and completes: as many as a call may weigh.
const SOLD: u64 = 6;
const OWN: u64 = 21;

/// What the scheduler takes for a task, in nRLC, and stakes for all of them.
const PRICE: u128 = 10 * RLC;
const STAKE: u128 = SOLD as u128 * PRICE * 30 / 100;

fn play(chain: &mut Chain) -> Toll {
	let requester = chain.person("requester", PLENTY);
	let mallory = chain.person("mallory", PLENTY);
	let app = chain.app(&requester);
	let pool = chain.pool(&mallory);

	chain.watch(&[&mallory], &[&requester]);
	let terms =
		Terms { app: &app, pool: &pool, requester: &requester, price: PRICE, trust: 1, volume: SOLD, callback: None };
	let sold = chain.open(&terms);
	let own = chain.open(&Terms { requester: &mallory, price: 0, volume: OWN, ..terms });
	let abandon = calls::tasks(sold, SOLD).into_iter().map(|task| Poco::abandon { task }.into());
	let redeem = calls::deliver_directly(&mallory, &mallory, &calls::tasks(own, OWN));
	let both = abandon.chain([redeem]).collect();
	chain.must(&mallory, pallet_utility::Call::batch_all { calls: both });

	let toll = chain.toll();
	let lost = (toll.spent_for_good - chain.fees()).saturating_sub(toll.won);
	let back = 100 * STAKE.saturating_sub(lost) / STAKE;
	toll.with_harm("% of a seized stake that comes back", back, 0)
}
