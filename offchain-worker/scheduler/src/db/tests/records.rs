//! Records of strangers.

use super::*;
use crate::model::{Mark, Record, DAY, KEPT, MAX_RECORDS};

const THEN: Moment = 100 * DAY;

fn marked(marks: &[(u8, Mark, Moment)]) -> Batch {
	let marks = marks.iter().map(|(n, mark, at)| (account(*n), *mark, *at)).collect();
	Batch { marks, ..Default::default() }
}

async fn marks_of_all_instances_add_up(one: &Db, two: &Db) {
	assert_eq!(one.record(&account(1)).await.unwrap(), Record::default());
	let validated = marked(&[(1, Mark::Validated, THEN), (2, Mark::Lost, THEN), (1, Mark::Validated, THEN)]);
	one.write(&validated).await.unwrap();
	two.write(&validated).await.unwrap();
	assert_eq!(two.record(&account(1)).await.unwrap(), Record { validated: 4, ..Record::default() });
	let lost = one.record(&account(2)).await.unwrap();
	assert_eq!(
		(lost.lost, lost.setbacks, lost.away),
		(2, 1, THEN + 60_000),
		"at the same time, they are one misfortune"
	);
	one.write(&marked(&[(1, Mark::Refuted, THEN), (1, Mark::Validated, THEN)])).await.unwrap();
	let refuted = two.record(&account(1)).await.unwrap();
	assert_eq!((refuted.validated, refuted.refuted, refuted.banned), (1, 1, THEN + DAY), "in their order");
	assert_eq!(two.refuted(THEN).await.unwrap(), [(account(1), THEN + DAY)].into());
	assert_eq!(two.refuted(THEN + DAY).await.unwrap(), Default::default(), "it is over");
}

async fn batch_that_is_written_again_counts_once(db: &Db) {
	let batch = Batch { name: "one".into(), ..marked(&[(3, Mark::Validated, THEN)]) };
	db.write(&batch).await.unwrap();
	db.write(&batch).await.unwrap();
	assert_eq!(db.record(&account(3)).await.unwrap().validated, 1);
}

async fn lifted_ban_is_over(db: &Db) {
	db.write(&marked(&[(4, Mark::Refuted, THEN), (4, Mark::Lost, THEN)])).await.unwrap();
	db.lift(&account(4)).await.unwrap();
	let record = db.record(&account(4)).await.unwrap();
	assert_eq!((record.away_until(), record.setbacks, record.refuted, record.bans), (0, 0, 1, 1));
	db.lift(&account(99)).await.unwrap();
	assert_eq!(db.record(&account(99)).await.unwrap(), Record::default());
}

async fn records_are_removed_in_which_nothing_happens(db: &Db) {
	db.write(&marked(&[(5, Mark::Validated, THEN), (6, Mark::Validated, THEN + 1)])).await.unwrap();
	db.prune_records(THEN + KEPT).await.unwrap();
	let left = [db.record(&account(5)).await.unwrap().validated, db.record(&account(6)).await.unwrap().validated];
	assert_eq!(left, [0, 1]);
}

async fn records_are_bounded_and_those_with_something_to_lose_stay(db: &Db) {
	let later = THEN + 2 * KEPT;
	db.write(&marked(&[(7, Mark::Validated, later), (8, Mark::Refuted, later)])).await.unwrap();
	let stranger = |n: usize| {
		let mut account = [0; 32];
		account[..8].copy_from_slice(&n.to_be_bytes());
		(account.into(), Mark::Lost, later + 1 + n as u64)
	};
	let marks = (1..=MAX_RECORDS).map(stranger).collect();
	db.write(&Batch { marks, ..Default::default() }).await.unwrap();
	db.prune_records(later + 2).await.unwrap();
	let (count,) = sqlx::query_as::<_, (i64,)>("SELECT COUNT(*) FROM records").fetch_one(&db.pool()).await.unwrap();
	assert_eq!(count, MAX_RECORDS as i64);
	assert_eq!(db.record(&account(7)).await.unwrap().validated, 1, "though it is older");
	assert!(db.record(&account(8)).await.unwrap().is_banned(later + 2), "however many others come");
	assert_eq!(db.record(&stranger(1).0).await.unwrap().lost, 0, "the oldest of the others are removed");
	assert_eq!(db.record(&stranger(MAX_RECORDS).0).await.unwrap().lost, 1);
}

#[tokio::test]
async fn sqlite_keeps_records() {
	let dir = tempfile::tempdir().unwrap();
	let db = Db::open(&sqlite(dir.path())).await.unwrap();
	marks_of_all_instances_add_up(&db, &db).await;
	batch_that_is_written_again_counts_once(&db).await;
	lifted_ban_is_over(&db).await;
	records_are_removed_in_which_nothing_happens(&db).await;
	records_are_bounded_and_those_with_something_to_lose_stay(&db).await;
	let secret = db.secret_of_votes().await.unwrap();
	db.close().await;
	drop(db);
	let db = Db::open(&sqlite(dir.path())).await.unwrap();
	assert_eq!(db.secret_of_votes().await.unwrap(), secret, "the same after a restart");
}

#[tokio::test]
async fn postgres_keeps_records() {
	let Some(postgres) = Postgres::start() else { return };
	let (one, two) = (open(&postgres).await, open(&postgres).await);
	marks_of_all_instances_add_up(&one, &two).await;
	batch_that_is_written_again_counts_once(&one).await;
	lifted_ban_is_over(&one).await;
	records_are_removed_in_which_nothing_happens(&one).await;
	records_are_bounded_and_those_with_something_to_lose_stay(&one).await;
	assert_eq!(one.secret_of_votes().await.unwrap(), two.secret_of_votes().await.unwrap());
}

#[tokio::test]
async fn instances_that_mark_the_same_records_at_the_same_time_lose_no_mark() {
	let Some(postgres) = Postgres::start() else { return };
	let (one, two) = (open(&postgres).await, open(&postgres).await);
	let writes = (0..20).flat_map(|_| [&one, &two]).map(|db| async move {
		let marks = marked(&[(2, Mark::Validated, THEN), (1, Mark::Validated, THEN)]);
		db.write(&marks).await.unwrap();
	});
	futures::future::join_all(writes).await;
	for n in [1, 2] {
		assert_eq!(one.record(&account(n)).await.unwrap().validated, 40);
	}
}
