//! Each check runs on SQLite and on PostgreSQL: on a real server, started for the test.

mod business;
mod failover;
mod full;
mod migration;
mod records;
mod tls;

use std::path::Path;

use rlc_primitives::{DealId, Moment, TaskId, WorkerpoolId};
use rlc_protocol::{
	worker::{Cause, Instruction, Logs, Step},
	TaskRef,
};
use sp_core::{H160, H256};

use super::{siblings::LEASE, *};
use crate::{
	model::{Replicate, Voice, STRANGERS},
	testing::{account, postgres::Postgres, scene::report},
};

/// Returns an instance that lives.
async fn open(postgres: &Postgres) -> Db {
	let db = Db::open(&postgres.url).await.unwrap();
	db.enlist().await.unwrap();
	db
}

/// Lets an instance be silent for longer than its lease.
async fn silence(db: &Db) {
	let query = sqlx::query("UPDATE instances SET expires = 0 WHERE instance = $1").bind(&db.instance);
	query.execute(&db.pool()).await.unwrap();
}

fn sqlite(dir: &Path) -> String {
	format!("sqlite:{}", dir.join("test.db").display())
}

const CAUSE: rlc_json::FailureCause =
	rlc_json::FailureCause(rlc_primitives::work::FailureCause::AppFailed { code: -2 });

/// When the tests open databases, in ms.
const NOW: Moment = 1_000;

const DEAL: DealId = DealId(H256::repeat_byte(1));

fn task(index: u64) -> TaskRef {
	TaskRef { deal: DEAL, index }
}

fn replicate(index: u64, worker: u8, step: Step) -> ReplicateRow {
	let cause = Cause { cause: Some(CAUSE), words: "it \0broke".into() };
	let cause = (step == Step::Failed).then_some(cause);
	let part = Replicate { voter: account(50), step, since: 7, cause, output: 9, expiry: 11 };
	ReplicateRow { task: task(index), worker: account(worker), part }
}

/// Returns that a worker votes for itself, and is vouched for.
fn own(n: u8) -> Voice {
	Voice { voter: account(n), is_vouched: true }
}

async fn with_deal(db: &Db, size: u64) {
	let batch = Batch { deals: vec![DealRow { deal: DEAL, first: 3, size }], ..Default::default() };
	db.write(&batch).await.unwrap();
}

async fn rows_are_read_as_written(db: &Db) {
	let row = |given_up: Option<&str>| TaskRow {
		task: task(3),
		given_up: given_up.map(Into::into),
		stored: Some(0),
		result: Some("bafk".into()),
		data: Some(vec![5]),
	};
	let logs = Logs { stdout: "out\0".repeat(40_000), stderr: "err".into() };
	let log = LogRow { task: task(3).id(), deal: DEAL, worker: account(1), logs };
	let many = (3..200).map(|index| replicate(index, 1, Step::Created));
	let batch = Batch {
		deals: vec![DealRow { deal: DEAL, first: 3, size: 197 }],
		replicates: many.chain([replicate(3, 2, Step::Failed), replicate(3, 1, Step::Computed)]).collect(),
		tasks: vec![row(None), row(Some("why"))],
		logs: vec![log.clone(), log],
		cursor: Some(12),
		..Default::default()
	};
	db.write(&batch).await.unwrap();
	assert_eq!(db.replicates_of(DEAL, 0, 1_000).await.unwrap().len(), 198);
	let mut parts = db.replicates_of(DEAL, 3, 1).await.unwrap();
	parts.sort_by_key(|row| row.worker.clone());
	assert_eq!(parts[0], replicate(3, 1, Step::Computed), "the last one counts");
	let cause = parts[1].part.cause.clone().unwrap();
	assert_eq!((cause.cause, cause.words.as_str()), (Some(CAUSE), "it \u{fffd}broke"));
	assert_eq!(db.tasks_of(DEAL, 3, 1).await.unwrap(), [row(Some("why"))]);
	assert_eq!(db.task(task(3).id()).await.unwrap().1.len(), 2);
	assert_eq!(db.task(TaskId::default()).await.unwrap(), (None, Vec::new()));
	let logs = db.logs(task(3).id()).await.unwrap();
	assert_eq!((logs.len(), logs[0].logs.stderr.as_str()), (1, "err"));
	assert!((60_000..=200_000).contains(&logs[0].logs.stdout.len()), "the end of it");
	assert_eq!(db.cursor().await.unwrap(), Some(12));
	db.write(&Batch { cursor: Some(11), ..Default::default() }).await.unwrap();
	assert_eq!(db.cursor().await.unwrap(), Some(12), "it does not go back");
}

async fn parts_are_taken_once(db: &Db) {
	with_deal(db, 1_001).await;
	db.renew().await.unwrap();
	let mut held = Vec::new();
	while let Some(part) = db.take_part(DEAL, &held).await.unwrap() {
		held.push(part);
	}
	assert_eq!(held, [0, 1, 2], "500, 500 and one task");
	db.write(&Batch { done: vec![(DEAL, 1)], ..Default::default() }).await.unwrap();
	assert_eq!(db.take_part(DEAL, &[0, 2]).await.unwrap(), None, "what is done is done");
	assert_eq!(db.take_part(DEAL, &[]).await.unwrap(), Some(0), "its own again, after a restart");
	assert_eq!(db.take_part(DealId::default(), &[]).await.unwrap(), None);
}

async fn closed_deals_are_pruned(db: &Db) {
	with_deal(db, 10).await;
	let batch = Batch { replicates: vec![replicate(3, 1, Step::Created)], ..Default::default() };
	db.write(&batch).await.unwrap();
	assert_eq!(db.open_deals().await.unwrap(), [DealRow { deal: DEAL, first: 3, size: 10 }]);
	db.write(&Batch { closed: vec![(DEAL, 500)], ..Default::default() }).await.unwrap();
	assert_eq!(db.open_deals().await.unwrap(), []);
	assert_eq!(db.prune_closed_before(500).await.unwrap(), 0);
	assert_eq!(db.replicates_of(DEAL, 0, 100).await.unwrap().len(), 1);
	assert_eq!(db.prune_closed_before(501).await.unwrap(), 1);
	assert_eq!(db.replicates_of(DEAL, 0, 100).await.unwrap().len(), 0);
}

async fn payments_add_up_until_they_are_old(db: &Db) {
	let pay = |amount: u128, at: u64| Batch { paid: [(account(1), (amount, at))].into(), ..Default::default() };
	for (amount, at) in [(5, 100), (7, 200)] {
		db.write(&pay(amount, at)).await.unwrap();
	}
	assert_eq!([db.paid(&account(1)).await.unwrap(), db.paid(&account(2)).await.unwrap()], [12, 0]);
	db.prune_closed_before(200).await.unwrap();
	assert_eq!(db.paid(&account(1)).await.unwrap(), 12, "as long as it pays now and then");
	for at in [300, 301, 302] {
		db.write(&pay(u128::MAX, at)).await.unwrap();
	}
	assert!(db.paid(&account(1)).await.unwrap() > 1 << 60, "it does not wrap");
	db.prune_closed_before(303).await.unwrap();
	assert_eq!(db.paid(&account(1)).await.unwrap(), 0);
}

#[tokio::test]
async fn sqlite_adds_up_payments() {
	let dir = tempfile::tempdir().unwrap();
	payments_add_up_until_they_are_old(&Db::open(&sqlite(dir.path())).await.unwrap()).await;
}

#[tokio::test]
async fn sqlite_keeps_rows() {
	let dir = tempfile::tempdir().unwrap();
	rows_are_read_as_written(&Db::open(&sqlite(dir.path())).await.unwrap()).await;
}

#[tokio::test]
async fn sqlite_gives_parts_once() {
	let dir = tempfile::tempdir().unwrap();
	parts_are_taken_once(&Db::open(&sqlite(dir.path())).await.unwrap()).await;
}

#[tokio::test]
async fn sqlite_prunes_closed_deals() {
	let dir = tempfile::tempdir().unwrap();
	closed_deals_are_pruned(&Db::open(&sqlite(dir.path())).await.unwrap()).await;
}

#[tokio::test]
async fn what_was_written_survives_a_kill() {
	let dir = tempfile::tempdir().unwrap();
	let db = Db::open(&sqlite(dir.path())).await.unwrap();
	with_deal(&db, 10).await;
	let part = db.take_part(DEAL, &[]).await.unwrap();
	db.write(&Batch { replicates: vec![replicate(3, 1, Step::Created)], ..Default::default() }).await.unwrap();
	// Killed: nothing is closed or flushed. The copy is what another process would find.
	let copy = tempfile::tempdir().unwrap();
	for file in std::fs::read_dir(dir.path()).unwrap().flatten() {
		std::fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
	}
	let after = Db::open(&sqlite(copy.path())).await.unwrap();
	assert_eq!(after.replicates_of(DEAL, 0, 10).await.unwrap(), [replicate(3, 1, Step::Created)]);
	assert_eq!(after.take_part(DEAL, &[]).await.unwrap(), part);
}

#[tokio::test]
async fn file_may_be_in_a_folder_of_any_name() {
	let dir = tempfile::tempdir().unwrap();
	let names = ["50%41 off", "what?mode=memory", "hash#1", "Größe-大", "a&b=c", "it's", "a+b", ":memory:", "file:x"];
	for name in names {
		let folder = dir.path().join(name);
		let url = sqlite(&folder);
		Db::open(&url).await.unwrap().meta_or_insert("secret", name).await.unwrap();
		// A second time, it is there.
		assert_eq!(Db::open(&url).await.unwrap().meta_or_insert("secret", "").await.unwrap(), name);
		assert!(folder.join("test.db").is_file(), "{name}");
	}
	assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), names.len(), "nothing is beside them");
}

#[test]
fn folder_whose_name_is_not_text_is_refused() {
	use std::os::unix::ffi::OsStrExt;
	let dir = tempfile::tempdir().unwrap();
	let folder = dir.path().join(std::ffi::OsStr::from_bytes(b"\xff"));
	std::fs::create_dir(&folder).unwrap();
	assert!(connections::file_url(&folder.join("test.db")).unwrap_err().to_string().contains("not UTF-8"));
}

#[tokio::test]
async fn one_file_serves_one_scheduler_of_one_pool() {
	let dir = tempfile::tempdir().unwrap();
	let url = sqlite(dir.path());
	let db = Db::open(&url).await.unwrap();
	assert!(matches!(Db::open(&url).await, Err(DbError::InUse(_))));
	let secret = db.meta_or_insert("secret", "one").await.unwrap();
	assert_eq!(db.meta_or_insert("secret", "two").await.unwrap(), secret);
	sqlx::query("UPDATE meta SET value = '9' WHERE name = 'version'").execute(&db.pool()).await.unwrap();
	db.close().await;
	drop(db);
	assert!(matches!(Db::open(&url).await, Err(DbError::TooNew { found: 9, known: 5 })));
	let other = tempfile::tempdir().unwrap();
	let db = Db::open(&sqlite(other.path())).await.unwrap();
	let (one, two) = (WorkerpoolId(H160::repeat_byte(1)), WorkerpoolId(H160::repeat_byte(2)));
	let (chain, fork) = (H256::repeat_byte(1), H256::repeat_byte(2));
	assert_eq!(db.workerpool(chain).await.unwrap(), None);
	db.claim(one, chain).await.unwrap();
	db.claim(one, chain).await.unwrap();
	assert_eq!((db.workerpool(chain).await.unwrap(), db.workerpool(fork).await.unwrap()), (Some(one), None));
	assert!(matches!(db.claim(two, chain).await, Err(DbError::OtherPool { .. })));
	assert!(matches!(db.claim(one, fork).await, Err(DbError::OtherPool { .. })));
}

#[tokio::test]
async fn postgres_keeps_rows() {
	let Some(postgres) = Postgres::start() else { return };
	rows_are_read_as_written(&open(&postgres).await).await;
	payments_add_up_until_they_are_old(&open(&postgres).await).await;
}

#[tokio::test]
async fn postgres_gives_parts_once_and_prunes_closed_deals() {
	let Some(postgres) = Postgres::start() else { return };
	let db = open(&postgres).await;
	parts_are_taken_once(&db).await;
	db.write(&Batch { done: vec![(DEAL, 0), (DEAL, 2)], closed: vec![(DEAL, 1)], ..Default::default() }).await.unwrap();
	assert_eq!(db.prune_closed_before(2).await.unwrap(), 1);
	closed_deals_are_pruned(&db).await;
}

#[tokio::test]
async fn siblings_never_take_the_same_part() {
	let Some(postgres) = Postgres::start() else { return };
	let (one, two) = (open(&postgres).await, open(&postgres).await);
	with_deal(&one, 5_000).await;
	let take = |db: Db, mut held: Vec<u64>| async move {
		while let Some(part) = db.take_part(DEAL, &held).await.unwrap() {
			held.push(part);
		}
		held
	};
	// However fast the other is, it has one to leave.
	let has = one.take_part(DEAL, &[]).await.unwrap().expect("nobody has any yet");
	let (first, second) = tokio::join!(take(one.clone(), vec![has]), take(two.clone(), Vec::new()));
	let mut all = [first.clone(), second].concat();
	all.sort_unstable();
	assert_eq!(all, (0..10).collect::<Vec<_>>());
	assert_eq!(one.siblings().await.unwrap(), 1);

	one.leave_part(DEAL, first[0]).await.unwrap();
	assert_eq!(one.take_part(DEAL, &first[1..]).await.unwrap(), None, "it has no worker for it");
	let mut held = all.iter().filter(|part| !first.contains(part)).copied().collect::<Vec<_>>();
	assert_eq!(two.take_part(DEAL, &held).await.unwrap(), Some(first[0]), "the other may have");
	held.push(first[0]);
	assert_eq!(two.bury().await.unwrap(), 0, "both live");
	silence(&one).await;
	assert_eq!(two.take_part(DEAL, &held).await.unwrap(), None, "it may have written something since");
	one.renew().await.expect("nobody buried it");
	silence(&one).await;
	assert_eq!(two.bury().await.unwrap(), 1);
	assert!(matches!(one.renew().await, Err(DbError::LeaseLost)), "too late");
	while let Some(part) = two.take_part(DEAL, &held).await.unwrap() {
		held.push(part);
	}
	assert_eq!(held.len(), 10, "what the silent one owned");
	two.resign().await.unwrap();
	assert_eq!(one.siblings().await.unwrap(), 0);
}

#[tokio::test]
async fn instance_that_was_buried_writes_nothing_more_and_leaves_nothing_behind() {
	let Some(postgres) = Postgres::start() else { return };
	let (one, two) = (open(&postgres).await, open(&postgres).await);
	one.announce("http://one").await.unwrap();
	let here = Batch { arrived: [(account(1), own(1))].into(), ..Default::default() };
	one.write(&here).await.unwrap();
	two.send_mail(&account(1), &Instruction::Drain).await.unwrap();
	silence(&one).await;
	one.write(&here).await.expect("nobody buried it");
	assert_eq!(two.bury().await.unwrap(), 1);
	let part = Batch { replicates: vec![replicate(3, 1, Step::Created)], ..Default::default() };
	assert!(matches!(one.write(&part).await, Err(DbError::LeaseLost)), "however long it hung");
	assert_eq!(two.replicates_of(DEAL, 0, 10).await.unwrap(), []);
	for table in ["workers", "mail", "addresses"] {
		let sql = format!("SELECT COUNT(*) FROM {table}");
		let (left,) = sqlx::query_as::<_, (i64,)>(&sql).fetch_one(&two.pool()).await.unwrap();
		assert_eq!(left, 0, "{table}");
	}
}

#[tokio::test]
async fn instance_is_not_buried_while_it_writes() {
	let Some(postgres) = Postgres::start() else { return };
	let (one, two) = (open(&postgres).await, open(&postgres).await);
	let mut writing = one.pool().begin().await.unwrap();
	one.ensure_alive(&mut writing).await.unwrap();
	silence(&one).await;
	let waited = two.bury().await.unwrap_err();
	assert!(waited.is_passing(), "{waited}");
	one.renew().await.expect("its own signs of life do not wait for its writes");
	silence(&one).await;
	writing.commit().await.unwrap();
	assert_eq!(two.bury().await.unwrap(), 1);
}

#[tokio::test]
async fn clocks_of_instances_do_not_matter() {
	let Some(postgres) = Postgres::start() else { return };
	let one = open(&postgres).await;
	let sql = format!("SELECT expires - {} FROM instances", one.clock());
	let (left,) = sqlx::query_as::<_, (i64,)>(&sql).fetch_one(&one.pool()).await.unwrap();
	assert!((LEASE as i64 - 5_000..=LEASE as i64).contains(&left), "{left}");
}

async fn number_of_a_claim_is_good_once_for_each_account(db: &Db) {
	let nonce = H256::repeat_byte(7);
	assert!(db.use_nonce(&account(1), nonce, 1_000).await.unwrap());
	assert!(!db.use_nonce(&account(1), nonce, 2_000).await.unwrap());
	assert!(db.use_nonce(&account(2), nonce, 2_000).await.unwrap());
	db.prune_nonces(1_000).await.unwrap();
	assert!(db.use_nonce(&account(1), nonce, 3_000).await.unwrap(), "it has expired, so it does not matter");
	assert!(!db.use_nonce(&account(2), nonce, 3_000).await.unwrap());
}

#[tokio::test]
async fn sqlite_remembers_claims() {
	let dir = tempfile::tempdir().unwrap();
	number_of_a_claim_is_good_once_for_each_account(&Db::open(&sqlite(dir.path())).await.unwrap()).await;
}

#[tokio::test]
async fn postgres_remembers_claims() {
	let Some(postgres) = Postgres::start() else { return };
	number_of_a_claim_is_good_once_for_each_account(&open(&postgres).await).await;
}

#[test]
fn errors_that_pass_are_known_by_their_codes() {
	for passing in ["08006", "25006", "40001", "40P01", "53300", "55P03", "57P01", "57P03", "58030", "5", "517", "13"] {
		assert!(is_passing_code(passing), "{passing}");
	}
	for lasting in ["42P01", "23505", "28P01", "3D000", "1", "11", "19", "26", ""] {
		assert!(!is_passing_code(lasting), "{lasting}");
	}
	assert!(DbError::Standby.is_passing() && !DbError::LeaseLost.is_passing());
}

#[tokio::test]
async fn siblings_pass_on_instructions_and_reports() {
	let Some(postgres) = Postgres::start() else { return };
	let (one, two) = (open(&postgres).await, open(&postgres).await);
	let worker = account(1);
	let shared = Voice { voter: STRANGERS, is_vouched: false };
	let arrived = [(worker.clone(), own(1)), (account(2), shared.clone())].into();
	two.write(&Batch { arrived, ..Default::default() }).await.unwrap();
	assert_ne!(one.leads().await.unwrap(), two.leads().await.unwrap(), "one of them");
	let mut elsewhere = one.workers_elsewhere().await.unwrap();
	elsewhere.sort_by_key(|(worker, _)| worker.clone());
	assert_eq!(elsewhere, [(worker.clone(), own(1)), (account(2), shared)]);
	assert_eq!(two.workers_elsewhere().await.unwrap(), []);
	one.send_mail(&worker, &Instruction::Drain).await.unwrap();
	one.send_mail(&account(9), &Instruction::Drain).await.unwrap();
	assert_eq!(two.take_mail().await.unwrap(), [(worker.clone(), Instruction::Drain)]);
	assert_eq!(two.take_mail().await.unwrap(), [], "once");

	one.write(&Batch { replicates: vec![replicate(3, 1, Step::Created)], ..Default::default() }).await.unwrap();
	two.pass_on(&worker, &report(task(3).id(), Step::Uploaded), Some(77)).await.unwrap();
	let row = one.replicates_of(DEAL, 3, 1).await.unwrap().remove(0);
	assert_eq!((row.part.step, row.part.output), (Step::Uploaded, 77));
	let departed = Batch { departed: [worker, account(2)].into(), ..Default::default() };
	two.write(&departed).await.unwrap();
	assert_eq!(one.workers_elsewhere().await.unwrap(), []);
}

#[tokio::test]
async fn siblings_write_down_what_their_workers_bring_for_each_other() {
	let Some(postgres) = Postgres::start() else { return };
	let (one, two) = (open(&postgres).await, open(&postgres).await);
	let (id, worker, stranger) = (task(3).id(), account(1), account(9));
	one.write(&Batch { replicates: vec![replicate(3, 1, Step::Revealed)], ..Default::default() }).await.unwrap();
	let logs = |text: &str| Logs { stdout: text.repeat(70_000), stderr: String::new() };
	for (who, text) in [(&worker, "x"), (&worker, "y"), (&stranger, "z")] {
		two.bring_logs(id, who, &logs(text)).await.unwrap();
	}
	let kept = one.logs(id).await.unwrap();
	assert_eq!((kept.len(), &kept[0].worker.0), (1, &worker), "nobody else has a part in it");
	assert_eq!(kept[0].logs, Logs { stdout: "y".repeat(64 << 10), stderr: String::new() }, "the last, and no more");

	two.bring_data(id, &stranger, &[6]).await.unwrap();
	assert_eq!(one.data_of(&[id]).await.unwrap(), []);
	for data in [[7], [8]] {
		two.bring_data(id, &worker, &data).await.unwrap();
	}
	let many = (0..1_200).map(|index| task(index).id()).collect::<Vec<_>>();
	assert_eq!(one.data_of(&many).await.unwrap(), [(id, vec![8])], "what was found to be right last");
	let row = TaskRow { task: task(3), given_up: Some("why".into()), stored: None, result: None, data: None };
	one.write(&Batch { tasks: vec![row.clone()], ..Default::default() }).await.unwrap();
	let (found, _) = one.task(id).await.unwrap();
	assert_eq!(
		found,
		Some(TaskRow { data: Some(vec![8]), ..row }),
		"an instance that has not seen them yet does not erase them"
	);
}

#[tokio::test]
async fn siblings_that_live_are_known_by_their_addresses() {
	let Some(postgres) = Postgres::start() else { return };
	let (one, two) = (open(&postgres).await, open(&postgres).await);
	for (db, url) in [(&one, "http://one"), (&two, "http://two")] {
		db.announce(url).await.unwrap();
	}
	assert_eq!(one.addresses_elsewhere().await.unwrap(), ["http://two"]);
	silence(&two).await;
	assert_eq!(one.addresses_elsewhere().await.unwrap(), Vec::<String>::new(), "it does not live");
	let again = open(&postgres).await;
	again.announce("http://two").await.unwrap();
	assert_eq!(one.addresses_elsewhere().await.unwrap(), ["http://two"], "once, after a restart");
	again.resign().await.unwrap();
	assert_eq!(one.addresses_elsewhere().await.unwrap(), Vec::<String>::new());
}
