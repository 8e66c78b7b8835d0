//! The store on disk.

use std::{
	fs,
	io::Cursor,
	path::{Path, PathBuf},
	time::Duration,
};

use rlc_store::{Cid, Collected, HashKind, Store, StoreConfig, StoreError};
use tokio::io::AsyncReadExt;

use crate::served::{content, now, sha256, KEY};

const DAY: u64 = 24 * 3_600_000;

async fn open(dir: &Path) -> Store {
	Store::open(dir, StoreConfig::new(KEY)).await.unwrap()
}

async fn put(store: &Store, bytes: &[u8], who: &str) -> Result<Cid, StoreError> {
	store.put(Cursor::new(bytes.to_vec()), HashKind::Sha256, who).await
}

async fn read(store: &Store, cid: &Cid) -> Vec<u8> {
	let mut bytes = Vec::new();
	store.open_read(cid).await.unwrap().read_to_end(&mut bytes).await.unwrap();
	bytes
}

#[tokio::test]
async fn what_is_put_is_there_also_after_a_restart() {
	let dir = tempfile::tempdir().unwrap();
	let store = open(dir.path()).await;
	let large = content(300_000);
	for (bytes, kind) in [(&b""[..], HashKind::Sha256), (b"data", HashKind::Keccak256), (&large, HashKind::Sha256)] {
		let cid = store.put(Cursor::new(bytes.to_vec()), kind, "a").await.unwrap();
		assert_eq!(cid, Cid::of(kind, bytes));
		assert_eq!(store.contains(&cid).await, Some(bytes.len() as u64));
		assert_eq!(read(&store, &cid).await, bytes);
	}
	drop(store);
	let store = open(dir.path()).await;
	assert_eq!(read(&store, &sha256(&large)).await, large);
	assert_eq!((store.usage().objects, store.usage().bytes), (3, 300_004));
	let none = sha256(b"none");
	assert_eq!(store.contains(&none).await, None);
	assert!(matches!(store.open_read(&none).await, Err(StoreError::NotFound(cid)) if cid == none));
}

#[tokio::test]
async fn leftovers_of_a_killed_process_are_not_contents() {
	let dir = tempfile::tempdir().unwrap();
	let cid = put(&open(dir.path()).await, b"whole", "a").await.unwrap();
	// It was killed while it wrote, before it noted what it had placed, and after it removed something.
	fs::write(dir.path().join("partial/put-1234"), "half").unwrap();
	let placed = sha256(b"placed");
	let location = object(dir.path(), &placed);
	fs::create_dir_all(location.parent().unwrap()).unwrap();
	fs::write(location, "placed").unwrap();
	fs::remove_file(object(dir.path(), &cid)).unwrap();
	let store = open(dir.path()).await;
	assert_eq!(read(&store, &placed).await, b"placed");
	assert_eq!(store.contains(&cid).await, None);
	assert_eq!(fs::read_dir(dir.path().join("partial")).unwrap().count(), 0);
	assert_eq!(store.collect(now() + 31 * DAY).await.unwrap().objects, 1, "it is kept for the usual time");
}

/// Returns where a content is in a store's directory.
fn object(dir: &Path, cid: &Cid) -> PathBuf {
	dir.join("objects").join(hex::encode(&cid.digest()[..1])).join(cid.to_string())
}

#[tokio::test]
async fn what_a_power_cut_tore_is_never_served_and_can_be_stored_again() {
	let dir = tempfile::tempdir().unwrap();
	let large = content(3 << 20);
	let zeros = |bytes: &[u8]| vec![0; bytes.len()];
	for (bytes, torn) in [(&b"small"[..], zeros(b"small")), (b"cut", b"cu".to_vec()), (&large, zeros(&large))] {
		let cid = put(&open(dir.path()).await, bytes, "a").await.unwrap();
		let path = object(dir.path(), &cid);
		let tear = || fs::write(&path, &torn).unwrap();
		tear();
		let store = open(dir.path()).await;
		assert!(matches!(store.open_read(&cid).await, Err(StoreError::NotFound(_))));
		assert!(!path.exists() && store.usage().bytes == 0);
		put(&store, bytes, "a").await.unwrap();
		drop(store);
		tear();
		let store = open(dir.path()).await;
		assert_eq!(store.contains(&cid).await, None);
		put(&store, bytes, "b").await.unwrap();
		drop(store);
		tear();
		let store = open(dir.path()).await;
		assert_eq!(put(&store, bytes, "c").await.unwrap(), cid, "also if nobody looked before");
		assert_eq!(read(&store, &cid).await, bytes);
		store.release(&cid, "c").await.unwrap();
		assert_eq!(store.usage().objects, 0);
	}
}

#[tokio::test]
async fn one_process_uses_a_directory() {
	let dir = tempfile::tempdir().unwrap();
	let _store = open(dir.path()).await;
	assert!(matches!(Store::open(dir.path(), StoreConfig::new(KEY)).await, Err(StoreError::InUse(_))));
}

#[tokio::test]
async fn what_is_released_by_all_is_gone() {
	let dir = tempfile::tempdir().unwrap();
	let store = open(dir.path()).await;
	let cid = put(&store, b"shared", "a").await.unwrap();
	put(&store, b"shared", "b").await.unwrap();
	store.release(&cid, "a").await.unwrap();
	store.release(&cid, "somebody").await.unwrap();
	assert_eq!(store.contains(&cid).await, Some(6));
	let mut open = store.open_read(&cid).await.unwrap();
	store.release(&cid, "b").await.unwrap();
	assert_eq!(store.contains(&cid).await, None);
	assert_eq!(store.usage().bytes, 0);
	let mut bytes = String::new();
	open.read_to_string(&mut bytes).await.unwrap();
	assert_eq!(bytes, "shared", "who reads it reads to the end");
}

#[tokio::test]
async fn what_has_expired_is_collected_but_not_what_is_pinned() {
	let dir = tempfile::tempdir().unwrap();
	let store = open(dir.path()).await;
	let (one, two) = (put(&store, b"one", "a").await.unwrap(), put(&store, b"two!", "a").await.unwrap());
	store.pin(&two, "task").unwrap();
	assert_eq!(store.collect(now() + 29 * DAY).await.unwrap(), Collected::default());
	assert_eq!(store.collect(now() + 31 * DAY).await.unwrap(), Collected { objects: 1, bytes: 3, uploads: 0 });
	assert_eq!((store.contains(&one).await, store.contains(&two).await), (None, Some(4)));
	drop(store);
	let store = open(dir.path()).await;
	assert_eq!(store.collect(now() + 3_000 * DAY).await.unwrap().objects, 0, "pinned also after a restart");
	store.unpin(&two, "task").unwrap();
	assert_eq!(store.collect(now() + 29 * DAY).await.unwrap().objects, 0);
	assert_eq!(store.collect(now() + 31 * DAY).await.unwrap().objects, 1);
	assert!(matches!(store.pin(&two, "task"), Err(StoreError::NotFound(_))));
}

#[tokio::test]
async fn quotas_hold() {
	let dir = tempfile::tempdir().unwrap();
	let config = StoreConfig { quota_total: 25, uploads_share: 0, quota_each: 15, ..StoreConfig::new(KEY) };
	let store = Store::open(dir.path(), config).await.unwrap();
	put(&store, &[1; 10], "a").await.unwrap();
	assert!(matches!(put(&store, &[2; 10], "a").await, Err(StoreError::Full(15))));
	put(&store, &[1; 10], "a").await.expect("the same takes no more room");
	put(&store, &[2; 10], "b").await.unwrap();
	assert!(matches!(put(&store, &[3; 10], "c").await, Err(StoreError::Full(25))));
	assert!(matches!(put(&store, &[3; 16], "c").await, Err(StoreError::TooLarge(15))));
	put(&store, &[2; 10], "c").await.expect("what is there takes room of its holder only");
	assert!(matches!(put(&store, &[1; 10], "c").await, Err(StoreError::Full(15))));
	assert_eq!(store.usage().bytes, 20);
	assert_eq!(fs::read_dir(dir.path().join("partial")).unwrap().count(), 0);
}

#[tokio::test]
async fn full_store_makes_room_by_itself() {
	let dir = tempfile::tempdir().unwrap();
	let retention = Duration::ZERO;
	let config = StoreConfig { quota_total: 10, uploads_share: 0, retention, ..StoreConfig::new(KEY) };
	let store = Store::open(dir.path(), config).await.unwrap();
	let first = put(&store, &[1; 10], "a").await.unwrap();
	put(&store, &[2; 10], "b").await.unwrap();
	assert_eq!(store.contains(&first).await, None);
}

#[tokio::test]
async fn what_has_expired_by_one_of_two_clocks_stays() {
	let dir = tempfile::tempdir().unwrap();
	let config = StoreConfig { second_clock: true, ..StoreConfig::new(KEY) };
	let store = Store::open(dir.path(), config).await.unwrap();
	put(&store, b"paid", "a").await.unwrap();
	let late = now() + 31 * DAY;
	assert_eq!(store.collect(late).await.unwrap().objects, 0, "the second clock was not set yet");
	store.set_second_clock(now());
	assert_eq!(store.collect(late).await.unwrap().objects, 0, "the machine's clock jumped ahead");
	store.set_second_clock(late);
	assert_eq!(store.collect(now()).await.unwrap().objects, 0, "the second clock is ahead");
	put(&store, b"paid by a clock that is ahead", "a").await.unwrap();
	assert_eq!(store.collect(late).await.unwrap().objects, 1);
	store.set_second_clock(late + 31 * DAY);
	assert_eq!(store.collect(late).await.unwrap().objects, 0, "it is kept from the later time on");
	assert_eq!(store.collect(late + 31 * DAY).await.unwrap().objects, 1);
}

#[tokio::test]
async fn what_is_found_or_stored_by_a_clock_that_was_set_back_is_kept_as_long_as_ever() {
	let dir = tempfile::tempdir().unwrap();
	drop(open(dir.path()).await);
	// When the clock was right, the journal was written to, and something was stored that it does not know.
	let right = std::time::SystemTime::now() + Duration::from_millis(100 * DAY);
	fs::File::open(dir.path().join("journal")).unwrap().set_modified(right).unwrap();
	let placed = object(dir.path(), &sha256(b"placed"));
	fs::create_dir_all(placed.parent().unwrap()).unwrap();
	fs::write(placed, "placed").unwrap();
	let store = open(dir.path()).await;
	put(&store, b"stored", "a").await.unwrap();
	assert_eq!(store.collect(now() + 129 * DAY).await.unwrap().objects, 0);
	assert_eq!(store.collect(now() + 131 * DAY).await.unwrap().objects, 2);
}

#[tokio::test]
async fn clock_that_was_ahead_once_keeps_nothing_longer_when_the_second_one_is_known() {
	let dir = tempfile::tempdir().unwrap();
	drop(open(dir.path()).await);
	// When the journal was last written to, the clock was wrong.
	let wrong = std::time::SystemTime::now() + Duration::from_millis(100 * DAY);
	fs::File::open(dir.path().join("journal")).unwrap().set_modified(wrong).unwrap();
	let config = StoreConfig { second_clock: true, ..StoreConfig::new(KEY) };
	let store = Store::open(dir.path(), config).await.unwrap();
	put(&store, b"stored before it is known", "a").await.unwrap();
	store.set_second_clock(now());
	let cid = put(&store, b"stored when it is known", "a").await.unwrap();
	for (late, gone) in [(29, 0), (31, 1), (129, 0), (131, 1)] {
		store.set_second_clock(now() + late * DAY);
		assert_eq!(store.collect(now() + late * DAY).await.unwrap().objects, gone, "after {late} days");
		assert_eq!(store.contains(&cid).await.is_some(), late < 30, "after {late} days");
	}
}

#[tokio::test]
async fn full_store_makes_no_room_before_both_clocks_say_so() {
	let dir = tempfile::tempdir().unwrap();
	let (retention, second_clock) = (Duration::ZERO, true);
	let config = StoreConfig { quota_total: 10, uploads_share: 0, retention, second_clock, ..StoreConfig::new(KEY) };
	let store = Store::open(dir.path(), config).await.unwrap();
	store.set_second_clock(now() - DAY);
	let first = put(&store, &[1; 10], "a").await.unwrap();
	assert!(matches!(put(&store, &[2; 10], "b").await, Err(StoreError::Full(10))));
	assert_eq!(store.contains(&first).await, Some(10));
	store.set_second_clock(now() + DAY);
	// A full store looks once a second.
	tokio::time::sleep(Duration::from_millis(1_100)).await;
	put(&store, &[2; 10], "b").await.unwrap();
	assert_eq!(store.contains(&first).await, None);
}

#[tokio::test]
async fn many_at_once_are_all_there() {
	let dir = tempfile::tempdir().unwrap();
	let store = open(dir.path()).await;
	let puts = (0..200_u32).map(|n| {
		let store = store.clone();
		// Each content twice.
		tokio::spawn(async move { put(&store, &(n / 2).to_le_bytes(), &n.to_string()).await.unwrap() })
	});
	for put in puts.collect::<Vec<_>>() {
		assert_eq!(store.contains(&put.await.unwrap()).await, Some(4));
	}
	assert_eq!((store.usage().objects, store.usage().bytes), (100, 400));
}

#[tokio::test]
async fn what_is_needed_is_kept_for_who_needs_it_beside_who_brought_it() {
	let dir = tempfile::tempdir().unwrap();
	let store = open(dir.path()).await;
	let cid = put(&store, b"an app", "developer").await.unwrap();
	assert!(matches!(store.keep(&sha256(b"none"), "requester", 100).await, Err(StoreError::NotFound(_))));
	assert!(matches!(store.keep(&cid, "requester", 5).await, Err(StoreError::QuotaUsed { .. })));
	store.keep(&cid, "requester", 6).await.unwrap();
	store.release(&cid, "developer").await.unwrap();
	assert_eq!((store.contains(&cid).await, store.held_by("requester")), (Some(6), 6));
	assert_eq!(store.collect(now() + 31 * DAY).await.unwrap().objects, 1);
}
