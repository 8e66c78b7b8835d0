//! Closed tasks' money moves, as [`settlement`](rlc_primitives::settlement) worked it out, and scores change.

use alloc::{collections::BTreeMap, vec::Vec};

use frame_support::traits::Get;
use rlc_primitives::{
	count,
	rules::Standing,
	settlement::{released, Attempt, Failure, ScoreChange, Success},
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
	/// How those stand after the tasks so far whose scores they concern.
	pub standings: BTreeMap<AccountId, Standing>,
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
		Self { movements: Vec::new(), kitty: T::Escrow::kitty(), standings: BTreeMap::new() }
	}

	/// Pays for a task that was completed by a consensus.
	pub fn pay<T: Config>(&mut self, deal: &Deal, task: &Task, id: TaskId) -> Result<(), Error<T>> {
		let (rules, today) = (T::Rules::get(), Pallet::<T>::today());
		let standings = &mut self.standings;
		let success = Success::of_consensus(deal, task, self.kitty, &rules, |worker| {
			standing::<T>(standings, worker).can_gain(today, &rules)
		})?;
		for one in &success.workers {
			match one.score {
				ScoreChange::None => {}
				ScoreChange::Point => standing::<T>(standings, &one.worker).gain(today),
				ScoreChange::Fault => standing::<T>(standings, &one.worker).fault(),
			}
		}
		self.add(deal, &success, id);
		Ok(())
	}

	/// Pays for a task that one worker contributed to and finalized at once.
	pub fn pay_one<T: Config>(&mut self, deal: &Deal, worker: &AccountId, id: TaskId) -> Result<(), Error<T>> {
		let success = Success::of_one(deal, worker.clone(), self.kitty, &T::Rules::get())?;
		self.add(deal, &success, id);
		Ok(())
	}

	fn add(&mut self, deal: &Deal, success: &Success, id: TaskId) {
		self.kitty = self.kitty.saturating_sub(success.kitty);
		self.movements.extend(success.movements(deal, id));
	}

	/// Pays for a task whose workers agree that the app failed, out of its pool's allowance.
	pub fn pay_attempt<T: Config>(&mut self, deal: &Deal, task: &Task, id: TaskId) -> Result<(), Error<T>> {
		let attempt = Attempt::of(deal, task, T::Deals::allowance(deal))?;
		T::Deals::use_allowance(deal, attempt.paid);
		self.movements.extend(attempt.movements(deal, id));
		Ok(())
	}

	/// Gives back all that was locked for a task that its scheduler released.
	pub fn release<T: Config>(&mut self, deal: &Deal, task: &Task) -> Result<(), Error<T>> {
		self.movements.extend(released(deal, task)?);
		Ok(())
	}

	/// Undoes what was locked for a failed task, but for the scheduler's stake.
	pub fn give_back<T: Config>(&mut self, deal: &Deal, task: &Task) -> Result<(), Error<T>> {
		let failure = Failure::of(deal, &T::Rules::get())?;
		self.kitty = self.kitty.saturating_add(failure.to_kitty());
		self.movements.extend(failure.movements(deal, task));
		Ok(())
	}

	/// Moves the money, and stores scores. Returns how much moved.
	pub fn settle<T: Config>(self) -> Result<Moved, DispatchError> {
		let scores = count(self.standings.len());
		for (worker, standing) in self.standings {
			match standing.score {
				0 => Scores::<T>::remove(worker),
				_ => Scores::<T>::insert(worker, standing),
			}
		}
		let accounts = T::Escrow::settle(&self.movements)?.max(scores);
		Ok(Moved { accounts, movements: count(self.movements.len()) })
	}
}

/// Returns how a worker stands after the tasks so far, to be changed.
fn standing<'a, T: Config>(standings: &'a mut BTreeMap<AccountId, Standing>, worker: &AccountId) -> &'a mut Standing {
	standings.entry(worker.clone()).or_insert_with(|| Scores::<T>::get(worker))
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
