//! Deals: what an app, a dataset, a workerpool and a request agreed on, fixed when they matched.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::ConstU32;
use sp_runtime::BoundedVec;

use crate::{
	money::{self, MoneyError},
	rules::Rules,
	AccountId, AppId, Balance, CallbackId, CategoryId, DatasetId, DealId, Moment, Tag, TaskId, WorkerpoolId,
};

/// The longest [`Params`], in bytes.
pub const MAX_PARAMS: u32 = 8 * 1024;

/// What a task is run with: iExec's JSON, or a plain string taken as arguments. UTF-8 by convention, not checked.
pub type Params = BoundedVec<u8, ConstU32<MAX_PARAMS>>;

/// The longest name of a category, in bytes.
pub const MAX_CATEGORY_NAME: u32 = 32;

/// The shortest reference time of a category, in ms: a second. All windows are multiples of it, and no call could reach a
/// block within shorter ones.
pub const MIN_REFERENCE_TIME: Moment = 1_000;

/// The longest reference time of a category, in ms: 365 days. A longer one could hold locks for a lifetime.
pub const MAX_REFERENCE_TIME: Moment = 365 * 24 * 60 * 60 * 1_000;

/// Contributions are accepted for this many reference times after the match. Source: `CONTRIBUTION_DEADLINE_RATIO`.
pub const CONTRIBUTION_WINDOW: u64 = 7;

/// A consensus can be revealed for this many reference times. Source: `REVEAL_DEADLINE_RATIO`.
pub const REVEAL_WINDOW: u64 = 2;

/// A task that is not finalized this many reference times after the match can be claimed, unless somebody revealed and
/// there is a [grace](Rules::grace). Source: `FINAL_DEADLINE_RATIO`.
pub const FINAL_WINDOW: u64 = 10;

/// How long tasks of one kind take. Never changed once it exists, and never removed: orders name it by its number.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Category {
	/// What people call it: XS, S, M, L, XL.
	pub name: BoundedVec<u8, ConstU32<MAX_CATEGORY_NAME>>,
	/// T, in ms: the windows are multiples of it. From [`MIN_REFERENCE_TIME`] to [`MAX_REFERENCE_TIME`].
	pub reference_time: Moment,
}

impl Category {
	/// The categories of a new chain, by number: name, and reference time in ms.
	pub const DEFAULT: [(&'static str, Moment); 5] =
		[("XS", 300_000), ("S", 1_200_000), ("M", 3_600_000), ("L", 10_800_000), ("XL", 36_000_000)];

	/// Returns whether the reference time is within its bounds. They hold for every category, in a genesis or added by a call.
	pub fn is_valid(&self) -> bool {
		(MIN_REFERENCE_TIME..=MAX_REFERENCE_TIME).contains(&self.reference_time)
	}
}

/// Who closes a task that has its result.
#[derive(
	Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Settlement {
	/// The chain, as soon as the last winner has revealed or the reveal window is over. New pools do this.
	#[default]
	Automatic,
	/// The scheduler, as in iExec's PoCo.
	Scheduler,
}

/// An asset's part in a deal.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Resource<Id> {
	/// The asset.
	pub id: Id,
	/// Its owner when the orders matched, who is paid even if the asset is sold afterwards.
	pub owner: AccountId,
	/// What a task pays for it, in nRLC.
	pub price: Balance,
}

/// Everything that was fixed when four orders matched, but the [`Params`], which are kept beside it: settling a task
/// needs the one and not the other.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Deal {
	/// The app that runs.
	pub app: Resource<AppId>,
	/// The dataset that it uses, if any.
	pub dataset: Option<Resource<DatasetId>>,
	/// The workerpool that computes; its owner is the scheduler.
	pub workerpool: Resource<WorkerpoolId>,
	/// Whose money is locked: the requester, or a sponsor.
	pub payer: AccountId,
	/// Who asked.
	pub requester: AccountId,
	/// Whose key results are encrypted for, if anyone's.
	pub beneficiary: Option<AccountId>,
	/// Who receives the result beside the beneficiary, if anyone.
	pub callback: Option<CallbackId>,
	/// How long tasks may take.
	pub category: CategoryId,
	/// T: the category's reference time, in ms.
	pub reference_time: Moment,
	/// A result's error is less likely than one in this many. At least 1.
	pub trust: u64,
	/// What the tasks demand of workers.
	pub tag: Tag,
	/// When the orders matched, in ms of chain time.
	pub start: Moment,
	/// When that was in PoCo time, in ms: all of the deal's deadlines count from it, and are PoCo time too.
	pub opened: Moment,
	/// Index of the first task: the volume of the request that earlier deals consumed.
	pub first: u64,
	/// How many tasks the deal has.
	pub size: u64,
	/// What a worker stakes for a contribution, in nRLC.
	pub worker_stake: Balance,
	/// What was paid for good for a task's free calls when the orders matched, in nRLC.
	pub charge: Balance,
	/// What the scheduler stakes for a task, in nRLC: [`money::pool_stake`] of the day of the match.
	pub pool_stake: Balance,
	/// The scheduler's part of a task's reward, in percent, at most 100.
	pub scheduler_ratio: u8,
	/// Who closes tasks.
	pub settlement: Settlement,
}

impl Deal {
	/// Returns the deal's task with this index; `None` if it has no such task.
	pub fn task(&self, id: DealId, index: u64) -> Option<TaskId> {
		let nth = index.checked_sub(self.first)?;
		(nth < self.size).then(|| TaskId::of(id, index))
	}

	/// Returns the scheduler: the workerpool's owner when the orders matched.
	pub fn scheduler(&self) -> &AccountId {
		&self.workerpool.owner
	}

	/// Returns the time, in ms, from which on nobody can contribute.
	pub fn contribution_deadline(&self) -> Moment {
		self.after(self.opened, CONTRIBUTION_WINDOW)
	}

	/// Returns the time, in ms, from which on anyone can claim a task that nobody revealed.
	pub fn final_deadline(&self) -> Moment {
		self.after(self.opened, FINAL_WINDOW)
	}

	/// Returns the time, in ms, from which on nobody can finalize, and anyone can claim whatever is open, even a task that
	/// somebody revealed.
	pub fn final_deadline_with_grace(&self, rules: &Rules) -> Moment {
		self.after(self.final_deadline(), rules.grace)
	}

	/// Returns the time, in ms, from which on nobody can reveal a consensus that was reached at `consensus`.
	pub fn reveal_deadline(&self, consensus: Moment) -> Moment {
		self.after(consensus, REVEAL_WINDOW)
	}

	/// Returns what the dataset costs, in nRLC; nothing if there is none.
	pub fn dataset_price(&self) -> Balance {
		self.dataset.as_ref().map_or(0, |dataset| dataset.price)
	}

	/// Returns what a task costs its payer, in nRLC.
	///
	/// # Errors
	///
	/// [`MoneyError::Overflow`] above 128 bits.
	pub fn task_price(&self) -> Result<Balance, MoneyError> {
		money::task_price(self.app.price, self.dataset_price(), self.workerpool.price)
	}

	/// Returns `times` reference times after `since`, or the end of time, which the bound on reference times keeps out of
	/// reach.
	fn after(&self, since: Moment, times: u64) -> Moment {
		since.saturating_add(self.reference_time.saturating_mul(times))
	}
}
