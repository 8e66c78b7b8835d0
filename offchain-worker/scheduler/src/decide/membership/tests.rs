use rlc_json::FailureCause;
use rlc_primitives::work;

use super::*;
use crate::{
	decide::Action,
	model::TaskState,
	testing::{
		account,
		scene::{report, HEARTBEAT},
		task, Scene, T,
	},
};
use rlc_primitives::TaskEvent;
use rlc_protocol::worker::{Cause, Report};

/// Gives worker 1 the only task, of trust 1.
fn given() -> (Scene, TaskId, AccountId) {
	let mut scene = Scene::new();
	let one = scene.worker(1, 1);
	let id = task(scene.deal(100, 1, 1), 0);
	assert_eq!(scene.computing(id), vec![one.clone()]);
	(scene, id, one)
}

fn step(scene: &Scene, id: TaskId, worker: &AccountId) -> Step {
	scene.task(id).replicates[worker].step
}

#[test]
fn three_missed_heartbeats_are_a_loss() {
	let (mut scene, id, one) = given();
	scene.pass(3 * HEARTBEAT, &[1]);
	assert!(scene.known(&one).is_here());
	scene.pass(1, &[1]);
	assert_eq!(step(&scene, id, &one), Step::Lost);
	assert!(scene.state.worker(&one).is_none(), "nothing is kept of it");
}

#[test]
fn worker_without_progress_loses_its_task_to_the_next() {
	let (mut scene, id, one) = given();
	scene.reports(&one, id, Step::Computing);
	scene.pass(T + ALLOWANCE, &[]);
	assert_eq!(scene.lose_stalled(), []);
	scene.pass(1, &[]);
	assert_eq!(scene.lose_stalled(), std::slice::from_ref(&one));
	let part = &scene.task(id).replicates[&one];
	assert_eq!((part.step, part.cause.as_ref().unwrap().words.as_str()), (Step::Lost, "no progress"));
	assert_eq!(scene.computing(id), [], "it gets nothing more");
	let two = scene.worker(2, 1);
	assert_eq!(scene.computing(id), [two]);
	scene.contributes(&one, id, 7);
	assert_eq!(step(&scene, id, &one), Step::Contributed, "that counts after all");
}

#[test]
fn stalled_worker_that_makes_progress_gets_tasks_again() {
	let (mut scene, id, one) = given();
	scene.pass(T + ALLOWANCE + 1, &[]);
	scene.lose_stalled();
	assert_eq!(scene.computing(id), []);
	scene.reports(&one, id, Step::AppFetched);
	assert_eq!(scene.computing(id), [one], "there is no other worker");
}

#[test]
fn worker_loses_a_task_when_its_delegation_expires_whatever_it_reports() {
	let (mut scene, id, one) = given();
	for step in [Step::Started, Step::AppFetched] {
		scene.pass(T, &[]);
		scene.reports(&one, id, step);
	}
	scene.pass(ALLOWANCE + MARGIN - 1, &[]);
	assert_eq!(scene.lose_stalled(), []);
	scene.pass(1, &[]);
	assert_eq!(scene.lose_stalled(), std::slice::from_ref(&one));
	assert_eq!(step(&scene, id, &one), Step::Lost);
	let two = scene.worker(2, 1);
	assert_eq!(scene.computing(id), [two]);
}

#[test]
fn worker_that_comes_back_after_its_delegation_expired_drops_even_what_it_computed() {
	for (time, forgets) in [(2 * T, false), (2 * T + ALLOWANCE, true)] {
		let (mut scene, id, _) = given();
		scene.pass(time, &[1]);
		assert_eq!(scene.join(1, None, |_| (), vec![report(id, Step::Computed)]).contains(&id), forgets, "{time}");
	}
}

#[test]
fn task_waits_its_turn_while_its_worker_makes_progress() {
	let mut scene = Scene::new();
	let one = scene.worker(1, 2);
	let deal = scene.deal(100, 1, 2);
	scene.decide();
	for index in 0..2 {
		scene.reports(&one, task(deal, index), Step::Started);
	}
	scene.pass(T, &[]);
	scene.reports(&one, task(deal, 0), Step::Computing);
	scene.pass(T, &[]);
	scene.reports(&one, task(deal, 0), Step::Computed);
	scene.pass(ALLOWANCE + 1, &[]);
	assert_eq!(scene.lose_stalled(), [], "the second one was not begun");
	scene.contributes(&one, task(deal, 0), 7);
	scene.pass(T + ALLOWANCE + 1, &[]);
	assert_eq!(scene.lose_stalled(), std::slice::from_ref(&one));
	assert_eq!(step(&scene, task(deal, 0), &one), Step::Contributed, "what is on chain stays there");
	assert_eq!(step(&scene, task(deal, 1), &one), Step::Lost);
}

#[test]
fn contribution_on_chain_is_not_lost() {
	let mut scene = Scene::new();
	let one = scene.worker(1, 1);
	let id = task(scene.deal(100, 9, 1), 0);
	scene.decide();
	scene.contributes(&one, id, 7);
	scene.pass(4 * HEARTBEAT, &[1]);
	assert_eq!(step(&scene, id, &one), Step::Contributed);
	assert_eq!(scene.known(&one).presence, Presence::Lost);
}

#[test]
fn worker_that_reconnects_goes_on() {
	let (mut scene, id, one) = given();
	let forget = scene.join(1, None, |_| (), vec![report(id, Step::Computing)]);
	assert_eq!((forget, step(&scene, id, &one)), (Vec::new(), Step::Computing));
	assert_eq!(scene.decide(), []);
	assert_eq!(scene.known(&one).load, 1);
}

#[test]
fn lost_worker_that_comes_back_goes_on_if_no_other_did() {
	let (mut scene, id, one) = given();
	scene.pass(4 * HEARTBEAT, &[1]);
	assert_eq!(scene.decide(), []);
	let forget = scene.join(1, None, |_| (), vec![report(id, Step::Computing)]);
	assert_eq!((forget, step(&scene, id, &one)), (Vec::new(), Step::Computing));
	assert_eq!(scene.decide(), []);
	assert_eq!(scene.known(&one).load, 1);
}

#[test]
fn lost_worker_that_comes_back_late_drops_its_task_unless_it_is_computed() {
	for (held, forgets) in [(Step::Computing, true), (Step::Computed, false)] {
		let (mut scene, id, _) = given();
		scene.pass(4 * HEARTBEAT, &[1]);
		let two = scene.worker(2, 1);
		assert_eq!(scene.computing(id), [two]);
		assert_eq!(scene.join(1, None, |_| (), vec![report(id, held)]).contains(&id), forgets, "{held:?}");
	}
}

/// Returns what a worker holds of a task, with a delegation that it shows.
fn held(id: TaskId, step: Step, delegated_until: Option<Moment>) -> Vec<Held> {
	vec![Held { report: report(id, step), delegated_until }]
}

#[test]
fn task_in_which_a_worker_has_no_part_is_dropped_unless_it_shows_the_delegation() {
	for (shows, until) in [(None, 0), (Some(0), 0), (Some(1), 1)] {
		for step in [Step::Started, Step::Computed, Step::Revealed] {
			let mut scene = Scene::new();
			let id = task(scene.deal(100, 1, 1), 0);
			scene.decide();
			let until = shows.map(|_: u8| scene.now.chain + until);
			let forget = scene.join_with(1, |member| member.held = held(id, step, until));
			let is_believed = shows == Some(1);
			assert_eq!(forget.is_empty(), is_believed, "{step:?} until {until:?}");
			let part = scene.task(id).replicates.get(&account(1));
			assert_eq!(part.map(|part| part.expiry), until.filter(|_| is_believed), "it loses the task then");
		}
	}
}

#[test]
fn task_that_a_worker_only_claims_goes_to_others() {
	let mut scene = Scene::new();
	let id = task(scene.deal(100, 1, 1), 0);
	scene.join_with(1, |member| {
		member.resources.slots = 0;
		member.held = held(id, Step::Computed, None);
	});
	let two = scene.worker(2, 1);
	assert_eq!(scene.computing(id), [two]);
}

#[test]
fn delegation_that_was_shown_counts_once_its_task_comes_into_memory() {
	let (scene, id, one) = given();
	let chain = scene.world.tasks[&id].clone();
	for (until, is_believed) in [(Some(scene.now.chain + 1), true), (None, false)] {
		let mut later = Scene::new();
		let deal = later.world.open(100, 1, 1, |_| ());
		later.know_deal(deal, scene.state.deal(&deal).unwrap());
		later.join_with(1, |member| member.held = held(id, Step::Computed, until));
		later.adopt(id, TaskState::new(chain.clone()));
		let stop = Action::Stop { task: id, worker: one.clone(), reason: "it is not wanted any more" };
		assert_eq!(later.decide().contains(&stop), !is_believed);
		let part = later.task(id).replicates.get(&one);
		assert_eq!(part.is_some_and(|part| part.step == Step::Computed), is_believed);
	}
}

#[test]
fn task_that_is_over_is_dropped() {
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
	assert_eq!(scene.computing(id), [one], "there is no other worker");
}

#[test]
fn unconfirmed_failure_is_reported_when_joining() {
	let (mut scene, id, one) = given();
	let cause = Cause { cause: Some(FailureCause(work::FailureCause::InvalidParams)), words: "params".into() };
	let failed = Report { cause: Some(cause), ..report(id, Step::Failed) };
	scene.join(1, None, |_| (), vec![failed]);
	assert_eq!(step(&scene, id, &one), Step::Failed);
}

#[test]
fn task_that_comes_into_memory_later_meets_the_workers_that_have_it() {
	let (scene, id, one) = given();
	let part = scene.task(id).replicates[&one].clone();
	let chain = scene.world.tasks[&id].clone();
	for (held, expected) in [(vec![report(id, Step::DataFetched)], Step::DataFetched), (Vec::new(), Step::Lost)] {
		let mut later = Scene::new();
		let deal = later.world.open(100, 1, 1, |_| ());
		later.know_deal(deal, scene.state.deal(&deal).unwrap());
		later.join(1, None, |_| (), held);
		let mut task = TaskState::new(chain.clone());
		task.replicates.insert(one.clone(), part.clone());
		later.adopt(id, task);
		assert_eq!(step(&later, id, &one), expected);
		assert_eq!(later.known(&one).load, u32::from(expected != Step::Lost));
	}
}

#[test]
fn worker_of_before_the_restart_has_time_to_come_back() {
	let (scene, id, one) = given();
	let part = scene.task(id).replicates[&one].clone();
	let mut later = Scene::new();
	let deal = later.world.open(100, 1, 1, |_| ());
	later.know_deal(deal, scene.state.deal(&deal).unwrap());
	let mut task = TaskState::new(scene.world.tasks[&id].clone());
	task.replicates.insert(one.clone(), part);
	later.adopt(id, task);
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
	scene.fails(&one, id, work::FailureCause::TimedOut);
	assert_eq!(step(&scene, id, &one), Step::Contributed);
}

#[test]
fn worker_whose_turn_came_too_late_gets_the_task_again() {
	let cause = Some(Cause { cause: None, words: "too little time is left".into() });
	for (time, expected) in [(T, Step::Failed), (2 * T + ALLOWANCE - 10_000, Step::Aborted)] {
		let (mut scene, id, one) = given();
		scene.pass(time, &[]);
		let failed = Report { cause: cause.clone(), ..report(id, Step::Failed) };
		scene.state.report(&one, failed, scene.now);
		assert_eq!(step(&scene, id, &one), expected);
		assert_eq!(scene.computing(id).contains(&one), expected == Step::Aborted);
	}
}

#[test]
fn report_against_the_task_counts_however_late_it_comes() {
	let (mut scene, id, one) = given();
	scene.pass(2 * T + ALLOWANCE - 10_000, &[]);
	scene.fails(&one, id, work::FailureCause::TimedOut);
	assert_eq!(step(&scene, id, &one), Step::Failed);
}

#[test]
fn worker_that_joins_again_names_all_that_it_has_in_hand() {
	let mut scene = Scene::new();
	let [first, second] = [1, 2].map(|n| TaskId(sp_core::H256::repeat_byte(n)));
	let cause = Some(Cause { cause: Some(FailureCause(work::FailureCause::InvalidParams)), words: "params".into() });
	let failed = Report { cause: cause.clone(), ..report(first, Step::Failed) };
	scene.join(1, None, |_| (), vec![failed]);
	assert_eq!(scene.state.strays().all()[&first][&account(1)].report.cause, cause);
	let usage = Some(rlc_protocol::worker::Usage::default());
	let computed = Report { cause, usage, ..report(second, Step::Computed) };
	scene.join(1, None, |_| (), vec![computed]);
	assert_eq!(scene.state.strays().all().keys().collect::<Vec<_>>(), [&second]);
	let kept = &scene.state.strays().all()[&second][&account(1)];
	assert_eq!(kept.report, report(second, Step::Computed), "and no more of it");
}

#[test]
fn task_that_is_handed_over_goes_on() {
	let (mut scene, id, one) = given();
	scene.state.hand_over(&id, scene.now);
	assert!(scene.state.strays().all()[&id].contains_key(&one));
	scene.dismiss(id);
	let stop = Action::Stop { task: id, worker: one, reason: "the task is over" };
	assert_eq!(scene.decide(), [stop]);
}

#[test]
fn unknown_callback_data_are_refused() {
	let (mut scene, id, one) = given();
	assert!(!scene.state.bring(&id, &one, vec![1]), "it contributed nothing");
	assert!(!scene.state.bring(&id, &account(9), vec![1]));
	assert!(!scene.state.bring(&TaskId::default(), &one, vec![1]));
}

/// Returns a task with a callback and trust 3, to which the first worker contributed the digest of these data.
fn with_callback(data: &[u8]) -> (Scene, TaskId, [AccountId; 4]) {
	let mut scene = Scene::new();
	let workers = [1, 2, 3, 4].map(|n| scene.worker(n, 1));
	let id = task(scene.deal_with(100, 3, 1, |deal| deal.callback = Some(Default::default())), 0);
	scene.decide();
	contributes_data(&mut scene, &workers[0], id, data);
	(scene, id, workers)
}

fn contributes_data(scene: &mut Scene, worker: &AccountId, id: TaskId, data: &[u8]) {
	let digest = rlc_primitives::ResultDigest::of_callback(data);
	let events = scene.world.contribute_digest(id, worker, digest).unwrap();
	scene.see(events);
}

#[test]
fn data_of_a_callback_are_accepted_once_enough_workers_agree() {
	let (mut scene, id, [liar, one, two, three]) = with_callback(b"wrong");
	assert!(!scene.state.bring(&id, &liar, b"wrong".to_vec()), "no other worker agrees yet");
	for worker in [&one, &two] {
		contributes_data(&mut scene, worker, id, b"right");
	}
	assert!(!scene.state.bring(&id, &one, b"right".to_vec()), "two new workers do not outweigh one at trust 3");
	contributes_data(&mut scene, &three, id, b"right");
	assert!(!scene.state.bring(&id, &liar, b"wrong".to_vec()), "others won");
	assert!(!scene.state.bring(&id, &liar, b"right".to_vec()), "it did not compute them");
	assert!(scene.state.bring(&id, &one, b"right".to_vec()));
	assert_eq!(scene.task(id).data.as_deref(), Some(&b"right"[..]));
}

#[test]
fn data_of_a_reopened_consensus_make_room_for_others() {
	let (mut scene, id, [one, ..]) = with_callback(b"old");
	let agreed = |data: &[u8]| {
		let result = rlc_primitives::ResultHash::of(id, rlc_primitives::ResultDigest::of_callback(data));
		TaskEvent::ConsensusReached { result, winners: 1, reveal_deadline: 0 }
	};
	scene.see_task(id, [agreed(b"old")]);
	assert!(scene.state.bring(&id, &one, b"old".to_vec()));
	scene.see_task(id, [TaskEvent::Reopened, agreed(b"new")]);
	assert_eq!(scene.task(id).data, None);
	assert!(scene.state.take_data(&id, b"new".to_vec()), "wherever they were brought");
	assert_eq!(scene.task(id).data.as_deref(), Some(&b"new"[..]));
}

#[test]
fn callback_that_was_revealed_waits_for_its_data() {
	let (mut scene, id, [one, two, ..]) = with_callback(b"right");
	assert_eq!(scene.state.without_data(), []);
	contributes_data(&mut scene, &two, id, b"right");
	assert_eq!(scene.state.without_data(), [], "no winner has revealed");
	let digest = rlc_primitives::ResultDigest::of_callback(b"right");
	let events = scene.world.reveal_digest(id, &one, digest).unwrap();
	scene.see(events);
	assert_eq!(scene.state.without_data(), [id]);
	assert!(scene.state.bring(&id, &two, b"right".to_vec()));
	assert_eq!(scene.state.without_data(), []);
}
