//! What a workerpool promises.

use frame_support::{assert_noop, assert_ok};
use rlc_primitives::{
	traits::{Assets, WorkerpoolPolicy},
	Settlement, WorkerpoolId,
};
use sp_runtime::TokenError;

use crate::{mock::*, Error, Event, Policy, Workerpools};

/// Returns Alice's pool.
fn pool() -> WorkerpoolId {
	assert_ok!(Registry::register_workerpool(signed(ALICE), description("a pool")));
	WorkerpoolId::derive(&ALICE, &description("a pool"))
}

#[test]
fn new_pool_has_the_policy_of_new_ones() {
	test(|| {
		let policy = WorkerpoolPolicy {
			owner: ALICE,
			worker_stake_ratio: 30,
			scheduler_ratio: 1,
			settlement: Settlement::Automatic,
		};
		assert_eq!(Registry::workerpool(&pool()), Some(policy));
		assert_eq!(Registry::workerpool(&WorkerpoolId::default()), None);
	});
}

#[test]
fn owner_sets_the_policy_and_the_id_stays() {
	test(|| {
		let id = pool();
		let policy = Policy { worker_stake_ratio: 1_000, scheduler_ratio: 100, settlement: Settlement::Scheduler };
		assert_ok!(Registry::set_policy(signed(ALICE), id, policy));
		System::assert_last_event(Event::PolicySet { workerpool: id, policy }.into());
		let pool = Registry::workerpool(&id).unwrap();
		assert_eq!(
			(pool.worker_stake_ratio, pool.scheduler_ratio, pool.settlement),
			(1_000, 100, Settlement::Scheduler)
		);
		assert_eq!(id, Registry::workerpool_id(ALICE, description("a pool")));
	});
}

#[test]
fn ratios_that_are_too_high_are_refused() {
	test(|| {
		let id = pool();
		let stake = Policy { worker_stake_ratio: 1_001, ..Default::default() };
		assert_noop!(Registry::set_policy(signed(ALICE), id, stake), Error::<Test>::RatioTooHigh);
		let part = Policy { scheduler_ratio: 101, ..Default::default() };
		assert_noop!(Registry::set_policy(signed(ALICE), id, part), Error::<Test>::RatioTooHigh);
	});
}

#[test]
fn only_its_owner_sets_a_pool_s_policy() {
	test(|| {
		let policy = Policy::default();
		let none = WorkerpoolId::default();
		assert_noop!(Registry::set_policy(signed(ALICE), none, policy), Error::<Test>::NotFound);
		let id = pool();
		assert_noop!(Registry::set_policy(signed(BOB), id, policy), Error::<Test>::NotOwner);
	});
}

#[test]
fn owner_changes_the_description_and_the_id_stays() {
	test(|| {
		let id = pool();
		let long = description(&"x".repeat(200));
		assert_ok!(Registry::set_description(signed(ALICE), id, long.clone()));
		System::assert_last_event(Event::DescriptionSet { workerpool: id, description: long.clone() }.into());
		let stored = Workerpools::<Test>::get(id).unwrap();
		assert_eq!((stored.content.description, stored.content.policy), (long.clone(), Policy::default()));
		assert_eq!(id, Registry::workerpool_id(ALICE, description("a pool")), "it is that of the first description");
		assert_noop!(
			Registry::register_workerpool(signed(ALICE), description("a pool")),
			Error::<Test>::AlreadyRegistered
		);
		assert_ok!(Registry::register_workerpool(signed(ALICE), long));
	});
}

#[test]
fn deposit_follows_the_description() {
	test(|| {
		let id = pool();
		let held = || Workerpools::<Test>::get(id).unwrap().deposit;
		let before = held();
		assert_ok!(Registry::set_description(signed(ALICE), id, description("a pool that says more")));
		let more = held();
		assert!(more > before);
		assert_ok!(Registry::do_try_state());
		assert_ok!(Registry::set_description(signed(ALICE), id, description("a pool")));
		assert_eq!(held(), before);
		assert_ok!(Registry::do_try_state());
		assert_ok!(Registry::deregister(signed(ALICE), crate::AssetId::Workerpool(id)));
	});
}

#[test]
fn description_that_cannot_be_paid_for_is_refused() {
	test(|| {
		let id = pool();
		assert_ok!(Balances::transfer_allow_death(signed(ALICE), BOB, free(&ALICE) - 1));
		assert_noop!(
			Registry::set_description(signed(ALICE), id, description(&"x".repeat(200))),
			TokenError::FundsUnavailable
		);
	});
}

#[test]
fn only_its_owner_sets_a_pool_s_description() {
	test(|| {
		let none = WorkerpoolId::default();
		let other = || description("another");
		assert_noop!(Registry::set_description(signed(ALICE), none, other()), Error::<Test>::NotFound);
		let id = pool();
		assert_noop!(Registry::set_description(signed(BOB), id, other()), Error::<Test>::NotOwner);
	});
}

#[test]
fn bad_ratio_is_seen_by_try_state() {
	registry().execute_with(|| {
		let id = pool();
		Workerpools::<Test>::mutate(id, |pool| pool.as_mut().unwrap().content.policy.scheduler_ratio = 101);
		assert_eq!(Registry::do_try_state(), Err("a workerpool's ratio is too high".into()));
	});
}
