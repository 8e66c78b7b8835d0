//! How tasks ended, what that moved, and who had put what at risk.

use std::collections::{BTreeMap, BTreeSet};

use rlc_primitives::{
	task::{ContributionStatus, Stage},
	AccountId, Balance, Deal, Task, TaskId,
};
use rlc_runtime::{Runtime, RuntimeEvent};

use super::{
	evidence::{Evidence, Excuse},
	Promise, Violation,
};
use crate::fuzz::rules;

/// How a task ended, as what others did bears it out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
	/// With a result.
	Completed,
	/// Its workers agree that the app failed.
	AgreedFailure,
	/// Something outside of it was missing, or machines ended its runs.
	Released,
	/// It was not done in time, or given up.
	TimedOut,
}

/// What a task moved in a block, in nRLC.
#[derive(Clone, Default)]
pub struct Moved {
	seized: Vec<(AccountId, Balance)>,
	/// To all.
	pub rewarded: Balance,
}

impl Moved {
	/// Returns what was taken from somebody.
	pub fn seized_from(&self, who: &AccountId) -> Balance {
		self.seized.iter().filter(|(from, _)| from == who).map(|(_, amount)| amount).sum()
	}

	/// Returns what was taken from all.
	pub fn seized(&self) -> Balance {
		self.seized.iter().map(|(_, amount)| amount).sum()
	}
}

/// Returns what each task moved.
pub fn moved(events: &[RuntimeEvent]) -> BTreeMap<TaskId, Moved> {
	let mut all = BTreeMap::<_, Moved>::new();
	for event in events {
		match event {
			RuntimeEvent::Rlc(pallet_rlc::Event::Seized { who, amount, task }) => {
				all.entry(*task).or_default().seized.push((who.clone(), *amount));
			}
			RuntimeEvent::Rlc(pallet_rlc::Event::Rewarded { amount, task, .. }) => {
				all.entry(*task).or_default().rewarded += amount;
			}
			_ => {}
		}
	}
	all
}

/// A task that was closed.
pub struct Ended {
	/// Its id.
	pub id: TaskId,
	/// Its deal.
	pub deal: Deal,
	/// Itself.
	pub task: Task,
	/// How it ended.
	pub end: End,
	/// What that moved.
	pub moved: Moved,
	/// Whether its scheduler gave it up.
	pub is_given_up: bool,
	/// Who showed what it had committed to.
	shown: BTreeSet<AccountId>,
}

impl Ended {
	/// Returns a task that was closed; `None` if it is gone already.
	pub fn of(id: TaskId, moved: Option<&Moved>, evidence: &Evidence, is_given_up: bool) -> Option<Self> {
		let task = pallet_poco::Tasks::<Runtime>::get(id)?;
		let deal = pallet_marketplace::Deals::<Runtime>::get(task.deal)?;
		let end = match task.stage {
			Stage::Completed(_) => End::Completed,
			_ => match evidence.excuse(&id, &deal, &task) {
				Some(Excuse::AgreedFailure) => End::AgreedFailure,
				Some(Excuse::Released) => End::Released,
				None => End::TimedOut,
			},
		};
		let moved = moved.cloned().unwrap_or_default();
		Some(Self { id, end, moved, is_given_up, shown: evidence.shown(&id), deal, task })
	}

	/// Checks that nobody lost more than it had put at risk, and that a scheduler paid for what it did not do.
	pub fn losses(&self) -> Vec<Violation> {
		let Self { id, moved, deal, .. } = self;
		let mut violations = Vec::new();
		let who: BTreeSet<_> = moved.seized.iter().map(|(who, _)| who).collect();
		for who in who {
			let (seized, at_risk) = (moved.seized_from(who), self.at_risk(who));
			if seized > at_risk {
				let text = format!("{who} lost {seized} nRLC by task {id:?}, and had put {at_risk} at risk");
				violations.push((Promise::OwnRole, text));
			}
		}
		let stake = rules::pool_stake(deal);
		if self.end == End::TimedOut && moved.seized_from(deal.scheduler()) < stake {
			let text = format!("the scheduler of task {id:?} kept a stake of {stake} nRLC, and nobody witnessed why");
			violations.push((Promise::Penalty, text));
		}
		if matches!(self.end, End::Released | End::TimedOut) {
			let withheld = self.task.contributions.iter().map(|one| &one.worker);
			for who in withheld.filter(|who| self.withheld_the_consensus(who)) {
				if moved.seized_from(who) < deal.worker_stake {
					let text = format!("{who} withheld the consensus of task {id:?}, and kept its stake");
					violations.push((Promise::Penalty, text));
				}
			}
		}
		violations
	}

	/// Returns what an account put at risk, in nRLC: by each of its roles.
	fn at_risk(&self, who: &AccountId) -> Balance {
		let Self { deal, task, end, .. } = self;
		let mut at_risk = 0;
		if deal.payer == *who {
			at_risk += match end {
				End::Completed => rules::task_price(deal),
				End::AgreedFailure => rules::most_attempt_pay(deal),
				End::Released | End::TimedOut => 0,
			};
		}
		if *end == End::TimedOut && deal.scheduler() == who {
			at_risk += rules::pool_stake(deal);
		}
		let is_safe = match end {
			End::Completed => self.proved_the_consensus(who),
			// Whether to the failure that has consensus, or to another one.
			End::AgreedFailure => self.shown.contains(who),
			End::Released | End::TimedOut => !self.withheld_the_consensus(who),
		};
		if !is_safe && task.contribution(who).is_some() {
			at_risk += deal.worker_stake;
		}
		at_risk
	}

	/// Returns whether an account could have revealed a consensus that nobody revealed in time.
	fn withheld_the_consensus(&self, who: &AccountId) -> bool {
		let status = self.task.contribution(who).map(|one| one.status);
		status == Some(ContributionStatus::Rejected) && !self.shown.contains(who)
	}

	/// Returns whether an account committed to what the task ended with, and showed it.
	fn proved_the_consensus(&self, who: &AccountId) -> bool {
		let consensus = self.task.consensus().map(|consensus| consensus.result);
		let committed = self.task.contribution(who).map(|one| one.commitment.result);
		self.shown.contains(who) && consensus == committed
	}
}
