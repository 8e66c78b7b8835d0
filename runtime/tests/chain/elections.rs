//! Hundreds who would validate or nominate: those above the limits are refused, and eras end all the same.

use std::collections::{BTreeMap, BTreeSet};

use crate::common::*;
use frame_support::{assert_ok, traits::Get};
use pallet_staking::{CurrentEra, Nominators, RewardDestination, ValidatorPrefs, Validators};
use rlc_checks::people::{give_session_keys, Person};
use rlc_runtime::{limits::Limits, presets::*, *};
use serde_json::json;
use sp_keyring::Sr25519Keyring::{Alice, Bob};
use sp_runtime::{transaction_validity::InvalidTransaction, DispatchError, Perbill};

/// Who would validate.
const CANDIDATES: u32 = 300;
/// Who would nominate.
const NOMINATORS: u32 = 1_000;
/// Blocks of an era of `local`, and of the session in which the next one is planned.
const ERA: u32 = 4 * 15;

fn people(role: &str, count: u32) -> Vec<Person> {
	(0..count).map(|at| Person::new(&format!("//{role}//{at}"))).collect()
}

/// Returns `local` with people who have RLC.
fn local_with(people: &[(&[Person], Balance)]) -> sp_io::TestExternalities {
	let mut patch = preset(LOCAL).unwrap();
	let balances = patch["balances"]["balances"].as_array_mut().unwrap();
	for (people, each) in people {
		balances.extend(people.iter().map(|person| json!([person.account(), *each as u64])));
	}
	genesis(patch)
}

/// Returns what bonds this much, and something besides.
fn bonded(value: Balance, then: impl Into<RuntimeCall>) -> RuntimeCall {
	let bond = pallet_staking::Call::bond { value, payee: RewardDestination::Stash };
	pallet_utility::Call::batch_all { calls: vec![bond.into(), then.into()] }.into()
}

fn validate(commission: Perbill) -> pallet_staking::Call<Runtime> {
	pallet_staking::Call::validate { prefs: ValidatorPrefs { commission, blocked: false } }
}

fn nominate() -> pallet_staking::Call<Runtime> {
	pallet_staking::Call::nominate { targets: vec![Alice.to_account_id().into()] }
}

/// Has each of them make the call, a hundred in a block. Returns how often it ended how.
fn all_do(people: &[Person], call: impl Fn() -> RuntimeCall) -> BTreeMap<String, usize> {
	let mut ends = BTreeMap::new();
	for some in people.chunks(100) {
		let extrinsics = some.iter().map(|person| rlc_checks::chain::signed(person, call())).collect();
		for result in block(extrinsics) {
			let end: String = match result.expect("the extrinsic is valid") {
				Ok(()) => "accepted".into(),
				Err(DispatchError::Module(error)) => error.message.expect("a name").into(),
				Err(other) => format!("{other:?}"),
			};
			*ends.entry(end).or_default() += 1;
		}
	}
	ends
}

fn ends<const N: usize>(ends: [(&str, usize); N]) -> BTreeMap<String, usize> {
	ends.into_iter().map(|(end, count)| (end.into(), count)).collect()
}

fn validators() -> BTreeSet<AccountId> {
	Session::validators().into_iter().collect()
}

/// Lives through this many eras.
fn pass_eras(eras: u32) {
	let start = CurrentEra::<Runtime>::get().unwrap();
	for _ in 0..eras * ERA {
		block(vec![]);
		let failed =
			|event: &RuntimeEvent| matches!(event, RuntimeEvent::Staking(pallet_staking::Event::StakingElectionFailed));
		assert!(!happened(failed));
	}
	assert!(CurrentEra::<Runtime>::get().unwrap() >= start + eras, "eras end");
}

#[test]
fn hundreds_of_candidates_and_nominators_do_not_stop_eras() {
	let limits = Limits::default();
	let (candidates, nominators) = (people("candidate", CANDIDATES), people("nominator", NOMINATORS));
	let (stake, backing) = (limits.min_validator_bond, limits.min_nominator_bond);
	local_with(&[(&candidates[..], stake + RLC), (&nominators[..], backing + RLC)]).execute_with(|| {
		let founders = validators();
		let room = (limits.max_validator_count - 4) as usize;
		assert_eq!(
			all_do(&candidates, || bonded(stake, validate(limits.min_commission))),
			ends([("accepted", room), ("TooManyValidators", CANDIDATES as usize - room)])
		);
		let room = limits.max_nominator_count as usize;
		assert_eq!(
			all_do(&nominators, || bonded(backing, nominate())),
			ends([("accepted", room), ("TooManyNominators", NOMINATORS as usize - room)])
		);
		assert_eq!(Validators::<Runtime>::count(), limits.max_validator_count);
		assert_eq!(Nominators::<Runtime>::count(), limits.max_nominator_count);

		pass_eras(2);
		assert_eq!(validators(), founders, "those with the most at stake stay");

		// Who is in the election already may go on changing their mind.
		must(&candidates[0], validate(Perbill::from_percent(50)));
		// A place that somebody leaves is free.
		must(&candidates[0], pallet_staking::Call::chill {});
		must(candidates.last().unwrap(), bonded(stake, validate(limits.min_commission)));
		pass_eras(1);
	});
}

/// Sends a call, and once more if the block has no room: one that begins a session has none.
fn must(by: &Person, call: impl Into<RuntimeCall>) {
	let call = call.into();
	let full = Err(InvalidTransaction::ExhaustsResources.into());
	let sent = block(vec![signed_by(by, call.clone())]);
	let sent = if sent == [full] { block(vec![signed_by(by, call)]) } else { sent };
	assert_eq!(sent, [Ok(Ok(()))]);
}

fn signed_by(person: &Person, call: impl Into<RuntimeCall>) -> UncheckedExtrinsic {
	rlc_checks::chain::signed(person, call)
}

#[test]
fn every_seat_can_be_won_by_somebody_with_more_at_stake() {
	let limits = Limits::default();
	let candidates = people("candidate", 100);
	local_with(&[(&candidates[..], 200_000 * RLC)]).execute_with(|| {
		let seats: u32 = configs::staking::MaxValidators::get();
		assert_ok!(root(pallet_staking::Call::set_validator_count { new: seats }));
		let joined = all_do(&candidates, || bonded(150_000 * RLC, validate(limits.min_commission)));
		assert_eq!(joined, ends([("accepted", 100)]));
		give_keys(&candidates);
		let era = CurrentEra::<Runtime>::get().unwrap();
		// An era is planned a session before it begins.
		for _ in 0..ERA {
			if CurrentEra::<Runtime>::get() > Some(era) {
				break;
			}
			block(vec![]);
		}
		let elected = pallet_staking::ErasStakersOverview::<Runtime>::iter_key_prefix(era + 1);
		assert_eq!(elected.count(), seats as usize);
	});
}

/// Gives each of them session keys.
fn give_keys(people: &[Person]) {
	for (at, person) in people.iter().enumerate() {
		give_session_keys(&person.account(), &format!("keys//{at}"));
	}
}

#[test]
fn candidates_without_session_keys_win_no_seat_whatever_they_stake() {
	let limits = Limits::default();
	let (keyed, keyless) = (people("keyed", 3), people("keyless", 20));
	local_with(&[(&keyed[..], 300_000 * RLC), (&keyless[..], 300_000 * RLC)]).execute_with(|| {
		let founders = validators();
		assert_ok!(root(pallet_staking::Call::set_validator_count { new: 7 }));
		let joined = all_do(&keyless, || bonded(250_000 * RLC, validate(limits.min_commission)));
		assert_eq!(joined, ends([("accepted", 20)]));
		pass_eras(2);
		assert_eq!(validators(), founders, "three seats are left to somebody who can sit there");

		let joined = all_do(&keyed, || bonded(200_000 * RLC, validate(limits.min_commission)));
		assert_eq!(joined, ends([("accepted", 3)]));
		give_keys(&keyed);
		pass_eras(2);
		let seated: BTreeSet<_> = founders.into_iter().chain(keyed.iter().map(Person::account)).collect();
		assert_eq!(validators(), seated);
	});
}

#[test]
fn validator_that_purged_its_keys_is_not_elected_again() {
	chain(LOCAL).execute_with(|| {
		let founders = validators();
		assert_eq!(block(vec![signed(Bob, pallet_session::Call::purge_keys {})]), [Ok(Ok(()))]);
		pass_eras(2);
		let left: BTreeSet<_> = founders.into_iter().filter(|who| *who != Bob.to_account_id()).collect();
		assert_eq!(validators(), left);
		let era = CurrentEra::<Runtime>::get().unwrap();
		assert!(!pallet_staking::ErasStakersOverview::<Runtime>::contains_key(era, Bob.to_account_id()));
	});
}

#[test]
fn too_little_at_stake_is_refused() {
	let limits = Limits::default();
	let poor = people("poor", 2);
	local_with(&[(&poor[..], limits.min_validator_bond + RLC)]).execute_with(|| {
		let refused = ends([("InsufficientBond", 1)]);
		let validator = bonded(limits.min_validator_bond - 1, validate(limits.min_commission));
		assert_eq!(all_do(&poor[..1], || validator.clone()), refused);
		let nominator = bonded(limits.min_nominator_bond - 1, nominate());
		assert_eq!(all_do(&poor[1..], || nominator.clone()), refused);
	});
}

#[test]
fn too_low_a_commission_is_refused() {
	chain(LOCAL).execute_with(|| {
		let zero = signed(Bob, validate(Perbill::zero()));
		let too_low = pallet_staking::Error::<Runtime>::CommissionTooLow;
		assert_eq!(block(vec![zero]), [Ok(Err(too_low.into()))]);
	});
}

#[test]
fn validator_cannot_unbond_below_the_minimum_and_stay() {
	chain(LOCAL).execute_with(|| {
		let unbond = |value| signed(Bob, pallet_staking::Call::unbond { value });
		assert_eq!(block(vec![unbond(90_000 * RLC)]), [Ok(Ok(()))]);
		let short = pallet_staking::Error::<Runtime>::InsufficientBond;
		assert_eq!(block(vec![unbond(1)]), [Ok(Err(short.into()))]);
	});
}
