//! Deals that have open tasks, in brief.

use rlc_primitives::{market, DealId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{described::As, Account, Decimal};

/// A deal that has open tasks, in brief.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OpenDeal {
	/// Its id.
	#[schemars(with = "As<DealId>")]
	pub id: DealId,
	/// Who schedules it: the workerpool's owner when the orders matched.
	pub scheduler: Account,
	/// Index of the first task.
	pub first: Decimal<u64>,
	/// How many tasks the deal has.
	pub size: Decimal<u64>,
	/// How many of its tasks are not closed.
	pub open: Decimal<u64>,
}

impl From<market::OpenDeal> for OpenDeal {
	fn from(deal: market::OpenDeal) -> Self {
		Self {
			id: deal.id,
			scheduler: Account(deal.scheduler),
			first: Decimal(deal.first),
			size: Decimal(deal.size),
			open: Decimal(deal.open),
		}
	}
}
