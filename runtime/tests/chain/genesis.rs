//! What each network starts with.

use crate::common::*;
use codec::{Decode, Encode};
use frame_support::traits::{Currency, VestingSchedule};
use rlc_primitives::{MAX_SUPPLY, NRLC};
use rlc_runtime::{presets::*, *};
use serde_json::json;
use sp_keyring::Sr25519Keyring::Alice;

#[test]
fn test_networks_start_with_their_validators_and_make_blocks() {
	for (preset, validators) in [(DEVELOPMENT, 1), (LOCAL, 4)] {
		chain(preset).execute_with(|| {
			check_invariants();
			assert_eq!(issuance(), 60_000_000 * RLC + NRLC, "{preset}: six accounts, and the treasury's deposit");
			assert_eq!(Session::validators().len(), validators, "{preset}");
			assert_eq!(Beefy::validator_set().unwrap().len(), validators);
			assert_eq!(Babe::slot_duration(), 1_000);
			blocks(3);
			assert_eq!(System::block_number(), 3);
		});
	}
}

#[test]
fn sovereign_distributes_exactly_all_rlc() {
	let founders = ["Alice", "Bob", "Charlie"].map(founder);
	for (patch, validators) in [(preset(SOVEREIGN).unwrap(), 0), (founded(SOVEREIGN, &founders).unwrap(), 3)] {
		genesis(patch).execute_with(|| {
			assert_eq!(Session::validators().len(), validators);
			// Staking's do not hold without anyone at stake.
			if validators > 0 {
				check_invariants();
			}
			assert_eq!(issuance(), MAX_SUPPLY);
			let treasury = Treasury::account_id();
			assert_eq!(free(&treasury), MAX_SUPPLY / 1_000 * 69, "bounties and research");
			assert_eq!(Babe::slot_duration(), 2_000);
		});
	}
}

#[test]
fn founders_share_vests_over_four_years() {
	genesis(founded(SOVEREIGN, &["Alice", "Bob"].map(founder)).unwrap()).execute_with(|| {
		let share = MAX_SUPPLY / 1_000 * 172 / 2;
		let alice = Alice.to_account_id();
		assert_eq!(Balances::total_balance(&alice), share);
		let unstaked = share - 100_000 * RLC;
		assert_eq!(Vesting::vesting_balance(&alice), Some(unstaked), "nothing is free at the start");

		let year = 365 * 43_200;
		System::set_block_number(year + year * 3 / 2);
		let half = Vesting::vesting_balance(&alice).unwrap();
		assert!(half.abs_diff(share / 2) < RLC, "half after two and a half years: {half}");
		System::set_block_number(4 * year + 1);
		assert_eq!(Vesting::vesting_balance(&alice), Some(0));
	});
}

#[test]
fn bridged_starts_with_what_its_founders_locked() {
	genesis(founded(BRIDGED, &["Alice", "Bob"].map(founder)).unwrap()).execute_with(|| {
		check_invariants();
		assert_eq!(issuance(), 500_000 * RLC);
		assert_eq!(Session::validators().len(), 2);
		blocks(2);
	});
}

#[test]
fn nobody_is_above_the_holders() {
	// What a call of `pallet_sudo` was, around one that anyone may make.
	let remark = RuntimeCall::from(frame_system::Call::remark { remark: vec![] });
	let sudo = (53u8, 0u8, remark).encode();
	assert!(RuntimeCall::decode(&mut &sudo[..]).is_err());
	for preset in names() {
		let genesis = preset_of(&preset);
		assert!(genesis.get("sudo").is_none(), "{preset}");
	}
}

fn preset_of(id: &sp_genesis_builder::PresetId) -> serde_json::Value {
	preset(id.as_ref()).expect("the preset exists")
}

#[test]
fn every_network_admits_no_more_stakers_than_an_election_looks_at() {
	use pallet_staking::{
		ChillThreshold, MaxNominatorsCount, MaxValidatorsCount, MinCommission, MinNominatorBond, MinValidatorBond,
		MinimumValidatorCount, Validators,
	};
	let founders = ["Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie"].map(founder);
	let networks = [
		(preset(DEVELOPMENT).unwrap(), 1),
		(preset(LOCAL).unwrap(), 3),
		(preset(SOVEREIGN).unwrap(), 1),
		(preset(BRIDGED).unwrap(), 1),
		(founded(SOVEREIGN, &founders).unwrap(), 4),
		(founded(BRIDGED, &founders[..2]).unwrap(), 2),
	];
	for (patch, fewest) in networks {
		genesis(patch).execute_with(|| {
			assert_eq!(MinValidatorBond::<Runtime>::get(), 10_000 * RLC);
			assert_eq!(MinNominatorBond::<Runtime>::get(), 500 * RLC);
			assert_eq!(MaxValidatorsCount::<Runtime>::get(), Some(150));
			assert_eq!(MaxNominatorsCount::<Runtime>::get(), Some(850));
			assert!(ChillThreshold::<Runtime>::get().is_some_and(|part| part.deconstruct() == 75));
			let commission = MinCommission::<Runtime>::get();
			assert_eq!(commission, sp_runtime::Perbill::from_percent(5));
			assert!(Validators::<Runtime>::iter_values().all(|prefs| prefs.commission == commission));
			assert_eq!(MinimumValidatorCount::<Runtime>::get(), fewest);
		});
	}
}

#[test]
#[should_panic(expected = "more candidates can be admitted than an election looks at")]
fn genesis_that_admits_too_many_candidates_does_not_start() {
	let mut patch = preset(LOCAL).unwrap();
	patch["stakingLimits"]["limits"]["maxValidatorCount"] = json!(200);
	genesis(patch);
}

#[test]
#[should_panic(expected = "nRLC at stake")]
fn founder_with_less_at_stake_than_the_minimum_does_not_start() {
	let mut patch = preset(LOCAL).unwrap();
	patch["staking"]["stakers"][0][2] = json!((10_000 * RLC - 1) as u64);
	genesis(patch);
}

#[test]
fn time_of_tasks_may_advance_by_one_slot_at_a_time() {
	let mut patch = preset(LOCAL).unwrap();
	patch["clock"]["maxGap"] = json!(1_000);
	genesis(patch).execute_with(|| {
		blocks(1);
		let before = pallet_clock::Reading::<Runtime>::get().time;
		blocks(2);
		assert_eq!(pallet_clock::Reading::<Runtime>::get().time, before + 2_000);
	});
}

#[test]
#[should_panic(expected = "less than the 1000 ms from one block to the next")]
fn genesis_in_which_time_of_tasks_lags_behind_does_not_start() {
	let mut patch = preset(LOCAL).unwrap();
	patch["clock"]["maxGap"] = json!(999);
	genesis(patch);
}

#[test]
#[should_panic(expected = "from one block to the next")]
fn genesis_in_which_time_of_tasks_stands_still_does_not_start() {
	let mut patch = preset(SOVEREIGN).unwrap();
	patch["clock"]["maxGap"] = json!(0);
	genesis(patch);
}

#[test]
fn founders_that_make_no_sense_are_refused() {
	let error = |preset, founders: &[Founder]| founded(preset, founders).unwrap_err();
	assert!(error(SOVEREIGN, &[]).contains("1 to 100 founders"));
	assert!(error(BRIDGED, &["Alice", "Alice"].map(founder)).contains("founder 2"));
	assert!(error(DEVELOPMENT, &[founder("Alice")]).contains("has its validators already"));
	let mut thief = founder("Bob");
	thief.beefy = founder("Alice").beefy;
	assert!(error(SOVEREIGN, &[founder("Alice"), thief]).contains("key of another founder"));
}

#[test]
#[should_panic(expected = "genesis endows more RLC than the cap")]
fn genesis_above_the_cap_does_not_start() {
	let mut patch = preset(DEVELOPMENT).unwrap();
	patch["balances"]["balances"] = json!([[Alice.to_account_id(), MAX_SUPPLY as u64 + 1]]);
	genesis(patch);
}

#[test]
fn presets_are_what_a_node_is_told() {
	assert_eq!(names().len(), 4);
	for id in names() {
		let told: serde_json::Value = serde_json::from_slice(&get_preset(&id).unwrap()).unwrap();
		assert_eq!(Some(told), preset(id.as_ref()));
	}
	assert_eq!(preset("unknown"), None);
}
