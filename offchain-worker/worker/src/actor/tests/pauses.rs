//! What happens while work is stopped on the chain.

use std::sync::atomic::Ordering;

use super::*;
use crate::{
	actor::tests::{chain::Trouble, world::result},
	ports::Submission,
	record::OutputKind,
};
use rlc_primitives::ResultDigest;

fn right(index: u64) -> ResultDigest {
	result(task(index).id(), OutputKind::Archive).1.digest
}

#[tokio::test(flavor = "multi_thread")]
async fn contribution_that_a_pause_refuses_is_kept_and_sent_when_the_pause_ends() {
	let (world, dir) = (World::new(3), tempfile::tempdir().unwrap());
	world.chain().paused = true;
	let mut worker = Worker::start(&world, &dir).await;
	worker.instruct(compute([0], true));
	worker.until_all([0], Step::Computed).await;
	eventually(|| world.chain().held_up == 1).await;
	// What it wanted to send is in its journal.
	worker.stop().await;
	let mut worker = Worker::start(&world, &dir).await;
	eventually(|| world.chain().held_up == 2).await;
	assert!(world.chain().contributions().is_empty());
	world.chain().resume();
	worker.until_all([0], Step::Contributed).await;
	let chain = world.chain().clone();
	assert_eq!((chain.contributions(), chain.refused), (vec![1], 0));
	assert_eq!(world.runs.load(Ordering::SeqCst), 1, "it was computed once");
	worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reveal_that_a_pause_refuses_is_sent_when_the_pause_ends() {
	let (world, dir) = (World::new(3), tempfile::tempdir().unwrap());
	let mut worker = Worker::start(&world, &dir).await;
	worker.instruct(compute([0], true));
	worker.until_all([0], Step::Contributed).await;
	{
		// The block that brings the consensus stops work, too.
		let mut chain = world.chain();
		chain.paused = true;
		chain.other(1, task(0), right(0));
	}
	eventually(|| world.chain().held_up == 1).await;
	assert!(world.chain().reveals().is_empty());
	world.chain().resume();
	worker.until_all([0], Step::Revealed).await;
	let chain = world.chain().clone();
	assert_eq!((chain.reveals(), chain.refused), (vec![1], 0));
	worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pause_does_not_count_as_a_refusal() {
	let (world, dir) = (World::new(1), tempfile::tempdir().unwrap());
	let mut worker = Worker::start(&world, &dir).await;
	// The blocks say that work goes on.
	world.chain().next = vec![Trouble::Paused];
	worker.instruct(compute([0], false));
	worker.until_uploaded(0).await;
	let chain = world.chain().clone();
	assert_eq!(chain.held_up, 1);
	assert!(matches!(chain.sent[..], [Submission::Direct { .. }]), "after a refusal, it would have gone in two steps");
	worker.stop().await;
}
