//! Tasks end: completed, or failed. Whoever and whatever ends one comes through here, once (invariant I5).

use frame_support::ensure;
use rlc_primitives::{
	task::{ContributionStatus, Stage},
	traits::{Deals, OnTaskClosed, Outcome},
	AccountId, Moment, Settlement, Task,
};
use sp_runtime::{DispatchError, DispatchResult};

use crate::{
	batch::Loaded, contribute::count, settle::Money, CallbackData, Config, DelegateList, Delegates, Error, Event,
	Pallet, TaskRef, Tasks, Work,
};

/// How many a closing concerns: its contributors, or the delegates beside them if those are more. Weights are measured
/// with as many of both.
pub(crate) fn people(task: &Task, delegates: &DelegateList) -> u32 {
	count(task.contributions.len().max(delegates.len()))
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_finalize(
		who: &AccountId,
		place: &TaskRef,
		data: Option<CallbackData>,
	) -> Result<u32, DispatchError> {
		let now = Self::now();
		let (loaded, delegates) = Self::check_finalize(who, place, data.as_ref(), now)?;
		let mut money = Money::new::<T>();
		Self::complete(&loaded, &delegates, data, now, &mut money)?;
		money.settle::<T>()?;
		Ok(people(&loaded.task, &delegates))
	}

	/// The task, completed, and who was delegated to it in vain.
	pub(crate) fn check_finalize(
		who: &AccountId,
		place: &TaskRef,
		data: Option<&CallbackData>,
		now: Moment,
	) -> Result<(Loaded, DelegateList), DispatchError> {
		let mut loaded = Self::load(place)?;
		if loaded.deal.settlement == Settlement::Scheduler {
			Self::ensure_scheduler(who, &loaded.deal)?;
		}
		loaded.task.finalize(&loaded.deal, data.map(|data| data.as_slice()), now).map_err(Error::<T>::from)?;
		let delegates = Delegates::<T>::get(loaded.id);
		Ok((loaded, delegates))
	}

	/// Whether this account's `finalize` is accepted, and is free: it is the scheduler's, or a worker's who proved the
	/// result.
	pub(crate) fn could_finalize_free(who: &AccountId, place: &TaskRef, data: Option<&CallbackData>) -> DispatchResult {
		let (loaded, _) = Self::check_finalize(who, place, data, Self::now())?;
		let proved = |one: &rlc_primitives::Contribution| one.status == ContributionStatus::Proved;
		ensure!(
			who == loaded.deal.scheduler() || loaded.task.contribution(who).is_some_and(proved),
			Error::<T>::NotScheduler
		);
		Ok(())
	}

	pub(crate) fn do_reopen(who: &AccountId, place: &TaskRef) -> Result<u32, DispatchError> {
		let (loaded, deadline) = Self::check_reopen(who, place)?;
		Self::reopen_task(&loaded, deadline);
		Ok(count(loaded.task.contributions.len()))
	}

	/// The task, reopened, and its reveal deadline before.
	pub(crate) fn check_reopen(who: &AccountId, place: &TaskRef) -> Result<(Loaded, Moment), DispatchError> {
		let mut loaded = Self::load(place)?;
		Self::ensure_scheduler(who, &loaded.deal)?;
		let deadline = loaded.task.consensus().map_or(0, |consensus| consensus.reveal_deadline);
		loaded.task.reopen(&loaded.deal, Self::now()).map_err(Error::<T>::from)?;
		Ok((loaded, deadline))
	}

	/// Store a task that was reopened, whose reveal deadline had been `deadline`.
	pub(crate) fn reopen_task(reopened: &Loaded, deadline: Moment) {
		Self::unschedule_reveals(reopened.id, &reopened.deal, deadline);
		Tasks::<T>::insert(reopened.id, &reopened.task);
		Self::deposit_event(Event::Reopened { task: reopened.id });
	}

	pub(crate) fn do_claim(place: &TaskRef) -> Result<u32, DispatchError> {
		let now = Self::now();
		let mut loaded = Self::load_overdue(place, now)?;
		loaded.task.claim(&loaded.deal, now).map_err(Error::<T>::from)?;
		Self::fail(&loaded, now)
	}

	pub(crate) fn do_abandon(who: &AccountId, place: &TaskRef) -> Result<u32, DispatchError> {
		let now = Self::now();
		let mut loaded = Self::load_overdue(place, now)?;
		Self::ensure_scheduler(who, &loaded.deal)?;
		loaded.task.abandon(&loaded.deal, now).map_err(Error::<T>::from)?;
		Self::fail(&loaded, now)
	}

	/// Close a task that was completed by a consensus, and add what it pays to `money`.
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
		Self::close(completed, delegates, now)?;
		Self::send_result(completed, data);
		Ok(())
	}

	/// Settle a task that failed. Returns how many it concerned.
	pub(crate) fn fail(failed: &Loaded, now: Moment) -> Result<u32, DispatchError> {
		let Loaded { id, deal, task, .. } = failed;
		let mut money = Money::new::<T>();
		money.give_back::<T>(deal, task)?;
		let delegates = Delegates::<T>::get(id);
		if let Some(consensus) = task.consensus() {
			Self::unschedule_reveals(*id, deal, consensus.reveal_deadline);
		}
		Self::close(failed, &delegates, now)?;
		money.settle::<T>()?;
		Ok(people(task, &delegates))
	}

	/// Store a task that is completed or failed, and tell so.
	pub(crate) fn close(closed: &Loaded, delegates: &DelegateList, now: Moment) -> DispatchResult {
		let Loaded { id, task, .. } = closed;
		T::Deals::close_task(&task.deal, now)?;
		Tasks::<T>::insert(id, task);
		// Who revealed has no work here since then.
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
		Ok(())
	}
}
