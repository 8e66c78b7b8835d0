//! Tasks end: completed, or failed. Every way to end one leads through here, once (invariant I5).

use frame_support::ensure;
use rlc_primitives::{
	count,
	task::{ContributionStatus, Stage},
	traits::{Deals, OnTaskClosed, Outcome},
	AccountId, Contribution, Moment, Settlement, Task,
};
use sp_runtime::{DispatchError, DispatchResult};

use crate::{
	batch::Loaded, settle::Money, CallbackData, Config, DelegateList, Delegates, Error, Event, Pallet, TaskRef, Tasks,
	Work,
};

/// Returns how many people a closing concerns: the task's contributors, or the delegates beside them if those are more.
/// Weights are measured with as many of both.
pub(crate) fn people(task: &Task, delegates: &DelegateList) -> u32 {
	count(task.contributions.len().max(delegates.len()))
}

impl<T: Config> Pallet<T> {
	/// Closes a task that has its result. Returns how many people it concerned.
	pub(crate) fn do_finalize(
		who: &AccountId,
		task: &TaskRef,
		data: Option<CallbackData>,
	) -> Result<u32, DispatchError> {
		let now = Self::now();
		let (loaded, delegates) = Self::check_finalize(who, task, data.as_ref(), now)?;
		let mut money = Money::new::<T>();
		Self::complete(&loaded, &delegates, data, now, &mut money)?;
		money.settle::<T>()?;
		Ok(people(&loaded.task, &delegates))
	}

	/// Returns the task, completed, and the workers that were delegated to it in vain.
	pub(crate) fn check_finalize(
		who: &AccountId,
		task: &TaskRef,
		data: Option<&CallbackData>,
		now: Moment,
	) -> Result<(Loaded, DelegateList), DispatchError> {
		let mut loaded = Self::load(task)?;
		if loaded.deal.settlement == Settlement::Scheduler {
			Self::ensure_scheduler(who, &loaded.deal)?;
		}
		loaded.task.finalize(&loaded.deal, data.map(|data| data.as_slice()), now).map_err(Error::<T>::from)?;
		let delegates = Delegates::<T>::get(loaded.id);
		Ok((loaded, delegates))
	}

	/// Checks that this account's `finalize` is accepted, and is free: it is the scheduler's, or that of a worker that
	/// proved the result.
	pub(crate) fn could_finalize_free(who: &AccountId, task: &TaskRef, data: Option<&CallbackData>) -> DispatchResult {
		let (loaded, _) = Self::check_finalize(who, task, data, Self::now())?;
		let proved = |one: &Contribution| one.status == ContributionStatus::Proved;
		ensure!(
			who == loaded.deal.scheduler() || loaded.task.contribution(who).is_some_and(proved),
			Error::<T>::NotScheduler
		);
		Ok(())
	}

	/// Gives up a consensus that nobody revealed. Returns how many contributions the task has.
	pub(crate) fn do_reopen(who: &AccountId, task: &TaskRef) -> Result<u32, DispatchError> {
		let (loaded, deadline) = Self::check_reopen(who, task)?;
		Self::reopen_task(&loaded, deadline);
		Ok(count(loaded.task.contributions.len()))
	}

	/// Returns the task, reopened, and the reveal deadline that it had.
	pub(crate) fn check_reopen(who: &AccountId, task: &TaskRef) -> Result<(Loaded, Moment), DispatchError> {
		let mut loaded = Self::load(task)?;
		Self::ensure_scheduler(who, &loaded.deal)?;
		let deadline = loaded.task.consensus().map_or(0, |consensus| consensus.reveal_deadline);
		loaded.task.reopen(&loaded.deal, Self::now()).map_err(Error::<T>::from)?;
		Ok((loaded, deadline))
	}

	/// Stores a task that was reopened, whose reveal deadline had been `deadline`.
	pub(crate) fn reopen_task(reopened: &Loaded, deadline: Moment) {
		Self::unschedule_reveals(reopened.id, &reopened.deal, deadline);
		Tasks::<T>::insert(reopened.id, &reopened.task);
		Self::deposit_event(Event::Reopened { task: reopened.id });
	}

	/// Closes an overdue task as failed. Returns how many people it concerned.
	pub(crate) fn do_claim(task: &TaskRef) -> Result<u32, DispatchError> {
		let now = Self::now();
		let mut loaded = Self::load_overdue(task, now)?;
		loaded.task.claim(&loaded.deal, now).map_err(Error::<T>::from)?;
		Self::fail(&loaded, now)
	}

	/// Closes a task as failed before its time. Returns how many people it concerned.
	pub(crate) fn do_abandon(who: &AccountId, task: &TaskRef) -> Result<u32, DispatchError> {
		let now = Self::now();
		let mut loaded = Self::load_overdue(task, now)?;
		Self::ensure_scheduler(who, &loaded.deal)?;
		loaded.task.abandon(&loaded.deal, now).map_err(Error::<T>::from)?;
		Self::fail(&loaded, now)
	}

	/// Closes a task that was completed by a consensus, and adds what it pays to `money`.
	pub(crate) fn complete(
		completed: &Loaded,
		delegates: &DelegateList,
		data: Option<CallbackData>,
		now: Moment,
		money: &mut Money,
	) -> DispatchResult {
		let Loaded { id, deal, task, .. } = completed;
		money.pay::<T>(deal, task, *id)?;
		let deadline = task.consensus().map_or(0, |consensus| consensus.reveal_deadline);
		Self::unschedule_reveals(*id, deal, deadline);
		Self::close(completed, delegates, data, now)
	}

	/// Closes a task that failed, and settles it. Returns how many people it concerned.
	pub(crate) fn fail(failed: &Loaded, now: Moment) -> Result<u32, DispatchError> {
		let Loaded { id, deal, task, .. } = failed;
		let mut money = Money::new::<T>();
		money.give_back::<T>(deal, task)?;
		let delegates = Delegates::<T>::get(id);
		if let Some(consensus) = task.consensus() {
			Self::unschedule_reveals(*id, deal, consensus.reveal_deadline);
		}
		Self::close(failed, &delegates, None, now)?;
		money.settle::<T>()?;
		Ok(people(task, &delegates))
	}

	/// Stores a task that is completed or failed, tells of it, and sends a result on its way to its deal's callback, whose
	/// `data` it is. The last step of all ways to end a task.
	pub(crate) fn close(
		closed: &Loaded,
		delegates: &DelegateList,
		data: Option<CallbackData>,
		now: Moment,
	) -> DispatchResult {
		let Loaded { id, task, .. } = closed;
		T::Deals::close_task(&task.deal, now)?;
		Tasks::<T>::insert(id, task);
		// Workers that revealed have had no work here since then.
		for one in task.contributions.iter().filter(|one| one.status != ContributionStatus::Proved) {
			Work::<T>::remove(&one.worker, id);
		}
		if !delegates.is_empty() {
			Delegates::<T>::remove(id);
			for one in delegates {
				Work::<T>::remove(&one.worker, id);
			}
		}
		let digest = match &task.stage {
			Stage::Completed(consensus) => consensus.digest,
			_ => None,
		};
		Self::deposit_event(Event::TaskClosed { task: *id, deal: task.deal, outcome: digest });
		T::OnTaskClosed::on_task_closed(&task.deal, id, digest.map_or(Outcome::Failed, Outcome::Completed));
		Self::send_result(closed, data);
		Ok(())
	}
}
