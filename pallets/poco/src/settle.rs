//! Closed tasks' money moves, as [`settlement`](rlc_primitives::settlement) worked it out, and scores change.

use alloc::{collections::BTreeMap, vec::Vec};

use rlc_primitives::{
	count,
	money::Score,
	settlement::{Failure, Success},
	traits::{Deals, Escrow, Movement, OpenLocks},
	AccountId, Balance, Deal, Task, TaskId,
};
use sp_runtime::DispatchError;

use crate::{Config, Error, Pallet, Scores, Tasks};

/// What the tasks that one call closes move: gathered task by task, then done at once.
pub(crate) struct Money {
	/// All movements.
	pub movements: Vec<Movement>,
	/// What the kitty has after the tasks so far.
	kitty: Balance,
	/// Scores after the tasks so far, of those whom they concern.
	pub scores: BTreeMap<AccountId, Score>,
}

/// How much money moved: it says what that weighed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Moved {
	/// How many accounts were touched, or scores, where those are more.
	pub accounts: u32,
	/// How many movements there were.
	pub movements: u32,
}

impl Money {
	/// Returns money of which nothing has moved yet.
	pub fn new<T: Config>() -> Self {
		Self { movements: Vec::new(), kitty: T::Escrow::kitty(), scores: BTreeMap::new() }
	}

	/// Pays for a task that was completed by a consensus.
	pub fn pay<T: Config>(&mut self, deal: &Deal, task: &Task, id: TaskId) -> Result<(), Error<T>> {
		let success = Success::of_consensus(deal, task, self.kitty)?;
		// Alone, a worker could not have been contradicted: its score stays as it is.
		if success.workers.len() > 1 {
			for one in &success.workers {
				let before = self.scores.get(&one.worker).copied();
				let before = before.unwrap_or_else(|| Scores::<T>::get(&one.worker));
				self.scores.insert(one.worker.clone(), success.score(one, before));
			}
		}
		self.add(deal, &success, id);
		Ok(())
	}

	/// Pays for a task that one worker contributed to and finalized at once.
	pub fn pay_one<T: Config>(&mut self, deal: &Deal, worker: &AccountId, id: TaskId) -> Result<(), Error<T>> {
		let success = Success::of_one(deal, worker.clone(), self.kitty)?;
		self.add(deal, &success, id);
		Ok(())
	}

	fn add(&mut self, deal: &Deal, success: &Success, id: TaskId) {
		self.kitty = self.kitty.saturating_sub(success.kitty);
		self.movements.extend(success.movements(deal, id));
	}

	/// Undoes what was locked for a failed task, but for the scheduler's stake.
	pub fn give_back<T: Config>(&mut self, deal: &Deal, task: &Task) -> Result<(), Error<T>> {
		let failure = Failure::of(deal)?;
		self.kitty = self.kitty.saturating_add(failure.pool_stake);
		self.movements.extend(failure.movements(deal, task));
		Ok(())
	}

	/// Moves the money and stores the scores. Returns how much moved.
	pub fn settle<T: Config>(self) -> Result<Moved, DispatchError> {
		let scores = count(self.scores.len());
		for (worker, score) in self.scores {
			match score {
				0 => Scores::<T>::remove(worker),
				_ => Scores::<T>::insert(worker, score),
			}
		}
		let accounts = T::Escrow::settle(&self.movements)?.max(scores);
		Ok(Moved { accounts, movements: count(self.movements.len()) })
	}
}

/// Each contribution locks its deal's worker stake until its task closes, whether it was right, wrong or rejected.
impl<T: Config> OpenLocks for Pallet<T> {
	fn open_locks() -> BTreeMap<AccountId, Balance> {
		let mut locks = BTreeMap::new();
		for task in Tasks::<T>::iter_values().filter(|task| !task.is_closed()) {
			let stake = T::Deals::deal(&task.deal).map_or(0, |deal| deal.worker_stake);
			for one in &task.contributions {
				let lock: &mut Balance = locks.entry(one.worker.clone()).or_default();
				*lock = lock.saturating_add(stake);
			}
		}
		locks
	}
}
