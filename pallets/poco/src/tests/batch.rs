//! `contribute_batch`, `reveal_batch` and `contribute_and_finalize_batch`: those items of a batch count that are
//! acceptable.

use frame_support::{assert_noop, assert_ok};
use rlc_primitives::{Deal, Delegation, TaskId, RLC};
use sp_runtime::{BoundedVec, DispatchError, DispatchResult};

use crate::{
	mock::*, Call, ContributionOf, Delegates, DelegationProof, Error, Event, ResultOf, TaskRef, Tasks, Work,
	MAX_SETTLED,
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

/// Returns the contributions or results of the worker 1 that did not count, and why.
fn passed_over() -> Vec<(TaskId, DispatchError)> {
	let refused = events().into_iter().filter_map(|event| match event {
		Event::ContributionRefused { task, worker: by, error } if by == worker(1) => Some((task, error)),
		_ => None,
	});
	refused.collect()
}

#[test]
fn bad_contribution_of_a_batch_is_told_and_the_others_count() {
	test(|| {
		let tasks = four();
		let mut batch: Vec<_> = tasks.iter().map(|task| contribution(1, *task, 1)).collect();
		batch[1].authorization = signature(7, &worker(1), tasks[1], None);
		batch[2].authorization = DelegationProof::OnChain;
		assert_ok!(contribute_batch(1, batch.clone()));
		let contributed = |task: &TaskRef| Tasks::<Test>::get(task.id()).is_some();
		assert_eq!(tasks.iter().map(contributed).collect::<Vec<_>>(), [true, false, false, true]);
		assert_eq!(books(&worker(1)), (RLC - 600, 600), "no stake for what does not count");
		let expected = [(tasks[2], Error::<Test>::NotDelegated), (tasks[1], Error::<Test>::WrongSchedulerSignature)];
		assert_eq!(passed_over(), expected.map(|(task, error)| (task.id(), error.into())));
		assert_noop!(contribute_batch(1, batch[1..2].to_vec()), Error::<Test>::WrongSchedulerSignature);
		assert_noop!(contribute_batch(1, batch), Error::<Test>::NotActive);
	});
}

#[test]
fn delegation_that_expired_is_passed_over_in_a_batch() {
	test(|| {
		let tasks = four();
		let mut batch: Vec<_> = tasks.iter().map(|task| contribution(1, *task, 1)).collect();
		let delegation = Delegation { worker: worker(1), task: tasks[2].id(), enclave: None, expiry: START + 5 };
		batch[2].authorization = signed_by(SCHEDULER_KEY, &delegation);
		at(5);
		assert_ok!(contribute_batch(1, batch));
		assert_eq!(passed_over(), [(tasks[2].id(), Error::<Test>::DelegationExpired.into())]);
		assert_eq!(books(&worker(1)), (RLC - 900, 900), "the others count");
	});
}

#[test]
fn batch_that_exceeds_a_budget_in_the_middle_pays_and_counts() {
	test(|| {
		ChainRules::live();
		let [used_up, fresh] = [1, 2].map(|n| open_as(n, deal(3)));
		(2..=4).for_each(|n| contribute(n, used_up, n).unwrap());
		let batch: Vec<_> = [fresh, used_up].iter().map(|task| contribution(1, *task, 1)).collect();
		let is_free = |batch: &[ContributionOf]| {
			let contributions = batch.to_vec().try_into().unwrap();
			Poco::free_call(&Call::contribute_batch { contributions }, &worker(1)).is_some()
		};
		assert!(is_free(&batch[..1]) && !is_free(&batch));
		assert_ok!(contribute_batch(1, batch));
		assert_eq!(passed_over(), [], "a fee is all that it costs");
		assert_eq!([fresh, used_up].map(|task| stored(task).contributions.len()), [1, 4]);
	});
}

#[test]
fn batch_with_a_wrong_signature_is_not_free() {
	test(|| {
		let tasks = four();
		let mut batch: Vec<_> = tasks.iter().map(|task| contribution(1, *task, 1)).collect();
		batch[3].authorization = signature(7, &worker(1), tasks[3], None);
		let contributions = batch.clone().try_into().unwrap();
		assert!(Poco::free_call(&Call::contribute_batch { contributions }, &worker(1)).is_none());
		assert_ok!(contribute_batch(1, batch));
		assert_eq!(passed_over().len(), 1, "for a fee, the others count");
	});
}

#[test]
fn batch_of_which_less_than_half_counts_is_not_free() {
	test(|| {
		let tasks = four();
		let mut batch: Vec<_> = tasks.iter().map(|task| contribution(1, *task, 1)).collect();
		let is_free = |batch: &[ContributionOf]| {
			let contributions = batch.to_vec().try_into().unwrap();
			Poco::free_call(&Call::contribute_batch { contributions }, &worker(1)).is_some()
		};
		assert!(is_free(&batch));
		batch[0].authorization = DelegationProof::OnChain;
		batch[1].authorization = DelegationProof::OnChain;
		assert!(is_free(&batch), "half of it counts");
		batch[2].authorization = DelegationProof::OnChain;
		assert!(!is_free(&batch));
		assert_ok!(contribute_batch(1, batch));
		assert!(Tasks::<Test>::get(tasks[3].id()).is_some(), "for a fee, what counts counts");
	});
}

#[test]
fn bad_reveal_of_a_batch_is_told_and_the_others_count() {
	test(|| {
		let tasks = four();
		assert_ok!(contribute_batch(1, tasks[..3].iter().map(|task| contribution(1, *task, 1)).collect()));
		assert_noop!(reveal_batch(1, &tasks[3..]), Error::<Test>::NotRevealing);
		assert_ok!(reveal_batch(1, &tasks));
		let error = Error::<Test>::NotRevealing.into();
		let refused = Event::RevealRefused { task: tasks[3].id(), worker: worker(1), error };
		assert_eq!(events().iter().filter(|event| **event == refused).count(), 1);
		let revealed = |task: &TaskRef| {
			let told = Event::Revealed { task: task.id(), worker: worker(1), digest: digest(1) };
			events().contains(&told)
		};
		assert_eq!(tasks.iter().filter(|task| revealed(task)).count(), 3);
		assert_noop!(reveal_batch(1, &tasks), Error::<Test>::NotRevealing);
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
		set_score(&worker(1), 5);
		let tasks = four();
		assert_ok!(deliver_batch(1, tasks.iter().map(|task| result(1, *task)).collect()));
		assert!(tasks.iter().all(|task| stored(*task).is_closed()));
		assert_eq!((books(&worker(1)), score(&worker(1))), ((RLC + 4 * 900, 0), 5));
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
fn bad_result_of_a_batch_is_told_and_the_others_are_paid() {
	test(|| {
		let tasks = four();
		let foreign = |task| ResultOf { authorization: signature(7, &worker(1), task, None), ..result(1, task) };
		let trusted = open_as(3, deal(2));
		let called_back = open_as(4, with_callback(CALLBACK));
		assert_ok!(contribute(2, tasks[3], 1));
		let batch = [
			result(1, tasks[0]),
			foreign(tasks[1]),
			result(1, tasks[2]),
			result(1, tasks[3]),
			result(1, trusted),
			result(1, called_back),
		];
		assert_ok!(deliver_batch(1, batch.to_vec()));
		assert_eq!(books(&worker(1)), (RLC + 2 * 900, 0));
		assert!([0, 2].iter().all(|index| stored(tasks[*index]).is_closed()));
		let expected = [
			(tasks[3], Error::<Test>::NotActive),
			(trusted, Error::<Test>::TrustTooHigh),
			(called_back, Error::<Test>::CallbackDataMissing),
			(tasks[1], Error::<Test>::WrongSchedulerSignature),
		];
		assert_eq!(passed_over(), expected.map(|(task, error)| (task.id(), error.into())));
		assert_noop!(deliver_batch(1, batch.to_vec()), Error::<Test>::NotActive);
	});
}

#[test]
fn results_of_a_batch_are_free_if_half_of_them_count() {
	test(|| {
		let tasks = four();
		let foreign = |task| ResultOf { authorization: DelegationProof::OnChain, ..result(1, task) };
		let forged = |task| ResultOf { authorization: signature(7, &worker(1), task, None), ..result(1, task) };
		let is_free = |results: Vec<ResultOf>| {
			let results = results.try_into().unwrap();
			Poco::free_call(&Call::contribute_and_finalize_batch { results }, &worker(1)).is_some()
		};
		assert!(is_free(vec![result(1, tasks[0]), foreign(tasks[1])]));
		assert!(!is_free(vec![result(1, tasks[0]), foreign(tasks[1]), foreign(tasks[2])]));
		assert!(!is_free(vec![result(1, tasks[0]), forged(tasks[1])]), "nor is one with a wrong signature");
	});
}

#[test]
fn batch_of_results_names_each_task_once_and_one_at_least() {
	test(|| {
		let task = open(deal(1));
		assert_noop!(deliver_batch(1, vec![]), Error::<Test>::EmptyBatch);
		assert_noop!(deliver_batch(1, vec![result(1, task), result(1, task)]), Error::<Test>::DuplicateTask);
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
