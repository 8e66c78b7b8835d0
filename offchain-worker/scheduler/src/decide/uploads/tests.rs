use super::*;
use crate::{
	decide::Action,
	testing::{
		account,
		scene::{report, MAX_RESULT, RETENTION},
		task, Scene,
	},
};
use rlc_primitives::TaskId;
use rlc_protocol::worker::{Report, Step, Usage};

/// Returns a closed task whose winners are the workers 1 and 2, and the one that was asked to upload.
fn closed() -> (Scene, TaskId, AccountId) {
	let mut scene = Scene::new();
	let workers = [scene.worker(1, 1), scene.worker(2, 1)];
	let id = task(scene.deal(100, 3, 1), 0);
	scene.decide();
	for worker in &workers {
		scene.contributes(worker, id, 7);
	}
	for worker in &workers {
		scene.reveals(worker, id, 7);
	}
	let asked = asked(&scene.decide());
	assert_eq!(asked.len(), 1, "one winner, not all");
	(scene, id, asked[0].clone())
}

fn asked(actions: &[Action]) -> Vec<AccountId> {
	let upload = |action: &Action| match action {
		Action::Upload { worker, .. } => Some(worker.clone()),
		_ => None,
	};
	actions.iter().filter_map(upload).collect()
}

fn other(worker: &AccountId) -> AccountId {
	account(if *worker == account(1) { 2 } else { 1 })
}

#[test]
fn first_winner_that_reveals_is_asked_at_once() {
	let mut scene = Scene::new();
	let workers = [scene.worker(1, 1), scene.worker(2, 1)];
	let id = task(scene.deal(100, 3, 1), 0);
	scene.decide();
	workers.iter().for_each(|worker| scene.contributes(worker, id, 7));
	assert_eq!(asked(&scene.decide()), []);
	scene.reveals(&workers[1], id, 7);
	assert_eq!(asked(&scene.decide()), [workers[1].clone()]);
}

#[test]
fn next_winner_is_asked_when_one_fails() {
	let (mut scene, id, first) = closed();
	scene.reports(&first, id, Step::Failed);
	assert_eq!(asked(&scene.decide()), [other(&first)]);
}

#[test]
fn next_winner_is_asked_when_one_is_slow() {
	let (mut scene, _, first) = closed();
	scene.pass(LEAST_TIME - 1_000, &[]);
	assert_eq!(asked(&scene.decide()), []);
	scene.pass(2_000, &[]);
	assert_eq!(asked(&scene.decide()), [other(&first)]);
}

#[test]
fn huge_claim_does_not_keep_the_others_out() {
	let (mut scene, id, first) = closed();
	let usage = Some(Usage { output: u64::MAX, ..Default::default() });
	scene.state.report(&first, Report { usage, ..report(id, Step::Computed) }, scene.now);
	assert_eq!(MAX_RESULT, 1_000 * LEAST_SPEED);
	scene.pass(LEAST_TIME, &[]);
	assert_eq!(asked(&scene.decide()), []);
	scene.pass(2_000, &[]);
	assert_eq!(asked(&scene.decide()), [other(&first)]);
}

#[test]
fn claim_of_one_winner_is_measured_by_that_of_the_others() {
	let (mut scene, id, first) = closed();
	for (worker, output) in [(first.clone(), u64::MAX), (other(&first), 10)] {
		let usage = Some(Usage { output, ..Default::default() });
		scene.state.report(&worker, Report { usage, ..report(id, Step::Computed) }, scene.now);
	}
	let room = scene.task(id).room();
	scene.state.room_mut().set_left(room);
	scene.pass(LEAST_TIME + 500, &[]);
	assert_eq!(asked(&scene.decide()), [other(&first)], "its time is that of ten bytes");
	scene.state.room_mut().set_left(10);
	scene.reports(&other(&first), id, Step::Failed);
	scene.pass(2 * FIRST_PAUSE, &[]);
	assert_eq!(asked(&scene.decide()).len(), 1, "there is room for ten bytes");
}

#[test]
fn wait_ends_when_results_are_no_longer_kept() {
	let (mut scene, id, first) = closed();
	let deal = scene.state.deal(&scene.task(id).chain().deal).unwrap().clone();
	let end = deal.deal.final_deadline() + RETENTION;
	let mut task = scene.task(id).clone();
	task.upload.asked = Some((first, end - 5));
	assert_eq!(next(&scene.state, &deal, &task, end - 5), Next::Wait(end));
	assert_eq!(next(&scene.state, &deal, &task, end), Next::Done);
	scene.state.finalize(scene.state.best());
	scene.now.chain = end;
	assert_eq!(scene.decide().last(), Some(&Action::Remove { task: id }));
}

#[test]
fn next_winner_is_asked_when_one_is_lost() {
	let (mut scene, _, first) = closed();
	let silent: &[u8] = first.as_ref();
	scene.pass(4_000, &silent[..1]);
	assert_eq!(asked(&scene.decide()), [other(&first)]);
}

#[test]
fn winner_that_comes_back_is_asked_again() {
	let (mut scene, id, first) = closed();
	scene.pass(4_000, &[1, 2]);
	assert_eq!(asked(&scene.decide()), []);
	let n = AsRef::<[u8]>::as_ref(&first)[0];
	let forget = scene.join(n, None, |_| (), vec![report(id, Step::Revealed)]);
	assert_eq!((forget, asked(&scene.decide())), (Vec::new(), vec![first]));
}

#[test]
fn winners_that_fail_are_asked_again_and_again_and_ever_later() {
	let (mut scene, id, first) = closed();
	scene.state.finalize(scene.state.best());
	scene.reports(&first, id, Step::Failed);
	assert_eq!(asked(&scene.decide()), [other(&first)]);
	let mut pauses = Vec::new();
	let mut last = other(&first);
	for _ in 0..8 {
		scene.reports(&last, id, Step::Failed);
		let mut pause = 0;
		last = loop {
			if let Some(worker) = asked(&scene.decide()).pop() {
				break worker;
			}
			scene.pass(500, &[]);
			pause += 500;
		};
		pauses.push(pause);
	}
	assert_eq!(pauses, [1_000, 0, 2_000, 0, 4_000, 0, 8_000, 0], "both are asked, and then both have a pause");
	assert!(scene.state.task(&id).is_some_and(|task| task.is_homeless()), "it is not given up");
	assert_eq!((pause(1), pause(40), pause(u32::MAX)), (FIRST_PAUSE, LONGEST_PAUSE, LONGEST_PAUSE));
}

#[test]
fn only_winner_is_asked_again_when_it_was_slow() {
	let mut scene = Scene::new();
	let one = scene.worker(1, 1);
	let id = task(scene.deal(100, 1, 1), 0);
	scene.decide();
	scene.contributes(&one, id, 7);
	scene.reveals(&one, id, 7);
	assert_eq!(asked(&scene.decide()), std::slice::from_ref(&one));
	scene.pass(LEAST_TIME, &[]);
	assert_eq!(asked(&scene.decide()), []);
	scene.pass(FIRST_PAUSE, &[]);
	assert_eq!(asked(&scene.decide()), [one]);
}

#[test]
fn winner_that_was_away_for_a_day_is_asked_when_it_comes_back() {
	let (mut scene, id, first) = closed();
	scene.state.finalize(scene.state.best());
	scene.pass(4_000, &[1, 2]);
	scene.now.chain += 24 * 3_600_000;
	scene.now.local += 24 * 3_600_000;
	assert_eq!(scene.decide(), []);
	let n = AsRef::<[u8]>::as_ref(&first)[0];
	let forget = scene.join(n, None, |_| (), vec![report(id, Step::Revealed)]);
	assert_eq!((forget, asked(&scene.decide())), (Vec::new(), vec![first]));
}

#[test]
fn nobody_is_asked_while_the_store_is_full() {
	let (mut scene, id, first) = closed();
	scene.reports(&first, id, Step::Failed);
	scene.state.room_mut().set_left(9);
	let usage = Some(Usage { output: 10, ..Default::default() });
	for n in [1, 2] {
		scene.state.report(&account(n), Report { usage: usage.clone(), ..report(id, Step::Computed) }, scene.now);
	}
	assert_eq!(asked(&scene.decide()), []);
	scene.pass(FULL_PAUSE, &[]);
	assert_eq!(asked(&scene.decide()), []);
	scene.state.room_mut().set_left(10);
	scene.pass(FULL_PAUSE, &[]);
	assert_eq!(asked(&scene.decide()), [other(&first)]);
	let room = scene.task(id).room();
	assert_eq!(scene.state.room().total(), room);
	scene.state.stored(&id, Some(&other(&first)), 10, scene.now);
	assert_eq!((scene.task(id).room(), scene.state.room().total()), (0, 0), "what is stored needs no room set aside");
}

#[test]
fn store_is_asked_for_winners_alone_and_until_it_has_the_result() {
	let (mut scene, id, first) = closed();
	let stranger = scene.worker(3, 1);
	assert!(
		!scene.reports(&stranger, id, Step::Uploaded),
		"each look costs the store, the database, and other instances"
	);
	assert!(scene.reports(&first, id, Step::Uploaded));
	scene.state.stored(&id, Some(&first), 10, scene.now);
	assert!(!scene.reports(&first, id, Step::Uploaded));
}

#[test]
fn report_alone_does_not_prove_an_upload() {
	let (mut scene, id, first) = closed();
	assert!(scene.reports(&first, id, Step::Uploaded), "the store is to be asked");
	assert_eq!(scene.task(id).upload.stored, None);
	scene.state.stored(&id, Some(&first), 10, scene.now);
	assert_eq!(scene.task(id).upload.stored, Some(10));
	assert_eq!(scene.task(id).replicates[&first].step, Step::Uploaded);
}
