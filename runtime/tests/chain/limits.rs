//! What upstream pallets treat as an error, or cut off, is more than what this chain lets in.

use crate::common::*;
use frame_election_provider_support::{onchain, ElectionProvider, NposSolver, SequentialPhragmen, WeightInfo as _};
use frame_support::traits::{Get, TryState, TryStateSelect};
use pallet_staking::{MaxNominatorsCount, MaxValidatorsCount, ValidatorPrefs};
use rlc_runtime::{
	configs::staking::{Electing, OnChainElection, ELECTION_CANDIDATES, ELECTION_VOTERS, MAX_NOMINATIONS},
	limits::{check_upstream, Limits},
	presets::*,
	*,
};
use sp_runtime::Perbill;

type Election = <Runtime as pallet_staking::Config>::ElectionProvider;

/// Returns what a configuration says.
fn get<G: Get<V>, V>() -> V {
	G::get()
}

/// Runs `test` with the timing and the limits of each network.
fn on_each_network(test: impl Fn(&str)) {
	for preset in [DEVELOPMENT, LOCAL, SOVEREIGN, BRIDGED] {
		chain(preset).execute_with(|| test(preset));
	}
}

#[test]
fn elections_look_at_everybody_who_can_register() {
	on_each_network(|preset| {
		let candidates = MaxValidatorsCount::<Runtime>::get().expect("a limit");
		let nominators = MaxNominatorsCount::<Runtime>::get().expect("a limit");
		let bounds = Electing::get();
		assert!(candidates < bounds.targets.count.expect("a bound").0, "{preset}: more candidates are an error");
		assert!(candidates + nominators <= bounds.voters.count.expect("a bound").0, "{preset}: more are cut off");
		assert_eq!((bounds.targets.size, bounds.voters.size), (None, None));
	});
}

#[test]
fn every_seat_can_be_taken() {
	let seats = get::<<Runtime as pallet_staking::Config>::MaxValidatorSet, u32>();
	on_each_network(|preset| {
		assert!(pallet_staking::ValidatorCount::<Runtime>::get() <= seats, "{preset}");
		assert!(MaxValidatorsCount::<Runtime>::get().expect("a limit") >= seats, "{preset}: seats stay empty");
	});
}

#[test]
fn limits_of_upstream_pallets_suffice_with_the_timing_of_each_network() {
	on_each_network(|preset| assert_eq!(check_upstream(), Ok(()), "{preset}"));
}

#[test]
fn timing_in_which_consensus_forgets_before_stake_is_free_is_told() {
	chain(SOVEREIGN).execute_with(|| {
		timing::NetworkLengths::<Runtime>::mutate(|lengths| lengths.era_sessions += 1);
		assert_eq!(check_upstream(), Err("a set of validators is forgotten while its stake is bonded"));
	});
}

#[test]
fn committee_has_room_for_the_founders_that_a_genesis_takes() {
	let founders: Vec<_> = (0..40).map(|at| founder(&format!("founder{at}"))).collect();
	let members = get::<<Runtime as pallet_collective::Config<pallet_collective::Instance1>>::MaxMembers, u32>();
	genesis(founded(SOVEREIGN, &founders).unwrap()).execute_with(|| {
		let seated = pallet_collective::Members::<Runtime, pallet_collective::Instance1>::get().len();
		assert_eq!(seated, members as usize, "all that there is room for");
		assert_eq!(Session::validators().len(), 40);
	});
}

#[test]
fn largest_election_fits_into_a_block() {
	type Solver = SequentialPhragmen<AccountId, Perbill>;
	type Weights = <OnChainElection as onchain::Config>::WeightInfo;
	let weight = Solver::weight::<Weights>(ELECTION_VOTERS, ELECTION_CANDIDATES, MAX_NOMINATIONS);
	let block = configs::system::Weights::get().max_block;
	assert!(weight.all_lte(Perbill::from_percent(50) * block), "{weight:?}");
	assert!(weight.ref_time() > Weights::phragmen(0, 0, 0).ref_time());
}

#[test]
fn limits_that_let_an_election_fail_are_told_apart() {
	let good = Limits::default();
	assert_eq!(good.check(), Ok(()));
	for bad in [
		Limits { max_validator_count: ELECTION_CANDIDATES, ..good },
		Limits { max_nominator_count: ELECTION_VOTERS, ..good },
		Limits { max_validator_count: 99, ..good },
		Limits { min_validator_bond: 0, ..good },
		Limits { min_nominator_bond: 0, ..good },
	] {
		assert!(bad.check().is_err(), "{bad:?}");
	}
}

/// Registers candidates by the back door, until there are `count`.
fn candidates(count: u32) {
	for at in pallet_staking::Validators::<Runtime>::count()..count {
		let who = AccountId::new(std::array::from_fn(|byte| at.to_le_bytes()[byte % 4]));
		Staking::do_add_validator(&who, ValidatorPrefs::default());
	}
}

#[test]
fn one_candidate_more_than_an_election_looks_at_fails_it() {
	chain(LOCAL).execute_with(|| {
		candidates(ELECTION_CANDIDATES);
		assert!(Election::elect(0).is_ok());
		candidates(ELECTION_CANDIDATES + 1);
		assert_eq!(Election::elect(0).err(), Some(onchain::Error::DataProvider("Target snapshot too big")));
	});
}

#[test]
fn too_many_candidates_are_seen_by_try_state() {
	chain(LOCAL).execute_with(|| {
		let check = || <StakingLimits as TryState<BlockNumber>>::try_state(0, TryStateSelect::All);
		candidates(ELECTION_CANDIDATES);
		assert_eq!(check(), Ok(()));
		candidates(ELECTION_CANDIDATES + 1);
		assert_eq!(check(), Err("elections fail: there are too many candidates".into()));
		MaxValidatorsCount::<Runtime>::kill();
		assert_eq!(check(), Err("more candidates can be admitted than an election looks at".into()));
	});
}
