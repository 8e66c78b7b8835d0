//! Blocks filled for nothing: a self-deal at price 0 lets 64 accounts with dust contribute and report without a fee.

use pallet_poco::{Call as Poco, FailureCause};
use rlc_primitives::Balance;
use rlc_runtime::{RuntimeCall, UncheckedExtrinsic};

use super::{
	calls,
	chain::{price_of, succeeded, Chain, PLENTY},
	market::Terms,
	network::Network,
	toll::Toll,
	Attack,
};
use crate::people::Person;

pub const ATTACK: Attack = Attack {
	name: "free-flood",
	promise: "E3",
	about: "64 accounts with 1 nRLC each contribute to own tasks and report failures, free of charge",
	network: Network::LIVE,
	play,
};

/// How many tasks, and how many accounts work on each.
const TASKS: u64 = 10;
const WORKERS: usize = 64;

fn play(chain: &mut Chain) -> Toll {
	let mallory = chain.person("mallory", PLENTY);
	let workers = chain.people("worker", WORKERS, calls::DUST);
	let all: Vec<_> = workers.iter().chain([&mallory]).collect();

	chain.watch(&all, &[]);
	let app = chain.app(&mallory);
	let pool = chain.pool(&mallory);
	let terms =
		Terms { app: &app, pool: &pool, requester: &mallory, price: 0, trust: u64::MAX, volume: TASKS, callback: None };
	let deal = chain.open(&terms);
	let paid = chain.fees();
	let mut worth = 0;
	for task in calls::tasks(deal, TASKS) {
		let contribute =
			|number: u64, worker: &Person| calls::contribute(&mallory, worker, task, calls::digest(task, number));
		let report = |_: u64, _: &Person| Poco::report_failure { task, cause: FailureCause::TimedOut }.into();
		worth += send_from_all(chain, &workers, contribute);
		worth += send_from_all(chain, &workers, report);
	}
	let toll = chain.toll();
	// What calls cost beyond their fees is what was paid for the free ones in advance.
	let in_advance = toll.spent_for_good - chain.fees();
	let worth = worth.saturating_sub(chain.fees() - paid);
	let unpaid = (100 * worth.saturating_sub(in_advance)).checked_div(worth).unwrap_or(0);
	toll.with_harm("% of the fees of free calls that nobody paid", unpaid, 50)
}

/// Has each worker send a call. Returns what those that were accepted are worth as fees, in nRLC.
fn send_from_all(chain: &mut Chain, workers: &[Person], call: impl Fn(u64, &Person) -> RuntimeCall) -> Balance {
	let sign = |(number, worker): (u64, &Person)| chain.sign(worker, 0, call(number, worker));
	let extrinsics: Vec<UncheckedExtrinsic> = (0u64..).zip(workers).map(sign).collect();
	let prices: Vec<_> = extrinsics.iter().map(price_of).collect();
	let results = chain.block(extrinsics);
	results.iter().zip(prices).filter(|(result, _)| succeeded(result)).map(|(_, price)| price).sum()
}
