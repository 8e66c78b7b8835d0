//! What is registered: apps, datasets, workerpools and groups.

use crate::{deal::Settlement, orders::Member, AccountId, AppId, DatasetId, GroupId, WorkerpoolId};

/// How a workerpool deals with those who work with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerpoolPolicy {
	/// The scheduler.
	pub owner: AccountId,
	/// What a worker stakes, in percent of the workerpool's price.
	pub worker_stake_ratio: u32,
	/// The scheduler's part of rewards, in percent, at most 100.
	pub scheduler_ratio: u8,
	/// Who closes tasks.
	pub settlement: Settlement,
}

/// What is registered. Each answer costs at most one read of storage.
pub trait Assets {
	/// Returns the owner of an app; `None` if it is not registered.
	fn app_owner(app: &AppId) -> Option<AccountId>;

	/// Returns the owner of a dataset; `None` if it is not registered.
	fn dataset_owner(dataset: &DatasetId) -> Option<AccountId>;

	/// Returns the owner and the policy of a workerpool; `None` if it is not registered.
	fn workerpool(workerpool: &WorkerpoolId) -> Option<WorkerpoolPolicy>;

	/// Returns whether a group exists and has this member.
	fn is_member(group: &GroupId, member: &Member) -> bool;
}

/// Nothing is registered.
impl Assets for () {
	fn app_owner(_: &AppId) -> Option<AccountId> {
		None
	}

	fn dataset_owner(_: &DatasetId) -> Option<AccountId> {
		None
	}

	fn workerpool(_: &WorkerpoolId) -> Option<WorkerpoolPolicy> {
		None
	}

	fn is_member(_: &GroupId, _: &Member) -> bool {
		false
	}
}
