use super::*;
use crate::{
	decide::replies,
	testing::{account, digest, task, Scene},
};
use rlc_primitives::task::Stage;

#[test]
fn state_follows_the_chain() {
	let mut scene = Scene::new();
	let workers = [scene.worker(1, 1), scene.worker(2, 1), scene.worker(3, 1)];
	let id = task(scene.deal(100, 3, 1), 0);
	for (worker, result) in workers.iter().zip([7, 8, 7]) {
		scene.contributes(worker, id, result);
	}
	let four = scene.worker(4, 1);
	scene.contributes(&four, id, 7);
	for worker in [&workers[0], &workers[2], &four] {
		scene.reveals(worker, id, 7);
	}
	let (seen, chain) = (&scene.task(id).chain(), &scene.world.tasks[&id]);
	assert_eq!((&seen.stage, seen.total), (&chain.stage, chain.total));
	let statuses = |task: &rlc_primitives::Task| {
		task.contributions.iter().map(|one| (one.worker.clone(), one.status)).collect::<Vec<_>>()
	};
	assert_eq!(statuses(seen), statuses(chain));
}

#[test]
fn state_follows_a_reopening() {
	let mut scene = Scene::new();
	let workers = [scene.worker(1, 1), scene.worker(2, 1)];
	let id = task(scene.deal(100, 3, 1), 0);
	workers.iter().for_each(|worker| scene.contributes(worker, id, 7));
	scene.pass(700_000, &[]);
	let events = scene.world.reopen(id).unwrap();
	scene.see(events);
	let (seen, chain) = (&scene.task(id).chain(), &scene.world.tasks[&id]);
	assert_eq!((&seen.stage, seen.total), (&Stage::Active, chain.total));
}

#[test]
fn event_that_is_seen_twice_counts_once() {
	let mut scene = Scene::new();
	let one = scene.worker(1, 1);
	let id = task(scene.deal(100, 1, 1), 0);
	let events = scene.world.contribute(id, &one, 7).unwrap();
	scene.see(events.clone());
	let before = scene.task(id).chain().clone();
	scene.see(events);
	assert_eq!(*scene.task(id).chain(), before);
}

#[test]
fn fork_returns_the_tasks_to_ask_about() {
	let mut scene = Scene::new();
	let one = scene.worker(1, 1);
	let (first, second) = (task(scene.deal(100, 1, 1), 0), task(scene.deal(101, 1, 1), 0));
	scene.contributes(&one, first, 7);
	scene.contributes(&one, second, 7);
	let fork = ChainBlock { number: scene.state.best(), clock: scene.now.chain.into(), events: Vec::new() };
	assert_eq!(
		scene.state.see(&fork, scene.now).into_iter().collect::<std::collections::BTreeSet<_>>(),
		[second].into()
	);
}

#[test]
fn stale_answer_is_ignored() {
	let mut scene = Scene::new();
	let one = scene.worker(1, 1);
	let id = task(scene.deal(100, 3, 1), 0);
	let (version, old) = (scene.task(id).version, scene.world.tasks[&id].clone());
	scene.contributes(&one, id, 7);
	replies::refreshed(&mut scene.state, &id, version, Some((old, false)), scene.now);
	assert_eq!(scene.task(id).chain().contributions.len(), 1);
}

#[test]
fn end_counts_when_it_is_final() {
	let mut scene = Scene::new();
	let one = scene.worker(1, 1);
	let id = task(scene.deal(100, 1, 1), 0);
	let events = scene.world.deliver(id, &one, 7).unwrap();
	scene.see(events);
	scene.state.finalize(scene.state.best() - 1);
	assert!(!scene.task(id).is_final);
	scene.state.finalize(scene.state.best());
	assert!(scene.task(id).is_final);
}

#[test]
fn contribution_of_a_worker_that_counted_as_lost_counts() {
	let mut scene = Scene::new();
	let one = scene.worker(1, 1);
	let id = task(scene.deal(100, 9, 1), 0);
	scene.decide();
	scene.pass(4_000, &[1]);
	scene.contributes(&one, id, 7);
	assert_eq!(scene.task(id).replicates[&one].step, Step::Contributed);
	scene.see_task(id, [TaskEvent::Revealed { worker: account(1), digest: digest(7) }]);
	assert_eq!(scene.task(id).digest(), None, "there is no consensus");
}
