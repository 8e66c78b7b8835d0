//! What a requester wants to have computed.

use rlc_primitives::{
	record::LeastRecord, AccountId, AppId, Balance, CallbackId, CategoryId, DatasetId, Moment, Params, PoolRestriction,
	RequestOrder, Restriction, Tag, WorkerpoolId,
};
use sp_core::H256;

/// What a requester wants to have computed.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
	/// The app to run.
	pub app: AppId,
	/// The dataset that it is to use.
	pub dataset: Option<DatasetId>,
	/// The only workerpool that may compute, if any.
	pub workerpool: Option<WorkerpoolId>,
	/// The least record that a workerpool must have, if any.
	pub least_record: Option<LeastRecord>,
	/// Says how long a task may take.
	pub category: CategoryId,
	/// The category's name.
	pub category_name: String,
	/// Its reference time, in ms.
	pub reference_time: Moment,
	/// A wrong result must be less likely than one in this many.
	pub trust: u64,
	/// What the tasks demand of a workerpool.
	pub tag: Tag,
	/// How many tasks.
	pub tasks: u64,
	/// The most that a task may cost in all, in nRLC.
	pub max_price: Option<Balance>,
	/// The account that asks, and pays.
	pub requester: AccountId,
	/// The account that the result belongs to.
	pub beneficiary: Option<AccountId>,
	/// What receives it on chain.
	pub callback: Option<CallbackId>,
	/// What each task is run with.
	pub params: Params,
	/// Tells the request from equal ones.
	pub salt: H256,
	/// From when on nobody can match the request any more, in ms; then the deposit for its record can come back.
	pub expiry: Moment,
}

impl Wish {
	/// Returns the request that pays at most this much for app, dataset and workerpool.
	pub(crate) fn request(&self, app: Balance, dataset: Balance, workerpool: Balance) -> RequestOrder {
		let pools = self.workerpool.map_or(Restriction::Anyone, Restriction::Exactly);
		RequestOrder {
			app: self.app,
			app_max_price: app,
			dataset: self.dataset,
			dataset_max_price: if self.dataset.is_some() { dataset } else { 0 },
			workerpool: PoolRestriction::new(pools, self.least_record),
			workerpool_max_price: workerpool,
			requester: self.requester.clone(),
			volume: self.tasks,
			tag: self.tag,
			category: self.category,
			trust: self.trust,
			beneficiary: self.beneficiary.clone(),
			callback: self.callback,
			params: self.params.clone(),
			salt: self.salt,
			payer: None,
			expiry: Some(self.expiry),
		}
	}
}
