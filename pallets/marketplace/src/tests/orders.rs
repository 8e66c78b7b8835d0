//! The life of an order on chain: published, presigned, withdrawn, canceled, expired, pruned; and its deposits.

use codec::Encode;
use frame_support::{assert_noop, assert_ok};
use rlc_primitives::{Balance, CategoryId, OrderKind};
use sp_runtime::TokenError;

use super::*;
use crate::{Consumed, Error, Event, Orders, Presigned};

/// Returns the request of the four, which expires 10 ms after the start.
fn expiring() -> RequestOrder {
	four().with(|it| it.request.expiry = Some(START + 10)).request
}

fn publish(who: Who, order: &(impl Into<AnyOrder> + Clone)) -> DispatchResult {
	Market::publish_order(who.origin(), boxed(order))
}

/// Returns what is held for a published order, in nRLC.
fn deposit(order: impl Into<AnyOrder>) -> Balance {
	1_000 + order.into().encode().len() as Balance
}

#[test]
fn published_order_is_kept_and_paid_for() {
	test(|| {
		let order = four().request;
		assert_ok!(publish(Who::Requester, &order));
		let kept = Orders::<Test>::get(hash(order.clone())).unwrap();
		assert_eq!((kept.order, kept.owner), (order.clone().into(), Who::Requester.id()));
		assert_eq!((kept.published, kept.sequence), (START, 1));
		assert_eq!(deposits(Who::Requester), deposit(order.clone()) + 500);
		System::assert_last_event(
			Event::OrderPublished { order: hash(order), kind: OrderKind::Request, owner: Who::Requester.id() }.into(),
		);
	});
}

#[test]
fn only_todays_owner_publishes_presigns_and_cancels() {
	test(|| {
		for (_, order) in four().owned() {
			let order = Box::new(order);
			assert_noop!(Market::publish_order(Who::Broker.origin(), order.clone()), Error::<Test>::NotOwner);
			assert_noop!(Market::presign_order(Who::Broker.origin(), order.clone()), Error::<Test>::NotOwner);
			assert_noop!(Market::cancel_order(Who::Broker.origin(), order), Error::<Test>::NotOwner);
		}
	});
}

#[test]
fn orders_that_cannot_be_matched_are_not_offered() {
	test(|| {
		let offered = |who: Who, order: AnyOrder, error: Error<Test>| {
			let order = Box::new(order);
			let error = sp_runtime::DispatchError::from(error);
			assert_noop!(Market::publish_order(who.origin(), order.clone()), error);
			assert_noop!(Market::presign_order(who.origin(), order), error);
		};
		let request = four().request;
		offered(Who::Requester, RequestOrder { volume: 0, ..request.clone() }.into(), Error::RequestConsumed);
		offered(Who::Requester, RequestOrder { expiry: Some(START), ..request.clone() }.into(), Error::OrderExpired);
		let category = CategoryId(5);
		offered(Who::Requester, RequestOrder { category, ..request }.into(), Error::UnknownCategory);
		offered(Who::Scheduler, WorkerpoolOrder { category, ..four().workerpool }.into(), Error::UnknownCategory);
		Apps::remove(APP);
		Datasets::remove(DATASET);
		Workerpools::remove(POOL);
		offered(Who::AppOwner, four().app.into(), Error::AppNotRegistered);
		offered(Who::DatasetOwner, four().dataset.unwrap().into(), Error::DatasetNotRegistered);
		offered(Who::Scheduler, four().workerpool.into(), Error::WorkerpoolNotRegistered);
	});
}

#[test]
fn request_whose_maxima_overflow_is_not_published() {
	test(|| {
		let order = RequestOrder { app_max_price: Balance::MAX, ..four().request };
		assert_noop!(publish(Who::Requester, &order), Error::<Test>::Overflow);
	});
}

#[test]
fn order_is_published_and_presigned_once() {
	test(|| {
		let order = four().app;
		assert_ok!(publish(Who::AppOwner, &order));
		assert_noop!(publish(Who::AppOwner, &order), Error::<Test>::AlreadyPublished);
		assert_ok!(Market::presign_order(Who::AppOwner.origin(), boxed(&order)));
		let again = || Market::presign_order(Who::AppOwner.origin(), boxed(&order));
		assert_noop!(again(), Error::<Test>::AlreadyPresigned);
	});
}

#[test]
fn new_owner_takes_over_what_the_former_offered() {
	test(|| {
		let order = four().app;
		assert_ok!(publish(Who::AppOwner, &order));
		assert_ok!(Market::presign_order(Who::AppOwner.origin(), boxed(&order)));
		Apps::insert(APP, Who::Heir.id());
		assert_ok!(publish(Who::Heir, &order));
		assert_ok!(Market::presign_order(Who::Heir.origin(), boxed(&order)));
		assert_eq!(deposits(Who::AppOwner), 0);
		assert_eq!(deposits(Who::Heir), deposit(order.clone()) + 500 + 1_000);
		assert_eq!(Orders::<Test>::get(hash(order)).unwrap().sequence, 2);
	});
}

#[test]
fn who_cannot_pay_a_deposit_stores_nothing() {
	test(|| {
		OrderDeposit::set(&Balance::MAX);
		let order = four().app;
		assert_noop!(publish(Who::AppOwner, &order), TokenError::FundsUnavailable);
		let presigned = || Market::presign_order(Who::AppOwner.origin(), boxed(&order));
		assert_noop!(presigned(), TokenError::FundsUnavailable);
	});
}

#[test]
fn deposits_of_nothing_touch_nothing() {
	test(|| {
		OrderDeposit::set(&0);
		ByteDeposit::set(&0);
		RecordDeposit::set(&0);
		DealDeposit::set(&0);
		TaskDeposit::set(&0);
		let four = four().published();
		assert_ok!(four.matched());
		assert_ok!(Market::cancel_order(Who::AppOwner.origin(), boxed(&four.app)));
		for who in Who::ALL {
			assert_eq!(deposits(who), 0);
		}
		assert_eq!(free(Who::AppOwner), rlc_primitives::RLC);
	});
}

#[test]
fn withdrawn_order_leaves_nothing_behind() {
	test(|| {
		let order = four().app;
		assert_ok!(publish(Who::AppOwner, &order));
		assert_ok!(Market::presign_order(Who::AppOwner.origin(), boxed(&order)));
		let hash = hash(order.clone());
		assert_noop!(Market::unpublish_order(Who::Broker.origin(), hash), Error::<Test>::NotOwner);
		assert_ok!(Market::unpublish_order(Who::AppOwner.origin(), hash));
		System::assert_last_event(Event::OrderWithdrawn { order: hash }.into());
		assert!(!Orders::<Test>::contains_key(hash) && !Presigned::<Test>::contains_key(hash));
		assert!(!Consumed::<Test>::contains_key(hash));
		assert_eq!(deposits(Who::AppOwner), 0);
		assert_noop!(Market::unpublish_order(Who::AppOwner.origin(), hash), Error::<Test>::NotFound);
		// Its signature is as good as before.
		assert_ok!(four().matched());
	});
}

#[test]
fn cancelled_order_is_never_matched_again() {
	test(|| {
		let four = four().published();
		assert_ok!(Market::presign_order(Who::AppOwner.origin(), boxed(&four.app)));
		assert_ok!(Market::cancel_order(Who::AppOwner.origin(), boxed(&four.app)));
		System::assert_last_event(Event::OrderCancelled { order: four.hashes().app }.into());
		assert_eq!(deposits(Who::AppOwner), 500, "the record stays");
		assert_eq!(consumed(four.hashes().app), 100);
		assert_noop!(four.matched(), Error::<Test>::AppOrderConsumed);
		assert_noop!(publish(Who::AppOwner, &four.app), Error::<Test>::AppOrderConsumed);
		assert_ok!(Market::cancel_order(Who::AppOwner.origin(), boxed(&four.app)));
		assert_eq!((deposits(Who::AppOwner), consumed(four.hashes().app)), (500, 100), "once is enough");
	});
}

#[test]
fn order_that_was_never_on_chain_can_be_cancelled() {
	test(|| {
		let four = four();
		assert_ok!(four.clone().with(|it| it.request.volume = 1).matched());
		for (owner, order) in four.owned() {
			assert_ok!(Market::cancel_order(owner.origin(), Box::new(order)));
		}
		for (_, order) in four.owned() {
			assert_eq!(consumed(hash(order.clone())), order.volume());
		}
		assert_eq!(deposits(Who::Requester), 500);
		assert_eq!(deposits(Who::AppOwner), 0, "the broker paid for the record");
	});
}

#[test]
fn cancelling_an_order_of_nothing_registered_is_refused() {
	test(|| {
		Apps::remove(APP);
		let refused = || Market::cancel_order(Who::AppOwner.origin(), boxed(&four().app));
		assert_noop!(refused(), Error::<Test>::AppNotRegistered);
	});
}

#[test]
fn anyone_removes_an_expired_order() {
	test(|| {
		let order = expiring();
		let hash = hash(order.clone());
		assert_noop!(Market::remove_expired(Who::Broker.origin(), hash), Error::<Test>::NotFound);
		assert_ok!(publish(Who::Requester, &order));
		assert_ok!(Market::presign_order(Who::Requester.origin(), boxed(&order)));
		Clock::advance(9);
		assert_noop!(Market::remove_expired(Who::Broker.origin(), hash), Error::<Test>::StillValid);
		Clock::advance(1);
		assert_ok!(Market::remove_expired(Who::Broker.origin(), hash));
		System::assert_last_event(Event::OrderExpired { order: hash }.into());
		assert_eq!(deposits(Who::Requester), 0);
	});
}

#[test]
fn anyone_removes_what_a_former_owner_published() {
	test(|| {
		let order = four().app;
		assert_ok!(publish(Who::AppOwner, &order));
		Apps::insert(APP, Who::Heir.id());
		assert_ok!(Market::remove_expired(Who::Broker.origin(), hash(order)));
		assert_eq!(deposits(Who::AppOwner), 0);
	});
}

#[test]
fn expired_record_can_be_pruned_and_no_other() {
	test(|| {
		let four = four().with(|it| it.request = expiring());
		assert_ok!(four.matched());
		let (request, app) = (four.hashes().request, four.hashes().app);
		assert_noop!(Market::prune_order(Who::Heir.origin(), request), Error::<Test>::StillValid);
		Clock::advance(10);
		let before = deposits(Who::Broker);
		assert_ok!(Market::prune_order(Who::Heir.origin(), request));
		System::assert_last_event(Event::OrderPruned { order: request }.into());
		assert_eq!(deposits(Who::Broker), before - 500);
		assert_noop!(Market::prune_order(Who::Heir.origin(), request), Error::<Test>::NotFound);
		assert_noop!(Market::prune_order(Who::Heir.origin(), app), Error::<Test>::StillValid);
		assert_noop!(four.matched(), Error::<Test>::OrderExpired);
	});
}

#[test]
fn pruning_an_order_takes_it_from_the_book() {
	test(|| {
		let order = expiring();
		assert_ok!(publish(Who::Requester, &order));
		assert_ok!(Market::presign_order(Who::Requester.origin(), boxed(&order)));
		Clock::advance(10);
		assert_ok!(Market::prune_order(Who::Broker.origin(), hash(order)));
		assert_eq!(deposits(Who::Requester), 0);
	});
}

#[test]
fn calls_need_a_signature() {
	test(|| {
		let none = RuntimeOrigin::none;
		let (order, hash) = (boxed(&four().app), hash(four().app));
		let bad = sp_runtime::DispatchError::BadOrigin;
		let orders = Box::new(four().signed());
		assert_noop!(Market::publish_order(none(), order.clone()), bad);
		assert_noop!(Market::presign_order(none(), order.clone()), bad);
		assert_noop!(Market::cancel_order(none(), order), bad);
		assert_noop!(Market::unpublish_order(none(), hash), bad);
		assert_noop!(Market::remove_expired(none(), hash), bad);
		assert_noop!(Market::prune_order(none(), hash), bad);
		assert_noop!(Market::match_orders(none(), orders.clone()), bad);
		assert_noop!(Market::sponsor_match_orders(none(), orders), bad);
		let published = || Market::match_published(none(), hash, hash, None, hash);
		assert_noop!(published(), bad);
	});
}
