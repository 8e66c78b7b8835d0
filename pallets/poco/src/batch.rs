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
	/// Returns the task's deal and index.
	pub fn task_ref(&self) -> TaskRef {
		TaskRef { deal: self.task.deal, index: self.task.index }
	}
}

/// Reads deals; a deal that is asked for twice in a row is read once.
#[derive(Default)]
pub(crate) struct DealReader {
	last: Option<(DealId, Rc<Deal>)>,
}

impl DealReader {
	/// Reads a deal.
	pub fn read<T: Config>(&mut self, id: DealId) -> Result<Rc<Deal>, Error<T>> {
		let deal = match self.last.take() {
			Some((last, deal)) if last == id => deal,
			_ => Rc::new(T::Deals::deal(&id).ok_or(Error::<T>::NotFound)?),
		};
		Ok(self.last.insert((id, deal)).1.clone())
	}

	/// Reads a task and its deal.
	pub fn load<T: Config>(&mut self, task: &TaskRef) -> Result<Loaded, Error<T>> {
		let deal = self.read::<T>(task.deal)?;
		let id = deal.task(task.deal, task.index).ok_or(Error::<T>::NotFound)?;
		Ok(match Tasks::<T>::get(id) {
			Some(task) => Loaded { id, deal, task, stored: true },
			None => Loaded { id, deal, task: Task::new(task.deal, task.index), stored: false },
		})
	}
}

impl<T: Config> Pallet<T> {
	/// Returns PoCo time, in ms: what deadlines are compared with.
	pub(crate) fn now() -> Moment {
		T::Time::now()
	}

	/// Returns chain time, in ms: what retention is counted in.
	pub(crate) fn chain_now() -> Moment {
		T::ChainTime::now()
	}

	/// Returns the day, counted from the Unix epoch.
	pub(crate) fn today() -> u32 {
		const DAY: Moment = 24 * 60 * 60 * 1_000;
		u32::try_from(Self::chain_now().checked_div(DAY).unwrap_or_default()).unwrap_or(u32::MAX)
	}

	/// Reads one task and its deal.
	pub(crate) fn load(task: &TaskRef) -> Result<Loaded, Error<T>> {
		DealReader::default().load::<T>(task)
	}

	/// Reads a task that may be overdue. A task that is not stored is open, unless it was closed and pruned, which
	/// takes its final deadline and a deal whose tasks can be pruned.
	pub(crate) fn load_overdue(task: &TaskRef, now: Moment) -> Result<Loaded, Error<T>> {
		let loaded = Self::load(task)?;
		let over = !loaded.stored && loaded.deal.final_deadline() <= now;
		let pruned = over && T::Deals::is_prunable(&task.deal, Self::chain_now());
		ensure!(!pruned, Error::<T>::AlreadyClosed);
		Ok(loaded)
	}

	pub(crate) fn ensure_scheduler(who: &AccountId, deal: &Deal) -> DispatchResult {
		ensure!(who == deal.scheduler(), Error::<T>::NotScheduler);
		Ok(())
	}

	/// Checks that a batch holds something, and no task twice: its items are checked one by one before the first of them
	/// changes the state, so they must not concern each other.
	pub(crate) fn ensure_batch<'a>(tasks: impl Iterator<Item = &'a TaskRef>) -> Result<(), DispatchError> {
		let mut tasks: Vec<_> = tasks.collect();
		ensure!(!tasks.is_empty(), Error::<T>::EmptyBatch);
		tasks.sort_unstable();
		ensure!(!tasks.windows(2).any(|pair| pair.first() == pair.last()), Error::<T>::DuplicateTask);
		Ok(())
	}
}
