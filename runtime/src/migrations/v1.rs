//! Version 1: the layouts that chains have had from the start, now with a number. Chains from before say 0, or nothing.
//!
//! With it, some calls got other names. A call that the committee paused stays paused under its new one.

use core::marker::PhantomData;

#[cfg(feature = "try-runtime")]
use alloc::vec::Vec;

#[cfg(feature = "try-runtime")]
use frame_support::{ensure, storage::PrefixIterator, traits::StorageVersion};
use frame_support::{
	migrations::VersionedMigration,
	traits::{PalletInfoAccess, UncheckedOnRuntimeUpgrade},
	weights::Weight,
};
use pallet_tx_pause::{PausedCalls, RuntimeCallNameOf};
#[cfg(feature = "try-runtime")]
use sp_runtime::TryRuntimeError;

use crate::{Marketplace, Poco, Registry, Rlc, Runtime};

/// The pallets of this repository.
pub type OfAllPallets = (Named<Rlc>, Named<Registry>, Named<Marketplace>, Named<Poco>);

type DbWeight = <Runtime as frame_system::Config>::DbWeight;
type Named<Pallet> = VersionedMigration<0, 1, Unchanged<Pallet>, Pallet, DbWeight>;

/// Calls with another name: their pallet, their name before, and the one that they have now.
const RENAMED: [(&str, &str, &str); 5] = [
	("Rlc", "forget", "prune"),
	("Marketplace", "forget_order", "prune_order"),
	("Poco", "contribute_many", "contribute_batch"),
	("Poco", "reveal_many", "reveal_batch"),
	("Poco", "contribute_and_finalize_many", "contribute_and_finalize_batch"),
];

/// Leaves the data of a pallet as they are, and its calls as paused as they were.
pub struct Unchanged<Pallet>(PhantomData<Pallet>);

impl<Pallet: PalletInfoAccess> UncheckedOnRuntimeUpgrade for Unchanged<Pallet> {
	fn on_runtime_upgrade() -> Weight {
		let renamed = RENAMED.iter().filter(|(pallet, ..)| *pallet == Pallet::name());
		renamed.fold(Weight::zero(), |weight, (pallet, was, is)| weight.saturating_add(rename_pause(pallet, was, is)))
	}

	#[cfg(feature = "try-runtime")]
	fn pre_upgrade() -> Result<Vec<u8>, TryRuntimeError> {
		Ok(data_hash::<Pallet>().to_vec())
	}

	#[cfg(feature = "try-runtime")]
	fn post_upgrade(before: Vec<u8>) -> Result<(), TryRuntimeError> {
		ensure!(before == data_hash::<Pallet>(), "data changed that were only to get a version");
		Ok(())
	}
}

/// Pauses a call under its new name, if it is paused under the one before. Returns what that weighs.
fn rename_pause(pallet: &str, was: &str, is: &str) -> Weight {
	let (Some(was), Some(is)) = (call_name(pallet, was), call_name(pallet, is)) else { return Weight::zero() };
	if PausedCalls::<Runtime>::take(was).is_none() {
		return DbWeight::get().reads(1);
	}
	PausedCalls::<Runtime>::insert(is, ());
	DbWeight::get().reads_writes(1, 2)
}

/// Returns a call's name as pauses have it.
fn call_name(pallet: &str, call: &str) -> Option<RuntimeCallNameOf<Runtime>> {
	Some((pallet.as_bytes().to_vec().try_into().ok()?, call.as_bytes().to_vec().try_into().ok()?))
}

/// Returns the hash of all that a pallet stores, but for the version.
#[cfg(feature = "try-runtime")]
fn data_hash<Pallet: PalletInfoAccess>() -> [u8; 32] {
	let prefix = Pallet::name_hash().to_vec();
	let version = StorageVersion::storage_key::<Pallet>();
	let entries: PrefixIterator<(Vec<u8>, Vec<u8>)> =
		PrefixIterator::new(prefix.clone(), prefix.clone(), |key, value| Ok((key.to_vec(), value.to_vec())));
	let data: Vec<_> =
		entries.filter(|(key, _)| version.strip_prefix(prefix.as_slice()) != Some(key.as_slice())).collect();
	sp_io::hashing::blake2_256(&codec::Encode::encode(&data))
}
