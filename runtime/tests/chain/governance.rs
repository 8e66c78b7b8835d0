//! RLC's holders decide, the committee can only stop, and nothing stops governance.

use crate::common::*;
use frame_support::{assert_noop, assert_ok, traits::StorePreimage};
use rlc_checks::work::call_name;
use rlc_primitives::{
	deal::MIN_REFERENCE_TIME,
	governance::{
		LEAST_COMMISSION, LEAST_REFERENCE_TIME, MOST_COMMISSION, MOST_SPEND, MOST_TREASURY_SHARE, PARAMETERS,
	},
	traits::Stops,
};
use rlc_runtime::{configs::safety::Brakes, governance::origins::Origin, presets::*, timing::DAY, *};
use scale_info::{TypeDef, TypeInfo};
use sp_keyring::Sr25519Keyring::{Alice, Bob};
use sp_runtime::{traits::Dispatchable, DispatchError, DispatchResult, Perbill, Permill};

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
fn vote_sets_no_parameter_of_the_marketplace_beyond_its_bounds() {
	use configs::computing::{
		parameters::marketplace::{ByteDeposit, ItemDeposit, Parameters, Retention, StakeRate},
		RuntimeParameters,
	};
	chain(LOCAL).execute_with(|| {
		for (parameter, is_allowed) in [
			(Parameters::ItemDeposit(ItemDeposit, Some(0)), false),
			(Parameters::ItemDeposit(ItemDeposit, Some(RLC + 1)), false),
			(Parameters::ItemDeposit(ItemDeposit, Some(RLC)), true),
			(Parameters::ByteDeposit(ByteDeposit, Some(0)), false),
			(Parameters::ByteDeposit(ByteDeposit, Some(RLC)), false),
			(Parameters::ByteDeposit(ByteDeposit, Some(RLC / 1_000)), true),
			(Parameters::Retention(Retention, Some(DAY - 1)), false),
			(Parameters::Retention(Retention, Some(Moment::MAX)), false),
			(Parameters::Retention(Retention, Some(DAY)), true),
			(Parameters::StakeRate(StakeRate, Some(0)), false),
			(Parameters::StakeRate(StakeRate, Some(100 * RLC + 1)), false),
			(Parameters::StakeRate(StakeRate, Some(100 * RLC)), true),
			(Parameters::StakeRate(StakeRate, None), true),
		] {
			let key_value = RuntimeParameters::Marketplace(parameter);
			let call: RuntimeCall = pallet_parameters::Call::set_parameter { key_value }.into();
			let result =
				call.clone().dispatch(Origin::MarketplaceAdmin.into()).map(|_| ()).map_err(|error| error.error);
			let filtered = frame_system::Error::<Runtime>::CallFiltered.into();
			assert_eq!(result, if is_allowed { Ok(()) } else { Err(filtered) }, "{call:?}");
			assert!(call.dispatch(RuntimeOrigin::root()).is_ok(), "root may set anything");
		}
	});
}

#[test]
fn clients_know_the_bounds_of_every_parameter() {
	use configs::computing::parameters::marketplace::Parameters;
	let TypeDef::Variant(parameters) = Parameters::type_info().type_def else { panic!("they are several") };
	let names: Vec<_> = parameters.variants.iter().map(|parameter| parameter.name).collect();
	let known: Vec<_> = PARAMETERS.iter().map(|(group, name, _)| (*group, *name)).collect();
	assert_eq!(known, names.iter().map(|name| ("Marketplace", *name)).collect::<Vec<_>>());
}

#[test]
fn referendum_spends_no_more_than_its_bound_even_as_root() {
	let spend = |amount| {
		let beneficiary = Bob.to_account_id().into();
		RuntimeCall::from(pallet_treasury::Call::spend_local { amount, beneficiary })
	};
	let refused = || pallet_treasury::Error::<Runtime>::InsufficientPermission;
	chain(LOCAL).execute_with(|| {
		assert_noop!(voted(Origin::TreasurySpender, &spend(MOST_SPEND + 1)), refused());
		assert_noop!(root(spend(MOST_SPEND + 1)), refused());
		assert_ok!(voted(Origin::TreasurySpender, &spend(MOST_SPEND)));
		assert_ok!(root(spend(MOST_SPEND)));
		let batch = RuntimeCall::from(pallet_utility::Call::batch_all { calls: vec![spend(MOST_SPEND), spend(1)] });
		assert_noop!(voted(Origin::TreasurySpender, &batch), refused());
	});
}

/// Returns how a call ends that an approved referendum makes with a track's origin.
fn voted(origin: Origin, call: &RuntimeCall) -> DispatchResult {
	call.clone().dispatch(origin.into()).map(|_| ()).map_err(|error| error.error)
}

#[test]
fn vote_on_a_track_sets_nothing_beyond_its_bounds() {
	let share = |share| RuntimeCall::from(pallet_rlc::Call::set_treasury_share { share });
	let commission = |new| RuntimeCall::from(pallet_staking::Call::set_min_commission { new });
	let category = |reference_time| {
		let name = b"new".to_vec().try_into().expect("a short name");
		RuntimeCall::from(pallet_marketplace::Call::add_category { name, reference_time })
	};
	let (permillionth, perbillionth) = (Permill::from_parts(1), Perbill::from_parts(1));
	chain(LOCAL).execute_with(|| {
		for (origin, call, is_allowed) in [
			(Origin::TreasurySpender, share(MOST_TREASURY_SHARE + permillionth), false),
			(Origin::TreasurySpender, share(Permill::one()), false),
			(Origin::TreasurySpender, share(MOST_TREASURY_SHARE), true),
			(Origin::TreasurySpender, share(Permill::zero()), true),
			(Origin::StakingAdmin, commission(Perbill::zero()), false),
			(Origin::StakingAdmin, commission(LEAST_COMMISSION - perbillionth), false),
			(Origin::StakingAdmin, commission(MOST_COMMISSION + perbillionth), false),
			(Origin::StakingAdmin, commission(Perbill::one()), false),
			(Origin::StakingAdmin, commission(LEAST_COMMISSION), true),
			(Origin::StakingAdmin, commission(MOST_COMMISSION), true),
			(Origin::MarketplaceAdmin, category(MIN_REFERENCE_TIME), false),
			(Origin::MarketplaceAdmin, category(LEAST_REFERENCE_TIME - 1), false),
			(Origin::MarketplaceAdmin, category(LEAST_REFERENCE_TIME), true),
		] {
			if is_allowed {
				assert_ok!(voted(origin, &call));
			} else {
				assert_noop!(voted(origin, &call), frame_system::Error::<Runtime>::CallFiltered);
			}
			assert_ok!(root(call));
		}
	});
}

#[test]
fn vote_on_a_track_slashes_nobody() {
	chain(LOCAL).execute_with(|| {
		let [validator_stash, stash] = [Alice, Bob].map(|who| who.to_account_id());
		let slash = pallet_staking::Call::manual_slash { validator_stash, era: 0, slash_fraction: Perbill::one() };
		let restore = pallet_staking::Call::restore_ledger {
			stash,
			maybe_controller: None,
			maybe_total: None,
			maybe_unlocking: None,
		};
		for call in [RuntimeCall::from(slash), restore.into()] {
			assert_noop!(voted(Origin::StakingAdmin, &call), frame_system::Error::<Runtime>::CallFiltered);
		}
	});
}

#[test]
fn bounds_hold_for_calls_within_others() {
	chain(LOCAL).execute_with(|| {
		let call = RuntimeCall::from(pallet_rlc::Call::set_treasury_share { share: Permill::one() });
		let batch = RuntimeCall::from(pallet_utility::Call::batch_all { calls: vec![call] });
		assert_noop!(voted(Origin::TreasurySpender, &batch), frame_system::Error::<Runtime>::CallFiltered);
	});
}

#[test]
fn limits_of_staking_are_root_s() {
	use pallet_staking::ConfigOp::{Noop, Remove, Set};
	chain(LOCAL).execute_with(|| {
		let call = pallet_staking::Call::<Runtime>::set_staking_configs {
			min_nominator_bond: Noop,
			min_validator_bond: Set(0),
			max_nominator_count: Noop,
			max_validator_count: Remove,
			chill_threshold: Noop,
			min_commission: Set(Perbill::zero()),
			max_staked_rewards: Noop,
		};
		let call = RuntimeCall::from(call);
		assert_noop!(voted(Origin::StakingAdmin, &call), DispatchError::BadOrigin);
		assert_ok!(root(call));
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
		let transfers = call_name("Balances", "transfer_keep_alive");
		assert_ok!(TxPause::pause(committee(3), transfers.clone()));
		assert_ok!(TxPause::pause(committee(3), call_name("Poco", "reveal")));
		assert!(
			Brakes::<Poco>::is_stopped("reveal") && Brakes::<Poco>::is_stopped("claim"),
			"they are stopped together"
		);
		assert!(!Brakes::<Poco>::is_stopped("prune"));
		assert!(!Brakes::<Marketplace>::is_stopped("reveal"));
		let filtered = frame_system::Error::<Runtime>::CallFiltered;
		assert_eq!(block(vec![signed(Alice, transfer())]), [Ok(Err(filtered.into()))]);

		assert_noop!(TxPause::unpause(committee(4), transfers.clone()), DispatchError::BadOrigin);
		assert_ok!(TxPause::unpause(Origin::EmergencyAdmin.into(), transfers));
		assert_eq!(block(vec![signed(Alice, transfer())]), [Ok(Ok(()))]);

		assert_noop!(
			TxPause::pause(committee(4), call_name("Referenda", "submit")),
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
