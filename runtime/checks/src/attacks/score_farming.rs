//! Scores printed: two own workers agree on own tasks at price 0.

use rlc_primitives::RLC;

use super::{
	calls,
	chain::{Chain, PLENTY},
	market::{Pool, Terms},
	network::Network,
	toll::Toll,
	Attack,
};
use crate::people::Person;

pub const ATTACK: Attack = Attack {
	name: "score-farming",
	promise: "E5",
	about: "two own workers agree on 300 own tasks at price 0",
	network: Network::LIVE,
	play,
};

fn play(chain: &mut Chain) -> Toll {
	let mallory = chain.person("mallory", PLENTY);
	let workers = chain.people("worker", 2, 10 * calls::DUST);
	chain.watch(&[&mallory, &workers[0], &workers[1]], &[]);
	let pool = chain.pool(&mallory);
	farm(chain, &mallory, &pool, &workers, 300);

	let toll = chain.toll();
	let points: u64 = workers.iter().map(calls::score).sum();
	let each = u128::from(points) * RLC / toll.spent_for_good.max(1);
	toll.with_harm("points of score for an RLC spent for good", each, RLC / calls::SCORE_PRICE)
}

/// Has two own workers agree on this many own tasks.
pub fn farm(chain: &mut Chain, mallory: &Person, pool: &Pool, workers: &[Person], count: u64) {
	let app = chain.app(mallory);
	let terms = Terms { app: &app, pool, requester: mallory, price: 0, trust: 3, volume: count, callback: None };
	let tasks = calls::tasks(chain.open(&terms), count);
	let batches: Vec<_> = tasks.chunks(100).collect();
	for worker in workers {
		chain.send_all(worker, batches.iter().map(|tasks| calls::contribute_batch(mallory, worker, tasks)));
	}
	for worker in workers {
		for tasks in &batches {
			chain.send(worker, calls::reveal_batch(tasks));
		}
	}
}
