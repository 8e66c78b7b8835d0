//! A file on a disk that is full.

use rlc_testing::SmallDisk;

use super::*;

/// Who paid for what a batch has.
const PAYER: u8 = 9;

/// Returns more than fits into a few pages, and something that counts once.
fn large() -> Batch {
	Batch {
		name: "large".into(),
		replicates: (3..203).map(|index| replicate(index, 1, Step::Created)).collect(),
		paid: [(account(PAYER), (5, NOW))].into(),
		..Default::default()
	}
}

async fn written(db: &Db) -> (usize, u128) {
	(db.replicates_of(DEAL, 0, 1_000).await.unwrap().len(), db.paid(&account(PAYER)).await.unwrap())
}

#[tokio::test]
async fn disk_that_is_full_at_any_page_leaves_nothing_half_written_and_breaks_no_connection() {
	let Some(mut disk) = SmallDisk::mount(4 << 20) else { return };
	let url = sqlite(disk.path());
	let db = Db::open(&url).await.unwrap();
	with_deal(&db, 200).await;
	disk.fill();
	let mut failures = 0;
	// Each attempt gets as far as the last one, and one page further.
	while let Err(error) = in_time(db.write(&large())).await {
		assert!(error.is_passing(), "{error}");
		assert_eq!(written(&db).await, (0, 0), "nothing of it is there");
		failures += 1;
		assert!(disk.free(1), "{error}, though there is room");
	}
	assert!(failures > 5, "{failures}");
	assert_eq!(written(&db).await, (200, 5));
	// What is only in the memory of a connection is gone now.
	db.close().await;
	drop(db);
	disk.clear();
	let db = Db::open(&url).await.unwrap();
	assert_eq!(written(&db).await, (200, 5));
	db.write(&large()).await.unwrap();
	assert_eq!(written(&db).await, (200, 5), "what counts is counted once");
}

#[tokio::test]
async fn writes_beside_one_another_go_on_after_a_full_disk() {
	let Some(mut disk) = SmallDisk::mount(4 << 20) else { return };
	let db = Db::open(&sqlite(disk.path())).await.unwrap();
	with_deal(&db, 1_000).await;
	disk.fill();
	// Each connection fails several times.
	for _ in 0..4 {
		let (batch, bans) = (large(), (0..4_u8).map(|n| db.ban(account(n), Some(Moment::MAX), NOW)));
		let (written, banned) = tokio::join!(db.write(&batch), futures::future::join_all(bans));
		assert!(written.is_err() && banned.iter().all(Result::is_err), "{written:?}, {banned:?}");
	}
	disk.clear();
	for n in 0..4 {
		db.ban(account(n), Some(Moment::MAX), NOW).await.unwrap();
	}
	db.write(&large()).await.unwrap();
	assert_eq!((written(&db).await, db.bans().await.unwrap().len()), ((200, 5), 4));
}

#[tokio::test]
async fn other_users_can_read_neither_the_database_nor_what_is_beside_it() {
	use std::os::unix::fs::PermissionsExt;
	let dir = tempfile::tempdir().unwrap();
	let inside = dir.path().join("scheduler");
	let db = Db::open(&sqlite(&inside)).await.unwrap();
	with_deal(&db, 1).await;
	let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
	assert_eq!(mode(&inside), 0o700);
	let files: Vec<_> = std::fs::read_dir(&inside).unwrap().map(|file| file.unwrap().path()).collect();
	assert!(files.len() > 2, "database, log, and lock: {files:?}");
	for file in files {
		assert_eq!(mode(&file), 0o600, "{}", file.display());
	}
	db.close().await;
}
