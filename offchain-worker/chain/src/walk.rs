//! Walking a map of the chain's storage: what no question of its runtime lists.

use codec::{Decode, Encode};
use rlc_primitives::Hash;

use crate::{
	questions::Item,
	rpc::{bad_answer, decode_all},
	runtime::storage_prefix,
	Chain, Error,
};

/// How many entries are asked for at a time.
const PAGE: u32 = 250;

/// What a walk found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walked<T> {
	/// What was looked for, in the order of the chain's keys.
	pub found: Vec<T>,
	/// Whether all entries were looked at, not only as many as a walk may take.
	pub is_whole: bool,
}

impl Chain {
	/// Looks at the entries of a map at a block, about `most` of them at most, and keeps what `pick` makes of them.
	pub(crate) async fn walk<Key: Decode, Value: Decode, T>(
		&self,
		item: &Item<(Key,), Value>,
		at: Hash,
		most: usize,
		mut pick: impl FnMut(Key, Value) -> Option<T>,
	) -> Result<Walked<T>, Error> {
		let runtime = self.runtime(Some(at)).await?;
		let prefix = storage_prefix(item.pallet, item.name);
		let (mut found, mut seen, mut last) = (Vec::new(), 0_usize, None::<Vec<u8>>);
		loop {
			let mut keys = self.rpc().keys_after(&prefix, last.as_deref(), PAGE, at).await?;
			if keys.is_empty() {
				return Ok(Walked { found, is_whole: true });
			}
			let asked: Vec<_> = keys.iter().map(Vec::as_slice).collect();
			let values = self.bytes_at(&asked, at).await?;
			for (storage_key, value) in keys.iter().zip(values) {
				let key = runtime.key_in(item, storage_key);
				let key = key.ok_or_else(|| bad_answer("state_getKeysPaged", "it is not a key of the map"))?;
				let value = value.ok_or_else(|| bad_answer("state_queryStorageAt", "it lacks an entry"))?;
				found.extend(pick(decode_all(item.name, key)?, decode_all(item.name, &value)?));
			}
			seen = seen.saturating_add(keys.len());
			let is_last = keys.len() < PAGE as usize;
			if is_last || seen >= most {
				return Ok(Walked { found, is_whole: is_last });
			}
			last = keys.pop();
		}
	}

	/// Returns the values of a map's entries at a block, in the order of these keys.
	pub(crate) async fn entries_at<Key: Encode, Value: Decode>(
		&self,
		item: &Item<(Key,), Value>,
		keys: &[Key],
		at: Hash,
	) -> Result<Vec<Option<Value>>, Error> {
		let runtime = self.runtime(Some(at)).await?;
		let mut values = Vec::with_capacity(keys.len());
		for page in keys.chunks(PAGE as usize) {
			let keys: Vec<_> = page.iter().map(|key| runtime.entry_key(item, &[key.encode()])).collect();
			let asked: Vec<_> = keys.iter().map(Vec::as_slice).collect();
			for bytes in self.bytes_at(&asked, at).await? {
				values.push(bytes.map(|bytes| decode_all(item.name, &bytes)).transpose()?);
			}
		}
		Ok(values)
	}
}
