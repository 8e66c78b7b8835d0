//! Workers say that a task cannot be computed. By itself that changes nothing but what the scheduler knows; enough
//! reports of one cause from outside let it [release](crate::Pallet::release) the task.
//!
//! A dishonest worker can report what is not so, once for each task that it was given: a report is evidence of what the
//! worker says. Whom to believe, and whether to delegate to others, to release, or to abandon, is the scheduler's choice.

use frame_support::ensure;
use rlc_primitives::{AccountId, TaskId};
use sp_runtime::{DispatchError, DispatchResult};

use crate::{Config, Delegates, Error, Event, FailureCause, FailureList, FailureReport, Failures, Pallet, TaskRef};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_report(worker: AccountId, task: &TaskRef, cause: FailureCause) -> DispatchResult {
		let (task, mut reports) = Self::check_report(&worker, task)?;
		let report = FailureReport { worker: worker.clone(), cause, at: Self::now() };
		reports.try_push(report).map_err(|_| Error::<T>::TooManyReports)?;
		Failures::<T>::insert(task, reports);
		Self::deposit_event(Event::FailureReported { task, worker, cause });
		Ok(())
	}

	/// Checks that this account's report is accepted, and is free.
	pub(crate) fn could_report(worker: &AccountId, task: &TaskRef) -> DispatchResult {
		let (_, reports) = Self::check_report(worker, task)?;
		Self::ensure_free_report(&Self::load(task)?.deal, &reports)
	}

	/// Returns the task, and what was reported of it so far.
	pub(crate) fn check_report(worker: &AccountId, task: &TaskRef) -> Result<(TaskId, FailureList), DispatchError> {
		let loaded = Self::load(task)?;
		ensure!(!loaded.task.is_closed(), Error::<T>::AlreadyClosed);
		ensure!(
			loaded.task.contribution(worker).is_some()
				|| Delegates::<T>::get(loaded.id).iter().any(|one| one.delegate.worker == *worker),
			Error::<T>::NotDelegated
		);
		let reports = Failures::<T>::get(loaded.id);
		ensure!(!reports.iter().any(|one| one.worker == *worker), Error::<T>::AlreadyReported);
		ensure!(!reports.is_full(), Error::<T>::TooManyReports);
		Ok((loaded.id, reports))
	}
}
