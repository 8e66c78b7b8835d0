//! Apps that never end: workers compute for as long as the category allows, and have nothing to commit to, since no two
//! clocks end a run at the same instruction. The requester pays only the charge of each task; the pool would lose a stake
//! for each, if it could not release them.

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
	name: "endless-app",
	promise: "E2",
	about: "a requester buys runs of apps that never end, at any trust, and their runs end late",
	network: Network::LIVE,
	play,
};

/// What a task would pay, in nRLC.
const PRICE: u128 = 10 * RLC;

/// The trust of each deal, and how many workers that needs if all are new.
const DEALS: [(u64, usize); 3] = [(1, 1), (3, 2), (5, 3)];

/// How many tasks each deal has.
const TASKS: u64 = 5;

fn play(chain: &mut Chain) -> Toll {
	let mallory = chain.person("mallory", PLENTY);
	let scheduler = chain.person("scheduler", PLENTY);
	let workers = chain.people("worker", 3, PLENTY);
	let app = chain.app(&mallory);
	let pool = chain.pool(&scheduler);

	chain.watch(&[&mallory], &[&scheduler, &workers[0], &workers[1], &workers[2]]);
	let mut tasks = Vec::new();
	for (trust, needed) in DEALS {
		let terms =
			Terms { app: &app, pool: &pool, requester: &mallory, price: PRICE, trust, volume: TASKS, callback: None };
		tasks.push((calls::tasks(chain.open(&terms), TASKS), needed));
	}
	// Late, but half a reference time before contributions end.
	chain.pass(6 * T + T / 2);
	for (tasks, needed) in tasks {
		calls::app_never_ends(chain, &scheduler, &workers[..needed], &tasks);
	}
	chain.pass(5 * T);
	let toll = chain.toll();
	let lost = toll.victim_lost;
	toll.with_harm("nRLC lost by a pool for apps that never end", lost, 0)
}
