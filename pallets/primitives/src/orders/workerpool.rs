//! What a workerpool's owner, the scheduler, offers.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::H256;

use super::{Order, OrderKind, Restriction};
use crate::{
	eip712::{NotExpressible, StructHasher, WORKERPOOL_ORDER_TYPE},
	AccountId, AppId, Balance, CategoryId, DatasetId, Tag, WorkerpoolId,
};

/// An offer to compute.
///
/// Hashed as `IexecLibOrders_v5.WorkerpoolOrder`; its owner signs, see [`OrderSignature`](crate::OrderSignature).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct WorkerpoolOrder {
	/// The workerpool that computes.
	pub workerpool: WorkerpoolId,
	/// What a task pays the workerpool, in nRLC: the scheduler and its workers together.
	pub price: Balance,
	/// How many tasks the order is good for.
	pub volume: u64,
	/// What the workerpool is able to do.
	pub tag: Tag,
	/// How long a task may take.
	pub category: CategoryId,
	/// The highest trust that the workerpool can deliver.
	pub trust: u64,
	/// With which apps.
	pub app_restrict: Restriction<AppId>,
	/// With which datasets.
	pub dataset_restrict: Restriction<DatasetId>,
	/// For which requesters.
	pub requester_restrict: Restriction<AccountId>,
	/// Any bytes: they tell orders apart that are otherwise equal.
	pub salt: H256,
}

impl Order for WorkerpoolOrder {
	const KIND: OrderKind = OrderKind::Workerpool;

	fn volume(&self) -> u64 {
		self.volume
	}

	fn struct_hash(&self) -> Result<H256, NotExpressible> {
		let mut hasher = StructHasher::new(WORKERPOOL_ORDER_TYPE);
		hasher.id(self.workerpool.0);
		hasher.number(self.price);
		hasher.number(self.volume.into());
		hasher.bytes32(self.tag.0);
		hasher.number(self.category.0.into());
		hasher.number(self.trust.into());
		hasher.restriction(&self.app_restrict)?;
		hasher.restriction(&self.dataset_restrict)?;
		hasher.restriction(&self.requester_restrict)?;
		hasher.bytes32(self.salt);
		Ok(hasher.finish())
	}
}
