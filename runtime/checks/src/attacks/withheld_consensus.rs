//! A consensus that nobody reveals: two workers of an open pool agree on garbage, so late that nobody can begin anew, and
//! keep silent. The task fails, and its scheduler pays for that.

use pallet_poco::TaskRef;
use rlc_primitives::RLC;

use super::{
	calls,
	chain::{Chain, PLENTY},
	market::{Terms, T},
	network::Network,
	toll::Toll,
	Attack,
};

pub const ATTACK: Attack = Attack {
	name: "withheld-consensus",
	promise: "E2",
	about: "two workers agree on garbage near the contribution deadline, and never reveal",
	network: Network::MINUTES,
	play,
};

/// What a task pays, in nRLC.
const PRICE: u128 = 10 * RLC;

fn play(chain: &mut Chain) -> Toll {
	let requester = chain.person("requester", PLENTY);
	let scheduler = chain.person("scheduler", PLENTY);
	let mallories = chain.people("mallory", 2, PLENTY);
	let app = chain.app(&requester);
	let pool = chain.pool(&scheduler);
	let terms =
		Terms { app: &app, pool: &pool, requester: &requester, price: PRICE, trust: 3, volume: 1, callback: None };
	let task = TaskRef { deal: chain.open(&terms), index: 0 };

	chain.watch(&[&mallories[0], &mallories[1]], &[]);
	chain.pass(6 * T);
	for mallory in &mallories {
		chain.must(mallory, calls::contribute(&scheduler, mallory, task, calls::digest(task, 666)));
	}
	chain.pass(7 * T);
	let toll = chain.toll();
	let is_spared = toll.spent_for_good == 0;
	toll.with_harm("consensuses of one that are withheld for nothing", is_spared.into(), 0)
}
