use super::*;
use crate::{
	model::{state::workers::DELIVERED, Record, DAY, PROVEN},
	testing::{
		account,
		scene::{report, HEARTBEAT},
		task, Scene, T,
	},
};
use rlc_primitives::{work::AppFault, TaskEvent};
use rlc_protocol::worker::{Cause, Report, Step};

fn validated(count: u64) -> Record {
	Record { validated: count, ..Record::default() }
}

/// Makes a task of trust 3.
fn new_task(scene: &mut Scene, n: u8) -> TaskId {
	task(scene.deal(n, 3, 1), 0)
}

/// Lets workers agree on a result, and reveal it.
fn agree(scene: &mut Scene, id: TaskId, workers: &[&AccountId]) {
	workers.iter().for_each(|worker| scene.contributes(worker, id, 7));
	workers.iter().for_each(|worker| scene.reveals(worker, id, 7));
	assert!(scene.task(id).is_completed());
}

/// Returns the marks that were put on records since this was last asked.
fn marks(scene: &mut Scene) -> Vec<(AccountId, Mark)> {
	let changes = scene.state.take_changes();
	changes.marks.into_iter().map(|(worker, mark, _)| (worker, mark)).collect()
}

/// Gives a task of trust 3 to the worker 1, which is vouched for, and to the stranger 2.
fn given() -> (Scene, TaskId, AccountId, AccountId) {
	let mut scene = Scene::new();
	let (one, stranger) = (scene.worker(1, 1), scene.stranger_with(2, 8, Record::default()));
	let id = new_task(&mut scene, 100);
	assert_eq!(scene.computing(id), [one.clone(), stranger.clone()]);
	(scene, id, one, stranger)
}

#[test]
fn result_that_a_believed_worker_agrees_on_is_validated() {
	let mut scene = Scene::new();
	let (one, stranger) = (scene.worker(1, 1), scene.stranger_with(2, 8, Record::default()));
	for n in 0..4 {
		let id = new_task(&mut scene, 100 + n);
		agree(&mut scene, id, &[&one, &stranger]);
		assert_eq!(marks(&mut scene), [(stranger.clone(), Mark::Validated)], "one that is vouched for has no record");
	}
	assert_eq!((scene.known(&stranger).record.validated, scene.known(&stranger).usable_slots()), (4, 3));
	assert_eq!(scene.known(&one).usable_slots(), 1);
}

#[test]
fn task_that_is_told_twice_to_be_closed_counts_once() {
	let mut scene = Scene::new();
	let (one, stranger) = (scene.worker(1, 1), scene.stranger_with(2, 8, Record::default()));
	let id = new_task(&mut scene, 100);
	agree(&mut scene, id, &[&one, &stranger]);
	scene.see_task(id, [TaskEvent::Closed { outcome: scene.task(id).digest() }]);
	assert_eq!(marks(&mut scene).len(), 1);
}

#[test]
fn strangers_do_not_validate_each_other() {
	let mut scene = Scene::new();
	let (one, two) = (scene.stranger_with(1, 1, Record::default()), scene.stranger_with(2, 1, Record::default()));
	let id = new_task(&mut scene, 100);
	agree(&mut scene, id, &[&one, &two]);
	assert_eq!(marks(&mut scene), []);
	let proven = scene.stranger_with(3, 1, validated(PROVEN));
	let id = new_task(&mut scene, 101);
	agree(&mut scene, id, &[&one, &proven]);
	assert_eq!(marks(&mut scene), [(one, Mark::Validated)], "the other way round it says nothing");
}

#[test]
fn refuted_stranger_loses_what_it_earned_and_gets_nothing() {
	let mut scene = Scene::new();
	let right = [scene.worker(1, 9), scene.worker(3, 9), scene.worker(4, 9)];
	let stranger = scene.stranger_with(2, 16, validated(50));
	let id = new_task(&mut scene, 100);
	scene.contributes(&stranger, id, 8);
	agree(&mut scene, id, &right.each_ref());
	let changes = scene.state.take_changes();
	let at = scene.now.local;
	assert_eq!(changes.marks, [(stranger.clone(), Mark::Refuted, at)]);
	assert_eq!(changes.banned, [stranger.clone()].into());
	let known = scene.known(&stranger);
	assert_eq!((known.record.validated, known.usable_slots(), known.away), (0, 1, Some(at + DAY)));
	assert_eq!(scene.state.ready().free_slots(), 27, "it takes nothing");
	scene.state.lift(&stranger, scene.now);
	assert_eq!(scene.state.ready().free_slots(), 28);
}

#[test]
fn machine_is_known_with_the_slots_that_are_earned() {
	let mut scene = Scene::new();
	let (one, stranger) = (scene.worker(1, 1), scene.stranger_with(2, 8, validated(1)));
	let slots = |scene: &Scene| scene.state.machines().of(&account(2)).unwrap().resources.slots;
	assert_eq!(slots(&scene), 1, "not what it declares");
	scene.state.take_changes();
	for (n, is_told) in [(100, true), (101, false)] {
		let id = new_task(&mut scene, n);
		agree(&mut scene, id, &[&one, &stranger]);
		assert_eq!(slots(&scene), 2);
		assert_eq!(scene.state.take_changes().machines.contains(&stranger), is_told, "other instances sell them");
	}
}

#[test]
fn colluders_cannot_have_an_honest_stranger_banned() {
	let mut scene = Scene::new();
	let colluders = [1, 3, 4].map(|n| scene.stranger_with(n, 1, validated(PROVEN - 1)));
	let honest = scene.stranger_with(2, 1, Record::default());
	let id = new_task(&mut scene, 100);
	scene.contributes(&honest, id, 8);
	agree(&mut scene, id, &colluders.each_ref());
	assert_eq!(marks(&mut scene), []);
}

#[test]
fn agreed_failure_says_nothing_about_a_stranger() {
	let mut scene = Scene::new();
	let right = [scene.worker(1, 1), scene.worker(3, 1), scene.stranger_with(4, 1, Record::default())];
	let other = scene.stranger_with(2, 1, Record::default());
	let id = new_task(&mut scene, 100);
	scene.contributes(&other, id, 8);
	right.iter().for_each(|worker| scene.contributes(worker, id, 7));
	let worker = right[0].clone();
	scene.see_task(id, [TaskEvent::FailureRevealed { worker, cause: AppFault::AppFailed, code: 3 }]);
	right.iter().for_each(|worker| scene.reveals(worker, id, 7));
	assert!(scene.task(id).is_completed());
	assert_eq!(marks(&mut scene), []);
}

#[test]
fn stranger_that_falls_silent_with_a_task_in_hand_comes_back_to_nothing() {
	let (mut scene, id, _, stranger) = given();
	scene.pass(3 * HEARTBEAT + 1, &[2]);
	assert!(scene.state.worker(&stranger).is_none());
	let mut record = Record::default();
	for (worker, mark, at) in scene.state.take_changes().marks {
		assert_eq!((&worker, mark), (&stranger, Mark::Lost));
		record.mark(mark, at);
	}
	assert_eq!(record.lost, 1);
	// As the database has it.
	scene.stranger_with(2, 8, record);
	assert_eq!(scene.computing(id), [], "joining again changes nothing");
	scene.pass(58_000, &[]);
	assert_eq!(scene.computing(id), []);
	scene.pass(3_000, &[]);
	assert_eq!(scene.computing(id), [stranger], "a minute later");
}

#[test]
fn silence_is_held_against_strangers_with_tasks_only() {
	let (mut scene, _, one, _) = given();
	scene.stranger_with(3, 1, Record::default());
	scene.pass(3 * HEARTBEAT + 1, &[1, 3]);
	assert!(scene.state.worker(&one).is_none());
	assert_eq!(marks(&mut scene), [], "one is vouched for, and the other had nothing in hand");
}

#[test]
fn stranger_that_makes_no_progress_backs_off() {
	let (mut scene, _, one, stranger) = given();
	scene.pass(T + 60_001, &[]);
	assert_eq!(scene.lose_stalled(), [one, stranger.clone()]);
	assert_eq!(marks(&mut scene), [(stranger.clone(), Mark::Lost)]);
	assert!(scene.known(&stranger).away.is_some());
}

#[test]
fn stranger_that_joins_without_a_task_that_it_began_has_lost_it() {
	for (step, is_lost) in [(None, false), (Some(Step::Started), true)] {
		let (mut scene, id, _, stranger) = given();
		step.into_iter().for_each(|step| _ = scene.reports(&stranger, id, step));
		scene.stranger_with(2, 8, Record::default());
		assert_eq!(!marks(&mut scene).is_empty(), is_lost, "what it was given a moment ago may not have got to it");
		assert_eq!(scene.known(&stranger).away.is_some(), is_lost);
	}
	let (mut scene, _, _, stranger) = given();
	scene.pass(DELIVERED, &[]);
	scene.stranger_with(2, 8, Record::default());
	assert_eq!(marks(&mut scene), [(stranger, Mark::Lost)], "it had time to say that it has it");
}

/// Lets a worker end a task by itself.
fn ends(scene: &mut Scene, worker: &AccountId, id: TaskId, step: Step) {
	let cause = Some(Cause { cause: None, words: "the disk is full".into() });
	scene.state.report(worker, Report { cause, ..report(id, step) }, scene.now);
}

#[test]
fn own_trouble_is_held_against_a_stranger_once_others_computed_the_task() {
	let (mut scene, id, one, stranger) = given();
	ends(&mut scene, &stranger, id, Step::Failed);
	assert_eq!(marks(&mut scene), [], "the task may be made to fail");
	let three = scene.worker(3, 1);
	agree(&mut scene, id, &[&one, &three]);
	assert_eq!(marks(&mut scene), [(stranger, Mark::Lost)]);
}

#[test]
fn stranger_that_overcame_its_trouble_is_not_blamed() {
	let (mut scene, id, one, stranger) = given();
	ends(&mut scene, &stranger, id, Step::Failed);
	agree(&mut scene, id, &[&one, &stranger]);
	assert_eq!(marks(&mut scene), [(stranger, Mark::Validated)]);
}

#[test]
fn stranger_that_keeps_a_task_and_then_gives_it_back_has_lost_it() {
	for (time, is_lost) in [(T, false), (T + 60_000, true)] {
		let (mut scene, id, _, stranger) = given();
		scene.pass(time, &[]);
		ends(&mut scene, &stranger, id, Step::Aborted);
		assert_eq!(!marks(&mut scene).is_empty(), is_lost, "after {time} ms");
	}
}

#[test]
fn nothing_is_held_against_a_worker_of_which_nothing_is_known() {
	let mut scene = Scene::new();
	let (one, three, four) = (scene.worker(1, 1), scene.worker(3, 1), scene.worker(4, 1));
	let id = new_task(&mut scene, 100);
	// It has not come back since the scheduler started: whether it is vouched for is not known.
	scene.contributes(&account(2), id, 8);
	agree(&mut scene, id, &[&one, &three, &four]);
	assert_eq!(marks(&mut scene), []);
}
