//! Version 2 of the token's pallet: staking admits a bounded number of candidates, each with something at stake; RLC
//! that nobody can vote with is inactive; and root has one door only: the key of `pallet_sudo` is gone, and so are
//! calls that anybody could make with root's power, since they had been approved before they were whitelisted.
//!
//! Earlier candidates and nominators stay, though they may be more than the new limits admit, or have less at stake.
//! Anyone can remove those with `staking.chill_other`, as long as there are many.

#[cfg(feature = "try-runtime")]
use alloc::vec::Vec;

#[cfg(feature = "try-runtime")]
use frame_support::ensure;
use frame_support::{
	migrations::VersionedMigration, storage::unhashed, traits::UncheckedOnRuntimeUpgrade, weights::Weight,
};
use pallet_staking::{MinimumValidatorCount, ValidatorCount, Validators};
use pallet_whitelist::DeferredDispatch;
use sp_io::hashing::twox_128;
#[cfg(feature = "try-runtime")]
use sp_runtime::TryRuntimeError;

use crate::{
	limits::{fewest_validators, Limits},
	Rlc, Runtime,
};

/// Bounds what was unbounded.
pub type Bounds = VersionedMigration<1, 2, Bounded, Rlc, DbWeight>;

type DbWeight = <Runtime as frame_system::Config>::DbWeight;

/// Calls that waited to be whitelisted, and are not made any more: each was a referendum's.
const MOST_DEFERRED: u32 = 100;

/// What earlier chains lacked.
pub struct Bounded;

impl UncheckedOnRuntimeUpgrade for Bounded {
	fn on_runtime_upgrade() -> Weight {
		Limits::default().impose::<Runtime>();
		// Never more than there are candidates: the next election would be for nothing.
		let candidates = Validators::<Runtime>::count().max(1);
		let fewest = fewest_validators(ValidatorCount::<Runtime>::get()).min(candidates);
		MinimumValidatorCount::<Runtime>::mutate(|count| *count = fewest.max(*count));
		Rlc::update_inactive();
		let _ = DeferredDispatch::<Runtime>::clear(MOST_DEFERRED, None);
		// The key, and the version of the pallet's layout.
		let _ = unhashed::clear_prefix(&sudo(), Some(2), None);
		DbWeight::get().reads_writes(16, u64::from(MOST_DEFERRED).saturating_add(11))
	}

	#[cfg(feature = "try-runtime")]
	fn pre_upgrade() -> Result<Vec<u8>, TryRuntimeError> {
		Ok(Vec::new())
	}

	#[cfg(feature = "try-runtime")]
	fn post_upgrade(_: Vec<u8>) -> Result<(), TryRuntimeError> {
		let limits = Limits::default();
		ensure!(
			pallet_staking::MaxValidatorsCount::<Runtime>::get().is_some_and(|most| most <= limits.max_validator_count),
			"more candidates can be admitted than before"
		);
		ensure!(
			pallet_staking::MinValidatorBond::<Runtime>::get() >= limits.min_validator_bond,
			"validators can have less at stake than the minimum"
		);
		ensure!(!unhashed::contains_prefixed_key(&sudo()), "the key of sudo is still there");
		Ok(())
	}
}

/// Returns the prefix of what `pallet_sudo` stored.
fn sudo() -> [u8; 16] {
	twox_128(b"Sudo")
}
