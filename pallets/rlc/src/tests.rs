//! What the pallet promises, one promise a test.

use frame_support::{
	assert_noop, assert_ok,
	traits::{
		fungible::Balanced,
		tokens::{Fortitude, Precision, Preservation},
		OnUnbalanced,
	},
};
use rlc_primitives::{MAX_SUPPLY, RLC};
use sp_runtime::{traits::BadOrigin, DispatchError, Permill};
use sp_staking::EraPayout;

use crate::{
	fees::{CollectFees, SettleRewards},
	mock::*,
	Error, Event, TreasuryShare,
};

mod escrow;
mod inactive;
mod settle;
mod supply;

/// Has Alice pay a fee, in nRLC.
fn pay_fee(amount: u128) {
	let fee =
		Balances::withdraw(&ALICE, amount, Precision::Exact, Preservation::Expendable, Fortitude::Polite).unwrap();
	CollectFees::<Test>::on_unbalanced(fee);
}

#[test]
fn fee_is_split_between_treasury_and_rewards() {
	test(rlc(), || {
		pay_fee(101);
		assert_eq!(free(&TREASURY), 20, "a fifth, rounded down");
		assert_eq!(free(&Rlc::fee_account()), 81, "the rest");
		assert_eq!(Balances::total_issuance(), 1_000 * RLC);
	});
}

#[test]
fn treasury_may_take_nothing_or_all() {
	test(rlc(), || {
		TreasuryShare::<Test>::put(Permill::zero());
		pay_fee(10);
		assert_eq!((free(&TREASURY), free(&Rlc::fee_account())), (0, 10));

		TreasuryShare::<Test>::put(Permill::one());
		pay_fee(10);
		assert_eq!((free(&TREASURY), free(&Rlc::fee_account())), (10, 10));
		assert_eq!(Balances::total_issuance(), 1_000 * RLC);
	});
}

#[test]
fn era_pays_the_fees_collected_in_it_and_no_more() {
	test(rlc(), || {
		pay_fee(100);
		assert_eq!(Rlc::era_payout(500 * RLC, 1_000 * RLC, 60_000), (80, 0));
		System::assert_last_event(Event::RewardsFunded { amount: 80 }.into());
		assert_eq!((free(&Rlc::fee_account()), free(&Rlc::reward_account())), (0, 80));

		assert_eq!(Rlc::era_payout(500 * RLC, 1_000 * RLC, 60_000), (0, 0), "an era without fees pays nothing");
		pay_fee(50);
		assert_eq!(Rlc::era_payout(500 * RLC, 1_000 * RLC, 60_000), (40, 0));
		assert_eq!(free(&Rlc::reward_account()), 120);
	});
}

#[test]
fn paying_rewards_leaves_issuance_as_it_was() {
	test(rlc(), || {
		pay_fee(100);
		Rlc::era_payout(0, 0, 0);

		let paid = Balances::deposit(&BOB, 70, Precision::Exact).unwrap();
		SettleRewards::<Test>::on_unbalanced(paid);

		assert_eq!(free(&BOB), 70);
		assert_eq!(free(&Rlc::reward_account()), 10, "what was not claimed stays");
		assert_eq!(Balances::total_issuance(), 1_000 * RLC);
	});
}

#[test]
fn rewards_can_be_paid_while_all_rlc_exists() {
	test(endowed(MAX_SUPPLY), || {
		pay_fee(100);
		Rlc::era_payout(0, 0, 0);
		SettleRewards::<Test>::on_unbalanced(Balances::deposit(&BOB, 80, Precision::Exact).unwrap());
		assert_eq!(Balances::total_issuance(), MAX_SUPPLY);
	});
}

#[test]
fn minting_stops_at_the_cap() {
	test(endowed(MAX_SUPPLY - 5), || {
		assert_noop!(Rlc::mint(&BOB, 6), Error::<Test>::CapExceeded);
		assert_noop!(Rlc::mint(&BOB, u128::MAX), Error::<Test>::CapExceeded);
		assert_ok!(Rlc::mint(&BOB, 5));
		System::assert_last_event(Event::Minted { who: BOB, amount: 5 }.into());
		assert_eq!(Balances::total_issuance(), MAX_SUPPLY);
		assert_noop!(Rlc::mint(&BOB, 1), Error::<Test>::CapExceeded);
	});
}

#[test]
#[should_panic(expected = "genesis endows more RLC than the cap")]
fn genesis_above_the_cap_is_refused() {
	endowed(MAX_SUPPLY + 1);
}

#[test]
fn supply_above_the_cap_is_seen_by_try_state() {
	rlc().execute_with(|| {
		drop(Balances::issue(MAX_SUPPLY));
		assert_ok!(Rlc::do_try_state());
		pallet_balances::TotalIssuance::<Test>::put(MAX_SUPPLY + 1);
		assert_eq!(Rlc::do_try_state(), Err(DispatchError::Other("I1: more RLC exists than the cap allows")));
	});
}

#[test]
fn only_governance_changes_the_share() {
	test(rlc(), || {
		let share = Permill::from_percent(50);
		assert_noop!(Rlc::set_treasury_share(RuntimeOrigin::signed(ALICE), share), BadOrigin);
		assert_ok!(Rlc::set_treasury_share(RuntimeOrigin::root(), share));
		System::assert_last_event(Event::TreasuryShareSet { share }.into());
		pay_fee(10);
		assert_eq!(free(&TREASURY), 5);
	});
}
