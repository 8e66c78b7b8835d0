//! What agreed failures and released tasks pay.

use alloc::collections::BTreeMap;

use proptest::prelude::*;

use super::{
	super::tests::{deal, task},
	*,
};

use ContributionStatus::{Contributed, Excused, Proved, Rejected};

/// Returns a deal of this trust: app 100, dataset 50, workerpool 1,000, worker stake 300 nRLC, a tenth for the scheduler.
fn agreed(trust: u64) -> Deal {
	Deal { trust, ..deal(100, 50, 1_000, 300, 10) }
}

fn attempt(trust: u64, allowance: Balance, contributions: &[(ContributionStatus, u64)]) -> Attempt {
	Attempt::of(&agreed(trust), &task(contributions), allowance).unwrap()
}

#[test]
fn workers_and_scheduler_share_a_fifth_of_the_price() {
	let paid = attempt(3, 1_000, &[(Proved, 2), (Proved, 8)]);
	assert_eq!((paid.paid, paid.returned, paid.pool_stake), (200, 950, 300));
	let rewards: Vec<_> = paid.workers.iter().map(|one| one.reward).collect();
	assert_eq!((rewards, paid.scheduler, paid.treasury), (vec![45, 135], 20, 0));
}

#[test]
fn attempts_are_not_paid_beyond_the_allowance() {
	assert_eq!(attempt(3, 50, &[(Proved, 2)]).paid, 50);
	let unpaid = attempt(3, 0, &[(Proved, 2)]);
	assert_eq!((unpaid.paid, unpaid.returned, unpaid.scheduler), (0, 1_150, 0));
}

#[test]
fn attempt_of_one_trusted_worker_pays_nothing() {
	let unpaid = attempt(1, 1_000, &[(Proved, 2)]);
	assert_eq!((unpaid.paid, unpaid.returned, unpaid.workers[0].reward), (0, 1_150, 0));
	assert!(unpaid.workers[0].keeps_stake);
}

#[test]
fn stakes_of_results_go_to_the_treasury_and_those_of_other_failures_back() {
	let paid = attempt(3, 1_000, &[(Proved, 2), (Excused, 2), (Contributed, 2), (Rejected, 2)]);
	let keep: Vec<_> = paid.workers.iter().map(|one| one.keeps_stake).collect();
	assert_eq!((keep, paid.treasury), (vec![true, true, false, false], 600));
	assert_eq!(paid.workers[1].reward, 0, "it was not right");
}

#[test]
fn failure_that_nobody_showed_is_none() {
	let end = Attempt::of(&agreed(3), &task(&[(Contributed, 2)]), 1_000);
	assert_eq!(end, Err(MoneyError::NobodyProved));
}

#[test]
fn release_gives_back_all_but_the_stakes_of_those_who_withheld_a_consensus() {
	use MovementKind::{Seize, ToTreasury, Unlock};
	let task = task(&[(Contributed, 2), (Rejected, 2)]);
	let moves = released(&agreed(3), &task).unwrap();
	let moves: Vec<_> = moves.iter().map(|one| (one.kind, one.amount)).collect();
	assert_eq!(moves, [(Unlock, 1_150), (Unlock, 300), (Unlock, 300), (Seize, 300), (ToTreasury, 300)]);
}

fn status() -> impl Strategy<Value = ContributionStatus> {
	prop_oneof![Just(Contributed), Just(Proved), Just(Rejected), Just(Excused)]
}

proptest! {
	/// What is seized is what is paid, to the last nRLC, and all that was locked is moved.
	#[test]
	fn attempt_conserves_money(
		app in 0u128..1 << 90, dataset in 0u128..1 << 90, pool in 0u128..1 << 90, stake in 0u128..1 << 90,
		ratio in 0u8..=100, allowance in 0u128..1 << 90, trust in 0u64..5,
		contributions in prop::collection::vec((status(), 2u64..10_000), 0..64),
	) {
		let deal = Deal { trust, ..deal(app, dataset, pool, stake, ratio) };
		let task = task(&contributions);
		let attempt = Attempt::of(&deal, &task, allowance);
		prop_assert_eq!(attempt.is_ok(), contributions.iter().any(|one| one.0 == Proved));
		if let Ok(attempt) = attempt {
			prop_assert!(attempt.paid <= allowance);
			let mut moved: BTreeMap<_, Balance> = BTreeMap::new();
			for one in attempt.movements(&deal, task.id()) {
				*moved.entry(format!("{:?}", one.kind)).or_default() += one.amount;
			}
			let of = |kind: &str| moved.get(kind).copied().unwrap_or(0);
			prop_assert_eq!(of("Seize"), of("Reward") + of("ToTreasury"));
			let locked = deal.task_price().unwrap() + deal.pool_stake + stake * contributions.len() as Balance;
			prop_assert_eq!(of("Seize") + of("Unlock"), locked);
		}
	}
}
