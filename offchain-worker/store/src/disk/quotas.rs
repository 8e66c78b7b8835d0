//! How much may be stored, in all, in each part of the store, and for each holder; how much is.
//!
//! ```text
//! ├──────────────── total ────────────────┤
//! ├────────── results ──────────┼ uploads ┤
//!                               ├ trials ┤
//! ```
//! No part takes room from another: however much accounts upload, results have theirs. An upload that has begun counts with
//! the bytes that have come, and with no others.

use std::time::{Duration, Instant};

use super::{Disk, State};
use crate::{
	clock::now_ms,
	error::StoreError,
	token::{Grant, Room},
	Cid,
};

/// How often a full store looks for what has expired, at most.
const COLLECT_EVERY: Duration = Duration::from_secs(1);

/// How full a store is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
	/// Contents.
	pub objects: usize,
	/// Their bytes.
	pub bytes: u64,
	/// Bytes that have come of uploads that are not finished.
	pub unfinished: u64,
	/// Uploads that have begun.
	pub uploads: usize,
	/// How many bytes there may be in all.
	pub quota: u64,
	/// Bytes of results.
	pub results: u64,
	/// How many bytes more of results there may be, as far as quotas and the disk have room.
	pub results_left: u64,
	/// How many bytes more accounts may upload.
	pub uploads_left: u64,
	/// Contents that are not on the store's IPFS node yet; 0 without one.
	pub unmirrored: usize,
}

/// Whose bytes are to be stored, and where.
#[derive(Clone, Copy)]
pub(super) struct Claim<'a> {
	/// Whose quota is used.
	pub(super) who: &'a str,
	/// Which part of the store.
	pub(super) room: Room,
	/// The most that this holder may have, in bytes, if less than others.
	pub(super) quota: Option<u64>,
}

impl<'a> From<&'a Grant> for Claim<'a> {
	fn from(grant: &'a Grant) -> Self {
		Self { who: &grant.who, room: grant.room, quota: grant.quota }
	}
}

impl Disk {
	/// Returns how full it is.
	pub(crate) fn usage(&self) -> Usage {
		let state = self.state();
		// If the file system does not say, a write does.
		let free = rlc_disk::available(&self.dir).unwrap_or(u64::MAX);
		let left = |room| self.left(&state, room).min(free);
		Usage {
			objects: state.index.len(),
			bytes: state.index.total(),
			unfinished: state.uploads.sent(),
			uploads: state.uploads.len(),
			quota: self.limits.total,
			results: used(&state, Room::Results),
			results_left: left(Room::Results),
			uploads_left: left(Room::Uploads),
			unmirrored: if self.limits.cached.is_some() { state.index.count_pending() } else { 0 },
		}
	}

	/// Returns the bytes that a holder has.
	pub(crate) fn held_by(&self, who: &str) -> u64 {
		let state = self.state();
		state.index.held_by(who).saturating_add(state.uploads.sent_by(who))
	}

	/// Returns how many more bytes a part of the store accepts.
	fn left(&self, state: &State, room: Room) -> u64 {
		let State { index, uploads, .. } = state;
		let in_all = self.limits.total.saturating_sub(index.total().saturating_add(uploads.sent()));
		in_all.min(self.left_in_part(state, room))
	}

	/// Returns how many more bytes a part of the store accepts of contents that another part has already.
	fn left_in_part(&self, state: &State, room: Room) -> u64 {
		let limits = &self.limits;
		let used = |room| used(state, room);
		// All that is known of uploads from before a restart is that they are not results: workers reopen theirs.
		let uploaded = used(Room::Uploads).saturating_add(used(Room::Trials)).saturating_add(state.uploads.orphaned());
		let of_uploads = limits.uploads.saturating_sub(uploaded);
		match room {
			Room::Results => limits.total.saturating_sub(limits.uploads).saturating_sub(used(Room::Results)),
			Room::Uploads => of_uploads,
			Room::Trials => of_uploads.min(limits.trials.saturating_sub(used(Room::Trials))),
		}
	}

	/// Returns the most bytes that a claim can ever be for.
	pub(super) fn most(&self, claim: Claim<'_>) -> u64 {
		let limits = &self.limits;
		let room = match claim.room {
			Room::Results => limits.total.saturating_sub(limits.uploads),
			Room::Uploads => limits.uploads,
			Room::Trials => limits.trials,
		};
		room.min(limits.each).min(claim.quota.unwrap_or(u64::MAX))
	}

	/// Fails if a holder may not store this many more bytes of a content. One that is stored already counts once more for a new
	/// holder, and in a part of the store that did not have it: otherwise, whoever names what others have stored would take
	/// room without limit, and keep it there.
	pub(super) fn check_quotas(
		&self,
		state: &mut State,
		cid: &Cid,
		claim: Claim<'_>,
		size: u64,
	) -> Result<(), StoreError> {
		let is_new = state.index.size(cid).is_none();
		if is_new || state.index.until(cid, claim.who).is_none() {
			self.check_share(state, claim, size)?;
		}
		if is_new {
			self.check_room(state, size, |state| self.left(state, claim.room))?;
		} else if !state.index.rooms(cid).contains(&claim.room) {
			self.check_room(state, size, |state| self.left_in_part(state, claim.room))?;
		}
		Ok(())
	}

	/// Fails if less than this many bytes are left, even once expired contents are gone.
	fn check_room(&self, state: &mut State, size: u64, left: impl Fn(&State) -> u64) -> Result<(), StoreError> {
		if left(&*state) < size {
			self.collect_if_due(state)?;
		}
		if left(&*state) < size {
			return Err(StoreError::Full(self.limits.total));
		}
		Ok(())
	}

	/// Fails if a holder's share has no room for this many bytes.
	fn check_share(&self, state: &mut State, claim: Claim<'_>, size: u64) -> Result<(), StoreError> {
		let Claim { who, room, .. } = claim;
		let quota = self.limits.each.min(claim.quota.unwrap_or(u64::MAX));
		let fits = |state: &State| {
			let used = state.index.held_by(who).saturating_add(state.uploads.sent_by(who));
			used.saturating_add(size) <= quota
		};
		if !fits(state) {
			self.collect_if_due(state)?;
		}
		if fits(state) {
			return Ok(());
		}
		Err(match room {
			// Nobody can do anything about it: results go when their time is over.
			Room::Results => StoreError::Full(quota),
			Room::Uploads | Room::Trials => StoreError::QuotaUsed { who: who.into(), quota },
		})
	}

	/// Removes expired contents, unless that was done a moment ago, so that repeated requests cost a full store little.
	fn collect_if_due(&self, state: &mut State) -> Result<(), StoreError> {
		if state.collected.is_some_and(|at| at.elapsed() < COLLECT_EVERY) {
			return Ok(());
		}
		self.collect_in(state, now_ms())?;
		state.collected = Some(Instant::now());
		Ok(())
	}
}

/// Returns how many bytes a part of the store has.
fn used(state: &State, room: Room) -> u64 {
	state.index.in_room(room).saturating_add(state.uploads.sent_in(room))
}
