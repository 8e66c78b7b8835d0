//! Who may contribute to a task: the workers that its scheduler chose, without those that have contributed.

use alloc::vec::Vec;

use frame_support::ensure;
use rlc_primitives::{task::Stage, AccountId, TaskId};
use sp_runtime::{DispatchError, DispatchResult};

use crate::{
	batch::{DealReader, Loaded},
	Config, Delegate, DelegateList, Delegates, Error, Event, Pallet, TaskRef, Work,
};

impl<T: Config> Pallet<T> {
	/// Makes each of these workers eligible for each of these tasks.
	pub(crate) fn do_delegate(who: &AccountId, tasks: &[TaskRef], workers: &[Delegate]) -> DispatchResult {
		Self::ensure_batch(tasks.iter())?;
		let now = Self::now();
		let mut deals = DealReader::default();
		let mut changes = Vec::with_capacity(tasks.len());
		for task in tasks {
			let loaded = deals.load::<T>(task)?;
			Self::ensure_scheduler(who, &loaded.deal)?;
			ensure!(loaded.task.stage == Stage::Active, Error::<T>::NotActive);
			ensure!(now < loaded.deal.contribution_deadline(), Error::<T>::ContributionTooLate);
			let (delegates, fresh) = Self::with_workers(&loaded, workers)?;
			changes.push((loaded, delegates, fresh));
		}
		for (loaded, delegates, fresh) in changes {
			if fresh.is_empty() {
				continue;
			}
			Delegates::<T>::insert(loaded.id, delegates);
			for worker in fresh {
				Work::<T>::insert(&worker, loaded.id, loaded.task_ref());
				Self::deposit_event(Event::Delegated { task: loaded.id, worker });
			}
		}
		Ok(())
	}

	/// Returns the task's delegates with these workers, and the workers for whom that is a change.
	fn with_workers(loaded: &Loaded, workers: &[Delegate]) -> Result<(DelegateList, Vec<AccountId>), DispatchError> {
		let mut delegates = Delegates::<T>::get(loaded.id);
		let mut fresh = Vec::new();
		for one in workers {
			if loaded.task.contribution(&one.worker).is_some() || delegates.contains(one) {
				continue;
			}
			match delegates.iter_mut().find(|other| other.worker == one.worker) {
				Some(known) => known.enclave = one.enclave,
				None => delegates.try_push(one.clone()).map_err(|_| Error::<T>::TooManyDelegates)?,
			}
			fresh.push(one.worker.clone());
		}
		Ok((delegates, fresh))
	}
	/// Stores who may still contribute; an empty list is not stored.
	pub(crate) fn put_delegates(task: TaskId, delegates: &DelegateList) {
		if delegates.is_empty() {
			Delegates::<T>::remove(task);
		} else {
			Delegates::<T>::insert(task, delegates);
		}
	}
}

/// Returns the delegates without `worker`; `None` if it is not one of them.
pub(crate) fn without(mut delegates: DelegateList, worker: &AccountId) -> Option<DelegateList> {
	let before = delegates.len();
	delegates.retain(|one| one.worker != *worker);
	(delegates.len() < before).then_some(delegates)
}
