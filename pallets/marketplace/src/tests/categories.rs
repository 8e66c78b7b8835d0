//! Who adds categories, and which.

use frame_support::{assert_noop, assert_ok};
use rlc_primitives::{
	deal::{MAX_REFERENCE_TIME, MIN_REFERENCE_TIME},
	Category, CategoryId,
};
use sp_runtime::{traits::BadOrigin, BuildStorage};

use crate::{mock::*, Error, Event, NextCategory};

fn name() -> frame_support::BoundedVec<u8, frame_support::traits::ConstU32<32>> {
	b"XXL".to_vec().try_into().unwrap()
}

#[test]
fn new_chain_has_the_usual_categories() {
	test(|| {
		let categories = Market::categories();
		let expected = Category::DEFAULT.iter().enumerate().map(|(number, (name, reference_time))| {
			let name = name.as_bytes().to_vec().try_into().unwrap();
			(CategoryId(number as u32), Category { name, reference_time: *reference_time })
		});
		assert_eq!(categories, expected.collect::<Vec<_>>());
	});
}

#[test]
fn governance_adds_categories() {
	test(|| {
		assert_noop!(Market::add_category(Who::Broker.origin(), name(), 72_000_000), BadOrigin);
		assert_ok!(Market::add_category(RuntimeOrigin::root(), name(), 72_000_000));
		System::assert_last_event(Event::CategoryAdded { category: CategoryId(5), reference_time: 72_000_000 }.into());
		assert_eq!(Market::categories()[5].1.reference_time, 72_000_000);
	});
}

#[test]
fn reference_time_is_a_second_at_least_and_a_year_at_most() {
	test(|| {
		for time in [0, 1, MIN_REFERENCE_TIME - 1, MAX_REFERENCE_TIME + 1] {
			let refused = || Market::add_category(RuntimeOrigin::root(), name(), time);
			assert_noop!(refused(), Error::<Test>::InvalidReferenceTime);
		}
		for time in [MIN_REFERENCE_TIME, MAX_REFERENCE_TIME] {
			assert_ok!(Market::add_category(RuntimeOrigin::root(), name(), time));
		}
	});
}

#[test]
fn there_is_no_category_after_the_last_number() {
	market().execute_with(|| {
		NextCategory::<Test>::put(CategoryId(u32::MAX));
		let refused = || Market::add_category(RuntimeOrigin::root(), name(), MIN_REFERENCE_TIME);
		assert_noop!(refused(), Error::<Test>::TooManyCategories);
	});
}

#[test]
#[should_panic(expected = "genesis has a category with a name that is too long")]
fn genesis_with_a_category_that_no_call_could_add_is_refused() {
	let categories = vec![("XS".into(), MIN_REFERENCE_TIME - 1)];
	let market = crate::GenesisConfig { categories, ..Default::default() };
	let _ = RuntimeGenesisConfig { market, ..Default::default() }.build_storage();
}
