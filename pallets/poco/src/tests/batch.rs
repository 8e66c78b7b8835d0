//! `contribute_batch`, `reveal_batch` and `contribute_and_finalize_batch`: batches that are accepted as a whole, or refused
//! (D8).

use frame_support::{assert_noop, assert_ok};
use rlc_primitives::{Deal, RLC};
use sp_runtime::{BoundedVec, DispatchError, DispatchResult};

use crate::{
	mock::*, ContributionOf, Delegates, DelegationProof, Error, Event, ResultOf, Scores, TaskRef, Work, MAX_SETTLED,
};

fn contribute_batch(n: u8, batch: Vec<ContributionOf>) -> DispatchResult {
	Poco::contribute_batch(signed(&worker(n)), batch.try_into().unwrap()).map(drop).map_err(|refusal| refusal.error)
}

fn reveal_batch(n: u8, tasks: &[TaskRef]) -> DispatchResult {
	let batch: Vec<_> = tasks.iter().map(|task| (*task, digest(1))).collect();
	let batch = BoundedVec::try_from(batch).unwrap();
	Poco::reveal_batch(signed(&worker(n)), batch).map(drop).map_err(|refusal| refusal.error)
}

fn deliver_batch(n: u8, batch: Vec<ResultOf>) -> DispatchResult {
	let batch = BoundedVec::try_from(batch).unwrap();
	Poco::contribute_and_finalize_batch(signed(&worker(n)), batch).map(drop).map_err(|refusal| refusal.error)
}

/// Returns a result of a worker that brings the scheduler's signature.
fn result(n: u8, task: TaskRef) -> ResultOf {
	let authorization = signature(SCHEDULER_KEY, &worker(n), task, None);
	ResultOf { task, digest: digest(1), authorization, enclave: None }
}

/// Returns two deals of two tasks each.
fn four() -> Vec<TaskRef> {
	let [one, two] = [1, 2].map(|n| open_as(n, Deal { size: 2, ..deal(1) }));
	vec![one, nth(one, 1), two, nth(two, 1)]
}

#[test]
fn batch_is_contributed_and_revealed_as_one() {
	test(|| {
		let tasks = four();
		assert_ok!(contribute_batch(1, tasks.iter().map(|task| contribution(1, *task, 1)).collect()));
		assert_eq!(books(&worker(1)), (RLC - 1_200, 1_200));
		assert_ok!(reveal_batch(1, &tasks));
		assert!(tasks.iter().all(|task| stored(*task).is_closed()));
		assert_eq!(books(&worker(1)), (RLC + 4 * 900, 0));
		assert_eq!(Closed::get().len(), 4);
	});
}

#[test]
fn one_bad_contribution_spoils_the_batch() {
	test(|| {
		let mut batch: Vec<_> = four().into_iter().map(|task| contribution(1, task, 1)).collect();
		batch[3].authorization = signature(7, &worker(1), batch[3].task, None);
		assert_noop!(contribute_batch(1, batch), Error::<Test>::WrongSchedulerSignature);
	});
}

#[test]
fn one_bad_reveal_spoils_the_batch() {
	test(|| {
		let tasks = four();
		assert_ok!(contribute_batch(1, tasks[..3].iter().map(|task| contribution(1, *task, 1)).collect()));
		assert_noop!(reveal_batch(1, &tasks), Error::<Test>::NotRevealing);
		assert_ok!(reveal_batch(1, &tasks[..3]));
	});
}

#[test]
fn batch_names_each_task_once_and_one_at_least() {
	test(|| {
		let task = open(deal(1));
		assert_noop!(contribute_batch(1, vec![]), Error::<Test>::EmptyBatch);
		let twice = vec![contribution(1, task, 1), contribution(1, task, 2)];
		assert_noop!(contribute_batch(1, twice), Error::<Test>::DuplicateTask);
		assert_ok!(contribute(1, task, 1));
		assert_noop!(reveal_batch(1, &[]), Error::<Test>::EmptyBatch);
		assert_noop!(reveal_batch(1, &[task, task]), Error::<Test>::DuplicateTask);
	});
}

#[test]
fn stake_for_all_must_be_there() {
	test(|| {
		let batch: Vec<_> = four().into_iter().map(|task| contribution(1, task, 1)).collect();
		Free::insert(worker(1), 1_199);
		assert_noop!(contribute_batch(1, batch.clone()), DispatchError::Other("too little"));
		Free::insert(worker(1), 1_200);
		assert_ok!(contribute_batch(1, batch));
	});
}

#[test]
fn stakes_that_cannot_be_summed_are_refused() {
	test(|| {
		let [one, two] = [1, 2].map(|n| open_as(n, Deal { worker_stake: u128::MAX, ..deal(9) }));
		let batch = vec![contribution(1, one, 1), contribution(1, two, 1)];
		assert_noop!(contribute_batch(1, batch), Error::<Test>::BadAmounts);
	});
}

#[test]
fn batch_that_would_settle_too_many_is_refused() {
	test(|| {
		// Seven workers a task: with 36 tasks 252 contributors, with 37 too many.
		let first = open(Deal { size: 37, ..deal(100) });
		let tasks: Vec<_> = (0..37).map(|n| nth(first, n)).collect();
		for n in 1..=7 {
			Free::insert(worker(n), 100 * RLC);
			assert_ok!(contribute_batch(n, tasks.iter().map(|task| contribution(n, *task, 1)).collect()));
		}
		for n in 1..=6 {
			assert_ok!(reveal_batch(n, &tasks));
		}
		const { assert!(7 * 37 > MAX_SETTLED && 7 * 36 <= MAX_SETTLED) };
		assert_noop!(reveal_batch(7, &tasks), Error::<Test>::BatchTooHeavy);
		assert_ok!(reveal_batch(7, &tasks[..36]));
		assert_ok!(reveal(7, tasks[36], 1));
	});
}

#[test]
fn results_of_a_batch_are_paid_at_once_without_stake_and_score() {
	test(|| {
		Scores::<Test>::insert(worker(1), 5);
		let tasks = four();
		assert_ok!(deliver_batch(1, tasks.iter().map(|task| result(1, *task)).collect()));
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
fn one_bad_result_spoils_the_batch() {
	test(|| {
		let tasks = four();
		let batch = |last: ResultOf| {
			let good = tasks[..3].iter().map(|task| result(1, *task));
			good.chain([last]).collect::<Vec<_>>()
		};
		let foreign = ResultOf { authorization: signature(7, &worker(1), tasks[3], None), ..result(1, tasks[3]) };
		assert_noop!(deliver_batch(1, batch(foreign)), Error::<Test>::WrongSchedulerSignature);
		let trusted = open_as(3, deal(2));
		assert_noop!(deliver_batch(1, batch(result(1, trusted))), Error::<Test>::TrustTooHigh);
		let called_back = open_as(4, with_callback(CALLBACK));
		assert_noop!(deliver_batch(1, batch(result(1, called_back))), Error::<Test>::CallbackDataMissing);
		assert_noop!(deliver_batch(1, batch(result(1, tasks[0]))), Error::<Test>::DuplicateTask);
		assert_noop!(deliver_batch(1, vec![]), Error::<Test>::EmptyBatch);
		assert_ok!(contribute(2, tasks[3], 1));
		assert_noop!(deliver_batch(1, batch(result(1, tasks[3]))), Error::<Test>::NotActive);
		assert_ok!(deliver_batch(1, tasks[..3].iter().map(|task| result(1, *task)).collect()));
		assert_noop!(deliver_batch(1, vec![result(1, tasks[0])]), Error::<Test>::NotActive);
	});
}

#[test]
fn results_end_the_delegations_of_their_tasks() {
	test(|| {
		let tasks = four();
		let on_chain = |task: &TaskRef| ResultOf { authorization: DelegationProof::OnChain, ..result(1, *task) };
		let batch: Vec<_> = tasks.iter().map(on_chain).collect();
		assert_noop!(deliver_batch(1, batch.clone()), Error::<Test>::NotDelegated);
		for task in &tasks {
			assert_ok!(delegate(*task, &[1, 2]));
		}
		assert_ok!(deliver_batch(1, batch));
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
		let batch: Vec<_> = tasks.iter().map(|task| result(1, *task)).collect();
		const { assert!(5 * 64 > MAX_SETTLED && 4 * 64 <= MAX_SETTLED) };
		assert_noop!(deliver_batch(1, batch.clone()), Error::<Test>::BatchTooHeavy);
		assert_ok!(deliver_batch(1, batch[..4].to_vec()));
	});
}
