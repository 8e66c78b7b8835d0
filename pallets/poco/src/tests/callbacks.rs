//! Results go to their callbacks, beside settlement (D7, I9).

use frame_support::{assert_noop, assert_ok, traits::Hooks, weights::Weight};
use rlc_primitives::{CallbackId, Deal, ResultDigest, RLC};
use sp_runtime::{DispatchError, DispatchResult};

use crate::{mock::*, CallbackEnds, Deliveries, DeliveryOutcome, Error, Event, QueueEnds, TaskRef};

/// Completes a task whose result for this callback is `[n]`.
fn complete(n: u8, callback: CallbackId) -> TaskRef {
	let task = open_as(n, with_callback(callback));
	let proof = signature(SCHEDULER_KEY, &worker(1), task, None);
	let (data, answer) = (vec![n], ResultDigest::of_callback(&[n]));
	let data = Some(data.try_into().unwrap());
	assert_ok!(Poco::contribute_and_finalize(signed(&worker(1)), task, answer, proof, None, data));
	task
}

fn outcome(task: TaskRef) -> DeliveryOutcome {
	Deliveries::<Test>::get(task.id()).unwrap()
}

fn deliver(task: TaskRef, data: &[u8]) -> DispatchResult {
	Poco::deliver(signed(&STRANGER), task, data.to_vec().try_into().unwrap())
}

#[test]
fn results_are_delivered_in_their_order() {
	test(|| {
		let [one, two] = [1, 2].map(|n| complete(n, CALLBACK));
		assert_eq!((outcome(one), Received::get().len()), (DeliveryOutcome::Pending, 0));
		idle();
		assert_eq!(Received::get(), [(one.id(), vec![1]), (two.id(), vec![2])]);
		assert_eq!((outcome(one), outcome(two)), (DeliveryOutcome::Delivered, DeliveryOutcome::Delivered));
		System::assert_last_event(Event::ResultDelivered { task: two.id() }.into());
		assert_eq!(CallbackEnds::<Test>::get(), QueueEnds { head: 2, tail: 2 });
	});
}

#[test]
fn deals_without_a_callback_send_nothing() {
	test(|| {
		let task = agreed(deal(1), 1);
		assert_ok!(reveal(1, task, 1));
		assert_eq!(Deliveries::<Test>::get(task.id()), None);
	});
}

#[test]
fn refusal_is_stored_undone_and_blocks_nobody() {
	test(|| {
		let (bad, good) = (complete(1, REFUSING), complete(2, CALLBACK));
		idle();
		assert_eq!(Received::get(), [(good.id(), vec![2])], "what the refusing one wrote is undone");
		assert_eq!(outcome(bad), DeliveryOutcome::Failed(DispatchError::Other("")), "the text is not stored");
		let error = DispatchError::Other("");
		let told = events().into_iter().any(|event| event == Event::ResultDeliveryFailed { task: bad.id(), error });
		assert!(told);
		assert_eq!(books(&worker(1)), (RLC + 1_800, 0), "paid in any case");
	});
}

#[test]
fn unknown_callback_is_a_failure() {
	test(|| {
		let task = complete(1, UNKNOWN);
		idle();
		assert_eq!(outcome(task), DeliveryOutcome::Failed(Error::<Test>::NoReceiver.into()));
	});
}

#[test]
fn full_queue_does_not_stop_settlement() {
	test(|| {
		let tasks: Vec<_> = (1..=4).map(|n| complete(n, CALLBACK)).collect();
		assert_eq!(outcome(tasks[3]), DeliveryOutcome::QueueFull);
		let error = Error::<Test>::QueueFull.into();
		System::assert_last_event(Event::ResultDeliveryFailed { task: tasks[3].id(), error }.into());
		assert!(stored(tasks[3]).is_closed());
		assert_noop!(deliver(tasks[3], &[4]), Error::<Test>::QueueFull);
		idle();
		assert_ok!(deliver(tasks[3], &[4]));
		assert_eq!(outcome(tasks[3]), DeliveryOutcome::Pending);
		idle();
		assert_eq!((outcome(tasks[3]), Received::get().len()), (DeliveryOutcome::Delivered, 4));
	});
}

#[test]
fn only_what_failed_is_delivered_again() {
	test(|| {
		let (good, bad) = (complete(1, CALLBACK), complete(2, UNKNOWN));
		assert_noop!(deliver(good, &[1]), Error::<Test>::NotDeliverable);
		idle();
		assert_noop!(deliver(good, &[1]), Error::<Test>::NotDeliverable);
		assert_noop!(deliver(bad, &[1]), Error::<Test>::WrongCallbackData);
		assert_ok!(deliver(bad, &[2]));
		let without = open_as(3, deal(1));
		assert_noop!(deliver(without, &[1]), Error::<Test>::NotDeliverable);
		assert_noop!(deliver(nth(good, 1), &[1]), Error::<Test>::NotFound);
	});
}

#[test]
fn delivery_waits_for_a_block_with_room() {
	test(|| {
		let tasks: Vec<_> = (1..=3).map(|n| complete(n, CALLBACK)).collect();
		let mut blocks = 0;
		while outcome(tasks[2]) == DeliveryOutcome::Pending {
			let limit = units(300);
			assert!(Poco::on_idle(1, limit).all_lte(limit));
			blocks += 1;
		}
		assert_eq!(blocks, 3);
		assert_eq!(Poco::on_idle(1, Weight::zero()), Weight::zero());
	});
}

#[test]
fn manual_deals_have_callbacks_too() {
	test(|| {
		let task = open(Deal { callback: Some(CALLBACK), ..manual(1) });
		let answer = ResultDigest::of_callback(b"x");
		let mut one = contribution(1, task, 1);
		one.commitment = commitment(&worker(1), task, answer);
		assert_ok!(submit(1, one));
		assert_ok!(Poco::reveal(signed(&worker(1)), task, answer));
		assert_ok!(Poco::finalize(signed(&scheduler()), task, Some(b"x".to_vec().try_into().unwrap())));
		idle();
		assert_eq!(Received::get(), [(task.id(), b"x".to_vec())]);
	});
}
