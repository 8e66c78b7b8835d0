//! Each rule of matching, and the error of breaking it.

use frame_support::{assert_noop, assert_ok};
use rlc_primitives::{
	deal::Settlement, orders::Member, AppId, Balance, CategoryId, DatasetId, Restriction, Tag, WorkerpoolId,
};
use sp_core::H160;

use super::*;
use crate::{Error, Event};

/// Asserts that orders after a change are refused with this error, and change nothing.
fn refused(error: Error<Test>, change: impl FnOnce(&mut Four)) {
	assert_noop!(four().with(change).matched(), error);
}

#[test]
fn orders_that_fit_become_a_deal() {
	test(|| {
		assert_ok!(four().matched());
		System::assert_last_event(
			Event::DealOpened {
				deal: four().deal(),
				app: APP,
				dataset: Some(DATASET),
				workerpool: POOL,
				request: four().hashes().request,
				requester: Who::Requester.id(),
				payer: Who::Requester.id(),
				category: XS,
				first: 0,
				size: 5,
			}
			.into(),
		);
	});
}

#[test]
fn category_exists_and_is_the_same() {
	test(|| {
		refused(Error::CategoryMismatch, |it| it.request.category = CategoryId(1));
		refused(Error::UnknownCategory, |it| {
			it.request.category = CategoryId(5);
			it.workerpool.category = CategoryId(5);
		});
	});
}

#[test]
fn workerpool_delivers_the_trust() {
	test(|| {
		refused(Error::TrustTooLow, |it| it.request.trust = 11);
		assert_ok!(four().with(|it| it.request.trust = 10).matched());
	});
}

#[test]
fn prices_are_within_the_maxima() {
	test(|| {
		refused(Error::AppTooExpensive, |it| it.app.price = 11);
		refused(Error::DatasetTooExpensive, |it| it.data().price = 21);
		refused(Error::WorkerpoolTooExpensive, |it| it.workerpool.price = 101);
		assert_ok!(four().with(|it| it.workerpool.price = 99).matched());
	});
}

#[test]
fn workerpool_can_do_what_is_demanded() {
	test(|| {
		let bit = Tag::from_bits(0b1_0000);
		refused(Error::TagNotCovered, |it| it.app.tag = bit);
		refused(Error::TagNotCovered, |it| it.data().tag = bit);
		refused(Error::TagNotCovered, |it| it.request.tag = bit);
		let able = four().with(|it| {
			(it.app.tag, it.request.tag, it.workerpool.tag) = (bit, bit, Tag::from_bits(0b11_0000));
		});
		assert_ok!(able.matched());
		assert_eq!(Market::deal_view(able.deal()).unwrap().deal.tag, bit);
	});
}

#[test]
fn framework_of_a_dataset_is_not_demanded() {
	test(|| {
		assert_ok!(four().with(|it| it.data().tag = Tag::from_bits(0b1110)).matched());
	});
}

#[test]
fn enclave_that_is_demanded_is_the_apps() {
	test(|| {
		let tee = Tag::from_bits(1);
		refused(Error::AppNotTee, |it| (it.workerpool.tag, it.request.tag) = (tee, tee));
		refused(Error::AppNotTee, |it| (it.workerpool.tag, it.data().tag) = (tee, tee));
		assert_ok!(four().with(|it| (it.workerpool.tag, it.app.tag) = (tee, tee)).matched());
	});
}

#[test]
fn no_enclave_is_demanded_where_there_is_none() {
	test(|| {
		let tee = Tag::from_bits(1);
		HasEnclaves::set(&false);
		refused(Error::NoEnclaves, |it| (it.workerpool.tag, it.app.tag) = (tee, tee));
		refused(Error::NoEnclaves, |it| (it.workerpool.tag, it.app.tag, it.request.tag) = (tee, tee, tee));
		// A pool that could do more than it is asked to do is welcome.
		assert_ok!(four().with(|it| it.workerpool.tag = tee).matched());
	});
}

#[test]
fn network_is_granted_by_the_app_alone() {
	test(|| {
		let network = Tag::from_bits(Tag::NETWORK);
		refused(Error::NetworkNotGranted, |it| (it.workerpool.tag, it.request.tag) = (network, network));
		refused(Error::NetworkNotGranted, |it| (it.workerpool.tag, it.data().tag) = (network, network));
		assert_ok!(four().with(|it| (it.workerpool.tag, it.app.tag) = (network, network)).matched());
	});
}

#[test]
fn network_is_for_one_worker_alone() {
	test(|| {
		let network = Tag::from_bits(Tag::NETWORK);
		refused(Error::NetworkLimitsTrust, |it| {
			(it.workerpool.tag, it.app.tag, it.request.trust) = (network, network, 2);
		});
		assert_ok!(four().with(|it| (it.workerpool.tag, it.request.trust) = (network, 2)).matched());
	});
	test(|| {
		let network = Tag::from_bits(Tag::NETWORK);
		let direct = four().with(|it| (it.workerpool.tag, it.app.tag, it.request.trust) = (network, network, 1));
		assert_ok!(direct.matched());
	});
}

#[test]
fn app_and_dataset_are_the_ones_asked_for() {
	test(|| {
		refused(Error::AppMismatch, |it| it.request.app = AppId(H160::zero()));
		refused(Error::DatasetMismatch, |it| it.request.dataset = Some(DatasetId(H160::zero())));
		refused(Error::DatasetMismatch, |it| it.request.dataset = None);
		refused(Error::DatasetMismatch, |it| it.dataset = None);
		assert_ok!(four().with(|it| (it.request.dataset, it.dataset) = (None, None)).matched());
	});
}

/// Returns one of the ten restrictions: whom it does not admit if it is exactly somebody else, or a group, until the
/// group has the right member.
fn restricts(error: fn() -> Error<Test>, member: Member, restrict: fn(&mut Four, bool)) {
	let group = four().with(|it| restrict(it, true));
	refused(error(), |it| restrict(it, false));
	assert_noop!(group.matched(), error());
	Members::insert(GROUP, &member, ());
	assert_ok!(frame_support::storage::with_storage_layer(|| group.matched()));
	Members::remove(GROUP, &member);
}

/// Returns the group, or exactly something else.
fn only<Id>(group: bool, other: Id) -> Restriction<Id> {
	if group {
		Restriction::Group(GROUP)
	} else {
		Restriction::Exactly(other)
	}
}

const OTHER: H160 = H160::repeat_byte(9);

#[test]
fn request_restricts_the_workerpool() {
	test(|| {
		restricts(
			|| Error::RequestExcludesWorkerpool,
			POOL.into(),
			|it, group| it.request.workerpool = only(group, WorkerpoolId(OTHER)).into(),
		);
	});
}

#[test]
fn app_restricts_the_others() {
	test(|| {
		restricts(
			|| Error::AppExcludesDataset,
			DATASET.into(),
			|it, group| {
				it.app.dataset_restrict = only(group, DatasetId(OTHER));
				it.app.salt.0[0] = 1;
			},
		);
	});
	test(|| {
		restricts(
			|| Error::AppExcludesWorkerpool,
			POOL.into(),
			|it, group| it.app.workerpool_restrict = only(group, WorkerpoolId(OTHER)),
		);
	});
	test(|| {
		restricts(
			|| Error::AppExcludesRequester,
			Who::Requester.id().into(),
			|it, group| it.app.requester_restrict = only(group, Who::Broker.id()),
		);
	});
}

#[test]
fn dataset_restricts_the_others() {
	test(|| {
		restricts(
			|| Error::DatasetExcludesApp,
			APP.into(),
			|it, group| it.data().app_restrict = only(group, AppId(OTHER)),
		);
	});
	test(|| {
		restricts(
			|| Error::DatasetExcludesWorkerpool,
			POOL.into(),
			|it, group| it.data().workerpool_restrict = only(group, WorkerpoolId(OTHER)),
		);
	});
	test(|| {
		restricts(
			|| Error::DatasetExcludesRequester,
			Who::Requester.id().into(),
			|it, group| it.data().requester_restrict = only(group, Who::Broker.id()),
		);
	});
}

#[test]
fn workerpool_restricts_the_others() {
	test(|| {
		restricts(
			|| Error::WorkerpoolExcludesApp,
			APP.into(),
			|it, group| it.workerpool.app_restrict = only(group, AppId(OTHER)),
		);
	});
	test(|| {
		restricts(
			|| Error::WorkerpoolExcludesDataset,
			DATASET.into(),
			|it, group| it.workerpool.dataset_restrict = only(group, DatasetId(OTHER)),
		);
	});
	test(|| {
		restricts(
			|| Error::WorkerpoolExcludesRequester,
			Who::Requester.id().into(),
			|it, group| it.workerpool.requester_restrict = only(group, Who::Broker.id()),
		);
	});
}

#[test]
fn order_for_one_dataset_is_not_for_none() {
	test(|| {
		let without = four().with(|it| (it.request.dataset, it.dataset) = (None, None));
		let app = without.clone().with(|it| it.app.dataset_restrict = Restriction::Exactly(DATASET));
		assert_noop!(app.matched(), Error::<Test>::AppExcludesDataset);
		let pool = without.with(|it| it.workerpool.dataset_restrict = Restriction::Exactly(DATASET));
		assert_noop!(pool.matched(), Error::<Test>::WorkerpoolExcludesDataset);
	});
}

#[test]
fn assets_are_registered() {
	test(|| {
		Workerpools::remove(POOL);
		refused(Error::WorkerpoolNotRegistered, |_| ());
		Datasets::remove(DATASET);
		refused(Error::DatasetNotRegistered, |_| ());
		Apps::remove(APP);
		refused(Error::AppNotRegistered, |_| ());
	});
}

#[test]
fn request_expires_at_its_expiry() {
	test(|| {
		let expiring = four().with(|it| it.request.expiry = Some(START + 10));
		Clock::advance(10);
		assert_noop!(expiring.matched(), Error::<Test>::OrderExpired);
		Clock::set(START + 9);
		assert_ok!(expiring.matched());
	});
}

#[test]
fn orders_without_volume_are_refused() {
	test(|| {
		refused(Error::AppOrderConsumed, |it| it.app.volume = 0);
		refused(Error::DatasetOrderConsumed, |it| it.data().volume = 0);
		refused(Error::WorkerpoolOrderConsumed, |it| it.workerpool.volume = 0);
		refused(Error::RequestConsumed, |it| it.request.volume = 0);
	});
}

#[test]
fn least_volume_counts_and_the_rest_is_for_later() {
	test(|| {
		let few = four().with(|it| it.app.volume = 3);
		assert_ok!(few.matched());
		assert_noop!(few.matched(), Error::<Test>::AppOrderConsumed);
		let others = four().with(|it| it.app.salt.0[0] = 1);
		assert_ok!(others.matched());
		assert_noop!(others.matched(), Error::<Test>::RequestConsumed);

		let hashes = others.hashes();
		assert_eq!([consumed(few.hashes().app), consumed(hashes.app)], [3, 2]);
		assert_eq!([consumed(hashes.request), consumed(hashes.workerpool)], [5, 5]);
		assert_eq!(consumed(hashes.dataset.unwrap()), 5);
		let second = Market::deal_view(rlc_primitives::DealId::of(hashes.request, 3)).unwrap().deal;
		assert_eq!((second.first, second.size), (3, 2));
	});
}

#[test]
fn amounts_above_128_bits_are_refused() {
	test(|| {
		refused(Error::Overflow, |it| {
			(it.app.price, it.request.app_max_price) = (Balance::MAX, Balance::MAX);
		});
		refused(Error::Overflow, |it| {
			(it.app.price, it.request.app_max_price) = (Balance::MAX - 120, Balance::MAX);
			it.request.volume = 2;
		});
		let (id, ratio) = (Who::Scheduler.id(), 200);
		Workerpools::insert(POOL, (id, ratio, 1, Settlement::Automatic));
		refused(Error::Overflow, |it| {
			(it.app.price, it.data().price) = (0, 0);
			(it.workerpool.price, it.request.workerpool_max_price) = (Balance::MAX, Balance::MAX);
		});
	});
}
