//! A scheduler's stake, pumped through the kitty: an app that fails makes a scheduler give its tasks up, and the seized
//! stake is paid to the pool that completes the next tasks. The attacker completes tasks of its own, at price 0.

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
	name: "kitty-pump",
	promise: "E1",
	about: "an app that fails takes a scheduler's stake, and self-deals take it out of the kitty",
	network: Network::LIVE,
	play,
};

/// What the victim takes for a task, in nRLC.
const PRICE: u128 = 10 * RLC;

fn play(chain: &mut Chain) -> Toll {
	let victim = chain.person("victim", PLENTY);
	let worker = chain.person("worker", PLENTY);
	let mallory = chain.person("mallory", PLENTY);
	let helper = chain.person("helper", 10 * calls::DUST);
	let pool = chain.pool(&victim);

	chain.watch(&[&mallory, &helper], &[&victim]);
	let app = chain.app(&mallory);
	let own = chain.pool(&mallory);
	let terms =
		Terms { app: &app, pool: &pool, requester: &mallory, price: PRICE, trust: 1, volume: 20, callback: None };
	let deal = chain.open(&terms);
	calls::app_fails(chain, &victim, &worker, &calls::tasks(deal, 20));

	let own_deal = chain.open(&Terms { pool: &own, price: 0, volume: 70, ..terms });
	chain.send(&helper, calls::deliver_directly(&mallory, &helper, &calls::tasks(own_deal, 70)));
	let toll = chain.toll();
	let lost = toll.victim_lost;
	toll.with_harm("nRLC lost by a scheduler for an app's fault", lost, 0)
}
