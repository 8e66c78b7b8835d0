//! Tasks that end without a result and without a fault: agreed failures, and releases.

use pallet_poco::{AgreedFailure, AppFault, Delegate, Error, FailureCause, TaskFailure, TaskFailures, TaskRef};
use rlc_checks::people::Person;
use rlc_primitives::{task::Stage, ResultDigest};
use rlc_runtime::{
	free_calls::{most, Consumed},
	*,
};
use sp_core::H256;
use sp_runtime::{
	transaction_validity::{InvalidTransaction, TransactionValidityError},
	DispatchError,
};

use crate::{common::*, work::*};

const TRUST: u64 = 3;

fn other() -> Person {
	Person::new("//Ferdie")
}

fn stored(task: TaskRef) -> rlc_primitives::Task {
	pallet_poco::Tasks::<Runtime>::get(task.id()).expect("somebody contributed")
}

/// Has two workers agree on exit code 1.
fn agree(task: TaskRef) {
	for who in [worker(), other()] {
		succeed(vec![sign(&who, 0, 0, commit(&who, task, exit(1).digest(&task.id())))]);
	}
	assert!(stored(task).consensus().is_some());
}

/// Opens a deal of one task whose workers agree on exit code 1.
fn failing() -> TaskRef {
	register();
	let task = open_another(0, TRUST, PRICE, 1);
	agree(task);
	task
}

fn locked(who: &Person) -> Balance {
	Rlc::locked(who.account())
}

/// Returns the fees that somebody paid in the last block, in nRLC.
fn fees(who: &Person) -> Balance {
	let paid = |event| match event {
		RuntimeEvent::TransactionPayment(pallet_transaction_payment::Event::TransactionFeePaid {
			who: payer,
			actual_fee,
			..
		}) => (payer == who.account()).then_some(actual_fee),
		_ => None,
	};
	System::events().into_iter().filter_map(|record| paid(record.event)).sum()
}

#[test]
fn failure_is_revealed_for_free() {
	test(|| {
		let task = failing();
		for who in [worker(), other()] {
			let before = free(&who.account()) + locked(&who);
			let extrinsic = sign(&who, 0, 0, reveal_failure(task, exit(1)));
			assert!(is_free(&extrinsic));
			succeed(vec![extrinsic]);
			assert_eq!((free(&who.account()) + locked(&who), fees(&who)), (before, 0));
		}
		assert!(matches!(stored(task).stage, Stage::Failed(Some(_))));
		assert_eq!([worker(), other(), scheduler(), requester()].map(|who| locked(&who)), [0; 4]);
	});
}

#[test]
fn revealed_failures_take_part_of_the_half_for_free_calls() {
	test(|| {
		let task = failing();
		let extrinsic = sign(&worker(), 0, 0, reveal_failure(task, exit(1)));
		Consumed::<Runtime>::put(most());
		let waits = TransactionValidityError::from(InvalidTransaction::ExhaustsResources);
		assert_eq!(validate(&extrinsic).map(drop), Err(waits));
		Consumed::<Runtime>::kill();
		assert!(is_free(&extrinsic));
	});
}

#[test]
fn failure_beyond_the_budget_pays_its_fee() {
	test(|| {
		register();
		let task = open_another(0, TRUST, PRICE, 1);
		let budget = configs::computing::PocoRules::get().free_contributions(TRUST);
		let workers: Vec<_> = (0..12).map(|n| Person::new(&format!("//worker//{n}"))).collect();
		for who in &workers {
			let value = RLC;
			let call = pallet_balances::Call::transfer_keep_alive { dest: who.account().into(), value };
			succeed(vec![sign(&requester(), 0, 0, call)]);
		}
		// Each of the free ones has another result.
		let (free_ones, late) = workers.split_at(budget as usize);
		for (n, who) in free_ones.iter().enumerate() {
			let digest = ResultDigest(H256::repeat_byte(n as u8 + 1));
			succeed(vec![sign(who, 0, 0, commit(who, task, digest))]);
			assert_eq!(fees(who), 0, "contribution {n}");
		}
		for who in late {
			if stored(task).consensus().is_some() {
				break;
			}
			succeed(vec![sign(who, 0, 0, commit(who, task, exit(1).digest(&task.id())))]);
			assert!(fees(who) > 0);
		}
		assert!(stored(task).consensus().is_some());
		let extrinsic = sign(&late[0], 0, 0, reveal_failure(task, exit(1)));
		assert!(!is_free(&extrinsic));
		succeed(vec![extrinsic]);
		assert!(fees(&late[0]) > 0);
	});
}

#[test]
fn tip_on_a_failure_is_paid_and_nothing_else() {
	test(|| {
		let task = failing();
		let tipped = sign(&worker(), 0, 5_000, reveal_failure(task, exit(1)));
		assert_eq!(valid(&tipped).priority, paying(&tipped, 5_000));
		let before = free(&worker().account());
		succeed(vec![tipped]);
		assert_eq!((before - free(&worker().account()), fees(&worker())), (5_000, 5_000));
	});
}

#[test]
fn failure_that_was_not_committed_to_has_an_error_of_its_own_and_costs_no_stake() {
	test(|| {
		let task = failing();
		let wrong = [
			exit(2),
			AgreedFailure { cause: AppFault::InvalidResult, ..exit(1) },
			AgreedFailure { trace: H256::zero(), ..exit(1) },
		];
		for failure in wrong {
			let extrinsic = sign(&worker(), 0, 0, reveal_failure(task, failure));
			assert!(!is_free(&extrinsic));
			assert_eq!(block(vec![extrinsic]), [Ok(Err(Error::<Runtime>::WrongFailure.into()))]);
			assert_eq!(locked(&worker()), STAKE, "{failure:?}");
		}
		for who in [worker(), other()] {
			succeed(vec![sign(&who, 0, 0, reveal_failure(task, exit(1)))]);
		}
		assert_eq!((locked(&worker()), stored(task).is_closed()), (0, true));
	});
}

#[test]
fn attempts_are_paid_out_of_what_completed_tasks_were_charged() {
	test(|| {
		register();
		let done = open_another(0, 1, PRICE, 1);
		succeed(vec![sign(&worker(), 0, 0, contribute(&worker(), done))]);
		succeed(vec![sign(&worker(), 0, 0, reveal(done))]);
		assert!(matches!(stored(done).stage, Stage::Completed(_)));
		let charged = pallet_marketplace::Deals::<Runtime>::get(done.deal).expect("it is kept").charge;

		let dear = 100 * RLC;
		assert!(0 < charged && charged < dear / 5, "the fifth of the price is more than the allowance");
		for (salt, pay) in [(1, charged), (2, 0)] {
			let task = open_another(salt, TRUST, dear, 1);
			agree(task);
			let all = [worker(), other(), scheduler(), requester()];
			let wealth = || all.clone().map(|who| free(&who.account()) + locked(&who));
			let before = wealth();
			for who in [worker(), other()] {
				succeed(vec![sign(&who, 0, 0, reveal_failure(task, exit(1)))]);
			}
			let after = wealth();
			let won: Balance = (0..3).map(|n| after[n] - before[n]).sum();
			assert_eq!((won, before[3] - after[3]), (pay, pay), "attempt {salt}");
		}
	});
}

/// Opens a deal of one task, of which two workers report something.
fn reported(cause: FailureCause) -> TaskRef {
	register();
	let task = open_another(0, TRUST, PRICE, 1);
	let workers: Vec<_> =
		[worker(), other()].map(|who| Delegate { worker: who.account(), enclave: None }).into_iter().collect();
	let tasks = vec![task].try_into().expect("few enough");
	let delegate = pallet_poco::Call::delegate { tasks, workers: workers.try_into().expect("few enough") };
	succeed(vec![sign(&scheduler(), 0, 0, delegate)]);
	for who in [worker(), other()] {
		let report = sign(&who, 0, 0, pallet_poco::Call::report_failure { task, cause });
		assert!(is_free(&report));
		succeed(vec![report]);
	}
	task
}

#[test]
fn release_pays_its_fee_and_gives_back_everything_else() {
	test(|| {
		released(FailureCause::DatasetUnavailable);
	});
}

#[test]
fn release_because_of_a_clock_counts_like_any_other() {
	test(|| {
		let task = released(FailureCause::TimedOut);
		let deal = pallet_marketplace::Deals::<Runtime>::get(task.deal).expect("it is kept");
		let record = pallet_marketplace::PoolRecords::<Runtime>::get(deal.workerpool.id).expect("a task ended");
		assert_eq!((record.tally.failed, record.tally.timed_out), (deal.charge, 0));
	});
}

/// Releases a task, and checks that this costs its scheduler the fee, and nobody anything else. Returns the task.
fn released(cause: FailureCause) -> TaskRef {
	let task = reported(cause);
	let bond = locked(&scheduler());
	assert!(bond > 0 && locked(&requester()) > 0);
	let before = [scheduler(), requester()].map(|who| free(&who.account()) + locked(&who));
	let extrinsic = sign(&scheduler(), 0, 0, pallet_poco::Call::release { task, cause });
	assert!(!is_free(&extrinsic));
	succeed(vec![extrinsic]);
	assert_eq!([scheduler(), requester()].map(|who| locked(&who)), [0; 2]);
	let after = [scheduler(), requester()].map(|who| free(&who.account()));
	assert_eq!(after, [before[0] - fees(&scheduler()), before[1]]);
	assert!(fees(&scheduler()) > 0);
	assert_eq!(TaskFailures::<Runtime>::get(task.id()), Some(TaskFailure::Released { cause }));
	task
}

#[test]
fn release_without_witnesses_is_refused_and_nothing_is_lost() {
	test(|| {
		let task = reported(FailureCause::InvalidResult);
		let before = [scheduler(), requester()].map(|who| locked(&who));
		for (cause, error) in [
			(FailureCause::DatasetUnavailable, Error::<Runtime>::TooFewReports),
			(FailureCause::InvalidResult, Error::<Runtime>::NotFromOutside),
		] {
			let extrinsic = sign(&scheduler(), 0, 0, pallet_poco::Call::release { task, cause });
			assert_eq!(block(vec![extrinsic]), [Ok(Err(error.into()))]);
			assert_eq!([scheduler(), requester()].map(|who| locked(&who)), before);
		}
	});
}

#[test]
fn pause_of_any_call_of_work_stops_failures_and_releases() {
	test(|| {
		let task = failing();
		let cause = FailureCause::DatasetUnavailable;
		let filtered = Ok(Err(DispatchError::from(frame_system::Error::<Runtime>::CallFiltered)));
		for paused in ["reveal", "reveal_failure", "release", "claim"] {
			pause("Poco", paused);
			let shown = sign(&worker(), 0, 0, reveal_failure(task, exit(1)));
			assert!(!is_free(&shown), "{paused}");
			let release = sign(&scheduler(), 0, 0, pallet_poco::Call::release { task, cause });
			assert_eq!(block(vec![shown, release]), [filtered, filtered], "{paused}");
			assert_eq!(locked(&worker()), STAKE);
			resume("Poco", paused);
		}
		// Time has not passed for the task, and it ends as it would have.
		for who in [worker(), other()] {
			succeed(vec![sign(&who, 0, 0, reveal_failure(task, exit(1)))]);
		}
		assert!(stored(task).is_closed());
	});
}
