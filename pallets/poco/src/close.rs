//! Tasks end: completed, or failed. Every way to end one leads through here, once (invariant I5).

use frame_support::{ensure, traits::Get};
use rlc_primitives::{
	count,
	task::{ContributionStatus, Stage},
	traits::{Deals, OnTaskClosed, Outcome},
	AccountId, Contribution, Moment, Settlement, Task,
};
use sp_runtime::{DispatchError, DispatchResult};

use crate::{
	batch::Loaded, settle::Money, CallbackData, Config, DelegatedList, Delegates, Error, Event, Pallet, TaskFailure,
	TaskFailures, TaskRef, Tasks, Work,
};

/// Returns how many people a closing concerns: the task's contributors, or the delegates beside them if those are more.
/// Weights are measured with as many of both.
pub(crate) fn people(task: &Task, delegates: &DelegatedList) -> u32 {
	count(task.contributions.len().max(delegates.len()))
}

/// Returns how many entries of storage a closing removes: the work of contributors that did not reveal and of delegates, and
/// the list of the delegates.
pub(crate) fn removed(task: &Task, delegates: &DelegatedList) -> u32 {
	let hidden = task.contributions.iter().filter(|one| !one.status.is_shown()).count();
	let lists = usize::from(!delegates.is_empty());
	count(hidden.saturating_add(delegates.len()).saturating_add(lists))
}

/// What closes with a task, and how it ends.
pub(crate) struct Closing {
	/// The workers that were delegated to it in vain.
	pub delegates: DelegatedList,
	/// Why it has no result, if that is nobody's fault who worked on it.
	pub failure: Option<TaskFailure>,
}

impl<T: Config> Pallet<T> {
	/// Closes a task that has its result. Returns how many people it concerned.
	pub(crate) fn do_finalize(
		who: &AccountId,
		task: &TaskRef,
		data: Option<CallbackData>,
	) -> Result<u32, DispatchError> {
		let now = Self::now();
		let (loaded, closing) = Self::check_finalize(who, task, data.as_ref(), now)?;
		let mut money = Money::new::<T>();
		Self::complete(&loaded, &closing, data, &mut money)?;
		money.settle::<T>()?;
		Ok(people(&loaded.task, &closing.delegates))
	}

	/// Returns the task, completed or failed by agreement, and what closes with it.
	pub(crate) fn check_finalize(
		who: &AccountId,
		task: &TaskRef,
		data: Option<&CallbackData>,
		now: Moment,
	) -> Result<(Loaded, Closing), DispatchError> {
		let mut loaded = Self::load(task)?;
		if loaded.deal.settlement == Settlement::Scheduler {
			Self::ensure_scheduler(who, &loaded.deal)?;
		}
		let rules = T::Rules::get();
		let failure = Self::agreed_failure(loaded.id, &loaded.task);
		if failure.is_some() {
			ensure!(data.is_none(), Error::<T>::UnexpectedCallbackData);
			loaded.task.agree_to_fail(&loaded.deal, now, &rules).map_err(Error::<T>::from)?;
		} else {
			let data = data.map(|data| data.as_slice());
			loaded.task.finalize(&loaded.deal, data, now, &rules).map_err(Error::<T>::from)?;
		}
		let delegates = Delegates::<T>::get(loaded.id);
		Ok((loaded, Closing { delegates, failure }))
	}

	/// Checks that this account's `finalize` is accepted, and is free: it is the scheduler's, or that of a worker that
	/// proved the result.
	pub(crate) fn could_finalize_free(who: &AccountId, task: &TaskRef, data: Option<&CallbackData>) -> DispatchResult {
		let (loaded, _) = Self::check_finalize(who, task, data, Self::now())?;
		Self::ensure_free_end(&loaded.task)?;
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

	/// Checks that this account's `reopen` is accepted, and is free.
	pub(crate) fn could_reopen(who: &AccountId, task: &TaskRef) -> DispatchResult {
		Self::ensure_free_end(&Self::load(task)?.task)?;
		Self::check_reopen(who, task).map(drop)
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
		loaded.task.claim(&loaded.deal, now, &T::Rules::get()).map_err(Error::<T>::from)?;
		Self::fail(&loaded)
	}

	/// Closes a task as failed before its time. Returns how many people it concerned.
	pub(crate) fn do_abandon(who: &AccountId, task: &TaskRef) -> Result<u32, DispatchError> {
		let now = Self::now();
		let mut loaded = Self::load_overdue(task, now)?;
		Self::ensure_scheduler(who, &loaded.deal)?;
		loaded.task.abandon(&loaded.deal, now, &T::Rules::get()).map_err(Error::<T>::from)?;
		Self::fail(&loaded)
	}

	/// Closes a task whose workers agree on its result, or on how the app failed, and adds what it pays to `money`.
	pub(crate) fn complete(
		completed: &Loaded,
		closing: &Closing,
		data: Option<CallbackData>,
		money: &mut Money,
	) -> DispatchResult {
		let Loaded { id, deal, task, .. } = completed;
		if closing.failure.is_some() {
			money.pay_attempt::<T>(deal, task, *id)?;
		} else {
			money.pay::<T>(deal, task, *id)?;
		}
		let deadline = task.consensus().map_or(0, |consensus| consensus.reveal_deadline);
		Self::unschedule_reveals(*id, deal, deadline);
		Self::close(completed, closing, data)
	}

	/// Closes a task that was not done, and settles it. Returns how many people it concerned.
	pub(crate) fn fail(failed: &Loaded) -> Result<u32, DispatchError> {
		let Loaded { id, deal, task, .. } = failed;
		let mut money = Money::new::<T>();
		money.give_back::<T>(deal, task)?;
		let delegates = Delegates::<T>::get(id);
		if let Some(consensus) = task.consensus() {
			Self::unschedule_reveals(*id, deal, consensus.reveal_deadline);
			if consensus.reveals > 0 {
				// Nobody closed it in time, whatever its workers agreed on.
				TaskFailures::<T>::remove(id);
			}
		}
		let closing = Closing { delegates, failure: None };
		Self::close(failed, &closing, None)?;
		money.settle::<T>()?;
		Ok(people(task, &closing.delegates))
	}

	/// Stores a task that is completed or failed, tells of it, and sends a result on its way to its deal's callback, whose
	/// `data` it is. The last step of all ways to end a task.
	pub(crate) fn close(closed: &Loaded, closing: &Closing, data: Option<CallbackData>) -> DispatchResult {
		let Loaded { id, task, .. } = closed;
		let Closing { delegates, failure } = closing;
		T::Deals::close_task(&task.deal, Self::chain_now())?;
		Tasks::<T>::insert(id, task);
		// Workers that revealed have had no work here since then.
		for one in task.contributions.iter().filter(|one| !one.status.is_shown()) {
			Work::<T>::remove(&one.worker, id);
		}
		if !delegates.is_empty() {
			Delegates::<T>::remove(id);
			for one in delegates {
				Work::<T>::remove(&one.delegate.worker, id);
			}
		}
		let digest = match &task.stage {
			Stage::Completed(consensus) => consensus.digest,
			_ => None,
		};
		if let Some(failure) = *failure {
			Self::deposit_event(Event::TaskFailed { task: *id, failure });
		}
		Self::deposit_event(Event::TaskClosed { task: *id, deal: task.deal, outcome: digest });
		let outcome = match (digest, *failure) {
			(Some(digest), _) => Outcome::Completed(digest),
			(None, Some(TaskFailure::Agreed { cause, code })) => Outcome::AgreedFailure { cause, code },
			(None, Some(TaskFailure::Released { cause })) => Outcome::Released { cause },
			(None, None) => Outcome::Failed,
		};
		T::OnTaskClosed::on_task_closed(&task.deal, id, outcome);
		Self::send_result(closed, data);
		Ok(())
	}
}
