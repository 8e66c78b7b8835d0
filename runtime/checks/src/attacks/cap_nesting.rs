//! The cap broken by nesting: a call that would write balances at will weighs too much for any block, unless another call
//! says what it weighs. A referendum enacts it as root.

use rlc_primitives::{Balance, MAX_SUPPLY};
use rlc_runtime::{governance::enacting::Enacted, Runtime, RuntimeCall, System};
use sp_keyring::Sr25519Keyring::Bob;

use super::{calls, chain::Chain, network::Network, toll::Toll, Attack};

pub const ATTACK: Attack = Attack {
	name: "cap-nesting",
	promise: "E8",
	about: "root calls that say what a call within them weighs raise the supply above its cap",
	network: Network { preset: rlc_runtime::presets::DEVELOPMENT, ..Network::LIVE },
	play,
};

fn play(chain: &mut Chain) -> Toll {
	// What is attacked is one of the invariants.
	chain.stop_checking();
	let mut broken = 0;
	let who = Bob.to_account_id();
	for call in calls::nested(write_balance(&who, MAX_SUPPLY)) {
		let before = issuance();
		let when = System::block_number() + 2;
		let schedule =
			pallet_scheduler::Call::schedule { when, maybe_periodic: None, priority: 0, call: Box::new(Enacted(call)) };
		chain.root(schedule).expect("root schedules");
		for _ in 0..3 {
			chain.block(Vec::new());
		}
		broken += u128::from(issuance() > MAX_SUPPLY);
		if issuance() != before {
			// Back to where it was, for the next one.
			let had = pallet_balances::Pallet::<Runtime>::free_balance(&who);
			let call = write_balance(&who, had - (issuance() - before));
			chain.root(call).expect("root writes balances where nothing weighs its call");
		}
	}
	chain.toll().with_harm("ways around the cap for a root call", broken, 0)
}

/// Returns the call that writes a balance.
fn write_balance(who: &rlc_primitives::AccountId, new_free: Balance) -> RuntimeCall {
	pallet_balances::Call::force_set_balance { who: who.clone().into(), new_free }.into()
}

/// Returns all RLC, in nRLC.
fn issuance() -> Balance {
	pallet_balances::TotalIssuance::<Runtime>::get()
}
