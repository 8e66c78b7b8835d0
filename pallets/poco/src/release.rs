//! Schedulers release tasks that nobody can compute, because an input is missing, or because machines end the app before it
//! ends by itself: by their clocks, or because it wants more memory or disk than they give.
//!
//! Everything is unlocked and nobody is paid: nobody who worked on the task is at fault. It takes the word of as many
//! workers as would have to agree on a result. A scheduler with workers of its own can release any task that way, but it
//! gains nothing by it, and the release is in the pool's record. So it does not matter that nobody can check a cause,
//! least of all one that depends on a machine's clock or size.

use frame_support::{ensure, traits::Get};
use rlc_primitives::{count, AccountId};
use sp_runtime::DispatchError;

use crate::{
	close::{people, Closing},
	settle::Money,
	Config, Delegates, Error, FailureCause, Failures, Pallet, TaskFailure, TaskFailures, TaskRef,
};

impl<T: Config> Pallet<T> {
	/// Closes a task for its scheduler, for a cause from outside that enough workers reported. Returns how many people it
	/// concerned.
	pub(crate) fn do_release(who: &AccountId, task: &TaskRef, cause: FailureCause) -> Result<u32, DispatchError> {
		let now = Self::now();
		let mut loaded = Self::load_overdue(task, now)?;
		let (id, deal) = (loaded.id, loaded.deal.clone());
		Self::ensure_scheduler(who, &deal)?;
		ensure!(cause.is_from_outside(), Error::<T>::NotFromOutside);
		loaded.task.release(&deal, now).map_err(Error::<T>::from)?;
		let reports = Failures::<T>::get(id).iter().filter(|report| report.cause == cause).count();
		ensure!(count(reports) >= T::Rules::get().new_workers(deal.trust), Error::<T>::TooFewReports);

		let failure = TaskFailure::Released { cause };
		let closing = Closing { delegates: Delegates::<T>::get(id), failure: Some(failure) };
		let mut money = Money::new::<T>();
		money.release::<T>(&deal, &loaded.task)?;
		TaskFailures::<T>::insert(id, failure);
		Self::close(&loaded, &closing, None)?;
		money.settle::<T>()?;
		Ok(people(&loaded.task, &closing.delegates))
	}
}
