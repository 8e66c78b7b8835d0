//! A scheduler sells computing.

use rlc_primitives::{
	self as domain, AccountId, AppId, Balance, CategoryId, DatasetId, Restriction, Tag, WorkerpoolId,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sp_core::H256;

use crate::{described::As, Account, Decimal, Restricted};

/// A scheduler sells computing. For `#[serde(with = "WorkerpoolOrder")]`.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(remote = "domain::WorkerpoolOrder", rename_all = "camelCase", deny_unknown_fields)]
pub struct WorkerpoolOrder {
	/// The workerpool.
	#[schemars(with = "As<WorkerpoolId>")]
	workerpool: WorkerpoolId,
	/// What a task pays for it, in nRLC.
	#[serde(with = "Decimal::<Balance>")]
	price: Balance,
	/// How many tasks the order is good for.
	#[serde(with = "Decimal::<u64>")]
	volume: u64,
	/// What its workers can do.
	#[serde(default)]
	#[schemars(with = "As<Tag>")]
	tag: Tag,
	/// How long tasks may take.
	#[schemars(with = "As<CategoryId>")]
	category: CategoryId,
	/// The highest trust that it delivers.
	#[serde(with = "Decimal::<u64>")]
	trust: u64,
	/// For which apps.
	#[serde(with = "Restricted::<AppId>", default)]
	app_restrict: Restriction<AppId>,
	/// With which datasets.
	#[serde(with = "Restricted::<DatasetId>", default)]
	dataset_restrict: Restriction<DatasetId>,
	/// For which requesters.
	#[serde(with = "Restricted::<Account>", default)]
	requester_restrict: Restriction<AccountId>,
	/// Tells orders with the same terms apart.
	#[serde(default)]
	#[schemars(with = "As<H256>")]
	salt: H256,
}
