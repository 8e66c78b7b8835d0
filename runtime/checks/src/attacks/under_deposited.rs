//! State that nobody paid for: a task with all that can hang on it, beside the deposit that is held for it.

use pallet_poco::{Call as Poco, FailureCause, TaskRef};
use rlc_primitives::RLC;
use sp_io::hashing::twox_128;

use super::{
	calls,
	chain::{Chain, PLENTY},
	market::Terms,
	network::Network,
	toll::Toll,
	Attack,
};

pub const ATTACK: Attack = Attack {
	name: "under-deposited",
	promise: "E3",
	about: "64 delegates, 64 contributions, and 64 reports on one task, beside its deposit",
	network: Network::LIVE,
	play,
};

fn play(chain: &mut Chain) -> Toll {
	let mallory = chain.person("mallory", PLENTY);
	let workers = chain.people("worker", 64, RLC);
	let delegates = chain.people("delegate", 64, 0);
	let app = chain.app(&mallory);
	let pool = chain.pool(&mallory);
	let all: Vec<_> = workers.iter().chain([&mallory]).collect();

	chain.watch(&all, &[]);
	let terms =
		Terms { app: &app, pool: &pool, requester: &mallory, price: 0, trust: u64::MAX, volume: 1, callback: None };
	let before = stored();
	let task = TaskRef { deal: chain.open(&terms), index: 0 };
	for (number, worker) in (0u64..).zip(&workers) {
		let contribute = calls::contribute(&mallory, worker, task, calls::digest(task, number));
		let report = Poco::report_failure { task, cause: FailureCause::AppFailed { code: i32::MIN } };
		chain.send_all(worker, [contribute, report.into()]);
	}
	chain.send(&mallory, calls::delegate(&[task], &delegates));
	let after = stored();

	let toll = chain.toll();
	let owed = calls::deposit_for(after.0 - before.0, after.1 - before.1);
	// What the workers paid for good pays for what they added, as far as it goes.
	let paid = toll.held_refundable + (toll.spent_for_good - chain.fees());
	let covered = 100 * owed / paid.max(1);
	toll.with_harm("% of its deposit that a task's storage is worth", covered, 100)
}

/// Returns how many items the market's pallets store, and how many bytes in all, keys and values.
fn stored() -> (u128, u128) {
	let (mut items, mut bytes) = (0, 0);
	for pallet in ["Marketplace", "Poco"] {
		let prefix = twox_128(pallet.as_bytes());
		let mut key = prefix.to_vec();
		while let Some(next) = sp_io::storage::next_key(&key).filter(|next| next.starts_with(&prefix)) {
			let value = sp_io::storage::get(&next).map_or(0, |value| value.len());
			items += 1;
			bytes += (next.len() + value) as u128;
			key = next;
		}
	}
	(items, bytes)
}
