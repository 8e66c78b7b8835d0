//! Winners show that they had the result. In `Automatic` deals the last of them closes the task.

use alloc::vec::Vec;

use frame_support::ensure;
use rlc_primitives::{count, AccountId, Moment, ResultDigest, Settlement};
use sp_runtime::{DispatchError, DispatchResult};

use crate::{
	batch::{DealReader, Loaded},
	charge::{Met, MAX_SETTLED},
	close::people,
	settle::Money,
	Config, DelegateList, Delegates, Error, Event, Pallet, TaskRef, Tasks, Work,
};

/// A reveal that is acceptable.
pub(crate) struct Accepted {
	/// Its task, after it: completed, if it closes it.
	after: Loaded,
	digest: ResultDigest,
	/// If it closes the task, who was delegated and did not contribute.
	closes: Option<DelegateList>,
}

impl<T: Config> Pallet<T> {
	/// Returns what it met, which says what it weighs.
	pub(crate) fn do_reveal(worker: &AccountId, items: &[(TaskRef, ResultDigest)]) -> Result<Met, DispatchError> {
		let now = Self::now();
		let (accepted, mut met) = Self::check_reveals(worker, items, now)?;
		let mut money = None;
		for Accepted { after, digest, closes } in accepted {
			let task = after.id;
			Work::<T>::remove(worker, task);
			Self::deposit_event(Event::Revealed { task, worker: worker.clone(), digest });
			match closes {
				Some(delegates) => {
					let money = money.get_or_insert_with(Money::new::<T>);
					Self::complete(&after, &delegates, None, now, money)?;
				}
				None => Tasks::<T>::insert(task, &after.task),
			}
		}
		met.moved = money.map(Money::settle::<T>).transpose()?.unwrap_or_default();
		Ok(met)
	}

	pub(crate) fn could_reveal(worker: &AccountId, items: &[(TaskRef, ResultDigest)]) -> DispatchResult {
		Self::check_reveals(worker, items, Self::now()).map(drop)
	}

	fn check_reveals(
		worker: &AccountId,
		items: &[(TaskRef, ResultDigest)],
		now: Moment,
	) -> Result<(Vec<Accepted>, Met), DispatchError> {
		Self::ensure_batch(items.iter().map(|(task, _)| task))?;
		let mut deals = DealReader::default();
		let mut met = Met::default();
		let mut accepted = Vec::with_capacity(items.len());
		for (task_ref, digest) in items {
			let mut after = deals.load::<T>(task_ref)?;
			let Loaded { id, deal, task, .. } = &mut after;
			let missing = task.reveal(worker, *digest, now).map_err(Error::<T>::from)?;
			met.contributions = met.contributions.saturating_add(count(task.contributions.len()));
			let mut closes = None;
			if missing == 0 && deal.settlement == Settlement::Automatic && deal.callback.is_none() {
				task.finalize(deal, None, now).map_err(Error::<T>::from)?;
				let delegates = Delegates::<T>::get(*id);
				met.closed = met.closed.saturating_add(1);
				met.people = met.people.saturating_add(people(task, &delegates));
				closes = Some(delegates);
			}
			accepted.push(Accepted { after, digest: *digest, closes });
		}
		ensure!(met.people <= MAX_SETTLED, Error::<T>::BatchTooHeavy);
		Ok((accepted, met))
	}
}
