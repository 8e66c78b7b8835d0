//! A journal on a disk that is full.

use rlc_testing::SmallDisk;

use super::*;
use crate::{
	record::{End, State},
	testing::record,
};

fn account() -> AccountId {
	AccountId::new([1; 32])
}

async fn open(dir: &Path) -> Result<(Journal, Vec<Record>), JournalError> {
	Journal::open(&dir.join("journal"), &account(), H256::zero()).await
}

fn puts(tasks: std::ops::Range<u64>, state: &State) -> Vec<Change> {
	tasks.map(|index| Change::Put(record(index, state.clone()))).collect()
}

#[tokio::test]
async fn disk_that_is_full_at_any_page_leaves_all_or_nothing_and_the_next_write_goes_on() {
	let Some(mut disk) = SmallDisk::mount(2 << 20) else { return };
	let (mut journal, _) = open(disk.path()).await.unwrap();
	journal.write(&puts(0..10, &State::Taken)).await.unwrap();
	disk.fill();
	// Some that change, some that are new, some that go.
	let ended = State::Ended(End::Aborted("x".repeat(100)));
	let changes =
		[puts(2..200, &ended), (0..2).map(|n| Change::Remove(record(n, State::Taken).id())).collect()].concat();
	let mut failures = 0;
	while let Err(error) = journal.write(&changes).await {
		assert!(error.is_full() && error.may_be_full(), "{error}");
		assert_eq!(journal.read().await.unwrap().len(), 10, "nothing of it is there");
		failures += 1;
		assert!(disk.free(1), "{error}, though there is room");
	}
	assert!(failures > 5, "{failures}");
	drop(journal);
	let (mut journal, records) = open(disk.path()).await.unwrap();
	assert_eq!(records.len(), 198);
	assert!(records.iter().all(|record| record.state == ended));
	// As much was made free as one write took.
	disk.clear();
	journal.write(&puts(0..2, &State::Taken)).await.unwrap();
	journal.close().await.unwrap();
}

#[tokio::test]
async fn journal_is_read_on_a_full_disk() {
	let Some(mut disk) = SmallDisk::mount(2 << 20) else { return };
	for is_closed in [true, false] {
		let (mut journal, _) = open(disk.path()).await.unwrap();
		journal.write(&puts(0..10, &State::Taken)).await.unwrap();
		disk.fill();
		if is_closed {
			journal.close().await.unwrap();
		} else {
			drop(journal);
		}
		let (mut journal, records) = open(disk.path()).await.unwrap();
		assert_eq!(records.len(), 10, "closed: {is_closed}");
		disk.clear();
		journal.write(&puts(0..10, &State::Taken)).await.unwrap();
		journal.close().await.unwrap();
	}
}

#[tokio::test]
async fn other_users_cannot_read_it() {
	use std::os::unix::fs::PermissionsExt;
	let dir = tempfile::tempdir().unwrap();
	std::fs::write(dir.path().join("journal"), "").unwrap();
	let (mut journal, _) = open(dir.path()).await.unwrap();
	journal.write(&puts(0..10, &State::Taken)).await.unwrap();
	let files: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(Result::unwrap).collect();
	assert!(files.len() > 1, "the log is beside it");
	for file in files {
		assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.path());
	}
}
