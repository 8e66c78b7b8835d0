//! What each network starts with.

use crate::common::*;
use frame_support::traits::{Currency, VestingSchedule};
use rlc_primitives::{MAX_SUPPLY, NRLC};
use rlc_runtime::{presets::*, *};
use serde_json::json;
use sp_keyring::Sr25519Keyring::{Alice, Bob};

/// Returns the JSON of a founder with the keys of a well-known name.
fn founder(name: &str) -> Founder {
	use sp_core::crypto::get_public_from_string_or_panic as key;
	serde_json::from_value(json!({
		"account": sp_keyring::Sr25519Keyring::from_name(name).to_account_id(),
		"babe": key::<sp_consensus_babe::AuthorityId>(name),
		"grandpa": key::<sp_consensus_grandpa::AuthorityId>(name),
		"authority_discovery": key::<sp_authority_discovery::AuthorityId>(name),
		"beefy": key::<sp_consensus_beefy::ecdsa_crypto::AuthorityId>(name),
	}))
	.unwrap()
}

trait FromName {
	fn from_name(name: &str) -> Self;
}

impl FromName for sp_keyring::Sr25519Keyring {
	fn from_name(name: &str) -> Self {
		Self::iter().find(|key| <&str>::from(*key) == name).expect("a well-known name")
	}
}

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
fn only_development_has_sudo() {
	chain(DEVELOPMENT).execute_with(|| assert_eq!(pallet_sudo::Key::<Runtime>::get(), Some(Alice.to_account_id())));
	for preset in [LOCAL, SOVEREIGN, BRIDGED] {
		chain(preset).execute_with(|| {
			assert_eq!(pallet_sudo::Key::<Runtime>::get(), None, "{preset}");
		});
	}
	chain(LOCAL).execute_with(|| {
		let call = Box::new(frame_system::Call::remark { remark: vec![] }.into());
		let results = block(vec![signed(Bob, pallet_sudo::Call::sudo { call })]);
		assert_eq!(results, [Ok(Err(pallet_sudo::Error::<Runtime>::RequireSudo.into()))]);
	});
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
