use super::*;
use crate::{
	decide::{adoption::to_leave, replies, Action},
	model::RECENT,
	testing::{account, scene::given, task, Scene, T},
};
use rlc_primitives::{work::FailureCause, DealId, TaskEvent, TaskId};
use rlc_protocol::Needs;

const CAUSE: FailureCause = FailureCause::InvalidParams;

/// Returns a task of trust 3 whose params no worker serves, and four workers.
fn hopeless() -> (Scene, TaskId) {
	let mut scene = Scene::new();
	for n in 1..=4 {
		scene.worker(n, 1);
	}
	let deal = scene.hopeless_deal(100, 3, 1);
	(scene, task(deal, 0))
}

/// Returns the workers that are delegated on chain so that they can say what they find.
fn delegated(actions: &[Action]) -> Vec<AccountId> {
	let workers = actions.iter().filter_map(|action| match action {
		Action::Delegate { workers, .. } => Some(workers.clone()),
		_ => None,
	});
	workers.flatten().collect()
}

/// Lets the delegation come on chain, and returns the workers that are asked.
fn asked(scene: &mut Scene, id: TaskId, workers: &[AccountId]) -> Vec<AccountId> {
	scene.world.delegates.extend(workers.iter().map(|worker| (id, worker.clone())));
	scene.delegated(id);
	let asked = scene.decide().into_iter().filter_map(|action| match action {
		Action::ReportFailure { worker, .. } => Some(worker),
		_ => None,
	});
	asked.collect()
}

/// Lets workers say what they find.
fn say(scene: &mut Scene, id: TaskId, workers: &[AccountId]) {
	for worker in workers {
		let events = scene.world.report_failure(id, worker, CAUSE);
		scene.see(events);
	}
}

#[test]
fn task_that_no_worker_can_serve_is_released_before_any_worker_has_it() {
	let (mut scene, id) = hopeless();
	let actions = scene.decide();
	assert_eq!(given(&actions, id), [], "nobody computes it");
	let workers = delegated(&actions);
	assert_eq!(workers.len(), 2, "as many as the trust needs: more would pay a fee");
	assert_eq!(asked(&mut scene, id, &workers), workers);
	say(&mut scene, id, &workers[..1]);
	assert_eq!(scene.decide(), []);
	say(&mut scene, id, &workers[1..]);
	assert_eq!(scene.decide(), [Action::Release { task: id, cause: CAUSE }]);
	assert!(scene.task(id).replicates.is_empty());
}

#[test]
fn tasks_of_a_deal_are_delegated_to_the_same_witnesses() {
	let mut scene = Scene::new();
	for n in 1..=20 {
		scene.worker(n, 1);
	}
	let deals = [100, 120].map(|n| scene.hopeless_deal(n, 3, 5));
	let actions = scene.decide();
	let of = |deal: DealId| {
		let ids = (0..5).map(|index| task(deal, index)).collect::<Vec<_>>();
		let mut witnesses = actions.iter().filter_map(|action| match action {
			Action::Delegate { task, workers } if ids.contains(task) => Some(workers.clone()),
			_ => None,
		});
		let first = witnesses.next().unwrap();
		assert!(witnesses.all(|others| others == first));
		first
	};
	assert_ne!(of(deals[0]), of(deals[1]), "one worker cannot hold up all deals");
}

#[test]
fn witnesses_are_waited_for_until_the_deadline() {
	let mut scene = Scene::new();
	scene.worker(1, 1);
	let id = task(scene.hopeless_deal(100, 3, 1), 0);
	assert_eq!(scene.decide(), [], "two have to say so");
	scene.worker(2, 1);
	scene.pass(30_000, &[]);
	assert_eq!(delegated(&scene.decide()).len(), 2);

	let mut alone = Scene::new();
	let id_alone = task(alone.hopeless_deal(100, 3, 1), 0);
	alone.decide();
	alone.pass(7 * T - 1_000, &[]);
	assert_eq!(alone.decide(), []);
	alone.pass(5_000, &[]);
	assert_eq!(alone.decide().last(), Some(&Action::Abandon { task: id_alone }), "nobody could say so");
	assert!(scene.task(id).given_up.is_some());
}

#[test]
fn part_without_witnesses_is_left_to_other_instances() {
	let mut scene = Scene::new();
	scene.worker(1, 1);
	let deal = scene.hopeless_deal(100, 3, 1);
	scene.decide();
	assert!(to_leave(&scene.state, scene.now).is_empty(), "a second worker may be joining");
	scene.pass(4_000, &[]);
	assert_eq!(to_leave(&scene.state, scene.now).into_iter().collect::<Vec<_>>(), [(deal, 0)]);
	scene.worker(2, 1);
	assert!(to_leave(&scene.state, scene.now).is_empty());
	scene.pass(20_000, &[]);
	scene.decide();
	assert!(scene.task(task(deal, 0)).given_up.is_some(), "it is given up here");
	assert!(to_leave(&scene.state, scene.now).is_empty());
}

#[test]
fn others_are_asked_if_witnesses_are_silent() {
	let (mut scene, id) = hopeless();
	let first = delegated(&scene.decide());
	asked(&mut scene, id, &first);
	say(&mut scene, id, &first[..1]);
	scene.pass(299_000, &[]);
	assert_eq!(scene.decide(), [], "it is not abandoned: nothing is lost yet");
	scene.pass(2_000, &[]);
	let second = delegated(&scene.decide());
	assert_eq!(second.len(), 1);
	assert!(!first.contains(&second[0]), "one that has not been asked");
	asked(&mut scene, id, &second);
	say(&mut scene, id, &second);
	assert_eq!(scene.decide(), [Action::Release { task: id, cause: CAUSE }]);
}

#[test]
fn operator_says_by_one_of_its_workers_what_it_finds() {
	let mut scene = Scene::new();
	for n in 1..=3 {
		scene.join(n, Some(50), |_| (), Vec::new());
	}
	let id = task(scene.hopeless_deal(100, 3, 1), 0);
	assert_eq!(scene.decide(), [], "two of them could contribute whatever they like");
	let other = scene.worker(4, 1);
	scene.pass(30_000, &[]);
	let mut first = delegated(&scene.decide());
	assert!(first.len() == 2 && first.contains(&other));
	asked(&mut scene, id, &first);
	scene.pass(301_000, &[]);
	let mut second = delegated(&scene.decide());
	first.sort();
	second.sort();
	assert_eq!(second, first, "another one of the silent operator could contribute too");
}

#[test]
fn strangers_have_one_voice_about_a_hopeless_task() {
	let mut scene = Scene::new();
	let strangers = [1, 2, 3].map(|n| scene.stranger(n, 1));
	let id = task(scene.hopeless_deal(100, 3, 1), 0);
	assert_eq!(scene.decide(), [], "two are needed");
	let known = scene.worker(4, 1);
	scene.pass(30_000, &[]);
	let first = delegated(&scene.decide());
	assert!(first.len() == 2 && first.contains(&known), "{first:?}");
	asked(&mut scene, id, &first);
	scene.pass(301_000, &[]);
	let second = delegated(&scene.decide());
	let asked =
		|workers: &[AccountId]| strangers.iter().filter(|one| workers.contains(one)).cloned().collect::<Vec<_>>();
	assert_eq!((asked(&second).len(), asked(&second)), (1, asked(&first)), "another one could contribute too");
}

#[test]
fn stranger_is_not_delegated_a_task_on_which_one_worker_decides() {
	let mut scene = Scene::new();
	scene.stranger(1, 1);
	scene.hopeless_deal(100, 1, 1);
	assert_eq!(scene.decide(), [], "it could answer anything, and be paid");
	let known = scene.worker(2, 1);
	scene.pass(30_000, &[]);
	assert_eq!(delegated(&scene.decide()), [known]);
}

#[test]
fn large_machine_that_a_stranger_claims_keeps_no_deal_from_being_judged() {
	let mut scene = Scene::new();
	scene.worker(1, 1);
	scene.join_with(2, |member| (member.is_vouched, member.resources.cores) = (false, 64));
	let deal = needing(&mut scene, 2);
	scene.pass(PATIENCE, &[]);
	assert_eq!(judge(&mut scene.state, scene.now), [deal]);
}

#[test]
fn release_that_is_refused_is_tried_again() {
	let (mut scene, id) = hopeless();
	let workers = delegated(&scene.decide());
	asked(&mut scene, id, &workers);
	say(&mut scene, id, &workers);
	assert_eq!(scene.decide(), [Action::Release { task: id, cause: CAUSE }]);
	replies::answered(&mut scene.state, &id, false, scene.now);
	assert_eq!(scene.decide(), []);
	scene.pass(3_000, &[]);
	assert_eq!(scene.decide(), [Action::Release { task: id, cause: CAUSE }]);
}

#[test]
fn reports_from_before_a_restart_count() {
	// What is given up without a verdict of workers is decided again.
	let first = [account(1), account(2)];
	let mut again = Scene::new();
	let deal = again.hopeless_deal(100, 3, 1);
	let said = |worker: &AccountId| TaskEvent::FailureReported { worker: worker.clone(), cause: CAUSE };
	again.see_task(task(deal, 0), first.iter().map(said));
	assert_eq!(
		again.decide().last(),
		Some(&Action::Release { task: task(deal, 0), cause: CAUSE }),
		"nobody is asked again"
	);
}

#[test]
fn task_that_somebody_contributed_to_goes_on() {
	let mut scene = Scene::new();
	let one = scene.worker(1, 1);
	scene.worker(2, 1);
	let deal = scene.deal(100, 3, 1);
	let id = task(deal, 0);
	scene.decide();
	scene.contributes(&one, id, 7);
	scene.state.set_hopeless(&deal, Hopeless::Needs);
	assert_eq!(delegated(&scene.decide()), []);
	assert!(scene.task(id).given_up.is_none());
}

/// Returns a deal that needs so many cores.
fn needing(scene: &mut Scene, cores: u32) -> DealId {
	scene.deal_needing(100, 1, Needs { cores, ..Needs::default() })
}

#[test]
fn deal_that_needs_more_than_any_worker_has_had_is_hopeless_after_a_while() {
	let mut scene = Scene::new();
	scene.worker(1, 1);
	let deal = needing(&mut scene, 2);
	let id = task(deal, 0);
	assert_eq!(scene.computing(id), []);
	scene.pass(PATIENCE - 1_000, &[]);
	assert_eq!(judge(&mut scene.state, scene.now), [], "a larger machine may be joining");
	scene.pass(1_000, &[]);
	assert_eq!(judge(&mut scene.state, scene.now), [deal]);
	assert_eq!(judge(&mut scene.state, scene.now), [], "once");
	assert_eq!(delegated(&scene.decide()), [account(1)]);
	assert!(!scene.task(id).is_queued());
}

#[test]
fn machine_that_is_off_for_the_night_is_waited_for() {
	let mut scene = Scene::new();
	scene.worker(1, 1);
	scene.join(2, None, |resources| resources.cores = 2, Vec::new());
	scene.pass(20_000, &[2]);
	assert!(scene.state.worker(&account(2)).is_none(), "it is gone");
	let deal = needing(&mut scene, 2);
	scene.pass(PATIENCE, &[]);
	scene.state.refresh_machines(scene.now);
	assert_eq!(judge(&mut scene.state, scene.now), []);
	scene.now.local += RECENT;
	scene.state.refresh_machines(scene.now);
	assert_eq!(judge(&mut scene.state, scene.now), [deal], "it has not come back for a day");
}

#[test]
fn worker_that_could_hold_a_task_is_no_witness_that_none_can() {
	let mut scene = Scene::new();
	// It runs no modules, so its size does not help.
	scene.join(
		1,
		None,
		|resources| (resources.cores, resources.wasm, resources.container) = (8, false, true),
		Vec::new(),
	);
	scene.worker(2, 1);
	let deal = needing(&mut scene, 2);
	scene.pass(PATIENCE, &[]);
	assert_eq!(judge(&mut scene.state, scene.now), [deal]);
	assert_eq!(delegated(&scene.decide()), [account(2)]);
}
