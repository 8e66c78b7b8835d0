//! The tasks that a call names, each loaded once with its deal.

use alloc::{rc::Rc, vec::Vec};

use frame_support::{ensure, traits::Time};
use rlc_primitives::{traits::Deals, AccountId, Deal, DealId, Moment, Task, TaskId};
use sp_runtime::{DispatchError, DispatchResult};

use crate::{Config, Error, Pallet, TaskRef, Tasks};

/// A task and its deal.
#[derive(Clone)]
pub(crate) struct Loaded {
	/// The task's id, which is a hash: worked out once.
	pub id: TaskId,
	/// Its deal: a batch's tasks share it.
	pub deal: Rc<Deal>,
	/// The task; [`Task::new`] if nobody touched it.
	pub task: Task,
	/// Whether someone did.
	pub stored: bool,
}

impl Loaded {
	/// The task's place.
	pub fn place(&self) -> TaskRef {
		TaskRef { deal: self.task.deal, index: self.task.index }
	}
}

/// Reads deals, the same one after another only once.
#[derive(Default)]
pub(crate) struct DealReader {
	last: Option<(DealId, Rc<Deal>)>,
}

impl DealReader {
	fn read<T: Config>(&mut self, id: DealId) -> Result<Rc<Deal>, Error<T>> {
		let deal = match self.last.take() {
			Some((last, deal)) if last == id => deal,
			_ => Rc::new(T::Deals::deal(&id).ok_or(Error::<T>::NotFound)?),
		};
		Ok(self.last.insert((id, deal)).1.clone())
	}

	/// Read a task and its deal.
	pub fn load<T: Config>(&mut self, place: &TaskRef) -> Result<Loaded, Error<T>> {
		let deal = self.read::<T>(place.deal)?;
		let id = deal.task(place.deal, place.index).ok_or(Error::<T>::NotFound)?;
		Ok(match Tasks::<T>::get(id) {
			Some(task) => Loaded { id, deal, task, stored: true },
			None => Loaded { id, deal, task: Task::new(place.deal, place.index), stored: false },
		})
	}
}

impl<T: Config> Pallet<T> {
	/// Chain time, in ms.
	pub(crate) fn now() -> Moment {
		T::Time::now()
	}

	/// Read one task and its deal.
	pub(crate) fn load(place: &TaskRef) -> Result<Loaded, Error<T>> {
		DealReader::default().load::<T>(place)
	}

	/// Read a task that may be overdue. A task that is not stored is open, unless it was closed and pruned, which
	/// takes its final deadline and a deal whose tasks can be pruned.
	pub(crate) fn load_overdue(place: &TaskRef, now: Moment) -> Result<Loaded, Error<T>> {
		let loaded = Self::load(place)?;
		let pruned = !loaded.stored && loaded.deal.final_deadline() <= now && T::Deals::is_prunable(&place.deal, now);
		ensure!(!pruned, Error::<T>::AlreadyClosed);
		Ok(loaded)
	}

	pub(crate) fn ensure_scheduler(who: &AccountId, deal: &Deal) -> DispatchResult {
		ensure!(who == deal.scheduler(), Error::<T>::NotScheduler);
		Ok(())
	}

	/// A batch holds something, and no task twice: its items are checked one by one before the first of them changes the
	/// state, so they must not concern each other.
	pub(crate) fn ensure_batch<'a>(places: impl Iterator<Item = &'a TaskRef>) -> Result<(), DispatchError> {
		let mut places: Vec<_> = places.collect();
		ensure!(!places.is_empty(), Error::<T>::EmptyBatch);
		places.sort_unstable();
		ensure!(!places.windows(2).any(|pair| pair.first() == pair.last()), Error::<T>::DuplicateTask);
		Ok(())
	}
}
