//! What was paid.

use rlc_primitives::{market, Balance, Moment};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Decimal;

/// What was paid once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Trade {
	/// When, in ms.
	pub time: Moment,
	/// What a task paid for the app, in nRLC.
	pub app_price: Decimal<Balance>,
	/// What a task paid for the dataset, in nRLC.
	pub dataset_price: Decimal<Balance>,
	/// What a task paid for the workerpool, in nRLC.
	pub workerpool_price: Decimal<Balance>,
	/// How many tasks.
	pub volume: Decimal<u64>,
}

impl From<market::Trade> for Trade {
	fn from(trade: market::Trade) -> Self {
		Self {
			time: trade.time,
			app_price: Decimal(trade.app_price),
			dataset_price: Decimal(trade.dataset_price),
			workerpool_price: Decimal(trade.workerpool_price),
			volume: Decimal(trade.volume),
		}
	}
}
