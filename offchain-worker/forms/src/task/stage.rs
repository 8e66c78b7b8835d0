//! How far a task has come.

use rlc_primitives::task::Stage;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How far a task has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum TaskStage {
	/// Workers contribute.
	Active,
	/// Enough workers agree, and reveal.
	Revealing,
	/// It ended with a result.
	Completed,
	/// It ended without one.
	Failed,
}

impl TaskStage {
	/// Returns the stage as it is written.
	pub fn name(self) -> &'static str {
		match self {
			Self::Active => "active",
			Self::Revealing => "revealing",
			Self::Completed => "completed",
			Self::Failed => "failed",
		}
	}
}

impl From<&Stage> for TaskStage {
	fn from(stage: &Stage) -> Self {
		match stage {
			Stage::Active => Self::Active,
			Stage::Revealing(_) => Self::Revealing,
			Stage::Completed(_) => Self::Completed,
			Stage::Failed(_) => Self::Failed,
		}
	}
}
