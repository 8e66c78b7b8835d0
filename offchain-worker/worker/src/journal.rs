//! What survives a crash: one SQLite file, each change on disk before anything is done because of it.

use std::{collections::HashMap, path::Path};

use codec::{Decode, Encode};
use rlc_primitives::{AccountId, TaskId};
use sp_core::H256;
use sqlx::{
	sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode, SqliteSynchronous},
	Connection, QueryBuilder, Row, Sqlite, SqliteConnection,
};

use crate::record::Record;

/// The form of the file. A file of another form is refused.
const VERSION: i64 = 1;

/// How many entries one statement writes.
const ROWS: usize = 100;

/// Why the journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
	/// SQLite's error.
	#[error("the journal {path} cannot be used: {error}; if another worker runs in this directory, stop it")]
	Database {
		/// The file.
		path: String,
		/// What SQLite says.
		error: sqlx::Error,
	},
	/// It was written by another program.
	#[error(
		"the journal {path} is of version {found}, not {VERSION}; finish its tasks with the program that wrote it"
	)]
	Version {
		/// The file.
		path: String,
		/// Its version.
		found: i64,
	},
	/// It belongs to another account or chain.
	#[error("the journal {path} belongs to another account or chain; give each worker a directory of its own")]
	Foreign {
		/// The file.
		path: String,
	},
	/// An entry cannot be read.
	#[error("the journal {path} is damaged: {what}")]
	Damaged {
		/// The file.
		path: String,
		/// Which entry.
		what: String,
	},
}

/// A change of one task's entry.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Change {
	/// It is this from now on.
	Put(Record),
	/// It is removed.
	Remove(TaskId),
}

impl Change {
	fn task(&self) -> TaskId {
		match self {
			Self::Put(record) => record.id(),
			Self::Remove(task) => *task,
		}
	}
}

/// The journal. Locked: a second worker in the same directory is refused.
pub(crate) struct Journal {
	connection: SqliteConnection,
	path: String,
}

impl Journal {
	/// Opens the journal of `account` on the chain with this genesis hash, and reads what it holds.
	pub async fn open(path: &Path, account: &AccountId, genesis: H256) -> Result<(Self, Vec<Record>), JournalError> {
		let name = path.display().to_string();
		let database = |error| JournalError::Database { path: name.clone(), error };
		let options = SqliteConnectOptions::new()
			.filename(path)
			.create_if_missing(true)
			.locking_mode(SqliteLockingMode::Exclusive)
			.journal_mode(SqliteJournalMode::Wal)
			.synchronous(SqliteSynchronous::Full);
		let connection = SqliteConnection::connect_with(&options).await.map_err(database)?;
		let mut journal = Self { connection, path: name.clone() };
		journal.prepare(account, genesis).await?;
		let records = journal.read().await?;
		Ok((journal, records))
	}

	async fn prepare(&mut self, account: &AccountId, genesis: H256) -> Result<(), JournalError> {
		let owner = (account, genesis).encode();
		let version = self.version_and_tables(&owner).await.map_err(|error| self.failed(error))?;
		if version != VERSION {
			return Err(JournalError::Version { path: self.path.clone(), found: version });
		}
		let row = sqlx::query("SELECT account FROM owner").fetch_one(&mut self.connection).await;
		let found: Vec<u8> = row.and_then(|row| row.try_get(0)).map_err(|error| self.failed(error))?;
		if found != owner {
			return Err(JournalError::Foreign { path: self.path.clone() });
		}
		Ok(())
	}

	/// Makes the tables of a new file, with the version. Returns the version that the file has.
	async fn version_and_tables(&mut self, owner: &[u8]) -> Result<i64, sqlx::Error> {
		let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await?;
		let version: i64 = sqlx::query("PRAGMA user_version").fetch_one(&mut *transaction).await?.try_get(0)?;
		if version != 0 {
			return Ok(version);
		}
		sqlx::query("CREATE TABLE owner (account BLOB NOT NULL)").execute(&mut *transaction).await?;
		sqlx::query("INSERT INTO owner VALUES ($1)").bind(owner).execute(&mut *transaction).await?;
		sqlx::query("CREATE TABLE tasks (id BLOB PRIMARY KEY, record BLOB NOT NULL) WITHOUT ROWID")
			.execute(&mut *transaction)
			.await?;
		sqlx::query(&format!("PRAGMA user_version = {VERSION}")).execute(&mut *transaction).await?;
		transaction.commit().await?;
		Ok(VERSION)
	}

	/// Returns all entries, the oldest first.
	async fn read(&mut self) -> Result<Vec<Record>, JournalError> {
		let rows = sqlx::query("SELECT id, record FROM tasks").fetch_all(&mut self.connection).await;
		let mut records = Vec::new();
		for row in rows.map_err(|error| self.failed(error))? {
			let id: Vec<u8> = row.try_get(0).map_err(|error| self.failed(error))?;
			let bytes: Vec<u8> = row.try_get(1).map_err(|error| self.failed(error))?;
			let record = Record::decode(&mut bytes.as_slice()).map_err(|error| JournalError::Damaged {
				path: self.path.clone(),
				what: format!("task 0x{}: {error}", hex::encode(id)),
			})?;
			records.push(record);
		}
		records.sort_by_key(|record| (record.taken, record.task));
		Ok(records)
	}

	/// Makes all these changes, or none. They are on disk when this returns.
	pub async fn write(&mut self, changes: &[Change]) -> Result<(), JournalError> {
		if changes.is_empty() {
			return Ok(());
		}
		self.try_write(changes).await.map_err(|error| self.failed(error))
	}

	async fn try_write(&mut self, changes: &[Change]) -> Result<(), sqlx::Error> {
		// A task may have come several steps further at once: the last one counts.
		let last: HashMap<TaskId, &Change> = changes.iter().map(|change| (change.task(), change)).collect();
		let (mut puts, mut removals) = (Vec::new(), Vec::new());
		for (task, change) in last {
			match change {
				Change::Put(record) => puts.push((task, record)),
				Change::Remove(_) => removals.push(task),
			}
		}
		let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await?;
		for some in puts.chunks(ROWS) {
			let mut query = QueryBuilder::<Sqlite>::new("INSERT OR REPLACE INTO tasks ");
			query.push_values(some, |mut row, (task, record)| {
				row.push_bind(task.0.as_bytes().to_vec()).push_bind(record.encode());
			});
			query.build().persistent(false).execute(&mut *transaction).await?;
		}
		for some in removals.chunks(ROWS) {
			let mut query = QueryBuilder::<Sqlite>::new("DELETE FROM tasks WHERE id IN (");
			let mut ids = query.separated(", ");
			for task in some {
				ids.push_bind(task.0.as_bytes().to_vec());
			}
			query.push(")").build().persistent(false).execute(&mut *transaction).await?;
		}
		transaction.commit().await
	}

	fn failed(&self, error: sqlx::Error) -> JournalError {
		JournalError::Database { path: self.path.clone(), error }
	}

	/// Closes the file.
	pub async fn close(self) -> Result<(), JournalError> {
		let path = self.path;
		self.connection.close().await.map_err(|error| JournalError::Database { path, error })
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		record::{End, Output, OutputKind, RunFailure, State},
		testing::record,
	};
	use rlc_primitives::{work::FailureCause, ResultDigest};

	fn worker() -> AccountId {
		AccountId::new([1; 32])
	}

	async fn open(dir: &tempfile::TempDir) -> (Journal, Vec<Record>) {
		Journal::open(&dir.path().join("journal"), &worker(), H256::zero()).await.unwrap()
	}

	#[tokio::test]
	async fn what_was_written_is_there_after_a_kill() {
		let dir = tempfile::tempdir().unwrap();
		let output = Output { digest: ResultDigest(H256::repeat_byte(5)), kind: OutputKind::Archive, size: 7 };
		let failure = RunFailure::of_task(FailureCause::AppFailed { code: -1 }, "exit code -1");
		let states = [
			State::Taken,
			State::Computed(output),
			State::Contributing(output),
			State::Contributed(output),
			State::Revealing(output),
			State::Revealed(output),
			State::Uploaded(output),
			State::Ended(End::Completed),
			State::Ended(End::Failed(failure)),
			State::Ended(End::Aborted("stopped".into())),
		];
		let (mut journal, records) = open(&dir).await;
		assert!(records.is_empty());
		for (index, state) in (0..).zip(&states) {
			journal.write(&[Change::Put(record(index, state.clone()))]).await.unwrap();
			drop(journal);
			let (again, records) = open(&dir).await;
			assert_eq!(records.last().map(|record| &record.state), Some(state));
			assert_eq!(records.len() as u64, index + 1);
			journal = again;
		}
	}

	#[tokio::test]
	async fn many_changes_are_one() {
		let dir = tempfile::tempdir().unwrap();
		let (mut journal, _) = open(&dir).await;
		let taken: Vec<_> = (0..250).map(|index| Change::Put(record(index, State::Taken))).collect();
		journal.write(&taken).await.unwrap();
		let gone: Vec<_> = (0..249).map(|index| Change::Remove(record(index, State::Taken).id())).collect();
		journal.write(&gone).await.unwrap();
		journal.close().await.unwrap();
		assert_eq!(open(&dir).await.1, [record(249, State::Taken)]);
	}

	#[tokio::test]
	async fn last_of_a_tasks_changes_counts() {
		let dir = tempfile::tempdir().unwrap();
		let (mut journal, _) = open(&dir).await;
		let ended = record(1, State::Ended(End::Completed));
		let changes = [
			Change::Put(record(0, State::Taken)),
			Change::Put(record(1, State::Taken)),
			Change::Remove(record(0, State::Taken).id()),
			Change::Put(ended.clone()),
		];
		journal.write(&changes).await.unwrap();
		journal.close().await.unwrap();
		assert_eq!(open(&dir).await.1, [ended]);
	}

	#[tokio::test]
	async fn second_worker_in_a_directory_is_refused() {
		let dir = tempfile::tempdir().unwrap();
		let (_journal, _) = open(&dir).await;
		let second = Journal::open(&dir.path().join("journal"), &worker(), H256::zero()).await;
		assert!(matches!(second, Err(JournalError::Database { .. })));
	}

	#[tokio::test]
	async fn journal_of_another_account_or_chain_is_refused() {
		let dir = tempfile::tempdir().unwrap();
		open(&dir).await.0.close().await.unwrap();
		let path = dir.path().join("journal");
		let other = AccountId::new([2; 32]);
		for (account, genesis) in [(&other, H256::zero()), (&worker(), H256::repeat_byte(1))] {
			let opened = Journal::open(&path, account, genesis).await;
			assert!(matches!(opened, Err(JournalError::Foreign { .. })));
		}
	}

	#[tokio::test]
	async fn journal_of_another_version_is_refused() {
		let dir = tempfile::tempdir().unwrap();
		let (mut journal, _) = open(&dir).await;
		sqlx::query("PRAGMA user_version = 9").execute(&mut journal.connection).await.unwrap();
		journal.close().await.unwrap();
		let opened = Journal::open(&dir.path().join("journal"), &worker(), H256::zero()).await;
		assert!(matches!(opened, Err(JournalError::Version { found: 9, .. })));
	}
}
