//! What an app's owner offers.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::H256;

use super::{Order, OrderKind, Restriction};
use crate::{
	eip712::{NotExpressible, StructHasher, APP_ORDER_TYPE},
	AccountId, AppId, Balance, DatasetId, Tag, WorkerpoolId,
};

/// An offer to run an app.
///
/// Hashed as `IexecLibOrders_v5.AppOrder`; its owner signs, see [`OrderSignature`](crate::OrderSignature).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct AppOrder {
	/// The app that is offered.
	pub app: AppId,
	/// What a task pays the app's owner, in nRLC.
	pub price: Balance,
	/// How many tasks the order is good for.
	pub volume: u64,
	/// What the app demands of a workerpool.
	pub tag: Tag,
	/// With which datasets.
	pub dataset_restrict: Restriction<DatasetId>,
	/// In which workerpools.
	pub workerpool_restrict: Restriction<WorkerpoolId>,
	/// For which requesters.
	pub requester_restrict: Restriction<AccountId>,
	/// Any bytes: they tell orders apart that are otherwise equal.
	pub salt: H256,
}

impl Order for AppOrder {
	const KIND: OrderKind = OrderKind::App;

	fn volume(&self) -> u64 {
		self.volume
	}

	fn struct_hash(&self) -> Result<H256, NotExpressible> {
		let mut hasher = StructHasher::new(APP_ORDER_TYPE);
		hasher.id(self.app.0);
		hasher.number(self.price);
		hasher.number(self.volume.into());
		hasher.bytes32(self.tag.0);
		hasher.restriction(&self.dataset_restrict)?;
		hasher.restriction(&self.workerpool_restrict)?;
		hasher.restriction(&self.requester_restrict)?;
		hasher.bytes32(self.salt);
		Ok(hasher.finish())
	}
}
