//! Deals in a list, with what their reader has to do with them.

use rlc_primitives::{market::DealProgress, AppId, Balance, Deal, DealId, Moment, WorkerpoolId};
use serde::Serialize;

use crate::{Account, Decimal};

/// A deal in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListedDeal {
	/// Its id.
	pub deal: DealId,
	/// The roles in it of the account that asks; none if a request's deals are listed.
	pub roles: Vec<&'static str>,
	/// The app that runs.
	pub app: AppId,
	/// The workerpool that computes.
	pub workerpool: WorkerpoolId,
	/// Who asked.
	pub requester: Account,
	/// What a task costs its payer, in nRLC; `null` if it is more than 128 bits hold.
	pub price: Option<Decimal<Balance>>,
	/// How many tasks the deal has.
	pub tasks: u64,
	/// How many of its tasks are not closed.
	pub open: u64,
	/// How many of its tasks have a result; `null` if they were not counted.
	pub completed: Option<u64>,
	/// When the orders matched, in ms.
	pub start: Moment,
	/// When its last task was closed, in ms.
	pub closed_at: Option<Moment>,
}

impl ListedDeal {
	/// Returns a deal with these roles, of which so many tasks have a result.
	pub fn of(
		id: DealId,
		deal: &Deal,
		progress: &DealProgress,
		roles: Vec<&'static str>,
		completed: Option<u64>,
	) -> Self {
		Self {
			deal: id,
			roles,
			app: deal.app.id,
			workerpool: deal.workerpool.id,
			requester: Account(deal.requester.clone()),
			price: deal.task_price().ok().map(Decimal),
			tasks: deal.size,
			open: progress.open,
			completed,
			start: deal.start,
			closed_at: progress.closed_at,
		}
	}
}
