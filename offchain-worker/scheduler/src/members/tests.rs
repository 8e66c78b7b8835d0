use super::*;
use crate::{
	actions::Action,
	model::TaskState,
	testing::{
		account,
		scene::{report, HEARTBEAT},
		task, Scene,
	},
};

/// Worker 1 has the only task, of trust 1.
fn given() -> (Scene, TaskId, AccountId) {
	let mut scene = Scene::new();
	let one = scene.worker(1, 1);
	let id = task(scene.deal(100, 1, 1), 0);
	assert_eq!(scene.computing(id), vec![one.clone()]);
	(scene, id, one)
}

fn step(scene: &Scene, id: TaskId, worker: &AccountId) -> Step {
	scene.state.tasks[&id].replicates[worker].step
}

#[test]
fn three_missed_heartbeats_are_a_loss() {
	let (mut scene, id, one) = given();
	scene.pass(3 * HEARTBEAT, &[1]);
	assert!(scene.state.workers[&one].is_here());
	scene.pass(1, &[1]);
	assert_eq!(step(&scene, id, &one), Step::Lost);
	assert!(!scene.state.workers.contains_key(&one), "nothing is kept of it");
}

#[test]
fn what_is_on_chain_is_not_lost() {
	let mut scene = Scene::new();
	let one = scene.worker(1, 1);
	let id = task(scene.deal(100, 9, 1), 0);
	scene.decide();
	scene.contributes(&one, id, 7);
	scene.pass(4 * HEARTBEAT, &[1]);
	assert_eq!(step(&scene, id, &one), Step::Contributed);
	assert_eq!(scene.state.workers[&one].presence, Presence::Lost);
}

#[test]
fn worker_that_reconnects_goes_on() {
	let (mut scene, id, one) = given();
	let forget = scene.join(1, None, |_| (), vec![report(id, Step::Computing)]);
	assert_eq!((forget, step(&scene, id, &one)), (Vec::new(), Step::Computing));
	assert_eq!(scene.decide(), []);
	assert_eq!(scene.state.workers[&one].load, 1);
}

#[test]
fn lost_worker_that_comes_back_goes_on_if_nobody_took_its_place() {
	let (mut scene, id, one) = given();
	scene.pass(4 * HEARTBEAT, &[1]);
	assert_eq!(scene.decide(), []);
	let forget = scene.join(1, None, |_| (), vec![report(id, Step::Computing)]);
	assert_eq!((forget, step(&scene, id, &one)), (Vec::new(), Step::Computing));
	assert_eq!(scene.decide(), []);
	assert_eq!(scene.state.workers[&one].load, 1);
}

#[test]
fn lost_worker_that_comes_back_late_shall_forget_unless_it_is_done() {
	for (held, forgets) in [(Step::Computing, true), (Step::Computed, false)] {
		let (mut scene, id, _) = given();
		scene.pass(4 * HEARTBEAT, &[1]);
		let two = scene.worker(2, 1);
		assert_eq!(scene.computing(id), [two]);
		assert_eq!(scene.join(1, None, |_| (), vec![report(id, held)]).contains(&id), forgets, "{held:?}");
	}
}

#[test]
fn settled_task_shall_be_forgotten() {
	let (mut scene, id, _) = given();
	scene.pass(4 * HEARTBEAT, &[1]);
	let two = scene.worker(2, 1);
	scene.decide();
	let events = scene.world.deliver(id, &two, 7).unwrap();
	scene.see(events);
	scene.decide();
	assert_eq!(scene.join(1, None, |_| (), vec![report(id, Step::Computed)]), [id]);
}

#[test]
fn worker_that_comes_back_without_its_task_lost_it() {
	let (mut scene, id, one) = given();
	scene.join(1, None, |_| (), Vec::new());
	assert_eq!(step(&scene, id, &one), Step::Lost);
	assert_eq!(scene.computing(id), [one], "nobody else is there");
}

#[test]
fn failure_that_was_not_confirmed_is_told_when_joining() {
	let (mut scene, id, one) = given();
	let failed = Report {
		cause: Some(rlc_protocol::worker::Cause { cause: vec![3], words: "params".into() }),
		..report(id, Step::Failed)
	};
	scene.join(1, None, |_| (), vec![failed]);
	assert_eq!(step(&scene, id, &one), Step::Failed);
}

#[test]
fn task_that_comes_into_memory_later_meets_those_who_have_it() {
	let (scene, id, one) = given();
	let part = scene.state.tasks[&id].replicates[&one].clone();
	let chain = scene.world.tasks[&id].clone();
	for (held, expected) in [(vec![report(id, Step::DataFetched)], Step::DataFetched), (Vec::new(), Step::Lost)] {
		let mut later = Scene::new();
		let deal = later.world.open(100, 1, 1, |_| ());
		let facts = scene.state.deals[&deal].clone();
		later.state.deals.insert(deal, crate::model::DealState { parts: Default::default(), ..facts });
		later.join(1, None, |_| (), held);
		let mut task = TaskState::new(chain.clone());
		task.replicates.insert(one.clone(), part.clone());
		later.state.adopt(id, task, later.now);
		assert_eq!(step(&later, id, &one), expected);
		assert_eq!(later.state.workers[&one].load, u32::from(expected != Step::Lost));
	}
}

#[test]
fn worker_of_before_the_restart_has_time_to_come_back() {
	let (scene, id, one) = given();
	let part = scene.state.tasks[&id].replicates[&one].clone();
	let mut later = Scene::new();
	let deal = later.world.open(100, 1, 1, |_| ());
	let facts = scene.state.deals[&deal].clone();
	later.state.deals.insert(deal, crate::model::DealState { parts: Default::default(), ..facts });
	let mut task = TaskState::new(scene.world.tasks[&id].clone());
	task.replicates.insert(one.clone(), part);
	later.state.adopt(id, task, later.now);
	later.pass(9_000, &[]);
	assert_eq!(step(&later, id, &one), Step::Created);
	later.pass(2_000, &[]);
	assert_eq!(step(&later, id, &one), Step::Lost);
}

#[test]
fn late_report_does_not_undo_what_the_chain_said() {
	let (mut scene, id, one) = given();
	scene.contributes(&one, id, 7);
	scene.reports(&one, id, Step::Computed);
	assert_eq!(step(&scene, id, &one), Step::Contributed);
	scene.fails(&one, id, rlc_primitives::work::FailureCause::TimedOut);
	assert_eq!(step(&scene, id, &one), Step::Contributed);
}

#[test]
fn what_is_handed_over_goes_on() {
	let (mut scene, id, one) = given();
	scene.state.hand_over(&id, scene.now);
	assert!(scene.state.strays[&id].contains_key(&one));
	scene.state.dismiss(&id);
	let stop = Action::Stop { task: id, worker: one, reason: "the task is settled" };
	assert_eq!(scene.decide(), [stop]);
}

#[test]
fn unknown_callback_data_are_refused() {
	let (mut scene, id, one) = given();
	assert!(!scene.state.bring(&id, &one, vec![1]), "it contributed nothing");
	assert!(!scene.state.bring(&id, &account(9), vec![1]));
	assert!(!scene.state.bring(&TaskId::default(), &one, vec![1]));
}
