//! The scheduler chooses workers.

use alloc::vec::Vec;

use frame_support::ensure;
use rlc_primitives::{task::Stage, AccountId};
use sp_runtime::{DispatchError, DispatchResult};

use crate::{
	batch::{DealReader, Loaded},
	Config, Delegate, DelegateList, Delegates, Error, Event, Pallet, TaskRef, Work,
};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_delegate(who: &AccountId, tasks: &[TaskRef], workers: &[Delegate]) -> DispatchResult {
		Self::ensure_batch(tasks.iter())?;
		let (now, mut deals) = (Self::now(), DealReader::default());
		let mut changes = Vec::with_capacity(tasks.len());
		for place in tasks {
			let loaded = deals.load::<T>(place)?;
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
				Work::<T>::insert(&worker, loaded.id, loaded.place());
				Self::deposit_event(Event::Delegated { task: loaded.id, worker });
			}
		}
		Ok(())
	}

	/// The task's delegates with these workers, and those whom it changes.
	fn with_workers(loaded: &Loaded, workers: &[Delegate]) -> Result<(DelegateList, Vec<AccountId>), DispatchError> {
		let (mut delegates, mut fresh) = (Delegates::<T>::get(loaded.id), Vec::new());
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
}
