//! What upstream pallets treat as an error, or cut off, beside elections: it has to be more than this chain lets in.
//!
//! | checked | where |
//! |---|---|
//! | the configuration, with the live networks' timing | `integrity_test` |
//! | the same, with the timing of each network | `tests/chain/limits.rs` |
//! | that elections look at all whom a genesis admits; that the largest election fits into a block; that a committee of founders has room | `tests/chain/limits.rs` |

use frame_election_provider_support::onchain;
use frame_support::{
	ensure,
	traits::{Get, PalletsInfoAccess, VariantCount},
};
use pallet_staking::{MaxNominationsOf, NominationsQuota};
use rlc_primitives::Balance;

use crate::{
	configs::staking::{MaxNominatorsPerValidator, OnChainElection, MAX_NOMINATIONS},
	timing::{EraSessions, Eras},
	AllPalletsWithSystem, Runtime, RuntimeFreezeReason,
};

/// Says which limit of an upstream pallet this runtime could exceed, with the timing of the chain at hand.
///
/// # Errors
///
/// The first one.
pub fn check_upstream() -> Result<(), &'static str> {
	validators()?;
	nominators()?;
	time()?;
	accounts()
}

/// Returns what a configuration says.
fn get<G: Get<V>, V>() -> V {
	G::get()
}

/// Every seat can be taken, and every winner has a place in consensus.
fn validators() -> Result<(), &'static str> {
	let seats = get::<<Runtime as pallet_staking::Config>::MaxValidatorSet, u32>();
	let winners = get::<<OnChainElection as onchain::Config>::MaxWinnersPerPage, u32>();
	ensure!(winners == seats, "an election does not find as many winners as there are seats");
	ensure!(get::<<OnChainElection as onchain::Config>::Sort, bool>(), "more winners are refused, not cut off");
	let authorities = [
		get::<<Runtime as pallet_babe::Config>::MaxAuthorities, u32>(),
		get::<<Runtime as pallet_grandpa::Config>::MaxAuthorities, u32>(),
		get::<<Runtime as pallet_beefy::Config>::MaxAuthorities, u32>(),
		get::<<Runtime as pallet_authority_discovery::Config>::MaxAuthorities, u32>(),
	];
	ensure!(authorities.iter().all(|most| *most >= seats), "a protocol of consensus cuts off authorities");
	Ok(())
}

/// Nominations fit where they are kept, and reports of offences weigh what the most backers need.
fn nominators() -> Result<(), &'static str> {
	let quota = <Runtime as pallet_staking::Config>::NominationsQuota::get_quota(Balance::MAX);
	ensure!(quota == MAX_NOMINATIONS, "an election is not measured with the most nominations");
	ensure!(quota <= get::<MaxNominationsOf<Runtime>, u32>(), "nominations could not be decoded");
	// What an election cuts off: the smallest of more behind one validator.
	let backers = get::<<OnChainElection as onchain::Config>::MaxBackersPerWinner, u32>();
	ensure!(backers == get::<MaxNominatorsPerValidator, u32>(), "an election has another most of backers");
	let weighed = [
		get::<<Runtime as pallet_babe::Config>::MaxNominators, u32>(),
		get::<<Runtime as pallet_grandpa::Config>::MaxNominators, u32>(),
		get::<<Runtime as pallet_beefy::Config>::MaxNominators, u32>(),
	];
	ensure!(weighed.iter().all(|most| *most >= backers), "a report of an offence weighs less than its backers need");
	let page = get::<<Runtime as pallet_staking::Config>::MaxExposurePageSize, u32>();
	ensure!(page > 0, "there is no room for backers on a page of rewards");
	Ok(())
}

/// One can unbond in each era of the waiting time, and an offence can be proved as long as stake is bonded.
fn time() -> Result<(), &'static str> {
	let waiting = get::<<Runtime as pallet_staking::Config>::BondingDuration, u32>();
	let chunks = get::<<Runtime as pallet_staking::Config>::MaxUnlockingChunks, u32>();
	ensure!(chunks > waiting, "not every era of the waiting time has an unlocking chunk");
	let history = get::<<Runtime as pallet_staking::Config>::HistoryDepth, u32>();
	ensure!(history > waiting, "an era is forgotten while its stake is bonded");
	let deferred = get::<<Runtime as pallet_staking::Config>::SlashDeferDuration, u32>();
	ensure!(deferred < waiting, "a slash is deferred until its stake is free");
	let sessions = u64::from(get::<Eras<28>, u32>()).saturating_mul(get::<EraSessions, u32>().into());
	let kept = [
		get::<<Runtime as pallet_grandpa::Config>::MaxSetIdSessionEntries, u64>(),
		get::<<Runtime as pallet_beefy::Config>::MaxSetIdSessionEntries, u64>(),
	];
	ensure!(kept.iter().all(|most| *most >= sessions), "a set of validators is forgotten while its stake is bonded");
	Ok(())
}

/// An account has room for every lock, hold, freeze, and reference of this runtime.
fn accounts() -> Result<(), &'static str> {
	// Locks have no enum: vesting's, and conviction voting's. Staking holds, and holds are as many as their reasons.
	let locks = get::<<Runtime as pallet_balances::Config>::MaxLocks, u32>();
	ensure!(locks >= 2, "an account has too little room for locks");
	let freezes = get::<<Runtime as pallet_balances::Config>::MaxFreezes, u32>();
	ensure!(freezes == RuntimeFreezeReason::VARIANT_COUNT, "an account has too little room for freezes");
	// A reference from every pallet, though few of them take one.
	let consumers = get::<<Runtime as frame_system::Config>::MaxConsumers, u32>();
	let pallets = AllPalletsWithSystem::infos().len();
	ensure!(usize::try_from(consumers).is_ok_and(|most| most >= pallets), "an account has too few references");
	Ok(())
}
