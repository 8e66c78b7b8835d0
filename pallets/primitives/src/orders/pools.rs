//! The workerpools that a requester is willing to deal with.
//!
//! ```text
//! 0                                  any workerpool            ┐
//! 1 ‖ workerpool                     this one only             ├ as a Restriction is encoded
//! 2 ‖ group                          the group's members       ┘
//! 3 ‖ Restriction ‖ LeastRecord      any of those whose record is at least this
//! ```
//!
//! A least record is a variant of its own, not one more field of the request, so that requests without one keep their
//! bytes, and with them their hashes and signatures, and whatever is stored under their hashes.

// SCALE's derives number variants that hold something with casts.
#![cfg_attr(not(feature = "std"), allow(clippy::cast_possible_truncation))]

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use super::Restriction;
use crate::{record::LeastRecord, GroupId, WorkerpoolId};

/// The restriction of a request on workerpools: by name, and by record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum PoolRestriction {
	/// No workerpool is excluded.
	#[default]
	#[codec(index = 0)]
	Anyone,
	/// This one only.
	#[codec(index = 1)]
	Exactly(WorkerpoolId),
	/// The members of this group at the time of the match.
	#[codec(index = 2)]
	Group(GroupId),
	/// Those that have at least this record at the time of the match. iExec's structure has no such field, so an order that
	/// names a record cannot be signed by EIP-712.
	#[codec(index = 3)]
	WithRecord {
		/// The workerpools among which the record decides.
		of: Restriction<WorkerpoolId>,
		/// The least record.
		least: LeastRecord,
	},
}

impl PoolRestriction {
	/// Returns the restriction to the workerpools that `of` admits and, if a record is named, that have at least that record.
	pub fn new(of: Restriction<WorkerpoolId>, least: Option<LeastRecord>) -> Self {
		match least {
			None => of.into(),
			Some(least) => Self::WithRecord { of, least },
		}
	}

	/// Returns which workerpools are admitted, regardless of their records.
	pub fn by_name(&self) -> Restriction<WorkerpoolId> {
		match self {
			Self::Anyone => Restriction::Anyone,
			Self::Exactly(workerpool) => Restriction::Exactly(*workerpool),
			Self::Group(group) => Restriction::Group(*group),
			Self::WithRecord { of, .. } => of.clone(),
		}
	}

	/// Returns the least record that a workerpool must have; `None` if it needs none.
	pub fn least_record(&self) -> Option<LeastRecord> {
		match self {
			Self::WithRecord { least, .. } => Some(*least),
			_ => None,
		}
	}

	/// Returns whether no workerpool is excluded.
	pub fn is_anyone(&self) -> bool {
		matches!(self, Self::Anyone)
	}
}

impl From<Restriction<WorkerpoolId>> for PoolRestriction {
	fn from(restriction: Restriction<WorkerpoolId>) -> Self {
		match restriction {
			Restriction::Anyone => Self::Anyone,
			Restriction::Exactly(workerpool) => Self::Exactly(workerpool),
			Restriction::Group(group) => Self::Group(group),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use sp_core::H160;

	const LEAST: LeastRecord = LeastRecord { completed: 5, max_failed: 10 };

	fn restrictions() -> [Restriction<WorkerpoolId>; 3] {
		let id = H160::repeat_byte(7);
		[Restriction::Anyone, Restriction::Exactly(WorkerpoolId(id)), Restriction::Group(GroupId(id))]
	}

	#[test]
	fn without_a_record_it_is_encoded_as_a_restriction() {
		for restriction in restrictions() {
			let pools = PoolRestriction::from(restriction.clone());
			assert_eq!(pools.encode(), restriction.encode());
			assert_eq!(PoolRestriction::decode(&mut &restriction.encode()[..]), Ok(pools));
		}
	}

	#[test]
	fn restriction_by_name_and_record_can_be_taken_apart_again() {
		for of in restrictions() {
			for least in [None, Some(LEAST)] {
				let pools = PoolRestriction::new(of.clone(), least);
				assert_eq!((pools.by_name(), pools.least_record()), (of.clone(), least));
				assert_eq!(PoolRestriction::decode(&mut &pools.encode()[..]), Ok(pools.clone()));
				assert_eq!(pools.is_anyone(), of.is_anyone() && least.is_none());
			}
		}
	}
}
