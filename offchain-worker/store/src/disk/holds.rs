//! Who holds which content, and until when. A content stays as long as somebody holds it.

use super::{checked::Checked, held::Hold, quotas::Claim, Disk, State};
use crate::{
	clock::{after, FOREVER},
	error::StoreError,
	token::{Grant, Keep, Room},
	Cid,
};

impl Disk {
	/// Holds a content that is on the disk already as a grant says. Returns its size, in bytes.
	pub(super) fn hold_if_there(&self, grant: &Grant) -> Result<Option<u64>, StoreError> {
		let Some(size) = self.size_on_disk(&grant.cid)? else { return Ok(None) };
		let mut state = self.state();
		self.check_quotas(&mut state, &grant.cid, grant.into(), size)?;
		// It may have gone to make room, or to the node only.
		if !state.index.is_on_disk(&grant.cid) {
			return Ok(None);
		}
		self.hold(&mut state, grant.cid, size, grant.into(), grant.keep, &Checked::default())?;
		Ok(Some(size))
	}

	/// Holds a content that is there, or whose file has just got its name: `checked` is of one that is new here.
	pub(super) fn hold(
		&self,
		state: &mut State,
		cid: Cid,
		size: u64,
		claim: Claim<'_>,
		keep: Keep,
		checked: &Checked,
	) -> Result<(), StoreError> {
		let now = self.clocks.latest();
		let until = match keep {
			Keep::Retention => after(now, self.limits.retention),
			Keep::ForMs(ms) => now.saturating_add(ms),
		};
		// What is pinned, or kept for longer, remains so.
		let until = until.max(state.index.until(&cid, claim.who).unwrap_or(0));
		state.index.bring(cid, size, claim.who, Hold { until, room: claim.room }, checked)?;
		self.changed.notify_one();
		Ok(())
	}

	/// Holds a content that is there for a holder too, for the usual time from now: where it has it already, or else where
	/// others have uploaded it. So a trial remains one, however cheap the deal is that needs it.
	pub(crate) fn keep(&self, cid: &Cid, who: &str, quota: u64) -> Result<(), StoreError> {
		let mut state = self.state();
		let size = state.index.size(cid).ok_or(StoreError::NotFound(*cid))?;
		let uploaded = || state.index.rooms(cid).into_iter().find(|room| *room != Room::Results);
		let room = state.index.room(cid, who).or_else(uploaded).unwrap_or(Room::Uploads);
		let claim = Claim { who, room, quota: Some(quota) };
		self.check_quotas(&mut state, cid, claim, size)?;
		// It may have gone to make room.
		state.index.size(cid).ok_or(StoreError::NotFound(*cid))?;
		self.hold(&mut state, *cid, size, claim, Keep::Retention, &Checked::default())
	}

	/// Holds a content until it is unpinned or released.
	pub(crate) fn pin(&self, cid: &Cid, who: &str) -> Result<(), StoreError> {
		self.hold_until(cid, who, FOREVER)
	}

	/// Holds a content for the usual time from now, whether it was pinned or not.
	pub(crate) fn unpin(&self, cid: &Cid, who: &str) -> Result<(), StoreError> {
		self.hold_until(cid, who, after(self.clocks.latest(), self.limits.retention))
	}

	fn hold_until(&self, cid: &Cid, who: &str, until: u64) -> Result<(), StoreError> {
		let mut state = self.state();
		let size = state.index.size(cid).ok_or(StoreError::NotFound(*cid))?;
		let room = state.index.room(cid, who).unwrap_or(Room::Uploads);
		Ok(state.index.hold(*cid, size, who, Hold { until, room })?)
	}

	/// Ends a hold, and removes the content if it was the last one.
	pub(crate) fn release(&self, cid: &Cid, who: &str) -> Result<(), StoreError> {
		self.release_in(&mut self.state(), cid, who).map(|_| ())
	}

	/// Does the same. Returns the content's size, in bytes, if it is gone with that.
	pub(super) fn release_in(&self, state: &mut State, cid: &Cid, who: &str) -> Result<Option<u64>, StoreError> {
		if !state.index.release(cid, who)? {
			return Ok(None);
		}
		let size = state.index.size(cid);
		self.remove(state, cid)?;
		Ok(size)
	}
}
