//! What is not on the chain and must survive: which worker has which task, why it failed, results, apps' output.
//!
//! SQLite in a file by default, in which one scheduler works alone; PostgreSQL by URL, where several share a pool (see
//! [`siblings`]). Both speak the same SQL: every column is `TEXT` or `BIGINT`, and nothing is ever null. The chain is
//! right where the two differ.

mod business;
mod read;
mod rows;
mod schema;
pub mod siblings;
mod write;

use std::{
	fs::{File, TryLockError},
	path::PathBuf,
	time::Duration,
};

use rlc_primitives::Moment;
use sqlx::{any::AnyPoolOptions, AnyPool};
use tokio::time::sleep;

pub use rows::{DealRow, HomelessRow, LogRow, ReplicateRow, TaskRow};
pub use write::Batch;

/// Why the database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
	/// It does not answer, or refuses.
	#[error("the database: {0}")]
	Sql(#[from] sqlx::Error),
	/// The file cannot be made or locked.
	#[error("{0}: {1}")]
	File(PathBuf, std::io::Error),
	/// Another scheduler uses the file.
	#[error("{0} is used by another scheduler; stop it, or give this one a database of its own")]
	InUse(PathBuf),
	/// It was made by a newer program.
	#[error("the database has version {found}, this program knows {known}; use a newer program")]
	TooNew {
		/// The database's version.
		found: i64,
		/// The newest that is known.
		known: i64,
	},
	/// An instance of an older version works with it.
	#[error(
		"another scheduler of an older version uses the database; stop it, or wait 15 s after it ended, then start this one"
	)]
	OldInstance,
	/// It belongs to another pool or chain.
	#[error("the database is of {found}, not of {expected}; give this pool a database of its own")]
	OtherPool {
		/// The pool and chain it belongs to.
		found: String,
		/// The pool and chain it should belong to.
		expected: String,
	},
	/// A row cannot be read.
	#[error("the database is damaged: {0}")]
	Damaged(String),
	/// This instance gave no sign of life for too long, and others may have taken over.
	#[error("the lease of this instance ran out; it has to start again")]
	LeaseLost,
}

/// The database.
#[derive(Clone, Debug)]
pub struct Db {
	pool: AnyPool,
	/// Names this instance among those that share the database.
	instance: String,
	shared: bool,
	/// Locked as long as this process uses the file.
	_lock: Option<std::sync::Arc<File>>,
}

/// The most connections to a shared database.
const CONNECTIONS: u32 = 8;

/// How often, ten times a second, the lock of a file is tried that another scheduler uses.
const LOCK_TRIES: u32 = 50;

/// How long a statement waits for its turn.
const PATIENCE: Duration = Duration::from_secs(30);

impl Db {
	/// Opens the database at `url` (`sqlite:FILE` or `postgres://…`) at this time, in ms. Makes it if it is a file that does
	/// not exist, and migrates what an older version wrote.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn open(url: &str, now: Moment) -> Result<Self, DbError> {
		sqlx::any::install_default_drivers();
		let file = url.strip_prefix("sqlite:").map(|rest| PathBuf::from(rest.trim_start_matches("//")));
		let lock = match file.clone() {
			Some(file) => Some(lock(file).await?),
			None => None,
		};
		let full = if file.is_some() { format!("{url}?mode=rwc") } else { url.into() };
		let options = AnyPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(PATIENCE);
		let options = if file.is_some() { with_pragmas(options) } else { options };
		let pool = options.connect(&full).await?;
		let shared = file.is_none();
		let instance = if shared { hex::encode(rand::random::<[u8; 8]>()) } else { "alone".into() };
		let db = Self { pool, instance, shared, _lock: lock.map(std::sync::Arc::new) };
		db.migrate(now).await?;
		Ok(db)
	}

	/// Returns whether other instances may use it too.
	pub fn is_shared(&self) -> bool {
		self.shared
	}

	/// Ends all connections.
	pub async fn close(&self) {
		self.pool.close().await;
	}
}

/// Sets up each connection to a file. What a killed process wrote is there. What a machine wrote before it lost power may
/// not be: the chain has it, or workers report it again.
fn with_pragmas(options: AnyPoolOptions) -> AnyPoolOptions {
	options.after_connect(|connection, _| {
		Box::pin(async move {
			for pragma in ["PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL"] {
				sqlx::query(pragma).execute(&mut *connection).await?;
			}
			Ok(())
		})
	})
}

/// Locks the file: two schedulers on it would assign tasks twice. One that is just ending is waited for.
async fn lock(file: PathBuf) -> Result<File, DbError> {
	let path = file.with_extension("lock");
	let failed = |error| DbError::File(path.clone(), error);
	if let Some(parent) = path.parent() {
		std::fs::create_dir_all(parent).map_err(failed)?;
	}
	let lock = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
	for _ in 0..LOCK_TRIES {
		match lock.try_lock() {
			Ok(()) => return Ok(lock),
			Err(TryLockError::WouldBlock) => sleep(Duration::from_millis(100)).await,
			Err(TryLockError::Error(error)) => return Err(failed(error)),
		}
	}
	Err(DbError::InUse(file))
}

#[cfg(test)]
mod tests;
