//! Killed at any point, the worker resumes.

use super::*;
use crate::{
	actor::tests::world::{result, Behavior},
	ports::Submission,
	record::OutputKind,
};
use rlc_primitives::{
	task::Stage,
	work::{AgreedFailure, AppFault, ContributionOf, DelegationProof},
	CallbackId,
};
use sp_core::{H160, H256};
use std::sync::atomic::Ordering;

/// Plays a task from its instruction to its end, killing the worker at the n-th point and starting it again. Returns whether
/// there was such a point.
async fn play(world: Arc<World>, point: u32, batch: bool) -> bool {
	let dir = tempfile::tempdir().unwrap();
	world.killer.after(point);
	let mut worker = Worker::start(&world, &dir).await;
	worker.join().await;
	worker.instruct(compute([0], batch));
	let killed = tokio::select! {
		() = follow(&world, &mut worker) => false,
		() = world.killer.reached.notified() => true,
	};
	if killed {
		worker.kill().await;
		world.killer.after(0);
		worker = Worker::start(&world, &dir).await;
		let held = worker.join().await;
		for Held { report, .. } in held {
			worker.told.last.insert(report.task, report.step);
		}
		follow(&world, &mut worker).await;
	}
	worker.stop().await;
	let left =
		std::fs::read_dir(dir.path().join("results")).unwrap().map(|file| file.unwrap().metadata().unwrap().len());
	assert_eq!(left.sum::<u64>(), 0, "the result is removed");
	killed
}

/// Does what the scheduler does: it gives the task again if the worker does not know it, and asks for what was revealed.
async fn follow(world: &Arc<World>, worker: &mut Worker) {
	let id = task(0).id();
	if !worker.told.last.contains_key(&id) {
		worker.instruct(compute([0], true));
	}
	let revealed = [Step::Revealed, Step::Uploaded, Step::Completed];
	worker.until(|told| told.last.get(&id).is_some_and(|step| revealed.contains(step))).await;
	if world.chain().deal.deal.callback.is_some() {
		eventually(|| !world.callbacks.lock().unwrap().is_empty()).await;
		let open = matches!(world.stage(task(0)), Stage::Revealing(_));
		if open {
			if world.chain().deal.deal.trust > 1 {
				let other = result(id, OutputKind::Callback).1.digest;
				world.chain().other_reveals(1, task(0), other);
			}
			let data = world.callbacks.lock().unwrap()[0].1.clone();
			world.chain().close(task(0), Some(&data));
		}
	} else if worker.told.last[&id] == Step::Revealed {
		if matches!(world.stage(task(0)), Stage::Revealing(_)) {
			let other = result(id, OutputKind::Archive).1.digest;
			world.chain().other_reveals(1, task(0), other);
		}
		worker.instruct(Instruction::Upload { task: id, token: "token".into() });
	}
	worker.until_all([0], Step::Completed).await;
}

fn check(world: &World, point: u32) {
	let chain = world.chain();
	assert!(matches!(chain.task(task(0)).stage, Stage::Completed(_)), "point {point}");
	assert_eq!(chain.contributions(), [1], "contributed once; point {point}");
	assert_eq!(chain.refused, 0, "the chain is asked first; point {point}");
}

#[tokio::test(flavor = "multi_thread")]
async fn batch_survives_a_kill_at_any_point() {
	let mut point = 1;
	loop {
		let world = World::new(3);
		let other = result(task(0).id(), OutputKind::Archive).1.digest;
		world.chain().other(1, task(0), other);
		let killed = play(world.clone(), point, true).await;
		check(&world, point);
		assert_eq!(world.chain().reveals(), [1], "revealed once; point {point}");
		assert!(!world.uploads.lock().unwrap().is_empty());
		if !killed {
			break;
		}
		point += 1;
	}
	assert!(point > 8, "there are points before and after each effect: {point}");
}

#[tokio::test(flavor = "multi_thread")]
async fn direct_task_survives_a_kill_at_any_point() {
	let mut point = 1;
	loop {
		let world = World::new(1);
		let killed = play(world.clone(), point, false).await;
		check(&world, point);
		if !killed {
			break;
		}
		point += 1;
	}
	assert!(point > 6, "there are points before and after each effect: {point}");
}

#[tokio::test(flavor = "multi_thread")]
async fn callback_survives_a_kill_at_any_point() {
	let points = kill_with_a_callback(3, true).await;
	assert!(points > 8, "there are points before and after each effect: {points}");
}

#[tokio::test(flavor = "multi_thread")]
async fn direct_callback_survives_a_kill_at_any_point() {
	let points = kill_with_a_callback(1, false).await;
	assert!(points > 6, "there are points before and after each effect: {points}");
}

/// Kills the worker at each point of a task with a callback. Returns how many points there are, and one.
async fn kill_with_a_callback(trust: u64, batch: bool) -> u32 {
	let mut point = 1;
	loop {
		let world = World::new(trust);
		world.chain().deal.deal.callback = Some(CallbackId(H160::repeat_byte(1)));
		*world.app.lock().unwrap() = Behavior::Ends(OutputKind::Callback);
		if trust > 1 {
			let other = result(task(0).id(), OutputKind::Callback).1.digest;
			world.chain().other(1, task(0), other);
		}
		let killed = play(world.clone(), point, batch).await;
		check(&world, point);
		assert!(!world.callbacks.lock().unwrap().is_empty());
		if !killed {
			return point;
		}
		point += 1;
	}
}

/// How the app fails.
const FAILURE: AgreedFailure = AgreedFailure { cause: AppFault::AppFailed, code: 3, trace: H256::repeat_byte(1) };

#[tokio::test(flavor = "multi_thread")]
async fn failure_of_the_app_survives_a_kill_at_any_point() {
	let mut point = 1;
	loop {
		let (world, dir) = (World::new(3), tempfile::tempdir().unwrap());
		*world.app.lock().unwrap() = Behavior::FailsAlike(FAILURE);
		world.chain().other(1, task(0), FAILURE.digest(&task(0).id()));
		world.killer.after(point);
		let mut worker = Worker::start(&world, &dir).await;
		worker.join().await;
		worker.instruct(compute([0], true));
		let killed = tokio::select! {
			() = see_it_fail(&world, &mut worker) => false,
			() = world.killer.reached.notified() => true,
		};
		if killed {
			worker.kill().await;
			world.killer.after(0);
			worker = Worker::start(&world, &dir).await;
			for Held { report, .. } in worker.join().await {
				worker.told.last.insert(report.task, report.step);
			}
			see_it_fail(&world, &mut worker).await;
		}
		let chain = world.chain().clone();
		assert!(matches!(chain.task(task(0)).stage, Stage::Failed(Some(_))), "point {point}");
		assert_eq!(chain.contributions(), [1], "committed once; point {point}");
		assert_eq!(chain.failures_shown(), [FAILURE], "shown once; point {point}");
		assert_eq!((chain.refused, chain.reveals()), (0, vec![]), "point {point}");
		worker.stop().await;
		if !killed {
			break;
		}
		point += 1;
	}
	assert!(point > 6, "there are points before and after each effect: {point}");
}

/// Does what the scheduler and the other winner do, until the worker has seen that the task failed as it said.
async fn see_it_fail(world: &Arc<World>, worker: &mut Worker) {
	let id = task(0).id();
	if !worker.told.last.contains_key(&id) {
		worker.instruct(compute([0], true));
	}
	worker.until(|told| told.last.get(&id).is_some_and(|step| [Step::Revealed, Step::Completed].contains(step))).await;
	if matches!(world.stage(task(0)), Stage::Revealing(_)) {
		world.chain().other_reveals_failure(1, task(0), &FAILURE);
	}
	worker.until_all([0], Step::Completed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_that_was_away_when_another_failure_was_agreed_on_shows_its_own() {
	let (world, dir) = (World::new(3), tempfile::tempdir().unwrap());
	*world.app.lock().unwrap() = Behavior::FailsAlike(FAILURE);
	let mut worker = Worker::start(&world, &dir).await;
	worker.instruct(compute([0], true));
	worker.until_all([0], Step::Contributed).await;
	worker.kill().await;
	let others = AgreedFailure { code: 4, ..FAILURE };
	agree_without_us(&world, &others);
	world.chain().other_reveals_failure(1, task(0), &others);
	let mut worker = Worker::start(&world, &dir).await;
	worker.join().await;
	worker.until_all([0], Step::Revealed).await;
	assert_eq!(world.chain().failures_shown(), [FAILURE]);
	worker.stop().await;
}

/// Has others commit to this failure until they outweigh this worker.
pub(super) fn agree_without_us(world: &World, failure: &AgreedFailure) {
	let digest = failure.digest(&task(0).id());
	for other in 1..=9 {
		if world.stage(task(0)) == Stage::Active {
			world.chain().other(other, task(0), digest);
		}
	}
	assert!(matches!(world.stage(task(0)), Stage::Revealing(_)), "they agree");
}

#[tokio::test(flavor = "multi_thread")]
async fn result_that_is_gone_is_computed_again_before_the_contribution() {
	let (world, dir) = (World::new(1), tempfile::tempdir().unwrap());
	// Before the contribution is sent: the run is two points, the sending the third.
	world.killer.after(3);
	let worker = Worker::start(&world, &dir).await;
	worker.instruct(compute([0], true));
	timeout(PATIENCE, world.killer.reached.notified()).await.unwrap();
	worker.kill().await;
	std::fs::remove_file(dir.path().join("results").join(hex::encode(task(0).id().0))).unwrap();
	let mut worker = Worker::start(&world, &dir).await;
	worker.until_uploaded(0).await;
	assert_eq!(world.runs.load(Ordering::SeqCst), 2);
	check(&world, 3);
	worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_before_a_kill_has_time_to_arrive() {
	let (world, dir) = (World::new(1), tempfile::tempdir().unwrap());
	world.killer.after(3);
	let worker = Worker::start(&world, &dir).await;
	worker.instruct(compute([0], true));
	timeout(PATIENCE, world.killer.reached.notified()).await.unwrap();
	worker.kill().await;
	let mut worker = Worker::with(&world, &dir, |bounds| bounds.grace = Duration::from_secs(3_600)).await;
	// Another task, so that the worker has seen that the first one is not there.
	worker.instruct(compute([1], true));
	worker.until_all([1], Step::Revealed).await;
	let commitment = result(task(0).id(), OutputKind::Archive).1.commitment(&world.account(), task(0).id());
	let (task, authorization) = (task(0), DelegationProof::OnChain);
	let sent = ContributionOf { task, commitment, authorization, enclave_signature: None };
	world.chain().apply(&Submission::Contribute(vec![sent])).unwrap();
	worker.until_all([0], Step::Revealed).await;
	assert_eq!(world.chain().contributions(), [1, 1]);
	assert_eq!(world.chain().refused, 0);
	worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stop_and_start_lose_nothing() {
	let (world, dir) = (World::new(1), tempfile::tempdir().unwrap());
	*world.app.lock().unwrap() = Behavior::Hangs;
	let worker = Worker::start(&world, &dir).await;
	worker.instruct(compute(0..5, true));
	eventually(|| world.running.load(Ordering::SeqCst) == 2).await;
	worker.stop().await;
	assert_eq!(world.running.load(Ordering::SeqCst), 0, "what ran was stopped");
	*world.app.lock().unwrap() = Behavior::Ends(OutputKind::Archive);
	let mut worker = Worker::start(&world, &dir).await;
	assert_eq!(worker.join().await.len(), 5);
	worker.until_all(0..5, Step::Revealed).await;
	worker.stop().await;
}
