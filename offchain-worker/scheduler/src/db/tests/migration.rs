//! Databases as older versions wrote them.

use rlc_primitives::work::FailureCause;
use sqlx::AnyPool;

use super::*;
use crate::model::Selling;

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

/// What version 3 wrote otherwise: delegations that expire.
const VERSION_3: [&str; 3] = [
	"UPDATE meta SET value = '3' WHERE name = 'version'",
	"ALTER TABLE replicates ADD COLUMN expiry BIGINT NOT NULL DEFAULT 0",
	"DELETE FROM mail",
];

/// Makes a database of version 1, 2 or 3.
async fn write_version(version: i64, url: &str) {
	sqlx::any::install_default_drivers();
	let pool = AnyPool::connect(url).await.unwrap();
	let second = VERSION_2.iter().filter(|_| version >= 2);
	let third = VERSION_3.iter().filter(|_| version >= 3);
	for sql in VERSION_1.iter().chain(second).chain(third) {
		let sql = sql.replace("TASK", &hex::encode(task(3).id().0)).replace("DEAL", &hex::encode(DEAL.0));
		sqlx::query(&sql).execute(&pool).await.unwrap();
	}
	pool.close().await;
}

async fn is_migrated(db: &Db) {
	assert_eq!(db.meta("version").await.unwrap().as_deref(), Some("4"));
	assert_eq!(db.paid(&account(1)).await.unwrap(), 0, "it is counted from now on");
	let mail = sqlx::query_as::<_, (i64,)>("SELECT COUNT(*) FROM mail").fetch_one(&db.pool).await.unwrap();
	assert_eq!(mail, (0,), "instructions have another form now");
	assert_eq!(db.cursor().await.unwrap(), Some(12));
	let business = db.business(NOW).await.unwrap();
	assert_eq!((business.machines.len(), business.selling), (0, Selling::default()), "nothing was counted before");
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
	for version in [1, 2, 3] {
		let dir = tempfile::tempdir().unwrap();
		let url = sqlite(dir.path());
		write_version(version, &format!("{url}?mode=rwc")).await;
		let db = Db::open(&url, NOW).await.unwrap();
		is_migrated(&db).await;
		db.write(&Batch { replicates: vec![replicate(4, 1, Step::Created)], ..Default::default() }).await.unwrap();
		db.close().await;
		drop(db);
		let db = Db::open(&url, NOW).await.unwrap();
		is_migrated(&db).await;
		let (_, parts) = db.task(task(4).id()).await.unwrap();
		assert_eq!(parts, [replicate(4, 1, Step::Created)], "new rows have an expiry");
	}
}

#[tokio::test]
async fn postgres_of_older_versions_is_migrated_once_no_older_instance_works_with_it() {
	for version in [1, 2, 3] {
		let Some(postgres) = Postgres::start() else { return };
		write_version(version, &postgres.url).await;
		let pool = AnyPool::connect(&postgres.url).await.unwrap();
		let query = sqlx::query("INSERT INTO instances (instance, expires) VALUES ('old', $1)");
		query.bind((NOW + LEASE) as i64).execute(&pool).await.unwrap();
		assert!(matches!(Db::open(&postgres.url, NOW).await, Err(DbError::OldInstance)));
		let query = sqlx::query_as::<_, (String,)>("SELECT value FROM meta WHERE name = 'version'");
		let (found,) = query.fetch_one(&pool).await.unwrap();
		assert_eq!(found, version.to_string(), "nothing has changed");
		is_migrated(&Db::open(&postgres.url, NOW + LEASE).await.unwrap()).await;
	}
}

#[tokio::test]
async fn unreadable_mail_is_dropped() {
	let Some(postgres) = Postgres::start() else { return };
	let db = open(&postgres).await;
	db.renew(NOW).await.unwrap();
	db.write(&Batch { arrived: [account(1)].into(), ..Default::default() }).await.unwrap();
	db.send_mail(&account(1), &Instruction::Drain).await.unwrap();
	sqlx::query("UPDATE mail SET body = '{\"order\":\"drain\"}'").execute(&db.pool).await.unwrap();
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

	let db = Db::open(&url, NOW).await.unwrap();
	assert_eq!(db.meta("version").await.unwrap().as_deref(), Some("4"));
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
