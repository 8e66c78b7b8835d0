//! Workers that fail tasks for reasons of their own.

use rlc_primitives::{work::FailureCause, TaskId};
use rlc_protocol::worker::{Cause, Report};

use super::*;
use crate::{decide::failures::PATIENCE, testing::scene::report};

/// Lets a worker fail for a reason of its own.
fn has_trouble(scene: &mut Scene, worker: &AccountId, id: TaskId) {
	let cause = Some(Cause { cause: None, words: "the disk is full".into() });
	let failed = Report { cause, ..report(id, Step::Failed) };
	scene.state.report(worker, failed, scene.now);
}

#[test]
fn workers_own_trouble_is_tried_again_after_pauses_that_double() {
	let mut scene = Scene::new();
	let one = scene.worker(1, 1);
	let id = task(scene.deal(100, 1, 1), 0);
	assert_eq!(scene.computing(id), vec![one.clone()]);
	for wait in [PAUSE, 2 * PAUSE, 4 * PAUSE] {
		has_trouble(&mut scene, &one, id);
		scene.pass(wait - 1_000, &[]);
		assert_eq!(scene.computing(id), [], "before {wait}");
		scene.pass(1_000, &[]);
		assert_eq!(scene.computing(id), vec![one.clone()], "after {wait}");
	}
	assert_eq!((pause(0), pause(1), pause(u32::MAX)), (PAUSE, PAUSE, LONGEST_PAUSE));
}

#[test]
fn task_goes_first_to_workers_that_had_no_trouble_with_it() {
	let mut scene = Scene::new();
	let one = scene.worker(1, 1);
	let id = task(scene.deal(100, 1, 1), 0);
	scene.decide();
	has_trouble(&mut scene, &one, id);
	let two = scene.worker(2, 1);
	assert_eq!(scene.computing(id), vec![two.clone()], "at once");
	scene.pass(PAUSE, &[]);
	has_trouble(&mut scene, &two, id);
	let three = scene.worker(3, 1);
	assert_eq!(scene.computing(id), [three], "though the first one has rested");
}

#[test]
fn operator_of_a_worker_in_trouble_has_its_vote_again_once_the_delegation_expired() {
	let mut scene = Scene::new();
	scene.join(1, Some(50), |_| (), Vec::new());
	let id = task(scene.deal(100, 1, 1), 0);
	scene.decide();
	has_trouble(&mut scene, &account(1), id);
	scene.join(2, Some(50), |_| (), Vec::new());
	assert_eq!(scene.computing(id), [], "the other one could contribute after all");
	let left = scene.task(id).replicates[&account(1)].expiry - scene.now.chain;
	let Now { local, chain, date } = scene.now;
	scene.now = Now { local: local + left, chain: chain + left, date: date + left };
	assert_eq!(scene.computing(id), [account(2)]);
}

#[test]
fn worker_that_fails_task_after_task_by_itself_rests() {
	let mut scene = Scene::new();
	let one = scene.worker(1, 1);
	let deal = scene.deal(100, 1, 9);
	for index in 0..3 {
		assert_eq!(scene.computing(task(deal, index)), vec![one.clone()], "task {index}");
		has_trouble(&mut scene, &one, task(deal, index));
	}
	assert_eq!(scene.decide(), [], "it rests");
	scene.pass(1_000, &[]);
	let given = scene.decide();
	assert_eq!(share(&given, std::slice::from_ref(&one)), [1]);
	let Some(Action::Compute { task: fourth, .. }) = given.first() else { panic!("{given:?}") };
	has_trouble(&mut scene, &one, *fourth);
	scene.pass(1_000, &[]);
	assert_eq!(scene.decide(), [], "twice as long");
	scene.pass(1_000, &[]);
	let given = scene.decide();
	let Some(Action::Compute { task: fifth, .. }) = given.first() else { panic!("{given:?}") };
	scene.computed(&one, *fifth, 10_000);
	assert_eq!(scene.known(&one).troubles, 0, "it is well again");
}

#[test]
fn worker_in_trouble_is_waited_for_before_others_decide_that_a_task_is_hopeless() {
	let mut scene = Scene::new();
	let (one, two) = (scene.worker(1, 1), scene.worker(2, 1));
	let id = task(scene.deal(100, 1, 1), 0);
	let first = scene.computing(id).remove(0);
	let other = if first == one { two } else { one };
	scene.fails(&first, id, FailureCause::DatasetUnavailable);
	for times in 1..=ENOUGH_TROUBLE {
		assert_eq!(scene.computing(id), vec![other.clone()], "time {times}");
		has_trouble(&mut scene, &other, id);
		scene.decide();
		if times < ENOUGH_TROUBLE {
			scene.pass(pause(times), &[]);
		}
		assert!(scene.task(id).given_up.is_none(), "time {times}");
	}
	scene.pass(PATIENCE, &[]);
	scene.decide();
	assert!(scene.task(id).given_up.is_some(), "by the one word that there is");
}
