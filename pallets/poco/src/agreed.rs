//! Apps fail, and workers agree on how: a failure is committed to as a result is, and revealed by a call of its own.
//!
//! ```text
//! contribute ×n ──► consensus on a hash ──► reveal_failure by a winner: it stands for a failure of the app
//!                                                 │ the other winners reveal
//!                                                 │ others show that they committed to another failure, or lose their stake
//!                                                 ▼
//!                                     closed without a result; attempts are paid out of the pool's allowance
//! ```
//!
//! What a commitment stands for shows only when it is revealed. So a commitment counts as one to a result until its worker
//! shows, within the reveal window, that it is one to a failure: a task with such workers outside its consensus is closed
//! at the end of the window, not by its last reveal. One winner's word decides: its preimage of the digest proves that the
//! digest is a failure's, whatever the other winners say.

use frame_support::{ensure, traits::Get};
use rlc_primitives::{
	count, AccountId, AgreedFailure, Deal, Moment, ResultDigest, ResultHash, Settlement, Task, TaskId,
};
use sp_runtime::{DispatchError, DispatchResult};

use crate::{
	batch::Loaded,
	charge::Met,
	close::{people, removed, Closing},
	settle::Money,
	Config, Delegates, Error, Event, Pallet, TaskFailure, TaskFailures, TaskRef, Tasks, Work,
};

/// A failure that a worker may show.
pub(crate) struct Shown {
	/// Its task, after it: closed, if it closes it.
	after: Loaded,
	digest: ResultDigest,
	/// Whether it is the failure that has consensus, and not another one.
	is_agreed: bool,
	/// If it closes the task, with what.
	closes: Option<Closing>,
	met: Met,
}

impl<T: Config> Pallet<T> {
	/// Reveals a failure. Returns what it met, which says what it weighs.
	pub(crate) fn do_reveal_failure(
		worker: &AccountId,
		task: &TaskRef,
		failure: &AgreedFailure,
	) -> Result<Met, DispatchError> {
		let Shown { after, digest, is_agreed, closes, mut met } =
			Self::check_reveal_failure(worker, task, failure, Self::now())?;
		let task = after.id;
		let AgreedFailure { cause, code, .. } = *failure;
		Work::<T>::remove(worker, task);
		if is_agreed {
			TaskFailures::<T>::insert(task, TaskFailure::Agreed { cause, code });
			Self::deposit_event(Event::Revealed { task, worker: worker.clone(), digest });
		}
		Self::deposit_event(Event::FailureRevealed { task, worker: worker.clone(), cause, code });
		match closes {
			Some(closing) => {
				let mut money = Money::new::<T>();
				Self::complete(&after, &closing, None, &mut money)?;
				met.moved = money.settle::<T>()?;
			}
			None => Tasks::<T>::insert(task, &after.task),
		}
		Ok(met)
	}

	/// Checks that this account's failure is accepted, and is free.
	pub(crate) fn could_reveal_failure(worker: &AccountId, task: &TaskRef, failure: &AgreedFailure) -> DispatchResult {
		let Shown { after: Loaded { deal, task, .. }, .. } =
			Self::check_reveal_failure(worker, task, failure, Self::now())?;
		Self::ensure_free_contribution(worker, &deal, &task)
	}

	fn check_reveal_failure(
		worker: &AccountId,
		task: &TaskRef,
		failure: &AgreedFailure,
		now: Moment,
	) -> Result<Shown, DispatchError> {
		let mut after = Self::load(task)?;
		let Loaded { id, deal, task, .. } = &mut after;
		let mut met = Met { contributions: count(task.contributions.len()), ..Met::default() };
		let digest = failure.digest(id);
		let result = ResultHash::of(*id, digest);
		let committed = task.contribution(worker).map(|one| one.commitment.result);
		ensure!(committed.is_none_or(|committed| committed == result), Error::<T>::WrongFailure);
		let is_agreed = task.consensus().is_some_and(|consensus| consensus.result == result);
		let known = if is_agreed {
			Some(TaskFailure::Agreed { cause: failure.cause, code: failure.code })
		} else {
			Self::agreed_failure(*id, task)
		};
		match known {
			// Before the consensus is known to be a failure, those outside of it have lost to a result.
			Some(_) if !is_agreed => task.excuse(worker, digest, now),
			_ => task.reveal(worker, digest, now).map(drop),
		}
		.map_err(Error::<T>::from)?;
		let mut closes = None;
		if let Some(failure) = known.filter(|_| Self::is_failed_by_now(deal, task)) {
			task.agree_to_fail(deal, now, &T::Rules::get()).map_err(Error::<T>::from)?;
			let delegates = Delegates::<T>::get(*id);
			(met.closed, met.deals) = (1, 1);
			met.people = people(task, &delegates);
			met.removed = removed(task, &delegates);
			closes = Some(Closing { delegates, failure: Some(failure) });
		}
		Ok(Shown { after, digest, is_agreed, closes, met })
	}

	/// Returns whether the last word is spoken on a task whose workers agree on a failure, and the chain closes it.
	pub(crate) fn is_failed_by_now(deal: &Deal, task: &Task) -> bool {
		deal.settlement == Settlement::Automatic && !task.has_open_contribution()
	}

	/// Returns the failure that a winner showed the task's consensus to be, if one did. Reads storage only if somebody
	/// revealed.
	pub(crate) fn agreed_failure(id: TaskId, task: &Task) -> Option<TaskFailure> {
		if task.has_reveal() {
			TaskFailures::<T>::get(id)
		} else {
			None
		}
	}
}
