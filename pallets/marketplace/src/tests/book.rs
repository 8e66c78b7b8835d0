//! The book as an outsider sees it.

use frame_support::assert_ok;
use rlc_primitives::{Balance, OrderHash, WorkerpoolId};
use sp_core::H160;

use super::*;
use crate::{
	api::BookFilter,
	types::{BookKey, Rank},
};

/// Publishes an app order with this price.
fn offer(price: Balance, salt: u8) -> OrderHash {
	let order = four().with(|it| (it.app.price, it.app.salt.0[0]) = (price, salt)).app;
	assert_ok!(Market::publish_order(Who::AppOwner.origin(), boxed(&order)));
	hash(order)
}

/// Publishes a request that pays at most this much for the app.
fn ask(price: Balance, salt: u8) -> OrderHash {
	let order = four().with(|it| (it.request.app_max_price, it.request.salt.0[0]) = (price, salt)).request;
	assert_ok!(Market::publish_order(Who::Requester.origin(), boxed(&order)));
	hash(order)
}

fn all(list: BookKey) -> BookFilter {
	BookFilter { list, min_price: None, max_price: None }
}

fn page(filter: BookFilter, after: Option<Rank>, limit: u32) -> (Vec<OrderHash>, Option<Rank>) {
	let page = Market::orderbook(filter, after, limit);
	(page.entries.into_iter().map(|entry| entry.hash).collect(), page.next)
}

#[test]
fn cheapest_offer_is_first_then_the_oldest() {
	test(|| {
		let (dear, old, new, cheap) = (offer(300, 0), offer(5, 1), offer(5, 2), offer(0, 3));
		let expected = vec![cheap, old, new, dear];
		assert_eq!(page(all(BookKey::Apps), None, 100).0, expected);
		assert_eq!(page(all(BookKey::App(APP)), None, 100).0, expected);
		assert_eq!(page(all(BookKey::Datasets), None, 100).0, vec![]);
	});
}

#[test]
fn best_paying_request_is_first_then_the_oldest() {
	test(|| {
		let (poor, old, new, rich) = (ask(0, 0), ask(5, 1), ask(5, 2), ask(300, 3));
		let expected = vec![rich, old, new, poor];
		assert_eq!(page(all(BookKey::Requests(XS)), None, 100).0, expected);
		assert_eq!(page(all(BookKey::RequestsFor(APP)), None, 100).0, expected);
		let entries = Market::orderbook(all(BookKey::Requests(XS)), None, 1).entries;
		assert_eq!(entries[0].price, 300 + 20 + 100, "all that a task may cost");
	});
}

#[test]
fn each_order_is_in_its_lists() {
	test(|| {
		let hashes = four().published().hashes();
		for (list, expected) in [
			(BookKey::Apps, hashes.app),
			(BookKey::App(APP), hashes.app),
			(BookKey::Datasets, hashes.dataset.unwrap()),
			(BookKey::Dataset(DATASET), hashes.dataset.unwrap()),
			(BookKey::Workerpools(XS), hashes.workerpool),
			(BookKey::Workerpool(POOL), hashes.workerpool),
			(BookKey::Requests(XS), hashes.request),
			(BookKey::RequestsFor(APP), hashes.request),
		] {
			assert_eq!(page(all(list), None, 100).0, vec![expected]);
		}
		assert_eq!(page(all(BookKey::Workerpool(WorkerpoolId(H160::zero()))), None, 100).0, vec![]);
	});
}

#[test]
fn pages_follow_one_another() {
	test(|| {
		let offers: Vec<_> = (0..5).map(|price| offer(price.into(), price)).collect();
		let (first, next) = page(all(BookKey::Apps), None, 2);
		assert_eq!(first, offers[..2]);
		let (second, next) = page(all(BookKey::Apps), next, 2);
		assert_eq!(second, offers[2..4]);
		let (third, next) = page(all(BookKey::Apps), next, 2);
		assert_eq!((third, next), (offers[4..].to_vec(), None));
		assert_eq!(page(all(BookKey::Apps), None, 0), (vec![], None));
	});
}

#[test]
fn page_is_never_longer_than_the_longest() {
	test(|| {
		for salt in 0..=100 {
			offer(1, salt);
		}
		let (first, next) = page(all(BookKey::Apps), None, u32::MAX);
		assert_eq!(first.len(), 100);
		assert_eq!(page(all(BookKey::Apps), next, u32::MAX).0.len(), 1);
	});
}

#[test]
fn prices_are_bounded_on_both_sides() {
	test(|| {
		let offers: Vec<_> = (0..5).map(|price| offer(price.into(), price)).collect();
		let filter = BookFilter { list: BookKey::Apps, min_price: Some(1), max_price: Some(3) };
		assert_eq!(page(filter.clone(), None, 100).0, offers[1..4]);
		let (_, next) = page(filter.clone(), None, 1);
		assert_eq!(page(filter, next, 100).0, offers[2..4], "the next page keeps to them");

		let asks: Vec<_> = (0..5).map(|price| ask(price.into(), price)).collect();
		let filter = BookFilter { list: BookKey::Requests(XS), min_price: Some(121), max_price: Some(122) };
		assert_eq!(page(filter, None, 100).0, vec![asks[2], asks[1]]);
	});
}

#[test]
fn orders_that_cannot_be_matched_are_left_out() {
	test(|| {
		four().with(|it| it.request.expiry = Some(START + 10)).published();
		assert_eq!(page(all(BookKey::Requests(XS)), None, 100).0.len(), 1);
		Clock::advance(10);
		assert_eq!(page(all(BookKey::Requests(XS)), None, 100).0.len(), 0);
		Apps::insert(APP, Who::Heir.id());
		assert_eq!(page(all(BookKey::Apps), None, 100).0.len(), 0);
	});
}

#[test]
fn order_is_seen_with_what_is_left() {
	test(|| {
		let four = four().published();
		assert_ok!(Market::presign_order(Who::AppOwner.origin(), boxed(&four.app)));
		assert_ok!(four.matched());
		let app = Market::order(four.hashes().app).unwrap();
		assert_eq!((app.consumed, app.remaining), (5, Some(95)));
		assert_eq!(app.published.unwrap().order, four.app.clone().into());
		assert_eq!(app.presigned_by, Some(Who::AppOwner.id()));
		let request = Market::order(four.hashes().request).unwrap();
		assert_eq!((request.consumed, request.remaining, request.published), (5, None, None));
		assert_eq!(Market::order(OrderHash::default()), None);
		let entry = Market::orderbook(all(BookKey::Apps), None, 1).entries.remove(0);
		assert_eq!((entry.remaining, entry.owner), (95, Who::AppOwner.id()));
	});
}
