use super::*;
use crate::{
	decide::replies,
	model::ChainEvent,
	testing::{account, task, Scene, START, T},
};
use rlc_primitives::{
	work::{AppFault, FailureCause},
	AccountId, DealId, TaskEvent,
};
use rlc_protocol::worker::Step;

mod releases;

const CRASHED: FailureCause = FailureCause::AppFailed { code: 3 };
const MISSING: FailureCause = FailureCause::DatasetUnavailable;

/// Returns a task with trust 5, given to the workers 1 to 3; 4 and 5 are free.
fn given() -> (Scene, TaskId, [AccountId; 3]) {
	let mut scene = Scene::new();
	for n in 1..=5 {
		scene.worker(n, 1);
	}
	let deal = scene.deal(100, 5, 1);
	let given = scene.computing(task(deal, 0));
	(scene, task(deal, 0), given.try_into().unwrap())
}

/// Returns a task of trust 3, on which the workers 1 and 2 agree.
fn agreed(change: impl FnOnce(&mut rlc_primitives::Deal)) -> (Scene, TaskId) {
	let mut scene = Scene::new();
	let (one, two) = (scene.worker(1, 1), scene.worker(2, 1));
	let id = task(scene.deal_with(100, 3, 1, change), 0);
	scene.decide();
	scene.contributes(&one, id, 7);
	scene.contributes(&two, id, 7);
	scene.decide();
	(scene, id)
}

/// Returns who is told to compute the task, in order.
fn computed_by(actions: &[Action], id: TaskId) -> Vec<AccountId> {
	let mut workers = crate::testing::scene::given(actions, id);
	workers.sort();
	workers
}

fn stops(actions: &[Action]) -> Vec<AccountId> {
	let stop = |action: &Action| match action {
		Action::Stop { worker, .. } => Some(worker.clone()),
		_ => None,
	};
	actions.iter().filter_map(stop).collect()
}

#[test]
fn one_more_is_chosen_when_results_disagree() {
	let (mut scene, id, [one, two, three]) = given();
	scene.contributes(&one, id, 7);
	scene.contributes(&two, id, 7);
	assert_eq!(scene.computing(id), [], "they agree");
	scene.contributes(&three, id, 8);
	let more = scene.computing(id);
	assert_eq!(more.len(), 2, "the formula asks for two more");
	assert!(more.iter().all(|worker| ![&one, &two, &three].contains(&worker)));
}

#[test]
fn task_of_a_lost_worker_goes_elsewhere() {
	let (mut scene, id, [one, two, three]) = given();
	let silent: &[u8] = one.as_ref();
	scene.pass(4_000, &silent[..1]);
	let more = scene.computing(id);
	assert_eq!(more.len(), 1);
	assert!(![one, two, three].contains(&more[0]));
}

#[test]
fn other_worker_of_the_same_operator_is_never_chosen() {
	let mut scene = Scene::new();
	scene.join(1, Some(50), |_| (), Vec::new());
	let id = task(scene.deal(100, 1, 1), 0);
	assert_eq!(scene.computing(id), [account(1)]);
	scene.join(2, Some(50), |_| (), Vec::new());
	scene.pass(4_000, &[1]);
	assert_eq!(scene.computing(id), [], "the lost one may still contribute");
	scene.join(1, Some(50), |_| (), Vec::new());
	assert_eq!(scene.computing(id), [account(1)], "back without it, it may try again");
}

#[test]
fn failed_worker_is_replaced() {
	let (mut scene, id, [one, ..]) = given();
	scene.fails(&one, id, CRASHED);
	let more = scene.computing(id);
	assert_eq!(more.len(), 1);
	assert_ne!(more[0], one);
}

#[test]
fn hopeless_task_is_given_up_after_three_operators_failed() {
	let (mut scene, id, workers) = given();
	for worker in &workers[..2] {
		scene.fails(worker, id, MISSING);
	}
	scene.decide();
	assert!(scene.task(id).given_up.is_none());
	scene.fails(&workers[2], id, MISSING);
	let actions = scene.decide();
	assert!(actions.iter().any(|action| matches!(action, Action::GiveUp { .. })));
	assert!(actions.contains(&Action::Delegate { task: id, workers: workers.to_vec() }), "{actions:?}");
	assert!(stops(&actions).iter().all(|worker| !workers.contains(worker)), "those who still compute stop");
}

#[test]
fn strangers_say_with_one_voice_that_a_task_is_hopeless() {
	let mut scene = Scene::new();
	let strangers = [1, 2, 3].map(|n| scene.stranger(n, 1));
	let id = task(scene.deal(100, 3, 1), 0);
	let first = scene.computing(id);
	assert_eq!(first.len(), 1);
	scene.fails(&first[0], id, MISSING);
	assert_eq!(scene.computing(id), [], "of {strangers:?}");
	// Nobody else could try for so long that one report would be enough, were it enough for the chain.
	scene.pass(2 * T + 2 * PATIENCE, &[]);
	assert_eq!(scene.computing(id), [], "its vote is given away for good");
	let verdict = failures::verdict(scene.task(id), |_| true).unwrap();
	assert_eq!((verdict.voters, verdict.can_release(3)), (1, false));
}

/// Honest workers contribute what lies in the app, and have a stake in it.
#[test]
fn words_that_the_app_failed_end_no_task() {
	for cause in [CRASHED, FailureCause::InvalidResult] {
		let (mut scene, id, workers) = given();
		workers.iter().for_each(|worker| scene.fails(worker, id, cause));
		let others = scene.computing(id);
		assert_eq!(others.len(), 2, "all who are left");
		others.iter().for_each(|worker| scene.fails(worker, id, cause));
		scene.decide();
		scene.pass(2 * PATIENCE, &[]);
		assert_eq!(scene.decide(), [], "{cause:?}: to abandon it would cost the stake");
	}
}

#[test]
fn evidence_is_on_chain_before_the_task_is_closed() {
	let (mut scene, id, workers) = given();
	workers.iter().for_each(|worker| scene.fails(worker, id, MISSING));
	scene.decide();
	scene.world.delegates.extend(workers.iter().map(|worker| (id, worker.clone())));
	scene.delegated(id);
	let asked = workers.clone().map(|worker| Action::ReportFailure { task: id, worker });
	assert_eq!(scene.decide(), asked);
	for worker in &workers {
		assert_eq!(scene.decide(), []);
		let events = scene.world.report_failure(id, worker, MISSING);
		scene.see(events);
	}
	assert_eq!(scene.decide(), [Action::Release { task: id, cause: MISSING }]);
	assert_eq!(scene.decide(), [], "once");
}

#[test]
fn others_try_what_silent_witnesses_do_not_say_on_chain() {
	let (mut scene, id, workers) = given();
	workers.iter().for_each(|worker| scene.fails(worker, id, MISSING));
	scene.decide();
	scene.delegated(id);
	scene.decide();
	scene.pass(19_000, &[]);
	assert_eq!(scene.decide(), []);
	scene.pass(2_000, &[]);
	let actions = scene.decide();
	assert_eq!(actions[0], Action::TakeUp { task: id });
	assert_eq!(computed_by(&actions, id), [account(4), account(5)]);
	assert!(scene.task(id).given_up.is_none());
}

#[test]
fn twice_as_many_operators_have_to_fail_after_some_stayed_silent() {
	let mut scene = Scene::new();
	for n in 1..=9 {
		scene.worker(n, 1);
	}
	let id = task(scene.deal(100, 5, 1), 0);
	let fail_all = |scene: &mut Scene| {
		let given = scene.computing(id);
		assert_eq!(given.len(), 3);
		given.iter().for_each(|worker| scene.fails(worker, id, MISSING));
	};
	fail_all(&mut scene);
	scene.decide();
	scene.delegated(id);
	scene.decide();
	scene.pass(WAIT + 1_000, &[]);
	fail_all(&mut scene);
	// Three of those whose words count have failed.
	fail_all(&mut scene);
	scene.decide();
	assert_eq!(scene.task(id).given_up.as_ref().unwrap().witnesses.len(), 6);
}

#[test]
fn different_causes_and_workers_own_failures_prove_nothing() {
	let (mut scene, id, workers) = given();
	let causes = [MISSING, FailureCause::AppUnavailable, FailureCause::EnclaveFailed];
	for (worker, cause) in workers.iter().zip(causes) {
		scene.fails(worker, id, cause);
	}
	let more = scene.computing(id);
	assert_eq!(more.len(), 2, "all who are left");
	for worker in more {
		let report = crate::testing::scene::report(id, Step::Failed);
		scene.state.report(&worker, report, scene.now);
	}
	scene.decide();
	assert!(scene.task(id).given_up.is_none());
}

#[test]
fn small_pool_gives_up_when_no_worker_is_left() {
	let mut scene = Scene::new();
	let one = scene.worker(1, 1);
	let id = task(scene.deal(100, 1, 1), 0);
	scene.decide();
	scene.fails(&one, id, MISSING);
	scene.decide();
	scene.pass(59_000, &[]);
	assert_eq!(scene.decide(), [], "a worker may join");
	scene.pass(2_000, &[]);
	assert!(scene.decide().iter().any(|action| matches!(action, Action::GiveUp { .. })));
}

#[test]
fn task_without_workers_is_closed_after_the_contribution_deadline() {
	let mut scene = Scene::new();
	let id = task(scene.deal(100, 1, 1), 0);
	scene.decide();
	scene.now = Now { local: START + 7 * T, chain: START + 7 * T, date: START + 7 * T };
	assert_eq!(scene.decide(), []);
	scene.pass(MARGIN, &[]);
	let actions = scene.decide();
	assert!(matches!(&actions[..], [Action::GiveUp { .. }, Action::Abandon { task }] if *task == id), "{actions:?}");
}

#[test]
fn consensus_stops_workers_that_did_not_contribute() {
	let mut scene = Scene::new();
	let (one, two, three) = (scene.worker(1, 1), scene.worker(2, 1), scene.worker(3, 1));
	let id = task(scene.deal(100, 5, 1), 0);
	assert_eq!(scene.computing(id).len(), 3);
	// A better score than the scheduler knows of is enough.
	scene.contributes(&one, id, 7);
	let result = scene.world.contribute(id, &two, 7).unwrap();
	scene.see(result);
	let (result, winners) = (rlc_primitives::ResultHash::of(id, crate::testing::digest(7)), 2);
	scene.see_task(id, [TaskEvent::ConsensusReached { result, winners, reveal_deadline: START + 2 * T }]);
	assert_eq!(stops(&scene.decide()), vec![three.clone()]);
	assert_eq!(scene.task(id).replicates[&three].step, Step::Aborted);
	assert_eq!(scene.known(&three).load, 0);
}

#[test]
fn wrong_prediction_is_checked_with_the_chain() {
	let mut scene = Scene::new();
	let (one, two) = (scene.worker(1, 1), scene.worker(2, 1));
	let id = task(scene.deal(100, 3, 1), 0);
	scene.decide();
	for worker in [&one, &two] {
		let mut events = scene.world.contribute(id, worker, 7).unwrap();
		events.retain(|event| !matches!(event, ChainEvent::Task(_, TaskEvent::ConsensusReached { .. })));
		scene.see(events);
	}
	assert_eq!(scene.decide(), [Action::Refresh { task: id }]);
	let (version, chain) = (scene.task(id).version(), scene.world.tasks[&id].clone());
	replies::refreshed(&mut scene.state, &id, version, Some((chain, false)), scene.now);
	scene.decide();
	assert!(matches!(scene.task(id).chain().stage, Stage::Revealing(_)));
}

#[test]
fn scheduler_pool_finalizes_when_all_revealed() {
	let (mut scene, id) = agreed(|deal| deal.settlement = Settlement::Scheduler);
	scene.reveals(&account(1), id, 7);
	assert!(!scene.decide().iter().any(|action| matches!(action, Action::Finalize { .. })));
	scene.reveals(&account(2), id, 7);
	assert_eq!(scene.decide(), [Action::Finalize { task: id, data: None }]);
	assert_eq!(scene.decide(), [], "once");
}

#[test]
fn scheduler_pool_finalizes_after_the_reveal_deadline_with_one_reveal() {
	let (mut scene, id) = agreed(|deal| deal.settlement = Settlement::Scheduler);
	scene.reveals(&account(1), id, 7);
	scene.decide();
	scene.pass(2 * T + MARGIN, &[]);
	assert!(scene.decide().contains(&Action::Finalize { task: id, data: None }));
}

#[test]
fn scheduler_pool_reopens_an_unrevealed_consensus() {
	let (mut scene, id) = agreed(|deal| deal.settlement = Settlement::Scheduler);
	scene.worker(3, 1);
	scene.worker(4, 1);
	scene.pass(2 * T + MARGIN, &[]);
	assert_eq!(scene.decide(), [Action::Reopen { task: id }]);
	let events = scene.world.reopen(id).unwrap();
	scene.see(events);
	let mut more = scene.computing(id);
	more.sort();
	assert_eq!(more, [account(3), account(4)], "others than those who did not reveal");
}

#[test]
fn automatic_pool_is_watched() {
	let (mut scene, id) = agreed(|_| ());
	scene.pass(2 * T + MARGIN, &[]);
	assert_eq!(scene.decide(), []);
	scene.pass(WAIT, &[]);
	assert_eq!(scene.decide(), [Action::Refresh { task: id }], "the chain is late, or an event was missed");
}

#[test]
fn scheduler_finalizes_if_the_chain_is_late() {
	let (mut scene, id) = agreed(|_| ());
	let finalize = Action::Finalize { task: id, data: None };
	scene.reveals(&account(1), id, 7);
	scene.decide();
	scene.pass(2 * T + WAIT, &[]);
	let actions = scene.decide();
	assert!(actions.contains(&Action::Refresh { task: id }) && !actions.contains(&finalize), "{actions:?}");
	let (version, chain) = (scene.task(id).version(), scene.world.tasks[&id].clone());
	replies::refreshed(&mut scene.state, &id, version, Some((chain, false)), scene.now);
	scene.pass(LATE - WAIT, &[]);
	assert!(scene.decide().contains(&finalize));
	assert!(!scene.decide().contains(&finalize), "once");
}

#[test]
fn scheduler_reopens_if_the_chain_is_late() {
	let (mut scene, id) = agreed(|_| ());
	scene.pass(2 * T + LATE, &[]);
	assert_eq!(scene.decide(), [Action::Reopen { task: id }]);
}

#[test]
fn late_chain_is_sent_no_result_without_the_data_of_its_callback() {
	let (mut scene, id) = agreed(|deal| deal.callback = Some(Default::default()));
	scene.reveals(&account(1), id, 7);
	scene.decide();
	scene.pass(2 * T + LATE, &[]);
	assert_eq!(scene.decide(), [Action::Refresh { task: id }]);
}

#[test]
fn data_of_a_callback_close_the_task_in_any_pool() {
	let data = vec![1, 2, 3];
	let mut scene = Scene::new();
	let one = scene.worker(1, 1);
	let id = task(scene.deal_with(100, 1, 1, |deal| deal.callback = Some(Default::default())), 0);
	scene.decide();
	let digest = rlc_primitives::ResultDigest::of_callback(&data);
	let result = rlc_primitives::ResultHash::of(id, digest);
	let contributed = TaskEvent::Contributed { worker: one.clone(), result };
	let agreed = TaskEvent::ConsensusReached { result, winners: 1, reveal_deadline: START + 2 * T };
	scene.see_task(id, [contributed, agreed]);
	assert!(!scene.state.bring(&id, &one, vec![9]), "not these");
	assert!(!scene.state.bring(&id, &account(2), data.clone()), "not from anybody");
	assert!(scene.state.bring(&id, &one, data.clone()));
	assert_eq!(scene.decide(), [], "it is not revealed yet");
	scene.see_task(id, [TaskEvent::Revealed { worker: one, digest }]);
	assert_eq!(scene.decide(), [Action::Finalize { task: id, data: Some(data.clone()) }]);
	scene.see_task(id, [TaskEvent::Closed { outcome: Some(digest) }]);
	scene.answered(id, true);
	scene.pass(60_000, &[]);
	assert_eq!(scene.decide(), [Action::Store { task: id, data }]);
}

#[test]
fn data_of_a_result_that_was_delivered_at_once_are_waited_for() {
	for is_brought in [true, false] {
		let data = vec![1, 2, 3];
		let mut scene = Scene::new();
		let one = scene.worker(1, 1);
		let id = task(scene.deal_with(100, 1, 1, |deal| deal.callback = Some(Default::default())), 0);
		scene.decide();
		let digest = rlc_primitives::ResultDigest::of_callback(&data);
		let delegated = TaskEvent::Delegated { worker: one.clone() };
		scene.see_task(id, [delegated, TaskEvent::Closed { outcome: Some(digest) }]);
		scene.state.finalize(scene.state.best());
		assert_eq!(scene.decide(), [], "its worker may have seen the block earlier, and was sent away");
		if is_brought {
			assert!(scene.state.bring(&id, &one, data.clone()));
			assert_eq!(scene.decide(), [Action::Store { task: id, data }]);
		} else {
			scene.pass(LATE_DATA + 1_000, &[]);
			assert_eq!(scene.decide().last(), Some(&Action::Remove { task: id }));
		}
	}
}

#[test]
fn refused_extrinsic_is_sent_again_later() {
	let (mut scene, id) = agreed(|deal| deal.settlement = Settlement::Scheduler);
	for n in 1..=2 {
		scene.reveals(&account(n), id, 7);
	}
	scene.decide();
	scene.answered(id, false);
	assert_eq!(scene.decide(), []);
	scene.pass(3_000, &[]);
	assert_eq!(scene.decide(), [Action::Finalize { task: id, data: None }]);
}

#[test]
fn closed_task_is_removed_when_its_end_is_final_and_the_result_is_stored() {
	let (mut scene, id) = agreed(|_| ());
	for n in 1..=2 {
		scene.reveals(&account(n), id, 7);
	}
	scene.decide();
	scene.state.finalize(scene.state.best());
	assert_eq!(scene.decide(), [], "the result is not there");
	scene.state.stored(&id, Some(&account(1)), 10, scene.now);
	let actions = scene.decide();
	assert_eq!(stops(&actions), [account(1), account(2)], "they need not keep it");
	assert_eq!(actions.last(), Some(&Action::Remove { task: id }));
	let deal: DealId = scene.world.tasks[&id].deal;
	assert_eq!(scene.state.remove_task(&id), Some((deal, 0)), "the last one of its part");
	assert!(scene.state.workers().values().all(|worker| worker.tasks.is_empty() && worker.load == 0));
}

#[test]
fn direct_delivery_closes_the_task() {
	let mut scene = Scene::new();
	let one = scene.worker(1, 1);
	let id = task(scene.deal(100, 1, 1), 0);
	scene.decide();
	let events = scene.world.deliver(id, &one, 7).unwrap();
	scene.see(events);
	assert_eq!(scene.task(id).winners().collect::<Vec<_>>(), [&one]);
	assert_eq!(scene.decide(), [Action::Upload { task: id, worker: one.clone() }]);
	assert_eq!(scene.known(&one).load, 0);
}

#[test]
fn failure_that_workers_agree_on_has_no_file_and_no_data() {
	let (mut scene, id) = agreed(|deal| {
		deal.settlement = Settlement::Scheduler;
		deal.callback = Some(Default::default());
	});
	for n in 1..=2 {
		scene.reveals(&account(n), id, 7);
		let failed = TaskEvent::FailureRevealed { worker: account(n), cause: AppFault::AppFailed, code: 3 };
		scene.see_task(id, [failed]);
	}
	assert_eq!(scene.decide(), [Action::Finalize { task: id, data: None }]);
}
