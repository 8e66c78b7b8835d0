//! What became of a result that a callback is to receive.

use rlc_primitives::work::DeliveryOutcome;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sp_runtime::DispatchError;

/// What became of a result that a callback is to receive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Delivery {
	/// How far it has come.
	pub status: DeliveryStatus,
	/// Why the callback refused it.
	pub error: Option<String>,
}

/// How far a delivery has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum DeliveryStatus {
	/// It waits in the queue.
	Pending,
	/// The callback took it.
	Delivered,
	/// The callback refused it, or nobody knows the callback.
	Failed,
	/// The queue had no room.
	QueueFull,
}

impl From<DeliveryOutcome> for Delivery {
	fn from(outcome: DeliveryOutcome) -> Self {
		let (status, error) = match outcome {
			DeliveryOutcome::Pending => (DeliveryStatus::Pending, None),
			DeliveryOutcome::Delivered => (DeliveryStatus::Delivered, None),
			DeliveryOutcome::Failed(error) => (DeliveryStatus::Failed, Some(in_words(error))),
			DeliveryOutcome::QueueFull => (DeliveryStatus::QueueFull, None),
		};
		Self { status, error }
	}
}

/// Returns a runtime's error in words. Names of a pallet's errors are in the metadata, by these numbers.
fn in_words(error: DispatchError) -> String {
	match error {
		DispatchError::Module(module) => format!("pallet {}, error {}", module.index, module.error[0]),
		other => <&'static str>::from(other).into(),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::{json, to_value};
	use sp_runtime::ModuleError;

	#[test]
	fn failed_delivery_says_which_error() {
		let error = DispatchError::Module(ModuleError { index: 70, error: [3, 0, 0, 0], message: None });
		let delivery = Delivery::from(DeliveryOutcome::Failed(error));
		assert_eq!(to_value(delivery).unwrap(), json!({ "status": "failed", "error": "pallet 70, error 3" }));
		let delivered = Delivery::from(DeliveryOutcome::Delivered);
		assert_eq!(to_value(delivered).unwrap(), json!({ "status": "delivered", "error": null }));
	}
}
