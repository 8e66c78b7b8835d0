//! What happens to results that the pool's store does not accept now.

use std::sync::atomic::Ordering;

use rlc_disk::Budget;

use super::*;
use crate::{config::Share, disk::Shares};

#[tokio::test(flavor = "multi_thread")]
async fn full_store_is_asked_again_until_it_has_room() {
	let (world, dir) = (World::new(1), tempfile::tempdir().unwrap());
	let mut worker = Worker::start(&world, &dir).await;
	world.is_full.store(true, Ordering::SeqCst);
	worker.instruct(compute([0], true));
	worker.until_all([0], Step::Revealed).await;
	worker.instruct(Instruction::Upload { task: task(0).id(), token: "good".into() });
	eventually(|| world.refused.load(Ordering::SeqCst) > 2).await;
	world.is_full.store(false, Ordering::SeqCst);
	worker.until_all([0], Step::Completed).await;
	assert!(worker.told.all.iter().all(|report| report.step != Step::Failed), "nothing failed");
	assert_eq!(*world.uploads.lock().unwrap(), [(task(0).id(), "good".to_string())]);
	worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn result_that_another_stored_meanwhile_is_not_brought_to_a_full_store_for_ever() {
	let (world, dir) = (World::new(1), tempfile::tempdir().unwrap());
	let mut worker = Worker::start(&world, &dir).await;
	world.is_full.store(true, Ordering::SeqCst);
	worker.instruct(compute([0], true));
	worker.until_all([0], Step::Revealed).await;
	worker.instruct(Instruction::Upload { task: task(0).id(), token: "good".into() });
	eventually(|| world.refused.load(Ordering::SeqCst) > 0).await;
	// It may be just asking.
	while worker.told.last.get(&task(0).id()) != Some(&Step::Completed) {
		worker.instruct(Instruction::Stop { task: task(0).id(), reason: "the task is closed".into() });
		let outgoing = timeout(Duration::from_millis(100), worker.outgoing.recv()).await;
		if let Ok(Some(outgoing)) = outgoing {
			worker.hear(outgoing);
		}
	}
	worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_whose_results_have_no_home_keeps_them_and_takes_nothing_more() {
	let (world, dir) = (World::new(1), tempfile::tempdir().unwrap());
	let mut worker = Worker::on(&world, without_room_for_results(&dir), dir.path(), bounds()).await;
	worker.instruct(compute([0], true));
	worker.until_all([0], Step::Revealed).await;
	timeout(PATIENCE, worker.status.wait_for(|status| status.free_slots == 0)).await.unwrap().unwrap();
	worker.stop().await;
	let mut worker = Worker::on(&world, without_room_for_results(&dir), dir.path(), bounds()).await;
	timeout(PATIENCE, worker.status.wait_for(|status| status.free_slots == 0)).await.unwrap().unwrap();
	worker.instruct(Instruction::Upload { task: task(0).id(), token: "good".into() });
	worker.until_all([0], Step::Completed).await;
	timeout(PATIENCE, worker.status.wait_for(|status| status.free_slots == 2)).await.unwrap().unwrap();
	worker.stop().await;
}

/// Returns a disk on which one result is too much to keep.
fn without_room_for_results(dir: &TempDir) -> Disk {
	let shares = Shares { total: u64::MAX, promised: 1, kept: 0, cache: 0 };
	Disk::of(&Dirs::make(dir.path()).unwrap(), Share::Percent(50), shares, Budget::unlimited())
}
