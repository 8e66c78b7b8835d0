//! Entries of storage that are written anew, over as many blocks as it takes.

use alloc::vec::Vec;
use core::marker::PhantomData;

use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::{
	migrations::{SteppedMigration, SteppedMigrationError},
	storage::{storage_prefix, unhashed},
	traits::{ConstU32, GetStorageVersion, PalletInfoAccess, StorageVersion},
	weights::{Weight, WeightMeter},
	BoundedVec,
};

use crate::Runtime;

/// The longest raw key of an entry, in bytes.
type MaxKey = ConstU32<256>;

/// What becomes of the entries of a map.
pub trait Translation {
	/// The pallet that they are of.
	type Pallet: PalletInfoAccess + GetStorageVersion;
	/// The pallet's version before the migration: on chains that have another one nothing is done.
	const FROM: u16;
	/// The map's name before.
	const ITEM: &'static str;

	/// Returns an entry's raw key and value afterwards, from what follows the map's prefix in its raw key, and from its
	/// value. `None`: it cannot be read, and stays as it is.
	fn translate(key: &[u8], value: &[u8]) -> Option<(Vec<u8>, Vec<u8>)>;
}

/// Returns a value of a pallet's item with its key as it was.
pub fn in_place(item: (&str, &str), key: &[u8], value: impl Encode) -> Option<(Vec<u8>, Vec<u8>)> {
	let prefix = storage_prefix(item.0.as_bytes(), item.1.as_bytes());
	Some(([&prefix, key].concat(), value.encode()))
}

/// Names a migration among all those that a chain went through.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen)]
pub struct Id {
	prefix: [u8; 32],
	from: u16,
}

/// Writes all entries of a map anew.
pub struct Translate<T>(PhantomData<T>);

impl<T: Translation> Translate<T> {
	fn prefix() -> [u8; 32] {
		storage_prefix(T::Pallet::name().as_bytes(), T::ITEM.as_bytes())
	}

	/// Returns what one entry weighs: it is found, read, and written, perhaps elsewhere, with what another entry adds to it.
	fn weight() -> Weight {
		let entry = Weight::from_parts(50_000_000, 20_000);
		entry.saturating_add(<Runtime as frame_system::Config>::DbWeight::get().reads_writes(3, 2))
	}

	/// Translates the entry after the raw key `last`. Returns its raw key; `None` if there is none.
	fn next(last: &[u8]) -> Option<Vec<u8>> {
		let prefix = Self::prefix();
		let key = sp_io::storage::next_key(last).filter(|key| key.starts_with(&prefix))?;
		let value = unhashed::get_raw(&key).unwrap_or_default();
		match T::translate(key.get(prefix.len()..).unwrap_or_default(), &value) {
			Some((to, value)) => {
				if to != key {
					unhashed::kill(&key);
				}
				unhashed::put_raw(&to, &value);
			}
			None => {
				frame_support::defensive!("an entry of the state cannot be read");
			}
		}
		Some(key)
	}
}

impl<T: Translation> SteppedMigration for Translate<T> {
	type Cursor = BoundedVec<u8, MaxKey>;
	type Identifier = Id;

	fn id() -> Id {
		Id { prefix: Self::prefix(), from: T::FROM }
	}

	fn step(
		cursor: Option<Self::Cursor>,
		meter: &mut WeightMeter,
	) -> Result<Option<Self::Cursor>, SteppedMigrationError> {
		if T::Pallet::on_chain_storage_version() != StorageVersion::new(T::FROM) {
			return Ok(None);
		}
		let mut last = cursor.map_or_else(|| Self::prefix().to_vec(), BoundedVec::into_inner);
		if meter.try_consume(Self::weight()).is_err() {
			return Err(SteppedMigrationError::InsufficientWeight { required: Self::weight() });
		}
		loop {
			let Some(key) = Self::next(&last) else { return Ok(None) };
			last = key;
			if meter.try_consume(Self::weight()).is_err() {
				return BoundedVec::try_from(last).map(Some).map_err(|_| SteppedMigrationError::Failed);
			}
		}
	}
}

/// Notes the version of a pallet whose entries are all translated.
pub struct Finish<P, const FROM: u16>(PhantomData<P>);

impl<P: PalletInfoAccess + GetStorageVersion, const FROM: u16> SteppedMigration for Finish<P, FROM> {
	type Cursor = ();
	type Identifier = Id;

	fn id() -> Id {
		Id { prefix: storage_prefix(P::name().as_bytes(), b":__STORAGE_VERSION__:"), from: FROM }
	}

	fn step(_: Option<()>, meter: &mut WeightMeter) -> Result<Option<()>, SteppedMigrationError> {
		let required = <Runtime as frame_system::Config>::DbWeight::get().reads_writes(1, 1);
		meter.try_consume(required).map_err(|_| SteppedMigrationError::InsufficientWeight { required })?;
		if P::on_chain_storage_version() == StorageVersion::new(FROM) {
			StorageVersion::new(FROM.saturating_add(1)).put::<P>();
		}
		Ok(None)
	}
}
