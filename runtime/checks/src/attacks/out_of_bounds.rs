//! Protections switched off by votes on tracks: a vote beyond each end of each bound, such as deposits of 0, stakes without
//! a floor, all fees for the treasury, or a validator slashed by hand. A retention without end would even affect deals
//! made before the vote.

use pallet_poco::{Call as Poco, TaskRef};
use rlc_runtime::{timing::DAY, Runtime, RuntimeOrigin};
use sp_runtime::{traits::Dispatchable, DispatchError};

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
	about: "votes set everything that has bounds to values beyond them, and slash a validator",
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
	// Only a refusal by the bounds counts: a call that fails for another reason shows nothing.
	let filtered = DispatchError::from(frame_system::Error::<Runtime>::CallFiltered);
	let votes = calls::beyond_bounds().into_iter().map(|(origin, call)| call.dispatch(RuntimeOrigin::from(origin)));
	let passed = votes.filter(|result| result.as_ref().err().map(|refused| refused.error) != Some(filtered)).count();
	// After the week that was promised at the match.
	chain.skip(8 * DAY);
	let frozen = !chain.send(&scheduler, Poco::prune { tasks: vec![task].try_into().expect("a batch") });
	let off = passed + usize::from(frozen);
	chain.toll().with_harm("protections that a vote can switch off", off as u128, 0)
}
