//! What is reported on chain, instead of contributed.

use std::sync::atomic::Ordering;

use super::*;
use crate::{actor::tests::world::Behavior, ports::Submission};

#[tokio::test(flavor = "multi_thread")]
async fn failed_app_is_reported_and_nothing_is_contributed() {
	let (world, dir) = (World::new(1), tempfile::tempdir().unwrap());
	let failure = FailureCause::AppFailed { code: 3 };
	*world.app.lock().unwrap() = Behavior::Fails(failure);
	let mut worker = Worker::start(&world, &dir).await;
	worker.instruct(compute([0], true));
	worker.until_all([0], Step::Failed).await;
	assert_eq!(worker.cause(0).unwrap().0, Some(failure));
	assert!(world.chain().contributions().is_empty());
	// It was delegated on chain: the evidence goes there too, and again when the scheduler asks.
	let evidence = Submission::ReportFailure(task(0), failure);
	eventually(|| world.chain().sent == [evidence.clone()]).await;
	worker.instruct(Instruction::ReportFailure { task: TaskRef { deal: DEAL, index: 0 } });
	eventually(|| world.chain().sent.len() == 2).await;
	worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn report_that_the_chain_would_refuse_is_not_sent() {
	let (world, dir) = (World::new(1), tempfile::tempdir().unwrap());
	world.chain().deal.params = br#"{"iexec_result_encryption": true}"#.to_vec().try_into().unwrap();
	world.chain().takes_reports = false;
	let worker = Worker::start(&world, &dir).await;
	worker.instruct(Instruction::ReportFailure { task: task(0) });
	eventually(|| world.chain().asked_for_reports > 0).await;
	assert!(world.chain().sent.is_empty());
	// The scheduler's delegation may be in a block that this node does not have yet.
	world.chain().takes_reports = true;
	let report = Submission::ReportFailure(task(0), FailureCause::InvalidParams);
	eventually(|| world.chain().sent == [report.clone()]).await;
	worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn task_that_was_never_given_is_reported_only_if_it_is_hopeless() {
	let unpinned = r#"{"iexec_input_files": ["https://x.org/a"]}"#;
	for (trust, params, cause) in [
		(1, r#"{"iexec_result_encryption": true}"#, Some(FailureCause::InvalidParams)),
		(1, r#"{"iexec_secrets": {"1": "x"}}"#, Some(FailureCause::SecretUnavailable)),
		(1, r#"{"rlc_needs": {"cores": 5}}"#, Some(FailureCause::InvalidParams)),
		(1, r#"{"rlc_needs": {"cores": 4}}"#, None),
		(2, unpinned, Some(FailureCause::InvalidParams)),
		(2, r#"{"rlc_each": "https://x.org/a"}"#, Some(FailureCause::InvalidParams)),
		(1, unpinned, None),
	] {
		let (world, dir) = (World::new(trust), tempfile::tempdir().unwrap());
		world.chain().deal.params = params.as_bytes().to_vec().try_into().unwrap();
		let mut worker = Worker::start(&world, &dir).await;
		worker.instruct(Instruction::ReportFailure { task: task(0) });
		match cause {
			Some(cause) => eventually(|| world.chain().sent == [Submission::ReportFailure(task(0), cause)]).await,
			None => {
				worker.instruct(compute([1], true));
				worker.until_all([1], Step::Revealed).await;
				assert!(!world.chain().sent.iter().any(|sent| matches!(sent, Submission::ReportFailure(..))));
			}
		}
		assert_eq!(world.runs.load(Ordering::SeqCst), u32::from(cause.is_none()), "{params}");
		worker.stop().await;
	}
}
