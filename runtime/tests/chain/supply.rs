//! The supply: minting up to the cap, fees that become rewards, and RLC that nobody can vote with.

use crate::common::*;
use frame_support::{
	assert_noop, assert_ok,
	dispatch::RawOrigin,
	traits::{Currency, Get, VoteTally},
};
use pallet_conviction_voting::TallyOf;
use rlc_primitives::{MAX_SUPPLY, NRLC};
use rlc_runtime::{
	configs::money::{CONTINGENCY, SALE},
	presets::*,
	*,
};
use sp_keyring::Sr25519Keyring::{Alice, Bob};
use sp_runtime::{traits::AccountIdConversion, Perbill};

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

fn active() -> Balance {
	<Balances as Currency<AccountId>>::active_issuance()
}

/// Runs `test` on a network of its own whose two founders have what the original distribution gives them.
fn sovereign(test: impl FnOnce(Balance)) {
	let founders = ["Alice", "Bob"].map(founder);
	genesis(founded(SOVEREIGN, &founders).unwrap()).execute_with(|| {
		// The treasury deactivates what it holds in each block's beginning.
		blocks(1);
		let theirs = founders.iter().map(|founder| Balances::total_balance(&founder.account)).sum();
		test(theirs);
	});
}

#[test]
fn turnout_counts_only_what_somebody_can_vote_with() {
	sovereign(|theirs| {
		assert_eq!(theirs, MAX_SUPPLY / 1_000 * 172);
		let counted: Balance = <Runtime as pallet_conviction_voting::Config>::MaxTurnout::get();
		// The treasury keeps its existential deposit.
		assert_eq!(counted, theirs + NRLC);

		let all_of_it = TallyOf::<Runtime>::from_parts(theirs, 0, theirs);
		assert!(all_of_it.support(0) > Perbill::from_percent(99), "{:?}", all_of_it.support(0));
		let of_all_rlc = Perbill::from_rational(theirs, issuance());
		assert!(of_all_rlc < Perbill::from_percent(18), "support was never more than this: {of_all_rlc:?}");
	});
}

#[test]
fn what_a_referendum_pays_out_counts_from_then_on() {
	sovereign(|theirs| {
		for (at, account) in [SALE, CONTINGENCY].into_iter().enumerate() {
			let pay = pallet_balances::Call::force_transfer {
				source: AccountIdConversion::<AccountId>::into_account_truncating(&account).into(),
				dest: Bob.to_account_id().into(),
				value: 1_000_000 * RLC,
			};
			assert_ok!(enact(pay));
			let paid = (at as Balance + 1) * 1_000_000 * RLC;
			assert_eq!(free(&Bob.to_account_id()), theirs / 2 - 100_000 * RLC + paid);
			assert_eq!(active(), theirs + NRLC + paid);
		}
		let inactive = pallet_balances::InactiveIssuance::<Runtime>::get();
		let treasury = pallet_treasury::Deactivated::<Runtime>::get();
		assert_eq!(inactive, treasury + pallet_rlc::Deactivated::<Runtime>::get(), "nothing else is inactive");
	});
}

#[test]
fn treasury_pays_active_rlc() {
	sovereign(|_| {
		// All that a founder has vests, and pays no fee.
		let pay = pallet_balances::Call::force_transfer {
			source: AccountIdConversion::<AccountId>::into_account_truncating(&SALE).into(),
			dest: Bob.to_account_id().into(),
			value: RLC,
		};
		assert_ok!(enact(pay));
		let before = active();
		let spend = pallet_treasury::Call::spend {
			asset_kind: Box::new(()),
			amount: RLC,
			beneficiary: Box::new(Bob.to_account_id()),
			valid_from: None,
		};
		assert_ok!(enact(spend));
		let payout = pallet_treasury::Call::payout { index: 0 };
		pass_full_block();
		block(vec![signed(Bob, payout)]).pop().unwrap().unwrap().unwrap();
		blocks(1);
		assert!(active() > before);
	});
}
