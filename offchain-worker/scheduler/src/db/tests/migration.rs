//! Databases as older versions wrote them.

use rlc_primitives::work::FailureCause;
use sqlx::AnyPool;

use super::*;
use crate::model::{Mark, Now, Record, Selling};

/// The tables of version 1, and rows as that version wrote them.
const VERSION_1: [&str; 14] = [
	"CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
	"CREATE TABLE deals (deal TEXT PRIMARY KEY, first BIGINT NOT NULL, size BIGINT NOT NULL, next_part BIGINT NOT NULL, \
	 closed BIGINT NOT NULL)",
	"CREATE TABLE parts (deal TEXT NOT NULL, part BIGINT NOT NULL, owner TEXT NOT NULL, left_by TEXT NOT NULL, \
	 left_at BIGINT NOT NULL, PRIMARY KEY (deal, part))",
	"CREATE TABLE replicates (task TEXT NOT NULL, worker TEXT NOT NULL, deal TEXT NOT NULL, idx BIGINT NOT NULL, \
	 operator TEXT NOT NULL, step TEXT NOT NULL, since BIGINT NOT NULL, cause TEXT NOT NULL, words TEXT NOT NULL, \
	 output BIGINT NOT NULL, PRIMARY KEY (task, worker))",
	"CREATE TABLE tasks (task TEXT PRIMARY KEY, deal TEXT NOT NULL, idx BIGINT NOT NULL, given_up TEXT NOT NULL, \
	 stored BIGINT NOT NULL, result TEXT NOT NULL, data TEXT NOT NULL)",
	"CREATE TABLE logs (task TEXT NOT NULL, worker TEXT NOT NULL, deal TEXT NOT NULL, stdout TEXT NOT NULL, \
	 stderr TEXT NOT NULL, PRIMARY KEY (task, worker))",
	"CREATE TABLE instances (instance TEXT PRIMARY KEY, expires BIGINT NOT NULL)",
	"CREATE TABLE workers (worker TEXT PRIMARY KEY, instance TEXT NOT NULL)",
	"CREATE TABLE mail (id TEXT PRIMARY KEY, instance TEXT NOT NULL, worker TEXT NOT NULL, body TEXT NOT NULL)",
	"CREATE TABLE addresses (instance TEXT PRIMARY KEY, url TEXT NOT NULL)",
	"INSERT INTO meta (name, value) VALUES ('version', '1'), ('cursor', '0000000012'), ('secret', 'abcd')",
	"INSERT INTO mail (id, instance, worker, body) VALUES ('1', 'other', \
	 '0101010101010101010101010101010101010101010101010101010101010101', '{\"order\":\"drain\"}')",
	// The task's id is that of the deal's task 3. The cause is `FailureCause::AppFailed { code: 3 }`.
	"INSERT INTO tasks (task, deal, idx, given_up, stored, result, data) VALUES ('TASK', 'DEAL', 3, 'why', 10, 'bafk', '05')",
	"INSERT INTO replicates (task, worker, deal, idx, operator, step, since, cause, words, output) VALUES ('TASK', \
	 '0101010101010101010101010101010101010101010101010101010101010101', 'DEAL', 3, \
	 '3232323232323232323232323232323232323232323232323232323232323232', 'failed', 7, '0603000000', 'it broke', 9)",
];

/// What version 2 wrote otherwise: an instruction to compute with a delegation that does not expire.
const VERSION_2: [&str; 2] = [
	"UPDATE meta SET value = '2' WHERE name = 'version'",
	"UPDATE mail SET body = '{\"instruction\":\"compute\",\"tasks\":[{\"task\":{\"deal\":\"0xDEAL\",\"index\":\"3\"},\
	 \"delegation\":\"0x00\",\"batched\":false}]}'",
];

/// What version 3 wrote otherwise: delegations expire, and mail has been read.
const VERSION_3: [&str; 3] = [
	"UPDATE meta SET value = '3' WHERE name = 'version'",
	"ALTER TABLE replicates ADD COLUMN expiry BIGINT NOT NULL DEFAULT 0",
	"DELETE FROM mail",
];

/// What version 4 wrote otherwise: it counted, and withdrew the orders.
const VERSION_4: [&str; 8] = [
	"UPDATE meta SET value = '4' WHERE name = 'version'",
	"CREATE TABLE machines (worker TEXT PRIMARY KEY, resources TEXT NOT NULL, seen BIGINT NOT NULL)",
	"CREATE TABLE standings (party TEXT NOT NULL, day BIGINT NOT NULL, completed BIGINT NOT NULL, failed BIGINT NOT NULL, \
	 lost BIGINT NOT NULL, PRIMARY KEY (party, day))",
	"CREATE TABLE losses (hour BIGINT PRIMARY KEY, stake BIGINT NOT NULL)",
	"INSERT INTO machines (worker, resources, seen) VALUES \
	 ('0101010101010101010101010101010101010101010101010101010101010101', '{\"slots\":1,\"cores\":2,\"memory\":3,\
	 \"disk\":4,\"gpus\":0,\"tag\":\"0x0000000000000000000000000000000000000000000000000000000000000000\",\
	 \"wasm\":true,\"container\":false,\"speed\":0}', 900)",
	"INSERT INTO standings (party, day, completed, failed, lost) VALUES \
	 ('requester 0101010101010101010101010101010101010101010101010101010101010101', 1, 2, 3, 4)",
	"INSERT INTO losses (hour, stake) VALUES (1, 7)",
	"INSERT INTO meta (name, value) VALUES ('withdrawn', '9'), ('selling_changed', '9')",
];

/// Makes a database of an older version.
async fn write_version(version: i64, url: &str) {
	sqlx::any::install_default_drivers();
	let pool = AnyPool::connect(url).await.unwrap();
	let second = VERSION_2.iter().filter(|_| version >= 2);
	let third = VERSION_3.iter().filter(|_| version >= 3);
	let fourth = VERSION_4.iter().filter(|_| version >= 4);
	for sql in VERSION_1.iter().chain(second).chain(third).chain(fourth) {
		let sql = sql.replace("TASK", &hex::encode(task(3).id().0)).replace("DEAL", &hex::encode(DEAL.0));
		sqlx::query(&sql).execute(&pool).await.unwrap();
	}
	pool.close().await;
}

/// Checks that a database of an older version is as this one makes them, and has what was in it.
async fn is_migrated(db: &Db, version: i64) {
	assert_eq!(db.meta("version").await.unwrap().as_deref(), Some("5"));
	assert_eq!(db.paid(&account(1)).await.unwrap(), 0, "it is counted from now on");
	let mail = sqlx::query_as::<_, (i64,)>("SELECT COUNT(*) FROM mail").fetch_one(&db.pool()).await.unwrap();
	assert_eq!(mail, (0,), "instructions have another form now");
	assert_eq!(db.record(&account(1)).await.unwrap(), Record::default(), "nobody was a stranger before");
	assert_eq!(db.cursor().await.unwrap(), Some(12));
	let business = db.business(Now { local: NOW, chain: NOW, date: NOW }).await.unwrap();
	assert!(business.machines.iter().all(|(_, machine)| machine.is_vouched), "all machines counted");
	let lost = business.standings.lost_since(0, NOW);
	let selling = db.selling().await.unwrap();
	let expected = if version < 4 { (0, Selling::default(), 0) } else { (1, Selling::default().stopped(9), 7) };
	assert_eq!((business.machines.len(), selling, lost), expected, "nothing was counted before version 4");
	let (row, parts) = db.task(task(3).id()).await.unwrap();
	let given_up = Some("why".into());
	let expected =
		TaskRow { task: task(3), given_up, stored: Some(10), result: Some("bafk".into()), data: Some(vec![5]) };
	assert_eq!(row, Some(expected));
	let part = &parts[0].part;
	assert_eq!((part.step, part.since, part.output), (Step::Failed, 7, 9));
	assert_eq!(part.expiry, 0, "the chain refuses delegations without an expiry");
	let cause = part.cause.as_ref().unwrap();
	assert_eq!(
		(cause.words.as_str(), cause.cause),
		("it broke", Some(rlc_json::FailureCause(FailureCause::AppFailed { code: 3 })))
	);
}

#[tokio::test]
async fn sqlite_of_older_versions_is_migrated() {
	for version in [1, 2, 3, 4] {
		let dir = tempfile::tempdir().unwrap();
		let url = sqlite(dir.path());
		write_version(version, &format!("{url}?mode=rwc")).await;
		let db = Db::open(&url).await.unwrap();
		is_migrated(&db, version).await;
		db.write(&Batch { replicates: vec![replicate(4, 1, Step::Created)], ..Default::default() }).await.unwrap();
		let marks = vec![(account(2), Mark::Validated, NOW)];
		db.write(&Batch { marks, ..Default::default() }).await.unwrap();
		assert_eq!(db.record(&account(2)).await.unwrap().validated, 1);
		db.close().await;
		drop(db);
		let db = Db::open(&url).await.unwrap();
		is_migrated(&db, version).await;
		let (_, parts) = db.task(task(4).id()).await.unwrap();
		assert_eq!(parts, [replicate(4, 1, Step::Created)], "new rows have an expiry");
	}
}

#[tokio::test]
async fn postgres_of_older_versions_is_migrated_once_no_older_instance_works_with_it() {
	for version in [1, 2, 3, 4] {
		let Some(postgres) = Postgres::start() else { return };
		write_version(version, &postgres.url).await;
		let pool = AnyPool::connect(&postgres.url).await.unwrap();
		let query = sqlx::query("INSERT INTO instances (instance, expires) VALUES ('old', $1)");
		query.bind(i64::MAX).execute(&pool).await.unwrap();
		assert!(matches!(Db::open(&postgres.url).await, Err(DbError::OldInstance)));
		let query = sqlx::query_as::<_, (String,)>("SELECT value FROM meta WHERE name = 'version'");
		let (found,) = query.fetch_one(&pool).await.unwrap();
		assert_eq!(found, version.to_string(), "nothing has changed");
		sqlx::query("UPDATE instances SET expires = 0").execute(&pool).await.unwrap();
		let db = Db::open(&postgres.url).await.unwrap();
		is_migrated(&db, version).await;
		assert_eq!(db.siblings().await.unwrap(), 0, "it has ended");
	}
}

#[tokio::test]
async fn unreadable_mail_is_dropped() {
	let Some(postgres) = Postgres::start() else { return };
	let db = open(&postgres).await;
	db.write(&Batch { arrived: [(account(1), own(1))].into(), ..Default::default() }).await.unwrap();
	db.send_mail(&account(1), &Instruction::Drain).await.unwrap();
	sqlx::query("UPDATE mail SET body = '{\"order\":\"drain\"}'").execute(&db.pool()).await.unwrap();
	assert_eq!(db.take_mail().await.unwrap(), []);
	db.send_mail(&account(1), &Instruction::Drain).await.unwrap();
	assert_eq!(db.take_mail().await.unwrap(), [(account(1), Instruction::Drain)]);
}

/// What a program of version 2 left, by its statements.
const LEFT_BY_VERSION_2: &str = include_str!("version_2.sql");

#[tokio::test]
async fn sqlite_that_a_program_of_version_2_left_is_gone_on_with() {
	let dir = tempfile::tempdir().unwrap();
	let url = sqlite(dir.path());
	sqlx::any::install_default_drivers();
	let pool = AnyPool::connect(&format!("{url}?mode=rwc")).await.unwrap();
	sqlx::raw_sql(LEFT_BY_VERSION_2).execute(&pool).await.unwrap();
	pool.close().await;

	let db = Db::open(&url).await.unwrap();
	assert_eq!(db.meta("version").await.unwrap().as_deref(), Some("5"));
	assert_eq!(db.cursor().await.unwrap(), Some(36));
	let [closed, open, failing] = [
		"a503827ffa1608e978cb6424236880ca49cc9b3299b949680f09719f383942ea",
		"62efc64badc9ee1e7b507aa2fcad3b3cfb7182100bfe67c59c182be3bb435855",
		"c506fbfe0d764a4fccd1b640e6de254ca2714a7828dca8c9012620b3564a92d3",
	]
	.map(|hex| DealId(hex.parse().unwrap()));
	let left: Vec<_> = db.open_deals().await.unwrap().into_iter().map(|row| row.deal).collect();
	assert!(left.len() == 2 && left.contains(&open) && left.contains(&failing), "{left:?}");
	for row in db.tasks_of(closed, 0, 2).await.unwrap() {
		assert_eq!((row.stored, row.result.is_some()), (Some(2_048), true));
	}

	let mut steps = Vec::new();
	for deal in [closed, open, failing] {
		let rows = db.replicates_of(deal, 0, 2).await.unwrap();
		assert!(rows.iter().all(|row| row.part.expiry == 0), "their delegations are worthless");
		steps.push(rows.iter().map(|row| row.part.step).collect::<Vec<_>>());
	}
	assert_eq!(steps, [vec![Step::Completed; 2], vec![Step::Contributed; 4], vec![Step::Failed; 2]]);
	let (_, failed) = db.task(TaskRef { deal: failing, index: 0 }.id()).await.unwrap();
	let cause = failed[0].part.cause.as_ref().unwrap();
	assert_eq!(cause.cause, Some(rlc_json::FailureCause(FailureCause::AppFailed { code: 1 })));
}

/// What programs of version 3 left, by its statements.
const LEFT_BY_VERSION_3: &str = include_str!("version_3.sql");
const LEFT_BY_VERSION_3_IN_POSTGRES: &str = include_str!("version_3_postgres.sql");

/// Makes a database as a program left it.
async fn write_dump(dump: &str, url: &str) {
	sqlx::any::install_default_drivers();
	let pool = AnyPool::connect(url).await.unwrap();
	sqlx::raw_sql(dump).execute(&pool).await.unwrap();
	pool.close().await;
}

fn deal(hex: &str) -> DealId {
	DealId(hex.parse().unwrap())
}

#[tokio::test]
async fn sqlite_that_a_program_of_version_3_left_is_gone_on_with() {
	let dir = tempfile::tempdir().unwrap();
	let url = sqlite(dir.path());
	write_dump(LEFT_BY_VERSION_3, &format!("{url}?mode=rwc")).await;
	let db = Db::open(&url).await.unwrap();
	assert_eq!(db.meta("version").await.unwrap().as_deref(), Some("5"));
	assert_eq!(db.cursor().await.unwrap(), Some(25));
	let [closed, failed, open] = [
		"fd0668b40b2c3deaee7bece0a71d193d30ff878b955bb1520f27fc5f58892b6c",
		"82525682d652c98beebd09d239dd3098792e8676d97af9b6e4551cbbd72f10b1",
		"42f60641979d0ab094563df596ce524d3d0257eadf9f2dcb6f2ffa203000f418",
	]
	.map(deal);
	assert_eq!(db.open_deals().await.unwrap(), [DealRow { deal: open, first: 0, size: 2 }]);
	for row in db.tasks_of(closed, 0, 2).await.unwrap() {
		assert_eq!((row.stored, row.result.is_some()), (Some(2_048), true));
	}
	let mut steps = Vec::new();
	for deal in [closed, failed, open] {
		let rows = db.replicates_of(deal, 0, 2).await.unwrap();
		assert!(rows.iter().all(|row| row.part.expiry > 1_795_968_000_000), "their delegations are as good as before");
		steps.push(rows.iter().map(|row| row.part.step).collect::<Vec<_>>());
	}
	assert_eq!(steps, [vec![Step::Completed; 4], vec![Step::Aborted], vec![Step::Created; 4]]);
	assert_eq!(db.take_part(open, &[]).await.unwrap(), Some(0), "it owned it");
}

#[tokio::test]
async fn postgres_that_a_program_of_version_3_left_is_gone_on_with() {
	let Some(postgres) = Postgres::start() else { return };
	// Its lease ran out long ago, whatever the time is on this machine.
	write_dump(&LEFT_BY_VERSION_3_IN_POSTGRES.replace("1795967667332", "1"), &postgres.url).await;
	let db = open(&postgres).await;
	assert_eq!(db.meta("version").await.unwrap().as_deref(), Some("5"));
	let [failing, crashing, looping] = [
		"e44dccf6e061cf0132fc56774039b95049ffa01914ef6c749c5ff0c9322fd2fa",
		"d0a00d3c77e61f11c5e971710f4b772ebdf8c3030371686e9198a65af893e560",
		"7f2876e4c5ce17008073d4774283a27d82181f2953102c669b91d729a4a82c2e",
	]
	.map(deal);
	assert_eq!(db.open_deals().await.unwrap().len(), 3);
	assert_eq!(db.workers_elsewhere().await.unwrap(), [], "the instance that was killed is gone");
	for (deal, expected) in [(failing, 4), (crashing, 1), (looping, 4)] {
		let rows = db.replicates_of(deal, 0, 2).await.unwrap();
		assert_eq!(rows.len(), expected, "{deal:?}");
		assert_eq!(db.take_part(deal, &[]).await.unwrap(), Some(0), "its owner is gone");
	}
	let rows = db.replicates_of(failing, 0, 2).await.unwrap();
	let words = rows[0].part.cause.as_ref().map(|cause| (cause.cause, cause.words.contains("cannot pay its fee")));
	assert!(rows[0].part.is_own_trouble() && words == Some((None, true)), "{rows:?}");
}
