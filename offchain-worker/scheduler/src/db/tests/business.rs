//! The numbers of the pool's business.

use rlc_primitives::AppId;
use rlc_protocol::worker::Resources;

use super::*;
use crate::{
	model::{Ended, Ending, Machine, Now, Party, Selling, DAY, MAX_MACHINES, REMEMBERED},
	testing::pool_order,
};

/// When tasks ended, in ms.
const THEN: Moment = 3 * DAY;

fn at(time: Moment) -> Now {
	Now { local: time, chain: time, date: time }
}

fn parties() -> Vec<Party> {
	vec![Party::Requester(account(1)), Party::App(AppId(H160::repeat_byte(2)))]
}

fn ended(ending: Ending, lost: u128) -> Ended {
	Ended { parties: parties(), ending, lost, at: THEN }
}

async fn business_is_counted_and_forgotten(db: &Db) {
	let resources = Resources { cores: 8, wasm: true, ..Default::default() };
	let machine = Machine { resources: resources.clone(), is_vouched: true, seen: THEN };
	let claimed = Machine { resources, is_vouched: false, seen: THEN };
	let batch = || Batch {
		ended: vec![ended(Ending::Completed, 0), ended(Ending::Lost, 7)],
		machines: vec![(account(3), machine.clone()), (account(4), claimed.clone())],
		..Default::default()
	};
	// As two instances do.
	db.write(&batch()).await.unwrap();
	db.write(&batch()).await.unwrap();
	let mut business = db.business(at(THEN)).await.unwrap();
	business.machines.sort_by_key(|(worker, _)| worker.clone());
	assert_eq!(business.machines, [(account(3), machine.clone()), (account(4), claimed.clone())]);
	for party in parties() {
		assert_eq!(business.standings.failure_rate(&party, THEN), 40, "2 completed, 2 lost: 8 of 8 + 2 + 10");
	}
	assert_eq!(business.standings.lost_since(0, THEN), 14);

	let later = THEN + REMEMBERED * DAY;
	db.prune_business(at(later)).await.unwrap();
	let business = db.business(at(THEN)).await.unwrap();
	assert!(business.machines.is_empty(), "removed, not only passed over");
	assert_eq!(business.standings.at_least(1, THEN), []);
	assert_eq!(business.standings.lost_since(0, THEN), 0);
}

async fn machines_are_bounded(db: &Db) {
	let machine = |n: u64| {
		let mut account = [0; 32];
		account[..8].copy_from_slice(&n.to_be_bytes());
		(account.into(), Machine { resources: Resources::default(), is_vouched: true, seen: THEN + n })
	};
	let machines = (0..MAX_MACHINES as u64 + 3).map(machine).collect();
	db.write(&Batch { machines, ..Default::default() }).await.unwrap();
	db.prune_business(at(THEN)).await.unwrap();
	let kept = db.business(at(THEN)).await.unwrap().machines;
	assert_eq!(kept.len(), MAX_MACHINES);
	assert!(kept.iter().all(|(_, machine)| machine.seen >= THEN + 3), "the oldest are removed");
}

async fn withdrawn_orders_are_remembered_until_they_are_on_sale(db: &Db) {
	assert_eq!((db.selling().await.unwrap(), db.withdrawn_orders().await.unwrap()), (Selling::default(), Vec::new()));
	db.add_withdrawn_orders(&[pool_order(1, 10), pool_order(2, 10)]).await.unwrap();
	let stopped = Selling::default().stopped(5).paused(4);
	db.set_selling(stopped).await.unwrap();
	db.add_withdrawn_orders(&[pool_order(2, 9), pool_order(3, 10)]).await.unwrap();
	assert_eq!(db.selling().await.unwrap(), stopped);
	let all = [pool_order(1, 10), pool_order(2, 9), pool_order(3, 10)];
	assert_eq!(db.withdrawn_orders().await.unwrap(), all, "each once, with what is left of it");
	db.set_selling(Selling::resumed(9)).await.unwrap();
	assert_eq!(db.withdrawn_orders().await.unwrap(), all, "they are not on sale yet");
	db.forget_withdrawn_orders().await.unwrap();
	assert_eq!((db.selling().await.unwrap(), db.withdrawn_orders().await.unwrap()), (Selling::resumed(9), Vec::new()));
}

async fn judgment_takes_back_nothing_that_the_operator_said(db: &Db) {
	let before = Selling::resumed(10);
	db.set_selling(before).await.unwrap();
	let judged = before.stopped(20);
	db.set_selling(before.paused(15)).await.unwrap();
	assert!(db.set_judged(before.changed, judged).await.unwrap());
	assert_eq!(db.selling().await.unwrap(), judged.paused(15), "it was paused meanwhile, and remains so");
	let resumed = Selling::resumed(30);
	db.set_selling(resumed).await.unwrap();
	assert!(!db.set_judged(judged.changed, judged.recovered(25)).await.unwrap());
	assert_eq!(db.selling().await.unwrap(), resumed);
}

async fn bans_at_the_same_time_are_all_remembered(db: &Db) {
	let banning = (10..20).map(|n| db.ban(account(n), Some(Moment::MAX), 0));
	for banned in futures::future::join_all(banning).await {
		banned.unwrap();
	}
	let bans = db.bans().await.unwrap();
	assert!((10..20).all(|n| bans.contains_key(&account(n))), "{bans:?}");
	for n in 10..20 {
		db.ban(account(n), None, 0).await.unwrap();
	}
}

async fn bans_are_remembered_until_they_end(db: &Db) {
	db.ban(account(1), Some(10), 5).await.unwrap();
	db.ban(account(2), Some(Moment::MAX), 5).await.unwrap();
	assert_eq!(db.bans().await.unwrap(), [(account(1), 10), (account(2), Moment::MAX)].into());
	db.ban(account(3), Some(30), 10).await.unwrap();
	assert_eq!(db.bans().await.unwrap(), [(account(2), Moment::MAX), (account(3), 30)].into(), "the first is over");
	db.ban(account(2), None, 10).await.unwrap();
	assert_eq!(db.bans().await.unwrap(), [(account(3), 30)].into());
}

#[tokio::test]
async fn sqlite_counts_business() {
	let dir = tempfile::tempdir().unwrap();
	let db = Db::open(&sqlite(dir.path())).await.unwrap();
	business_is_counted_and_forgotten(&db).await;
	withdrawn_orders_are_remembered_until_they_are_on_sale(&db).await;
	machines_are_bounded(&db).await;
	judgment_takes_back_nothing_that_the_operator_said(&db).await;
	bans_at_the_same_time_are_all_remembered(&db).await;
	bans_are_remembered_until_they_end(&db).await;
}

#[tokio::test]
async fn postgres_counts_business() {
	let Some(postgres) = Postgres::start() else { return };
	let db = open(&postgres).await;
	business_is_counted_and_forgotten(&db).await;
	withdrawn_orders_are_remembered_until_they_are_on_sale(&db).await;
	machines_are_bounded(&db).await;
	judgment_takes_back_nothing_that_the_operator_said(&db).await;
	bans_at_the_same_time_are_all_remembered(&db).await;
	bans_are_remembered_until_they_end(&db).await;
}
