//! The search blinded by offers that nobody can stake for: they are the cheapest, fill the places that the search
//! combines, and each fails at the lock.

use rlc_primitives::RLC;

use super::{
	blinded::unmatched,
	chain::{Chain, PLENTY},
	market::publish,
	network::Network,
	toll::Toll,
	Attack,
};

pub const ATTACK: Attack = Attack {
	name: "blinded-by-poor",
	promise: "E6",
	about: "ten offers of an account with 1 nRLC hide every other from the search",
	network: Network::LIVE,
	play,
};

/// How many offers: as many as the search combines, and two more.
const OFFERS: usize = 10;

fn play(chain: &mut Chain) -> Toll {
	let mallory = chain.person("mallory", PLENTY);
	let helper = chain.person("helper", RLC);
	chain.watch(&[&mallory, &helper], &[]);
	let pool = chain.pool(&mallory);
	for _ in 0..OFFERS {
		// 30 % of it is more than what will be left.
		let offer = chain.pool_offer(&pool, 100);
		chain.send(&mallory, publish(offer).0);
	}
	let dest = helper.account().into();
	chain.send(&mallory, pallet_balances::Call::transfer_all { dest, keep_alive: true });
	let left = unmatched(chain);
	chain.toll().with_harm("honest requests of 3 unmatched after two blocks", left, 0)
}
