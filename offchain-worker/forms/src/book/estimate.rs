//! What a request costs.

use rlc_primitives::{
	market::{self, Hashes},
	Balance, OrderHash,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{described::As, Decimal};

/// The best offers for a request, and what they cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Estimate {
	/// The hashes of the offers, and of the request.
	pub orders: OrderHashes,
	/// How many tasks the deal would have.
	pub volume: Decimal<u64>,
	/// What a task costs, in nRLC.
	pub task_price: Decimal<Balance>,
	/// What all of the deal's tasks cost, in nRLC.
	pub total_price: Decimal<Balance>,
	/// What a worker stakes for a contribution, in nRLC.
	pub worker_stake: Decimal<Balance>,
	/// What the scheduler stakes for a task, in nRLC.
	pub pool_stake: Decimal<Balance>,
	/// What the scheduler stakes for the deal, in nRLC.
	pub total_pool_stake: Decimal<Balance>,
	/// What is held as a deposit for the deal, in nRLC.
	pub deposit: Decimal<Balance>,
	/// What is paid for good for the free calls of all its tasks, in nRLC.
	pub charge: Decimal<Balance>,
}

/// The hashes of four orders that meet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrderHashes {
	/// Of the app order.
	#[schemars(with = "As<OrderHash>")]
	pub app: OrderHash,
	/// Of the dataset order, if there is one.
	#[schemars(with = "Option<As<OrderHash>>")]
	pub dataset: Option<OrderHash>,
	/// Of the workerpool order.
	#[schemars(with = "As<OrderHash>")]
	pub workerpool: OrderHash,
	/// Of the request.
	#[schemars(with = "As<OrderHash>")]
	pub request: OrderHash,
}

impl From<Hashes> for OrderHashes {
	fn from(Hashes { app, dataset, workerpool, request }: Hashes) -> Self {
		Self { app, dataset, workerpool, request }
	}
}

impl From<market::Estimate> for Estimate {
	fn from(estimate: market::Estimate) -> Self {
		Self {
			orders: estimate.orders.into(),
			volume: Decimal(estimate.volume),
			task_price: Decimal(estimate.task_price),
			total_price: Decimal(estimate.total_price),
			worker_stake: Decimal(estimate.worker_stake),
			pool_stake: Decimal(estimate.pool_stake),
			total_pool_stake: Decimal(estimate.total_pool_stake),
			deposit: Decimal(estimate.deposit),
			charge: Decimal(estimate.charge),
		}
	}
}
