//! What is registered, and what a workerpool promises.

// SCALE's derives number variants that hold something with casts.
#![cfg_attr(not(feature = "std"), allow(clippy::cast_possible_truncation))]

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::{ConstU32, H256};
use sp_runtime::BoundedVec;

use crate::{AccountId, AppId, Balance, DatasetId, GroupId, Settlement, WorkerpoolId};

/// The longest [`Name`], in bytes.
pub const MAX_NAME: u32 = 64;

/// The longest [`Location`], in bytes.
pub const MAX_LOCATION: u32 = 256;

/// The longest [`Description`], in bytes.
pub const MAX_DESCRIPTION: u32 = 256;

/// The highest ratio of a worker's stake to the workerpool's price, in percent: ten times the price.
///
/// A stake has to outweigh what a wrong result earns, which is the price at most. More than that only keeps workers
/// away, and a limit spares the match from stakes of more RLC than there is.
pub const MAX_WORKER_STAKE_RATIO: u32 = 1_000;

/// The highest scheduler's part of rewards, in percent: all.
pub const MAX_SCHEDULER_RATIO: u8 = 100;

/// What people call a thing. UTF-8 by convention, not checked.
pub type Name = BoundedVec<u8, ConstU32<MAX_NAME>>;

/// Where a thing can be fetched: a multiaddress, a URI or a CID. UTF-8 by convention, not checked.
pub type Location = BoundedVec<u8, ConstU32<MAX_LOCATION>>;

/// What a workerpool says about itself. UTF-8 by convention, not checked.
pub type Description = BoundedVec<u8, ConstU32<MAX_DESCRIPTION>>;

/// What runs an app.
#[derive(
	Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum AppKind {
	/// A WebAssembly module.
	#[default]
	#[codec(index = 0)]
	Wasm,
	/// A container image.
	#[codec(index = 1)]
	Container,
}

/// A program. Its id is derived from all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct App {
	/// What people call it.
	pub name: Name,
	/// What runs it.
	pub kind: AppKind,
	/// Where workers fetch it.
	pub location: Location,
	/// SHA-256 of what they fetch, so that all run the same.
	pub checksum: H256,
	/// What its enclave measures, if it can run in one.
	pub measurement: Option<H256>,
}

/// Data that programs read. Its id is derived from all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Dataset {
	/// What people call it.
	pub name: Name,
	/// Where workers fetch it.
	pub location: Location,
	/// SHA-256 of what they fetch.
	pub checksum: H256,
}

/// How a workerpool deals with those who work with it. A deal keeps the policy of the time of its match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Policy {
	/// What a worker stakes, in percent of the workerpool's price, at most [`MAX_WORKER_STAKE_RATIO`].
	pub worker_stake_ratio: u32,
	/// The scheduler's part of rewards, in percent, at most [`MAX_SCHEDULER_RATIO`].
	pub scheduler_ratio: u8,
	/// Who closes tasks.
	pub settlement: Settlement,
}

impl Policy {
	/// Returns whether the ratios are within their bounds.
	pub fn is_valid(&self) -> bool {
		self.worker_stake_ratio <= MAX_WORKER_STAKE_RATIO && self.scheduler_ratio <= MAX_SCHEDULER_RATIO
	}
}

/// The policy of a new workerpool. Source: `Workerpool.initialize` of iExec, but for the settlement.
impl Default for Policy {
	fn default() -> Self {
		Self { worker_stake_ratio: 30, scheduler_ratio: 1, settlement: Settlement::Automatic }
	}
}

/// Workers under one scheduler, who is the owner.
///
/// Its id is derived from the description alone: a policy changes, and an id that held the first one would tell nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Workerpool {
	/// What it says about itself.
	pub description: Description,
	/// How it deals with others.
	pub policy: Policy,
}

/// A list of accounts or assets. Its id is derived from its name: members come and go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Group {
	/// What its owner calls it.
	pub name: Name,
	/// How many members it has.
	pub members: u32,
}

/// A thing with its owner.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Registered<Content> {
	/// Who may change it, and who is paid for its use.
	pub owner: AccountId,
	/// What is held from its owner, in nRLC: for a group, for its members too.
	pub deposit: Balance,
	/// The thing.
	pub content: Content,
}

/// Names anything that has an owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum AssetId {
	/// A program.
	#[codec(index = 0)]
	App(AppId),
	/// Data that programs read.
	#[codec(index = 1)]
	Dataset(DatasetId),
	/// Workers under one scheduler.
	#[codec(index = 2)]
	Workerpool(WorkerpoolId),
	/// A list of accounts or assets.
	#[codec(index = 3)]
	Group(GroupId),
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn new_pool_stakes_30_percent_takes_1_and_settles_by_itself() {
		let policy = Policy::default();
		assert_eq!(
			(policy.worker_stake_ratio, policy.scheduler_ratio, policy.settlement),
			(30, 1, Settlement::Automatic)
		);
		assert!(policy.is_valid());
	}

	#[test]
	fn ratios_have_bounds() {
		for (worker_stake_ratio, scheduler_ratio, valid) in
			[(0, 0, true), (1_000, 100, true), (1_001, 100, false), (1_000, 101, false), (u32::MAX, u8::MAX, false)]
		{
			let policy = Policy { worker_stake_ratio, scheduler_ratio, ..Default::default() };
			assert_eq!(policy.is_valid(), valid, "{policy:?}");
		}
	}
}
