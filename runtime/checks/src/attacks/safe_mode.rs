//! Safe mode that moves money: all is stopped for six hours, and the first block after it claims every short deal.

use pallet_poco::TaskRef;
use rlc_primitives::RLC;
use rlc_runtime::SafeMode;

use super::{
	calls,
	chain::{Chain, PLENTY},
	market::{Terms, T},
	network::Network,
	toll::Toll,
	Attack,
};

pub const ATTACK: Attack = Attack {
	name: "safe-mode",
	promise: "E2",
	about: "safe mode for six hours, while a deal's winners have yet to reveal",
	network: Network::MINUTES,
	play,
};

fn play(chain: &mut Chain) -> Toll {
	let requester = chain.person("requester", PLENTY);
	let scheduler = chain.person("scheduler", PLENTY);
	let workers = chain.people("worker", 2, PLENTY);
	let app = chain.app(&requester);
	let pool = chain.pool(&scheduler);
	let terms =
		Terms { app: &app, pool: &pool, requester: &requester, price: 10 * RLC, trust: 3, volume: 1, callback: None };
	let task = TaskRef { deal: chain.open(&terms), index: 0 };
	let digest = calls::digest(task, 0);

	chain.watch(&[], &[&workers[0], &workers[1], &scheduler]);
	for worker in &workers {
		chain.must(worker, calls::contribute(&scheduler, worker, task, digest));
	}
	chain.must(&workers[0], calls::reveal(task, digest));
	chain.root(pallet_safe_mode::Call::force_enter {}).expect("root stops the chain");
	while SafeMode::is_entered() {
		chain.pass(60_000);
	}
	chain.send(&workers[1], calls::reveal(task, digest));
	chain.pass(13 * T);
	let toll = chain.toll();
	let lost = toll.victim_lost;
	toll.with_harm("nRLC lost by those who could not act", lost, 0)
}
