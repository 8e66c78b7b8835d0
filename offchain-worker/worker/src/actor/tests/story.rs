//! What happens to tasks.

use std::sync::atomic::Ordering;

use super::*;
use crate::{
	actor::tests::{
		chain::Trouble,
		kill::agree_without_us,
		world::{result, Behavior},
	},
	ports::Submission,
	record::OutputKind,
	seen::News,
};
use codec::Encode;
use rlc_primitives::{
	ethereum::EthereumSignature,
	failure::AppFault,
	task::{ContributionStatus, Stage},
	AccountId, AgreedFailure, Moment, ResultDigest, SchedulerSignature,
};
use sp_core::H256;

fn right(index: u64) -> ResultDigest {
	result(task(index).id(), OutputKind::Archive).1.digest
}

#[tokio::test(flavor = "multi_thread")]
async fn batch_is_contributed_and_revealed_together() {
	let (world, dir) = (World::new(3), tempfile::tempdir().unwrap());
	(0..200).for_each(|index| world.chain().other(1, task(index), right(index)));
	let mut worker = Worker::with(&world, &dir, full_batches).await;
	worker.instruct(compute(0..200, true));
	worker.until_all(0..200, Step::Revealed).await;
	let chain = world.chain().clone();
	assert_eq!((chain.contributions(), chain.reveals()), (vec![100, 100], vec![100, 100]));
	worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn batch_of_trust_1_is_delivered_together() {
	let (world, dir) = (World::new(1), tempfile::tempdir().unwrap());
	let mut worker = Worker::with(&world, &dir, full_batches).await;
	worker.instruct(compute(0..200, true));
	worker.until_all(0..200, Step::Revealed).await;
	let chain = world.chain().clone();
	assert_eq!(chain.contributions(), [100, 100]);
	assert!(chain.sent.iter().all(|sent| matches!(sent, Submission::Direct { .. })));
	assert!(world.most_running.load(Ordering::SeqCst) <= 2, "no more than there are slots");
	assert!(worker.told.logs.contains_key(&task(199).id()), "what the app wrote is told");
	let computed = worker.told.all.iter().find(|report| report.step == Step::Computed).unwrap();
	assert_eq!(computed.usage.as_ref().map(|usage| usage.time), Some(1));
	worker.stop().await;
}

/// Returns a world whose deal says this of its tasks.
fn with_params(params: &str) -> Arc<World> {
	let world = World::new(1);
	world.chain().deal.params = params.as_bytes().to_vec().try_into().unwrap();
	world
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_that_need_most_of_the_worker_run_one_after_the_other() {
	for cores in [3, 4] {
		let params = format!(r#"{{"rlc_needs": {{"cores": {cores}}}}}"#);
		let (world, dir) = (with_params(&params), tempfile::tempdir().unwrap());
		let mut worker = Worker::start(&world, &dir).await;
		worker.instruct(compute(0..50, true));
		worker.until_all(0..50, Step::Revealed).await;
		let runs = (world.runs.load(Ordering::SeqCst), world.most_running.load(Ordering::SeqCst));
		assert_eq!(runs, (50, 1), "{cores} of four cores are both slots");
		timeout(PATIENCE, worker.status.wait_for(|status| status.free_slots == 2)).await.unwrap().unwrap();
		worker.stop().await;
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_that_need_no_more_than_a_slot_run_beside_each_other() {
	let (world, dir) = (with_params(r#"{"rlc_needs": {"cores": 2}}"#), tempfile::tempdir().unwrap());
	*world.app.lock().unwrap() = Behavior::Hangs;
	let worker = Worker::start(&world, &dir).await;
	worker.instruct(compute(0..2, true));
	eventually(|| world.running.load(Ordering::SeqCst) == 2).await;
	worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn task_that_needs_more_than_there_is_fails_by_the_workers_own_fault() {
	let (world, dir) = (with_params(r#"{"rlc_needs": {"cores": 5}}"#), tempfile::tempdir().unwrap());
	let mut worker = Worker::start(&world, &dir).await;
	worker.instruct(compute([0], true));
	worker.until_all([0], Step::Failed).await;
	let (cause, words) = worker.cause(0).unwrap();
	assert_eq!(cause, None, "another worker may have it");
	assert!(words.contains("more than this worker has") && words.contains("cores 5 of 4"), "{words}");
	assert_eq!((world.runs.load(Ordering::SeqCst), world.chain().sent.len()), (0, 0));
	timeout(PATIENCE, worker.status.wait_for(|status| status.free_slots == 2)).await.unwrap().unwrap();
	worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn task_that_waits_for_its_slots_can_be_stopped() {
	let (world, dir) = (with_params(r#"{"rlc_needs": {"cores": 4}}"#), tempfile::tempdir().unwrap());
	*world.app.lock().unwrap() = Behavior::Hangs;
	let mut worker = Worker::start(&world, &dir).await;
	worker.instruct(compute(0..2, true));
	eventually(|| world.running.load(Ordering::SeqCst) == 1).await;
	timeout(PATIENCE, worker.status.wait_for(|status| status.free_slots == 0)).await.unwrap().unwrap();
	for index in 0..2 {
		worker.instruct(Instruction::Stop { task: task(index).id(), reason: "not wanted".into() });
	}
	worker.until_all(0..2, Step::Aborted).await;
	timeout(PATIENCE, worker.status.wait_for(|status| status.free_slots == 2)).await.unwrap().unwrap();
	worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn direct_task_of_trust_1_takes_one_transaction() {
	let (world, dir) = (World::new(1), tempfile::tempdir().unwrap());
	let mut worker = Worker::start(&world, &dir).await;
	worker.instruct(compute([0], false));
	worker.until_uploaded(0).await;
	assert!(matches!(world.chain().sent[..], [Submission::Direct { callback_data: None, .. }]));
	assert_eq!(world.uploads.lock().unwrap().len(), 1);
	worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn task_of_trust_1_that_was_reopened_is_contributed_to_and_revealed() {
	let (world, dir) = (World::new(1), tempfile::tempdir().unwrap());
	world.chain().other(1, task(0), right(0));
	world.chain().reopen(task(0));
	let mut worker = Worker::start(&world, &dir).await;
	worker.instruct(compute([0], false));
	worker.until_uploaded(0).await;
	let chain = world.chain().clone();
	assert_eq!((chain.contributions(), chain.reveals(), chain.refused), (vec![1], vec![1], 1));
	worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn batch_that_does_not_fill_goes_after_a_while() {
	let (world, dir) = (World::new(1), tempfile::tempdir().unwrap());
	let mut worker = Worker::start(&world, &dir).await;
	worker.instruct(compute(0..150, true));
	worker.until_all(0..150, Step::Revealed).await;
	let batches = world.chain().contributions();
	assert_eq!(batches.iter().sum::<usize>(), 150);
	assert!(batches.iter().all(|batch| *batch <= 100), "{batches:?}");
	worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trust_above_1_waits_for_others() {
	let (world, dir) = (World::new(3), tempfile::tempdir().unwrap());
	let mut worker = Worker::start(&world, &dir).await;
	worker.instruct(compute([0], false));
	worker.until_all([0], Step::Contributed).await;
	assert!(world.chain().reveals().is_empty());
	world.chain().other(1, task(0), right(0));
	worker.until_all([0], Step::Revealed).await;
	world.chain().other_reveals(1, task(0), right(0));
	worker.until_uploaded(0).await;
	worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn task_that_a_batch_does_not_count_for_ends_and_the_others_go_on() {
	// What waits for others to reveal is one fewer than fills a batch.
	for (trust, step) in [(1, Step::Revealed), (2, Step::Contributed)] {
		let (world, dir) = (World::new(trust), tempfile::tempdir().unwrap());
		let mut worker = Worker::with(&world, &dir, full_batches).await;
		worker.instruct(compute(0..99, true));
		worker.until_all(0..99, Step::Computed).await;
		// Somebody else is faster with one of them, and this worker hears of it too late.
		world.chain().mute = true;
		world.chain().other(1, task(3), right(3));
		world.chain().mute = false;
		worker.instruct(compute([99], true));
		worker.until_all((0..100).filter(|index| *index != 3), step).await;
		worker.until_all([3], Step::Aborted).await;
		let chain = world.chain().clone();
		assert_eq!((chain.contributions(), chain.refused), (vec![99], 0), "trust {trust}");
		worker.stop().await;
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_batch_is_sent_one_by_one() {
	let (world, dir) = (World::new(1), tempfile::tempdir().unwrap());
	world.chain().next = vec![Trouble::Refused];
	let mut worker = Worker::with(&world, &dir, full_batches).await;
	worker.instruct(compute(0..100, true));
	worker.until_all(0..100, Step::Revealed).await;
	assert_eq!(world.chain().contributions(), [1; 100]);
	worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_got_lost_is_sent_again_and_what_arrived_is_not() {
	for trouble in [Trouble::Lost, Trouble::Unheard, Trouble::Refused] {
		let (world, dir) = (World::new(1), tempfile::tempdir().unwrap());
		// Of the first two transactions.
		world.chain().next = vec![trouble, trouble];
		let mut worker = Worker::start(&world, &dir).await;
		worker.instruct(compute([0], true));
		worker.until_uploaded(0).await;
		assert_eq!(world.chain().contributions(), [1], "{trouble:?}");
		// Who was refused may not have been the first: the way for all then is to contribute and to reveal.
		let reveals: &[usize] = if trouble == Trouble::Refused { &[1] } else { &[] };
		assert_eq!(world.chain().reveals(), reveals, "{trouble:?}");
		assert_eq!(world.chain().refused, 0, "{trouble:?}");
		worker.stop().await;
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn contribution_that_is_refused_for_good_ends_with_the_reason() {
	let (world, dir) = (World::new(1), tempfile::tempdir().unwrap());
	world.chain().next = vec![Trouble::Refused; 9];
	let mut worker = Worker::start(&world, &dir).await;
	worker.instruct(compute([0], true));
	worker.until_all([0], Step::Failed).await;
	let (cause, words) = worker.cause(0).unwrap();
	assert_eq!(cause, None, "that is not the task's fault");
	assert!(words.contains("not now"), "{words}");
	worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_that_was_outvoted_ends_when_that_is_final() {
	let (world, dir) = (World::new(3), tempfile::tempdir().unwrap());
	world.chain().finalizes = false;
	let mut worker = Worker::start(&world, &dir).await;
	worker.instruct(compute([0], true));
	worker.until_all([0], Step::Contributed).await;
	let wrong = ResultDigest(H256::repeat_byte(66));
	// Two new workers outweigh one only together with a third.
	for other in 1..=3 {
		if world.stage(task(0)) == Stage::Active {
			world.chain().other(other, task(0), wrong);
		}
	}
	for other in 1..=3 {
		let open = matches!(world.stage(task(0)), Stage::Revealing(_));
		if open {
			world.chain().other_reveals(other, task(0), wrong);
		}
	}
	assert!(matches!(world.stage(task(0)), Stage::Completed(_)));
	let number = world.chain().number;
	world.chain().tell(News::Finalized(number - 1));
	worker.instruct(compute([1], true));
	worker.until_all([1], Step::Contributed).await;
	assert_eq!(worker.told.last[&task(0).id()], Step::Contributed, "not yet");
	world.chain().tell(News::Finalized(number));
	worker.until_all([0], Step::Failed).await;
	assert!(worker.cause(0).unwrap().1.contains("another result"));
	worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stop_ends_a_run() {
	let (world, dir) = (World::new(1), tempfile::tempdir().unwrap());
	*world.app.lock().unwrap() = Behavior::Hangs;
	let mut worker = Worker::start(&world, &dir).await;
	worker.instruct(compute(0..3, true));
	eventually(|| world.running.load(Ordering::SeqCst) == 2).await;
	for index in 0..3 {
		worker.instruct(Instruction::Stop { task: task(index).id(), reason: "not wanted".into() });
	}
	worker.until_all(0..3, Step::Aborted).await;
	eventually(|| world.running.load(Ordering::SeqCst) == 0).await;
	assert!(world.runs.load(Ordering::SeqCst) <= 3);
	worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn run_stops_when_others_have_agreed() {
	let (world, dir) = (World::new(1), tempfile::tempdir().unwrap());
	*world.app.lock().unwrap() = Behavior::Hangs;
	let mut worker = Worker::start(&world, &dir).await;
	worker.instruct(compute([0], true));
	eventually(|| world.running.load(Ordering::SeqCst) == 1).await;
	world.chain().other(1, task(0), right(0));
	worker.until_all([0], Step::Aborted).await;
	worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn contribution_is_revealed_whatever_the_scheduler_says() {
	let (world, dir) = (World::new(3), tempfile::tempdir().unwrap());
	let mut worker = Worker::start(&world, &dir).await;
	worker.instruct(compute([0], true));
	worker.until_all([0], Step::Contributed).await;
	worker.instruct(Instruction::Stop { task: task(0).id(), reason: "not wanted".into() });
	world.chain().other(1, task(0), right(0));
	worker.until_all([0], Step::Revealed).await;
	world.chain().other_reveals(1, task(0), right(0));
	// The instruction holds for the result, which nobody needs from here.
	worker.until_all([0], Step::Completed).await;
	assert!(world.uploads.lock().unwrap().is_empty());
	worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_fork_undid_is_done_again() {
	let (world, dir) = (World::new(3), tempfile::tempdir().unwrap());
	world.chain().finalizes = false;
	let mut worker = Worker::start(&world, &dir).await;
	world.chain().block(vec![]);
	let before = world.chain().clone();
	worker.instruct(compute([0], true));
	worker.until_all([0], Step::Contributed).await;
	world.chain().fork(&before);
	eventually(|| world.chain().contributions().len() == 2).await;
	world.chain().other(1, task(0), right(0));
	worker.until_all([0], Step::Revealed).await;
	worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn consensus_that_was_missed_is_found() {
	let (world, dir) = (World::new(3), tempfile::tempdir().unwrap());
	let mut worker = Worker::with(&world, &dir, |bounds| bounds.quiet = Duration::ZERO).await;
	worker.instruct(compute([0], true));
	worker.until_all([0], Step::Contributed).await;
	world.chain().mute = true;
	world.chain().other(1, task(0), right(0));
	// Nothing was told, but now and then the worker asks.
	worker.until_all([0], Step::Revealed).await;
	worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn gap_in_what_was_heard_is_closed_by_asking() {
	let (world, dir) = (World::new(3), tempfile::tempdir().unwrap());
	let mut worker = Worker::start(&world, &dir).await;
	worker.instruct(compute([0], true));
	worker.until_all([0], Step::Contributed).await;
	world.chain().mute = true;
	world.chain().other(1, task(0), right(0));
	world.chain().tell(News::Gap);
	worker.until_all([0], Step::Revealed).await;
	worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn chains_list_of_work_is_read_every_few_blocks() {
	let (world, dir) = (World::new(3), tempfile::tempdir().unwrap());
	let mut worker = Worker::start(&world, &dir).await;
	worker.instruct(compute([0], true));
	worker.until_all([0], Step::Contributed).await;
	world.chain().mute = true;
	world.chain().other(1, task(0), right(0));
	for _ in 0..10 {
		world.chain().block(vec![]);
	}
	worker.until_all([0], Step::Revealed).await;
	worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_of_what_was_told() {
	let (world, dir) = (World::new(1), tempfile::tempdir().unwrap());
	let mut worker = Worker::with(&world, &dir, |bounds| bounds.keep_for = Duration::ZERO).await;
	worker.instruct(compute(0..20, true));
	worker.until_all(0..20, Step::Completed).await;
	assert!(worker.join().await.is_empty());
	worker.stop().await;
	let (_, records) = Journal::open(&dir.path().join("journal"), &world.account(), world.genesis()).await.unwrap();
	assert!(records.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn result_is_kept_for_a_while_and_no_longer() {
	let (world, dir) = (World::new(1), tempfile::tempdir().unwrap());
	let mut worker = Worker::with(&world, &dir, |bounds| bounds.keep_for = Duration::ZERO).await;
	worker.instruct(compute([0], true));
	worker.until_all([0], Step::Completed).await;
	assert!(world.uploads.lock().unwrap().is_empty());
	worker.instruct(Instruction::Upload { task: task(0).id(), token: "token".into() });
	worker.until_all([0], Step::Failed).await;
	assert_eq!(worker.cause(0).unwrap().0, Some(FailureCause::ResultNotStored));
	worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_upload_can_be_asked_for_again() {
	let (world, dir) = (World::new(1), tempfile::tempdir().unwrap());
	let mut worker = Worker::start(&world, &dir).await;
	worker.instruct(compute([0], true));
	worker.until_all([0], Step::Revealed).await;
	worker.instruct(Instruction::Upload { task: task(0).id(), token: "bad".into() });
	worker.until_all([0], Step::Failed).await;
	assert_eq!(worker.cause(0).unwrap().0, Some(FailureCause::ResultNotStored));
	worker.instruct(Instruction::Upload { task: task(0).id(), token: "good".into() });
	worker.until_all([0], Step::Completed).await;
	worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn draining_worker_takes_nothing_more_and_ends() {
	let (world, dir) = (World::new(1), tempfile::tempdir().unwrap());
	let mut worker = Worker::start(&world, &dir).await;
	worker.instruct(compute([0], true));
	worker.until_all([0], Step::Revealed).await;
	worker.instruct(Instruction::Drain);
	worker.instruct(compute([1], true));
	worker.until_all([1], Step::Aborted).await;
	timeout(PATIENCE, worker.status.wait_for(|status| status.draining)).await.unwrap().unwrap();
	assert_eq!(worker.status.borrow().free_slots, 0);
	worker.instruct(Instruction::Upload { task: task(0).id(), token: "token".into() });
	worker.until_all([0], Step::Completed).await;
	worker.ended().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn machine_that_is_needed_offers_no_slots_and_finishes_what_it_has() {
	let (world, dir) = (World::new(1), tempfile::tempdir().unwrap());
	let mut worker = Worker::start(&world, &dir).await;
	timeout(PATIENCE, worker.status.wait_for(|status| status.free_slots == 2)).await.unwrap().unwrap();
	worker.inbox.send(Message::Active(false)).unwrap();
	timeout(PATIENCE, worker.status.wait_for(|status| status.free_slots == 0)).await.unwrap().unwrap();
	worker.instruct(compute([0], true));
	worker.until_all([0], Step::Revealed).await;
	worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_whose_node_is_behind_offers_no_slots_and_finishes_what_it_has() {
	let (world, dir) = (World::new(1), tempfile::tempdir().unwrap());
	let mut worker = Worker::start(&world, &dir).await;
	worker.instruct(compute([0], true));
	worker.inbox.send(Message::Behind(true)).unwrap();
	timeout(PATIENCE, worker.status.wait_for(|status| status.free_slots == 0)).await.unwrap().unwrap();
	worker.until_all([0], Step::Revealed).await;
	assert_eq!(worker.status.borrow().free_slots, 0);
	worker.inbox.send(Message::Behind(false)).unwrap();
	timeout(PATIENCE, worker.status.wait_for(|status| status.free_slots == 2)).await.unwrap().unwrap();
	worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn order_that_comes_twice_is_followed_once() {
	let (world, dir) = (World::new(1), tempfile::tempdir().unwrap());
	let mut worker = Worker::start(&world, &dir).await;
	worker.instruct(compute([0, 0], true));
	worker.instruct(compute([0], true));
	worker.until_all([0], Step::Revealed).await;
	worker.instruct(compute([0], true));
	worker.instruct(compute([1], true));
	worker.until_all([1], Step::Revealed).await;
	assert_eq!(world.runs.load(Ordering::SeqCst), 2);
	worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn delegation_that_cannot_be_read_is_refused() {
	let (world, dir) = (World::new(1), tempfile::tempdir().unwrap());
	let mut worker = Worker::start(&world, &dir).await;
	let task = TaskRef { deal: DEAL, index: 0 };
	let unreadable = Assignment { task, delegation: vec![9], signer: None, expiry: Moment::MAX, batched: true };
	worker.instruct(Instruction::Compute { tasks: vec![unreadable] });
	worker.until_all([0], Step::Failed).await;
	assert!(worker.join().await.is_empty());
	worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tips_are_offered_up_to_what_the_operator_allows() {
	for (max_tip, offered) in [(0, None), (5_000, Some(5_000))] {
		let (world, dir) = (World::new(3), tempfile::tempdir().unwrap());
		world.chain().other(1, task(0), right(0));
		let mut worker = Worker::with(&world, &dir, |bounds| bounds.max_tip = max_tip).await;
		worker.instruct(compute(0..1, false));
		worker.until_all(0..1, Step::Revealed).await;
		let chain = world.chain().clone();
		let last: Vec<_> = chain.bids.iter().map(|bids| bids.last().map(|bid| bid.tip)).collect();
		assert_eq!(last, [offered, offered], "of a contribution and a reveal");
		assert!(chain.bids.iter().flatten().all(|bid| !bid.after.is_zero()), "none at first");
		worker.stop().await;
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn reveal_that_the_chain_passed_over_is_sent_again() {
	let (world, dir) = (World::new(3), tempfile::tempdir().unwrap());
	(0..3).for_each(|index| world.chain().other(1, task(index), right(index)));
	world.chain().next.push(Trouble::PassesOver);
	let mut worker = Worker::start(&world, &dir).await;
	worker.instruct(compute(0..3, true));
	worker.until_all(0..3, Step::Revealed).await;
	assert_eq!(world.chain().reveals().iter().sum::<usize>(), 3);
	assert!(world.chain().reveals().len() > 1, "one was sent again");
	worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn failure_of_the_app_is_contributed_and_revealed_whatever_the_trust() {
	let failure = FAILURE;
	for trust in [1, 3] {
		let (world, dir) = (World::new(trust), tempfile::tempdir().unwrap());
		*world.app.lock().unwrap() = Behavior::FailsAlike(failure);
		let digest = failure.digest(&task(0).id());
		if trust > 1 {
			world.chain().other(1, task(0), digest);
		}
		let mut worker = Worker::start(&world, &dir).await;
		worker.instruct(compute([0], true));
		worker.until_all([0], Step::Revealed).await;
		let words = worker.told.all.iter().find(|report| report.step == Step::Computed).unwrap().cause.clone();
		assert_eq!(words.unwrap().words, "the app ended with exit code 3");
		let sent = world.chain().sent.clone();
		assert!(matches!(sent[0], Submission::Contribute(_)), "{sent:?}");
		assert_eq!(sent[1], Submission::RevealFailure(task(0), failure));
		if trust > 1 {
			world.chain().other_reveals_failure(1, task(0), &failure);
		}
		worker.until_all([0], Step::Completed).await;
		worker.stop().await;
	}
}

const FAILURE: AgreedFailure = AgreedFailure { cause: AppFault::AppFailed, code: 3, trace: H256::repeat_byte(1) };

/// Returns a worker that committed to a failure of the app.
async fn committed_to_a_failure(world: &Arc<World>, dir: &TempDir) -> Worker {
	*world.app.lock().unwrap() = Behavior::FailsAlike(FAILURE);
	let mut worker = Worker::start(world, dir).await;
	worker.instruct(compute([0], true));
	worker.until_all([0], Step::Contributed).await;
	worker
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_whose_failure_is_another_than_the_others_is_excused_and_says_so() {
	let (world, dir) = (World::new(3), tempfile::tempdir().unwrap());
	let mut worker = committed_to_a_failure(&world, &dir).await;
	let others = AgreedFailure { code: 4, ..FAILURE };
	agree_without_us(&world, &others);
	assert_eq!(world.chain().failures_shown(), [], "until it is shown to be a failure, it may be a result");
	let winners: Vec<u8> = (1..=9).filter(|n| has_contributed(&world, *n)).collect();
	for winner in winners {
		world.chain().other_reveals_failure(winner, task(0), &others);
	}
	worker.until_all([0], Step::Aborted).await;
	let chain = world.chain().clone();
	assert_eq!(chain.failures_shown(), [FAILURE]);
	let ours = chain.task(task(0)).contribution(&world.account()).unwrap().status;
	assert!(ours.is_shown() && ours != ContributionStatus::Proved, "excused, which keeps the stake: {ours:?}");
	worker.stop().await;
}

/// Returns whether another worker with this number contributed.
fn has_contributed(world: &World, number: u8) -> bool {
	let worker = AccountId::new([number; 32]);
	worker != world.account() && world.chain().task(task(0)).contribution(&worker).is_some()
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_that_committed_to_a_result_where_the_app_failed_says_that_it_was_outvoted() {
	let (world, dir) = (World::new(3), tempfile::tempdir().unwrap());
	let mut worker = Worker::start(&world, &dir).await;
	worker.instruct(compute([0], true));
	worker.until_all([0], Step::Contributed).await;
	agree_without_us(&world, &FAILURE);
	let winners: Vec<u8> = (1..=9).filter(|n| has_contributed(&world, *n)).collect();
	for winner in winners {
		world.chain().other_reveals_failure(winner, task(0), &FAILURE);
	}
	// It has nothing to show: the end of the reveal window closes the task.
	world.chain().close_as_failure(task(0));
	worker.until_all([0], Step::Failed).await;
	let (cause, words) = worker.cause(0).unwrap();
	assert_eq!(cause, None);
	assert!(words.contains("agreed on how the app failed"), "{words}");
	assert_eq!(world.chain().failures_shown(), []);
	worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn delegation_that_expires_while_the_worker_is_away_is_not_used() {
	let (world, dir) = (World::new(1), tempfile::tempdir().unwrap());
	*world.app.lock().unwrap() = Behavior::Hangs;
	let worker = Worker::start(&world, &dir).await;
	let signature = SchedulerSignature::Ethereum(EthereumSignature::Full([0; 65]));
	let expiry = world.chain().now() + 60_000;
	let delegation = signature.encode();
	let assignment = Assignment { task: task(0), delegation, signer: None, expiry, batched: false };
	worker.instruct(Instruction::Compute { tasks: vec![assignment] });
	eventually(|| world.running.load(Ordering::SeqCst) == 1).await;
	worker.stop().await;
	*world.app.lock().unwrap() = Behavior::Ends(OutputKind::Archive);
	world.chain().number += 60_000;
	let mut worker = Worker::start(&world, &dir).await;
	worker.join().await;
	worker.until_all([0], Step::Aborted).await;
	assert_eq!(world.chain().sent, [], "nothing was sent");
	worker.stop().await;
}
