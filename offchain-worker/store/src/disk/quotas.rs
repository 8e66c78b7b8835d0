//! How much may be stored, in all and for each holder; how much is.

use super::{Disk, State};
use crate::{clock::now_ms, error::StoreError, Cid};

/// How full a store is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
	/// Contents.
	pub objects: usize,
	/// Their bytes.
	pub bytes: u64,
	/// Bytes set aside for uploads that have begun.
	pub reserved: u64,
	/// Uploads that have begun.
	pub uploads: usize,
	/// How many bytes there may be in all.
	pub quota: u64,
	/// Contents that are not on the store's IPFS node yet; 0 without one.
	pub unmirrored: usize,
}

impl Disk {
	/// Returns how full it is.
	pub(crate) fn usage(&self) -> Usage {
		let state = self.state();
		Usage {
			objects: state.index.len(),
			bytes: state.index.total(),
			reserved: state.uploads.reserved(),
			uploads: state.uploads.len(),
			quota: self.limits.total,
			unmirrored: if self.limits.cached.is_some() { state.index.count_pending() } else { 0 },
		}
	}

	/// Fails if a holder may not store a content of this many bytes. A content that is stored already counts for the new
	/// holder only.
	pub(super) fn check_quotas(&self, state: &mut State, cid: &Cid, who: &str, size: u64) -> Result<(), StoreError> {
		if state.index.size(cid).is_none() {
			self.check_room(state, who, size)
		} else if state.index.until(cid, who).is_none() {
			self.check_share(state, who, size)
		} else {
			Ok(())
		}
	}

	/// Fails if there is no room for this many bytes of a holder, even once what has expired is gone.
	fn check_room(&self, state: &mut State, who: &str, size: u64) -> Result<(), StoreError> {
		self.check_share(state, who, size)?;
		let fits = |state: &State| {
			let used = state.index.total().saturating_add(state.uploads.reserved());
			used.saturating_add(size) <= self.limits.total
		};
		if !fits(state) {
			self.collect_in(state, now_ms())?;
		}
		fits(state).then_some(()).ok_or(StoreError::Full(self.limits.total))
	}

	/// Fails if a holder's share has no room for this many bytes.
	fn check_share(&self, state: &mut State, who: &str, size: u64) -> Result<(), StoreError> {
		let quota = self.limits.each;
		let fits = |state: &State| {
			let used = state.index.held_by(who).saturating_add(state.uploads.reserved_by(who));
			used.saturating_add(size) <= quota
		};
		if !fits(state) {
			self.collect_in(state, now_ms())?;
		}
		fits(state).then_some(()).ok_or_else(|| StoreError::QuotaUsed { who: who.into(), quota })
	}
}
