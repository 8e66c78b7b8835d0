//! What a pool sells.

use rlc_primitives::{
	AccountId, AppId, Balance, CategoryId, DatasetId, Moment, Restriction, Tag, WorkerpoolId, WorkerpoolOrder,
};
use sp_core::H256;

/// The terms of an order that the scheduler keeps in the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
	/// What a task costs, in nRLC.
	pub price: Balance,
	/// How long a task may take.
	pub category: CategoryId,
	/// The category's reference time, in ms.
	pub reference_time: Moment,
	/// The highest trust that is promised.
	pub trust: u64,
	/// What the workers can do.
	pub tag: Tag,
	/// Which apps may run.
	pub app_restrict: Restriction<AppId>,
	/// Which datasets may be used.
	pub dataset_restrict: Restriction<DatasetId>,
	/// Who may buy.
	pub requester_restrict: Restriction<AccountId>,
	/// How many tasks are on sale at a time, whatever the workers can do, as long as there are any. `None`: as many as the
	/// workers can try in time, at the trust that they can reach.
	pub volume: Option<u64>,
}

impl Offer {
	/// Returns an order of it.
	pub(crate) fn order(&self, workerpool: WorkerpoolId, trust: u64, volume: u64) -> WorkerpoolOrder {
		WorkerpoolOrder {
			workerpool,
			price: self.price,
			volume,
			tag: self.tag,
			category: self.category,
			trust,
			app_restrict: self.app_restrict.clone(),
			dataset_restrict: self.dataset_restrict.clone(),
			requester_restrict: self.requester_restrict.clone(),
			salt: H256(rand::random()),
		}
	}
}
