//! Several instances of the scheduler share one pool, one PostgreSQL, and the work.
//!
//! Each worker is connected to one instance. The tasks of a deal are owned in parts ([`PART`](crate::model::PART) tasks):
//! only a part's owner assigns its tasks, to workers of its own, and sends extrinsics about them. A part is taken by a row
//! update that succeeds for one instance only, so no task is assigned twice. An instance that has no worker left for
//! a part leaves it to others.
//!
//! An instance lives as long as it has a row. It has a lease of [`LEASE`] ms, which each sign of life renews. One whose
//! lease ran out is buried by another: its row goes, and what it owned is free. Each write checks that the row is there,
//! and keeps it there until it is done. So nothing is written, and nothing decided, by an instance that was buried,
//! however long it hung; and whoever takes a part sees all that was written of it. All times are the database's.

use rlc_primitives::{AccountId, DealId, Moment, TaskId};
use rlc_protocol::worker::{Instruction, Logs, Report};
use sqlx::{Any, Transaction};

use super::{
	rows::{self, account, hash, number, step_name, tail, unsigned, words},
	Batch, Db, DbError,
};
use crate::model::Voice;

/// How long, in ms, a silent instance keeps what it owns.
pub const LEASE: Moment = 15_000;

/// How long, in ms, an instance does not take again what it left.
const ABSENCE: Moment = 5_000;

/// Tasks of one statement.
const ASKED: usize = 500;

/// What frees what an instance has.
const LEAVE: [&str; 4] = [
	"UPDATE parts SET owner = '' WHERE owner = $1",
	"DELETE FROM workers WHERE instance = $1",
	"DELETE FROM mail WHERE instance = $1",
	"DELETE FROM addresses WHERE instance = $1",
];

/// How long those that live are waited for, in PostgreSQL's words, before the dead are buried another time.
const LOCK_TIME: &str = "SET LOCAL lock_timeout = 1000";

impl Db {
	/// Says that this instance lives from now on.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn enlist(&self) -> Result<(), DbError> {
		if !self.shared {
			return Ok(());
		}
		let sql = format!(
			"INSERT INTO instances (instance, expires) VALUES ($1, {} + {LEASE}) ON CONFLICT (instance) DO UPDATE \
			 SET expires = excluded.expires",
			self.clock()
		);
		sqlx::query(&sql).bind(&self.instance).execute(&self.pool()).await?;
		Ok(())
	}

	/// Gives a sign of life of this instance.
	///
	/// # Errors
	///
	/// [`DbError::LeaseLost`] if it did not for too long, and was buried.
	pub async fn renew(&self) -> Result<(), DbError> {
		if !self.shared {
			return Ok(());
		}
		let sql = format!("UPDATE instances SET expires = {} + {LEASE} WHERE instance = $1", self.clock());
		if sqlx::query(&sql).bind(&self.instance).execute(&self.pool()).await?.rows_affected() == 0 {
			return Err(DbError::LeaseLost);
		}
		Ok(())
	}

	/// Buries the instances whose lease ran out: what they had is free. Returns how many.
	///
	/// # Errors
	///
	/// [`DbError`]. One that may pass, if such an instance is writing something.
	pub async fn bury(&self) -> Result<usize, DbError> {
		let mut transaction = self.pool().begin().await?;
		sqlx::query(LOCK_TIME).execute(&mut *transaction).await?;
		let sql =
			format!("DELETE FROM instances WHERE expires <= {} AND instance <> $1 RETURNING instance", self.clock());
		let query = sqlx::query_as::<_, (String,)>(&sql).bind(&self.instance);
		let dead = query.fetch_all(&mut *transaction).await?;
		for (instance,) in &dead {
			for sql in LEAVE {
				sqlx::query(sql).bind(instance).execute(&mut *transaction).await?;
			}
		}
		transaction.commit().await?;
		Ok(dead.len())
	}

	/// Checks that this instance lives, and keeps others from burying it until the transaction ends.
	///
	/// # Errors
	///
	/// [`DbError::LeaseLost`].
	pub(super) async fn ensure_alive(&self, transaction: &mut Transaction<'_, Any>) -> Result<(), DbError> {
		let query = sqlx::query_as::<_, (String,)>("SELECT instance FROM instances WHERE instance = $1 FOR KEY SHARE");
		let found = query.bind(&self.instance).fetch_optional(&mut **transaction).await?;
		found.map(|_| ()).ok_or(DbError::LeaseLost)
	}

	/// Leaves everything to others, at the end.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn resign(&self) -> Result<(), DbError> {
		if !self.shared {
			return Ok(());
		}
		let mut transaction = self.pool().begin().await?;
		for sql in LEAVE.into_iter().chain(["DELETE FROM instances WHERE instance = $1"]) {
			sqlx::query(sql).bind(&self.instance).execute(&mut *transaction).await?;
		}
		transaction.commit().await?;
		Ok(())
	}

	/// Takes a part of a deal that has no owner: one that was left or whose owner does not live, else a new one. Returns
	/// its number; `None` if there is none. `held` are the parts that this instance has in memory.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn take_part(&self, deal: DealId, held: &[u64]) -> Result<Option<u64>, DbError> {
		let deal = hash(deal.0);
		let sql = format!(
			"SELECT part, owner FROM parts WHERE deal = $1 AND (owner = '' OR owner = $2 OR owner NOT IN \
			 (SELECT instance FROM instances)) AND NOT (left_by = $2 AND left_at > {} - {ABSENCE}) ORDER BY part",
			self.clock()
		);
		let query = sqlx::query_as::<_, (i64, String)>(&sql).bind(&deal).bind(&self.instance);
		let free = query.fetch_all(&self.pool()).await?;
		for (part, owner) in free.into_iter().filter(|(part, _)| !held.contains(&unsigned(*part))) {
			let query = sqlx::query("UPDATE parts SET owner = $1 WHERE deal = $2 AND part = $3 AND owner = $4");
			let taken = query.bind(&self.instance).bind(&deal).bind(part).bind(owner).execute(&self.pool()).await?;
			if taken.rows_affected() == 1 {
				return Ok(Some(unsigned(part)));
			}
		}
		self.take_new_part(&deal).await
	}

	/// Takes the first part that no instance took yet.
	async fn take_new_part(&self, deal: &str) -> Result<Option<u64>, DbError> {
		loop {
			let query = sqlx::query_as::<_, (i64, i64)>("SELECT next_part, size FROM deals WHERE deal = $1");
			let Some((next, size)) = query.bind(deal).fetch_optional(&self.pool()).await? else { return Ok(None) };
			if unsigned(next) >= unsigned(size).div_ceil(crate::model::PART) {
				return Ok(None);
			}
			let mut transaction = self.pool().begin().await?;
			let query = sqlx::query("UPDATE deals SET next_part = next_part + 1 WHERE deal = $1 AND next_part = $2");
			if query.bind(deal).bind(next).execute(&mut *transaction).await?.rows_affected() == 0 {
				continue;
			}
			let sql = "INSERT INTO parts (deal, part, owner, left_by, left_at) VALUES ($1, $2, $3, '', 0)";
			let query = sqlx::query(sql).bind(deal).bind(next).bind(&self.instance);
			query.execute(&mut *transaction).await?;
			transaction.commit().await?;
			return Ok(Some(unsigned(next)));
		}
	}

	/// Leaves a part to others.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn leave_part(&self, deal: DealId, part: u64) -> Result<(), DbError> {
		let sql = format!(
			"UPDATE parts SET owner = '', left_by = $1, left_at = {} WHERE deal = $2 AND part = $3 AND owner = $1",
			self.clock()
		);
		let query = sqlx::query(&sql).bind(&self.instance).bind(hash(deal.0)).bind(number(part));
		query.execute(&self.pool()).await?;
		Ok(())
	}

	/// Returns how many other instances live.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn siblings(&self) -> Result<u64, DbError> {
		let query = sqlx::query_as::<_, (i64,)>("SELECT COUNT(*) FROM instances WHERE instance <> $1");
		let (count,) = query.bind(&self.instance).fetch_one(&self.pool()).await?;
		Ok(unsigned(count))
	}

	/// Returns whether this instance does what one instance does for all: keep the pool's orders.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn leads(&self) -> Result<bool, DbError> {
		if !self.shared {
			return Ok(true);
		}
		let sql = format!("SELECT COUNT(*) FROM instances WHERE expires > {} AND instance < $1", self.clock());
		let query = sqlx::query_as::<_, (i64,)>(&sql).bind(&self.instance);
		let (before,) = query.fetch_one(&self.pool()).await?;
		Ok(before == 0)
	}

	/// Announces where clients reach this instance itself: `http(s)://host:port`. An instance that had this address before
	/// does not live any more.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn announce(&self, url: &str) -> Result<(), DbError> {
		let mut transaction = self.pool().begin().await?;
		sqlx::query("DELETE FROM addresses WHERE url = $1").bind(url).execute(&mut *transaction).await?;
		let query = sqlx::query("INSERT INTO addresses (instance, url) VALUES ($1, $2)");
		query.bind(&self.instance).bind(url).execute(&mut *transaction).await?;
		transaction.commit().await?;
		Ok(())
	}

	/// Returns where clients reach the other instances that live, as far as these announced it.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn addresses_elsewhere(&self) -> Result<Vec<String>, DbError> {
		let sql = format!(
			"SELECT url FROM addresses WHERE instance <> $1 AND instance IN \
			 (SELECT instance FROM instances WHERE expires > {})",
			self.clock()
		);
		let query = sqlx::query_as::<_, (String,)>(&sql).bind(&self.instance);
		Ok(query.fetch_all(&self.pool()).await?.into_iter().map(|(url,)| url).collect())
	}

	/// Returns the workers that are connected to other instances, and as whom they vote.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn workers_elsewhere(&self) -> Result<Vec<(AccountId, Voice)>, DbError> {
		let sql = format!(
			"SELECT worker, voter, vouched FROM workers WHERE instance <> $1 AND instance IN \
			 (SELECT instance FROM instances WHERE expires > {})",
			self.clock()
		);
		let query = sqlx::query_as::<_, (String, String, i64)>(&sql).bind(&self.instance);
		let rows = query.fetch_all(&self.pool()).await?;
		let worker = |(worker, voter, vouched): (String, String, i64)| {
			let voice = Voice { voter: rows::bytes32(&voter)?.into(), is_vouched: vouched != 0 };
			Ok((rows::bytes32(&worker)?.into(), voice))
		};
		rows.into_iter().map(worker).collect()
	}

	/// Writes down a report of a worker of this instance about a task that another instance looks after. `size` is that of
	/// its result, in bytes, if it is in this instance's store.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn pass_on(&self, worker: &AccountId, report: &Report, size: Option<u64>) -> Result<(), DbError> {
		let (cause, said) = match &report.cause {
			Some(cause) => (rows::stored_cause(cause), words(&cause.words)),
			None => Default::default(),
		};
		let sql =
			"UPDATE replicates SET step = $1, cause = $2, words = $3, output = $4 WHERE task = $5 AND worker = $6";
		let query = sqlx::query(sql).bind(step_name(report.step)).bind(cause).bind(said).bind(size.map_or(0, number));
		query.bind(hash(report.task.0)).bind(account(worker)).execute(&self.pool()).await?;
		Ok(())
	}

	/// Writes down what a worker's app wrote in a task that this instance does not have in memory. Does nothing if the
	/// worker has no part in it.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn bring_logs(&self, task: TaskId, worker: &AccountId, logs: &Logs) -> Result<(), DbError> {
		let sql = "INSERT INTO logs (task, worker, deal, stdout, stderr) SELECT task, worker, deal, $1, $2 \
			FROM replicates WHERE task = $3 AND worker = $4 ON CONFLICT (task, worker) DO UPDATE \
			SET stdout = excluded.stdout, stderr = excluded.stderr";
		let query = sqlx::query(sql).bind(tail(&logs.stdout)).bind(tail(&logs.stderr));
		query.bind(hash(task.0)).bind(account(worker)).execute(&self.pool()).await?;
		Ok(())
	}

	/// Writes down the data of a task's callback, which are right, and which a worker that has a part in it brought. The
	/// instance that looks after the task finds them by [`data_of`](Self::data_of), or when it takes it into memory.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn bring_data(&self, task: TaskId, worker: &AccountId, data: &[u8]) -> Result<(), DbError> {
		let sql = "INSERT INTO tasks (task, deal, idx, given_up, stored, result, data) \
			SELECT task, deal, idx, '', -1, '', $1 FROM replicates WHERE task = $2 AND worker = $3 \
			ON CONFLICT (task) DO UPDATE SET data = excluded.data";
		let query = sqlx::query(sql).bind(hex::encode(data)).bind(hash(task.0)).bind(account(worker));
		query.execute(&self.pool()).await?;
		Ok(())
	}

	/// Returns the data of these tasks' callbacks, as far as they are there.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn data_of(&self, tasks: &[TaskId]) -> Result<Vec<(TaskId, Vec<u8>)>, DbError> {
		let mut found = Vec::new();
		for chunk in tasks.chunks(ASKED) {
			let parameters = (1..=chunk.len()).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ");
			let sql = format!("SELECT task, data FROM tasks WHERE data <> '' AND task IN ({parameters})");
			let query = sqlx::query_as::<Any, (String, String)>(&sql);
			let query = chunk.iter().fold(query, |query, task| query.bind(hash(task.0)));
			for (task, data) in query.fetch_all(&self.pool()).await? {
				found.push((TaskId(rows::bytes32(&task)?.into()), rows::bytes(&data)?));
			}
		}
		Ok(found)
	}

	/// Sends an instruction to a worker of another instance.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn send_mail(&self, worker: &AccountId, instruction: &Instruction) -> Result<(), DbError> {
		let body = serde_json::to_string(instruction).map_err(|error| DbError::Damaged(error.to_string()))?;
		let sql = "INSERT INTO mail (id, instance, worker, body) SELECT $1, instance, worker, $2 FROM workers \
			WHERE worker = $3";
		let query = sqlx::query(sql).bind(hex::encode(rand::random::<[u8; 16]>())).bind(body).bind(account(worker));
		query.execute(&self.pool()).await?;
		Ok(())
	}

	/// Returns instructions that other instances have for workers of this one, once.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn take_mail(&self) -> Result<Vec<(AccountId, Instruction)>, DbError> {
		let sql = "DELETE FROM mail WHERE instance = $1 RETURNING worker, body";
		let query = sqlx::query_as::<_, (String, String)>(sql).bind(&self.instance);
		let mut mail = Vec::new();
		for (worker, body) in query.fetch_all(&self.pool()).await? {
			match serde_json::from_str(&body) {
				Ok(instruction) => mail.push((rows::bytes32(&worker)?.into(), instruction)),
				// What it asks for is decided again when its time has passed.
				Err(error) => {
					tracing::warn!("an instruction of another instance cannot be read, and is dropped: {error}")
				}
			}
		}
		Ok(mail)
	}

	/// Writes down where workers are.
	pub(super) async fn write_workers(
		&self,
		transaction: &mut Transaction<'_, Any>,
		batch: &Batch,
	) -> Result<(), DbError> {
		for (worker, voice) in &batch.arrived {
			let sql = "INSERT INTO workers (worker, instance, voter, vouched) VALUES ($1, $2, $3, $4) \
				ON CONFLICT (worker) DO UPDATE SET instance = excluded.instance, voter = excluded.voter, \
				vouched = excluded.vouched";
			let query = sqlx::query(sql).bind(account(worker)).bind(&self.instance).bind(account(&voice.voter));
			query.bind(i64::from(voice.is_vouched)).execute(&mut **transaction).await?;
		}
		for worker in &batch.departed {
			let query = sqlx::query("DELETE FROM workers WHERE worker = $1 AND instance = $2");
			query.bind(account(worker)).bind(&self.instance).execute(&mut **transaction).await?;
		}
		Ok(())
	}
}
