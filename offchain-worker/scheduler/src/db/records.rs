//! How results of strangers turned out.
//!
//! Instances that share the database put marks on the same rows, one after the other: a row is locked while one of them
//! does.

use std::collections::BTreeMap;

use rlc_primitives::{AccountId, Moment};
use sp_core::H256;
use sqlx::{Any, Transaction};

use super::{
	rows::{account, bytes32, number, unsigned},
	write::{write_rows, Table, Value, ROWS},
	Db, DbError,
};
use crate::model::{Mark, Record, KEPT, MAX_RECORDS};

/// The name of the secret in `meta`.
const SECRET: &str = "votes";

const RECORDS: Table = Table {
	name: "records",
	columns: &["worker", "validated", "refuted", "lost", "setbacks", "bans", "away", "banned", "seen"],
	key: "worker",
	lasting: None,
};

const RECORD: &str = "SELECT worker, validated, refuted, lost, setbacks, bans, away, banned FROM records";

/// What comes last is removed first: records of those that are neither banned nor have anything to lose, the oldest first. Anybody
/// can make any number of them.
const OF_MOST_WORTH: &str = "ORDER BY CASE WHEN validated > 0 OR banned > $1 THEN 0 ELSE 1 END, seen DESC, worker";

type RecordText = (String, i64, i64, i64, i64, i64, i64, i64);

impl Db {
	/// Returns the secret by which it is decided on which tasks a proven stranger has a vote of its own. It outlives restarts, and
	/// instances share it.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn secret_of_votes(&self) -> Result<H256, DbError> {
		let fresh = hex::encode(rand::random::<[u8; 32]>());
		Ok(H256(bytes32(&self.meta_or_insert(SECRET, &fresh).await?)?))
	}

	/// Returns the record of a worker. One that did nothing here as a stranger has an empty one.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn record(&self, worker: &AccountId) -> Result<Record, DbError> {
		let sql = format!("{RECORD} WHERE worker = $1");
		let query = sqlx::query_as::<_, RecordText>(&sql).bind(account(worker));
		let row = query.fetch_optional(&self.pool()).await?;
		Ok(row.map(record).transpose()?.map_or_else(Record::default, |(_, record)| record))
	}

	/// Returns the workers that may not join at `now` since their results were refuted, each with the time at which that ends,
	/// both in ms.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn refuted(&self, now: Moment) -> Result<BTreeMap<AccountId, Moment>, DbError> {
		let query = sqlx::query_as::<_, (String, i64)>("SELECT worker, banned FROM records WHERE banned > $1");
		let rows = query.bind(number(now)).fetch_all(&self.pool()).await?;
		rows.into_iter().map(|(worker, banned)| Ok((bytes32(&worker)?.into(), unsigned(banned)))).collect()
	}

	/// Lets a worker come back at once, if its record keeps it away. What it did still counts.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn lift(&self, worker: &AccountId) -> Result<(), DbError> {
		let query = sqlx::query("UPDATE records SET setbacks = 0, away = 0, banned = 0 WHERE worker = $1");
		query.bind(account(worker)).execute(&self.pool()).await?;
		Ok(())
	}

	/// Removes records in which nothing has happened for long, and those beyond the number that is kept.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn prune_records(&self, now: Moment) -> Result<(), DbError> {
		let old = sqlx::query("DELETE FROM records WHERE seen <= $1 AND banned <= $2");
		old.bind(number(now.saturating_sub(KEPT))).bind(number(now)).execute(&self.pool()).await?;
		let sql = format!(
			"DELETE FROM records WHERE worker IN (SELECT worker FROM records {OF_MOST_WORTH} LIMIT $2 OFFSET $3)"
		);
		let most = sqlx::query(&sql).bind(number(now)).bind(i64::MAX).bind(number(MAX_RECORDS as u64));
		most.execute(&self.pool()).await?;
		Ok(())
	}

	/// Puts marks on records, in their order. Strangers without any have no row.
	pub(super) async fn write_marks(
		&self,
		transaction: &mut Transaction<'_, Any>,
		marks: &[(AccountId, Mark, Moment)],
	) -> Result<(), DbError> {
		let mut of_workers = BTreeMap::<&AccountId, Vec<(Mark, Moment)>>::new();
		for (worker, mark, at) in marks {
			of_workers.entry(worker).or_default().push((*mark, *at));
		}
		let workers = of_workers.keys().copied().collect::<Vec<_>>();
		// In the same sequence at all instances, so that none waits for another that waits for it.
		for chunk in workers.chunks(ROWS) {
			let mut records = self.records_of(transaction, chunk).await?;
			for worker in chunk {
				let (record, seen) = records.entry((*worker).clone()).or_default();
				for (mark, at) in of_workers.get(worker).into_iter().flatten() {
					record.mark(*mark, *at);
					*seen = *at;
				}
			}
			let rows = records.into_iter().collect::<Vec<_>>();
			write_rows(transaction, &RECORDS, rows.iter().collect(), values).await?;
		}
		Ok(())
	}

	/// Returns the records of workers as they are written down, and keeps other instances from changing them until the
	/// transaction ends.
	async fn records_of(
		&self,
		transaction: &mut Transaction<'_, Any>,
		workers: &[&AccountId],
	) -> Result<BTreeMap<AccountId, (Record, Moment)>, DbError> {
		if self.shared {
			// What is not there cannot be locked.
			for worker in workers {
				let sql = "INSERT INTO records (worker, validated, refuted, lost, setbacks, bans, away, banned, seen) \
					VALUES ($1, 0, 0, 0, 0, 0, 0, 0, 0) ON CONFLICT (worker) DO NOTHING";
				sqlx::query(sql).bind(account(worker)).execute(&mut **transaction).await?;
			}
		}
		let parameters = (1..=workers.len()).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ");
		let lock = if self.shared { "ORDER BY worker FOR UPDATE" } else { "" };
		let sql = format!("{RECORD} WHERE worker IN ({parameters}) {lock}");
		let query = sqlx::query_as::<Any, RecordText>(&sql);
		let query = workers.iter().fold(query, |query, worker| query.bind(account(worker)));
		let rows = query.fetch_all(&mut **transaction).await?;
		rows.into_iter().map(|row| record(row).map(|(worker, record)| (worker, (record, 0)))).collect()
	}
}

fn record(row: RecordText) -> Result<(AccountId, Record), DbError> {
	let (worker, validated, refuted, lost, setbacks, bans, away, banned) = row;
	let [validated, refuted, lost, setbacks, bans, away, banned] =
		[validated, refuted, lost, setbacks, bans, away, banned].map(unsigned);
	Ok((bytes32(&worker)?.into(), Record { validated, refuted, lost, setbacks, bans, away, banned }))
}

fn values((worker, (record, seen)): &(AccountId, (Record, Moment))) -> Vec<Value> {
	let Record { validated, refuted, lost, setbacks, bans, away, banned } = *record;
	let numbers = [validated, refuted, lost, setbacks, bans, away, banned, *seen];
	let numbers = numbers.into_iter().map(|value| Value::Number(number(value)));
	std::iter::once(Value::Text(account(worker))).chain(numbers).collect()
}
