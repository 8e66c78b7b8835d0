//! `finalize`: the scheduler closes a task that has its result; in automatic deals anyone does.

use frame_support::{assert_noop, assert_ok};
use rlc_primitives::{task::Stage, AccountId, Deal, ResultDigest, RLC};
use sp_runtime::DispatchResult;

use crate::{mock::*, CallbackData, Deliveries, DeliveryOutcome, Error, TaskRef};

fn finalize(who: &AccountId, task: TaskRef, data: Option<&[u8]>) -> DispatchResult {
	let data = data.map(|data| CallbackData::try_from(data.to_vec()).unwrap());
	Poco::finalize(signed(who), task, data).map(drop).map_err(|refusal| refusal.error)
}

/// Returns a task with a callback whose result, 42, was revealed.
fn revealed_42(deal: Deal) -> TaskRef {
	let task = open(deal);
	let answer = ResultDigest::of_callback(b"42");
	let mut one = contribution(1, task, 1);
	one.commitment = commitment(&worker(1), task, answer);
	assert_ok!(submit(1, one));
	assert_ok!(Poco::reveal(signed(&worker(1)), task, answer));
	task
}

#[test]
fn scheduler_closes_when_all_revealed() {
	test(|| {
		let task = agreed(manual(3), 2);
		assert_ok!(reveal(1, task, 1));
		assert_noop!(finalize(&scheduler(), task, None), Error::<Test>::RevealsMissing);
		assert_ok!(reveal(2, task, 1));
		assert_ok!(finalize(&scheduler(), task, None));
		assert!(matches!(stored(task).stage, Stage::Completed(_)));
		assert_eq!(books(&worker(1)), (RLC + 450, 0));
	});
}

#[test]
fn scheduler_closes_when_the_reveal_window_is_over_and_someone_revealed() {
	test(|| {
		let task = agreed(manual(3), 2);
		assert_ok!(reveal(1, task, 1));
		at(2 * T - 1);
		assert_noop!(finalize(&scheduler(), task, None), Error::<Test>::RevealsMissing);
		at(2 * T);
		assert_ok!(finalize(&scheduler(), task, None));
		// R = 1,300, of which the one who revealed gets 90 %.
		assert_eq!((books(&worker(1)), books(&worker(2))), ((RLC + 1_170, 0), (RLC - 300, 0)));
	});
}

#[test]
fn nobody_closes_what_nobody_revealed() {
	test(|| {
		let task = agreed(manual(1), 1);
		at(2 * T);
		assert_noop!(finalize(&scheduler(), task, None), Error::<Test>::RevealsMissing);
	});
}

#[test]
fn only_the_scheduler_closes_its_deals() {
	test(|| {
		let task = agreed(manual(1), 1);
		assert_ok!(reveal(1, task, 1));
		for who in [&STRANGER, &PAYER, &worker(1)] {
			assert_noop!(finalize(who, task, None), Error::<Test>::NotScheduler);
		}
		assert_noop!(finalize(&scheduler(), nth(task, 1), None), Error::<Test>::NotFound);
	});
}

#[test]
fn final_deadline_is_the_end() {
	test(|| {
		let (task, other) = (agreed(manual(1), 1), open_as(2, manual(1)));
		assert_ok!(contribute(1, other, 1));
		for task in [task, other] {
			assert_ok!(reveal(1, task, 1));
		}
		at(10 * T - 1);
		assert_ok!(finalize(&scheduler(), task, None));
		at(10 * T);
		assert_noop!(finalize(&scheduler(), other, None), Error::<Test>::FinalTooLate);
	});
}

#[test]
fn task_is_closed_once() {
	test(|| {
		let task = open(manual(1));
		assert_noop!(finalize(&scheduler(), task, None), Error::<Test>::NotRevealing);
		assert_ok!(contribute(1, task, 1));
		assert_ok!(reveal(1, task, 1));
		assert_ok!(finalize(&scheduler(), task, None));
		assert_noop!(finalize(&scheduler(), task, None), Error::<Test>::NotRevealing);
		assert_eq!(Closed::get().len(), 1);
	});
}

#[test]
fn data_of_a_callback_proves_itself_whoever_brings_it() {
	test(|| {
		let task = revealed_42(with_callback(CALLBACK));
		assert_noop!(finalize(&STRANGER, task, None), Error::<Test>::CallbackDataMissing);
		assert_noop!(finalize(&STRANGER, task, Some(b"43")), Error::<Test>::WrongCallbackData);
		assert_ok!(finalize(&STRANGER, task, Some(b"42")));
		assert!(matches!(stored(task).stage, Stage::Completed(_)));
		assert_eq!(Deliveries::<Test>::get(task.id()), Some(DeliveryOutcome::Pending));
	});
}

#[test]
fn scheduler_of_a_manual_deal_brings_the_data() {
	test(|| {
		let task = revealed_42(Deal { callback: Some(CALLBACK), ..manual(1) });
		assert_noop!(finalize(&STRANGER, task, Some(b"42")), Error::<Test>::NotScheduler);
		assert_ok!(finalize(&scheduler(), task, Some(b"42")));
	});
}

#[test]
fn data_without_a_callback_is_refused() {
	test(|| {
		let task = agreed(manual(1), 1);
		assert_ok!(reveal(1, task, 1));
		assert_noop!(finalize(&scheduler(), task, Some(b"42")), Error::<Test>::UnexpectedCallbackData);
	});
}
