//! Deals and their tasks, as the chain knows them.

use rlc_chain::{Chain, Event, MarketplaceEvent};
use rlc_primitives::{
	market::DealView,
	task::Stage,
	work::{TaskView, MAX_PAGE},
	DealId, ResultDigest,
};

use crate::{
	answer::Ending,
	failure::{failure, Result},
	ids::TaskName,
};

/// How many tasks are at each stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
	/// No worker has contributed yet.
	pub waiting: u64,
	/// A worker has contributed.
	pub computing: u64,
	/// Enough workers agree, and have to reveal the digest.
	pub revealing: u64,
	/// Closed with a result.
	pub completed: u64,
	/// Closed without one.
	pub failed: u64,
}

impl Counts {
	/// Counts these tasks.
	pub(crate) fn of(tasks: &[TaskView]) -> Self {
		let mut counts = Self::default();
		for view in tasks {
			*match view.task.stage {
				Stage::Active if view.task.contributions.is_empty() => &mut counts.waiting,
				Stage::Active => &mut counts.computing,
				Stage::Revealing(_) => &mut counts.revealing,
				Stage::Completed(_) => &mut counts.completed,
				Stage::Failed(_) => &mut counts.failed,
			} += 1;
		}
		counts
	}

	/// Returns whether workers can still contribute to one of them.
	pub(crate) fn take_contributions(&self) -> bool {
		self.waiting > 0 || self.computing > 0
	}

	/// Returns what scripts are told of these tasks, as far as they are closed.
	pub(crate) fn ending(&self) -> Ending {
		match (self.failed, self.completed) {
			(0, _) => Ending::Well,
			(_, 0) => Ending::AllFailed,
			_ => Ending::PartlyFailed,
		}
	}

	/// Returns the counts in words, without those that are 0.
	pub(crate) fn words(&self) -> String {
		let parts = [
			(self.waiting, "waiting"),
			(self.computing, "computing"),
			(self.revealing, "revealing"),
			(self.completed, "completed"),
			(self.failed, "failed"),
		];
		let said = parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
		said.collect::<Vec<_>>().join(", ")
	}
}

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

/// Returns the digest of a task's result, if it has one.
pub(crate) fn digest(view: &TaskView) -> Option<ResultDigest> {
	match &view.task.stage {
		Stage::Completed(consensus) => consensus.digest,
		_ => None,
	}
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

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn scripts_are_told_whether_some_tasks_failed_or_all() {
		let ending = |completed, failed| Counts { completed, failed, ..Counts::default() }.ending();
		assert_eq!([ending(0, 0), ending(3, 0)], [Ending::Well; 2]);
		assert_eq!(ending(2, 1), Ending::PartlyFailed);
		assert_eq!(ending(0, 3), Ending::AllFailed);
	}

	#[test]
	fn tasks_take_contributions_until_enough_workers_agree() {
		let taken = |waiting, computing| Counts { waiting, computing, revealing: 1, ..Counts::default() };
		let taken = |waiting, computing| taken(waiting, computing).take_contributions();
		assert_eq!([taken(1, 0), taken(0, 1), taken(0, 0)], [true, true, false]);
	}
}
