//! How much may be stored, in all and for each.

use crate::{
	error::StoreError,
	store::{now_ms, Inner, State},
	Cid,
};

impl Inner {
	/// Whether somebody may store a content of so many bytes. What the store has takes room of its holder only.
	pub(crate) fn check_quotas(&self, state: &mut State, cid: &Cid, who: &str, size: u64) -> Result<(), StoreError> {
		if state.index.size(cid).is_none() {
			self.check_room(state, who, size)
		} else if state.index.until(cid, who).is_none() {
			self.check_share(state, who, size)
		} else {
			Ok(())
		}
	}

	/// Whether there is room for so many bytes of somebody, after what has expired went if need be.
	fn check_room(&self, state: &mut State, who: &str, size: u64) -> Result<(), StoreError> {
		self.check_share(state, who, size)?;
		let fits = |state: &State| {
			let used = state.index.total().saturating_add(state.uploads.reserved());
			used.saturating_add(size) <= self.config.quota_total
		};
		if !fits(state) {
			self.collect(state, now_ms())?;
		}
		fits(state).then_some(()).ok_or(StoreError::Full(self.config.quota_total))
	}

	/// Whether somebody's share has room for so many bytes.
	fn check_share(&self, state: &mut State, who: &str, size: u64) -> Result<(), StoreError> {
		let quota = self.config.quota_each;
		let fits = |state: &State| {
			let used = state.index.held_by(who).saturating_add(state.uploads.reserved_by(who));
			used.saturating_add(size) <= quota
		};
		if !fits(state) {
			self.collect(state, now_ms())?;
		}
		fits(state).then_some(()).ok_or_else(|| StoreError::QuotaUsed { who: who.into(), quota })
	}
}
