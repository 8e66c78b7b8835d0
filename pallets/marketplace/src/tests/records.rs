//! Records: how tasks ended, and what that changes for offers and requests.

use frame_support::{assert_noop, assert_ok, pallet_prelude::InvalidTransaction};
use rlc_primitives::{
	orders::Member,
	record::{LeastRecord, Recorded, Tally, HALF_LIFE},
	traits::{Deals as _, OnTaskClosed, Outcome},
	AppId, Balance, ResultDigest, TaskId, WorkerpoolId,
};
use sp_core::H160;

use super::{
	funds::{heirs_offer, heirs_pool},
	unattended::{apply, on_a_validator, unsigned, validity},
	*,
};
use crate::{AppRecords, Error, Event, PoolRecords};

const DONE: Outcome = Outcome::Completed(ResultDigest(H256::zero()));

/// Closes a task of a deal as PoCo does.
fn close(deal: DealId, outcome: Outcome) {
	Market::close_task(&deal, START).unwrap();
	Market::on_task_closed(&deal, &TaskId::of(deal, 0), outcome);
	let view = Market::deal_view(deal).unwrap().deal;
	assert_ok!(Safe::unlock(&view.payer, view.task_price().unwrap()));
	assert_ok!(Safe::unlock(view.scheduler(), view.pool_stake));
}

/// Makes a deal of this many tasks, and closes them all.
fn closed(salt: u8, volume: u64, outcome: Outcome) {
	let four = four().with(|it| (it.request.volume, it.request.salt.0[0]) = (volume, salt));
	assert_ok!(four.matched());
	(0..volume).for_each(|_| close(four.deal(), outcome));
}

fn pool_tally() -> Tally {
	PoolRecords::<Test>::get(POOL).unwrap().tally
}

#[test]
fn tasks_count_with_what_they_were_charged() {
	test(|| {
		Charge::set(&100);
		closed(1, 3, DONE);
		closed(2, 1, Outcome::Failed);
		let record = Market::record(Recorded::Workerpool(POOL)).unwrap();
		assert_eq!((record.completed, record.failed, record.timed_out), (300, 0, 100));
		assert_eq!((record.recent, record.unattended, record.unattended_room), (Some(3), Some(0), Some(13)));
		let record = Market::record(Recorded::App(APP)).unwrap();
		assert_eq!((record.completed, record.timed_out, record.recent), (300, 100, None));
		assert_eq!(Market::record(Recorded::App(AppId(H160::zero()))), None);
		assert_eq!(Market::record(Recorded::Workerpool(heirs_pool())), None);
	});
}

#[test]
fn high_price_among_friends_buys_no_record() {
	test(|| {
		Charge::set(&7);
		let four = four().with(|it| {
			it.workerpool.price = 1_000;
			(it.request.workerpool_max_price, it.request.volume) = (1_000, 1);
		});
		assert_ok!(four.matched());
		close(four.deal(), DONE);
		assert_eq!(pool_tally().completed, 7);
	});
}

#[test]
fn old_tasks_count_less() {
	test(|| {
		Charge::set(&100);
		closed(1, 1, DONE);
		Clock::advance(HALF_LIFE);
		assert_eq!(Market::record(Recorded::Workerpool(POOL)).unwrap().completed, 50);
		closed(2, 1, DONE);
		assert_eq!(pool_tally().completed, 150);
	});
}

#[test]
fn record_ends_when_its_pool_is_sold() {
	test(|| {
		let late = four().with(|it| it.request.volume = 1);
		assert_ok!(late.matched());
		closed(1, 1, Outcome::Failed);
		Workerpools::insert(POOL, (Who::Heir.id(), 30, 5, rlc_primitives::Settlement::Scheduler));
		assert_eq!(Market::record(Recorded::Workerpool(POOL)), None);
		close(late.deal(), Outcome::Failed);
		assert_eq!(Market::record(Recorded::Workerpool(POOL)), None, "the former owner's tasks are not the heir's");
	});
}

/// Returns the deal of one more task of the pool.
fn next(salt: u8) -> rlc_primitives::Deal {
	let four = four().with(|it| (it.request.volume, it.request.salt.0[0]) = (1, salt));
	assert_ok!(four.matched());
	Market::deal(&four.deal()).unwrap()
}

#[test]
fn attempts_can_be_paid_what_completed_tasks_were_charged() {
	test(|| {
		Charge::set(&100);
		closed(1, 3, DONE);
		closed(2, 1, Outcome::Failed);
		let deal = next(3);
		assert_eq!(Market::allowance(&deal), 300);
		Market::use_allowance(&deal, 0);
		Market::use_allowance(&deal, 200);
		assert_eq!(Market::allowance(&deal), 100);
		assert_eq!(pool_tally().completed, 300, "the record of what was done stays");
		Clock::advance(HALF_LIFE);
		assert_eq!(Market::allowance(&deal), 50);
		Market::use_allowance(&deal, 50);
		assert_eq!(Market::allowance(&deal), 0);
	});
}

#[test]
fn allowance_ends_with_the_record_of_a_pool_that_is_sold_or_gone() {
	test(|| {
		Charge::set(&100);
		closed(1, 1, DONE);
		let deal = next(2);
		assert_eq!(Market::allowance(&deal), 100);
		Workerpools::insert(POOL, (Who::Heir.id(), 30, 5, rlc_primitives::Settlement::Scheduler));
		assert_eq!(Market::allowance(&deal), 0);
		Workerpools::remove(POOL);
		assert_eq!(Market::allowance(&deal), 0);
		Market::use_allowance(&deal, 50);
		assert_eq!(PoolRecords::<Test>::get(POOL).unwrap().allowance, 100, "nothing to take it from");
		assert_ok!(Market::prune_record(Who::Broker.origin(), Recorded::Workerpool(POOL)));
		assert_eq!(PoolRecords::<Test>::iter().count(), 0);
	});
}

#[test]
fn failing_pool_ranks_behind_a_dearer_one() {
	test(|| {
		Charge::set(&100);
		let four = four().published();
		let dear = heirs_offer(300, 1);
		let request = four.clone().with(|it| it.request.workerpool_max_price = 1_000).request;
		let best = || Market::estimate(request.clone()).unwrap().orders.workerpool;
		assert_eq!(best(), four.hashes().workerpool);
		// Four times 500 above ten times 100: as if it asked for 300.
		closed(1, 5, Outcome::Failed);
		assert_eq!(best(), four.hashes().workerpool, "as cheap, and older, and cheaper");
		closed(2, 1, Outcome::Failed);
		assert_eq!(best(), hash(dear));
		closed(3, 10, DONE);
		assert_eq!(best(), four.hashes().workerpool, "it has mended");
	});
}

/// Returns orders whose request wants at least this record of one of these pools.
fn wanting_of(of: Restriction<WorkerpoolId>, completed: Balance, max_failed: u8, salt: u8) -> Four {
	let least = LeastRecord { completed, max_failed };
	four().with(|it| {
		it.request.workerpool = PoolRestriction::new(of, Some(least));
		it.request.salt.0[0] = salt;
	})
}

/// Returns orders whose request wants at least this record of any pool.
fn wanting(completed: Balance, max_failed: u8, salt: u8) -> Four {
	wanting_of(Restriction::Anyone, completed, max_failed, salt)
}

/// Publishes the request alone: the offers are in the book.
fn asked(four: &Four) {
	assert_ok!(Market::publish_order(Who::Requester.origin(), boxed(&four.request)));
}

/// Matches orders of the book.
fn matched_in_book(origin: RuntimeOrigin, four: &Four) -> DispatchResult {
	let Hashes { request, app, dataset, workerpool } = four.hashes();
	Market::match_published(origin, request, app, dataset, workerpool)
}

/// All calls that make deals.
const WAYS: [fn(&Four) -> DispatchResult; 4] = [
	|four| four.matched(),
	|four| {
		let matched = Market::sponsor_match_orders(Who::Sponsor.origin(), Box::new(four.signed()));
		matched.map(drop).map_err(|refusal| refusal.error)
	},
	|four| matched_in_book(Who::Broker.origin(), four),
	|four| matched_in_book(frame_system::RawOrigin::Authorized.into(), four),
];

#[test]
fn pool_that_just_meets_the_least_record_is_matched_by_every_call() {
	test(|| {
		Charge::set(&100);
		four().published();
		closed(101, 3, DONE);
		closed(102, 1, Outcome::Failed);
		for (way, salt) in WAYS.iter().zip(1..) {
			let four = wanting(300, 25, salt);
			asked(&four);
			assert!(Market::estimate(four.request.clone()).is_some());
			assert!(validity(unsigned(four.hashes())).is_ok());
			assert_ok!(way(&four));
		}
	});
}

#[test]
fn pool_below_the_least_record_is_matched_by_no_call() {
	test(|| {
		Charge::set(&100);
		four().published();
		closed(101, 3, DONE);
		closed(102, 1, Outcome::Failed);
		for four in [wanting(301, 25, 1), wanting(300, 24, 2)] {
			asked(&four);
			assert_eq!(Market::estimate(four.request.clone()), None);
			assert_eq!(validity(unsigned(four.hashes())), Err(InvalidTransaction::Call.into()));
			for way in WAYS {
				assert_noop!(way(&four), Error::<Test>::RecordTooPoor);
			}
		}
	});
}

#[test]
fn request_for_a_record_waits_while_no_pool_meets_it() {
	test(|| {
		Charge::set(&100);
		let four = wanting(200, 100, 1).published();
		closed(101, 2, DONE);
		assert!(Market::estimate(four.request.clone()).is_some());
		Clock::advance(HALF_LIFE);
		assert_eq!(Market::estimate(four.request.clone()), None);
		assert_noop!(four.matched(), Error::<Test>::RecordTooPoor);
		closed(102, 1, DONE);
		assert_ok!(four.matched());
	});
}

#[test]
fn least_record_applies_to_pools_restricted_by_id_or_group_too() {
	test(|| {
		Charge::set(&100);
		four().published();
		closed(101, 1, DONE);
		Members::insert(GROUP, Member::Workerpool(POOL), ());
		for of in [Restriction::Exactly(POOL), Restriction::Group(GROUP)] {
			let estimate = |completed| Market::estimate(wanting_of(of.clone(), completed, 0, 1).request);
			assert!(estimate(100).is_some());
			assert_eq!(estimate(101), None);
		}
		let elsewhere = wanting_of(Restriction::Exactly(heirs_pool()), 0, 100, 1);
		assert_noop!(elsewhere.matched(), Error::<Test>::RequestExcludesWorkerpool);
	});
}

#[test]
fn record_of_the_seller_does_not_count_for_the_heir() {
	test(|| {
		Charge::set(&100);
		closed(101, 1, DONE);
		let four = wanting(100, 100, 1);
		Workerpools::insert(POOL, (Who::Heir.id(), 30, 5, rlc_primitives::Settlement::Scheduler));
		let mut orders = four.signed();
		orders.workerpool = sign(Who::Heir, &four.workerpool);
		let refused = || Market::match_orders(Who::Broker.origin(), Box::new(orders));
		assert_noop!(refused(), Error::<Test>::RecordTooPoor);
	});
}

#[test]
fn newcomer_has_ten_unattended_tasks_open_at_most() {
	on_a_validator(|work| {
		let four = four().with(|it| it.request.volume = 25).published();
		assert_ok!(apply(work().remove(0)));
		assert_eq!(consumed(four.hashes().request), 10);
		assert_eq!(work(), vec![]);
		let Hashes { app, dataset, workerpool, request } = four.hashes();
		let origin = frame_system::RawOrigin::Authorized;
		let refused = || Market::match_published(origin.into(), request, app, dataset, workerpool);
		assert_noop!(refused(), Error::<Test>::TooManyUnattended);
		close(four.deal(), Outcome::Failed);
		close(four.deal(), DONE);
		assert_eq!(
			Market::record(Recorded::Workerpool(POOL)).unwrap().unattended_room,
			Some(2),
			"two and one more, less one"
		);
		assert_ok!(apply(work().remove(0)));
		assert_eq!(consumed(four.hashes().request), 12);
		assert_ok!(four.matched());
		assert_eq!(consumed(four.hashes().request), 25, "who matches by hand is free to");
	});
}

#[test]
fn unattended_tasks_that_close_while_the_pool_is_another_s_are_open_no_more() {
	on_a_validator(|work| {
		let four = four().with(|it| it.request.volume = 25).published();
		assert_ok!(apply(work().remove(0)));
		let room = || Market::record(Recorded::Workerpool(POOL)).unwrap().unattended_room;
		assert_eq!(room(), Some(0));
		let policy = Workerpools::get(POOL).unwrap();
		Workerpools::insert(POOL, (Who::Heir.id(), 30, 5, rlc_primitives::Settlement::Scheduler));
		close(four.deal(), DONE);
		close(four.deal(), Outcome::Failed);
		Workerpools::insert(POOL, policy);
		assert_eq!(room(), Some(2), "two more, and none for what was done under the heir");
		assert_eq!(pool_tally(), Tally { halved: pool_tally().halved, ..Default::default() });
	});
}

#[test]
fn what_says_nothing_any_more_is_pruned_by_anyone() {
	test(|| {
		let [pool, app] = [Recorded::Workerpool(POOL), Recorded::App(APP)];
		let prune = |of| Market::prune_record(Who::Broker.origin(), of);
		assert_noop!(prune(pool), Error::<Test>::NotFound);
		assert_noop!(prune(app), Error::<Test>::NotFound);
		closed(1, 1, DONE);
		assert_noop!(prune(pool), Error::<Test>::RecordInUse);
		assert_noop!(prune(app), Error::<Test>::RecordInUse);
		Workerpools::insert(POOL, (Who::Heir.id(), 30, 5, rlc_primitives::Settlement::Scheduler));
		Apps::remove(APP);
		assert_ok!(prune(pool));
		System::assert_last_event(Event::RecordPruned { of: pool }.into());
		assert_ok!(prune(app));
		assert_eq!((PoolRecords::<Test>::iter().count(), AppRecords::<Test>::iter().count()), (0, 0));
		let unsigned = || Market::prune_record(RuntimeOrigin::none(), pool);
		assert_noop!(unsigned(), sp_runtime::DispatchError::BadOrigin);
	});
}

#[test]
fn what_is_not_registered_leaves_no_record() {
	test(|| {
		let four = four().with(|it| it.request.volume = 1);
		assert_ok!(four.matched());
		Workerpools::remove(POOL);
		Apps::remove(APP);
		close(four.deal(), Outcome::Failed);
		assert_eq!((PoolRecords::<Test>::iter().count(), AppRecords::<Test>::iter().count()), (0, 0));
	});
}
