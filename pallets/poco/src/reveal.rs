//! Winners show that they had the result. In `Automatic` deals the last of them closes the task.

use frame_support::{ensure, traits::Get};
use rlc_primitives::{count, AccountId, Moment, ResultDigest, Settlement};
use sp_runtime::{DispatchError, DispatchResult};

use crate::{
	batch::{DealReader, Loaded},
	charge::{deals, Met, MAX_SETTLED},
	close::{people, removed, Closing},
	settle::Money,
	sifted::Sifted,
	Config, Delegates, Error, Event, Pallet, TaskRef, Tasks, Work,
};

/// Reveals of one worker.
pub(crate) struct Reveals {
	all: Sifted<Accepted>,
	met: Met,
}

/// A reveal that is acceptable.
pub(crate) struct Accepted {
	/// Its task, after it: completed, if it closes it.
	after: Loaded,
	digest: ResultDigest,
	/// If it closes the task, with what.
	closes: Option<Closing>,
}

impl<T: Config> Pallet<T> {
	/// Reveals what counts, and tells what does not. Returns what it met, which says what it weighs.
	pub(crate) fn do_reveal(worker: &AccountId, items: &[(TaskRef, ResultDigest)]) -> Result<Met, DispatchError> {
		let now = Self::now();
		let Reveals { all, mut met } = Self::check_reveals(worker, items, now)?;
		let closing = all.accepted.iter().filter(|(_, one)| one.closes.is_some());
		met.deals = deals(closing.map(|(task, _)| task));
		let mut money = None;
		for (_, Accepted { after, digest, closes }) in all.accepted {
			let task = after.id;
			Work::<T>::remove(worker, task);
			Self::deposit_event(Event::Revealed { task, worker: worker.clone(), digest });
			match closes {
				Some(closing) => {
					let money = money.get_or_insert_with(Money::new::<T>);
					Self::complete(&after, &closing, None, money)?;
				}
				None => Tasks::<T>::insert(task, &after.task),
			}
		}
		for (task, error) in all.refused {
			Self::deposit_event(Event::RevealRefused { task: task.id(), worker: worker.clone(), error });
		}
		met.moved = money.map(Money::settle::<T>).transpose()?.unwrap_or_default();
		Ok(met)
	}

	/// Checks that reveals are free: at least half of them count.
	pub(crate) fn could_reveal(worker: &AccountId, items: &[(TaskRef, ResultDigest)]) -> DispatchResult {
		let Reveals { all, .. } = Self::check_reveals(worker, items, Self::now())?;
		for (_, Accepted { after: Loaded { deal, task, .. }, .. }) in &all.accepted {
			Self::ensure_free_contribution(worker, deal, task)?;
		}
		all.ensure_half()
	}

	/// Fails if none of them counts.
	fn check_reveals(
		worker: &AccountId,
		items: &[(TaskRef, ResultDigest)],
		now: Moment,
	) -> Result<Reveals, DispatchError> {
		Self::ensure_batch(items.iter().map(|(task, _)| task))?;
		let mut deals = DealReader::default();
		let (mut all, mut met) = (Sifted::with_capacity(items.len()), Met::default());
		for (task, digest) in items {
			all.push(*task, Self::check_reveal(&mut deals, worker, task, *digest, now, &mut met));
		}
		ensure!(met.people <= MAX_SETTLED, Error::<T>::BatchTooHeavy);
		all.ensure_some()?;
		Ok(Reveals { all, met })
	}

	/// Checks one of them, and adds to what they meet.
	fn check_reveal(
		deals: &mut DealReader,
		worker: &AccountId,
		task_ref: &TaskRef,
		digest: ResultDigest,
		now: Moment,
		met: &mut Met,
	) -> Result<Accepted, DispatchError> {
		let mut after = deals.load::<T>(task_ref)?;
		let Loaded { id, deal, task, .. } = &mut after;
		// Read whether it counts or not.
		met.contributions = met.contributions.saturating_add(count(task.contributions.len()));
		let missing = task.reveal(worker, digest, now).map_err(Error::<T>::from)?;
		let mut closes = None;
		if missing == 0 && deal.settlement == Settlement::Automatic {
			let failure = Self::agreed_failure(*id, task);
			let rules = T::Rules::get();
			let closed = match failure {
				Some(_) if Self::is_failed_by_now(deal, task) => task.agree_to_fail(deal, now, &rules).map(Some),
				None if deal.callback.is_none() => task.finalize(deal, None, now, &rules).map(Some),
				_ => Ok(None),
			};
			if closed.map_err(Error::<T>::from)?.is_some() {
				let delegates = Delegates::<T>::get(*id);
				met.closed = met.closed.saturating_add(1);
				met.people = met.people.saturating_add(people(task, &delegates));
				met.removed = met.removed.saturating_add(removed(task, &delegates));
				closes = Some(Closing { delegates, failure });
			}
		}
		Ok(Accepted { after, digest, closes })
	}
}
