//! With whom, or with what, an order's owner is willing to deal.

// SCALE's derives number variants that hold something with casts.
#![cfg_attr(not(feature = "std"), allow(clippy::cast_possible_truncation))]

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{traits::Assets, AccountId, AppId, DatasetId, GroupId, WorkerpoolId};

/// Who or what may be in a group.
#[derive(
	Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum Member {
	/// A person, or a pallet.
	Account(AccountId),
	/// An app.
	App(AppId),
	/// A dataset.
	Dataset(DatasetId),
	/// A workerpool.
	Workerpool(WorkerpoolId),
}

macro_rules! members {
	($($kind:ident($id:ty)),*) => { $(
		impl From<$id> for Member {
			fn from(id: $id) -> Self {
				Self::$kind(id)
			}
		}
	)* };
}

// `AccountId` is this type, but a projection, which could be anything to the rules of coherence.
members!(Account(sp_runtime::AccountId32), App(AppId), Dataset(DatasetId), Workerpool(WorkerpoolId));

/// One of an order's restrictions, on things named by an `Id`.
///
/// In iExec's structures all three are one address (zero: anyone). "Exactly `x`" and "the group `x`" have the same hash
/// there, which harms nobody: ids are hashes over their kind, so at most one of the two exists, and the other admits
/// no one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum Restriction<Id> {
	/// Nobody and nothing is excluded.
	#[default]
	Anyone,
	/// This one only.
	Exactly(Id),
	/// The members of this group, when orders are matched.
	Group(GroupId),
}

impl<Id> Restriction<Id> {
	/// Returns whether nobody and nothing is excluded.
	pub fn is_anyone(&self) -> bool {
		matches!(self, Self::Anyone)
	}

	/// Returns whether it takes a read of storage to know who is admitted.
	pub fn is_group(&self) -> bool {
		matches!(self, Self::Group(_))
	}
}

impl<Id: Clone + PartialEq + Into<Member>> Restriction<Id> {
	/// Returns whether `candidate` is admitted; `None` is the dataset of a deal without one, which only `Anyone`
	/// admits.
	///
	/// Source: `SignatureVerifier._isAccountAuthorizedByRestriction`.
	pub fn admits<A: Assets>(&self, candidate: Option<&Id>) -> bool {
		match (self, candidate) {
			(Self::Anyone, _) => true,
			(Self::Exactly(wanted), Some(candidate)) => wanted == candidate,
			(Self::Group(group), Some(candidate)) => A::is_member(group, &candidate.clone().into()),
			(_, None) => false,
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::traits::WorkerpoolPolicy;
	use sp_core::H160;

	/// The group 9 has one member, the app 1.
	struct OneGroup;

	impl Assets for OneGroup {
		fn app_owner(_: &AppId) -> Option<AccountId> {
			None
		}
		fn dataset_owner(_: &DatasetId) -> Option<AccountId> {
			None
		}
		fn workerpool(_: &WorkerpoolId) -> Option<WorkerpoolPolicy> {
			None
		}
		fn is_member(group: &GroupId, member: &Member) -> bool {
			*group == GroupId(H160::repeat_byte(9)) && *member == AppId(H160::repeat_byte(1)).into()
		}
	}

	#[test]
	fn restriction_admits_whom_it_names() {
		let app = |n| AppId(H160::repeat_byte(n));
		let group = |n| Restriction::<AppId>::Group(GroupId(H160::repeat_byte(n)));
		assert!(Restriction::<AppId>::Anyone.admits::<OneGroup>(Some(&app(2))));
		assert!(Restriction::<AppId>::Anyone.admits::<OneGroup>(None));
		assert!(Restriction::Exactly(app(1)).admits::<OneGroup>(Some(&app(1))));
		assert!(!Restriction::Exactly(app(1)).admits::<OneGroup>(Some(&app(2))));
		assert!(!Restriction::Exactly(app(1)).admits::<OneGroup>(None));
		assert!(group(9).admits::<OneGroup>(Some(&app(1))));
		assert!(!group(9).admits::<OneGroup>(Some(&app(2))));
		assert!(!group(8).admits::<OneGroup>(Some(&app(1))));
		assert!(!group(9).admits::<OneGroup>(None));
	}
}
