//! The search blinded by offers that serve nobody: they are the cheapest, restricted to their owner, and more than the
//! search looks at.

use rlc_primitives::{Restriction, WorkerpoolOrder};

use super::{
	blinded::unmatched,
	chain::{Chain, PLENTY},
	market::publish,
	network::Network,
	toll::Toll,
	Attack,
};

pub const ATTACK: Attack = Attack {
	name: "blinded-by-restricted",
	promise: "E6",
	about: "seventy offers for their owner alone hide every other from the search",
	network: Network::LIVE,
	play,
};

/// How many offers: as many as the search looks at, and six more.
const OFFERS: usize = 70;

fn play(chain: &mut Chain) -> Toll {
	let mallory = chain.person("mallory", PLENTY);
	chain.watch(&[&mallory], &[]);
	let pool = chain.pool(&mallory);
	for _ in 0..OFFERS {
		let requester_restrict = Restriction::Exactly(mallory.account());
		let offer = WorkerpoolOrder { requester_restrict, ..chain.pool_offer(&pool, 0) };
		chain.send(&mallory, publish(offer).0);
	}
	let left = unmatched(chain);
	chain.toll().with_harm("honest requests of 3 unmatched after two blocks", left, 0)
}
