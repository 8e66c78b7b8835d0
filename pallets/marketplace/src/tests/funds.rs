//! Bonds: what a scheduler holds for an offer in the book, and what becomes of it.

use frame_support::{
	assert_noop, assert_ok,
	traits::{fungible::Inspect as _, LockableCurrency, WithdrawReasons},
};
use rlc_primitives::{deal::Settlement, Balance, WorkerpoolId, RLC};
use sp_core::H160;

use super::*;
use crate::{Error, Event, Orders};

/// The heir's workerpool.
pub fn heirs_pool() -> WorkerpoolId {
	let pool = WorkerpoolId(H160::repeat_byte(9));
	Workerpools::insert(pool, (Who::Heir.id(), 30, 1, Settlement::Automatic));
	pool
}

/// Publishes an offer of the heir's workerpool.
pub fn heirs_offer(price: Balance, salt: u16) -> WorkerpoolOrder {
	let order = WorkerpoolOrder { workerpool: heirs_pool(), price, ..four().workerpool };
	let order = WorkerpoolOrder { salt: H256::from_low_u64_be(salt.into()), ..order };
	assert_ok!(Market::publish_order(Who::Heir.origin(), boxed(&order)));
	order
}

/// Leaves an account with this much that it can lock, beside the nRLC that keeps an account with holds alive.
pub fn leave(who: Who, left: Balance) {
	let rest = free(who) - left - 1;
	assert_ok!(Balances::transfer_allow_death(who.origin(), Who::Sponsor.id(), rest));
}

/// Lets all RLC of an account vest, also what is held: nothing of it can be locked.
pub fn freeze(who: Who) {
	Balances::set_lock(*b"vesting ", &who.id(), RLC, WithdrawReasons::all());
}

#[test]
fn published_workerpool_order_holds_a_tasks_stake() {
	test(|| {
		let four = four().published();
		assert_eq!(bonds(Who::Scheduler), 30);
		assert_eq!((bonds(Who::AppOwner), bonds(Who::Requester)), (0, 0));
		StakeRate::set(&1_200);
		heirs_offer(100, 1);
		assert_eq!(bonds(Who::Heir), 100, "the floor");
		assert_eq!(bonds(Who::Scheduler), 30, "what was held stays");
		assert_ok!(Market::unpublish_order(Who::Scheduler.origin(), four.hashes().workerpool));
		assert_eq!(bonds(Who::Scheduler), 0);
	});
}

#[test]
fn bond_comes_back_however_an_order_leaves_the_book() {
	test(|| {
		let four = four().with(|it| it.workerpool.volume = 5).published();
		assert_ok!(four.matched());
		assert_eq!(bonds(Who::Scheduler), 0, "it was filled");
		let order = heirs_offer(100, 1);
		assert_ok!(Market::cancel_order(Who::Heir.origin(), boxed(&order)));
		assert_eq!(bonds(Who::Heir), 0, "it was canceled");
		let order = heirs_offer(100, 2);
		Workerpools::insert(heirs_pool(), (Who::Broker.id(), 30, 1, Settlement::Automatic));
		assert_ok!(Market::remove_expired(Who::Sponsor.origin(), hash(order)));
		assert_eq!(bonds(Who::Heir), 0, "its pool was sold");
	});
}

#[test]
fn order_without_a_bond_is_not_published() {
	test(|| {
		leave(Who::Heir, 8_998);
		let order = WorkerpoolOrder { workerpool: heirs_pool(), price: 30_000, ..four().workerpool };
		let publish = || Market::publish_order(Who::Heir.origin(), boxed(&order));
		assert_noop!(publish(), Error::<Test>::SchedulerUnfunded);
	});
	test(|| {
		freeze(Who::Heir);
		let order = WorkerpoolOrder { workerpool: heirs_pool(), ..four().workerpool };
		let publish = || Market::publish_order(Who::Heir.origin(), boxed(&order));
		assert_noop!(publish(), Error::<Test>::SchedulerUnfunded);
	});
}

#[test]
fn bond_is_staked_when_nothing_else_is_left() {
	test(|| {
		let four = four().with(|it| it.request.volume = 1).published();
		leave(Who::Scheduler, 29);
		assert_ok!(four.matched());
		assert_eq!((Locked::get(Who::Scheduler.id()), bonds(Who::Scheduler)), (30, 0));
		let order = four.hashes().workerpool;
		assert!(!Orders::<Test>::contains_key(order), "it has no bond any more");
		assert_eq!(consumed(order), 1, "and is as good as before, if it is published again");
		assert!(System::events().iter().any(|one| one.event == Event::<Test>::OrderUnfunded { order }.into()));
	});
}

#[test]
fn bond_stays_while_free_rlc_suffices() {
	test(|| {
		let four = four().published();
		assert_ok!(four.matched());
		assert_eq!((Locked::get(Who::Scheduler.id()), bonds(Who::Scheduler)), (150, 30));
	});
}

#[test]
fn offer_that_cannot_be_made_is_removed_by_anyone_for_its_deposit() {
	test(|| {
		let order = heirs_offer(100, 1);
		let deposit = Orders::<Test>::get(hash(order.clone())).unwrap().deposit;
		let remove = || Market::remove_unfunded(Who::Broker.origin(), hash(order.clone()));
		assert_noop!(remove(), Error::<Test>::StillFunded);
		leave(Who::Heir, 0);
		assert_noop!(remove(), Error::<Test>::StillFunded);
		StakeRate::set(&1_200);
		assert_eq!(bonds(Who::Heir), 30, "too little by now");
		let before = free(Who::Broker);
		assert_ok!(remove());
		System::assert_last_event(Event::OrderUnfunded { order: hash(order.clone()) }.into());
		assert_eq!(free(Who::Broker) - before, deposit);
		assert_eq!(
			(free(Who::Heir), bonds(Who::Heir), deposits(Who::Heir)),
			(1 + 30 + 500, 0, 0),
			"bond and blank record"
		);
		assert_noop!(remove(), Error::<Test>::NotFound);
	});
}

#[test]
fn only_workerpool_orders_can_be_unfunded() {
	test(|| {
		let app = four().published().hashes().app;
		let remove = || Market::remove_unfunded(Who::Broker.origin(), app);
		assert_noop!(remove(), Error::<Test>::WrongKind);
	});
}

/// Else a friend could turn RLC that vests into RLC that does not.
#[test]
fn deposit_that_vests_goes_back() {
	test(|| {
		let order = heirs_offer(100, 1);
		freeze(Who::Heir);
		let (owner, broker) = (Balances::total_balance(&Who::Heir.id()), free(Who::Broker));
		assert_ok!(Market::remove_unfunded(Who::Broker.origin(), hash(order)));
		assert_eq!((Balances::total_balance(&Who::Heir.id()), free(Who::Broker)), (owner, broker));
		assert_eq!((deposits(Who::Heir), bonds(Who::Heir)), (0, 0));
	});
}

#[test]
fn publisher_gains_nothing_by_removing_its_own_order() {
	test(|| {
		let order = heirs_offer(100, 1);
		leave(Who::Heir, 0);
		StakeRate::set(&1_200);
		let held = deposits(Who::Heir) + bonds(Who::Heir);
		assert_ok!(Market::remove_unfunded(Who::Heir.origin(), hash(order)));
		assert_eq!(free(Who::Heir), 1 + held, "what a withdrawal returns");
	});
}
