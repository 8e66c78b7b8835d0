//! Copies of one free call: each is valid by the state at hand, so the pool keeps and passes on all of them, and only one
//! can ever be included.

use std::collections::BTreeSet;

use pallet_poco::TaskRef;
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
	name: "copied-calls",
	promise: "E7",
	about: "100 copies of one free reveal, with consecutive nonces",
	network: Network::LIVE,
	play,
};

/// How many copies are sent.
const COPIES: usize = 100;

fn play(chain: &mut Chain) -> Toll {
	let mallory = chain.person("mallory", PLENTY);
	let worker = chain.person("worker", 10 * calls::DUST);
	let app = chain.app(&mallory);
	let pool = chain.pool(&mallory);
	let terms = Terms { app: &app, pool: &pool, requester: &mallory, price: 0, trust: 2, volume: 1, callback: None };
	chain.watch(&[&mallory, &worker], &[]);
	let task = TaskRef { deal: chain.open(&terms), index: 0 };
	let digest = calls::digest(task, 0);
	let second = chain.person("second", RLC);
	for one in [&worker, &second] {
		chain.send(one, calls::contribute(&mallory, one, task, digest));
	}
	let copies = chain.sign_all(&worker, (0..COPIES).map(|_| calls::reveal(task, digest)));
	// The pool keeps one transaction for each tag.
	let mut tags = BTreeSet::new();
	let mut kept = 0;
	for validity in copies.iter().filter_map(|copy| chain.validate(copy).ok()) {
		if validity.provides.iter().all(|tag| !tags.contains(tag)) {
			kept += 1;
			tags.extend(validity.provides);
		}
	}
	chain.toll().with_harm("copies of one free call that the pool keeps", kept, 1)
}
