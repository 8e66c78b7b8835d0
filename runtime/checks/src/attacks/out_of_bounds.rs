//! Protections switched off by a vote on parameters: deposits of nothing, and a retention without end, which also reaches
//! back to deals that were made before.

use frame_support::traits::Get;
use pallet_poco::{Call as Poco, TaskRef};
use rlc_primitives::{Balance, Moment};
use rlc_runtime::{timing::DAY, Runtime, RuntimeCall};
use sp_runtime::traits::Dispatchable;

use super::{
	calls,
	chain::{Chain, PLENTY},
	market::{Terms, T},
	network::Network,
	toll::Toll,
	Attack,
};

pub const ATTACK: Attack = Attack {
	name: "out-of-bounds",
	promise: "E8",
	about: "a vote sets deposits to 0 and retention to the end of time",
	network: Network::MINUTES,
	play,
};

fn play(chain: &mut Chain) -> Toll {
	let requester = chain.person("requester", PLENTY);
	let scheduler = chain.person("scheduler", PLENTY);
	let app = chain.app(&requester);
	let pool = chain.pool(&scheduler);
	let terms = Terms { app: &app, pool: &pool, requester: &requester, price: 0, trust: 1, volume: 1, callback: None };
	let task = TaskRef { deal: chain.open(&terms), index: 0 };
	chain.must(&scheduler, calls::deliver_directly(&scheduler, &scheduler, &[task]));
	chain.pass(13 * T);

	chain.watch(&[], &[]);
	for key_value in calls::bad_parameters() {
		// A refusal is as good as a bound that is kept otherwise.
		let call = RuntimeCall::from(pallet_parameters::Call::set_parameter { key_value });
		let _ = call.dispatch(calls::marketplace_admin());
	}
	let order: Balance = <Runtime as pallet_marketplace::Config>::OrderDeposit::get();
	let byte: Balance = <Runtime as pallet_marketplace::Config>::ByteDeposit::get();
	let retention: Moment = <Runtime as pallet_marketplace::Config>::Retention::get();
	// After the week that was promised at the match.
	chain.skip(8 * DAY);
	let frozen = !chain.send(&scheduler, Poco::prune { tasks: vec![task].try_into().expect("a batch") });
	let off = [order == 0, byte == 0, retention > 366 * DAY, frozen];
	let off = off.into_iter().filter(|is_off| *is_off).count();
	chain.toll().with_harm("protections of four that a vote can switch off", off as u128, 0)
}
