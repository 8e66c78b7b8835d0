//! What the chain says has happened.

use codec::Decode;
use rlc_primitives::{
	assets::{AssetId, Policy},
	orders::Member,
	work::FailureCause,
	AccountId, AppId, Balance, BlockNumber, CategoryId, DatasetId, DealId, GroupId, Hash, Moment, OrderHash, OrderKind,
	ResultDigest, ResultHash, TaskId, WorkerpoolId,
};
use scale_info::TypeInfo;
use sp_runtime::DispatchError;

use crate::Failure;

/// Something that happened. Amounts are nRLC, times are ms.
// Fields are called as in the pallets, which describe each of them.
#[allow(missing_docs)]
#[derive(Clone, Debug, PartialEq, Eq, Decode, TypeInfo)]
pub enum Event {
	/// An app, a dataset, a workerpool or a group exists.
	Registered { asset: AssetId, owner: AccountId },
	/// Something has a new owner.
	Transferred { asset: AssetId, from: AccountId, to: AccountId },
	/// Something exists no longer.
	Deregistered { asset: AssetId, owner: AccountId },
	/// A workerpool deals differently from now on.
	PolicySet { workerpool: WorkerpoolId, policy: Policy },
	/// A group has more members.
	MembersAdded { group: GroupId, members: Vec<Member> },
	/// A group has fewer members.
	MembersRemoved { group: GroupId, members: Vec<Member> },

	/// Governance added a category.
	CategoryAdded { category: CategoryId, reference_time: Moment },
	/// An order entered the book.
	OrderPublished { order: OrderHash, kind: OrderKind, owner: AccountId },
	/// An order was authorized by its owner.
	OrderPresigned { order: OrderHash, owner: AccountId },
	/// An order was withdrawn by who published or presigned it.
	OrderWithdrawn { order: OrderHash },
	/// An order was cancelled: nothing is left of its volume.
	OrderCancelled { order: OrderHash },
	/// An order that was published or presigned is consumed.
	OrderFilled { order: OrderHash },
	/// An order expired, or its asset has another owner.
	OrderExpired { order: OrderHash },
	/// What was consumed of an expired order is no longer remembered.
	OrderPruned { order: OrderHash },
	/// Orders matched and their money is locked.
	DealOpened {
		deal: DealId,
		app: AppId,
		dataset: Option<DatasetId>,
		workerpool: WorkerpoolId,
		request: OrderHash,
		requester: AccountId,
		payer: AccountId,
		category: CategoryId,
		first: u64,
		size: u64,
	},
	/// The last task of a deal was closed.
	DealClosed { deal: DealId },
	/// A deal and its tasks are no longer remembered.
	DealPruned { deal: DealId },

	/// The scheduler made a worker eligible.
	Delegated { task: TaskId, worker: AccountId },
	/// A worker committed to a result.
	Contributed { task: TaskId, worker: AccountId, result: ResultHash },
	/// Enough workers agree: those can reveal, before the deadline.
	ConsensusReached { task: TaskId, result: ResultHash, winners: u32, reveal_deadline: Moment },
	/// A winner showed that it had the result.
	Revealed { task: TaskId, worker: AccountId, digest: ResultDigest },
	/// Nobody revealed in time: other workers can contribute.
	Reopened { task: TaskId },
	/// A task ended: with the digest of its result, or without if it failed.
	TaskClosed { task: TaskId, deal: DealId, outcome: Option<ResultDigest> },
	/// A worker could not compute a task.
	FailureReported { task: TaskId, worker: AccountId, cause: FailureCause },
	/// A callback took a result.
	ResultDelivered { task: TaskId },
	/// A callback did not take a result.
	ResultDeliveryFailed { task: TaskId, error: DispatchError },
	/// A closed task is no longer remembered.
	TaskPruned { task: TaskId },

	/// Free RLC was locked for a deal or a contribution.
	Locked { who: AccountId, amount: Balance },
	/// Locked RLC is free again.
	Unlocked { who: AccountId, amount: Balance },
	/// An account lost locked RLC: it paid for a task, or lost a stake.
	Seized { who: AccountId, amount: Balance, task: TaskId },
	/// An account was paid.
	Rewarded { who: AccountId, amount: Balance, task: TaskId },
	/// A failed scheduler's stake went to the kitty.
	KittyFilled { amount: Balance, task: TaskId },

	/// An extrinsic of the block did what it was to do.
	#[codec(skip)]
	ExtrinsicSuccess,
	/// An extrinsic of the block failed.
	#[codec(skip)]
	ExtrinsicFailed { failure: Failure },
}

/// The pallet that has each event.
pub(crate) const PALLETS: [(&str, &[&str]); 4] = [
	("Registry", &["Registered", "Transferred", "Deregistered", "PolicySet", "MembersAdded", "MembersRemoved"]),
	(
		"Marketplace",
		&[
			"CategoryAdded",
			"OrderPublished",
			"OrderPresigned",
			"OrderWithdrawn",
			"OrderCancelled",
			"OrderFilled",
			"OrderExpired",
			"OrderPruned",
			"DealOpened",
			"DealClosed",
			"DealPruned",
		],
	),
	(
		"Poco",
		&[
			"Delegated",
			"Contributed",
			"ConsensusReached",
			"Revealed",
			"Reopened",
			"TaskClosed",
			"FailureReported",
			"ResultDelivered",
			"ResultDeliveryFailed",
			"TaskPruned",
		],
	),
	("Rlc", &["Locked", "Unlocked", "Seized", "Rewarded", "KittyFilled"]),
];

/// An event's name on the chain.
pub(crate) fn on_chain(name: &str) -> &str {
	match name {
		"TaskPruned" => "Pruned",
		same => same,
	}
}

/// What the frame around the pallets says, as the chain encodes it.
#[derive(Decode, TypeInfo)]
pub(crate) enum SystemEvent {
	ExtrinsicSuccess,
	ExtrinsicFailed { dispatch_error: DispatchError },
}

/// The pallet that has [`SystemEvent`].
pub(crate) const SYSTEM: &str = "System";

/// What was being done when something happened.
#[derive(Decode, TypeInfo)]
pub(crate) enum Phase {
	ApplyExtrinsic(u32),
	Finalization,
	Initialization,
}

impl Phase {
	/// The extrinsic, if it was one.
	pub(crate) fn extrinsic(&self) -> Option<u32> {
		match self {
			Self::ApplyExtrinsic(index) => Some(*index),
			Self::Finalization | Self::Initialization => None,
		}
	}
}

/// A block, with what happened in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockEvents {
	/// Its height.
	pub number: BlockNumber,
	/// Its hash.
	pub hash: Hash,
	/// The block before.
	pub parent: Hash,
	/// Its time, in ms.
	pub time: Moment,
	/// What happened, in its order, each with the index of the extrinsic that did it; `None`: the chain itself.
	pub events: Vec<(Option<u32>, Event)>,
}

#[cfg(test)]
mod tests {
	use super::*;
	use scale_info::TypeDef;

	#[test]
	fn each_event_has_one_pallet() {
		let TypeDef::Variant(events) = Event::type_info().type_def else { panic!("an enum") };
		let events: Vec<_> = events.variants.iter().map(|variant| variant.name).collect();
		let listed: Vec<_> = PALLETS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
		assert_eq!(listed, events);
	}
}
