//! One account that decides alone, with a score that it farmed: it joins an open pool, and its word is enough for a task of
//! trust 100, whatever it says.

use pallet_poco::TaskRef;
use rlc_primitives::{task::Stage, RLC};
use rlc_runtime::Runtime;

use super::{
	calls,
	chain::{Chain, PLENTY},
	market::Terms,
	network::Network,
	score_farming::farm,
	toll::Toll,
	Attack,
};

pub const ATTACK: Attack = Attack {
	name: "one-account-consensus",
	promise: "E5",
	about: "a farmed score decides a task of trust 100 alone, with any result",
	network: Network::LIVE,
	play,
};

fn play(chain: &mut Chain) -> Toll {
	let requester = chain.person("requester", PLENTY);
	let scheduler = chain.person("scheduler", PLENTY);
	let mallory = chain.person("mallory", PLENTY);
	// Enough for the stake that an open pool asks for.
	let workers = chain.people("worker", 2, 100 * RLC);
	let app = chain.app(&requester);
	let pool = chain.pool(&scheduler);

	chain.watch(&[&mallory, &workers[0], &workers[1]], &[&requester]);
	let own = chain.pool(&mallory);
	// A weight above 99: a third of 303, less one.
	farm(chain, &mallory, &own, &workers, 310);
	let terms =
		Terms { app: &app, pool: &pool, requester: &requester, price: 10 * RLC, trust: 100, volume: 1, callback: None };
	let task = TaskRef { deal: chain.open(&terms), index: 0 };
	let paid = chain.toll().victim_lost;
	let made_up = calls::digest(task, 666);
	chain.send(&workers[0], calls::contribute(&scheduler, &workers[0], task, made_up));
	chain.send(&workers[0], calls::reveal(task, made_up));

	let stored = pallet_poco::Tasks::<Runtime>::get(task.id());
	let decided = stored.is_some_and(|task| matches!(task.stage, Stage::Completed(_)));
	let toll = chain.toll();
	let lost = toll.victim_lost.saturating_sub(paid);
	Toll { victim_lost: lost, ..toll }.with_harm("tasks of trust 100 that one account decides", decided.into(), 0)
}
