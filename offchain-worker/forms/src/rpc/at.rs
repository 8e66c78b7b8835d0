//! Which blocks a subscription follows.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which blocks a subscription follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum At {
	/// The best ones: soonest, but what they say may be taken back.
	#[default]
	Best,
	/// The final ones.
	Finalized,
}
