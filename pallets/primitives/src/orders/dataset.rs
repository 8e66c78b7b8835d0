//! What a dataset's owner offers.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::H256;

use super::{Order, OrderKind, Restriction};
use crate::{
	eip712::{NotExpressible, StructHasher, DATASET_ORDER_TYPE},
	AccountId, AppId, Balance, DatasetId, Tag, WorkerpoolId,
};

/// An offer to use a dataset.
///
/// Hashed as `IexecLibOrders_v5.DatasetOrder`; its owner signs, see [`OrderSignature`](crate::OrderSignature).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct DatasetOrder {
	/// The dataset that is offered.
	pub dataset: DatasetId,
	/// What a task pays the dataset's owner, in nRLC.
	pub price: Balance,
	/// How many tasks the order is good for.
	pub volume: u64,
	/// What the dataset demands of a workerpool; its framework bits do not count.
	pub tag: Tag,
	/// With which apps.
	pub app_restrict: Restriction<AppId>,
	/// In which workerpools.
	pub workerpool_restrict: Restriction<WorkerpoolId>,
	/// For which requesters.
	pub requester_restrict: Restriction<AccountId>,
	/// Any bytes: they tell orders apart that are otherwise equal.
	pub salt: H256,
}

impl Order for DatasetOrder {
	const KIND: OrderKind = OrderKind::Dataset;

	fn volume(&self) -> u64 {
		self.volume
	}

	fn struct_hash(&self) -> Result<H256, NotExpressible> {
		let mut hasher = StructHasher::new(DATASET_ORDER_TYPE);
		hasher.id(self.dataset.0);
		hasher.number(self.price);
		hasher.number(self.volume.into());
		hasher.bytes32(self.tag.0);
		hasher.restriction(&self.app_restrict)?;
		hasher.restriction(&self.workerpool_restrict)?;
		hasher.restriction(&self.requester_restrict)?;
		hasher.bytes32(self.salt);
		Ok(hasher.finish())
	}
}
