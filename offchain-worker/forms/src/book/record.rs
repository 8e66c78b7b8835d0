//! How tasks ended.

use rlc_primitives::{market, record, AppId, Balance, WorkerpoolId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{described::As, Decimal};

/// Whose record it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Recorded {
	/// A workerpool's, under its current owner.
	Workerpool(#[schemars(with = "As<WorkerpoolId>")] WorkerpoolId),
	/// An app's.
	App(#[schemars(with = "As<AppId>")] AppId),
}

/// How the tasks of a workerpool, or of an app, ended. Each counts with its weight, which halves every 90 days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Record {
	/// The weight of the tasks that have a result, in nRLC.
	pub completed: Decimal<Balance>,
	/// The weight of those that workers agreed have none, in nRLC.
	pub failed: Decimal<Balance>,
	/// The weight of those that were not done in time, or given up, in nRLC.
	pub timed_out: Decimal<Balance>,
	/// How many tasks a workerpool completed in the last 15 to 30 days; `null` for an app.
	pub recent: Option<Decimal<u64>>,
	/// How many tasks a workerpool has open that nobody matched by hand; `null` for an app.
	pub unattended: Option<Decimal<u64>>,
	/// For how many more such tasks the workerpool can be matched; `null` for an app.
	pub unattended_room: Option<Decimal<u64>>,
}

impl From<Recorded> for record::Recorded {
	fn from(of: Recorded) -> Self {
		match of {
			Recorded::Workerpool(id) => Self::Workerpool(id),
			Recorded::App(id) => Self::App(id),
		}
	}
}

impl From<market::RecordView> for Record {
	fn from(view: market::RecordView) -> Self {
		Self {
			completed: Decimal(view.completed),
			failed: Decimal(view.failed),
			timed_out: Decimal(view.timed_out),
			recent: view.recent.map(Decimal),
			unattended: view.unattended.map(Decimal),
			unattended_room: view.unattended_room.map(Decimal),
		}
	}
}
