//! A standby that takes the primary's place.

use super::*;
use crate::{
	model::{Ended, Ending, Now, Party, DAY},
	testing::cluster::Cluster,
};

/// Writes until it succeeds, and connects anew after each failure, as the scheduler does. Returns how often it failed.
async fn insist(db: &Db, batch: &Batch) -> u32 {
	let mut failures = 0;
	while let Err(error) = in_time(db.write(batch)).await {
		assert!(error.is_passing() && failures < 100, "{error}");
		failures += 1;
		sleep(Duration::from_millis(200)).await;
		let _ = db.reconnect().await;
	}
	failures
}

#[tokio::test(flavor = "multi_thread")]
async fn standby_has_all_that_was_written_and_takes_the_primary_s_place() {
	let Some(mut cluster) = Cluster::start() else { return };
	let db = Db::open(&cluster.url).await.unwrap();
	db.enlist().await.unwrap();
	with_deal(&db, 1_000).await;
	assert_eq!(db.take_part(DEAL, &[]).await.unwrap(), Some(0));
	for index in 3..100 {
		let batch = Batch { replicates: vec![replicate(index, 1, Step::Created)], ..Default::default() };
		db.write(&batch).await.unwrap();
	}
	let promoted = tokio::task::spawn_blocking(move || {
		cluster.fail_over();
		cluster
	});
	let begun = tokio::time::Instant::now();
	let last = Batch { replicates: vec![replicate(100, 1, Step::Created)], ..Default::default() };
	// It may get through before the primary is gone.
	while insist(&db, &last).await == 0 && !promoted.is_finished() {}
	let _cluster = promoted.await.unwrap();
	insist(&db, &last).await;
	assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
	assert_eq!(db.replicates_of(DEAL, 0, 1_000).await.unwrap().len(), 98);
	db.renew().await.expect("it is known there, too");
	assert_eq!(db.take_part(DEAL, &[0]).await.unwrap(), Some(1), "and what it owns");
}

#[tokio::test]
async fn batch_that_is_written_twice_is_counted_once() {
	let dir = tempfile::tempdir().unwrap();
	let db = Db::open(&sqlite(dir.path())).await.unwrap();
	let party = Party::Requester(account(1));
	let ended = Ended { parties: vec![party.clone()], ending: Ending::Lost, lost: 7, at: 3 * DAY };
	let batch = |name: &str| {
		let paid = [(account(1), (5, 3 * DAY))].into();
		Batch { name: name.into(), ended: vec![ended.clone()], paid, ..Default::default() }
	};
	for name in ["one", "one", "two"] {
		db.write(&batch(name)).await.unwrap();
	}
	let business = db.business(Now { local: 3 * DAY, chain: 3 * DAY, date: 3 * DAY }).await.unwrap();
	assert_eq!(business.standings.lost_since(0, 3 * DAY), 14);
	let paid = |name: &str| Batch { ended: Vec::new(), ..batch(name) };
	for name in ["three", "three"] {
		db.write(&paid(name)).await.unwrap();
	}
	assert_eq!(db.paid(&account(1)).await.unwrap(), 15);
}

#[tokio::test]
async fn server_that_only_follows_another_is_not_used() {
	let Some(mut cluster) = Cluster::start() else { return };
	let (_, standby) = cluster.url.split_once(',').unwrap();
	let standby = format!("postgres://postgres@{standby}");
	sqlx::any::install_default_drivers();
	let refused = connections::Connections::to_servers(&standby);
	assert!(timeout(Duration::from_secs(3), refused).await.is_err(), "it waits until that is promoted");
	cluster.fail_over();
	Db::open(&standby).await.unwrap();
}
