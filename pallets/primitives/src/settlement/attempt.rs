//! The money of tasks that have no result through no fault of those who worked on them: an app that failed is an
//! attempt, for which its workers are paid a part of the price; what its scheduler releases is given back.
//!
//! Attempts are paid by those who asked for them, and no more in all than the allowance of their pool's
//! [record](crate::record::PoolRecord): what its completed tasks were charged for good. So a coalition that stages
//! failures gets back less than it spent on staging results.

use alloc::vec::Vec;

use super::Moves;
use crate::{
	money::{self, MoneyError},
	rules::Sink,
	task::ContributionStatus,
	traits::{Movement, MovementKind},
	AccountId, Balance, Deal, Task, TaskId,
};

/// What an attempt pays at most, in percent of the workerpool's price.
pub const ATTEMPT_PERCENT: u32 = 20;

/// What an agreed failure changes for one contributor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempted {
	/// Whom it concerns.
	pub worker: AccountId,
	/// Whether its stake is unlocked, and not seized: it showed that it had committed to a failure.
	pub keeps_stake: bool,
	/// What it gets, in nRLC; 0 if it did not prove the failure that was agreed on.
	pub reward: Balance,
}

/// The money of a task whose workers agree that the app failed, in nRLC. To be applied in the order of the fields.
///
/// `paid + stakes seized = workers' rewards + scheduler + treasury`, and `paid + returned` is what the payer had locked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
	/// Seized from the deal's payer.
	pub paid: Balance,
	/// Unlocked for the deal's payer: the rest of the three prices.
	pub returned: Balance,
	/// Unlocked for the scheduler: its stake.
	pub pool_stake: Balance,
	/// Each contributor, in the order of their contributions.
	pub workers: Vec<Attempted>,
	/// Paid to the scheduler.
	pub scheduler: Balance,
	/// Paid to the treasury: the stakes that are seized. Nobody gains what a dissenter loses.
	pub treasury: Balance,
}

impl Attempt {
	/// Returns the money of a task that ends as an agreed failure, of a pool with this allowance, in nRLC.
	///
	/// Workers and scheduler share 20 percent of the workerpool's price, or the allowance if that is less, as they would
	/// share a reward. Where the trust is 1 or less there is nothing: one worker's word is cheap. A commitment that is not
	/// shown to be one to a failure is seized, and counts as one to a result.
	///
	/// # Errors
	///
	/// [`MoneyError::NobodyProved`] for a task that cannot have ended so; [`MoneyError::Overflow`] and
	/// [`MoneyError::RatioTooHigh`] for a deal that cannot have been made.
	pub fn of(deal: &Deal, task: &Task, allowance: Balance) -> Result<Self, MoneyError> {
		let most = if deal.trust > 1 { money::percent_of(deal.workerpool.price, ATTEMPT_PERCENT)? } else { 0 };
		let paid = most.min(allowance);
		let returned = deal.task_price()?.checked_sub(paid).ok_or(MoneyError::Overflow)?;
		let proved = |status| status == ContributionStatus::Proved;
		let shares: Vec<_> =
			task.contributions.iter().map(|one| proved(one.status).then(|| one.log2_weight())).collect();
		let shared = money::distribute(paid, 0, deal.scheduler_ratio, &shares)?;
		let mut treasury: Balance = 0;
		let mut workers = Vec::with_capacity(task.contributions.len());
		for (one, reward) in task.contributions.iter().zip(shared.workers) {
			let keeps_stake = one.status.is_shown();
			if !keeps_stake {
				treasury = treasury.checked_add(deal.worker_stake).ok_or(MoneyError::Overflow)?;
			}
			workers.push(Attempted { worker: one.worker.clone(), keeps_stake, reward });
		}
		Ok(Self { paid, returned, pool_stake: deal.pool_stake, workers, scheduler: shared.scheduler, treasury })
	}

	/// Returns how the money of `task` moves.
	pub fn movements(&self, deal: &Deal, task: TaskId) -> Vec<Movement> {
		use MovementKind::{Reward, Seize, ToTreasury, Unlock};
		let mut moves = Moves::new(task);
		moves.add(&deal.payer, self.paid, Seize);
		moves.add(&deal.payer, self.returned, Unlock);
		moves.add(deal.scheduler(), self.pool_stake, Unlock);
		for one in &self.workers {
			moves.add(&one.worker, deal.worker_stake, if one.keeps_stake { Unlock } else { Seize });
			moves.add(&one.worker, one.reward, Reward);
		}
		moves.add(deal.scheduler(), self.scheduler, Reward);
		moves.add(deal.scheduler(), self.treasury, ToTreasury);
		moves.all
	}
}

/// Returns how the money of a task moves that its scheduler released: back to those who locked it, but for the stakes of
/// workers that withheld a consensus before.
///
/// # Errors
///
/// [`MoneyError::Overflow`] for a deal that cannot have been made.
pub fn released(deal: &Deal, task: &Task) -> Result<Vec<Movement>, MoneyError> {
	let mut moves = Moves::new(task.id());
	moves.add(&deal.payer, deal.task_price()?, MovementKind::Unlock);
	moves.add(deal.scheduler(), deal.pool_stake, MovementKind::Unlock);
	let withheld = moves.stakes(task, deal.worker_stake, Sink::Treasury);
	moves.add(deal.scheduler(), withheld, MovementKind::ToTreasury);
	Ok(moves.all)
}

#[cfg(test)]
mod tests;
