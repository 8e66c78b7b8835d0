//! Tasks that cannot be computed: who says so, when it is believed, and what becomes of the task.

use super::*;

/// Returns a task that was given up since its dataset is missing, with the workers that are asked to say so on chain.
fn without_data() -> (Scene, TaskId, [AccountId; 3]) {
	let (mut scene, id, workers) = given();
	workers.iter().for_each(|worker| scene.fails(worker, id, MISSING));
	scene.decide();
	scene.world.delegates.extend(workers.iter().map(|worker| (id, worker.clone())));
	scene.delegated(id);
	scene.decide();
	(scene, id, workers)
}

#[test]
fn task_without_its_data_is_released_once_enough_workers_said_so() {
	let (mut scene, id, workers) = without_data();
	for worker in &workers {
		let events = scene.world.report_failure(id, worker, MISSING);
		scene.see(events);
	}
	for _ in 0..TRIES {
		assert_eq!(scene.decide(), [Action::Release { task: id, cause: MISSING }]);
		scene.release_refused(id);
		scene.pass(10_000, &[]);
	}
	assert_eq!(scene.decide(), [Action::Abandon { task: id }], "the chain refused");
}

#[test]
fn witnesses_are_delegated_again_if_the_chain_refused_and_a_release_depends_on_it() {
	let (mut scene, id, workers) = given();
	workers.iter().for_each(|worker| scene.fails(worker, id, MISSING));
	let delegate = Action::Delegate { task: id, workers: workers.to_vec() };
	for _ in 0..TRIES {
		assert!(scene.decide().contains(&delegate));
		scene.delegation_refused(id);
		scene.pass(10_000, &[]);
	}
	let actions = scene.decide();
	assert_eq!(computed_by(&actions, id), [account(4), account(5)], "in the end others try");
	assert!(scene.task(id).given_up.is_none());
}

#[test]
fn words_of_workers_that_are_away_count_once_they_are_back() {
	let (mut scene, id, workers) = given();
	workers.iter().for_each(|worker| scene.fails(worker, id, MISSING));
	let numbers = workers.each_ref().map(|worker| AsRef::<[u8]>::as_ref(worker)[0]);
	scene.pass(4_000, &numbers);
	let actions = scene.decide();
	assert_eq!(computed_by(&actions, id), [account(4), account(5)]);
	scene.worker(numbers[0], 1);
	scene.worker(numbers[1], 1);
	scene.pass(RETURN, &[]);
	scene.decide();
	assert!(scene.task(id).given_up.is_none(), "too few are there");
	scene.worker(numbers[2], 1);
	scene.pass(RETURN, &[]);
	assert!(scene.decide().contains(&Action::Delegate { task: id, workers: workers.to_vec() }));
}

#[test]
fn others_try_what_witnesses_do_not_stay_for() {
	let (mut scene, id, workers) = given();
	workers.iter().for_each(|worker| scene.fails(worker, id, MISSING));
	let numbers = workers.each_ref().map(|worker| AsRef::<[u8]>::as_ref(worker)[0]);
	scene.decide();
	scene.delegation_refused(id);
	scene.pass(4_000, &numbers);
	let actions = scene.decide();
	assert!(actions.contains(&Action::TakeUp { task: id }), "{actions:?}");
	assert_eq!(computed_by(&actions, id), [account(4), account(5)]);
}

#[test]
fn task_is_abandoned_in_the_end_if_its_witnesses_stay_away() {
	let (mut scene, id, workers) = given();
	workers.iter().for_each(|worker| scene.fails(worker, id, MISSING));
	let numbers = workers.each_ref().map(|worker| AsRef::<[u8]>::as_ref(worker)[0]);
	scene.pass(4_000, &numbers);
	scene.decide();
	scene.pass(7 * T + MARGIN, &numbers);
	assert!(scene.decide().contains(&Action::Abandon { task: id }));
}

const ENDLESS: FailureCause = FailureCause::TimedOut;

/// Returns a task of trust 1, with this many workers connected, and the worker that computes it.
fn endless(workers: u8) -> (Scene, TaskId, AccountId) {
	let mut scene = Scene::new();
	for n in 1..=workers {
		scene.worker(n, 1);
	}
	let id = task(scene.deal(100, 1, 1), 0);
	let given = scene.computing(id);
	assert_eq!(given.len(), 1);
	(scene, id, given[0].clone())
}

#[test]
fn app_that_never_ends_is_tried_by_three_operators_and_released_by_one_report() {
	let (mut scene, id, one) = endless(4);
	let mut tried = vec![one];
	for _ in 0..2 {
		scene.pass(T, &[]);
		scene.fails(tried.last().unwrap(), id, ENDLESS);
		tried.extend(scene.computing(id));
		assert!(scene.task(id).given_up.is_none(), "the machine may be slow");
	}
	assert_eq!(tried.len(), 3);
	scene.pass(T, &[]);
	scene.fails(&tried[2], id, ENDLESS);
	tried.sort();
	assert!(scene.decide().contains(&Action::Delegate { task: id, workers: tried.clone() }));
	scene.world.delegates.extend(tried.iter().map(|worker| (id, worker.clone())));
	scene.delegated(id);
	scene.decide();
	let events = scene.world.report_failure(id, &tried[0], ENDLESS);
	scene.see(events);
	assert_eq!(scene.decide(), [Action::Release { task: id, cause: ENDLESS }], "the others are not waited for");
}

/// An abandoned task would cost the pool's stake.
#[test]
fn release_that_a_pause_refuses_is_sent_once_work_goes_on_and_the_task_is_not_abandoned() {
	let (mut scene, id, one) = endless(4);
	let mut tried = vec![one];
	for _ in 0..2 {
		scene.pass(T, &[]);
		scene.fails(tried.last().unwrap(), id, ENDLESS);
		tried.extend(scene.computing(id));
	}
	scene.pass(T, &[]);
	scene.fails(&tried[2], id, ENDLESS);
	let release = Action::Release { task: id, cause: ENDLESS };
	for _ in 0..=failures::TRIES {
		assert!(scene.decide().iter().any(|action| matches!(action, Action::Delegate { .. })));
		scene.work_stopped(id);
		assert_eq!(scene.decide(), [], "PoCo time stands still");
		scene.pass(1_000, &[]);
	}
	scene.decide();
	scene.world.delegates.extend(tried.iter().map(|worker| (id, worker.clone())));
	scene.delegated(id);
	scene.decide();
	let events = scene.world.report_failure(id, &tried[0], ENDLESS);
	scene.see(events);
	for _ in 0..=failures::TRIES {
		assert_eq!(scene.decide(), std::slice::from_ref(&release));
		scene.work_stopped(id);
		assert_eq!(scene.decide(), [], "PoCo time stands still");
		scene.pass(1_000, &[]);
	}
	assert_eq!(scene.decide(), [release]);
}

#[test]
fn slow_worker_ends_no_task_that_another_computes() {
	let (mut scene, id, slow) = endless(2);
	scene.pass(T, &[]);
	scene.fails(&slow, id, ENDLESS);
	let fast = scene.computing(id);
	assert_eq!(fast.len(), 1);
	scene.pass(2 * PATIENCE, &[]);
	assert_eq!(scene.decide(), []);
	scene.contributes(&fast[0], id, 7);
	assert!(scene.task(id).given_up.is_none());
}

#[test]
fn words_do_not_end_what_others_contributed_to() {
	for cause in [ENDLESS, FailureCause::ResourcesExceeded, MISSING] {
		let mut scene = Scene::new();
		for n in 1..=6 {
			scene.worker(n, 1);
		}
		let id = task(scene.deal(100, 5, 1), 0);
		let given = scene.computing(id);
		scene.contributes(&given[0], id, 7);
		let mut others = given[1..].to_vec();
		for n in 0..3 {
			scene.fails(&others[n], id, cause);
			others.extend(scene.computing(id));
		}
		assert_eq!(others.len(), 5, "all have tried, or do");
		assert!(scene.task(id).given_up.is_none(), "three operators failed");
	}
}

/// One operator's word must be enough: no other worker would have all of the category's time.
#[test]
fn task_is_released_with_the_least_reports_before_contributions_end() {
	let (mut scene, id, one) = endless(2);
	scene.pass(6 * T, &[]);
	scene.fails(&one, id, ENDLESS);
	let two = scene.computing(id);
	assert_eq!(two.len(), 1);
	scene.pass(T - failures::notice(T) - 1_000, &[]);
	assert_eq!(scene.decide(), []);
	scene.pass(1_000, &[]);
	let actions = scene.decide();
	assert!(actions.contains(&Action::Delegate { task: id, workers: vec![one] }), "{actions:?}");
	assert_eq!(stops(&actions), two);
}

#[test]
fn too_few_reports_do_not_release_a_task_before_contributions_end() {
	let mut scene = Scene::new();
	for n in 1..=4 {
		scene.worker(n, 1);
	}
	let id = task(scene.deal(100, 5, 1), 0);
	let given = scene.computing(id);
	scene.pass(6 * T, &[]);
	scene.fails(&given[0], id, ENDLESS);
	scene.decide();
	scene.pass(T - 1_000, &[]);
	scene.decide();
	assert!(scene.task(id).given_up.is_none(), "others may contribute to the last");
}

#[test]
fn task_that_used_up_the_time_waits_behind_those_that_nobody_tried() {
	let mut scene = Scene::new();
	let workers = [scene.worker(1, 1), scene.worker(2, 1)];
	let deal = scene.deal(100, 1, 4);
	let actions = scene.decide();
	let of = |actions: &[Action], worker: &AccountId| {
		let computes = actions.iter().filter_map(|action| match action {
			Action::Compute { task, worker: given } if given == worker => Some(*task),
			_ => None,
		});
		computes.collect::<Vec<_>>()
	};
	let tried = workers.each_ref().map(|worker| of(&actions, worker));
	assert!(tried.iter().all(|tasks| tasks.len() == 1), "{actions:?}");
	for (worker, tasks) in workers.iter().zip(&tried) {
		scene.fails(worker, tasks[0], ENDLESS);
	}
	let actions = scene.decide();
	let mut fresh = workers.each_ref().map(|worker| of(&actions, worker)).concat();
	fresh.sort();
	let mut expected: Vec<_> =
		(0..4).map(|index| task(deal, index)).filter(|id| !tried.concat().contains(id)).collect();
	expected.sort();
	assert_eq!(fresh, expected);
}

#[test]
fn others_try_if_too_few_say_on_chain_what_is_missing() {
	let (mut scene, id, workers) = without_data();
	for worker in &workers[..2] {
		let events = scene.world.report_failure(id, worker, MISSING);
		scene.see(events);
	}
	scene.pass(WAIT + 1_000, &[]);
	let actions = scene.decide();
	assert_eq!(actions[0], Action::TakeUp { task: id });
	assert_eq!(computed_by(&actions, id), [account(4), account(5)]);
}

#[test]
fn witnesses_that_stayed_silent_do_not_get_the_task_again() {
	let (mut scene, id, _) = without_data();
	scene.pass(WAIT + 1_000, &[]);
	let others = computed_by(&scene.decide(), id);
	assert_eq!(others, [account(4), account(5)]);
	others.iter().for_each(|worker| scene.fails(worker, id, MISSING));
	scene.pass(2 * PATIENCE, &[]);
	assert_eq!(scene.computing(id), [], "they did not fail for reasons of their own");
}

#[test]
fn report_that_comes_late_counts() {
	let (mut scene, id, workers) = without_data();
	scene.pass(WAIT + 1_000, &[]);
	scene.decide();
	for worker in &workers {
		let events = scene.world.report_failure(id, worker, MISSING);
		scene.see(events);
	}
	for worker in [4, 5].map(account) {
		scene.fails(&worker, id, MISSING);
	}
	scene.decide();
	scene.pass(PATIENCE + 1_000, &[]);
	assert!(scene.decide().contains(&Action::Release { task: id, cause: MISSING }));
}

#[test]
fn reports_of_another_cause_do_not_count_for_a_release() {
	let (mut scene, id, workers) = without_data();
	for (worker, cause) in workers.iter().zip([MISSING, MISSING, FailureCause::AppUnavailable]) {
		let events = scene.world.report_failure(id, worker, cause);
		scene.see(events);
	}
	let actions = scene.decide();
	assert_eq!(actions[0], Action::TakeUp { task: id });
	assert_eq!(computed_by(&actions, id), [account(4), account(5)]);
}
