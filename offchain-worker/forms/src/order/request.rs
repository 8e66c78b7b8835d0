//! A requester asks for tasks.

use rlc_primitives::{
	self as domain, record, AccountId, AppId, Balance, CallbackId, CategoryId, DatasetId, Moment, Params,
	PoolRestriction, Restriction, Tag, WorkerpoolId,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sp_core::H256;

use crate::{described::As, Account, Decimal, OptionalAccount, Restricted, Text};

/// A requester asks for tasks. For `#[serde(with = "RequestOrder")]`.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(remote = "domain::RequestOrder", rename_all = "camelCase", deny_unknown_fields)]
pub struct RequestOrder {
	/// The app to run.
	#[schemars(with = "As<AppId>")]
	app: AppId,
	/// The most that a task may pay for the app, in nRLC.
	#[serde(with = "Decimal::<Balance>")]
	app_max_price: Balance,
	/// The dataset to use, if any.
	#[serde(default)]
	#[schemars(with = "Option<As<DatasetId>>")]
	dataset: Option<DatasetId>,
	/// The most that a task may pay for the dataset, in nRLC.
	#[serde(with = "Decimal::<Balance>", default)]
	dataset_max_price: Balance,
	/// Which workerpools may compute.
	#[serde(getter = "workerpool", with = "Restricted::<WorkerpoolId>", default)]
	workerpool: Restriction<WorkerpoolId>,
	/// The most that a task may pay for the workerpool, in nRLC.
	#[serde(with = "Decimal::<Balance>")]
	workerpool_max_price: Balance,
	/// Whose request this is.
	#[serde(with = "Account")]
	requester: AccountId,
	/// How many tasks.
	#[serde(with = "Decimal::<u64>")]
	volume: u64,
	/// What the tasks demand of workers.
	#[serde(default)]
	#[schemars(with = "As<Tag>")]
	tag: Tag,
	/// How long tasks may take.
	#[schemars(with = "As<CategoryId>")]
	category: CategoryId,
	/// A result's error must be less likely than one in this many. 0 and 1: any single worker will do.
	#[serde(with = "Decimal::<u64>")]
	trust: u64,
	/// Whose key results are encrypted for, if anyone's.
	#[serde(with = "OptionalAccount", default)]
	#[schemars(with = "Option<Account>")]
	beneficiary: Option<AccountId>,
	/// What receives the results beside the beneficiary, if anything.
	#[serde(default)]
	#[schemars(with = "Option<As<CallbackId>>")]
	callback: Option<CallbackId>,
	/// What each task is run with.
	#[serde(with = "Text", default)]
	params: Params,
	/// Tells requests with the same terms apart.
	#[serde(default)]
	#[schemars(with = "As<H256>")]
	salt: H256,
	/// The only account that may pay; `null`: the requester, or anyone who sponsors the match.
	#[serde(with = "OptionalAccount", default)]
	#[schemars(with = "Option<Account>")]
	payer: Option<AccountId>,
	/// From when on, in ms, the request cannot be matched, if ever.
	#[serde(default)]
	expiry: Option<Moment>,
	/// The least record that a workerpool must have; `null` if it needs none.
	#[serde(getter = "least_record", default)]
	least_record: Option<LeastRecord>,
}

/// The least record that a workerpool must have under its current owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LeastRecord {
	/// The least weight of its tasks that have a result, in nRLC.
	#[serde(default)]
	pub completed: Decimal<Balance>,
	/// The largest part, in percent, that its tasks without a result may have of the weight of all its tasks.
	#[serde(default = "any_part")]
	#[schemars(range(max = 100))]
	pub max_failed: u8,
}

/// Returns the percentage that allows any record.
fn any_part() -> u8 {
	100
}

fn workerpool(request: &domain::RequestOrder) -> Restriction<WorkerpoolId> {
	request.workerpool.by_name()
}

fn least_record(request: &domain::RequestOrder) -> Option<LeastRecord> {
	let least = request.workerpool.least_record();
	least.map(|least| LeastRecord { completed: Decimal(least.completed), max_failed: least.max_failed })
}

/// On the chain, the workerpool and the least record are one field.
impl From<RequestOrder> for domain::RequestOrder {
	fn from(form: RequestOrder) -> Self {
		let least = form.least_record;
		let least = least.map(|LeastRecord { completed: Decimal(completed), max_failed }| record::LeastRecord {
			completed,
			max_failed,
		});
		Self {
			app: form.app,
			app_max_price: form.app_max_price,
			dataset: form.dataset,
			dataset_max_price: form.dataset_max_price,
			workerpool: PoolRestriction::new(form.workerpool, least),
			workerpool_max_price: form.workerpool_max_price,
			requester: form.requester,
			volume: form.volume,
			tag: form.tag,
			category: form.category,
			trust: form.trust,
			beneficiary: form.beneficiary,
			callback: form.callback,
			params: form.params,
			salt: form.salt,
			payer: form.payer,
			expiry: form.expiry,
		}
	}
}
