//! What happens to the data of callbacks.

use std::sync::atomic::Ordering;

use super::*;
use crate::{
	actor::tests::world::{result, Behavior},
	ports::{Submission, Undelivered},
	record::OutputKind,
	seen::News,
};
use rlc_primitives::{CallbackId, ResultDigest};
use sp_core::H160;

fn right(index: u64) -> ResultDigest {
	result(task(index).id(), OutputKind::Callback).1.digest
}

fn with_callback(trust: u64) -> Arc<World> {
	let world = World::new(trust);
	world.chain().deal.deal.callback = Some(CallbackId(H160::repeat_byte(1)));
	*world.app.lock().unwrap() = Behavior::Ends(OutputKind::Callback);
	world
}

/// Returns why a scheduler refuses the data of a task of which it knows nothing.
fn unknown() -> Option<Undelivered> {
	Some(Undelivered::Unknown("no such task".into()))
}

#[tokio::test(flavor = "multi_thread")]
async fn direct_task_with_a_callback_brings_its_data() {
	let (world, dir) = (with_callback(1), tempfile::tempdir().unwrap());
	let mut worker = Worker::start(&world, &dir).await;
	worker.instruct(compute([0], false));
	worker.until_all([0], Step::Completed).await;
	assert!(matches!(world.chain().sent[..], [Submission::Direct { callback_data: Some(_), .. }]));
	assert_eq!(world.callbacks.lock().unwrap().len(), 1, "the scheduler's store gets it too");
	worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn batch_with_a_callback_is_contributed_and_revealed() {
	let (world, dir) = (with_callback(1), tempfile::tempdir().unwrap());
	let mut worker = Worker::with(&world, &dir, full_batches).await;
	worker.instruct(compute(0..100, true));
	worker.until_all(0..100, Step::Uploaded).await;
	let chain = world.chain().clone();
	assert_eq!((chain.contributions(), chain.reveals(), chain.refused), (vec![100], vec![100], 0));
	assert_eq!(world.callbacks.lock().unwrap().len(), 100, "no call has room for the data of two");
	worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn data_that_the_scheduler_refuses_keep_no_worker_from_draining_for_ever() {
	let (world, dir) = (with_callback(1), tempfile::tempdir().unwrap());
	// It may take them later, as far as it says.
	*world.refuses.lock().unwrap() = Some(Undelivered::Failed("not these".into()));
	let mut worker = Worker::with(&world, &dir, |bounds| bounds.keep_for = Duration::ZERO).await;
	worker.instruct(compute([0], false));
	worker.until_all([0], Step::Revealed).await;
	worker.instruct(Instruction::Drain);
	worker.until_all([0], Step::Completed).await;
	worker.ended().await;
	assert!(world.callbacks.lock().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn data_that_are_on_chain_and_that_the_scheduler_has_forgotten_are_not_kept() {
	let (world, dir) = (with_callback(1), tempfile::tempdir().unwrap());
	world.chain().finalizes = false;
	*world.refuses.lock().unwrap() = unknown();
	let mut worker = Worker::start(&world, &dir).await;
	worker.instruct(compute([0], false));
	worker.until_all([0], Step::Revealed).await;
	worker.instruct(Instruction::Drain);
	eventually(|| world.refused.load(Ordering::SeqCst) > 1).await;
	assert!(!worker.loop_.is_finished(), "a fork may still undo it");
	let number = world.chain().number;
	world.chain().tell(News::Finalized(number));
	worker.until_all([0], Step::Completed).await;
	worker.ended().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn data_that_the_chain_waits_for_are_brought_until_they_are_taken() {
	let (world, dir) = (with_callback(3), tempfile::tempdir().unwrap());
	world.chain().other(1, task(0), right(0));
	*world.refuses.lock().unwrap() = unknown();
	let mut worker = Worker::start(&world, &dir).await;
	worker.instruct(compute([0], false));
	worker.until_all([0], Step::Revealed).await;
	worker.instruct(Instruction::Drain);
	eventually(|| world.refused.load(Ordering::SeqCst) > 1).await;
	assert!(!worker.loop_.is_finished(), "nobody else may have them");
	*world.refuses.lock().unwrap() = None;
	worker.until_all([0], Step::Uploaded).await;
	let data = world.callbacks.lock().unwrap()[0].1.clone();
	world.chain().other_reveals(1, task(0), right(0));
	world.chain().close(task(0), Some(&data));
	worker.until_all([0], Step::Completed).await;
	worker.ended().await;
}
