//! The worker's disk is full.

use rlc_disk::Budget;
use rlc_primitives::task::Stage;
use rlc_testing::SmallDisk;

use super::{world::result, *};
use crate::{
	config::Share,
	disk::{Shares, OWN},
	record::OutputKind,
};

/// What a disk has on which nothing else is.
const SIZE: u64 = 4 << 20;

impl Worker {
	/// Starts it on a disk, as after a restart.
	async fn on_disk(world: &Arc<World>, disk: &SmallDisk) -> Self {
		let dirs = Dirs::make(disk.path()).unwrap();
		Self::on(world, Disk::unlimited(&dirs, 1), disk.path(), bounds()).await
	}

	/// Joins again, and knows from then on what is in hand.
	async fn rejoin(&mut self) {
		for Held { report, .. } in self.join().await {
			self.told.last.insert(report.task, report.step);
		}
	}

	/// Waits until it offers this many slots.
	async fn until_slots(&mut self, slots: u32) {
		timeout(PATIENCE, self.status.wait_for(|status| status.free_slots == slots)).await.unwrap().unwrap();
	}
}

/// Lets another worker contribute what this one has.
fn agree(world: &World, index: u64) {
	let right = result(task(index).id(), OutputKind::Archive).1.digest;
	world.chain().other(1, task(index), right);
}

#[tokio::test(flavor = "multi_thread")]
async fn reveal_does_not_fail_for_want_of_disk_nor_is_a_task_taken_before_there_is_room() {
	let Some(mut disk) = SmallDisk::mount(SIZE) else { return };
	let world = World::new(3);
	let mut worker = Worker::on_disk(&world, &disk).await;
	worker.instruct(compute([0, 1], true));
	worker.until_all([0, 1], Step::Contributed).await;
	disk.fill();
	agree(&world, 0);
	worker.until_all([0], Step::Revealed).await;
	worker.until_slots(0).await;
	worker.instruct(compute([2], true));
	worker.until_all([2], Step::Failed).await;
	let (cause, words) = worker.cause(2).unwrap();
	assert!(cause.is_none() && words.contains("the disk is full"), "{words}");
	assert_eq!(world.chain().contributions().iter().sum::<usize>(), 2, "nothing new is contributed");
	// What it could not write down, it asks the chain for. And it starts, to reveal the rest.
	worker.kill().await;
	agree(&world, 1);
	let mut worker = Worker::on_disk(&world, &disk).await;
	worker.rejoin().await;
	worker.until_all([0, 1], Step::Revealed).await;
	let chain = world.chain().clone();
	assert_eq!((chain.reveals().iter().sum::<usize>(), chain.refused), (2, 0), "each once");
	// The results are handed over, which is what makes room.
	for index in [0, 1] {
		let right = result(task(index).id(), OutputKind::Archive).1.digest;
		world.chain().other_reveals(1, task(index), right);
		worker.instruct(Instruction::Upload { task: task(index).id(), token: "token".into() });
	}
	worker.until_all([0, 1], Step::Completed).await;
	disk.clear();
	worker.until_slots(2).await;
	worker.instruct(compute([3], true));
	worker.until_all([3], Step::Contributed).await;
	worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_contributed_that_the_journal_does_not_know_at_whichever_page_the_disk_is_full() {
	let mut was_full = 0;
	for pages in 0.. {
		let Some(mut disk) = SmallDisk::mount(SIZE) else { return };
		let world = World::new(3);
		let mut worker = Worker::on_disk(&world, &disk).await;
		worker.until_slots(2).await;
		disk.fill();
		disk.free(pages);
		worker.instruct(compute([0], true));
		let mut status = worker.status.clone();
		let ended = [Step::Failed, Step::Contributed];
		let id = task(0).id();
		let is_full = tokio::select! {
			() = worker.until(|told| told.last.get(&id).is_some_and(|step| ended.contains(step))) => false,
			_ = status.wait_for(|status| status.free_slots == 0) => true,
		};
		let contributed = world.chain().contributions().len();
		worker.kill().await;
		disk.clear();
		let mut worker = Worker::on_disk(&world, &disk).await;
		worker.rejoin().await;
		let known = worker.told.last.get(&id).is_some_and(|step| !step.is_last());
		assert!(known || contributed == 0, "{pages} pages: a contribution is known");
		if !known {
			worker.instruct(compute([0], true));
		}
		worker.until_all([0], Step::Contributed).await;
		agree(&world, 0);
		worker.until_all([0], Step::Revealed).await;
		let chain = world.chain().clone();
		assert_eq!((chain.contributions(), chain.reveals(), chain.refused), (vec![1], vec![1], 0), "{pages} pages");
		assert!(matches!(chain.task(task(0)).stage, Stage::Revealing(_)));
		worker.stop().await;
		if !is_full && contributed > 0 {
			break;
		}
		was_full += 1;
	}
	assert!(was_full > 2, "it was full at {was_full} pages");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_set_aside_for_the_journal_is_used_when_the_disk_is_full() {
	let Some(mut disk) = SmallDisk::mount(64 << 20) else { return };
	let world = World::new(3);
	let dirs = Dirs::make(disk.path()).unwrap();
	assert!(dirs.ballast().fill().unwrap());
	let mut worker = Worker::on_disk(&world, &disk).await;
	worker.instruct(compute([0], true));
	worker.until_all([0], Step::Contributed).await;
	disk.fill();
	agree(&world, 0);
	worker.until_all([0], Step::Revealed).await;
	eventually(|| !dirs.ballast().is_there()).await;
	worker.kill().await;
	disk.fill();
	let mut worker = Worker::on_disk(&world, &disk).await;
	worker.rejoin().await;
	worker.until_all([0], Step::Revealed).await;
	worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_task_is_taken_for_which_the_budget_has_no_room() {
	let (world, dir) = (World::new(1), tempfile::tempdir().unwrap());
	let dirs = Dirs::make(dir.path()).unwrap();
	let budget = Budget::of(OWN + 1_000);
	let shares = Shares { total: budget.total(), promised: 800, kept: 1_000, cache: 0 };
	let others = budget.count(rlc_disk::Part::Images, 300);
	let disk = Disk::of(&dirs, Share::Percent(50), shares, budget);
	let mut worker = Worker::on(&world, disk, dir.path(), bounds()).await;
	worker.until_slots(0).await;
	worker.instruct(compute([0], true));
	worker.until_all([0], Step::Failed).await;
	let (_, words) = worker.cause(0).unwrap();
	assert!(words.contains("no room for 800 bytes more of tasks") && words.contains("images 300 bytes"), "{words}");
	drop(others);
	worker.until_slots(2).await;
	worker.stop().await;
}
