//! Where the money of a closed task goes: worked out before anything moves, so that it moves all or not at all.
//!
//! Source: `IexecPoco2Facet.successWork`, `failedWork`, `distributeRewards`, `distributeRewardsFast`, `claim`.

use alloc::vec::Vec;

use crate::{
	money::{self, MoneyError, Score},
	task::ContributionStatus,
	traits::{Movement, MovementKind},
	AccountId, Balance, Deal, Task, TaskId,
};

/// What a success changes for one contributor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerOutcome {
	/// Whom it concerns.
	pub worker: AccountId,
	/// Whether it proved the result: its stake is unlocked then, and seized otherwise.
	pub proved: bool,
	/// What it locked for this task, in nRLC.
	pub stake: Balance,
	/// What it gets, in nRLC; 0 if it did not prove the result.
	pub reward: Balance,
}

/// The money of a completed task, in nRLC. To be applied in the order of the fields.
///
/// `payer + kitty + stakes seized = app + dataset + kitty + workers' rewards + scheduler`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Success {
	/// Seized from the deal's payer: the three prices.
	pub payer: Balance,
	/// Paid to the app's owner.
	pub app: Balance,
	/// Paid to the dataset's owner.
	pub dataset: Balance,
	/// Unlocked for the scheduler: its stake.
	pub pool_stake: Balance,
	/// Taken from the kitty, and paid to the scheduler.
	pub kitty: Balance,
	/// Each contributor, in the order of their contributions.
	pub workers: Vec<WorkerOutcome>,
	/// Paid to the scheduler: what is left of the reward.
	pub scheduler: Balance,
	/// Whether scores change: not after `contribute_and_finalize`, where nobody could have contradicted.
	scored: bool,
}

/// The money of a failed task, in nRLC. To be applied in the order of the fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
	/// Unlocked for the deal's payer: the three prices.
	pub payer: Balance,
	/// Seized from the scheduler, and given to the kitty: its stake.
	pub pool_stake: Balance,
	/// Unlocked for each contributor, right or wrong: its stake.
	pub worker_stake: Balance,
}

impl Success {
	/// Returns the money of a task that was finalized, with `kitty` nRLC in the kitty.
	///
	/// # Errors
	///
	/// [`MoneyError::NobodyProved`] for a task that cannot have been finalized; [`MoneyError::Overflow`] and
	/// [`MoneyError::RatioTooHigh`] for a deal that cannot have been made.
	pub fn of_consensus(deal: &Deal, task: &Task, kitty: Balance) -> Result<Self, MoneyError> {
		let proved = |status| status == ContributionStatus::Proved;
		let shares: Vec<_> =
			task.contributions.iter().map(|one| proved(one.status).then(|| one.log2_weight())).collect();
		let paid = money::distribute(deal.workerpool.price, deal.worker_stake, deal.scheduler_ratio, &shares)?;
		let workers = task.contributions.iter().zip(paid.workers);
		let workers = workers.map(|(one, reward)| WorkerOutcome {
			worker: one.worker.clone(),
			proved: proved(one.status),
			stake: deal.worker_stake,
			reward,
		});
		Self::new(deal, kitty, workers.collect(), paid.scheduler, true)
	}

	/// Returns the money of a task whose only worker contributed and finalized at once, with `kitty` nRLC in the kitty.
	///
	/// # Errors
	///
	/// [`MoneyError::Overflow`] and [`MoneyError::RatioTooHigh`] for a deal that cannot have been made.
	pub fn of_one(deal: &Deal, worker: AccountId, kitty: Balance) -> Result<Self, MoneyError> {
		let price = deal.workerpool.price;
		let reward = money::workers_part(price, deal.scheduler_ratio)?;
		let scheduler = price.checked_sub(reward).ok_or(MoneyError::Overflow)?;
		Self::new(deal, kitty, Vec::from([WorkerOutcome { worker, proved: true, stake: 0, reward }]), scheduler, false)
	}

	fn new(
		deal: &Deal,
		kitty: Balance,
		workers: Vec<WorkerOutcome>,
		scheduler: Balance,
		scored: bool,
	) -> Result<Self, MoneyError> {
		Ok(Self {
			payer: deal.task_price()?,
			app: deal.app.price,
			dataset: deal.dataset_price(),
			pool_stake: deal.pool_stake()?,
			kitty: money::kitty_share(kitty),
			workers,
			scheduler,
			scored,
		})
	}

	/// Returns how the money of `task` moves.
	pub fn movements(&self, deal: &Deal, task: TaskId) -> Vec<Movement> {
		use MovementKind::{Reward, RewardFromKitty, Seize, Unlock};
		let mut moves = Moves::new(task);
		moves.add(&deal.payer, self.payer, Seize);
		moves.add(&deal.app.owner, self.app, Reward);
		if let Some(dataset) = &deal.dataset {
			moves.add(&dataset.owner, self.dataset, Reward);
		}
		moves.add(deal.scheduler(), self.pool_stake, Unlock);
		moves.add(deal.scheduler(), self.kitty, RewardFromKitty);
		for one in &self.workers {
			moves.add(&one.worker, one.stake, if one.proved { Unlock } else { Seize });
			moves.add(&one.worker, one.reward, Reward);
		}
		moves.add(deal.scheduler(), self.scheduler, Reward);
		moves.all
	}

	/// Returns a contributor's score after this, from the one before.
	pub fn score(&self, outcome: &WorkerOutcome, before: Score) -> Score {
		match (self.scored, outcome.proved) {
			(false, _) => before,
			(true, true) => money::score_after_proof(before, self.workers.len()),
			(true, false) => money::score_after_fault(before),
		}
	}
}

impl Failure {
	/// Returns the money of a task that was claimed or abandoned.
	///
	/// # Errors
	///
	/// [`MoneyError::Overflow`] for a deal that cannot have been made.
	pub fn of(deal: &Deal) -> Result<Self, MoneyError> {
		Ok(Self { payer: deal.task_price()?, pool_stake: deal.pool_stake()?, worker_stake: deal.worker_stake })
	}

	/// Returns how the money of `task` moves.
	pub fn movements(&self, deal: &Deal, task: &Task) -> Vec<Movement> {
		use MovementKind::{SeizeForKitty, Unlock};
		let mut moves = Moves::new(task.id());
		moves.add(&deal.payer, self.payer, Unlock);
		moves.add(deal.scheduler(), self.pool_stake, SeizeForKitty);
		for one in &task.contributions {
			moves.add(&one.worker, self.worker_stake, Unlock);
		}
		moves.all
	}
}

/// Movements of one task. Those of 0 are left out.
struct Moves {
	task: TaskId,
	all: Vec<Movement>,
}

impl Moves {
	fn new(task: TaskId) -> Self {
		Self { task, all: Vec::new() }
	}

	fn add(&mut self, who: &AccountId, amount: Balance, kind: MovementKind) {
		if amount > 0 {
			self.all.push(Movement { task: self.task, who: who.clone(), amount, kind });
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		deal::{Resource, Settlement},
		task::{Commitment, Contribution},
		AppId, CategoryId, DealId, ResultHash, ResultSeal, Tag, WorkerpoolId, RLC,
	};
	use proptest::prelude::*;

	fn deal(app: Balance, dataset: Balance, pool: Balance, worker_stake: Balance, scheduler_ratio: u8) -> Deal {
		let owner = AccountId::new([200; 32]);
		Deal {
			app: Resource { id: AppId::default(), owner: owner.clone(), price: app },
			dataset: Some(Resource { id: Default::default(), owner: owner.clone(), price: dataset }),
			workerpool: Resource { id: WorkerpoolId::default(), owner: owner.clone(), price: pool },
			payer: owner.clone(),
			requester: owner,
			beneficiary: None,
			callback: None,
			category: CategoryId(0),
			reference_time: 1,
			trust: 1,
			tag: Tag::NONE,
			start: 0,
			first: 0,
			size: 1,
			worker_stake,
			scheduler_ratio,
			settlement: Settlement::Automatic,
		}
	}

	/// Returns a task with a contributor for each status and weight.
	fn task(contributions: &[(ContributionStatus, u64)]) -> Task {
		let mut task = Task::new(DealId::default(), 0);
		let commitment = Commitment { result: ResultHash::default(), seal: ResultSeal::default(), enclave: None };
		for (n, (status, weight)) in (0u8..).zip(contributions) {
			let worker = AccountId::new([n; 32]);
			let contribution = Contribution { worker, commitment, weight: *weight, status: *status };
			task.contributions.try_push(contribution).unwrap();
		}
		task
	}

	/// `mixed-11.json`, `deal1:0`: app 10, dataset 1,000,000, workerpool 99, stake ratio 30, scheduler ratio 100.
	#[test]
	fn recorded_success_is_reproduced() {
		use ContributionStatus::{Contributed, Proved};
		let deal = deal(10, 1_000_000, 99, 29, 100);
		let success = Success::of_consensus(&deal, &task(&[(Contributed, 2), (Proved, 2), (Proved, 2)]), 0).unwrap();
		assert_eq!((success.payer, success.app, success.dataset), (1_000_109, 10, 1_000_000));
		assert_eq!((success.pool_stake, success.kitty, success.scheduler), (29, 0, 128));
		let scores: Vec<_> = success.workers.iter().map(|one| success.score(one, 9)).collect();
		assert_eq!(scores, [6, 10, 10]);
	}

	#[test]
	fn lone_worker_is_paid_and_gains_no_score() {
		let deal = deal(1, 2, 101, 30, 7);
		let success = Success::of_one(&deal, AccountId::new([1; 32]), 20 * RLC).unwrap();
		// ⌊101 · 93 / 100⌋ = 93
		assert_eq!((success.workers[0].reward, success.scheduler, success.kitty), (93, 8, 2 * RLC));
		assert_eq!((success.workers[0].stake, success.score(&success.workers[0], 5)), (0, 5));
		let alone = task(&[(ContributionStatus::Proved, 2)]);
		let success = Success::of_consensus(&deal, &alone, 0).unwrap();
		assert_eq!((success.workers[0].stake, success.score(&success.workers[0], 5)), (30, 5));
	}

	#[test]
	fn failure_returns_all_but_the_schedulers_stake() {
		let failure = Failure::of(&deal(10, 20, 1_000, 250, 1)).unwrap();
		assert_eq!(failure, Failure { payer: 1_030, pool_stake: 300, worker_stake: 250 });
	}

	fn status() -> impl Strategy<Value = ContributionStatus> {
		use ContributionStatus::{Contributed, Proved, Rejected};
		prop_oneof![Just(Contributed), Just(Proved), Just(Rejected)]
	}

	proptest! {
		/// What is seized is what is paid, to the last nRLC.
		#[test]
		fn success_conserves_money(
			app in 0u128..1 << 90, dataset in 0u128..1 << 90, pool in 0u128..1 << 90, stake in 0u128..1 << 90,
			ratio in 0u8..=100, kitty in 0u128..1 << 90,
			contributions in prop::collection::vec((status(), 2u64..10_000), 0..64),
		) {
			let deal = deal(app, dataset, pool, stake, ratio);
			let many = Success::of_consensus(&deal, &task(&contributions), kitty);
			let proved = contributions.iter().any(|one| one.0 == ContributionStatus::Proved);
			prop_assert_eq!(many.is_ok(), proved);
			for success in many.into_iter().chain(Success::of_one(&deal, AccountId::new([1; 32]), kitty)) {
				let seized: Balance = success.workers.iter().filter(|one| !one.proved).map(|one| one.stake).sum();
				let rewards: Balance = success.workers.iter().map(|one| one.reward).sum();
				prop_assert_eq!(
					success.payer + success.kitty + seized,
					success.app + success.dataset + success.kitty + rewards + success.scheduler
				);
				prop_assert!(success.kitty <= kitty);
				let moved = |kind| -> Balance {
					let of_kind = |one: &Movement| (one.kind == kind).then_some(one.amount);
					success.movements(&deal, TaskId::default()).iter().filter_map(of_kind).sum()
				};
				prop_assert_eq!(moved(MovementKind::Seize), moved(MovementKind::Reward));
				prop_assert_eq!(moved(MovementKind::RewardFromKitty), success.kitty);
			}
		}
	}
}
