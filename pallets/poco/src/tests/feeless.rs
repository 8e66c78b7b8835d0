//! Calls are free exactly while they would be accepted.

use frame_support::{assert_ok, dispatch::CheckIfFeeless};
use rlc_primitives::{AccountId, ResultDigest};

use crate::{mock::*, Call, ContributionOf, FailureCause, ResultOf, TaskRef};

fn is_free(who: &AccountId, call: &Call<Test>) -> bool {
	let before = sp_io::storage::root(sp_runtime::StateVersion::V1);
	let free = call.is_feeless(&signed(who));
	assert_eq!(before, sp_io::storage::root(sp_runtime::StateVersion::V1), "a check changes nothing");
	assert!(!call.is_feeless(&RuntimeOrigin::none()) && !call.is_feeless(&RuntimeOrigin::root()));
	free
}

fn contributing(one: &ContributionOf) -> Call<Test> {
	let ContributionOf { task, commitment, authorization, enclave_signature } = one.clone();
	Call::contribute { task, commitment, authorization, enclave_signature }
}

fn revealing(task: TaskRef) -> Call<Test> {
	Call::reveal { task, digest: digest(1) }
}

#[test]
fn contribution_is_free_if_it_is_acceptable_and_the_stake_is_there() {
	test(|| {
		let one = contribution(1, open(deal(9)), 1);
		assert!(is_free(&worker(1), &contributing(&one)));
		assert!(!is_free(&worker(2), &contributing(&one)), "the delegation is another worker's");
		Free::insert(worker(1), 299);
		assert!(!is_free(&worker(1), &contributing(&one)));
		Free::insert(worker(1), 300);
		assert!(is_free(&worker(1), &contributing(&one)));
		assert_ok!(submit(1, one.clone()));
		assert!(!is_free(&worker(1), &contributing(&one)));
	});
}

#[test]
fn batches_are_free_if_all_of_them_is_acceptable() {
	test(|| {
		let [one, two] = [1, 2].map(|n| open_as(n, deal(1)));
		let batch: Vec<_> = [one, two].iter().map(|task| contribution(1, *task, 1)).collect();
		let call =
			|batch: &[ContributionOf]| Call::contribute_batch { contributions: batch.to_vec().try_into().unwrap() };
		assert!(is_free(&worker(1), &call(&batch)));
		assert!(!is_free(&worker(1), &call(&[])));
		Free::insert(worker(1), 599);
		assert!(!is_free(&worker(1), &call(&batch)));
		Free::insert(worker(1), 600);
		let reveals = |tasks: &[TaskRef]| {
			let batch: Vec<_> = tasks.iter().map(|task| (*task, digest(1))).collect();
			Call::reveal_batch { reveals: batch.try_into().unwrap() }
		};
		assert!(!is_free(&worker(1), &reveals(&[one])));
		assert_ok!(Poco::contribute_batch(signed(&worker(1)), batch.try_into().unwrap()));
		assert!(is_free(&worker(1), &reveals(&[one, two])));
		assert!(!is_free(&worker(1), &reveals(&[])));
	});
}

#[test]
fn results_are_free_if_all_of_them_are_acceptable() {
	test(|| {
		let [one, two] = [1, 2].map(|n| open_as(n, deal(1)));
		let call = |n: u8, tasks: &[TaskRef]| {
			let result = |task: &TaskRef| {
				let authorization = signature(SCHEDULER_KEY, &worker(1), *task, None);
				ResultOf { task: *task, digest: digest(1), authorization, enclave: None }
			};
			let results: Vec<_> = tasks.iter().map(result).collect();
			(worker(n), Call::contribute_and_finalize_batch { results: results.try_into().unwrap() })
		};
		let free = |n, tasks: &[TaskRef]| {
			let (who, call) = call(n, tasks);
			is_free(&who, &call)
		};
		assert!(free(1, &[one, two]) && !free(2, &[one, two]) && !free(1, &[]));
		assert_ok!(contribute(2, two, 1));
		assert!(free(1, &[one]) && !free(1, &[one, two]));
	});
}

#[test]
fn reveal_is_free_for_a_winner_until_the_deadline() {
	test(|| {
		let task = agreed(deal(3), 2);
		assert!(is_free(&worker(1), &revealing(task)));
		assert!(!is_free(&worker(3), &revealing(task)));
		assert_ok!(reveal(1, task, 1));
		assert!(!is_free(&worker(1), &revealing(task)));
		at(2 * T);
		assert!(!is_free(&worker(2), &revealing(task)));
	});
}

#[test]
fn direct_result_is_free_if_it_is_acceptable() {
	test(|| {
		let task = open(with_callback(CALLBACK));
		let call = |data: &[u8]| Call::contribute_and_finalize {
			task,
			digest: ResultDigest::of_callback(b"42"),
			authorization: signature(SCHEDULER_KEY, &worker(1), task, None),
			enclave: None,
			callback_data: Some(data.to_vec().try_into().unwrap()),
		};
		assert!(is_free(&worker(1), &call(b"42")));
		assert!(!is_free(&worker(1), &call(b"43")) && !is_free(&worker(2), &call(b"42")));
	});
}

#[test]
fn finalize_is_free_for_the_scheduler_and_those_who_proved() {
	test(|| {
		let task = open(with_callback(CALLBACK));
		let answer = ResultDigest::of_callback(b"42");
		let mut one = contribution(1, task, 1);
		one.commitment = commitment(&worker(1), task, answer);
		assert_ok!(submit(1, one));
		let data = Some(b"42".to_vec().try_into().unwrap());
		let call = Call::finalize { task, callback_data: data };
		assert!(!is_free(&scheduler(), &call), "nobody revealed");
		assert_ok!(Poco::reveal(signed(&worker(1)), task, answer));
		assert!(is_free(&scheduler(), &call) && is_free(&worker(1), &call));
		assert!(!is_free(&STRANGER, &call), "allowed, and paid for");
		let without = Call::finalize { task, callback_data: None };
		assert!(!is_free(&scheduler(), &without));
	});
}

#[test]
fn reopen_is_free_for_the_scheduler_in_time() {
	test(|| {
		let task = agreed(manual(1), 1);
		let call = Call::reopen { task };
		assert!(!is_free(&scheduler(), &call));
		at(2 * T);
		assert!(is_free(&scheduler(), &call) && !is_free(&STRANGER, &call));
	});
}

#[test]
fn first_report_of_a_failure_is_free() {
	test(|| {
		let task = open(deal(1));
		assert_ok!(delegate(task, &[1]));
		let call = Call::report_failure { task, cause: FailureCause::TimedOut };
		assert!(is_free(&worker(1), &call) && !is_free(&worker(2), &call));
		assert_ok!(Poco::report_failure(signed(&worker(1)), task, FailureCause::TimedOut));
		assert!(!is_free(&worker(1), &call));
	});
}

#[test]
fn what_the_chain_does_by_itself_is_paid_for() {
	test(|| {
		let task = open(deal(1));
		at(10 * T);
		assert!(!is_free(&STRANGER, &Call::claim { task }));
		assert!(!is_free(&scheduler(), &Call::abandon { task }));
		assert!(!is_free(&STRANGER, &Call::prune { tasks: Default::default() }));
	});
}

#[test]
fn stopped_call_is_not_free() {
	test(|| {
		let one = contribution(1, open(deal(9)), 1);
		Brakes::stop("contribute");
		assert!(!is_free(&worker(1), &contributing(&one)));
		Brakes::stop("reveal");
		assert!(is_free(&worker(1), &contributing(&one)));
	});
}
