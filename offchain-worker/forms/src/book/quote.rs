//! What a request costs in all, and how long it takes.

use rlc_primitives::{Balance, Moment, WorkerpoolId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Estimate;
use crate::{described::As, Decimal};

/// What a request costs, and how long it is likely to take: the answer of `rlc estimate`, which adds under `pool` what the
/// scheduler says of its pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Quote {
	/// What it costs.
	#[serde(flatten)]
	pub price: Price,
	/// How long it takes.
	#[serde(flatten)]
	pub forecast: Forecast,
}

/// What a request costs: the node's estimate, and what the node does not add up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Price {
	/// What the node says.
	#[serde(flatten)]
	pub estimate: Estimate,
	/// What each side gets for a task.
	pub prices: Prices,
	/// Who would compute.
	#[schemars(with = "As<WorkerpoolId>")]
	pub workerpool: WorkerpoolId,
	/// For the transaction, in nRLC. It is on top of the price.
	pub fee: Decimal<Balance>,
	/// For the record of what was bought, in nRLC, beside the deal's deposit.
	pub record_deposit: Decimal<Balance>,
	/// Both deposits, in nRLC.
	pub deposits: Decimal<Balance>,
}

/// What each side gets for a task, in nRLC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Prices {
	/// The app's owner.
	pub app: Decimal<Balance>,
	/// The dataset's owner, if there is a dataset.
	pub dataset: Option<Decimal<Balance>>,
	/// The scheduler and its workers.
	pub workerpool: Decimal<Balance>,
}

/// How long a request is likely to take, as its scheduler's pool is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Forecast {
	/// How many workers each task takes, if all are new.
	pub workers_per_task: u64,
	/// When the first task begins, in words.
	pub begins: String,
	/// How long a run of the app takes, in ms, if any was measured.
	pub run_time: Option<Moment>,
	/// How long it may take at most, in ms.
	pub run_time_limit: Moment,
	/// When all tasks are likely to be closed, in ms from now, if that can be said.
	pub expected_time: Option<Moment>,
	/// When all tasks are closed at the latest, in ms from the deal.
	pub ends_within: Moment,
}
