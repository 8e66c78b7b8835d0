//! How a store is run.

use std::time::Duration;

use crate::{disk::Limits, Ipfs};

/// Accounts that have paid nothing so far share one such part of the room for uploads.
const TRIALS: u64 = 4;

/// How a store is run.
#[derive(Clone)]
pub struct StoreConfig {
	/// How much it holds, in bytes, with what has come of uploads that are not finished.
	pub quota_total: u64,
	/// How much of that accounts can upload, in percent. The rest is for results alone.
	pub uploads_share: u8,
	/// How much it holds for each holder, in bytes.
	pub quota_each: u64,
	/// How long it keeps contents if nothing else is said.
	pub retention: Duration,
	/// The secret behind its tokens. Keep it over a restart, or tokens given out before are void.
	pub key: [u8; 32],
	/// The IPFS node that keeps its contents, once [`Store::mirror`](crate::Store::mirror) has brought them there. Nothing
	/// else may pin there what this store holds: it is unpinned when the store no longer needs it.
	pub ipfs: Option<Ipfs>,
	/// How much of what the node has stays on the disk all the same, in bytes.
	pub cache_size: u64,
	/// Whether contents expire by a second clock too, which [`Store::set_second_clock`](crate::Store::set_second_clock) sets.
	/// Nothing expires before it is set.
	pub second_clock: bool,
}

impl StoreConfig {
	/// Allows 64 GiB in all, a quarter of it for uploads, and 16 GiB each, kept for 30 days by the machine's clock, on the
	/// disk only.
	pub fn new(key: [u8; 32]) -> Self {
		Self {
			quota_total: 64 << 30,
			uploads_share: 25,
			quota_each: 16 << 30,
			retention: Duration::from_secs(30 * 24 * 3600),
			key,
			ipfs: None,
			cache_size: 4 << 30,
			second_clock: false,
		}
	}

	/// Returns what of that concerns the disk.
	pub(super) fn limits(&self) -> Limits {
		let uploads = u128::from(self.quota_total) * u128::from(self.uploads_share.min(100)) / 100;
		let uploads = u64::try_from(uploads).unwrap_or(self.quota_total);
		Limits {
			total: self.quota_total,
			uploads,
			trials: uploads / TRIALS,
			each: self.quota_each,
			retention: self.retention,
			cached: self.ipfs.as_ref().map(|_| self.cache_size),
			second_clock: self.second_clock,
		}
	}
}
