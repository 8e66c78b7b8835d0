//! A chain in memory: real blocks, real signatures, run by the native runtime.

use frame_support::traits::Get;
pub use rlc_checks::chain::{block, blocks, chain, check_invariants, genesis};
use rlc_checks::people::Person;
use rlc_runtime::{governance::enacting::Enacted, presets::Founder, *};
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

/// Has the scheduler make a call as root in the next block, as it does what a referendum approved. Returns how the call
/// ended.
pub fn enact(call: impl Into<RuntimeCall>) -> sp_runtime::DispatchResult {
	pass_full_block();
	let when = System::block_number() + 1;
	let call = Box::new(Enacted(call.into()));
	root(pallet_scheduler::Call::schedule { when, maybe_periodic: None, priority: 0, call }).expect("there is room");
	let index = pallet_scheduler::Agenda::<Runtime>::get(when).len() as u32 - 1;
	block(vec![]);
	let ended = |event| match event {
		RuntimeEvent::Scheduler(pallet_scheduler::Event::Dispatched { task, result, .. }) => {
			(task == (when, index)).then_some(result)
		}
		_ => None,
	};
	System::events().into_iter().find_map(|record| ended(record.event)).expect("the call was made")
}

/// Makes the next block if it begins a session: such a block has no room for anything else.
pub fn pass_full_block() {
	let end = Babe::current_epoch_start() + timing::SessionSlots::get();
	if pallet_babe::CurrentSlot::<Runtime>::get() + 1 >= end {
		block(vec![]);
	}
}

/// Returns a founder whose keys are all derived from a name.
pub fn founder(name: &str) -> Founder {
	use sp_core::crypto::get_public_from_string_or_panic as key;
	serde_json::from_value(serde_json::json!({
		"account": Person::new(&format!("//{name}")).account(),
		"babe": key::<sp_consensus_babe::AuthorityId>(name),
		"grandpa": key::<sp_consensus_grandpa::AuthorityId>(name),
		"authority_discovery": key::<sp_authority_discovery::AuthorityId>(name),
		"beefy": key::<sp_consensus_beefy::ecdsa_crypto::AuthorityId>(name),
	}))
	.expect("a founder")
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
