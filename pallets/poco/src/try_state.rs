//! The invariants, each a check of its own.

use alloc::collections::BTreeMap;

use frame_support::{ensure, traits::Get};
use rlc_primitives::{
	task::{ContributionStatus, Stage},
	traits::Deals,
	Settlement,
};
use sp_runtime::TryRuntimeError;

use crate::{
	CallbackEnds, CallbackQueue, Config, Delegates, Deliveries, DeliveryOutcome, DueDeals, DueKey, DueReveals,
	Failures, Pallet, Scores, TaskFailure, TaskFailures, Tasks, Work,
};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::tasks_are_where_they_belong()?;
		Self::open_tasks_can_end()?;
		Self::completed_tasks_have_a_result()?;
		Self::work_is_known_to_its_tasks()?;
		Self::tasks_know_their_work()?;
		Self::agenda_is_of_open_reveals()?;
		Self::queue_is_bounded_and_without_holes()?;
		Self::what_is_beside_a_task_goes_with_it()?;
		Self::failures_are_of_tasks_without_a_result()?;
		ensure!(Scores::<T>::iter_values().all(|standing| standing.score > 0), "a score of 0 is stored");
		Ok(())
	}

	fn tasks_are_where_they_belong() -> Result<(), TryRuntimeError> {
		for (id, task) in Tasks::<T>::iter() {
			let deal = T::Deals::deal(&task.deal).ok_or("a task's deal is gone")?;
			ensure!(deal.task(task.deal, task.index) == Some(id), "a task is stored under another's id");
		}
		Ok(())
	}

	/// Checks I4: what an open task has locked is released at its deal's final deadline, if not before.
	fn open_tasks_can_end() -> Result<(), TryRuntimeError> {
		let mut agenda = BTreeMap::new();
		for (key, cursor) in DueDeals::<T>::iter() {
			ensure!(agenda.insert(key.id, (key.at(), cursor)).is_none(), "a deal is on the agenda twice");
		}
		for task in Tasks::<T>::iter_values().filter(|task| !task.is_closed()) {
			let deal = T::Deals::deal(&task.deal).ok_or("I4: an open task's deal is gone")?;
			let Some((at, cursor)) = agenda.get(&task.deal).copied() else {
				return Err("I4: an open task is not on the agenda".into());
			};
			// A task behind the cursor waits for the end of its grace, for which the deal comes again.
			ensure!(cursor <= task.index || task.has_reveal(), "I4: an open task is not on the agenda");
			let last = deal.final_deadline_with_grace(&T::Rules::get()).max(Self::now());
			ensure!(at <= last, "I4: a deal is due later than its tasks");
		}
		Ok(())
	}

	/// Checks I5: what closes a task is there once, and nothing of it is left to do.
	fn completed_tasks_have_a_result() -> Result<(), TryRuntimeError> {
		for (id, task) in Tasks::<T>::iter().filter(|(_, task)| task.is_closed()) {
			if let Stage::Completed(consensus) = &task.stage {
				ensure!(consensus.reveals > 0 && consensus.digest.is_some(), "I5: a completed task has no result");
			}
			ensure!(!Delegates::<T>::contains_key(id), "I5: a closed task has delegates");
		}
		Ok(())
	}

	fn work_is_known_to_its_tasks() -> Result<(), TryRuntimeError> {
		for (worker, id, task_ref) in Work::<T>::iter() {
			ensure!(task_ref.id() == id, "work is stored under another task's id");
			let task = Tasks::<T>::get(id);
			ensure!(!task.as_ref().is_some_and(|task| task.is_closed()), "there is work on a closed task");
			let contributed = task.as_ref().and_then(|task| task.contribution(&worker));
			let hidden = contributed.is_some_and(|one| !one.status.is_shown());
			let delegated = Delegates::<T>::get(id).iter().any(|one| one.delegate.worker == worker);
			ensure!(hidden != delegated, "work is neither delegated nor contributed, or both");
		}
		Ok(())
	}

	fn tasks_know_their_work() -> Result<(), TryRuntimeError> {
		for (id, task) in Tasks::<T>::iter().filter(|(_, task)| !task.is_closed()) {
			for one in task.contributions.iter().filter(|one| !one.status.is_shown()) {
				ensure!(Work::<T>::contains_key(&one.worker, id), "a contributor does not find its task");
			}
		}
		for (id, delegates) in Delegates::<T>::iter() {
			ensure!(!delegates.is_empty(), "an empty list of delegates is stored");
			for one in &delegates {
				ensure!(Work::<T>::contains_key(&one.delegate.worker, id), "a delegate does not find its task");
			}
		}
		Ok(())
	}

	fn agenda_is_of_open_reveals() -> Result<(), TryRuntimeError> {
		for key in DueReveals::<T>::iter_keys() {
			let task = Tasks::<T>::get(key.id).ok_or("an unknown task is on the agenda")?;
			let Stage::Revealing(consensus) = &task.stage else { return Err("a task without reveals is due".into()) };
			ensure!(consensus.reveal_deadline == key.at(), "a task is due at another time than its reveal deadline");
		}
		for (id, task) in Tasks::<T>::iter() {
			let Stage::Revealing(consensus) = &task.stage else { continue };
			let deal = T::Deals::deal(&task.deal).ok_or("a revealing task's deal is gone")?;
			let key = DueKey::new(consensus.reveal_deadline, id);
			ensure!(
				deal.settlement == Settlement::Scheduler
					|| consensus.reveal_deadline <= Self::now()
					|| DueReveals::<T>::contains_key(key),
				"an automatic task's reveal deadline is not on the agenda"
			);
		}
		Ok(())
	}

	fn queue_is_bounded_and_without_holes() -> Result<(), TryRuntimeError> {
		let ends = CallbackEnds::<T>::get();
		let length = ends.tail.checked_sub(ends.head).ok_or("the queue ends before it begins")?;
		ensure!(length <= T::MaxCallbacks::get().into(), "more results wait than can");
		let length = usize::try_from(length).map_err(|_| "more results wait than can")?;
		ensure!(CallbackQueue::<T>::iter_keys().count() == length, "results wait outside the queue");
		for number in ends.head..ends.tail {
			let next = CallbackQueue::<T>::get(number).ok_or("the queue has a hole")?;
			ensure!(
				Deliveries::<T>::get(next.task) == Some(DeliveryOutcome::Pending),
				"a result waits that is not pending"
			);
		}
		let pending = Deliveries::<T>::iter_values().filter(|one| *one == DeliveryOutcome::Pending);
		ensure!(pending.count() == length, "a pending result does not wait");
		Ok(())
	}

	/// Checks that a task is said to have failed by agreement, or to be released, only if it has no result, and that nobody
	/// is excused of any other.
	fn failures_are_of_tasks_without_a_result() -> Result<(), TryRuntimeError> {
		for (id, failure) in TaskFailures::<T>::iter() {
			let task = Tasks::<T>::get(id).ok_or("I7: why a task failed outlived it")?;
			let fits = match failure {
				TaskFailure::Agreed { .. } => match &task.stage {
					Stage::Revealing(consensus) | Stage::Failed(Some(consensus)) => consensus.reveals > 0,
					_ => false,
				},
				TaskFailure::Released { .. } => task.stage == Stage::Failed(None),
			};
			ensure!(fits, "a task did not fail as is said");
		}
		for (id, task) in Tasks::<T>::iter() {
			let is_excused = task.contributions.iter().any(|one| one.status == ContributionStatus::Excused);
			let may = task.is_closed() || TaskFailures::<T>::contains_key(id);
			ensure!(!is_excused || may, "a worker is excused where the app did not fail");
		}
		Ok(())
	}

	/// Checks I7: nothing outlives its task.
	fn what_is_beside_a_task_goes_with_it() -> Result<(), TryRuntimeError> {
		for (id, _) in Deliveries::<T>::iter() {
			let completed = Tasks::<T>::get(id).is_some_and(|task| matches!(task.stage, Stage::Completed(_)));
			ensure!(completed, "I7: a result's delivery outlived its task");
		}
		// Which deals' tasks they are of, a pallet cannot tell: the delegations of those who reported can be taken back.
		for reports in Failures::<T>::iter_values() {
			ensure!(!reports.is_empty(), "an empty list of reports is stored");
		}
		Ok(())
	}
}
