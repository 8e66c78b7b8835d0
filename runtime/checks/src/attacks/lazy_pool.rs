//! Pools that never compute take what is asked for in the book: they are the cheapest, and cover every tag. To have room for
//! more at once, each has a worker of its own say that the app fails; that it fails in the other pool too excuses neither.

use rlc_primitives::{WorkerpoolOrder, RLC};

use super::{
	calls,
	chain::{Chain, PLENTY},
	market::{deals_of, open_tasks_of, publish, ALL_TAGS},
	network::Network,
	toll::Toll,
	Attack,
};

pub const ATTACK: Attack = Attack {
	name: "lazy-pool",
	promise: "E6",
	about: "two pools at price 0 with every tag take published requests, and fail them",
	network: Network::LIVE,
	play,
};

/// How many requests honest people publish.
const REQUESTS: usize = 60;

fn play(chain: &mut Chain) -> Toll {
	let requester = chain.person("requester", PLENTY);
	let scheduler = chain.person("scheduler", PLENTY);
	let mallories = chain.people("mallory", 2, PLENTY);
	let app = chain.app(&requester);
	let honest = chain.pool(&scheduler);
	let offer = chain.app_offer(&app);
	chain.must(&requester, publish(offer).0);
	let offer = chain.pool_offer(&honest, RLC);
	chain.must(&scheduler, publish(offer).0);

	chain.watch(&[&mallories[0], &mallories[1]], &[&requester]);
	let lazy: Vec<_> = mallories.iter().map(|mallory| chain.pool(mallory)).collect();
	for pool in &lazy {
		let offer = WorkerpoolOrder { tag: ALL_TAGS, ..chain.pool_offer(pool, 0) };
		chain.send(&pool.scheduler, publish(offer).0);
	}
	let requests: Vec<_> = (0..REQUESTS).map(|_| publish(chain.request(&app, &requester, RLC)).0).collect();
	for request in requests {
		chain.must(&requester, request);
	}
	for _ in 0..16 {
		chain.search();
		for pool in &lazy {
			calls::app_fails(chain, &pool.scheduler, &pool.scheduler, &open_tasks_of(pool));
		}
	}
	let taken: usize = lazy.iter().map(deals_of).sum();
	// Pools that completed nothing may waste ten tasks each that nobody chose them for.
	chain.toll().with_harm("requests of 60 taken by two pools that never compute", taken as u128, 20)
}
