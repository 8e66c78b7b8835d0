//! A dataset's owner sells uses of it.

use rlc_primitives::{self as domain, AccountId, AppId, Balance, DatasetId, Restriction, Tag, WorkerpoolId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sp_core::H256;

use crate::{described::As, Account, Decimal, Restricted};

/// A dataset's owner sells uses of it. For `#[serde(with = "DatasetOrder")]`.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(remote = "domain::DatasetOrder", rename_all = "camelCase", deny_unknown_fields)]
pub struct DatasetOrder {
	/// The dataset.
	#[schemars(with = "As<DatasetId>")]
	dataset: DatasetId,
	/// What a task pays for it, in nRLC.
	#[serde(with = "Decimal::<Balance>")]
	price: Balance,
	/// How many tasks the order is good for.
	#[serde(with = "Decimal::<u64>")]
	volume: u64,
	/// What the dataset demands of workers.
	#[serde(default)]
	#[schemars(with = "As<Tag>")]
	tag: Tag,
	/// With which apps.
	#[serde(with = "Restricted::<AppId>", default)]
	app_restrict: Restriction<AppId>,
	/// With which workerpools.
	#[serde(with = "Restricted::<WorkerpoolId>", default)]
	workerpool_restrict: Restriction<WorkerpoolId>,
	/// For which requesters.
	#[serde(with = "Restricted::<Account>", default)]
	requester_restrict: Restriction<AccountId>,
	/// Tells orders with the same terms apart.
	#[serde(default)]
	#[schemars(with = "As<H256>")]
	salt: H256,
}
