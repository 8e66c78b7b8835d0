//! What is not on the chain and must survive: which worker has which task, why it failed, results, apps' output.
//!
//! SQLite in a file by default, in which one scheduler works alone; PostgreSQL by URL, where several share a pool (see
//! [`siblings`]). Both speak the same SQL: every column is `TEXT` or `BIGINT`, and nothing is ever null. The chain is
//! right where the two differ.

mod business;
mod connections;
mod nonces;
mod read;
mod records;
mod rows;
mod schema;
pub mod siblings;
mod write;

use std::{
	fs::{File, TryLockError},
	future::Future,
	path::PathBuf,
	sync::Arc,
	time::Duration,
};

use rlc_disk::{private_database, private_dir, private_file};
use sqlx::AnyPool;
use tokio::time::{sleep, timeout};

use connections::Connections;

pub use business::Business;
pub use rows::{DealRow, HomelessRow, LogRow, ReplicateRow, TaskRow};
pub use write::Batch;

/// Why the database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
	/// It does not answer, or refuses.
	#[error("the database: {0}")]
	Sql(#[from] sqlx::Error),
	/// It is not heard of.
	#[error("the database does not answer")]
	Silent,
	/// It was waited for in vain.
	#[error("the database at {0} cannot be reached: {1}")]
	Unreachable(String, Box<DbError>),
	/// The server follows another one, and takes no writes.
	#[error("the database server is a standby; it takes no writes before it is promoted")]
	Standby,
	/// What goes to a server on another machine would be encrypted only if that is asked for.
	#[error(
		"the database at {0} could be spoken to in clear text; give sslmode=verify-full in its URL, or sslmode=disable if \
		 nobody else is on that network"
	)]
	ClearText(String),
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

impl DbError {
	/// Returns whether it may go well later, with nothing changed here: the server restarts, or another one takes its place;
	/// the disk is full; somebody else was first.
	pub fn is_passing(&self) -> bool {
		match self {
			Self::Sql(error) => is_passing(error),
			Self::Silent | Self::Standby => true,
			_ => false,
		}
	}
}

fn is_passing(error: &sqlx::Error) -> bool {
	match error {
		// A certificate that is not good comes as data that are not.
		sqlx::Error::Io(error) => error.kind() != std::io::ErrorKind::InvalidData,
		sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => {
			true
		}
		sqlx::Error::Database(error) => error.code().is_some_and(|code| is_passing_code(&code)),
		_ => false,
	}
}

/// Returns whether what a database said may pass. PostgreSQL's codes have five characters, of which two are the class:
/// broken connections, wrong states (a server became a standby), conflicts, lack of resources, locks, operators, and the
/// system. SQLite's are numbers, of which the low byte is the class: busy, locked, input and output, full, not to be opened.
fn is_passing_code(code: &str) -> bool {
	match code.parse::<u32>() {
		Ok(number) if code.len() < 5 => matches!(number & 0xff, 5 | 6 | 10 | 13 | 14),
		_ => matches!(code.get(..2), Some("08" | "25" | "40" | "53" | "55" | "57" | "58")),
	}
}

/// The database.
#[derive(Clone, Debug)]
pub struct Db {
	connections: Arc<Connections>,
	/// Names this instance among those that share the database.
	instance: String,
	shared: bool,
	/// Locked as long as this process uses the file.
	_lock: Option<Arc<File>>,
}

/// How often, ten times a second, the lock of a file is tried that another scheduler uses.
const LOCK_TRIES: u32 = 50;

/// How long the database may take for what decisions wait for.
const ANSWER_TIME: Duration = Duration::from_secs(5);

/// Returns what the database says, if it does in time: a machine that lost its power or its network says nothing more.
///
/// # Errors
///
/// [`DbError`].
pub async fn in_time<T>(answer: impl Future<Output = Result<T, DbError>>) -> Result<T, DbError> {
	timeout(ANSWER_TIME, answer).await.unwrap_or(Err(DbError::Silent))
}

impl Db {
	/// Opens the database at `url`: `sqlite:FILE`, in which each character of the path stands for itself, or `postgres://…`.
	/// Makes it if it is a file that does not exist, and migrates what an older version wrote.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn open(url: &str) -> Result<Self, DbError> {
		sqlx::any::install_default_drivers();
		let file = url.strip_prefix("sqlite:").map(|rest| PathBuf::from(rest.strip_prefix("//").unwrap_or(rest)));
		let shared = file.is_none();
		let (connections, lock) = match file {
			Some(file) => {
				let lock = lock(file.clone()).await?;
				// It has the secret by which tokens are made, and what apps wrote.
				private_database(&file).map_err(|error| DbError::File(file.clone(), error))?;
				(Connections::to_file(&file).await?, Some(Arc::new(lock)))
			}
			None => (Connections::to_servers(url).await?, None),
		};
		let instance = if shared { hex::encode(rand::random::<[u8; 8]>()) } else { "alone".into() };
		let db = Self { connections: Arc::new(connections), instance, shared, _lock: lock };
		db.migrate().await?;
		Ok(db)
	}

	/// Returns whether other instances may use it too.
	pub fn is_shared(&self) -> bool {
		self.shared
	}

	/// Opens new connections after an error that [may pass](DbError::is_passing), to the server that is the primary now.
	///
	/// # Errors
	///
	/// [`DbError`].
	pub async fn reconnect(&self) -> Result<(), DbError> {
		self.connections.renew().await
	}

	/// Ends all connections.
	pub async fn close(&self) {
		self.pool().close().await;
	}

	fn pool(&self) -> AnyPool {
		self.connections.pool()
	}

	/// Returns the SQL of the time, in ms: the database's, since instances' clocks may differ.
	fn clock(&self) -> &'static str {
		if self.shared {
			"CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)"
		} else {
			"(CAST(strftime('%s', 'now') AS BIGINT) * 1000)"
		}
	}
}

/// Locks the file: two schedulers on it would assign tasks twice. One that is just ending is waited for.
async fn lock(file: PathBuf) -> Result<File, DbError> {
	let path = file.with_extension("lock");
	let failed = |error| DbError::File(path.clone(), error);
	let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty() && !parent.exists());
	if let Some(parent) = parent {
		private_dir(parent).map_err(failed)?;
	}
	private_file(&path).map_err(failed)?;
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
