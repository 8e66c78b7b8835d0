//! What a requester asks for.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::H256;

use super::{Order, OrderKind, PoolRestriction};
use crate::{
	eip712::{NotExpressible, StructHasher, REQUEST_ORDER_TYPE},
	money::{self, MoneyError},
	AccountId, AppId, Balance, CallbackId, CategoryId, DatasetId, Moment, Params, Tag,
};

/// A demand for tasks.
///
/// Hashed as `IexecLibOrders_v5.RequestOrder`; its owner signs, see [`OrderSignature`](crate::OrderSignature).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct RequestOrder {
	/// The app to run.
	pub app: AppId,
	/// The most that a task may pay the app's owner, in nRLC.
	pub app_max_price: Balance,
	/// The dataset to use, if any.
	pub dataset: Option<DatasetId>,
	/// The most that a task may pay the dataset's owner, in nRLC.
	pub dataset_max_price: Balance,
	/// Which workerpools may compute, and the least record that they must have, if any.
	pub workerpool: PoolRestriction,
	/// The most that a task may pay the workerpool, in nRLC.
	pub workerpool_max_price: Balance,
	/// Whose request this is. This account signs, and pays unless another one does.
	pub requester: AccountId,
	/// How many tasks are asked for.
	pub volume: u64,
	/// What the tasks demand of a workerpool.
	pub tag: Tag,
	/// How long a task may take.
	pub category: CategoryId,
	/// A result's error must be less likely than one in this many. 0 and 1: any single worker will do.
	pub trust: u64,
	/// Whose key results are encrypted for, if anyone's.
	pub beneficiary: Option<AccountId>,
	/// Who receives the result beside the beneficiary, if anyone.
	pub callback: Option<CallbackId>,
	/// What each task is run with.
	pub params: Params,
	/// Any bytes: they tell orders apart that are otherwise equal.
	pub salt: H256,
	/// The only account that may pay; `None`: the requester, or a sponsor of the match. Naming one keeps others from
	/// letting the requester pay for what was to be sponsored. iExec's structure has no such field: an order that
	/// names a payer can only be signed natively.
	pub payer: Option<AccountId>,
	/// From this time on, in ms, the order cannot be matched. iExec's structure has no such field: an order that expires
	/// can only be signed natively.
	pub expiry: Option<Moment>,
}

impl Order for RequestOrder {
	const KIND: OrderKind = OrderKind::Request;

	fn volume(&self) -> u64 {
		self.volume
	}

	fn struct_hash(&self) -> Result<H256, NotExpressible> {
		if self.payer.is_some() {
			return Err(NotExpressible::Payer);
		}
		if self.expiry.is_some() {
			return Err(NotExpressible::Expiry);
		}
		if self.workerpool.least_record().is_some() {
			return Err(NotExpressible::LeastRecord);
		}
		let mut hasher = StructHasher::new(REQUEST_ORDER_TYPE);
		hasher.id(self.app.0);
		hasher.number(self.app_max_price);
		hasher.optional_id(self.dataset.map(|id| id.0))?;
		hasher.number(self.dataset_max_price);
		hasher.restriction(&self.workerpool.by_name())?;
		hasher.number(self.workerpool_max_price);
		hasher.account(&self.requester)?;
		hasher.number(self.volume.into());
		hasher.bytes32(self.tag.0);
		hasher.number(self.category.0.into());
		hasher.number(self.trust.into());
		hasher.optional_account(self.beneficiary.as_ref())?;
		hasher.optional_id(self.callback.map(|id| id.0))?;
		hasher.string(&self.params);
		hasher.bytes32(self.salt);
		Ok(hasher.finish())
	}
}

impl RequestOrder {
	/// Returns whether the order can no longer be matched at `now`, in ms.
	pub fn has_expired(&self, now: Moment) -> bool {
		self.expiry.is_some_and(|expiry| expiry <= now)
	}

	/// Returns what a task may cost at most, in nRLC: the maxima of what the request asks for.
	///
	/// # Errors
	///
	/// [`MoneyError::Overflow`] if they add up to more than 128 bits.
	pub fn max_task_price(&self) -> Result<Balance, MoneyError> {
		let dataset = self.dataset.map_or(0, |_| self.dataset_max_price);
		money::task_price(self.app_max_price, dataset, self.workerpool_max_price)
	}

	/// Returns who pays if nobody sponsors: the named payer, else the requester.
	pub fn default_payer(&self) -> &AccountId {
		self.payer.as_ref().unwrap_or(&self.requester)
	}

	/// Returns whether `sponsor` may pay: anyone may, unless the request names another payer.
	pub fn may_be_paid_by(&self, sponsor: &AccountId) -> bool {
		self.payer.as_ref().is_none_or(|payer| payer == sponsor)
	}
}
