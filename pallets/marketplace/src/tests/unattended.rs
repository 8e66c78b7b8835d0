//! Requests that are matched by themselves: estimates, the search, and transactions that nobody signs.

use std::sync::Arc;

use codec::Decode;
use frame_support::{
	assert_noop, assert_ok,
	dispatch::GetDispatchInfo,
	pallet_prelude::{InvalidTransaction, TransactionSource, TransactionValidityError, ValidTransaction},
	traits::{Authorize, Hooks},
	weights::Weight,
};
use pallet_testing::offchain::{validator, Watch};
use rlc_primitives::{deal::Settlement, AppId, Balance, DatasetId, Restriction, WorkerpoolId, RLC};
use sp_core::H160;
use sp_runtime::traits::{Applyable, Checkable};

use super::*;
use crate::{Call, Error, Orders};

/// Runs `test` on a validator whose clock stands still. `work` makes its off-chain worker run in a later block, in which
/// nothing waits because it failed before.
pub fn on_a_validator(test: impl FnOnce(&dyn Fn() -> Vec<Call<Test>>)) {
	with_watch(Arc::new(|| 1), |work| test(&|| work(40)));
}

/// Runs `test` on a validator with this watch. `work` makes its off-chain worker run, this many blocks later.
pub fn with_watch(watch: Watch, test: impl FnOnce(&dyn Fn(u64) -> Vec<Call<Test>>)) {
	let mut chain = market();
	let submitted = validator(&mut chain, watch);
	chain.execute_with(|| {
		test(&|later| {
			System::set_block_number(System::block_number() + later);
			Market::offchain_worker(System::block_number());
			let transactions = submitted().into_iter();
			transactions.map(|bytes| call(UncheckedExtrinsic::decode(&mut &bytes[..]).unwrap())).collect()
		});
		check_invariants();
	});
}

/// Returns the market's call in a transaction.
fn call(transaction: UncheckedExtrinsic) -> Call<Test> {
	match transaction.function {
		RuntimeCall::Market(call) => call,
		other => panic!("{other:?} is not the market's"),
	}
}

/// Returns the match of these orders, for nobody to sign.
pub fn unsigned(hashes: Hashes) -> Call<Test> {
	let Hashes { app, dataset, workerpool, request } = hashes;
	Call::match_published { request, app, dataset, workerpool }
}

pub fn validity(call: Call<Test>) -> Result<ValidTransaction, TransactionValidityError> {
	let call = RuntimeCall::from(call);
	let by_a_stranger = call.authorize(TransactionSource::External).unwrap();
	assert_eq!(by_a_stranger.map(drop), Err(InvalidTransaction::Call.into()), "whatever it is");
	call.authorize(TransactionSource::Local).unwrap().map(|(validity, _)| validity)
}

/// Puts the transaction into a block.
pub fn apply(call: Call<Test>) -> DispatchResult {
	use frame_system::offchain::CreateAuthorizedTransaction;
	let transaction = <Test as CreateAuthorizedTransaction<Call<Test>>>::create_authorized_transaction(call.into());
	let info = transaction.get_dispatch_info();
	let checked = Checkable::check(transaction, &frame_system::ChainContext::<Test>::default()).unwrap();
	let applied = checked.apply::<Test>(&info, 100).unwrap();
	applied.map(|_| ()).map_err(|error| error.error)
}

/// Publishes a workerpool order with this price.
pub fn pool_offer(price: Balance, salt: u8) -> WorkerpoolOrder {
	let order = four().with(|it| (it.workerpool.price, it.workerpool.salt.0[0]) = (price, salt)).workerpool;
	assert_ok!(Market::publish_order(Who::Scheduler.origin(), boxed(&order)));
	order
}

#[test]
fn estimate_is_the_cheapest_that_fits() {
	test(|| {
		let four = four().published();
		let cheap = pool_offer(7, 1);
		pool_offer(9, 2);
		let estimate = Market::estimate(four.request.clone()).unwrap();
		let Hashes { app, dataset, request, .. } = four.hashes();
		assert_eq!(estimate.orders, Hashes { app, dataset, workerpool: hash(cheap), request });
		assert_eq!((estimate.volume, estimate.task_price, estimate.total_price), (5, 37, 185));
		assert_eq!((estimate.worker_stake, estimate.pool_stake, estimate.total_pool_stake), (2, 2, 10));
		assert_eq!(estimate.deposit, 2_000 + 50 + 2);
	});
}

#[test]
fn of_equal_offers_the_oldest_is_the_best() {
	test(|| {
		let four = four().published();
		pool_offer(100, 1);
		let estimate = Market::estimate(four.request.clone()).unwrap();
		assert_eq!(estimate.orders.workerpool, four.hashes().workerpool);
	});
}

#[test]
fn offers_that_do_not_go_together_are_passed_over() {
	test(|| {
		let other = WorkerpoolId(H160::repeat_byte(9));
		let four = four().published();
		let picky = four.clone().with(|it| {
			it.app.price = 1;
			it.app.workerpool_restrict = Restriction::Exactly(other);
		});
		assert_ok!(Market::publish_order(Who::AppOwner.origin(), boxed(&picky.app)));
		let estimate = Market::estimate(four.request.clone()).unwrap();
		assert_eq!(estimate.orders.app, four.hashes().app);

		let exactly = four.clone().with(|it| it.request.workerpool = PoolRestriction::Exactly(other));
		assert_eq!(Market::estimate(exactly.request), None);
		let exactly = four.with(|it| it.request.workerpool = PoolRestriction::Exactly(POOL));
		assert!(Market::estimate(exactly.request).is_some());
	});
}

#[test]
fn nothing_is_estimated_where_nothing_is_offered_or_left() {
	test(|| {
		let four = four();
		assert_eq!(Market::estimate(four.request.clone()), None);
		let four = four.published();
		assert_eq!(Market::estimate(RequestOrder { volume: 0, ..four.request.clone() }), None);
		assert_eq!(Market::estimate(RequestOrder { expiry: Some(START), ..four.request.clone() }), None);
		assert_eq!(Market::estimate(RequestOrder { app_max_price: 9, ..four.request.clone() }), None);
		assert_ok!(four.matched());
		assert_eq!(Market::estimate(four.request), None);
	});
}

/// More of them than are combined, and cheaper.
#[test]
fn offers_that_admit_none_of_the_others_hide_nothing() {
	test(|| {
		let four = four().published();
		for salt in 1..=5 {
			let order = four.clone().with(|it| {
				match salt % 2 {
					0 => it.workerpool.app_restrict = Restriction::Exactly(AppId(H160::repeat_byte(9))),
					_ => it.workerpool.dataset_restrict = Restriction::Exactly(DatasetId(H160::repeat_byte(9))),
				}
				(it.workerpool.price, it.workerpool.salt.0[0]) = (1, salt);
			});
			assert_ok!(Market::publish_order(Who::Scheduler.origin(), boxed(&order.workerpool)));
		}
		assert_eq!(Market::estimate(four.request.clone()).unwrap().orders, four.hashes());
	});
	test(|| {
		let other = WorkerpoolId(H160::repeat_byte(9));
		Workerpools::insert(other, (Who::Heir.id(), 30, 1, Settlement::Automatic));
		let four = four().with(|it| it.app.workerpool_restrict = Restriction::Exactly(POOL)).published();
		for salt in 1..=5 {
			let order = four.clone().with(|it| {
				(it.workerpool.workerpool, it.workerpool.price, it.workerpool.salt.0[0]) = (other, 1, salt);
			});
			assert_ok!(Market::publish_order(Who::Heir.origin(), boxed(&order.workerpool)));
		}
		assert_eq!(Market::estimate(four.request.clone()).unwrap().orders, four.hashes());
	});
}

#[test]
fn validator_matches_published_requests() {
	on_a_validator(|work| {
		assert_eq!(work(), vec![]);
		let four = four().published();
		let found = work();
		assert_eq!(found, vec![unsigned(four.hashes())]);
		assert_ok!(apply(found[0].clone()));
		assert_eq!(Locked::get(Who::Requester.id()), 650);
		assert_eq!(deposits(Who::Requester), 500 + 2_000 + 50 + 2, "nobody else could pay for the deal");
		assert_eq!(work(), vec![]);
	});
}

#[test]
fn partly_served_request_is_served_further() {
	on_a_validator(|work| {
		let four = four().with(|it| it.workerpool.volume = 3).published();
		assert_ok!(apply(work().remove(0)));
		assert_eq!(work(), vec![], "no workerpool is left");
		pool_offer(90, 1);
		assert_ok!(apply(work().remove(0)));
		assert!(!Orders::<Test>::contains_key(four.hashes().request));
	});
}

#[test]
fn unattended_match_takes_what_the_scheduler_can_stake() {
	on_a_validator(|work| {
		let four = four().published();
		super::funds::leave(Who::Scheduler, 60);
		assert_ok!(apply(work().remove(0)));
		assert_eq!(Locked::get(Who::Scheduler.id()), 60, "two tasks");
		assert_eq!(bonds(Who::Scheduler), 30);
		assert_ok!(apply(work().remove(0)));
		assert_eq!((Locked::get(Who::Scheduler.id()), bonds(Who::Scheduler)), (90, 0), "the bond is for one more");
		assert_eq!((consumed(four.hashes().request), work()), (3, vec![]));
	});
}

#[test]
fn unattended_match_takes_what_the_requester_can_pay() {
	on_a_validator(|work| {
		let four = four().published();
		// The deal, two bytes, and three tasks of 130 with a deposit of 10 each.
		super::funds::leave(Who::Requester, 2_000 + 2 + 3 * 140 + 139);
		assert_ok!(apply(work().remove(0)));
		assert_eq!(consumed(four.hashes().request), 3);
		assert_eq!((free(Who::Requester), work()), (140, vec![]));
	});
}

#[test]
fn unattended_match_of_who_cannot_pay_is_refused() {
	test(|| {
		let four = four().published();
		let Hashes { app, dataset, workerpool, request } = four.hashes();
		let origin = frame_system::RawOrigin::Authorized;
		let refused = || Market::match_published(origin.clone().into(), request, app, dataset, workerpool);
		super::funds::leave(Who::Requester, 2_000 + 2 + 139);
		assert_noop!(refused(), Error::<Test>::RequesterUnfunded);
		assert_ok!(Balances::transfer_allow_death(Who::Sponsor.origin(), Who::Requester.id(), 1_000));
		StakeRate::set(&1_200);
		super::funds::leave(Who::Scheduler, 0);
		assert_noop!(refused(), Error::<Test>::SchedulerUnfunded);
	});
}

#[test]
fn validator_takes_requests_in_turns() {
	on_a_validator(|work| {
		SearchRequests::set(&2);
		four().published();
		let ask = |salt: u8| {
			let order = four().with(|it| it.request.salt.0[0] = salt).request;
			assert_ok!(Market::publish_order(Who::Requester.origin(), boxed(&order)));
		};
		(1..=2).for_each(ask);
		let request = |call: Call<Test>| match call {
			Call::match_published { request, .. } => request,
			_ => unreachable!(),
		};
		let first: Vec<_> = work().into_iter().map(request).collect();
		let second: Vec<_> = work().into_iter().map(request).collect();
		let third: Vec<_> = work().into_iter().map(request).collect();
		assert_eq!((first.len(), second.len()), (2, 1));
		assert!(!first.contains(&second[0]));
		assert_eq!(third, first, "from the best again");
	});
}

#[test]
fn requests_that_another_pays_for_are_left_to_the_payer() {
	on_a_validator(|work| {
		let four = four().with(|it| it.request.payer = Some(Who::Sponsor.id())).published();
		assert_eq!(work(), vec![]);
		let refused = validity(unsigned(four.hashes()));
		assert_eq!(refused, Err(InvalidTransaction::Call.into()));
	});
}

#[test]
fn expired_and_poor_requests_are_not_submitted() {
	on_a_validator(|work| {
		four().with(|it| it.request.expiry = Some(START + 10)).published();
		assert_eq!(work().len(), 1);
		let all = free(Who::Requester);
		assert_ok!(Balances::transfer_allow_death(Who::Requester.origin(), Who::Heir.id(), all - 649));
		assert_eq!(work(), vec![], "it cannot pay");
		assert_ok!(Balances::transfer_allow_death(Who::Heir.origin(), Who::Requester.id(), RLC / 2));
		assert_eq!(work().len(), 1);
		Clock::advance(10);
		assert_eq!(work(), vec![], "it has expired");
	});
}

#[test]
fn unsigned_match_is_valid_while_it_would_succeed() {
	test(|| {
		let four = four();
		let call = unsigned(four.hashes());
		assert_eq!(validity(call.clone()), Err(InvalidTransaction::Stale.into()), "nothing is published");
		let four = four.published();
		let state = sp_io::storage::root(sp_runtime::StateVersion::V1);
		let valid = validity(call.clone()).unwrap();
		assert_eq!(sp_io::storage::root(sp_runtime::StateVersion::V1), state, "asking changes nothing");
		assert_eq!(valid.provides.len(), 1);
		assert_eq!((valid.longevity, valid.propagate), (16, false));

		assert_ok!(apply(call.clone()));
		assert_eq!(validity(call), Err(InvalidTransaction::Stale.into()), "the request is consumed");
		assert!(Market::deal_view(four.deal()).is_some());
	});
}

#[test]
fn cheaper_match_of_a_request_comes_first() {
	test(|| {
		let four = four().published();
		let cheap = unsigned(Hashes { workerpool: hash(pool_offer(50, 1)), ..four.hashes() });
		let (cheap, dear) = (validity(cheap).unwrap(), validity(unsigned(four.hashes())).unwrap());
		assert_eq!(cheap.provides, dear.provides, "one of them");
		assert_eq!((cheap.priority, dear.priority), (38, 0), "hundredths of what the request pays at most");
	});
}

/// A transfer that pays and weighs as much has several hundred.
#[test]
fn unsigned_match_comes_after_what_pays() {
	test(|| {
		let four = four().published();
		let free = unsigned(Hashes { workerpool: hash(pool_offer(0, 1)), ..four.hashes() });
		assert_eq!(validity(free).unwrap().priority, 76);
		let (app, dataset) = (hash(four.app.clone()), hash(four.dataset.clone().unwrap()));
		let rich = four.with(|it| it.request.workerpool_max_price = Balance::MAX / 2);
		assert_ok!(Market::publish_order(Who::Requester.origin(), boxed(&rich.request)));
		let rich = unsigned(Hashes { app, dataset: Some(dataset), ..rich.hashes() });
		assert!(validity(rich).unwrap().priority <= 100);
	});
}

#[test]
fn only_so_many_unsigned_matches_enter_a_block() {
	test(|| {
		let four = four().published();
		let calls: Vec<_> = (1..=3)
			.map(|salt| {
				let ask = four.clone().with(|it| (it.request.volume, it.request.salt.0[0]) = (1, salt));
				assert_ok!(Market::publish_order(Who::Requester.origin(), boxed(&ask.request)));
				unsigned(ask.hashes())
			})
			.collect();
		assert_ok!(apply(calls[0].clone()));
		assert_ok!(apply(calls[1].clone()));
		assert_eq!(validity(calls[2].clone()), Err(InvalidTransaction::ExhaustsResources.into()));
		// A match that somebody signs is not counted.
		assert_ok!(four.matched());
		System::set_block_number(2);
		assert_ok!(apply(calls[2].clone()));
	});
}

#[test]
fn match_that_breaks_a_rule_is_not_valid() {
	test(|| {
		let four = four().with(|it| it.request.trust = 11).published();
		assert_eq!(validity(unsigned(four.hashes())), Err(InvalidTransaction::Call.into()));
		let Hashes { app, dataset, workerpool, request } = four.hashes();
		let origin = frame_system::RawOrigin::Authorized;
		let refused = || Market::match_published(origin.into(), request, app, dataset, workerpool);
		assert_noop!(refused(), Error::<Test>::TrustTooLow);
	});
}

#[test]
fn match_is_not_valid_while_matching_is_stopped() {
	test(|| {
		let four = four().published();
		Brakes::stop_all();
		assert_eq!(validity(unsigned(four.hashes())), Err(InvalidTransaction::Call.into()));
		Brakes::release();
		assert!(validity(unsigned(four.hashes())).is_ok());
	});
}

#[test]
fn calls_weigh_their_hooks_too() {
	test(|| {
		let hook = Weight::from_parts(7, 0);
		let orders = Box::new(four().signed());
		for call in [
			Call::match_orders { orders: orders.clone() },
			Call::<Test>::sponsor_match_orders { orders },
			unsigned(four().hashes()),
		] {
			assert_eq!(call.get_dispatch_info().call_weight, hook);
		}
		assert_eq!(unsigned(four().hashes()).weight_of_authorize(), hook);
	});
}
