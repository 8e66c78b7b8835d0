//! Reads the pallets' storage after a block.

use codec::Decode;
use rlc_primitives::Hash;
use sc_client_api::{StorageKey, StorageProvider};

use crate::service::types::Client;

/// The state after a block.
pub(super) struct State<'a> {
	pub(super) client: &'a Client,
	pub(super) block: Hash,
}

impl State<'_> {
	/// Returns the value under a key.
	pub(super) fn value<T: Decode>(&self, key: impl Into<Vec<u8>>) -> Result<Option<T>, Unreadable> {
		let value = self.client.storage(self.block, &StorageKey(key.into()))?;
		Ok(value.map(|value| T::decode(&mut value.0.as_slice())).transpose()?)
	}

	/// Returns the encoded values of a map.
	pub(super) fn values(&self, prefix: [u8; 32]) -> Result<impl Iterator<Item = Vec<u8>>, Unreadable> {
		let pairs = self.client.storage_pairs(self.block, Some(&StorageKey(prefix.into())), None)?;
		Ok(pairs.map(|(_, value)| value.0))
	}

	/// Returns the keys of a map.
	pub(super) fn keys(&self, prefix: [u8; 32]) -> Result<impl Iterator<Item = StorageKey>, Unreadable> {
		Ok(self.client.storage_keys(self.block, Some(&StorageKey(prefix.into())), None)?)
	}
}

/// Why a block has no metrics.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unreadable {
	/// The database does not have the state, or no longer has it.
	#[error("the state is missing: {0}")]
	Missing(#[from] sp_blockchain::Error),
	/// The state is not as this program's runtime writes it.
	#[error("this program's runtime cannot read the state: {0}")]
	Foreign(#[from] codec::Error),
}
