//! A store on a file system that is really full.

use rlc_disk::{Budget, Part};
use rlc_store::{
	CancellationToken, Client, FetchConfig, FetchErrorKind, Fetcher, Grant, HashKind, Room, StoreConfig, UploadError,
};
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

#[tokio::test]
async fn fetch_onto_a_disk_that_is_full_at_any_page_is_this_machines_trouble_and_leaves_nothing() {
	let elsewhere = tempfile::tempdir().unwrap();
	let served = Served::open(elsewhere.path()).await;
	let bytes = content(30_000);
	let cid = served.store.put(std::io::Cursor::new(bytes.clone()), HashKind::Sha256, "alice").await.unwrap();
	let file = elsewhere.path().join("input");
	std::fs::write(&file, &bytes).unwrap();
	for location in [cid.to_string(), format!("file://{}", file.display())] {
		let Some(mut disk) = SmallDisk::mount(1 << 20) else { return };
		let config = FetchConfig {
			stores: vec![served.server.url()],
			allow_file: true,
			..FetchConfig::new(disk.path().join("cache"))
		};
		let fetcher = Fetcher::new(config).unwrap();
		disk.fill();
		let mut failures = 0;
		let fetched = loop {
			match fetcher.fetch(&location, None, &CancellationToken::new()).await {
				Ok(fetched) => break fetched,
				Err(error) => {
					assert_eq!(error.kind, FetchErrorKind::Disk, "{error}");
					assert!(error.words.contains("has no room"), "{error}");
					let parts = disk.path().join("cache/parts");
					assert_eq!(std::fs::read_dir(parts).unwrap().count(), 0, "nothing stays of it");
					failures += 1;
					assert!(disk.free(1), "{error}, though there is room");
				}
			}
		};
		assert!(failures > 5, "{location}: {failures}");
		assert_eq!(std::fs::read(fetched.path()).unwrap(), bytes);
	}
}

#[tokio::test]
async fn fetch_takes_no_more_than_the_budget_has() {
	let elsewhere = tempfile::tempdir().unwrap();
	let file = elsewhere.path().join("input");
	std::fs::write(&file, content(30_000)).unwrap();
	let location = format!("file://{}", file.display());
	let budget = Budget::of(29_999);
	let config =
		FetchConfig { allow_file: true, budget: budget.clone(), ..FetchConfig::new(elsewhere.path().join("cache")) };
	let fetcher = Fetcher::new(config).unwrap();
	let fetch = || async { fetcher.fetch(&location, None, &CancellationToken::new()).await };
	let error = fetch().await.unwrap_err();
	assert!(error.kind == FetchErrorKind::Disk && error.words.contains("more of cache"), "{error}");
	assert_eq!(budget.used(Part::Cache), 0, "what did not come takes nothing");
	budget.allow(1 << 20);
	let fetched = fetch().await.unwrap();
	assert_eq!(budget.used(Part::Cache), 32_768);
	assert!(budget.could_take(Part::Tasks, 1 << 20).is_err(), "it is used");
	drop(fetched);
	assert!(budget.take(Part::Tasks, 1 << 20).is_ok());
}
