//! Calls are free exactly while they would be accepted, and pools know what they do, for whom, and how urgent it is.

use frame_support::{assert_noop, assert_ok, dispatch::CheckIfFeeless, traits::GetCallName};
use rlc_primitives::{AccountId, Deal, ResultDigest};
use sp_core::H256;
use sp_runtime::transaction_validity::TransactionTag;

use crate::{mock::*, AgreedFailure, AppFault, Call, ContributionOf, Error, FailureCause, ResultOf, TaskRef};

fn is_free(who: &AccountId, call: &Call<Test>) -> bool {
	let before = sp_io::storage::root(sp_runtime::StateVersion::V1);
	let free = call.is_feeless(&signed(who));
	assert_eq!(before, sp_io::storage::root(sp_runtime::StateVersion::V1), "a check changes nothing");
	assert!(!call.is_feeless(&RuntimeOrigin::none()) && !call.is_feeless(&RuntimeOrigin::root()));
	assert_eq!(Poco::free_call(call, who).is_some(), free, "the runtime asks about every call that can be free");
	free
}

/// Returns the tags of a call that is free.
fn tags(who: &AccountId, call: &Call<Test>) -> Vec<TransactionTag> {
	Poco::free_call(call, who).expect("it is free").provides
}

fn is_urgent(who: &AccountId, call: &Call<Test>) -> bool {
	Poco::free_call(call, who).expect("it is free").is_urgent
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
fn contribution_that_a_scheduler_s_proxy_delegated_is_free_for_as_long_as_it_is_one() {
	test(|| {
		let one = contributing(&proxied_contribution(1, open(deal(9))));
		assert!(!is_free(&worker(1), &one));
		HotKeys::name(proxy(), scheduler());
		assert!(is_free(&worker(1), &one));
		HotKeys::remove(proxy(), scheduler());
		assert!(!is_free(&worker(1), &one));
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
		let [three, four, five] = [3, 4, 5].map(|n| open_as(n, deal(1)));
		assert!(is_free(&worker(1), &reveals(&[three, one, two, four])), "half of them count");
		assert!(!is_free(&worker(1), &reveals(&[three, one, two, four, five])));
	});
}

#[test]
fn results_are_free_if_at_least_half_of_them_are_acceptable() {
	test(|| {
		let [one, two, three] = [1, 2, 3].map(|n| open_as(n, deal(1)));
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
		assert!(free(1, &[one, two]), "half of them count");
		assert_ok!(contribute(2, three, 1));
		assert!(!free(1, &[one, two, three]) && !free(1, &[two]));
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

/// Returns each call that can be free, with somebody who can make it now.
fn acceptable() -> [(AccountId, Call<Test>); 10] {
	let silent = agreed(manual(1), 1);
	at(2 * T);
	let [fresh, direct, hopeless, shown, proved, failing] = [2, 3, 4, 5, 6, 7].map(|n| open_as(n, manual(1)));
	assert_ok!(delegate(hopeless, &[1]));
	assert_ok!(contribute(1, shown, 1));
	assert_ok!(contribute(1, proved, 1));
	assert_ok!(reveal(1, proved, 1));
	let failure = AgreedFailure { cause: AppFault::AppFailed, code: 1, trace: H256::zero() };
	let committed = commitment(&worker(1), failing, failure.digest(&failing.id()));
	assert_ok!(submit(1, ContributionOf { commitment: committed, ..contribution(1, failing, 1) }));

	let contribution = contribution(1, fresh, 1);
	let authorization = signature(SCHEDULER_KEY, &worker(1), direct, None);
	let result = ResultOf { task: direct, digest: digest(1), authorization: authorization.clone(), enclave: None };
	let delivery = Call::contribute_and_finalize {
		task: direct,
		digest: digest(1),
		authorization,
		enclave: None,
		callback_data: None,
	};
	[
		(worker(1), contributing(&contribution)),
		(worker(1), Call::contribute_batch { contributions: vec![contribution].try_into().unwrap() }),
		(worker(1), delivery),
		(worker(1), Call::contribute_and_finalize_batch { results: vec![result].try_into().unwrap() }),
		(worker(1), revealing(shown)),
		(worker(1), Call::reveal_batch { reveals: vec![(shown, digest(1))].try_into().unwrap() }),
		(worker(1), Call::reveal_failure { task: failing, failure }),
		(worker(1), Call::report_failure { task: hopeless, cause: FailureCause::TimedOut }),
		(scheduler(), Call::finalize { task: proved, callback_data: None }),
		(scheduler(), Call::reopen { task: silent }),
	]
}

#[test]
fn stopped_call_is_not_free() {
	test(|| {
		let all = acceptable();
		for (who, call) in &all {
			let name = call.get_call_name();
			assert!(is_free(who, call), "{name}");
			Brakes::stop(name);
			for (who, other) in &all {
				let other_name = other.get_call_name();
				assert_eq!(is_free(who, other), other_name != name, "{other_name}, while {name} is stopped");
			}
			Brakes::release();
		}
	});
}

#[test]
fn every_call_can_be_free_or_is_paid_for() {
	test(|| {
		let free: Vec<_> = acceptable().iter().map(|(_, call)| call.get_call_name()).collect();
		let paid = ["delegate", "undelegate", "claim", "abandon", "release", "prune", "deliver"];
		let mut all: Vec<_> = free.into_iter().chain(paid).collect();
		let mut calls = Call::<Test>::get_call_names().to_vec();
		all.sort();
		calls.sort();
		assert_eq!(all, calls);
	});
}

#[test]
fn calls_that_do_the_same_for_one_worker_have_one_tag() {
	test(|| {
		let first = open(Deal { size: 2, ..deal(1) });
		let tasks = [first, nth(first, 1)];
		let contributions = tasks.map(|task| contribution(1, task, 1)).to_vec();
		let results = tasks.map(|task| {
			let authorization = signature(SCHEDULER_KEY, &worker(1), task, None);
			ResultOf { task, digest: digest(1), authorization, enclave: None }
		});
		let single = tags(&worker(1), &contributing(&contributions[0]));
		assert_eq!(single.len(), 1);
		let another = contribution(1, first, 2);
		assert_eq!(tags(&worker(1), &contributing(&another)), single, "another result is not another contribution");
		assert_ne!(tags(&worker(2), &contributing(&contribution(2, first, 1))), single);
		let batch = Call::contribute_batch { contributions: contributions.clone().try_into().unwrap() };
		let both = tags(&worker(1), &batch);
		assert_eq!((both.len(), &both[..1]), (2, &single[..]));
		let direct = Call::contribute_and_finalize_batch { results: results.to_vec().try_into().unwrap() };
		assert_eq!(tags(&worker(1), &direct), both);
		assert_ok!(submit(1, contributions[0].clone()));
		assert_ne!(tags(&worker(1), &revealing(first)), single);
	});
}

#[test]
fn contribution_is_urgent_in_the_last_fifth_of_its_window() {
	test(|| {
		let call = contributing(&contribution(1, open(deal(9)), 1));
		for (moment, urgent) in [(0, false), (7 * T * 4 / 5 - 1, false), (7 * T * 4 / 5, true), (7 * T - 1, true)] {
			at(moment);
			assert_eq!(is_urgent(&worker(1), &call), urgent, "at {moment}");
		}
	});
}

#[test]
fn reveal_and_report_are_urgent_in_the_last_fifth_of_the_reveal_window() {
	test(|| {
		let task = agreed(deal(3), 2);
		let report = Call::report_failure { task, cause: FailureCause::TimedOut };
		for (moment, urgent) in [(0, false), (2 * T * 4 / 5 - 1, false), (2 * T * 4 / 5, true), (2 * T - 1, true)] {
			at(moment);
			assert_eq!(is_urgent(&worker(1), &revealing(task)), urgent, "at {moment}");
			assert_eq!(is_urgent(&worker(1), &report), urgent, "at {moment}");
		}
	});
}

#[test]
fn what_ends_a_task_is_urgent_in_the_last_fifth_of_its_deal() {
	test(|| {
		let task = agreed(manual(1), 1);
		let call = Call::reopen { task };
		for (moment, urgent) in [(2 * T, false), (8 * T - 1, false), (8 * T, true)] {
			at(moment);
			assert_eq!(is_urgent(&scheduler(), &call), urgent, "at {moment}");
		}
	});
}

#[test]
fn signatures_are_verified_when_nothing_else_is_wrong() {
	test(|| {
		let (first, closed) = (open_as(1, deal(1)), open_as(2, deal(1)));
		let stolen = contribution(2, first, 1).authorization;
		let bad = ContributionOf { authorization: stolen, ..contribution(1, first, 1) };
		assert_ok!(Poco::abandon(signed(&scheduler()), closed));
		let batch = vec![bad.clone(), contribution(1, closed, 1)];
		assert_noop!(Poco::contribute_batch(signed(&worker(1)), batch.try_into().unwrap()), Error::<Test>::NotActive);
		assert_noop!(submit(1, bad), Error::<Test>::WrongSchedulerSignature);
	});
}

#[test]
fn what_a_contribution_locks_is_known() {
	test(|| {
		let [one, two] = [1, 2].map(|n| open_as(n, deal(1)));
		let batch: Vec<_> = [one, two].iter().map(|task| contribution(1, *task, 1)).collect();
		let call = Call::contribute_batch { contributions: batch.try_into().unwrap() };
		Free::insert(worker(1), 600);
		assert!(Poco::can_stake(&call, &worker(1)));
		Free::insert(worker(1), 599);
		assert!(!Poco::can_stake(&call, &worker(1)));
		assert!(Poco::can_stake(&contributing(&contribution(1, one, 1)), &worker(1)));
		Free::insert(worker(1), 0);
		assert!(Poco::can_stake(&revealing(one), &worker(1)), "a reveal locks nothing");
	});
}

/// A task of trust 3 needs two new workers: three contributions are free, and two reports.
#[test]
fn free_calls_of_a_task_are_as_many_as_its_deal_paid_for() {
	test(|| {
		ChainRules::live();
		let task = open(deal(3));
		let free = |n: u8, result| contributing(&contribution(n, task, result)).is_feeless(&signed(&worker(n)));
		for n in 1..=3 {
			assert!(free(n, n), "contribution {n}");
			assert_ok!(contribute(n, task, n));
		}
		assert!(!free(4, 4));
		assert_ok!(contribute(4, task, 4));
		ChainRules::iexec();
		assert!(free(5, 5), "without charges, nothing is counted");
	});
}
