//! Where the money of a closed task goes: worked out before anything moves, so that it moves all or not at all.
//!
//! Source: `IexecPoco2Facet.successWork`, `failedWork`, `distributeRewards`, `distributeRewardsFast`, `claim`.

use alloc::vec::Vec;

use crate::{
	money::{self, MoneyError},
	rules::{Rules, Sink},
	task::ContributionStatus,
	traits::{Movement, MovementKind},
	AccountId, Balance, Deal, Task, TaskId,
};

mod attempt;

pub use attempt::{released, Attempt, Attempted, ATTEMPT_PERCENT};

/// What a success does to a worker's score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScoreChange {
	/// Nothing: nobody could have contradicted the worker, or it gains nothing by a reward as small, or nothing more today.
	None,
	/// One point more: it proved the result.
	Point,
	/// A third less: others proved the result.
	Fault,
}

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
	/// What becomes of its score.
	pub score: ScoreChange,
}

/// The money of a completed task, in nRLC. To be applied in the order of the fields.
///
/// `payer + kitty + stakes seized = app + dataset + kitty + workers' rewards + scheduler + treasury`.
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
	/// Paid to the treasury: what points of score cost, and stakes that are seized for nobody.
	pub treasury: Balance,
}

/// The money of a failed task, in nRLC. To be applied in the order of the fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
	/// Unlocked for the deal's payer: the three prices.
	pub payer: Balance,
	/// Seized from the scheduler: its stake.
	pub pool_stake: Balance,
	/// Where what is seized goes.
	pub sink: Sink,
	/// Unlocked for each contributor, right or wrong, but seized from those that withheld a consensus: its stake.
	pub worker_stake: Balance,
}

impl Success {
	/// Returns the money of a task that was finalized, with `kitty` nRLC in the kitty. `can_gain` says whether a worker can
	/// gain a point of score today.
	///
	/// # Errors
	///
	/// [`MoneyError::NobodyProved`] for a task that cannot have been finalized; [`MoneyError::Overflow`] and
	/// [`MoneyError::RatioTooHigh`] for a deal that cannot have been made.
	pub fn of_consensus(
		deal: &Deal,
		task: &Task,
		kitty: Balance,
		rules: &Rules,
		mut can_gain: impl FnMut(&AccountId) -> bool,
	) -> Result<Self, MoneyError> {
		let proved = |status| status == ContributionStatus::Proved;
		let shares: Vec<_> =
			task.contributions.iter().map(|one| proved(one.status).then(|| one.log2_weight())).collect();
		let (shared, sunk_stake) = match rules.sink {
			Sink::People => (deal.worker_stake, 0),
			Sink::Treasury => (0, deal.worker_stake),
		};
		let paid = money::distribute(deal.workerpool.price, shared, deal.scheduler_ratio, &shares)?;
		// Alone, a worker could not have been contradicted: its score stays as it is.
		let scored = task.contributions.len() > 1;
		let mut treasury: Balance = 0;
		let mut workers = Vec::with_capacity(task.contributions.len());
		for (one, reward) in task.contributions.iter().zip(paid.workers) {
			let proved = proved(one.status);
			let mut outcome = WorkerOutcome {
				worker: one.worker.clone(),
				proved,
				stake: deal.worker_stake,
				reward,
				score: ScoreChange::None,
			};
			let mut sunk = if proved { 0 } else { sunk_stake };
			if scored && !proved {
				outcome.score = ScoreChange::Fault;
			} else if let Some(left) = rules.after_score_price(reward).filter(|_| scored && can_gain(&one.worker)) {
				sunk = rules.score_price;
				outcome.reward = left;
				outcome.score = ScoreChange::Point;
			}
			treasury = treasury.checked_add(sunk).ok_or(MoneyError::Overflow)?;
			workers.push(outcome);
		}
		Self::new(deal, kitty, rules, workers, paid.scheduler, treasury)
	}

	/// Returns the money of a task whose only worker contributed and finalized at once, with `kitty` nRLC in the kitty.
	///
	/// # Errors
	///
	/// [`MoneyError::Overflow`] and [`MoneyError::RatioTooHigh`] for a deal that cannot have been made.
	pub fn of_one(deal: &Deal, worker: AccountId, kitty: Balance, rules: &Rules) -> Result<Self, MoneyError> {
		let price = deal.workerpool.price;
		let reward = money::workers_part(price, deal.scheduler_ratio)?;
		let scheduler = price.checked_sub(reward).ok_or(MoneyError::Overflow)?;
		let outcome = WorkerOutcome { worker, proved: true, stake: 0, reward, score: ScoreChange::None };
		Self::new(deal, kitty, rules, Vec::from([outcome]), scheduler, 0)
	}

	fn new(
		deal: &Deal,
		kitty: Balance,
		rules: &Rules,
		workers: Vec<WorkerOutcome>,
		scheduler: Balance,
		treasury: Balance,
	) -> Result<Self, MoneyError> {
		let kitty = match rules.sink {
			Sink::People => money::kitty_share(kitty),
			Sink::Treasury => 0,
		};
		Ok(Self {
			payer: deal.task_price()?,
			app: deal.app.price,
			dataset: deal.dataset_price(),
			pool_stake: deal.pool_stake,
			kitty,
			workers,
			scheduler,
			treasury,
		})
	}

	/// Returns how the money of `task` moves.
	pub fn movements(&self, deal: &Deal, task: TaskId) -> Vec<Movement> {
		use MovementKind::{Reward, RewardFromKitty, Seize, ToTreasury, Unlock};
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
		moves.add(deal.scheduler(), self.treasury, ToTreasury);
		moves.all
	}
}

impl Failure {
	/// Returns the money of a task that was claimed or abandoned.
	///
	/// # Errors
	///
	/// [`MoneyError::Overflow`] for a deal that cannot have been made.
	pub fn of(deal: &Deal, rules: &Rules) -> Result<Self, MoneyError> {
		let (payer, pool_stake) = (deal.task_price()?, deal.pool_stake);
		Ok(Self { payer, pool_stake, sink: rules.sink, worker_stake: deal.worker_stake })
	}

	/// Returns what the kitty gets, in nRLC.
	pub fn to_kitty(&self) -> Balance {
		match self.sink {
			Sink::People => self.pool_stake,
			Sink::Treasury => 0,
		}
	}

	/// Returns how the money of `task` moves.
	pub fn movements(&self, deal: &Deal, task: &Task) -> Vec<Movement> {
		use MovementKind::{Seize, SeizeForKitty, ToTreasury, Unlock};
		let mut moves = Moves::new(task.id());
		moves.add(&deal.payer, self.payer, Unlock);
		match self.sink {
			Sink::People => moves.add(deal.scheduler(), self.pool_stake, SeizeForKitty),
			Sink::Treasury => moves.add(deal.scheduler(), self.pool_stake, Seize),
		}
		let withheld = moves.stakes(task, self.worker_stake, self.sink);
		if self.sink == Sink::Treasury {
			moves.add(deal.scheduler(), self.pool_stake.saturating_add(withheld), ToTreasury);
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

	/// Gives each contributor of a task without a result its stake back. Where seized stakes go to the treasury, those that
	/// had the consensus and did not reveal lose theirs: they kept everybody else from a result. Returns what is seized, in
	/// nRLC.
	fn stakes(&mut self, task: &Task, stake: Balance, sink: Sink) -> Balance {
		let mut seized: Balance = 0;
		for one in &task.contributions {
			let withheld = sink == Sink::Treasury && one.status == ContributionStatus::Rejected;
			self.add(&one.worker, stake, if withheld { MovementKind::Seize } else { MovementKind::Unlock });
			if withheld {
				seized = seized.saturating_add(stake);
			}
		}
		seized
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

	pub(super) fn deal(
		app: Balance,
		dataset: Balance,
		pool: Balance,
		worker_stake: Balance,
		scheduler_ratio: u8,
	) -> Deal {
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
			opened: 0,
			first: 0,
			size: 1,
			worker_stake,
			charge: 0,
			pool_stake: money::pool_stake(pool, 0).unwrap(),
			scheduler_ratio,
			settlement: Settlement::Automatic,
		}
	}

	/// Returns a task with a contributor for each status and weight.
	pub(super) fn task(contributions: &[(ContributionStatus, u64)]) -> Task {
		let mut task = Task::new(DealId::default(), 0);
		let commitment = Commitment { result: ResultHash::default(), seal: ResultSeal::default(), enclave: None };
		for (n, (status, weight)) in (0u8..).zip(contributions) {
			let worker = AccountId::new([n; 32]);
			let contribution = Contribution { worker, commitment, weight: *weight, status: *status };
			task.contributions.try_push(contribution).unwrap();
		}
		task
	}

	/// Returns the money of a task with such contributions, whose workers can all gain points.
	fn consensus(
		deal: &Deal,
		contributions: &[(ContributionStatus, u64)],
		kitty: Balance,
		rules: &Rules,
	) -> Result<Success, MoneyError> {
		Success::of_consensus(deal, &task(contributions), kitty, rules, |_| true)
	}

	fn scores(success: &Success) -> Vec<ScoreChange> {
		success.workers.iter().map(|one| one.score).collect()
	}

	/// `mixed-11.json`, `deal1:0`: app 10, dataset 1,000,000, workerpool 99, stake ratio 30, scheduler ratio 100.
	#[test]
	fn recorded_success_is_reproduced() {
		use ContributionStatus::{Contributed, Proved};
		let deal = deal(10, 1_000_000, 99, 29, 100);
		let success = consensus(&deal, &[(Contributed, 2), (Proved, 2), (Proved, 2)], 0, &Rules::IEXEC).unwrap();
		assert_eq!((success.payer, success.app, success.dataset), (1_000_109, 10, 1_000_000));
		assert_eq!((success.pool_stake, success.kitty, success.scheduler), (29, 0, 128));
		assert_eq!(scores(&success), [ScoreChange::Fault, ScoreChange::Point, ScoreChange::Point]);
	}

	/// The same task where seized stakes go to the treasury: nobody gains by the fault of the third.
	#[test]
	fn live_networks_give_nobody_what_a_worker_lost() {
		use ContributionStatus::{Contributed, Proved};
		let deal = deal(10, 20, 100 * RLC, 30 * RLC, 10);
		let workers = [(Contributed, 2), (Proved, 2), (Proved, 2)];
		let success = consensus(&deal, &workers, 50 * RLC, &Rules::LIVE).unwrap();
		let price = Rules::LIVE.score_price;
		let rewards: Vec<_> = success.workers.iter().map(|one| one.reward).collect();
		assert_eq!(
			rewards,
			[0, 45 * RLC - price, 45 * RLC - price],
			"half of 90 % of the price, less what a point costs"
		);
		assert_eq!((success.scheduler, success.kitty), (10 * RLC, 0));
		assert_eq!(success.treasury, 30 * RLC + 2 * price);
		assert_eq!(scores(&success), [ScoreChange::Fault, ScoreChange::Point, ScoreChange::Point]);
	}

	#[test]
	fn reward_too_small_for_a_point_is_paid_in_full() {
		use ContributionStatus::Proved;
		let deal = deal(0, 0, RLC / 10, 0, 0);
		let success = consensus(&deal, &[(Proved, 2), (Proved, 2)], 0, &Rules::LIVE).unwrap();
		assert_eq!(success.workers.iter().map(|one| one.reward).collect::<Vec<_>>(), [RLC / 20, RLC / 20]);
		assert_eq!((scores(&success), success.treasury), (vec![ScoreChange::None; 2], 0));
	}

	#[test]
	fn worker_that_can_gain_nothing_more_today_pays_for_nothing() {
		use ContributionStatus::Proved;
		let deal = deal(0, 0, 10 * RLC, 0, 0);
		let task = task(&[(Proved, 2), (Proved, 2)]);
		let first = task.contributions[0].worker.clone();
		let success = Success::of_consensus(&deal, &task, 0, &Rules::LIVE, |who| *who != first).unwrap();
		assert_eq!(scores(&success), [ScoreChange::None, ScoreChange::Point]);
		assert_eq!((success.workers[0].reward, success.treasury), (5 * RLC, Rules::LIVE.score_price));
	}

	#[test]
	fn lone_worker_is_paid_and_gains_no_score() {
		let deal = deal(1, 2, 101, 30, 7);
		let success = Success::of_one(&deal, AccountId::new([1; 32]), 20 * RLC, &Rules::IEXEC).unwrap();
		// ⌊101 · 93 / 100⌋ = 93
		assert_eq!((success.workers[0].reward, success.scheduler, success.kitty), (93, 8, 2 * RLC));
		assert_eq!((success.workers[0].stake, scores(&success)), (0, vec![ScoreChange::None]));
		let success = consensus(&deal, &[(ContributionStatus::Proved, 2)], 0, &Rules::IEXEC).unwrap();
		assert_eq!((success.workers[0].stake, scores(&success)), (30, vec![ScoreChange::None]));
	}

	#[test]
	fn failure_returns_all_but_the_schedulers_stake() {
		let deal = deal(10, 20, 1_000, 250, 1);
		for (rules, sink, to_kitty) in [(Rules::IEXEC, Sink::People, 300), (Rules::LIVE, Sink::Treasury, 0)] {
			let failure = Failure::of(&deal, &rules).unwrap();
			assert_eq!(failure, Failure { payer: 1_030, pool_stake: 300, sink, worker_stake: 250 });
			assert_eq!(failure.to_kitty(), to_kitty);
			let moves = failure.movements(&deal, &task(&[]));
			let moved = |kind| -> Balance { moves.iter().filter(|one| one.kind == kind).map(|one| one.amount).sum() };
			assert_eq!(moved(MovementKind::SeizeForKitty), to_kitty);
			assert_eq!((moved(MovementKind::Seize), moved(MovementKind::ToTreasury)), (300 - to_kitty, 300 - to_kitty));
		}
	}

	#[test]
	fn consensus_that_was_withheld_costs_those_who_withheld_it() {
		use ContributionStatus::{Contributed, Rejected};
		let (deal, task) = (deal(10, 20, 1_000, 250, 1), task(&[(Rejected, 2), (Contributed, 2)]));
		for (rules, seized, unlocked) in [(Rules::IEXEC, 0, 500), (Rules::LIVE, 250, 250)] {
			let moves = Failure::of(&deal, &rules).unwrap().movements(&deal, &task);
			let moved = |kind: MovementKind, of: &dyn Fn(&AccountId) -> bool| -> Balance {
				moves.iter().filter(|one| one.kind == kind && of(&one.who)).map(|one| one.amount).sum()
			};
			let is_worker = |who: &AccountId| task.contribution(who).is_some();
			assert_eq!(moved(MovementKind::Seize, &is_worker), seized);
			assert_eq!(moved(MovementKind::Unlock, &is_worker), unlocked);
			let seized_in_all = moved(MovementKind::Seize, &|_| true);
			assert_eq!(moved(MovementKind::ToTreasury, &|_| true), seized_in_all);
		}
		let moves = released(&deal, &task).unwrap();
		let sum = |kind| -> Balance { moves.iter().filter(|one| one.kind == kind).map(|one| one.amount).sum() };
		assert_eq!((sum(MovementKind::Seize), sum(MovementKind::ToTreasury)), (250, 250));
		assert_eq!(sum(MovementKind::Unlock), 1_030 + 300 + 250);
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
			ratio in 0u8..=100, kitty in 0u128..1 << 90, live: bool,
			contributions in prop::collection::vec((status(), 2u64..10_000), 0..64),
		) {
			let deal = deal(app, dataset, pool, stake, ratio);
			let rules = if live { Rules::LIVE } else { Rules::IEXEC };
			let many = consensus(&deal, &contributions, kitty, &rules);
			let proved = contributions.iter().any(|one| one.0 == ContributionStatus::Proved);
			prop_assert_eq!(many.is_ok(), proved);
			for success in many.into_iter().chain(Success::of_one(&deal, AccountId::new([1; 32]), kitty, &rules)) {
				let seized: Balance = success.workers.iter().filter(|one| !one.proved).map(|one| one.stake).sum();
				let rewards: Balance = success.workers.iter().map(|one| one.reward).sum();
				prop_assert_eq!(
					success.payer + success.kitty + seized,
					success.app + success.dataset + success.kitty + rewards + success.scheduler + success.treasury
				);
				prop_assert!(success.kitty <= kitty);
				let moved = |kind| -> Balance {
					let of_kind = |one: &Movement| (one.kind == kind).then_some(one.amount);
					success.movements(&deal, TaskId::default()).iter().filter_map(of_kind).sum()
				};
				prop_assert_eq!(
					moved(MovementKind::Seize),
					moved(MovementKind::Reward) + moved(MovementKind::ToTreasury)
				);
				prop_assert_eq!(moved(MovementKind::RewardFromKitty), success.kitty);
			}
		}
	}
}
