//! Reading: at start, for tasks that are taken into memory, and for people.

use rlc_primitives::{AccountId, Balance, DealId, TaskId};
use rlc_protocol::{requester::WorkerLogs, worker::Logs, TaskRef};

use super::{
	rows::{self, deal_id, hash, number, unsigned},
	Db, DbError, DealRow, HomelessRow, ReplicateRow, TaskRow,
};

const REPLICATE: &str = "SELECT deal, idx, worker, operator, step, since, cause, words, output, expiry FROM replicates";
const TASK: &str = "SELECT deal, idx, given_up, stored, result, data FROM tasks";

impl Db {
	/// Returns the block up to which all deals are known; `None` at the first start.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn cursor(&self) -> Result<Option<u32>, DbError> {
		Ok(self.meta("cursor").await?.and_then(|text| text.parse().ok()))
	}

	/// Returns deals with tasks that are not closed, or not removed here.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn open_deals(&self) -> Result<Vec<DealRow>, DbError> {
		let sql = "SELECT deal, first, size FROM deals WHERE closed = 0 OR deal IN (SELECT deal FROM parts)";
		let rows = sqlx::query_as::<_, (String, i64, i64)>(sql).fetch_all(&self.pool()).await?;
		let row = |(deal, first, size): (String, _, _)| {
			Ok(DealRow { deal: deal_id(&deal)?, first: unsigned(first), size: unsigned(size) })
		};
		rows.into_iter().map(row).collect()
	}

	/// Returns the parts of workers in the tasks of a deal from index `from` on, `count` of them.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn replicates_of(&self, deal: DealId, from: u64, count: u64) -> Result<Vec<ReplicateRow>, DbError> {
		let sql = format!("{REPLICATE} WHERE deal = $1 AND idx >= $2 AND idx < $3");
		let query = sqlx::query_as(&sql).bind(hash(deal.0)).bind(number(from)).bind(number(from.saturating_add(count)));
		query.fetch_all(&self.pool()).await?.into_iter().map(rows::replicate).collect()
	}

	/// Returns what else is known of the tasks of a deal from index `from` on, `count` of them.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn tasks_of(&self, deal: DealId, from: u64, count: u64) -> Result<Vec<TaskRow>, DbError> {
		let sql = format!("{TASK} WHERE deal = $1 AND idx >= $2 AND idx < $3");
		let query = sqlx::query_as(&sql).bind(hash(deal.0)).bind(number(from)).bind(number(from.saturating_add(count)));
		query.fetch_all(&self.pool()).await?.into_iter().map(rows::task).collect()
	}

	/// Returns a task, with the parts of workers in it.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn task(&self, task: TaskId) -> Result<(Option<TaskRow>, Vec<ReplicateRow>), DbError> {
		let one = format!("{TASK} WHERE task = $1");
		let parts = format!("{REPLICATE} WHERE task = $1");
		let row = sqlx::query_as(&one).bind(hash(task.0)).fetch_optional(&self.pool()).await?;
		let parts = sqlx::query_as(&parts).bind(hash(task.0)).fetch_all(&self.pool()).await?;
		let parts = parts.into_iter().map(rows::replicate).collect::<Result<_, _>>()?;
		Ok((row.map(rows::task).transpose()?, parts))
	}

	/// Returns the results of a deal that were noted to be in no store, at most a thousand.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn homeless_of(&self, deal: DealId) -> Result<Vec<HomelessRow>, DbError> {
		let sql = "SELECT t.idx, t.result, MAX(r.since) FROM tasks t JOIN replicates r ON r.task = t.task \
			WHERE t.deal = $1 AND t.stored < 0 AND t.result <> '' AND t.given_up = '' GROUP BY t.idx, t.result \
			ORDER BY t.idx LIMIT 1000";
		let query = sqlx::query_as::<_, (i64, String, i64)>(sql).bind(hash(deal.0));
		let row = |(index, result, since)| HomelessRow {
			task: TaskRef { deal, index: unsigned(index) },
			result,
			since: unsigned(since),
		};
		Ok(query.fetch_all(&self.pool()).await?.into_iter().map(row).collect())
	}

	/// Returns what a requester recently paid for results that came into the store, in nRLC.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn paid(&self, requester: &AccountId) -> Result<Balance, DbError> {
		let query = sqlx::query_as::<_, (i64,)>("SELECT amount FROM paid WHERE account = $1");
		let row = query.bind(rows::account(requester)).fetch_optional(&self.pool()).await?;
		Ok(row.map_or(0, |(amount,)| rows::unsigned(amount).into()))
	}

	/// Returns what a task's apps wrote.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn logs(&self, task: TaskId) -> Result<Vec<WorkerLogs>, DbError> {
		let query = sqlx::query_as("SELECT worker, stdout, stderr FROM logs WHERE task = $1").bind(hash(task.0));
		let rows: Vec<(String, String, String)> = query.fetch_all(&self.pool()).await?;
		let logs = |(worker, stdout, stderr): (String, _, _)| {
			Ok(WorkerLogs { worker: rows::worker(&worker)?, logs: Logs { stdout, stderr } })
		};
		rows.into_iter().map(logs).collect()
	}
}
