//! A store on a file system that is really full.

use rlc_store::{Client, Grant, HashKind, Room, StoreConfig, UploadError};
use rlc_testing::SmallDisk;

use crate::served::{content, grant, sha256, Served, KEY};

/// Returns what allows a result to be stored.
fn result(bytes: &[u8]) -> Grant {
	Grant { room: Room::Results, ..grant(sha256(bytes)) }
}

#[tokio::test]
async fn full_disk_is_later_and_what_was_stored_before_stays() {
	let Some(mut disk) = SmallDisk::mount(8 << 20) else { return };
	let served = Served::open(disk.path()).await;
	let client = Client::new([served.server.url()]).unwrap();
	let upload = |bytes: Vec<u8>| {
		let (client, result) = (client.clone(), result(&bytes));
		let token = served.store.token(&result);
		async move { client.upload_bytes(&result.cid, &token, bytes, |_, _| ()).await }
	};
	let first = content(3 << 20);
	upload(first.clone()).await.unwrap();
	let left = served.store.usage().results_left;
	assert!((4 << 20..5 << 20).contains(&left), "the disk is smaller than the quota: {left}");
	// Something else fills the disk, and then some.
	std::fs::write(disk.path().join("ballast"), vec![0u8; 3 << 20]).unwrap();
	disk.fill();
	let large = content(2_500_000);
	let small = b"small".to_vec();
	for bytes in [&large, &small] {
		let error = upload(bytes.clone()).await.unwrap_err();
		assert!(matches!(error, UploadError::Later { .. }), "{error}");
	}
	assert_eq!(served.store.contains(&sha256(&first)).await, Some(3 << 20));
	// What has expired goes, for which nothing need be written.
	let collected = served.store.collect(u64::MAX - 1).await.unwrap();
	assert_eq!(collected.objects, 1);
	for bytes in [&large, &small] {
		upload(bytes.clone()).await.unwrap();
		assert_eq!(served.store.contains(&sha256(bytes)).await, Some(bytes.len() as u64));
	}
}

#[tokio::test]
async fn store_starts_on_a_full_disk_and_serves_what_it_has() {
	let Some(mut disk) = SmallDisk::mount(2 << 20) else { return };
	let served = Served::open(disk.path()).await;
	let kept = std::io::Cursor::new(content(500_000));
	let cid = served.store.put(kept, HashKind::Sha256, "alice").await.unwrap();
	let address = served.server.address;
	drop(served);
	disk.fill();
	let served = Served::open_at(disk.path(), Some(address), StoreConfig::new(KEY)).await;
	assert_eq!((served.store.contains(&cid).await, served.store.held_by("alice")), (Some(500_000), 500_000));
}
