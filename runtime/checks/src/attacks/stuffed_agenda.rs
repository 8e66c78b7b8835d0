//! The agenda stuffed: one huge deal comes due just before an honest task's reveal window ends, and its tasks are claimed
//! first, one by one.

use pallet_poco::TaskRef;
use rlc_primitives::{task::Stage, RLC};
use rlc_runtime::Runtime;

use super::{
	calls,
	chain::{Chain, PLENTY},
	market::{Terms, T},
	network::Network,
	toll::{Toll, NEVER_ENDS},
	Attack,
};

pub const ATTACK: Attack = Attack {
	name: "stuffed-agenda",
	promise: "E2",
	about: "8,000 own tasks come due before an honest, partly revealed one, with a block a minute",
	network: Network::MINUTES,
	play,
};

/// How many tasks the attacker's deal has.
const STUFFING: u64 = 8_000;

fn play(chain: &mut Chain) -> Toll {
	let requester = chain.person("requester", PLENTY);
	let scheduler = chain.person("scheduler", PLENTY);
	let honest = chain.person("honest", PLENTY);
	let mallory = chain.person("mallory", PLENTY);
	let app = chain.app(&requester);
	let pool = chain.pool(&scheduler);

	chain.watch(&[&mallory], &[&honest, &scheduler]);
	let own = chain.pool(&mallory);
	let terms =
		Terms { app: &app, pool: &pool, requester: &requester, price: 10 * RLC, trust: 3, volume: 1, callback: None };
	chain.open(&Terms { pool: &own, requester: &mallory, price: 0, volume: STUFFING, ..terms });
	chain.pass(T * 14 / 10);
	let task = TaskRef { deal: chain.open(&terms), index: 0 };
	let digest = calls::digest(task, 0);
	// Near the end of the contribution window, so that the reveal window ends near the deal's end.
	chain.pass(T * 63 / 10);
	// The attacker is a winner too, and never reveals.
	chain.must(&mallory, calls::contribute(&scheduler, &mallory, task, digest));
	chain.must(&honest, calls::contribute(&scheduler, &honest, task, digest));
	chain.must(&honest, calls::reveal(task, digest));
	let Some(deadline) = stage(task).and_then(|stage| match stage {
		Stage::Revealing(consensus) => Some(consensus.reveal_deadline),
		_ => None,
	}) else {
		unreachable!("two of two agree, and one revealed")
	};
	let mut late = 0;
	while !is_closed(task) && late < 60 {
		chain.pass(60_000);
		late += u128::from(calls::clock() > deadline);
	}
	let completed = matches!(stage(task), Some(Stage::Completed(_)));
	let blocks = if completed { late } else { NEVER_ENDS };
	chain.toll().with_harm("blocks until a revealed task is paid", blocks, 2)
}

fn stage(task: TaskRef) -> Option<Stage> {
	pallet_poco::Tasks::<Runtime>::get(task.id()).map(|task| task.stage)
}

fn is_closed(task: TaskRef) -> bool {
	matches!(stage(task), Some(Stage::Completed(_) | Stage::Failed(_)))
}
