//! Databases as older versions wrote them.

use rlc_primitives::work::FailureCause;
use sqlx::AnyPool;

use super::*;

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

/// Makes a database of version 1.
async fn write_version_1(url: &str) {
	sqlx::any::install_default_drivers();
	let pool = AnyPool::connect(url).await.unwrap();
	for sql in VERSION_1 {
		let sql = sql.replace("TASK", &hex::encode(task(3).id().0)).replace("DEAL", &hex::encode(DEAL.0));
		sqlx::query(&sql).execute(&pool).await.unwrap();
	}
	pool.close().await;
}

async fn version_1_is_migrated(db: &Db) {
	assert_eq!(db.meta("version").await.unwrap().as_deref(), Some("2"));
	let mail = sqlx::query_as::<_, (i64,)>("SELECT COUNT(*) FROM mail").fetch_one(&db.pool).await.unwrap();
	assert_eq!(mail, (0,), "instructions have another form now");
	assert_eq!(db.cursor().await.unwrap(), Some(12));
	let (row, parts) = db.task(task(3).id()).await.unwrap();
	let given_up = Some("why".into());
	let expected =
		TaskRow { task: task(3), given_up, stored: Some(10), result: Some("bafk".into()), data: Some(vec![5]) };
	assert_eq!(row, Some(expected));
	let part = &parts[0].part;
	assert_eq!((part.step, part.since, part.output), (Step::Failed, 7, 9));
	let cause = part.cause.as_ref().unwrap();
	assert_eq!(
		(cause.words.as_str(), cause.cause),
		("it broke", Some(rlc_json::FailureCause(FailureCause::AppFailed { code: 3 })))
	);
}

#[tokio::test]
async fn sqlite_of_version_1_is_migrated() {
	let dir = tempfile::tempdir().unwrap();
	let url = sqlite(dir.path());
	write_version_1(&format!("{url}?mode=rwc")).await;
	let db = Db::open(&url, NOW).await.unwrap();
	version_1_is_migrated(&db).await;
	db.close().await;
	drop(db);
	version_1_is_migrated(&Db::open(&url, NOW).await.unwrap()).await;
}

#[tokio::test]
async fn postgres_of_version_1_is_migrated_once_no_older_instance_works_with_it() {
	let Some(postgres) = Postgres::start() else { return };
	write_version_1(&postgres.url).await;
	let pool = AnyPool::connect(&postgres.url).await.unwrap();
	let query = sqlx::query("INSERT INTO instances (instance, expires) VALUES ('old', $1)").bind((NOW + LEASE) as i64);
	query.execute(&pool).await.unwrap();
	assert!(matches!(Db::open(&postgres.url, NOW).await, Err(DbError::OldInstance)));
	let (version,) =
		sqlx::query_as::<_, (String,)>("SELECT value FROM meta WHERE name = 'version'").fetch_one(&pool).await.unwrap();
	assert_eq!(version, "1", "nothing has changed");
	version_1_is_migrated(&Db::open(&postgres.url, NOW + LEASE).await.unwrap()).await;
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
