//! Who may contribute to a task: the workers that its scheduler chose, without those that have contributed.

use alloc::vec::Vec;

use frame_support::ensure;
use rlc_primitives::{task::Stage, AccountId, Deal, Moment, TaskId};
use sp_runtime::{DispatchError, DispatchResult};

use crate::{
	batch::{DealReader, Loaded},
	Config, Delegate, Delegated, DelegatedList, Delegates, Error, Event, Pallet, TaskRef, Work,
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
			let (delegates, fresh) = Self::with_workers(&loaded, workers, now)?;
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

	/// Takes back that these workers may contribute to these tasks.
	pub(crate) fn do_undelegate(who: &AccountId, tasks: &[TaskRef], workers: &[AccountId]) -> DispatchResult {
		Self::ensure_batch(tasks.iter())?;
		let now = Self::now();
		let mut deals = DealReader::default();
		let mut changes = Vec::with_capacity(tasks.len());
		for task in tasks {
			let loaded = deals.load::<T>(task)?;
			Self::ensure_scheduler(who, &loaded.deal)?;
			let (left, gone): (Vec<_>, Vec<_>) =
				Delegates::<T>::get(loaded.id).into_iter().partition(|one| !workers.contains(&one.delegate.worker));
			let have_had_time = gone.iter().all(|one| has_had_time(one, &loaded.deal, now));
			ensure!(have_had_time, Error::<T>::UndelegatedTooEarly);
			changes.push((loaded.id, DelegatedList::truncate_from(left), gone));
		}
		for (task, left, gone) in changes.into_iter().filter(|(.., gone)| !gone.is_empty()) {
			Self::put_delegates(task, &left);
			for Delegated { delegate: Delegate { worker, .. }, .. } in gone {
				Work::<T>::remove(&worker, task);
				Self::deposit_event(Event::Undelegated { task, worker });
			}
		}
		Ok(())
	}

	/// Returns the task's delegates with these workers, and the workers for whom that is a change.
	fn with_workers(
		loaded: &Loaded,
		workers: &[Delegate],
		now: Moment,
	) -> Result<(DelegatedList, Vec<AccountId>), DispatchError> {
		let mut delegates = Delegates::<T>::get(loaded.id);
		let mut fresh = Vec::new();
		for one in workers {
			if loaded.task.contribution(&one.worker).is_some() {
				continue;
			}
			match delegates.iter_mut().find(|other| other.delegate.worker == one.worker) {
				Some(known) if known.delegate == *one => continue,
				Some(known) => {
					// Another enclave sends the worker away.
					let is_allowed = one.enclave.is_none() || has_had_time(known, &loaded.deal, now);
					ensure!(is_allowed, Error::<T>::UndelegatedTooEarly);
					*known = Delegated { delegate: one.clone(), since: now };
				}
				None => delegates
					.try_push(Delegated { delegate: one.clone(), since: now })
					.map_err(|_| Error::<T>::TooManyDelegates)?,
			}
			fresh.push(one.worker.clone());
		}
		Ok((delegates, fresh))
	}

	/// Stores who may still contribute; an empty list is not stored.
	pub(crate) fn put_delegates(task: TaskId, delegates: &DelegatedList) {
		if delegates.is_empty() {
			Delegates::<T>::remove(task);
		} else {
			Delegates::<T>::insert(task, delegates);
		}
	}
}

/// Returns whether a worker has been a delegate for long enough to compute and contribute.
fn has_had_time(one: &Delegated, deal: &Deal, now: Moment) -> bool {
	one.since.saturating_add(deal.reference_time) <= now
}

/// Returns the delegates without `worker`; `None` if it is not one of them.
pub(crate) fn without(mut delegates: DelegatedList, worker: &AccountId) -> Option<DelegatedList> {
	let before = delegates.len();
	delegates.retain(|one| one.delegate.worker != *worker);
	(delegates.len() < before).then_some(delegates)
}
