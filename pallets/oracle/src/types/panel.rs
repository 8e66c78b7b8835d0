//! Seats, and who of them sits on a panel.

// SCALE's derives number the variants of an enum with `as`.
#![cfg_attr(not(feature = "std"), allow(clippy::as_conversions, clippy::cast_possible_truncation))]

use alloc::vec::Vec;

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use rlc_primitives::{
	oracle::{aggregate, definition::MAX_SEATS},
	AccountId, Balance, Moment,
};
use scale_info::TypeInfo;
use sp_core::{ed25519, ConstU32};
use sp_runtime::BoundedVec;

use super::ReporterUrl;

/// A seat: an account that reports for a feed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Seat {
	/// What it loses if it is convicted, in nRLC.
	pub bond: Balance,
	/// What its observations are signed with.
	pub key: ed25519::Public,
	/// Where its reporter is reached.
	pub url: ReporterUrl,
	/// From when on its bond can be paid back, in ms, if it is leaving.
	pub leaving: Option<Moment>,
	/// Rewards of panels that it no longer sits on, in nRLC.
	pub earned: Balance,
}

/// An account that would sit on an open panel.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Candidate {
	/// Who.
	pub account: AccountId,
	/// What its observations are signed with.
	pub key: ed25519::Public,
	/// Its bond, in nRLC.
	pub bond: Balance,
}

/// A seat that is on the panel now.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Member {
	/// Who.
	pub account: AccountId,
	/// What its observations are signed with.
	pub key: ed25519::Public,
	/// Its bond, in nRLC.
	pub bond: Balance,
	/// In how many rounds in a row it was missing, or an outlier.
	pub misses: u8,
	/// Rewards that it has not claimed, in nRLC.
	pub earned: Balance,
}

impl From<Candidate> for Member {
	fn from(Candidate { account, key, bond }: Candidate) -> Self {
		Self { account, key, bond, misses: 0, earned: 0 }
	}
}

/// A feed's panel, and what it is paid from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Panel {
	/// What the feed can pay for rounds, in nRLC.
	pub prepaid: Balance,
	/// The session for which the members of an open panel were chosen.
	pub session: u32,
	/// Who sits on it.
	pub members: BoundedVec<Member, ConstU32<MAX_SEATS>>,
}

impl Panel {
	/// Returns a member.
	pub fn member(&self, account: &AccountId) -> Option<&Member> {
		self.members.iter().find(|member| member.account == *account)
	}

	/// Returns whether as many sit on it as a value needs.
	pub fn has_quorum(&self, seats: u8) -> bool {
		self.members.len() >= usize::from(aggregate::quorum(seats))
	}

	/// Removes a member, and returns it.
	pub fn remove(&mut self, account: &AccountId) -> Option<Member> {
		let index = self.members.iter().position(|member| member.account == *account)?;
		Some(self.members.remove(index))
	}

	/// Takes what a member has earned; `None` if it does not sit on the panel.
	pub fn take_earned(&mut self, account: &AccountId) -> Option<Balance> {
		let member = self.members.iter_mut().find(|member| member.account == *account)?;
		Some(core::mem::take(&mut member.earned))
	}

	/// Chooses the members of an open panel of this size for a session: the highest bonds, earlier candidates first. Members
	/// that stay keep what they have; those that go are returned. `None`, and no change, if there are too few candidates.
	pub fn elect(&mut self, seats: u8, session: u32, mut candidates: Vec<Candidate>) -> Option<Vec<Member>> {
		candidates.sort_by_key(|candidate| core::cmp::Reverse(candidate.bond));
		candidates.truncate(usize::from(seats));
		if candidates.len() < usize::from(seats) {
			return None;
		}
		let stays = |member: &Member| candidates.iter().any(|candidate| candidate.account == member.account);
		let (mut stayed, gone): (Vec<_>, Vec<_>) = self.members.iter().cloned().partition(stays);
		let chosen: Vec<_> = candidates
			.into_iter()
			.map(|candidate| {
				let bond = candidate.bond;
				match stayed.iter().position(|member| member.account == candidate.account) {
					Some(index) => Member { bond, ..stayed.swap_remove(index) },
					None => candidate.into(),
				}
			})
			.collect();
		self.members = chosen.try_into().ok()?;
		self.session = session;
		Some(gone)
	}

	/// Returns what it costs to corrupt it, in nRLC.
	pub fn security(&self, seats: u8) -> Balance {
		aggregate::security(seats, self.members.iter().map(|member| member.bond).collect())
	}
}

/// Why a seat was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum LeaveCause {
	/// Its account wanted to.
	#[codec(index = 0)]
	Left,
	/// It was one candidate too many, with the lowest bond. It sits on the panel until the next is elected.
	#[codec(index = 1)]
	Outbid,
	/// It missed as many rounds in a row as it may, or was an outlier in them.
	#[codec(index = 2)]
	Missed,
}
