//! Closed tasks leave the state (invariant I7).
//!
//! A task that was pruned looks like one that nobody touched. So none is pruned before its final deadline, after
//! which nobody can contribute, and the rest asks whether the deal can be pruned.

use alloc::vec::Vec;

use frame_support::ensure;
use rlc_primitives::{traits::Deals, DealId};
use sp_runtime::DispatchResult;

use crate::{Config, Deliveries, DeliveryOutcome, Error, Event, Failures, Pallet, TaskFailures, TaskRef, Tasks};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_prune(tasks: &[TaskRef]) -> DispatchResult {
		Self::ensure_batch(tasks.iter())?;
		let (now, chain_now) = (Self::now(), Self::chain_now());
		let mut ids = Vec::with_capacity(tasks.len());
		let mut prunable: Option<DealId> = None;
		for task in tasks {
			if prunable != Some(task.deal) {
				let deal = T::Deals::deal(&task.deal).ok_or(Error::<T>::NotFound)?;
				let over = deal.final_deadline() <= now && T::Deals::is_prunable(&task.deal, chain_now);
				ensure!(over, Error::<T>::NotPrunable);
				prunable = Some(task.deal);
			}
			let id = task.id();
			ensure!(Tasks::<T>::contains_key(id), Error::<T>::NotFound);
			ensure!(Deliveries::<T>::get(id) != Some(DeliveryOutcome::Pending), Error::<T>::NotPrunable);
			ids.push((task.deal, id));
		}
		for (deal, task) in ids {
			T::Deals::prune_task(&deal, chain_now)?;
			Tasks::<T>::remove(task);
			Failures::<T>::remove(task);
			TaskFailures::<T>::remove(task);
			Deliveries::<T>::remove(task);
			Self::deposit_event(Event::Pruned { task });
		}
		Ok(())
	}
}
