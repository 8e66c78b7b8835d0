//! How the tasks of workerpools and apps ended. It decides how offers rank, which requests a pool can be matched with, how
//! many unattended tasks the pool may have open, and what its attempts can be paid.
//!
//! Only what happens under a pool's current owner counts: a record ends when the pool changes hands.

use frame_support::{ensure, traits::Time};
use rlc_primitives::{
	record::{Ending, PoolRecord, Recorded, Tally},
	traits::{Assets, OnTaskClosed, Outcome},
	AccountId, Balance, Deal, DealId, TaskId, WorkerpoolId,
};
use sp_runtime::{DispatchResult, Weight};

use crate::{
	api::RecordView, weights::WeightInfo, AppRecords, Config, Deals, Error, Event, Pallet, PoolRecords, Progress,
};

impl<T: Config> Pallet<T> {
	/// Returns the record of a pool under this owner now.
	pub(crate) fn pool_record(pool: &WorkerpoolId, owner: &AccountId) -> PoolRecord {
		let known = PoolRecords::<T>::get(pool).filter(|record| record.owner == *owner);
		known.unwrap_or_else(|| PoolRecord::new(owner.clone())).at(T::Time::now())
	}

	/// Returns how the tasks of a pool under this owner ended, as of now.
	pub(crate) fn pool_tally(pool: &WorkerpoolId, owner: &AccountId) -> Tally {
		Self::pool_record(pool, owner).tally
	}

	/// Returns for how many more tasks a pool can be matched unattended.
	pub(crate) fn unattended_room(pool: &WorkerpoolId, owner: &AccountId) -> u64 {
		Self::pool_record(pool, owner).room()
	}

	/// Notes that a deal was made that nobody signed.
	pub(crate) fn note_unattended(deal: &Deal) {
		let pool = deal.workerpool.id;
		let mut record = Self::pool_record(&pool, deal.scheduler());
		record.unattended = record.unattended.saturating_add(deal.size);
		PoolRecords::<T>::insert(pool, record);
		Self::count_unattended();
	}

	/// Notes in its pool's and its app's record how a task of the deal ended.
	fn note_ending(deal: &Deal, unattended: bool, ending: Ending) {
		// What was spent on it for good, whatever its parties say that it is worth to them.
		let weight = deal.charge;
		let pool = deal.workerpool.id;
		let now = T::Time::now();

		let mut app = AppRecords::<T>::get(deal.app.id).unwrap_or_default().at(now);
		app.add(ending, weight);
		if T::Assets::app_owner(&deal.app.id).is_some() {
			AppRecords::<T>::insert(deal.app.id, app);
		}

		let own = Self::own_record(deal);
		let is_own = own.is_some();
		// While the pool is another's, nothing is added to its seller's record; but its tasks close.
		let sellers = || PoolRecords::<T>::get(pool).filter(|record| record.owner == *deal.scheduler());
		let Some(mut record) = own.or_else(sellers) else { return };
		if is_own {
			record.add(ending, weight, unattended);
		}
		if unattended {
			record.unattended = record.unattended.saturating_sub(1);
		}
		PoolRecords::<T>::insert(pool, record);
	}

	/// Returns the record of a deal's pool now; `None` if the pool has another owner than at the match, or none.
	fn own_record(deal: &Deal) -> Option<PoolRecord> {
		let pool = &deal.workerpool.id;
		let owner = T::Assets::workerpool(pool)?.owner;
		(owner == *deal.scheduler()).then(|| Self::pool_record(pool, &owner))
	}

	/// Returns what an attempt at a task of this deal can be paid at most, in nRLC.
	pub(crate) fn allowance_of(deal: &Deal) -> Balance {
		Self::own_record(deal).map_or(0, |record| record.allowance)
	}

	/// Takes what an attempt was paid, in nRLC, off its pool's allowance.
	pub(crate) fn take_allowance(deal: &Deal, paid: Balance) {
		if paid == 0 {
			return;
		}
		if let Some(mut record) = Self::own_record(deal) {
			record.allowance = record.allowance.saturating_sub(paid);
			PoolRecords::<T>::insert(deal.workerpool.id, record);
		}
	}

	/// Removes a record that no longer says anything: its app is not registered, or its pool has another owner or none.
	pub(crate) fn do_prune_record(of: Recorded) -> DispatchResult {
		match of {
			Recorded::App(app) => {
				ensure!(AppRecords::<T>::contains_key(app), Error::<T>::NotFound);
				ensure!(T::Assets::app_owner(&app).is_none(), Error::<T>::RecordInUse);
				AppRecords::<T>::remove(app);
			}
			Recorded::Workerpool(pool) => {
				let record = PoolRecords::<T>::get(pool).ok_or(Error::<T>::NotFound)?;
				let owner = T::Assets::workerpool(&pool).map(|policy| policy.owner);
				ensure!(owner != Some(record.owner), Error::<T>::RecordInUse);
				PoolRecords::<T>::remove(pool);
			}
		}

		Self::deposit_event(Event::RecordPruned { of });
		Ok(())
	}

	/// Returns a record as an outsider sees it; `None` if nothing is known.
	pub fn record(of: Recorded) -> Option<RecordView> {
		let now = T::Time::now();
		let view = |tally: Tally| RecordView {
			completed: tally.completed,
			failed: tally.failed,
			timed_out: tally.timed_out,
			recent: None,
			unattended: None,
			unattended_room: None,
		};
		match of {
			Recorded::App(app) => AppRecords::<T>::get(app).map(|record| view(record.at(now))),
			Recorded::Workerpool(pool) => {
				let owner = T::Assets::workerpool(&pool)?.owner;
				let record = PoolRecords::<T>::get(pool).filter(|record| record.owner == owner)?.at(now);
				Some(RecordView {
					recent: Some(record.recent.tasks()),
					unattended: Some(record.unattended),
					unattended_room: Some(record.room()),
					..view(record.tally)
				})
			}
		}
	}
}

/// Keeps the records.
impl<T: Config> OnTaskClosed for Pallet<T> {
	fn on_task_closed(deal: &DealId, _: &TaskId, outcome: Outcome) {
		let ending = match outcome {
			Outcome::Completed(_) => Ending::Completed,
			Outcome::AgreedFailure { .. } | Outcome::Released { .. } => Ending::Failed,
			Outcome::Failed => Ending::TimedOut,
		};
		if let Some(agreed) = Deals::<T>::get(deal) {
			let unattended = Progress::<T>::get(deal).is_some_and(|progress| progress.unattended);
			Self::note_ending(&agreed, unattended, ending);
		}
	}

	fn weight() -> Weight {
		T::WeightInfo::record_task()
	}

	fn weight_again() -> Weight {
		T::WeightInfo::record_again(1).saturating_sub(T::WeightInfo::record_again(0))
	}
}
