//! Answers to the [runtime API](crate::api::PocoApi), for off-chain callers: nothing here runs in a block.

use alloc::vec::Vec;

use rlc_primitives::{
	consensus, count, rules::Standing, task::ContributionStatus, task::Stage, traits::Deals, AccountId, DealId, TaskId,
};

use crate::{
	api::{TaskView, WorkItem, WorkKind, WorkerView, MAX_PAGE},
	batch::{DealReader, Loaded},
	Config, Delegates, Deliveries, Failures, Pallet, Scores, TaskFailures, TaskRef, Tasks, Work,
};

impl<T: Config> Pallet<T> {
	/// See [`PocoApi::task`](crate::api::PocoApi).
	pub fn task(task: TaskId) -> Option<TaskView> {
		let stored = Tasks::<T>::get(task)?;
		Self::task_of(stored.deal, stored.index)
	}

	/// See [`PocoApi::task_of`](crate::api::PocoApi).
	pub fn task_of(deal: DealId, index: u64) -> Option<TaskView> {
		Self::load_overdue(&TaskRef { deal, index }, Self::now()).ok().map(Self::view)
	}

	/// See [`PocoApi::tasks_of`](crate::api::PocoApi).
	pub fn tasks_of(deal: DealId, from: u64, limit: u32) -> Vec<TaskView> {
		let Some(agreed) = T::Deals::deal(&deal) else { return Vec::new() };
		let from = from.max(agreed.first);
		let to = agreed.first.saturating_add(agreed.size).min(from.saturating_add(limit.min(MAX_PAGE).into()));
		(from..to).filter_map(|index| Self::task_of(deal, index)).collect()
	}

	/// See [`PocoApi::work_for`](crate::api::PocoApi).
	pub fn work_for(worker: AccountId, limit: u32) -> Vec<WorkItem> {
		let mut deals = DealReader::default();
		let work = Work::<T>::iter_prefix(&worker).filter_map(|(_, task)| {
			let loaded = deals.load::<T>(&task).ok()?;
			Self::work_on(&worker, &loaded)
		});
		work.take(usize::try_from(limit.min(MAX_PAGE)).unwrap_or(usize::MAX)).collect()
	}

	/// See [`PocoApi::worker`](crate::api::PocoApi).
	pub fn worker(worker: AccountId) -> WorkerView {
		let Standing { score, .. } = Scores::<T>::get(&worker);
		let contributed = Work::<T>::iter_key_prefix(&worker)
			.filter(|task| Tasks::<T>::get(task).is_some_and(|task| task.contribution(&worker).is_some()));
		WorkerView { score, weight: consensus::weight(score), open: count(contributed.count()) }
	}

	/// Returns what the worker has to do for this task now.
	fn work_on(worker: &AccountId, loaded: &Loaded) -> Option<WorkItem> {
		let Loaded { id, deal, task, .. } = loaded;
		let item = |what, deadline, enclave| {
			let item = WorkItem { id: *id, task: loaded.task_ref(), what, deadline, enclave };
			(Self::now() < deadline).then_some(item)
		};
		match (&task.stage, task.contribution(worker)) {
			(Stage::Active, None) => {
				let found = Delegates::<T>::get(id).into_iter().find(|one| one.delegate.worker == *worker)?;
				item(WorkKind::Contribute, deal.contribution_deadline(), found.delegate.enclave)
			}
			(Stage::Revealing(consensus), Some(mine)) => {
				let won = mine.commitment.result == consensus.result && mine.status == ContributionStatus::Contributed;
				let reveal = item(WorkKind::Reveal, consensus.reveal_deadline, mine.commitment.enclave);
				reveal.filter(|_| won)
			}
			_ => None,
		}
	}

	fn view(loaded: Loaded) -> TaskView {
		let Loaded { id, deal, task, .. } = loaded;
		TaskView {
			id,
			task,
			contribution_deadline: deal.contribution_deadline(),
			final_deadline: deal.final_deadline(),
			delegates: Delegates::<T>::get(id).into_iter().map(|one| one.delegate).collect(),
			failures: Failures::<T>::get(id).into_inner(),
			delivery: Deliveries::<T>::get(id),
			failure: TaskFailures::<T>::get(id),
		}
	}
}
