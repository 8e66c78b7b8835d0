//! The tables, and how those of an older version become these.

use rlc_primitives::WorkerpoolId;
use sp_core::H256;
use sqlx::{Any, Transaction};

use super::{rows::hash, Db, DbError};

/// The version of the tables and of what is in them.
const VERSION: i64 = 5;

/// What makes the tables of each version those of the next, from version 1 on.
const MIGRATIONS: [&[&str]; 4] = [
	// Instructions have another form. What undelivered mail asks for is decided again, or was for instances that ended.
	&["DELETE FROM mail"],
	// Delegations expire. Earlier ones are worthless on chain: they expired at 0, and their tasks are given out again.
	&["ALTER TABLE replicates ADD COLUMN expiry BIGINT NOT NULL DEFAULT 0", "DELETE FROM mail"],
	// Nothing was counted before: only tables are new, and they are made before.
	&[],
	// What requesters paid is counted from now on, in a new table, and numbers of claims that were used are remembered. An
	// instance lives as long as it has a row: what those that were killed left was never removed. Strangers have records, in a
	// new table.
	// Of each worker it is known as whom it votes: by parts in tasks, those of before vote for themselves.
	&[
		"DELETE FROM mail",
		"DELETE FROM workers",
		"DELETE FROM addresses",
		"DELETE FROM instances",
		"ALTER TABLE workers ADD COLUMN voter TEXT NOT NULL DEFAULT ''",
		"ALTER TABLE workers ADD COLUMN vouched BIGINT NOT NULL DEFAULT 0",
	],
];

/// Makes the tables.
const TABLES: [&str; 21] = [
	// The version, the pool and its chain, and the block up to which all deals are known.
	"CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
	// `next_part`: the first part that no instance took. `closed`: when the last task was closed, in ms; 0: it was not.
	"CREATE TABLE IF NOT EXISTS deals (deal TEXT PRIMARY KEY, first BIGINT NOT NULL, size BIGINT NOT NULL, \
	 next_part BIGINT NOT NULL, closed BIGINT NOT NULL)",
	"CREATE INDEX IF NOT EXISTS deals_closed ON deals (closed)",
	// Parts of deals that an instance took and that are not done. `owner`: an instance, or empty.
	"CREATE TABLE IF NOT EXISTS parts (deal TEXT NOT NULL, part BIGINT NOT NULL, owner TEXT NOT NULL, \
	 left_by TEXT NOT NULL, left_at BIGINT NOT NULL, PRIMARY KEY (deal, part))",
	// `operator`: as whom the worker votes. `expiry`: of the worker's delegation, in ms of PoCo time.
	"CREATE TABLE IF NOT EXISTS replicates (task TEXT NOT NULL, worker TEXT NOT NULL, deal TEXT NOT NULL, \
	 idx BIGINT NOT NULL, operator TEXT NOT NULL, step TEXT NOT NULL, since BIGINT NOT NULL, cause TEXT NOT NULL, \
	 words TEXT NOT NULL, output BIGINT NOT NULL, expiry BIGINT NOT NULL, PRIMARY KEY (task, worker))",
	"CREATE INDEX IF NOT EXISTS replicates_deal ON replicates (deal, idx)",
	// `stored`: size of the result in the store, or -1. `data`: of the callback, in hex.
	"CREATE TABLE IF NOT EXISTS tasks (task TEXT PRIMARY KEY, deal TEXT NOT NULL, idx BIGINT NOT NULL, \
	 given_up TEXT NOT NULL, stored BIGINT NOT NULL, result TEXT NOT NULL, data TEXT NOT NULL)",
	"CREATE INDEX IF NOT EXISTS tasks_deal ON tasks (deal, idx)",
	"CREATE TABLE IF NOT EXISTS logs (task TEXT NOT NULL, worker TEXT NOT NULL, deal TEXT NOT NULL, \
	 stdout TEXT NOT NULL, stderr TEXT NOT NULL, PRIMARY KEY (task, worker))",
	"CREATE INDEX IF NOT EXISTS logs_deal ON logs (deal)",
	// What requesters paid for results that came into the store, in nRLC, and when that was last, in ms.
	"CREATE TABLE IF NOT EXISTS paid (account TEXT PRIMARY KEY, amount BIGINT NOT NULL, paid_at BIGINT NOT NULL)",
	// Of a shared database: instances that live, where workers are and as whom they vote, and instructions for workers of other
	// instances.
	"CREATE TABLE IF NOT EXISTS instances (instance TEXT PRIMARY KEY, expires BIGINT NOT NULL)",
	"CREATE TABLE IF NOT EXISTS workers (worker TEXT PRIMARY KEY, instance TEXT NOT NULL, voter TEXT NOT NULL, \
	 vouched BIGINT NOT NULL)",
	"CREATE TABLE IF NOT EXISTS mail (id TEXT PRIMARY KEY, instance TEXT NOT NULL, worker TEXT NOT NULL, \
	 body TEXT NOT NULL)",
	// Where clients reach an instance itself.
	"CREATE TABLE IF NOT EXISTS addresses (instance TEXT PRIMARY KEY, url TEXT NOT NULL)",
	// Machines that workers had lately. `resources`: JSON, with whether the pool vouches for the worker. `seen`: in ms.
	"CREATE TABLE IF NOT EXISTS machines (worker TEXT PRIMARY KEY, resources TEXT NOT NULL, seen BIGINT NOT NULL)",
	// How many tasks of a requester or of an app ended how, by day since the Unix epoch.
	"CREATE TABLE IF NOT EXISTS standings (party TEXT NOT NULL, day BIGINT NOT NULL, completed BIGINT NOT NULL, \
	 failed BIGINT NOT NULL, lost BIGINT NOT NULL, PRIMARY KEY (party, day))",
	// Numbers of claims that were used, until when they would be good. Without an account: of batches that were written.
	"CREATE TABLE IF NOT EXISTS nonces (account TEXT NOT NULL, nonce TEXT NOT NULL, expires BIGINT NOT NULL, \
	 PRIMARY KEY (account, nonce))",
	"CREATE INDEX IF NOT EXISTS nonces_expires ON nonces (expires)",
	// How results of strangers turned out. `away`, `banned`: until when, in ms. `seen`: when something last happened, in ms.
	"CREATE TABLE IF NOT EXISTS records (worker TEXT PRIMARY KEY, validated BIGINT NOT NULL, refuted BIGINT NOT NULL, \
	 lost BIGINT NOT NULL, setbacks BIGINT NOT NULL, bans BIGINT NOT NULL, away BIGINT NOT NULL, banned BIGINT NOT NULL, \
	 seen BIGINT NOT NULL)",
	// What the pool lost, in nRLC, by hour since the Unix epoch.
	"CREATE TABLE IF NOT EXISTS losses (hour BIGINT PRIMARY KEY, stake BIGINT NOT NULL)",
];

impl Db {
	/// Makes what is missing, and migrates what is older.
	///
	/// # Errors
	///
	/// [`DbError::TooNew`] if a newer program made the tables, [`DbError::OldInstance`] if an older one works with them.
	pub(super) async fn migrate(&self) -> Result<(), DbError> {
		let mut transaction = self.pool().begin().await?;
		if self.shared {
			// Instances that start at the same time make the tables one after the other.
			sqlx::query("SELECT pg_advisory_xact_lock(7265900)").execute(&mut *transaction).await?;
		}
		for table in TABLES {
			sqlx::query(table).execute(&mut *transaction).await?;
		}
		insert_meta(&mut transaction, "version", &VERSION.to_string()).await?;
		let found = version(&mut transaction).await?;
		if found > VERSION {
			return Err(DbError::TooNew { found, known: VERSION });
		}
		if found < VERSION {
			self.ensure_alone(&mut transaction).await?;
			for sql in steps_from(found) {
				sqlx::query(sql).execute(&mut *transaction).await?;
			}
			let query = sqlx::query("UPDATE meta SET value = $1 WHERE name = 'version'").bind(VERSION.to_string());
			query.execute(&mut *transaction).await?;
		}
		transaction.commit().await?;
		Ok(())
	}

	/// Checks that no instance works with the tables: one of an older version would misread what this one writes.
	async fn ensure_alone(&self, transaction: &mut Transaction<'_, Any>) -> Result<(), DbError> {
		let sql = format!("SELECT COUNT(*) FROM instances WHERE expires > {}", self.clock());
		let (living,) = sqlx::query_as::<_, (i64,)>(&sql).fetch_one(&mut **transaction).await?;
		if living > 0 {
			return Err(DbError::OldInstance);
		}
		Ok(())
	}

	/// Records to which pool and chain the database belongs, or checks it.
	///
	/// # Errors
	///
	/// [`DbError::OtherPool`].
	pub async fn claim(&self, workerpool: WorkerpoolId, genesis: H256) -> Result<(), DbError> {
		let id = hex::encode(workerpool.0);
		let chain = hash(genesis);
		let found = [self.meta_or_insert("workerpool", &id).await?, self.meta_or_insert("genesis", &chain).await?];
		let name = |[pool, chain]: [&str; 2]| format!("workerpool 0x{pool} on chain 0x{chain}");
		if found != [id.as_str(), chain.as_str()] {
			let [pool, genesis] = &found;
			return Err(DbError::OtherPool { found: name([pool, genesis]), expected: name([&id, &chain]) });
		}
		Ok(())
	}

	/// Returns the pool of this chain to which the database belongs; `None` if it belongs to none yet.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn workerpool(&self, genesis: H256) -> Result<Option<WorkerpoolId>, DbError> {
		if self.meta("genesis").await? != Some(hash(genesis)) {
			return Ok(None);
		}
		let Some(id) = self.meta("workerpool").await? else { return Ok(None) };
		let mut bytes = [0; 20];
		hex::decode_to_slice(&id, &mut bytes).map_err(|_| DbError::Damaged(format!("{id:?} is not a workerpool")))?;
		Ok(Some(WorkerpoolId(bytes.into())))
	}

	/// Returns a named value.
	pub(super) async fn meta(&self, name: &str) -> Result<Option<String>, DbError> {
		let row = sqlx::query_as::<_, (String,)>("SELECT value FROM meta WHERE name = $1");
		Ok(row.bind(name).fetch_optional(&self.pool()).await?.map(|(value,)| value))
	}

	/// Returns a named value, which is set if it is not there yet and does not change after that.
	pub async fn meta_or_insert(&self, name: &str, value: &str) -> Result<String, DbError> {
		let mut transaction = self.pool().begin().await?;
		insert_meta(&mut transaction, name, value).await?;
		transaction.commit().await?;
		Ok(self.meta(name).await?.unwrap_or_else(|| value.into()))
	}
}

/// Returns the version of the tables.
async fn version(transaction: &mut Transaction<'_, Any>) -> Result<i64, DbError> {
	let query = sqlx::query_as::<_, (String,)>("SELECT value FROM meta WHERE name = 'version'");
	let (found,) = query.fetch_one(&mut **transaction).await?;
	found.parse().map_err(|_| DbError::Damaged(format!("version {found:?}")))
}

/// Returns the statements that lead from a version to this one.
fn steps_from(version: i64) -> impl Iterator<Item = &'static str> {
	let done = usize::try_from(version - 1).unwrap_or(0);
	MIGRATIONS.iter().skip(done).flat_map(|statements| statements.iter().copied())
}

/// Inserts a named value, if there is none yet.
pub(super) async fn insert_meta(
	transaction: &mut Transaction<'_, Any>,
	name: &str,
	value: &str,
) -> Result<(), sqlx::Error> {
	sqlx::query("INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
		.bind(name)
		.bind(value)
		.execute(&mut **transaction)
		.await?;
	Ok(())
}
