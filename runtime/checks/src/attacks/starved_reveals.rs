//! A reveal kept out of blocks until its window is over: the attacker revealed before, and then fills blocks with calls
//! that pay. The honest winner bids a tip.

use frame_support::dispatch::{DispatchClass, GetDispatchInfo};
use pallet_poco::{Call as Poco, TaskRef};
use rlc_primitives::{DealId, RLC};
use rlc_runtime::{configs::system::Weights, RuntimeCall};

use super::{
	calls,
	chain::{succeeded, Chain, PLENTY},
	market::{Terms, T},
	network::Network,
	toll::Toll,
	Attack,
};

pub const ATTACK: Attack = Attack {
	name: "starved-reveals",
	promise: "E4",
	about: "paid calls fill all blocks of a reveal window, with a block a minute",
	network: Network::MINUTES,
	play,
};

/// What a task pays, in nRLC.
const PRICE: u128 = 100 * RLC;

/// What the honest winner bids for its reveal, in nRLC.
const BID: u128 = RLC / 100;

fn play(chain: &mut Chain) -> Toll {
	let requester = chain.person("requester", PLENTY);
	let scheduler = chain.person("scheduler", PLENTY);
	let honest = chain.person("honest", PLENTY);
	let mallory = chain.person("mallory", PLENTY);
	let fillers = chain.people("filler", 2, PLENTY);
	let app = chain.app(&requester);
	let pool = chain.pool(&scheduler);
	let terms =
		Terms { app: &app, pool: &pool, requester: &requester, price: PRICE, trust: 3, volume: 1, callback: None };
	let task = TaskRef { deal: chain.open(&terms), index: 0 };
	let digest = calls::digest(task, 0);

	chain.watch(&[&mallory, &fillers[0], &fillers[1]], &[&honest]);
	chain.must(&honest, calls::contribute(&scheduler, &honest, task, digest));
	chain.must(&mallory, calls::contribute(&scheduler, &mallory, task, digest));
	chain.must(&mallory, calls::reveal(task, digest));
	for _ in 0..2 * T / 60_000 {
		let mut pool = vec![chain.sign(&honest, BID, calls::reveal(task, digest))];
		pool.extend(filling().into_iter().zip(&fillers).map(|(call, filler)| chain.sign(filler, 0, call)));
		let results = chain.author(&pool);
		if results[0].as_ref().is_some_and(succeeded) {
			break;
		}
	}
	chain.pass(2 * T);
	let toll = chain.toll().without_wages(PRICE / 2);
	let lost = toll.victim_lost;
	toll.with_harm("nRLC lost by a winner that bid for its reveal", lost, 0)
}

/// Returns calls that fill a block but for less than a reveal needs.
fn filling() -> [RuntimeCall; 2] {
	let limits = Weights::get();
	let normal = limits.get(DispatchClass::Normal);
	let most = normal.max_extrinsic.unwrap_or(limits.max_block).ref_time();
	let all = normal.max_total.unwrap_or(limits.max_block).ref_time();
	// What is added to each extrinsic's call: its base, and its extensions, for which this is more than enough.
	let around = normal.base_extrinsic.ref_time() + 200_000_000;
	[batch_of(most - around), batch_of(all - most - around)]
}

/// Returns a call that weighs at most this much, in ps, and little less: calls that do nothing and pay for all.
fn batch_of(most: u64) -> RuntimeCall {
	let prune = |count: u64| -> RuntimeCall {
		let tasks: Vec<_> = (0..count).map(|index| TaskRef { deal: DealId::default(), index }).collect();
		Poco::prune { tasks: tasks.try_into().expect("a batch of tasks") }.into()
	};
	let batch = |large: u64, small: u64| -> RuntimeCall {
		let calls = (0..large).map(|_| prune(100)).chain((0..small).map(|_| prune(1))).collect();
		pallet_utility::Call::force_batch { calls }.into()
	};
	let fits = |call: &RuntimeCall| call.get_dispatch_info().call_weight.ref_time() <= most;
	let large = (1..).find(|large| !fits(&batch(*large, 0))).expect("a limit") - 1;
	let small = (1..).find(|small| !fits(&batch(large, *small))).expect("a limit") - 1;
	batch(large, small)
}
