//! A chain in memory: real blocks, real signatures, run by the native runtime.

use frame_support::dispatch::GetDispatchInfo;
pub use rlc_checks::chain::{block, blocks, chain, check_invariants, genesis};
use rlc_checks::people::Person;
use rlc_runtime::*;
use sp_keyring::Sr25519Keyring;
use sp_runtime::traits::{Dispatchable, Zero};

/// Returns the call, signed by a well-known account with its next nonce.
pub fn signed(by: Sr25519Keyring, call: impl Into<RuntimeCall>) -> UncheckedExtrinsic {
	rlc_checks::chain::signed(&Person::new(&by.to_seed()), call)
}

/// Dispatches as root.
pub fn root(call: impl Into<RuntimeCall>) -> sp_runtime::DispatchResult {
	call.into().dispatch(RuntimeOrigin::root()).map(|_| ()).map_err(|error| error.error)
}

/// Returns whether the call can be executed in some block, by weight.
pub fn fits(call: &RuntimeCall) -> bool {
	let most = configs::system::Weights::get().max_block;
	call.get_dispatch_info().total_weight().all_lte(most)
}

/// Returns whether an event of this block or of one before satisfies `wanted`; events stand until the next block
/// begins.
pub fn happened(wanted: impl Fn(&RuntimeEvent) -> bool) -> bool {
	System::events().iter().any(|record| wanted(&record.event))
}

/// Returns all RLC, in nRLC.
pub fn issuance() -> Balance {
	pallet_balances::TotalIssuance::<Runtime>::get()
}

/// Returns the free nRLC of an account.
pub fn free(who: &AccountId) -> Balance {
	Balances::free_balance(who)
}

/// Returns whether an amount is more than zero.
pub fn nonzero(amount: Balance) -> bool {
	!amount.is_zero()
}

/// Takes a referendum from submission through the votes of all to its enactment. Returns all events of the way.
pub fn pass_referendum(
	origin: OriginCaller,
	proposal: frame_support::traits::Bounded<RuntimeCall, sp_runtime::traits::BlakeTwo256>,
) -> Vec<RuntimeEvent> {
	use frame_support::traits::schedule::DispatchTime;
	use pallet_conviction_voting::{AccountVote, Conviction, Vote};
	use Sr25519Keyring::{Alice, Bob, Charlie, Dave};

	let index = pallet_referenda::ReferendumCount::<Runtime>::get();
	let all_aye = |who: Sr25519Keyring| {
		let vote =
			AccountVote::Standard { vote: Vote { aye: true, conviction: Conviction::None }, balance: 9_000_000 * RLC };
		signed(who, pallet_conviction_voting::Call::vote { poll_index: index, vote })
	};
	let submit = pallet_referenda::Call::submit {
		proposal_origin: Box::new(origin),
		proposal,
		enactment_moment: DispatchTime::After(1),
	};
	let succeed = |extrinsics| {
		for result in block(extrinsics) {
			result.expect("the extrinsic is valid").expect("the call succeeds");
		}
	};
	succeed(vec![signed(Alice, submit)]);
	succeed(vec![signed(Alice, pallet_referenda::Call::place_decision_deposit { index })]);
	succeed([Alice, Bob, Charlie, Dave].map(all_aye).to_vec());
	let mut events = Vec::new();
	for _ in 0..60 {
		block(vec![]);
		events.extend(System::events().into_iter().map(|record| record.event));
	}
	let confirmed =
		|event: &RuntimeEvent| matches!(event, RuntimeEvent::Referenda(pallet_referenda::Event::Confirmed { .. }));
	assert!(events.iter().any(confirmed), "the referendum passes");
	events
}
