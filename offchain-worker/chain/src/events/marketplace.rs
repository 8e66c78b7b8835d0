//! What happened to orders and deals.

use codec::Decode;
use rlc_primitives::{
	record::Recorded, AccountId, AppId, CategoryId, DatasetId, DealId, Moment, OrderHash, OrderKind, WorkerpoolId,
};
use scale_info::TypeInfo;

/// What happened to orders and deals. Amounts are nRLC, times are ms.
// Fields are called as in the pallet, which describes each of them.
#[allow(missing_docs)]
#[derive(Clone, Debug, PartialEq, Eq, Decode, TypeInfo)]
pub enum MarketplaceEvent {
	/// Governance added a category.
	CategoryAdded { category: CategoryId, reference_time: Moment },
	/// An order entered the book.
	OrderPublished { order: OrderHash, kind: OrderKind, owner: AccountId },
	/// An order was authorized by its owner.
	OrderPresigned { order: OrderHash, owner: AccountId },
	/// An order was withdrawn by the account that published or presigned it.
	OrderWithdrawn { order: OrderHash },
	/// An order was canceled: nothing is left of its volume.
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
	/// A workerpool order left the book: its bond was staked, or its scheduler could stake for no task of it.
	OrderUnfunded { order: OrderHash },
	/// A record is no longer remembered.
	RecordPruned { of: Recorded },
}
