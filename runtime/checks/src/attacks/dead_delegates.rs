//! A task closed to workers: 64 accounts ask an open pool for work, are delegated to, and never come.

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
	name: "dead-delegates",
	promise: "E2",
	about: "64 delegates of a task never come, and nobody else can be delegated to",
	network: Network::MINUTES,
	play,
};

fn play(chain: &mut Chain) -> Toll {
	let requester = chain.person("requester", PLENTY);
	let scheduler = chain.person("scheduler", PLENTY);
	let honest = chain.person("honest", PLENTY);
	let dead = chain.people("dead", 64, calls::DUST);
	let all: Vec<_> = dead.iter().collect();
	let app = chain.app(&requester);
	let pool = chain.pool(&scheduler);
	let terms =
		Terms { app: &app, pool: &pool, requester: &requester, price: 10 * RLC, trust: 1, volume: 1, callback: None };
	let task = TaskRef { deal: chain.open(&terms), index: 0 };

	chain.watch(&all, &[]);
	chain.must(&scheduler, calls::delegate(&[task], &dead));
	// Long enough for a worker that wanted to.
	chain.pass(2 * T);
	chain.send(&scheduler, calls::undelegate(&[task], &dead));
	chain.send(&scheduler, calls::delegate(&[task], std::slice::from_ref(&honest)));
	let closed = !calls::is_delegate(task, &honest);
	chain.toll().with_harm("tasks of one that no further worker can join", closed.into(), 0)
}
