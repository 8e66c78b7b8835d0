//! Registering, transferring and deregistering, which all kinds do alike.

use codec::Encode;
use frame_support::{assert_noop, assert_ok};
use rlc_primitives::{traits::Assets, AppId, Balance};
use sp_core::H256;
use sp_runtime::{traits::BadOrigin, TokenError};

use super::{missing, one_of_each};
use crate::{mock::*, App, Apps, AssetId, Error, Event, HoldReason, Registered};

#[test]
fn registered_app_belongs_to_its_caller() {
	test(|| {
		let app = App { measurement: Some(H256::repeat_byte(3)), ..blender() };
		let id = AppId::derive(&ALICE, &app);
		assert_eq!(Registry::app_owner(&id), None);
		assert_ok!(Registry::register_app(signed(ALICE), app.clone()));
		System::assert_last_event(Event::Registered { asset: AssetId::App(id), owner: ALICE }.into());

		let deposit = ITEM + BYTE * app.encoded_size() as Balance;
		assert_eq!(Apps::<Test>::get(id), Some(Registered { owner: ALICE, deposit, content: app }));
		assert_eq!(Registry::app_owner(&id), Some(ALICE));
		assert_eq!((free(&ALICE), held(HoldReason::Asset, &ALICE)), (ENDOWMENT - deposit, deposit));
	});
}

#[test]
fn each_kind_has_its_owner() {
	test(|| {
		let [AssetId::App(app), AssetId::Dataset(dataset), AssetId::Workerpool(pool), AssetId::Group(_)] =
			one_of_each()
		else {
			panic!("four kinds, in this order");
		};
		assert_eq!(Registry::app_owner(&app), Some(ALICE));
		assert_eq!(Registry::dataset_owner(&dataset), Some(ALICE));
		assert_eq!(Registry::workerpool(&pool).map(|pool| pool.owner), Some(ALICE));
		assert!(held(HoldReason::Asset, &ALICE) > 3 * ITEM && held(HoldReason::Group, &ALICE) > ITEM);
	});
}

#[test]
fn ids_are_predicted() {
	test(|| {
		let predicted = [
			AssetId::App(Registry::app_id(ALICE, blender())),
			AssetId::Dataset(Registry::dataset_id(ALICE, weather())),
			AssetId::Workerpool(Registry::workerpool_id(ALICE, description("a pool"))),
			AssetId::Group(Registry::group_id(ALICE, name("friends"))),
		];
		assert_eq!(predicted, one_of_each());
	});
}

#[test]
fn nothing_is_registered_twice() {
	test(|| {
		one_of_each();
		assert_noop!(Registry::register_app(signed(ALICE), blender()), Error::<Test>::AlreadyRegistered);
		assert_noop!(Registry::register_dataset(signed(ALICE), weather()), Error::<Test>::AlreadyRegistered);
		let again = || Registry::register_workerpool(signed(ALICE), description("a pool"));
		assert_noop!(again(), Error::<Test>::AlreadyRegistered);
		assert_noop!(Registry::create_group(signed(ALICE), name("friends")), Error::<Test>::AlreadyRegistered);
		assert_ok!(Registry::register_app(signed(BOB), blender()));
	});
}

#[test]
fn who_cannot_pay_the_deposit_registers_nothing() {
	test(|| {
		assert_noop!(Registry::register_app(signed(NOBODY), blender()), TokenError::FundsUnavailable);
		assert_ok!(Balances::transfer_allow_death(signed(BOB), NOBODY, ITEM));
		assert_noop!(Registry::register_dataset(signed(NOBODY), weather()), TokenError::FundsUnavailable);
	});
}

#[test]
fn only_accounts_register() {
	test(|| {
		assert_noop!(Registry::register_app(RuntimeOrigin::root(), blender()), BadOrigin);
		assert_noop!(Registry::deregister(RuntimeOrigin::none(), missing()[0]), BadOrigin);
	});
}

#[test]
fn deposit_goes_with_a_transfer() {
	test(|| {
		for asset in one_of_each() {
			let reason = HoldReason::from(asset);
			let (before, others) = (held(reason, &ALICE), held(reason, &BOB));
			assert_ok!(Registry::transfer(signed(ALICE), asset, BOB));
			System::assert_last_event(Event::Transferred { asset, from: ALICE, to: BOB }.into());
			assert_eq!(before + others, held(reason, &ALICE) + held(reason, &BOB));
			assert_ok!(Registry::do_try_state());
		}
		assert_eq!((held(HoldReason::Asset, &ALICE), held(HoldReason::Group, &ALICE)), (0, 0));
		assert_eq!(free(&BOB), ENDOWMENT, "Bob pays nothing");

		for asset in missing() {
			assert_noop!(Registry::transfer(signed(ALICE), asset, BOB), Error::<Test>::NotOwner);
			assert_ok!(Registry::deregister(signed(BOB), asset));
		}
		assert_eq!(free(&ALICE) + free(&BOB), 2 * ENDOWMENT);
	});
}

#[test]
fn id_stays_taken_after_a_transfer() {
	test(|| {
		let [app, ..] = one_of_each();
		assert_ok!(Registry::transfer(signed(ALICE), app, BOB));
		assert_noop!(Registry::register_app(signed(ALICE), blender()), Error::<Test>::AlreadyRegistered);
		assert_ok!(Registry::deregister(signed(BOB), app));
		assert_ok!(Registry::register_app(signed(ALICE), blender()));
	});
}

#[test]
fn transfer_needs_another_account_that_exists() {
	test(|| {
		for asset in one_of_each() {
			assert_noop!(Registry::transfer(signed(ALICE), asset, ALICE), Error::<Test>::AlreadyOwner);
			assert_noop!(Registry::transfer(signed(ALICE), asset, NOBODY), TokenError::CannotCreateHold);
		}
	});
}

#[test]
fn nobody_disposes_of_what_is_not_theirs() {
	test(|| {
		for asset in missing() {
			assert_noop!(Registry::transfer(signed(ALICE), asset, BOB), Error::<Test>::NotFound);
			assert_noop!(Registry::deregister(signed(ALICE), asset), Error::<Test>::NotFound);
		}
		for asset in one_of_each() {
			assert_noop!(Registry::transfer(signed(BOB), asset, BOB), Error::<Test>::NotOwner);
			assert_noop!(Registry::deregister(signed(BOB), asset), Error::<Test>::NotOwner);
		}
	});
}

#[test]
fn deregistering_gives_the_deposit_back() {
	test(|| {
		for asset in one_of_each() {
			assert_ok!(Registry::deregister(signed(ALICE), asset));
			System::assert_last_event(Event::Deregistered { asset, owner: ALICE }.into());
			assert_noop!(Registry::deregister(signed(ALICE), asset), Error::<Test>::NotFound);
		}
		assert_eq!(free(&ALICE), ENDOWMENT);
		one_of_each();
	});
}

#[test]
fn largest_things_fit() {
	test(|| {
		let app = App {
			name: vec![255; 64].try_into().unwrap(),
			location: vec![255; 256].try_into().unwrap(),
			measurement: Some(H256::repeat_byte(255)),
			..blender()
		};
		assert_ok!(Registry::register_app(signed(ALICE), app.clone()));
		assert_eq!(held(HoldReason::Asset, &ALICE), ITEM + BYTE * (2 + 64 + 1 + 2 + 256 + 32 + 33));
	});
}

#[test]
fn missing_deposit_is_seen_by_try_state() {
	registry().execute_with(|| {
		let [AssetId::App(id), ..] = one_of_each() else { panic!("the first is an app") };
		assert_ok!(Registry::do_try_state());
		Apps::<Test>::mutate(id, |app| app.as_mut().unwrap().deposit -= 1);
		assert_eq!(Registry::do_try_state(), Err("an owner's deposits do not add up".into()));
	});
}
