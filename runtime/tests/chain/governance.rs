//! RLC's holders decide, the committee can only stop, and nothing stops governance.

use crate::common::*;
use frame_support::{assert_noop, assert_ok, traits::StorePreimage};
use rlc_primitives::traits::Stops;
use rlc_runtime::{configs::safety::Brakes, governance::origins::Origin, presets::*, *};
use sp_keyring::Sr25519Keyring::{Alice, Bob};
use sp_runtime::{traits::Dispatchable, DispatchError, Permill};

fn transfer() -> RuntimeCall {
	pallet_balances::Call::transfer_keep_alive { dest: Bob.to_account_id().into(), value: RLC }.into()
}

fn committee(members: u32) -> RuntimeOrigin {
	pallet_collective::RawOrigin::<AccountId, pallet_collective::Instance1>::Members(members, 4).into()
}

#[test]
fn referendum_changes_the_treasurys_share() {
	chain(LOCAL).execute_with(|| {
		let share = Permill::from_percent(35);
		let call: RuntimeCall = pallet_rlc::Call::set_treasury_share { share }.into();
		let events = pass_referendum(Origin::TreasurySpender.into(), Preimage::bound(call).unwrap());
		assert!(events.contains(&pallet_rlc::Event::TreasuryShareSet { share }.into()));
		assert_eq!(pallet_rlc::TreasuryShare::<Runtime>::get(), share);
	});
}

#[test]
fn origin_of_a_track_may_do_no_more_than_it_is_for() {
	chain(LOCAL).execute_with(|| {
		for origin in [Origin::MarketplaceAdmin, Origin::BridgeAdmin, Origin::EmergencyAdmin, Origin::StakingAdmin] {
			let share = Permill::from_percent(35);
			let call: RuntimeCall = pallet_rlc::Call::set_treasury_share { share }.into();
			let result = call.dispatch(origin.clone().into()).map(|_| ()).map_err(|error| error.error);
			assert_eq!(result, Err(DispatchError::BadOrigin), "{origin:?}");
		}
	});
}

#[test]
fn committee_can_stop_the_business_but_not_the_vote_and_the_stop_ends_by_itself() {
	chain(LOCAL).execute_with(|| {
		blocks(1);
		assert_noop!(SafeMode::force_enter(committee(2)), DispatchError::BadOrigin);
		assert_ok!(SafeMode::force_enter(committee(3)));

		let filtered = frame_system::Error::<Runtime>::CallFiltered;
		assert_eq!(block(vec![signed(Alice, transfer())]), [Ok(Err(filtered.into()))]);
		// What is stopped would be free, or come from nobody.
		assert!(Brakes::<Poco>::is_stopped("reveal") && Brakes::<Marketplace>::is_stopped("match_published"));
		let note = pallet_preimage::Call::note_preimage { bytes: vec![1] };
		assert_eq!(block(vec![signed(Alice, note)]), [Ok(Ok(()))]);
		assert_noop!(SafeMode::force_exit(committee(4)), DispatchError::BadOrigin);

		// Six hours, shortened.
		blocks(configs::safety::StopFor::get());
		assert!(!Brakes::<Poco>::is_stopped("reveal") && !Brakes::<Marketplace>::is_stopped("match_published"));
		assert_eq!(block(vec![signed(Alice, transfer())]), [Ok(Ok(()))]);
	});
}

#[test]
fn paused_call_is_resumed_by_governance_only() {
	chain(LOCAL).execute_with(|| {
		blocks(1);
		let name = |pallet: &str, call: &str| {
			(pallet.as_bytes().to_vec().try_into().unwrap(), call.as_bytes().to_vec().try_into().unwrap())
		};
		let transfers = name("Balances", "transfer_keep_alive");
		assert_ok!(TxPause::pause(committee(3), transfers.clone()));
		assert_ok!(TxPause::pause(committee(3), name("Poco", "reveal")));
		assert!(Brakes::<Poco>::is_stopped("reveal") && !Brakes::<Poco>::is_stopped("contribute"));
		assert!(!Brakes::<Marketplace>::is_stopped("reveal"));
		let filtered = frame_system::Error::<Runtime>::CallFiltered;
		assert_eq!(block(vec![signed(Alice, transfer())]), [Ok(Err(filtered.into()))]);

		assert_noop!(TxPause::unpause(committee(4), transfers.clone()), DispatchError::BadOrigin);
		assert_ok!(TxPause::unpause(Origin::EmergencyAdmin.into(), transfers));
		assert_eq!(block(vec![signed(Alice, transfer())]), [Ok(Ok(()))]);

		assert_noop!(
			TxPause::pause(committee(4), name("Referenda", "submit")),
			pallet_tx_pause::Error::<Runtime>::Unpausable
		);
	});
}

#[test]
fn committee_whitelists_but_only_holders_enact() {
	chain(LOCAL).execute_with(|| {
		blocks(1);
		let call: RuntimeCall = frame_system::Call::remark { remark: vec![7] }.into();
		let call_hash = <sp_runtime::traits::BlakeTwo256 as sp_runtime::traits::Hash>::hash_of(&call);
		assert_noop!(
			Whitelist::whitelist_call(RuntimeOrigin::signed(Alice.to_account_id()), call_hash),
			DispatchError::BadOrigin
		);
		assert_ok!(Whitelist::whitelist_call(committee(3), call_hash));
		assert_noop!(
			Whitelist::dispatch_whitelisted_call_with_preimage(committee(4), Box::new(call.clone())),
			DispatchError::BadOrigin
		);
		assert_ok!(Whitelist::dispatch_whitelisted_call_with_preimage(
			Origin::WhitelistedCaller.into(),
			Box::new(call)
		));
	});
}
