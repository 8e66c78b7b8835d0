//! The supply: the cap that nothing breaks, and fees that become rewards.

use crate::common::*;
use frame_support::{
	assert_noop, assert_ok,
	dispatch::RawOrigin,
	traits::{Bounded, Currency},
};
use rlc_primitives::MAX_SUPPLY;
use rlc_runtime::{presets::*, *};
use sp_keyring::Sr25519Keyring::{Alice, Bob};
use sp_runtime::transaction_validity::InvalidTransaction;

fn break_the_cap() -> RuntimeCall {
	pallet_balances::Call::force_set_balance { who: Bob.to_account_id().into(), new_free: MAX_SUPPLY }.into()
}

#[test]
fn sudo_cannot_break_the_cap() {
	chain(DEVELOPMENT).execute_with(|| {
		let before = issuance();
		let adjust = pallet_balances::Call::force_adjust_total_issuance {
			direction: pallet_balances::AdjustmentDirection::Increase,
			delta: MAX_SUPPLY,
		};
		for call in [break_the_cap(), adjust.into()] {
			assert!(!fits(&call));
			let sudo = pallet_sudo::Call::sudo { call: Box::new(call.clone()) };
			assert_eq!(block(vec![signed(Alice, sudo)]), [Err(InvalidTransaction::ExhaustsResources.into())]);

			let batch = pallet_utility::Call::batch_all { calls: vec![call.clone()] };
			let sudo = pallet_sudo::Call::sudo { call: Box::new(batch.into()) };
			assert_eq!(block(vec![signed(Alice, sudo)]), [Err(InvalidTransaction::ExhaustsResources.into())]);

			let unchecked =
				pallet_sudo::Call::sudo_unchecked_weight { call: Box::new(call), weight: Default::default() };
			let refused = frame_system::Error::<Runtime>::CallFiltered;
			assert_eq!(block(vec![signed(Alice, unchecked)]), [Ok(Err(refused.into()))]);
		}
		assert_eq!(issuance(), before);
	});
}

#[test]
fn scheduled_root_call_cannot_break_the_cap() {
	chain(DEVELOPMENT).execute_with(|| {
		let before = issuance();
		assert_ok!(root(pallet_scheduler::Call::schedule {
			when: 2,
			maybe_periodic: None,
			priority: 0,
			call: Box::new(break_the_cap()),
		}));
		blocks(1);
		block(vec![]);
		assert!(happened(|event| matches!(
			event,
			RuntimeEvent::Scheduler(pallet_scheduler::Event::PermanentlyOverweight { .. })
		)));
		assert_eq!(issuance(), before);
	});
}

#[test]
fn minting_is_capped() {
	chain(DEVELOPMENT).execute_with(|| {
		let room = MAX_SUPPLY - issuance();
		let bob = Bob.to_account_id();
		assert_noop!(Rlc::mint(&bob, room + 1), pallet_rlc::Error::<Runtime>::CapExceeded);
		assert_ok!(Rlc::mint(&bob, room));
		blocks(1);
		assert_eq!(issuance(), MAX_SUPPLY);
	});
}

#[test]
fn fee_goes_to_the_treasury_and_to_the_validators() {
	chain(DEVELOPMENT).execute_with(|| {
		let before = issuance();
		let alice = free(&Alice.to_account_id());
		let treasury_had = free(&Treasury::account_id());
		let transfer = pallet_balances::Call::transfer_keep_alive { dest: Bob.to_account_id().into(), value: RLC };
		block(vec![signed(Alice, transfer)]).pop().unwrap().unwrap().unwrap();

		let fee = alice - RLC - free(&Alice.to_account_id());
		assert!(fee > 0 && fee < RLC / 100, "a transfer costs {fee} nRLC");
		let treasury = free(&Treasury::account_id()) - treasury_had;
		assert_eq!(treasury, fee / 5);
		assert_eq!(free(&Rlc::fee_account()), fee - treasury);
		assert_eq!(issuance(), before);
	});
}

#[test]
fn era_rewards_are_the_eras_fees() {
	chain(DEVELOPMENT).execute_with(|| {
		let before = issuance();
		let alice = Alice.to_account_id();
		let remark = || frame_system::Call::remark_with_event { remark: vec![0; 1_000] };
		block(vec![signed(Bob, remark())]).pop().unwrap().unwrap().unwrap();
		let fees = free(&Rlc::fee_account());
		assert!(nonzero(fees));

		// Three sessions of sixty slots, and the one in which the first era began.
		blocks(250);
		assert_eq!(pallet_staking::ErasValidatorReward::<Runtime>::get(0), Some(fees));
		assert_eq!((free(&Rlc::fee_account()), free(&Rlc::reward_account())), (0, fees));
		assert_eq!(issuance(), before);

		let had = Balances::total_balance(&alice);
		let payout =
			RuntimeCall::Staking(pallet_staking::Call::payout_stakers { validator_stash: alice.clone(), era: 0 });
		let payout = sp_runtime::traits::Dispatchable::dispatch(payout, RawOrigin::Signed(Bob.to_account_id()).into());
		assert_ok!(payout);
		assert_eq!(Balances::total_balance(&alice), had + fees, "the only validator earns all of it");
		assert_eq!(free(&Rlc::reward_account()), 0);
		assert_eq!(issuance(), before, "validators are paid without a single new nRLC");
		check_invariants();
	});
}

#[test]
fn referendum_cannot_break_the_cap_either() {
	chain(LOCAL).execute_with(|| {
		let before = issuance();
		let call = <Preimage as frame_support::traits::StorePreimage>::bound(break_the_cap()).unwrap();
		assert!(matches!(call, Bounded::Inline(_)), "small calls need no preimage");
		let events = pass_referendum(frame_system::RawOrigin::Root.into(), call);
		let refused = |event: &RuntimeEvent| {
			matches!(event, RuntimeEvent::Scheduler(pallet_scheduler::Event::PermanentlyOverweight { .. }))
		};
		assert!(events.iter().any(refused), "its enactment is tried, and refused");
		assert_eq!(issuance(), before);
		assert!(free(&Bob.to_account_id()) < MAX_SUPPLY);
	});
}
