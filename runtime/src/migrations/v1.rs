//! Version 1: the layouts that chains have had from the start, now with a number. Chains from before say 0, or nothing.

use core::marker::PhantomData;

#[cfg(feature = "try-runtime")]
use alloc::vec::Vec;

#[cfg(feature = "try-runtime")]
use frame_support::{
	ensure,
	storage::PrefixIterator,
	traits::{PalletInfoAccess, StorageVersion},
};
use frame_support::{migrations::VersionedMigration, traits::UncheckedOnRuntimeUpgrade};
#[cfg(feature = "try-runtime")]
use sp_runtime::TryRuntimeError;

use crate::{Marketplace, Poco, Registry, Rlc, Runtime};

/// The pallets of this repository.
pub type OfAllPallets = (Named<Rlc>, Named<Registry>, Named<Marketplace>, Named<Poco>);

type Named<Pallet> = VersionedMigration<0, 1, Unchanged<Pallet>, Pallet, <Runtime as frame_system::Config>::DbWeight>;

/// Leaves the data as they are.
pub struct Unchanged<Pallet>(PhantomData<Pallet>);

#[cfg(not(feature = "try-runtime"))]
impl<Pallet> UncheckedOnRuntimeUpgrade for Unchanged<Pallet> {}

#[cfg(feature = "try-runtime")]
impl<Pallet: PalletInfoAccess> UncheckedOnRuntimeUpgrade for Unchanged<Pallet> {
	fn pre_upgrade() -> Result<Vec<u8>, TryRuntimeError> {
		Ok(data_hash::<Pallet>().to_vec())
	}

	fn post_upgrade(before: Vec<u8>) -> Result<(), TryRuntimeError> {
		ensure!(before == data_hash::<Pallet>(), "data changed that were only to get a version");
		Ok(())
	}
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
