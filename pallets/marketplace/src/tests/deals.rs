//! Deals: who pays, what is fixed, what is locked, and how they end.

use std::collections::BTreeSet;

use frame_support::{assert_noop, assert_ok};
use rlc_primitives::{
	deal::{Resource, Settlement},
	traits::Deals,
	AccountId, CallbackId, Deal, WorkerpoolId, RLC,
};
use sp_core::H160;
use sp_runtime::TokenError;

use super::*;
use crate::{api::OpenDeal, types::Trade, Error, Event, OpenDeals, Orders, Progress};

fn sponsored(who: Who, four: &Four) -> DispatchResult {
	let matched = Market::sponsor_match_orders(who.origin(), Box::new(four.signed()));
	matched.map(drop).map_err(|refusal| refusal.error)
}

fn published(who: Who, four: &Four) -> DispatchResult {
	let Hashes { app, dataset, workerpool, request } = four.hashes();
	Market::match_published(who.origin(), request, app, dataset, workerpool)
}

#[test]
fn deal_fixes_what_was_agreed_on() {
	test(|| {
		let four = four().with(|it| {
			it.request.beneficiary = Some(Who::Heir.id());
			it.request.callback = Some(CallbackId(H160::repeat_byte(7)));
		});
		assert_ok!(four.matched());
		let view = Market::deal_view(four.deal()).unwrap();
		assert_eq!(
			view.deal,
			Deal {
				app: Resource { id: APP, owner: Who::AppOwner.id(), price: 10 },
				dataset: Some(Resource { id: DATASET, owner: Who::DatasetOwner.id(), price: 20 }),
				workerpool: Resource { id: POOL, owner: Who::Scheduler.id(), price: 100 },
				payer: Who::Requester.id(),
				requester: Who::Requester.id(),
				beneficiary: Some(Who::Heir.id()),
				callback: Some(CallbackId(H160::repeat_byte(7))),
				category: XS,
				reference_time: 300_000,
				trust: 1,
				tag: Tag::NONE,
				start: START,
				opened: START,
				first: 0,
				size: 5,
				worker_stake: 30,
				charge: 0,
				pool_stake: 30,
				scheduler_ratio: 5,
				settlement: Settlement::Scheduler,
			}
		);
		assert_eq!(view.params, four.request.params);
		assert_eq!(<Market as Deals>::deal(&four.deal()), Some(view.deal));
		assert_eq!(<Market as Deals>::params(&four.deal()), Some(view.params));
		assert_eq!(Opened::get(), vec![four.deal()]);
	});
}

#[test]
fn policy_of_the_day_is_fixed() {
	test(|| {
		Workerpools::insert(POOL, (Who::Scheduler.id(), 35, 17, Settlement::Automatic));
		assert_ok!(four().with(|it| it.workerpool.price = 99).matched());
		let hashes = four().hashes();
		let deal = Market::deal_view(DealId::of(hashes.request, 0)).unwrap().deal;
		assert_eq!((deal.worker_stake, deal.scheduler_ratio), (34, 17), "34.65 rounds down");
		assert_eq!(deal.settlement, Settlement::Automatic);
	});
}

#[test]
fn money_of_requester_and_scheduler_is_locked() {
	test(|| {
		assert_ok!(four().matched());
		assert_eq!(Locked::get(Who::Requester.id()), 130 * 5);
		assert_eq!(Locked::get(Who::Scheduler.id()), 30 * 5);
		assert_eq!(free(Who::Requester), RLC - 650);
		assert_eq!(
			deposits(Who::Broker),
			2_000 + 5 * 10 + 2 + 4 * 500,
			"the deal, five tasks, two bytes, four records"
		);
	});
}

#[test]
fn who_has_too_little_makes_no_deal() {
	test(|| {
		let dear = four().with(|it| (it.app.price, it.request.app_max_price) = (RLC, RLC));
		assert_noop!(dear.matched(), TokenError::FundsUnavailable);
		let dear = four().with(|it| {
			(it.workerpool.price, it.request.workerpool_max_price) = (RLC, RLC);
		});
		assert_noop!(sponsored(Who::Sponsor, &dear), TokenError::FundsUnavailable);
		DealDeposit::set(&RLC);
		assert_noop!(four().matched(), TokenError::FundsUnavailable);
	});
}

#[test]
fn free_deal_locks_nothing() {
	test(|| {
		assert_ok!(four().with(|it| (it.app.price, it.data().price, it.workerpool.price) = (0, 0, 0)).matched());
		assert_eq!(Locked::get(Who::Requester.id()), 0);
		assert_eq!(free(Who::Requester), RLC);
	});
}

#[test]
fn sponsor_pays_in_the_requesters_place() {
	test(|| {
		assert_ok!(sponsored(Who::Sponsor, &four()));
		assert_eq!(Locked::get(Who::Sponsor.id()), 650);
		assert_eq!(Locked::get(Who::Requester.id()), 0);
		let deal = Market::deal_view(four().deal()).unwrap().deal;
		assert_eq!((deal.payer, deal.requester), (Who::Sponsor.id(), Who::Requester.id()));
	});
}

#[test]
fn match_gives_back_what_the_removal_of_kept_orders_weighs_if_there_was_none() {
	let matched = |who: Who, four: &Four| {
		let orders = || Box::new(four.signed());
		let weight = match who {
			Who::Sponsor => Market::sponsor_match_orders(who.origin(), orders()),
			_ => Market::match_orders(who.origin(), orders()),
		};
		weight.unwrap().actual_weight
	};
	for who in [Who::Broker, Who::Sponsor] {
		test(|| assert!(matched(who, &four()).is_some()));
		// The request is consumed, and leaves the book.
		test(|| assert_eq!(matched(who, &four().published()), None));
	}
}

#[test]
fn payer_that_a_request_names_pays_and_nobody_else() {
	test(|| {
		let four = four().with(|it| it.request.payer = Some(Who::Sponsor.id()));
		assert_noop!(sponsored(Who::Heir, &four), Error::<Test>::PaidByAnother);
		assert_noop!(four.matched(), Error::<Test>::PayerMustCall);
		let by_requester = || Market::match_orders(Who::Requester.origin(), Box::new(four.signed()));
		assert_noop!(by_requester(), Error::<Test>::PayerMustCall);
		assert_ok!(Market::match_orders(Who::Sponsor.origin(), Box::new(four.signed())));
		assert_eq!(Locked::get(Who::Sponsor.id()), 650);
	});
	test(|| {
		let four = four().with(|it| it.request.payer = Some(Who::Sponsor.id()));
		assert_ok!(sponsored(Who::Sponsor, &four));
		assert_eq!(Locked::get(Who::Sponsor.id()), 650);
	});
	test(|| {
		let four = four().with(|it| it.request.payer = Some(Who::Requester.id()));
		assert_noop!(sponsored(Who::Sponsor, &four), Error::<Test>::PaidByAnother);
		assert_ok!(four.matched());
	});
}

#[test]
fn orders_of_the_book_are_matched_by_anyone() {
	test(|| {
		let four = four().published();
		assert_ok!(published(Who::Broker, &four));
		assert_eq!(Locked::get(Who::Requester.id()), 650);
		assert_eq!(deposits(Who::Broker), 2_000 + 5 * 10 + 2, "the publishers paid for the records");
		let request = four.hashes().request;
		assert!(!Orders::<Test>::contains_key(request), "consumed");
		assert_eq!(deposits(Who::Requester), 500);
		let filled = System::events()
			.into_iter()
			.filter(|record| record.event == Event::<Test>::OrderFilled { order: request }.into());
		assert_eq!(filled.count(), 1);
		assert!(Orders::<Test>::contains_key(four.hashes().app), "95 of it are left");
		assert_noop!(published(Who::Broker, &four), Error::<Test>::NotFound);
	});
}

#[test]
fn hashes_of_the_book_are_in_their_places() {
	test(|| {
		let four = four().published();
		let Hashes { app, dataset, workerpool, request } = four.hashes();
		let call = |request, app, dataset, workerpool| {
			Market::match_published(Who::Broker.origin(), request, app, dataset, workerpool)
		};
		assert_noop!(call(app, app, dataset, workerpool), Error::<Test>::WrongKind);
		assert_noop!(call(request, workerpool, dataset, workerpool), Error::<Test>::WrongKind);
		assert_noop!(call(request, app, Some(app), workerpool), Error::<Test>::WrongKind);
		assert_noop!(call(request, app, dataset, app), Error::<Test>::WrongKind);
		assert_noop!(call(OrderHash::default(), app, dataset, workerpool), Error::<Test>::NotFound);
		assert_noop!(call(request, app, None, workerpool), Error::<Test>::DatasetMismatch);
	});
}

#[test]
fn named_payer_matches_its_request_from_the_book() {
	test(|| {
		let four = four().with(|it| it.request.payer = Some(Who::Sponsor.id())).published();
		assert_noop!(published(Who::Broker, &four), Error::<Test>::PayerMustCall);
		assert_ok!(published(Who::Sponsor, &four));
		assert_eq!(Locked::get(Who::Sponsor.id()), 650);
	});
}

#[test]
fn dearest_match_of_a_filled_order_cleans_the_book() {
	test(|| {
		let four = four().with(|it| (it.app.volume, it.workerpool.volume, it.data().volume) = (5, 5, 5)).published();
		// With signatures, though they are published.
		assert_ok!(four.matched());
		assert_eq!(Orders::<Test>::iter().count(), 0);
		for who in [Who::AppOwner, Who::DatasetOwner, Who::Scheduler, Who::Requester] {
			assert_eq!(deposits(who), 500);
		}
	});
}

/// Returns a deal of two tasks.
fn two_tasks() -> DealId {
	let four = four().with(|it| it.request.volume = 2);
	assert_ok!(four.matched());
	four.deal()
}

/// Takes the money of a task out of the escrow, as a settlement would.
fn settle_one() {
	assert_ok!(Safe::unlock(&Who::Requester.id(), 130));
	assert_ok!(Safe::unlock(&Who::Scheduler.id(), 30));
}

#[test]
fn deal_closes_with_its_last_task() {
	test(|| {
		let deal = two_tasks();
		assert_ok!(Market::close_task(&deal, START + 1));
		settle_one();
		assert!(!Market::is_prunable(&deal, u64::MAX));
		check_invariants();
		assert_ok!(Market::close_task(&deal, START + 2));
		System::assert_last_event(Event::DealClosed { deal }.into());
		settle_one();
		assert_eq!(Progress::<Test>::get(deal).unwrap().closed_at, Some(START + 2));
		assert_noop!(Market::close_task(&deal, START + 3), Error::<Test>::NoOpenTask);
		assert_noop!(Market::close_task(&DealId::default(), START), Error::<Test>::DealNotFound);
	});
}

#[test]
fn deal_is_listed_as_open_until_its_last_task_closes() {
	test(|| {
		let deal = two_tasks();
		let pool = Market::deal_view(deal).unwrap().deal.workerpool.id;
		let listed = |open| OpenDeal { id: deal, scheduler: Who::Scheduler.id(), first: 0, size: 2, open };
		assert_eq!(Market::open_deals(pool, None, 10), [listed(2)]);
		assert_eq!(Market::open_deals(WorkerpoolId::default(), None, 10), [], "it is another pool's");
		assert_ok!(Market::close_task(&deal, START));
		settle_one();
		assert_eq!(Market::open_deals(pool, None, 10), [listed(1)]);
		assert_ok!(Market::close_task(&deal, START));
		settle_one();
		assert_eq!(Market::open_deals(pool, None, 10), []);
	});
}

#[test]
fn open_deals_are_listed_page_by_page() {
	test(|| {
		let deals: BTreeSet<_> = (1..=5u8)
			.map(|number| {
				let four = four().with(|it| {
					it.request.salt.0[0] = number;
					it.request.volume = 1;
				});
				assert_ok!(four.matched());
				four.deal()
			})
			.collect();
		let pool = Market::deal_view(*deals.first().unwrap()).unwrap().deal.workerpool.id;
		let (mut found, mut after) = (Vec::new(), None);
		loop {
			let page = Market::open_deals(pool, after, 2);
			assert!(page.len() <= 2);
			found.extend(page.iter().map(|deal| deal.id));
			match page.last() {
				Some(last) if page.len() == 2 => after = Some(last.id),
				_ => break,
			}
		}
		assert_eq!(found, deals.into_iter().collect::<Vec<_>>(), "each once, by id");
		assert_eq!(Market::open_deals(pool, None, u32::MAX).len(), 5);
	});
}

#[test]
fn unlisted_open_deal_is_seen_by_try_state() {
	market().execute_with(|| {
		let deal = two_tasks();
		let pool = Market::deal_view(deal).unwrap().deal.workerpool.id;
		OpenDeals::<Test>::remove(pool, deal);
		assert_eq!(Market::do_try_state(), Err("a deal with an open task is not listed".into()));
	});
}

#[test]
fn deal_is_pruned_with_its_last_task_after_retention() {
	test(|| {
		let deal = two_tasks();
		assert_noop!(Market::prune_task(&deal, START), Error::<Test>::NotPrunable);
		for _ in 0..2 {
			assert_ok!(Market::close_task(&deal, START));
			settle_one();
		}
		assert!(!Market::is_prunable(&deal, START + RETENTION - 1));
		assert_noop!(Market::prune_task(&deal, START + RETENTION - 1), Error::<Test>::NotPrunable);
		assert!(Market::is_prunable(&deal, START + RETENTION));
		assert_ok!(Market::prune_task(&deal, START + RETENTION));
		check_invariants();
		assert!(Market::deal_view(deal).is_some(), "one task is kept");
		assert_ok!(Market::prune_task(&deal, START + RETENTION));
		System::assert_last_event(Event::DealPruned { deal }.into());
		assert_eq!((<Market as Deals>::deal(&deal), <Market as Deals>::params(&deal)), (None, None));
		assert!(!Market::is_prunable(&deal, u64::MAX));
		assert_eq!(deposits(Who::Broker), 4 * 500, "the records stay");
		assert_noop!(Market::prune_task(&deal, u64::MAX), Error::<Test>::DealNotFound);
	});
}

#[test]
fn deal_keeps_the_retention_of_its_match() {
	test(|| {
		let deal = two_tasks();
		for _ in 0..2 {
			assert_ok!(Market::close_task(&deal, START));
			settle_one();
		}
		Retention::set(&u64::MAX);
		assert!(Market::is_prunable(&deal, START + RETENTION), "no vote freezes a deposit");
	});
}

#[test]
fn scheduler_stakes_the_floor_at_least() {
	test(|| {
		// XS takes five minutes: a twelfth of the rate.
		StakeRate::set(&1_200);
		assert_ok!(four().with(|it| it.workerpool.price = 0).matched());
		let staked = Market::deal_view(four().deal()).unwrap().deal.pool_stake;
		assert_eq!((staked, Locked::get(Who::Scheduler.id())), (100, 500), "five tasks");
		StakeRate::set(&0);
		check_invariants();
	});
}

#[test]
fn last_trades_are_remembered() {
	test(|| {
		for number in 1..=5u8 {
			let four = four().with(|it| {
				it.request.salt.0[0] = number;
				it.request.volume = number.into();
			});
			assert_ok!(four.matched());
			Clock::advance(1);
		}
		let trade = |time, volume| Trade { time, app_price: 10, dataset_price: 20, workerpool_price: 100, volume };
		let last = vec![trade(START + 4, 5), trade(START + 3, 4), trade(START + 2, 3)];
		assert_eq!(Market::trades(XS, 10), last, "three are kept");
		assert_eq!(Market::trades(XS, 1), last[..1]);
		assert_eq!(Market::trades(rlc_primitives::CategoryId(1), 10), vec![]);
	});
}

#[test]
fn scheduler_that_asks_for_itself_pays_and_stakes() {
	test(|| {
		let requester: AccountId = Who::Scheduler.id();
		let four = four().with(|it| it.request.requester = requester.clone());
		let request = bare(&four.request);
		let orders = SignedOrders { request, ..four.signed() };
		assert_ok!(Market::match_orders(Who::Scheduler.origin(), Box::new(orders)));
		assert_eq!(Locked::get(requester), 650 + 150);
	});
}

#[test]
fn charge_for_free_calls_is_paid_for_good_by_the_account_that_pays_the_deposit() {
	test(|| {
		Charge::set(&7);
		let before = Balances::total_issuance();
		let four = four();
		assert_ok!(four.matched());
		let deal = <Market as Deals>::deal(&four.deal()).unwrap();
		assert_eq!(deal.charge, 7 * u128::from(deal.trust));
		assert_eq!(before - Balances::total_issuance(), deal.charge * u128::from(deal.size));
	});
}
