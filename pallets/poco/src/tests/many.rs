//! `contribute_many`, `reveal_many` and `contribute_and_finalize_many`: bags that are accepted as a whole, or refused
//! (D8).

use frame_support::{assert_noop, assert_ok};
use rlc_primitives::{Deal, RLC};
use sp_runtime::{BoundedVec, DispatchError, DispatchResult};

use crate::{
	mock::*, ContributionOf, Delegates, DelegationProof, Error, Event, ResultOf, Scores, TaskRef, Work, MAX_SETTLED,
};

fn contribute_many(n: u8, bag: Vec<ContributionOf>) -> DispatchResult {
	Poco::contribute_many(signed(&worker(n)), bag.try_into().unwrap()).map(drop).map_err(|refusal| refusal.error)
}

fn reveal_many(n: u8, tasks: &[TaskRef]) -> DispatchResult {
	let bag: Vec<_> = tasks.iter().map(|task| (*task, digest(1))).collect();
	let bag = BoundedVec::try_from(bag).unwrap();
	Poco::reveal_many(signed(&worker(n)), bag).map(drop).map_err(|refusal| refusal.error)
}

fn deliver_many(n: u8, bag: Vec<ResultOf>) -> DispatchResult {
	let bag = BoundedVec::try_from(bag).unwrap();
	Poco::contribute_and_finalize_many(signed(&worker(n)), bag).map(drop).map_err(|refusal| refusal.error)
}

/// A result of a worker who brings the scheduler's signature.
fn result(n: u8, task: TaskRef) -> ResultOf {
	let authorization = signature(SCHEDULER_KEY, &worker(n), task, None);
	ResultOf { task, digest: digest(1), authorization, enclave: None }
}

/// Two deals of two tasks each.
fn four() -> Vec<TaskRef> {
	let [one, two] = [1, 2].map(|n| open_as(n, Deal { size: 2, ..deal(1) }));
	vec![one, nth(one, 1), two, nth(two, 1)]
}

#[test]
fn bag_is_contributed_and_revealed_as_one() {
	test(|| {
		let tasks = four();
		assert_ok!(contribute_many(1, tasks.iter().map(|task| contribution(1, *task, 1)).collect()));
		assert_eq!(books(&worker(1)), (RLC - 1_200, 1_200));
		assert_ok!(reveal_many(1, &tasks));
		assert!(tasks.iter().all(|task| stored(*task).is_closed()));
		assert_eq!(books(&worker(1)), (RLC + 4 * 900, 0));
		assert_eq!(Closed::get().len(), 4);
	});
}

#[test]
fn one_bad_contribution_spoils_the_bag() {
	test(|| {
		let mut bag: Vec<_> = four().into_iter().map(|task| contribution(1, task, 1)).collect();
		bag[3].authorization = signature(7, &worker(1), bag[3].task, None);
		assert_noop!(contribute_many(1, bag), Error::<Test>::WrongSchedulerSignature);
	});
}

#[test]
fn one_bad_reveal_spoils_the_bag() {
	test(|| {
		let tasks = four();
		assert_ok!(contribute_many(1, tasks[..3].iter().map(|task| contribution(1, *task, 1)).collect()));
		assert_noop!(reveal_many(1, &tasks), Error::<Test>::NotRevealing);
		assert_ok!(reveal_many(1, &tasks[..3]));
	});
}

#[test]
fn bag_names_each_task_once_and_one_at_least() {
	test(|| {
		let task = open(deal(1));
		assert_noop!(contribute_many(1, vec![]), Error::<Test>::EmptyBag);
		let twice = vec![contribution(1, task, 1), contribution(1, task, 2)];
		assert_noop!(contribute_many(1, twice), Error::<Test>::DuplicateTask);
		assert_ok!(contribute(1, task, 1));
		assert_noop!(reveal_many(1, &[]), Error::<Test>::EmptyBag);
		assert_noop!(reveal_many(1, &[task, task]), Error::<Test>::DuplicateTask);
	});
}

#[test]
fn stake_for_all_must_be_there() {
	test(|| {
		let bag: Vec<_> = four().into_iter().map(|task| contribution(1, task, 1)).collect();
		Free::insert(worker(1), 1_199);
		assert_noop!(contribute_many(1, bag.clone()), DispatchError::Other("too little"));
		Free::insert(worker(1), 1_200);
		assert_ok!(contribute_many(1, bag));
	});
}

#[test]
fn stakes_that_cannot_be_summed_are_refused() {
	test(|| {
		let [one, two] = [1, 2].map(|n| open_as(n, Deal { worker_stake: u128::MAX, ..deal(9) }));
		let bag = vec![contribution(1, one, 1), contribution(1, two, 1)];
		assert_noop!(contribute_many(1, bag), Error::<Test>::BadAmounts);
	});
}

#[test]
fn bag_that_would_settle_too_many_is_refused() {
	test(|| {
		// Seven workers a task: with 36 tasks 252 contributors, with 37 too many.
		let first = open(Deal { size: 37, ..deal(100) });
		let tasks: Vec<_> = (0..37).map(|n| nth(first, n)).collect();
		for n in 1..=7 {
			Free::insert(worker(n), 100 * RLC);
			assert_ok!(contribute_many(n, tasks.iter().map(|task| contribution(n, *task, 1)).collect()));
		}
		for n in 1..=6 {
			assert_ok!(reveal_many(n, &tasks));
		}
		const { assert!(7 * 37 > MAX_SETTLED && 7 * 36 <= MAX_SETTLED) };
		assert_noop!(reveal_many(7, &tasks), Error::<Test>::BagTooHeavy);
		assert_ok!(reveal_many(7, &tasks[..36]));
		assert_ok!(reveal(7, tasks[36], 1));
	});
}

#[test]
fn results_of_a_bag_are_paid_at_once_without_stake_and_score() {
	test(|| {
		Scores::<Test>::insert(worker(1), 5);
		let tasks = four();
		assert_ok!(deliver_many(1, tasks.iter().map(|task| result(1, *task)).collect()));
		assert!(tasks.iter().all(|task| stored(*task).is_closed()));
		assert_eq!((books(&worker(1)), Scores::<Test>::get(worker(1))), ((RLC + 4 * 900, 0), 5));
		assert_eq!((books(&scheduler()), books(&PAYER)), ((4 * 400, 0), (0, 0)));
		assert_eq!(Closed::get().len(), 4);
		let closed = |task: &TaskRef| {
			let (id, outcome) = (task.id(), Some(digest(1)));
			[Event::Delegated { task: id, worker: worker(1) }, Event::TaskClosed { task: id, deal: task.deal, outcome }]
		};
		assert_eq!(events(), tasks.iter().flat_map(closed).collect::<Vec<_>>());
	});
}

#[test]
fn one_bad_result_spoils_the_bag() {
	test(|| {
		let tasks = four();
		let bag = |last: ResultOf| {
			let good = tasks[..3].iter().map(|task| result(1, *task));
			good.chain([last]).collect::<Vec<_>>()
		};
		let foreign = ResultOf { authorization: signature(7, &worker(1), tasks[3], None), ..result(1, tasks[3]) };
		assert_noop!(deliver_many(1, bag(foreign)), Error::<Test>::WrongSchedulerSignature);
		let trusted = open_as(3, deal(2));
		assert_noop!(deliver_many(1, bag(result(1, trusted))), Error::<Test>::TrustTooHigh);
		let called_back = open_as(4, with_callback(CALLBACK));
		assert_noop!(deliver_many(1, bag(result(1, called_back))), Error::<Test>::CallbackDataMissing);
		assert_noop!(deliver_many(1, bag(result(1, tasks[0]))), Error::<Test>::DuplicateTask);
		assert_noop!(deliver_many(1, vec![]), Error::<Test>::EmptyBag);
		assert_ok!(contribute(2, tasks[3], 1));
		assert_noop!(deliver_many(1, bag(result(1, tasks[3]))), Error::<Test>::NotActive);
		assert_ok!(deliver_many(1, tasks[..3].iter().map(|task| result(1, *task)).collect()));
		assert_noop!(deliver_many(1, vec![result(1, tasks[0])]), Error::<Test>::NotActive);
	});
}

#[test]
fn results_end_the_delegations_of_their_tasks() {
	test(|| {
		let tasks = four();
		let on_chain = |task: &TaskRef| ResultOf { authorization: DelegationProof::OnChain, ..result(1, *task) };
		let bag: Vec<_> = tasks.iter().map(on_chain).collect();
		assert_noop!(deliver_many(1, bag.clone()), Error::<Test>::NotDelegated);
		for task in &tasks {
			assert_ok!(delegate(*task, &[1, 2]));
		}
		assert_ok!(deliver_many(1, bag));
		assert_eq!(Work::<Test>::iter().count() + Delegates::<Test>::iter().count(), 0);
	});
}

#[test]
fn results_whose_tasks_have_too_many_delegates_are_refused() {
	test(|| {
		let first = open(Deal { size: 5, ..deal(1) });
		let tasks: Vec<_> = (0..5).map(|n| nth(first, n)).collect();
		let all: Vec<_> = (1..=64).collect();
		for task in &tasks {
			assert_ok!(delegate(*task, &all));
		}
		let bag: Vec<_> = tasks.iter().map(|task| result(1, *task)).collect();
		const { assert!(5 * 64 > MAX_SETTLED && 4 * 64 <= MAX_SETTLED) };
		assert_noop!(deliver_many(1, bag.clone()), Error::<Test>::BagTooHeavy);
		assert_ok!(deliver_many(1, bag[..4].to_vec()));
	});
}
