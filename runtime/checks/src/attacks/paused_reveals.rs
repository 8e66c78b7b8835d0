//! A pause that moves money: revealing is paused, time goes on, and who did not reveal before loses its stake.

use pallet_poco::{Call as Poco, TaskRef};
use rlc_primitives::RLC;

use super::{
	calls,
	chain::{Chain, PLENTY},
	market::{Terms, T},
	network::Network,
	toll::Toll,
	Attack,
};

/// What a task pays, in nRLC.
const PRICE: u128 = 10 * RLC;

pub const ATTACK: Attack = Attack {
	name: "paused-reveals",
	promise: "E2",
	about: "revealing is paused for longer than a window, and a winner that revealed before finalizes",
	network: Network::MINUTES,
	play,
};

fn play(chain: &mut Chain) -> Toll {
	let requester = chain.person("requester", PLENTY);
	let scheduler = chain.person("scheduler", PLENTY);
	let honest = chain.person("honest", PLENTY);
	let mallory = chain.person("mallory", PLENTY);
	let app = chain.app(&requester);
	let pool = chain.pool(&scheduler);
	let terms =
		Terms { app: &app, pool: &pool, requester: &requester, price: PRICE, trust: 3, volume: 1, callback: None };
	let task = TaskRef { deal: chain.open(&terms), index: 0 };
	let digest = calls::digest(task, 0);

	chain.watch(&[&mallory], &[&honest, &scheduler]);
	chain.must(&honest, calls::contribute(&scheduler, &honest, task, digest));
	chain.must(&mallory, calls::contribute(&scheduler, &mallory, task, digest));
	chain.must(&mallory, calls::reveal(task, digest));
	for full_name in calls::reveals() {
		chain.root(pallet_tx_pause::Call::pause { full_name }).expect("root pauses");
	}
	chain.pass(3 * T);
	chain.send(&mallory, Poco::finalize { task, callback_data: None });
	for ident in calls::reveals() {
		chain.root(pallet_tx_pause::Call::unpause { ident }).expect("root resumes");
	}
	chain.send(&honest, calls::reveal(task, digest));
	chain.pass(3 * T);
	let toll = chain.toll().without_wages(PRICE / 2);
	let lost = toll.victim_lost;
	toll.with_harm("nRLC lost by those who could not reveal", lost, 0)
}
