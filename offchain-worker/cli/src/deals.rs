//! Deals and their tasks, as the chain knows them.

use rlc_chain::{Chain, Event, MarketplaceEvent};
use rlc_primitives::{
	market::DealView,
	task::Stage,
	work::{TaskView, MAX_PAGE},
	DealId,
};

use crate::{
	failure::{failure, Result},
	ids::TaskName,
};

/// Returns a deal.
///
/// # Errors
///
/// If there is none with this id, or it has been pruned.
pub(crate) async fn deal(chain: &Chain, id: DealId) -> Result<DealView> {
	let deal = chain.deal(id).await?;
	deal.ok_or_else(|| {
		failure!(DealUnknown, "there is no deal {:?}, or it ended long ago", id.0;
			"`rlc deal list` shows those of your account")
	})
}

/// Returns all tasks of a deal.
///
/// # Errors
///
/// If the node does not answer.
pub(crate) async fn tasks(chain: &Chain, deal: &DealView) -> Result<Vec<TaskView>> {
	tasks_in(chain, deal.id, deal.deal.first, deal.deal.size).await
}

/// Returns so many tasks of a deal, from this index on.
///
/// # Errors
///
/// If the node does not answer.
pub(crate) async fn tasks_in(chain: &Chain, deal: DealId, first: u64, size: u64) -> Result<Vec<TaskView>> {
	let mut all: Vec<TaskView> = Vec::new();
	let end = first.saturating_add(size);
	let mut from = first;
	while from < end {
		let page = chain.tasks_of(deal, from, MAX_PAGE).await?;
		let Some(last) = page.last() else { break };
		from = last.task.index.saturating_add(1);
		all.extend(page);
	}
	Ok(all)
}

/// Returns the task of this name.
///
/// # Errors
///
/// If there is none.
pub(crate) async fn task(chain: &Chain, name: TaskName) -> Result<TaskView> {
	let found = match name {
		TaskName::Id(id) => chain.task(id).await?,
		TaskName::Ref(task) => chain.task_of(task).await?,
	};
	found.ok_or_else(|| match name {
		TaskName::Id(id) => {
			failure!(TaskUnknown, "there is no task {:?}, or no worker has contributed to it yet", id.0;
				"name it as DEAL:INDEX")
		}
		TaskName::Ref(task) => {
			failure!(TaskUnknown, "there is no task {task}"; "`rlc deal show {:?}` lists the deal's tasks", task.deal.0)
		}
	})
}

/// Returns whether a task still waits for its end.
pub(crate) fn is_open(task: &TaskView) -> bool {
	matches!(task.task.stage, Stage::Active | Stage::Revealing(_))
}

/// Returns the deal that these events open.
///
/// # Errors
///
/// If they open none.
pub(crate) fn opened(events: &[Event]) -> Result<DealId> {
	let deal = events.iter().find_map(|event| match event {
		Event::Marketplace(MarketplaceEvent::DealOpened { deal, .. }) => Some(*deal),
		_ => None,
	});
	deal.ok_or_else(|| {
		failure!(NodeMismatch, "the chain took the orders but reported no deal"; "install the version that fits the chain")
	})
}
