//! Locks, the accounts that have them, and the kitty.

use frame_support::{
	assert_noop, assert_ok, assert_storage_noop,
	dispatch::{GetDispatchInfo, Pays},
	traits::{fungible::InspectHold, Hooks, LockableCurrency, WithdrawReasons},
};
use rlc_primitives::{
	traits::{
		Escrow,
		MovementKind::{Reward, RewardFromKitty, Seize, SeizeForKitty, Unlock},
	},
	AccountId, Balance, RLC,
};
use sp_runtime::DispatchError;

use crate::{mock::*, Call, Error, Event, Kitty, Locked};

fn withdraw(who: &AccountId, amount: Balance) {
	assert_ok!(Balances::transfer_allow_death(RuntimeOrigin::signed(who.clone()), TREASURY, amount));
}

#[test]
fn locked_rlc_is_the_owner_s_again_when_unlocked() {
	test(endowed(100), || {
		lock(&ALICE, 30);
		System::assert_last_event(Event::Locked { who: ALICE, amount: 30 }.into());
		assert_eq!(account(&ALICE), (70, 30));
		lock(&ALICE, 20);
		assert_eq!(account(&ALICE), (50, 50));

		unlock(&ALICE, 45);
		System::assert_last_event(Event::Unlocked { who: ALICE, amount: 45 }.into());
		assert_eq!(account(&ALICE), (95, 5));
		unlock(&ALICE, 5);
		assert_eq!(account(&ALICE), (100, 0));
		assert!(!Locked::<Test>::contains_key(&ALICE), "nothing is left in storage");
		assert_eq!(System::providers(&ALICE), 1, "nor a reference");
	});
}

#[test]
fn all_that_is_free_can_be_locked() {
	test(endowed(10), || {
		System::inc_account_nonce(&ALICE);
		lock(&ALICE, 10);
		assert_eq!(account(&ALICE), (0, 10));
		assert!(System::account_exists(&ALICE), "it is not reaped");
		unlock(&ALICE, 1);
		assert_eq!(account(&ALICE), (1, 9));
		unlock(&ALICE, 9);
		assert_eq!(account(&ALICE), (10, 0));
		assert_eq!(System::account_nonce(&ALICE), 1, "it is the same account");
	});
}

#[test]
fn all_that_is_free_can_be_locked_by_an_account_with_a_deposit() {
	test(endowed(15), || {
		assert_ok!(<Balances as frame_support::traits::ReservableCurrency<_>>::reserve(&ALICE, 5));
		lock(&ALICE, 10);
		assert_eq!(account(&ALICE), (0, 10));
		assert_eq!(Balances::total_balance_on_hold(&ALICE), 5);
		unlock(&ALICE, 10);
		assert_eq!(account(&ALICE), (10, 0));
		assert_eq!(System::providers(&ALICE), 1);
	});
}

#[test]
fn account_with_locked_rlc_can_be_emptied() {
	test(endowed(10), || {
		lock(&ALICE, 4);
		withdraw(&ALICE, 6);
		assert_eq!(account(&ALICE), (0, 4));
		assert!(System::account_exists(&ALICE));
		unlock(&ALICE, 4);
		assert_eq!(account(&ALICE), (4, 0));
		withdraw(&ALICE, 4);
		assert!(!System::account_exists(&ALICE), "with nothing locked it goes as any other");
	});
}

#[test]
fn account_that_loses_all_is_reaped() {
	test(endowed(10), || {
		lock(&ALICE, 10);
		seize_for(&BOB, &ALICE, 10);
		assert_eq!((account(&ALICE), account(&BOB)), ((0, 0), (10, 0)));
		assert!(!System::account_exists(&ALICE) && !Locked::<Test>::contains_key(&ALICE));
	});
}

#[test]
fn one_nrlc_can_be_paid_to_a_new_account() {
	test(with_kitty(2), || {
		lock(&ALICE, 1);
		seize_for(&CAROL, &ALICE, 1);
		assert_eq!(account(&CAROL), (1, 0));
		settle([(RewardFromKitty, &BOB, 1)]);
		assert_eq!(account(&BOB), (1, 0));
	});
}

#[test]
fn nobody_locks_more_than_is_free() {
	test(endowed(10), || {
		assert_noop!(Rlc::lock(&ALICE, 11), Error::<Test>::InsufficientFree);
		assert_noop!(Rlc::lock(&CAROL, 1), Error::<Test>::InsufficientFree);
		lock(&ALICE, 8);
		assert_noop!(Rlc::lock(&ALICE, 3), Error::<Test>::InsufficientFree);
		assert!(Rlc::lock(&ALICE, Balance::MAX).is_err());
		lock(&ALICE, 2);
		assert_noop!(Rlc::lock(&ALICE, 1), Error::<Test>::InsufficientFree);
	});
}

#[test]
fn rlc_that_still_vests_cannot_be_locked() {
	test(endowed(10), || {
		let unvested = WithdrawReasons::except(WithdrawReasons::TRANSACTION_PAYMENT);
		Balances::set_lock(*b"vesting ", &ALICE, 7, unvested);
		let before = System::account(&ALICE);
		assert_noop!(Rlc::lock(&ALICE, 4), Error::<Test>::InsufficientFree);
		assert_eq!(System::account(&ALICE), before, "and it leaves no reference");
		lock(&ALICE, 3);
		assert_noop!(Rlc::lock(&ALICE, 1), Error::<Test>::InsufficientFree);
		assert_eq!(account(&ALICE), (7, 3), "what is locked does not count as kept");
	});
}

#[test]
fn nobody_frees_or_loses_more_than_is_locked() {
	test(endowed(10), || {
		let insufficient = DispatchError::from(Error::<Test>::InsufficientLocked);
		assert_noop!(try_settle([(Unlock, &ALICE, 1)]), insufficient);
		assert_noop!(try_settle([(Seize, &ALICE, 1), (Reward, &BOB, 1)]), insufficient);
		assert_noop!(try_settle([(SeizeForKitty, &ALICE, 1)]), insufficient);
		lock(&ALICE, 5);
		assert_noop!(try_settle([(Unlock, &ALICE, 6)]), insufficient);
		assert_noop!(try_settle([(Seize, &ALICE, 6), (Reward, &BOB, 6)]), insufficient);
		assert_noop!(try_settle([(SeizeForKitty, &ALICE, 6)]), insufficient);
		assert_noop!(try_settle([(Seize, &BOB, 1), (Reward, &ALICE, 1)]), insufficient);
	});
}

#[test]
fn what_is_seized_pays_others() {
	test(endowed(100), || {
		lock(&ALICE, 60);
		settle([(Seize, &ALICE, 50), (Reward, &BOB, 30), (Reward, &ALICE, 20)]);
		System::assert_has_event(Event::Seized { who: ALICE, amount: 50, task: TASK }.into());
		System::assert_has_event(Event::Rewarded { who: BOB, amount: 30, task: TASK }.into());
		System::assert_last_event(Event::Rewarded { who: ALICE, amount: 20, task: TASK }.into());
		assert_eq!((account(&ALICE), account(&BOB)), ((60, 10), (30, 0)));
		assert_eq!(Balances::total_issuance(), 100);
	});
}

#[test]
fn kitty_is_filled_by_failure_and_paid_to_success() {
	test(endowed(100), || {
		lock(&ALICE, 60);
		settle([(SeizeForKitty, &ALICE, 40)]);
		System::assert_has_event(Event::Seized { who: ALICE, amount: 40, task: TASK }.into());
		System::assert_last_event(Event::KittyFilled { amount: 40, task: TASK }.into());
		settle([(SeizeForKitty, &ALICE, 20)]);
		assert_eq!(Rlc::kitty(), 60);

		assert_noop!(try_settle([(RewardFromKitty, &BOB, 61)]), Error::<Test>::InsufficientKitty);
		settle([(RewardFromKitty, &BOB, 15)]);
		System::assert_last_event(Event::Rewarded { who: BOB, amount: 15, task: TASK }.into());
		assert_eq!((Rlc::kitty(), free(&BOB)), (45, 15));
		settle([(RewardFromKitty, &BOB, 45)]);
		assert_eq!((Rlc::kitty(), free(&BOB)), (0, 60));
	});
}

#[test]
fn kitty_and_locks_pay_nothing_of_each_other() {
	test(with_kitty(10), || {
		lock(&ALICE, 5);
		assert_noop!(try_settle([(Reward, &CAROL, 1)]), Error::<Test>::Unbalanced);
		assert_noop!(try_settle([(SeizeForKitty, &ALICE, 5), (Reward, &CAROL, 5)]), Error::<Test>::Unbalanced);
		assert_noop!(try_settle([(RewardFromKitty, &CAROL, 11)]), Error::<Test>::InsufficientKitty);
		settle([(RewardFromKitty, &CAROL, 10)]);
		unlock(&ALICE, 5);
	});
}

#[test]
fn zero_touches_nothing() {
	test(rlc(), || {
		assert_storage_noop!({
			assert_ok!(Rlc::lock(&CAROL, 0));
			assert_ok!(Rlc::settle(&[]));
			let kinds = [Unlock, Seize, SeizeForKitty, Reward, RewardFromKitty];
			assert_ok!(try_settle(kinds.map(|kind| (kind, &CAROL, 0))));
		});
	});
}

#[test]
fn escrow_account_lives_when_empty() {
	test(rlc(), || {
		let escrow = Rlc::escrow_account();
		assert_eq!((free(&escrow), System::providers(&escrow)), (0, 1));
		lock(&ALICE, RLC);
		unlock(&ALICE, RLC);
		assert_eq!((free(&escrow), System::providers(&escrow)), (0, 1));
	});
}

#[test]
fn account_that_others_need_is_kept_until_pruned() {
	test(endowed(10), || {
		assert_noop!(Rlc::prune(RuntimeOrigin::signed(BOB), ALICE), Error::<Test>::NotFound);
		assert_ok!(System::inc_consumers(&ALICE));
		lock(&ALICE, 10);
		assert_noop!(Rlc::prune(RuntimeOrigin::signed(BOB), ALICE), Error::<Test>::StillLocked);
		seize_for(&BOB, &ALICE, 10);
		assert_eq!(Locked::<Test>::get(&ALICE), Some(0));
		assert_noop!(Rlc::prune(RuntimeOrigin::signed(BOB), ALICE), DispatchError::ConsumerRemaining);

		System::dec_consumers(&ALICE);
		assert_noop!(Rlc::prune(RuntimeOrigin::none(), ALICE), DispatchError::BadOrigin);
		let done = Rlc::prune(RuntimeOrigin::signed(BOB), ALICE).unwrap();
		assert_eq!(done.pays_fee, Pays::No);
		System::assert_last_event(Event::Pruned { who: ALICE }.into());
		assert!(!Locked::<Test>::contains_key(&ALICE) && !System::account_exists(&ALICE));
		assert_eq!(Call::<Test>::prune { who: ALICE }.get_dispatch_info().pays_fee, Pays::Yes, "if it is refused");
	});
}

#[test]
fn kept_account_locks_and_goes_as_any_other() {
	test(endowed(10), || {
		assert_ok!(System::inc_consumers(&ALICE));
		lock(&ALICE, 10);
		seize_for(&BOB, &ALICE, 10);
		assert_ok!(Balances::transfer_allow_death(RuntimeOrigin::signed(BOB), ALICE, 10));
		assert_eq!((account(&ALICE), System::providers(&ALICE)), ((10, 0), 2));
		lock(&ALICE, 10);
		assert_eq!((account(&ALICE), System::providers(&ALICE)), ((0, 10), 1));
		unlock(&ALICE, 10);
		assert_eq!((account(&ALICE), System::providers(&ALICE)), ((10, 0), 1));
		assert!(!Locked::<Test>::contains_key(&ALICE));
	});
}

#[test]
fn gift_to_the_escrow_breaks_nothing() {
	rlc().execute_with(|| {
		assert_ok!(Balances::transfer_allow_death(RuntimeOrigin::signed(ALICE), Rlc::escrow_account(), 5));
		assert_ok!(Rlc::do_try_state());
		assert_noop!(try_settle([(Reward, &BOB, 1)]), Error::<Test>::Unbalanced);
	});
}

#[test]
fn broken_books_are_seen_by_try_state() {
	let broken = |why| Err(DispatchError::Other(why));
	let mut chain = endowed(10);
	chain.execute_with(|| {
		Books::set(ALICE, 4);
		assert_eq!(Rlc::do_try_state(), broken("I2: an open lock has nothing locked"));
		assert_ok!(Rlc::lock(&ALICE, 5));
		assert_eq!(Rlc::do_try_state(), broken("I2: an account's locks do not add up"));
		Books::set(ALICE, 5);
		assert_ok!(Rlc::do_try_state());

		Kitty::<Test>::put(1);
		assert_eq!(Rlc::do_try_state(), broken("I3: the escrow holds less than what is locked and the kitty"));
		Kitty::<Test>::kill();

		Locked::<Test>::insert(&CAROL, 0);
		assert_eq!(Rlc::do_try_state(), broken("an account with locked RLC does not exist"));
	});
}

#[test]
fn runtime_is_sound() {
	rlc().execute_with(Rlc::integrity_test);
}
