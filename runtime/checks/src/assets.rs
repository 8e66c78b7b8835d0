//! Things to register, told apart by a number, and plain orders of them: for anyone, without tags, salts and datasets.

use pallet_registry::{App, Dataset, Description, Name};
use rlc_primitives::{
	AccountId, AppId, AppOrder, Balance, CategoryId, PoolRestriction, RequestOrder, Restriction, Tag, WorkerpoolId,
	WorkerpoolOrder,
};
use sp_core::H256;

fn name(kind: &str, number: u64) -> Name {
	format!("{kind} {number}").into_bytes().try_into().unwrap_or_default()
}

/// Returns an app.
pub fn app(number: u64) -> App {
	App { name: name("app", number), checksum: H256::repeat_byte(1), ..Default::default() }
}

/// Returns a dataset.
pub fn dataset(number: u64) -> Dataset {
	Dataset { name: name("dataset", number), checksum: H256::repeat_byte(2), ..Default::default() }
}

/// Returns what a workerpool says about itself.
pub fn description(number: u64) -> Description {
	format!("workerpool {number}").into_bytes().try_into().unwrap_or_default()
}

/// Returns what a group is called.
pub fn group_name(number: u64) -> Name {
	name("group", number)
}

/// Returns an app for a price per task, in nRLC.
pub fn app_order(app: AppId, price: Balance, volume: u64) -> AppOrder {
	AppOrder {
		app,
		price,
		volume,
		tag: Tag::NONE,
		dataset_restrict: Restriction::Anyone,
		workerpool_restrict: Restriction::Anyone,
		requester_restrict: Restriction::Anyone,
		salt: H256::zero(),
	}
}

/// Returns tasks of the first category for a price each, in nRLC, at no more than a trust.
pub fn workerpool_order(workerpool: WorkerpoolId, price: Balance, trust: u64, volume: u64) -> WorkerpoolOrder {
	WorkerpoolOrder {
		workerpool,
		price,
		volume,
		tag: Tag::NONE,
		category: CategoryId(0),
		trust,
		app_restrict: Restriction::Anyone,
		dataset_restrict: Restriction::Anyone,
		requester_restrict: Restriction::Anyone,
		salt: H256::zero(),
	}
}

/// Returns a request that both offers meet, at a trust, without params.
pub fn request_order(
	app: &AppOrder,
	workerpool: &WorkerpoolOrder,
	requester: AccountId,
	trust: u64,
	volume: u64,
) -> RequestOrder {
	RequestOrder {
		app: app.app,
		app_max_price: app.price,
		dataset: None,
		dataset_max_price: 0,
		workerpool: PoolRestriction::Anyone,
		workerpool_max_price: workerpool.price,
		requester,
		volume,
		tag: Tag::NONE,
		category: workerpool.category,
		trust,
		beneficiary: None,
		callback: None,
		params: Default::default(),
		salt: H256::zero(),
		payer: None,
		expiry: None,
	}
}
