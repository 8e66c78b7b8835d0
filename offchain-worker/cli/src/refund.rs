//! What comes back of a deal's price: the price of its tasks without a result, minus what attempts are paid.

mod payments;

use std::collections::BTreeMap;

use rlc_primitives::{
	deal::Deal,
	task::{Contribution, Stage},
	work::{TaskFailure, TaskView},
	Balance, TaskId,
};

pub(crate) use payments::Payments;

/// What the payer lost with each closed task, in nRLC, as far as that was seen.
///
/// The chain does not remember it: what an attempt is paid depends on the past of its pool.
pub(crate) type Paid = BTreeMap<TaskId, Balance>;

/// What becomes of the money of a deal's tasks that have no result, in nRLC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refund {
	/// Paid back.
	pub back: Balance,
	/// Paid to workers and their scheduler, for their attempts.
	pub attempts: Balance,
	/// What was paid for good, at the match, for what workers do on the chain.
	pub charge: Balance,
}

impl Refund {
	/// Returns what becomes of it; `None` if it was not seen what an attempt was paid. Where the trust is 1 that is
	/// nothing.
	pub(crate) fn of(deal: &Deal, tasks: &[TaskView], paid: &Paid) -> Option<Self> {
		let price = deal.task_price().ok()?;
		let mut refund = Self { back: 0, attempts: 0, charge: charge(deal, tasks) };
		for view in failed(tasks) {
			let attempt = match view.failure {
				Some(TaskFailure::Agreed { .. }) if deal.trust > 1 => {
					paid.get(&view.id)?.checked_sub(own_stake(deal, view))?
				}
				_ => 0,
			};
			refund.back = refund.back.checked_add(price.checked_sub(attempt)?)?;
			refund.attempts = refund.attempts.checked_add(attempt)?;
		}
		Some(refund)
	}
}

/// Returns what was paid for good for the tasks that have no result.
pub(crate) fn charge(deal: &Deal, tasks: &[TaskView]) -> Balance {
	failed(tasks).fold(0, |sum: Balance, _| sum.saturating_add(deal.charge))
}

fn failed(tasks: &[TaskView]) -> impl Iterator<Item = &TaskView> {
	tasks.iter().filter(|view| matches!(view.task.stage, Stage::Failed(_)))
}

/// Returns what the payer lost as a worker of its own task: that was seen together with what it paid.
fn own_stake(deal: &Deal, view: &TaskView) -> Balance {
	let is_lost = |one: &&Contribution| one.worker == deal.payer && !one.status.is_shown();
	view.task.contributions.iter().find(is_lost).map_or(0, |_| deal.worker_stake)
}

#[cfg(test)]
pub(crate) mod tests {
	use super::*;
	use rlc_primitives::{
		deal::Resource,
		task::{Commitment, ContributionStatus},
		work::{AppFault, FailureCause},
		AccountId, AppId, CategoryId, DealId, ResultHash, ResultSeal, Settlement, Tag, Task, WorkerpoolId,
	};

	pub const AGREED: TaskFailure = TaskFailure::Agreed { cause: AppFault::AppFailed, code: 3 };
	pub const RELEASED: TaskFailure = TaskFailure::Released { cause: FailureCause::DatasetUnavailable };
	pub const ENDLESS: TaskFailure = TaskFailure::Released { cause: FailureCause::TimedOut };
	const PAYER: AccountId = AccountId::new([1; 32]);

	/// Returns a deal of two tasks of this trust, at 11 nRLC each and a charge of 2.
	pub fn deal(trust: u64) -> Deal {
		let owner = AccountId::new([9; 32]);
		Deal {
			app: Resource { id: AppId::default(), owner: owner.clone(), price: 1 },
			dataset: None,
			workerpool: Resource { id: WorkerpoolId::default(), owner, price: 10 },
			payer: PAYER,
			requester: PAYER,
			beneficiary: None,
			callback: None,
			category: CategoryId(0),
			reference_time: 0,
			trust,
			tag: Tag::NONE,
			start: 0,
			opened: 0,
			first: 0,
			size: 2,
			worker_stake: 3,
			charge: 2,
			pool_stake: 3,
			scheduler_ratio: 0,
			settlement: Settlement::Automatic,
		}
	}

	/// Returns a task of the deal that has no result, for this reason if it is known.
	pub fn failed(index: u64, failure: Option<TaskFailure>) -> TaskView {
		let mut task = Task::new(DealId::default(), index);
		task.stage = Stage::Failed(None);
		let (delegates, failures) = (Vec::new(), Vec::new());
		let (contribution_deadline, final_deadline) = (0, 0);
		let id = task.id();
		TaskView { id, task, contribution_deadline, final_deadline, delegates, failures, delivery: None, failure }
	}

	fn refund(back: Balance, attempts: Balance, charge: Balance) -> Option<Refund> {
		Some(Refund { back, attempts, charge })
	}

	#[test]
	fn whole_price_comes_back_and_the_charge_does_not() {
		for failure in [None, Some(RELEASED)] {
			let tasks = [failed(0, failure), failed(1, failure)];
			assert_eq!(Refund::of(&deal(5), &tasks, &Paid::new()), refund(22, 0, 4), "{failure:?}");
		}
		let mut open = failed(1, None);
		open.task.stage = Stage::Active;
		assert_eq!(Refund::of(&deal(5), &[failed(0, None), open], &Paid::new()), refund(11, 0, 2));
	}

	#[test]
	fn attempts_are_paid_for_out_of_what_comes_back() {
		let tasks = [failed(0, Some(AGREED)), failed(1, Some(AGREED))];
		let mut paid = Paid::from([(tasks[0].id, 2)]);
		assert_eq!(Refund::of(&deal(5), &tasks, &paid), None, "nobody saw the second");
		paid.insert(tasks[1].id, 0);
		assert_eq!(Refund::of(&deal(5), &tasks, &paid), refund(20, 2, 4));
		assert_eq!(Refund::of(&deal(1), &tasks, &Paid::new()), refund(22, 0, 4), "at trust 1 they are not paid");
	}

	#[test]
	fn stake_of_a_payer_that_worked_itself_is_no_part_of_the_price() {
		let mut task = failed(0, Some(AGREED));
		let commitment = Commitment { result: ResultHash::default(), seal: ResultSeal::default(), enclave: None };
		let status = ContributionStatus::Contributed;
		task.task.contributions.try_push(Contribution { worker: PAYER, commitment, weight: 2, status }).unwrap();
		let paid = Paid::from([(task.id, 5)]);
		assert_eq!(Refund::of(&deal(5), &[task], &paid), refund(9, 2, 2));
	}
}
