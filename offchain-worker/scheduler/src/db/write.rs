//! Writing: all that one turn of the scheduler changed, in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use rlc_primitives::{AccountId, Balance, DealId, Moment};
use sqlx::{query::Query, Any, Transaction};

use super::{
	business::{write_endings, write_machines},
	nonces::is_first,
	rows::{account, hash, number, step_name, stored_cause, tail, words},
	Db, DbError, DealRow, LogRow, ReplicateRow, TaskRow,
};
use crate::model::{Ended, Machine, Mark, Voice};

/// Rows of one statement.
pub(super) const ROWS: usize = 40;

/// The most that counts of what a requester paid, in nRLC: more than there is, and less than a column holds.
const MOST_PAID: i64 = 1 << 61;

/// What one turn changed.
#[derive(Debug, Default)]
pub struct Batch {
	/// Names it, if it may be written again: what counts is counted once.
	pub name: String,
	/// New deals, and those that a fork undid and that are there again.
	pub deals: Vec<DealRow>,
	/// Deals whose tasks are all closed, with the time, in ms.
	pub closed: Vec<(DealId, Moment)>,
	/// Parts in tasks.
	pub replicates: Vec<ReplicateRow>,
	/// Tasks.
	pub tasks: Vec<TaskRow>,
	/// What apps wrote.
	pub logs: Vec<LogRow>,
	/// Parts of deals that are done.
	pub done: Vec<(DealId, u64)>,
	/// What requesters paid for results that came into the store, in nRLC, and when, in ms.
	pub paid: BTreeMap<AccountId, (Balance, Moment)>,
	/// Up to this block, all deals are known.
	pub cursor: Option<u32>,
	/// Workers that joined this instance, and as whom they vote.
	pub arrived: BTreeMap<AccountId, Voice>,
	/// Workers that this instance lost.
	pub departed: BTreeSet<AccountId>,
	/// Machines of workers that are here.
	pub machines: Vec<(AccountId, Machine)>,
	/// Tasks that ended.
	pub ended: Vec<Ended>,
	/// Marks on the records of strangers, and when, in ms.
	pub marks: Vec<(AccountId, Mark, Moment)>,
}

impl Batch {
	/// Returns whether there is nothing to write.
	pub fn is_empty(&self) -> bool {
		self.deals.is_empty()
			&& self.closed.is_empty()
			&& self.replicates.is_empty()
			&& self.tasks.is_empty()
			&& self.logs.is_empty()
			&& self.done.is_empty()
			&& self.paid.is_empty()
			&& self.cursor.is_none()
			&& self.arrived.is_empty()
			&& self.departed.is_empty()
			&& self.machines.is_empty()
			&& self.ended.is_empty()
			&& self.marks.is_empty()
	}

	/// Returns whether something of it is added to what is there, and so has to be written once.
	pub fn counts(&self) -> bool {
		!self.ended.is_empty() || !self.paid.is_empty() || !self.marks.is_empty()
	}
}

/// A value of a row.
pub(super) enum Value {
	Text(String),
	Number(i64),
}

impl Db {
	/// Writes all of a batch, or nothing.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn write(&self, batch: &Batch) -> Result<(), DbError> {
		if batch.is_empty() {
			return Ok(());
		}
		let mut transaction = self.pool().begin().await?;
		if self.shared {
			self.ensure_alive(&mut transaction).await?;
		}
		for deal in &batch.deals {
			let sql = "INSERT INTO deals (deal, first, size, next_part, closed) VALUES ($1, $2, $3, 0, 0) \
				ON CONFLICT (deal) DO UPDATE SET closed = 0";
			let query = sqlx::query(sql).bind(hash(deal.deal.0)).bind(number(deal.first)).bind(number(deal.size));
			query.execute(&mut *transaction).await?;
		}
		let replicates = newest(&batch.replicates, |row| (row.task, &row.worker));
		write_rows(&mut transaction, &REPLICATES, replicates, replicate_values).await?;
		write_rows(&mut transaction, &TASKS, newest(&batch.tasks, |row| row.task), task_values).await?;
		let logs = newest(&batch.logs, |row| (row.task, &row.worker));
		write_rows(&mut transaction, &LOGS, logs, log_values).await?;
		for (deal, part) in &batch.done {
			let query = sqlx::query("DELETE FROM parts WHERE deal = $1 AND part = $2");
			query.bind(hash(deal.0)).bind(number(*part)).execute(&mut *transaction).await?;
		}
		for (deal, at) in &batch.closed {
			let query = sqlx::query("UPDATE deals SET closed = $1 WHERE deal = $2 AND closed = 0");
			query.bind(number(*at)).bind(hash(deal.0)).execute(&mut *transaction).await?;
		}
		write_machines(&mut transaction, &batch.machines).await?;
		if batch.counts() && is_first(&mut transaction, &batch.name, self.clock()).await? {
			write_endings(&mut transaction, &batch.ended).await?;
			write_paid(&mut transaction, &batch.paid).await?;
			self.write_marks(&mut transaction, &batch.marks).await?;
		}
		if self.shared {
			self.write_workers(&mut transaction, batch).await?;
		}
		if let Some(block) = batch.cursor {
			// Another instance may be ahead. Numbers have one length, so that they compare as text.
			let sql = "INSERT INTO meta (name, value) VALUES ('cursor', $1) ON CONFLICT (name) DO UPDATE \
				SET value = excluded.value WHERE meta.value < excluded.value";
			sqlx::query(sql).bind(format!("{block:010}")).execute(&mut *transaction).await?;
		}
		transaction.commit().await?;
		Ok(())
	}

	/// Removes all that is known of deals that were closed before this time, in ms, and what was paid by requesters that
	/// have paid nothing since. Returns how many deals that were.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn prune_closed_before(&self, time: Moment) -> Result<u64, DbError> {
		let mut transaction = self.pool().begin().await?;
		let old = "SELECT deal FROM deals WHERE closed > 0 AND closed < $1";
		for table in ["replicates", "tasks", "logs", "parts"] {
			let sql = format!("DELETE FROM {table} WHERE deal IN ({old})");
			sqlx::query(&sql).bind(number(time)).execute(&mut *transaction).await?;
		}
		let query = sqlx::query("DELETE FROM paid WHERE paid_at < $1");
		query.bind(number(time)).execute(&mut *transaction).await?;
		let query = sqlx::query("DELETE FROM deals WHERE closed > 0 AND closed < $1");
		let gone = query.bind(number(time)).execute(&mut *transaction).await?;
		transaction.commit().await?;
		Ok(gone.rows_affected())
	}
}

/// A table, its columns, and how a row replaces an older one.
pub(super) struct Table {
	pub name: &'static str,
	pub columns: &'static [&'static str],
	pub key: &'static str,
	/// A column that no empty text replaces: what another instance wrote there may not be known to this one yet.
	pub lasting: Option<&'static str>,
}

const REPLICATES: Table = Table {
	name: "replicates",
	columns: &["deal", "idx", "worker", "operator", "step", "since", "cause", "words", "output", "expiry", "task"],
	key: "task, worker",
	lasting: None,
};
const TASKS: Table = Table {
	name: "tasks",
	columns: &["deal", "idx", "given_up", "stored", "result", "data", "task"],
	key: "task",
	lasting: Some("data"),
};
const LOGS: Table = Table {
	name: "logs",
	columns: &["task", "worker", "deal", "stdout", "stderr"],
	key: "task, worker",
	lasting: None,
};

fn replicate_values(row: &ReplicateRow) -> Vec<Value> {
	let (cause, said) = match &row.part.cause {
		Some(cause) => (stored_cause(cause), words(&cause.words)),
		None => Default::default(),
	};
	vec![
		Value::Text(hash(row.task.deal.0)),
		Value::Number(number(row.task.index)),
		Value::Text(account(&row.worker)),
		Value::Text(account(&row.part.voter)),
		Value::Text(step_name(row.part.step)),
		Value::Number(number(row.part.since)),
		Value::Text(cause),
		Value::Text(said),
		Value::Number(number(row.part.output)),
		Value::Number(number(row.part.expiry)),
		Value::Text(hash(row.task.id().0)),
	]
}

fn task_values(row: &TaskRow) -> Vec<Value> {
	vec![
		Value::Text(hash(row.task.deal.0)),
		Value::Number(number(row.task.index)),
		Value::Text(words(row.given_up.as_deref().unwrap_or_default())),
		Value::Number(row.stored.map_or(-1, number)),
		Value::Text(row.result.clone().unwrap_or_default()),
		Value::Text(hex::encode(row.data.as_deref().unwrap_or_default())),
		Value::Text(hash(row.task.id().0)),
	]
}

fn log_values(row: &LogRow) -> Vec<Value> {
	vec![
		Value::Text(hash(row.task.0)),
		Value::Text(account(&row.worker)),
		Value::Text(hash(row.deal.0)),
		Value::Text(tail(&row.logs.stdout)),
		Value::Text(tail(&row.logs.stderr)),
	]
}

/// Returns the last row of each key: one statement cannot write a row twice.
fn newest<'a, Row, Key: Ord>(rows: &'a [Row], key: impl Fn(&'a Row) -> Key) -> Vec<&'a Row> {
	rows.iter().map(|row| (key(row), row)).collect::<BTreeMap<_, _>>().into_values().collect()
}

/// Writes rows, many with one statement.
pub(super) async fn write_rows<Row>(
	transaction: &mut Transaction<'_, Any>,
	table: &Table,
	rows: Vec<&Row>,
	values: impl Fn(&Row) -> Vec<Value>,
) -> Result<(), DbError> {
	for chunk in rows.chunks(ROWS) {
		let sql = upsert(table, chunk.len());
		let query = chunk.iter().flat_map(|row| values(row)).fold(sqlx::query(&sql), bind);
		query.execute(&mut **transaction).await?;
	}
	Ok(())
}

fn bind<'q>(
	query: Query<'q, Any, sqlx::any::AnyArguments<'q>>,
	value: Value,
) -> Query<'q, Any, sqlx::any::AnyArguments<'q>> {
	match value {
		Value::Text(text) => query.bind(text),
		Value::Number(number) => query.bind(number),
	}
}

/// Adds what requesters paid to what they paid before.
async fn write_paid(
	transaction: &mut Transaction<'_, Any>,
	paid: &BTreeMap<AccountId, (Balance, Moment)>,
) -> Result<(), DbError> {
	for (requester, (amount, at)) in paid {
		let sql = "INSERT INTO paid (account, amount, paid_at) VALUES ($1, $2, $3) ON CONFLICT (account) DO UPDATE \
			SET amount = CASE WHEN paid.amount < $4 THEN paid.amount + excluded.amount ELSE paid.amount END, \
			paid_at = excluded.paid_at";
		let amount = i64::try_from(*amount).unwrap_or(MOST_PAID).min(MOST_PAID);
		let query = sqlx::query(sql).bind(account(requester)).bind(amount).bind(number(*at)).bind(MOST_PAID);
		query.execute(&mut **transaction).await?;
	}
	Ok(())
}

/// Returns the statement that writes this many rows.
fn upsert(table: &Table, rows: usize) -> String {
	let Table { name, columns, key, lasting } = table;
	let row = |nth: usize| {
		let parameters = (1..=columns.len()).map(|number| format!("${}", nth * columns.len() + number));
		format!("({})", parameters.collect::<Vec<_>>().join(", "))
	};
	let rows = (0..rows).map(row).collect::<Vec<_>>().join(", ");
	let set = |column: &&str| match lasting {
		Some(lasting) if lasting == column => {
			format!("{column} = CASE WHEN excluded.{column} = '' THEN {name}.{column} ELSE excluded.{column} END")
		}
		_ => format!("{column} = excluded.{column}"),
	};
	let sets = columns.iter().map(set).collect::<Vec<_>>().join(", ");
	format!("INSERT INTO {name} ({}) VALUES {rows} ON CONFLICT ({key}) DO UPDATE SET {sets}", columns.join(", "))
}
