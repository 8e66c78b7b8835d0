use super::*;
use crate::testing::{account, digest, task, Scene};
use rlc_primitives::task::Stage;

#[test]
fn what_the_chain_does_is_seen_as_it_is() {
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
	let (seen, chain) = (&scene.state.tasks[&id].chain, &scene.world.tasks[&id]);
	assert_eq!((&seen.stage, seen.total), (&chain.stage, chain.total));
	let statuses = |task: &rlc_primitives::Task| {
		task.contributions.iter().map(|one| (one.worker.clone(), one.status)).collect::<Vec<_>>()
	};
	assert_eq!(statuses(seen), statuses(chain));
}

#[test]
fn reopened_task_is_seen_as_it_is() {
	let mut scene = Scene::new();
	let workers = [scene.worker(1, 1), scene.worker(2, 1)];
	let id = task(scene.deal(100, 3, 1), 0);
	workers.iter().for_each(|worker| scene.contributes(worker, id, 7));
	scene.pass(700_000, &[]);
	let events = scene.world.reopen(id).unwrap();
	scene.see(events);
	let (seen, chain) = (&scene.state.tasks[&id].chain, &scene.world.tasks[&id]);
	assert_eq!((&seen.stage, seen.total), (&Stage::Active, chain.total));
}

#[test]
fn event_that_is_seen_twice_counts_once() {
	let mut scene = Scene::new();
	let one = scene.worker(1, 1);
	let id = task(scene.deal(100, 1, 1), 0);
	let events = scene.world.contribute(id, &one, 7).unwrap();
	scene.see(events.clone());
	let before = scene.state.tasks[&id].chain.clone();
	scene.see(events);
	assert_eq!(scene.state.tasks[&id].chain, before);
}

#[test]
fn fork_tells_what_to_ask_for_again() {
	let mut scene = Scene::new();
	let one = scene.worker(1, 1);
	let (first, second) = (task(scene.deal(100, 1, 1), 0), task(scene.deal(101, 1, 1), 0));
	scene.contributes(&one, first, 7);
	scene.contributes(&one, second, 7);
	let fork = SeenBlock { number: scene.state.best, time: scene.now.chain, events: Vec::new() };
	assert_eq!(
		scene.state.saw(&fork, scene.now).into_iter().collect::<std::collections::BTreeSet<_>>(),
		[second].into()
	);
}

#[test]
fn answer_that_is_out_of_date_is_not_taken() {
	let mut scene = Scene::new();
	let one = scene.worker(1, 1);
	let id = task(scene.deal(100, 3, 1), 0);
	let (version, old) = (scene.state.tasks[&id].version, scene.world.tasks[&id].clone());
	scene.contributes(&one, id, 7);
	scene.state.refreshed(&id, version, Some(old), scene.now);
	assert_eq!(scene.state.tasks[&id].chain.contributions.len(), 1);
}

#[test]
fn end_counts_when_it_is_final() {
	let mut scene = Scene::new();
	let one = scene.worker(1, 1);
	let id = task(scene.deal(100, 1, 1), 0);
	let events = scene.world.deliver(id, &one, 7).unwrap();
	scene.see(events);
	scene.state.finalize(scene.state.best - 1);
	assert!(!scene.state.tasks[&id].is_final);
	scene.state.finalize(scene.state.best);
	assert!(scene.state.tasks[&id].is_final);
}

#[test]
fn contribution_of_a_worker_that_counted_as_lost_counts() {
	let mut scene = Scene::new();
	let one = scene.worker(1, 1);
	let id = task(scene.deal(100, 9, 1), 0);
	scene.decide();
	scene.pass(4_000, &[1]);
	scene.contributes(&one, id, 7);
	assert_eq!(scene.state.tasks[&id].replicates[&one].step, Step::Contributed);
	let reveal = Seen::Revealed(id, account(1), digest(7));
	scene.see(vec![reveal]);
	assert_eq!(scene.state.tasks[&id].digest(), None, "there is no consensus");
}
