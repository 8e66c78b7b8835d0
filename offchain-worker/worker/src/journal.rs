//! What survives a crash: one SQLite file, each change on disk before anything is done because of it.

mod version_1;

use std::{collections::HashMap, path::Path};

use codec::{DecodeAll, Encode};
use rlc_disk::private_database;
use rlc_primitives::{AccountId, TaskId};
use sp_core::H256;
use sqlx::{
	sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode, SqliteSynchronous},
	Connection, Executor, QueryBuilder, Row, Sqlite, SqliteConnection,
};

use crate::record::Record;

/// The form of the file. One of version 1 is brought into this form, one of any other is refused.
const VERSION: i64 = 2;

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

impl JournalError {
	/// Returns whether SQLite says that its disk is full (13), or that it cannot write or make a file (10, 14), which it says
	/// of a used up quota, among others.
	pub(crate) fn may_be_full(&self) -> bool {
		let Self::Database { error: sqlx::Error::Database(error), .. } = self else { return false };
		let class = error.code().and_then(|code| code.parse::<u32>().ok()).map(|code| code & 0xff);
		matches!(class, Some(10 | 13 | 14))
	}

	/// Returns whether SQLite says that its disk is full.
	pub(crate) fn is_full(&self) -> bool {
		matches!(self, Self::Database { error: sqlx::Error::Database(error), .. } if error.code().as_deref() == Some("13"))
	}
}

/// A change of one task's entry.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "most changes put a record")]
pub(crate) enum Change {
	/// It is this from now on.
	Put(Record),
	/// It is removed.
	Remove(TaskId),
}

impl Change {
	/// Returns whose entry it changes.
	pub fn task(&self) -> TaskId {
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
		private_database(path).map_err(|error| JournalError::Database { path: name.clone(), error: error.into() })?;
		let database = |error| JournalError::Database { path: name.clone(), error };
		// SQLite takes a name that begins with `file:` for a URL; no full path does.
		let file = std::path::absolute(path).map_err(|error| database(error.into()))?;
		let options = SqliteConnectOptions::new()
			.filename(file)
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
		if version != 1 && version != VERSION {
			return Err(JournalError::Version { path: self.path.clone(), found: version });
		}
		let row = sqlx::query("SELECT account FROM owner").fetch_one(&mut self.connection).await;
		let found: Vec<u8> = row.and_then(|row| row.try_get(0)).map_err(|error| self.failed(error))?;
		if found != owner {
			return Err(JournalError::Foreign { path: self.path.clone() });
		}
		if version == 1 {
			self.migrate().await?;
		}
		Ok(())
	}

	/// Brings a journal of version 1 into this form: all of it, or nothing.
	async fn migrate(&mut self) -> Result<(), JournalError> {
		let records = self.read_as(version_1::read).await?;
		let puts: Vec<_> = records.into_iter().map(Change::Put).collect();
		self.try_write(&puts, Some(VERSION)).await.map_err(|error| self.failed(error))
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
		self.read_as(|mut bytes| Record::decode_all(&mut bytes)).await
	}

	async fn read_as(&mut self, form: fn(&[u8]) -> Result<Record, codec::Error>) -> Result<Vec<Record>, JournalError> {
		let rows = sqlx::query("SELECT id, record FROM tasks").fetch_all(&mut self.connection).await;
		let mut records = Vec::new();
		for row in rows.map_err(|error| self.failed(error))? {
			let id: Vec<u8> = row.try_get(0).map_err(|error| self.failed(error))?;
			let bytes: Vec<u8> = row.try_get(1).map_err(|error| self.failed(error))?;
			let record = form(&bytes).map_err(|error| JournalError::Damaged {
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
		self.try_write(changes, None).await.map_err(|error| self.failed(error))
	}

	/// Makes all these changes, and notes that the file has this version from now on.
	async fn try_write(&mut self, changes: &[Change], version: Option<i64>) -> Result<(), sqlx::Error> {
		// A task may have come several steps further at once: the last one counts.
		let last: HashMap<TaskId, &Change> = changes.iter().map(|change| (change.task(), change)).collect();
		let (mut puts, mut removals) = (Vec::new(), Vec::new());
		for (task, change) in last {
			match change {
				Change::Put(record) => puts.push((task, record)),
				Change::Remove(_) => removals.push(task),
			}
		}
		// Not the driver's transaction: SQLite ends one by itself when the disk is full, the driver believes that it goes on,
		// and no other one can begin.
		self.connection.execute("BEGIN IMMEDIATE").await?;
		let done = self.write_rows(&puts, &removals, version).await;
		if done.is_err() {
			// If SQLite has ended it, there is nothing to take back.
			let _ = self.connection.execute("ROLLBACK").await;
		}
		done
	}

	/// Writes rows in the transaction that is open, and ends it.
	async fn write_rows(
		&mut self,
		puts: &[(TaskId, &Record)],
		removals: &[TaskId],
		version: Option<i64>,
	) -> Result<(), sqlx::Error> {
		for some in puts.chunks(ROWS) {
			let mut query = QueryBuilder::<Sqlite>::new("INSERT OR REPLACE INTO tasks ");
			query.push_values(some, |mut row, (task, record)| {
				row.push_bind(task.0.as_bytes().to_vec()).push_bind(record.encode());
			});
			query.build().persistent(false).execute(&mut self.connection).await?;
		}
		for some in removals.chunks(ROWS) {
			let mut query = QueryBuilder::<Sqlite>::new("DELETE FROM tasks WHERE id IN (");
			let mut ids = query.separated(", ");
			for task in some {
				ids.push_bind(task.0.as_bytes().to_vec());
			}
			query.push(")").build().persistent(false).execute(&mut self.connection).await?;
		}
		if let Some(version) = version {
			sqlx::query(&format!("PRAGMA user_version = {version}")).execute(&mut self.connection).await?;
		}
		self.connection.execute("COMMIT").await?;
		Ok(())
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
mod full;
#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		record::{End, Output, OutputKind, RunFailure, State},
		testing::record,
	};
	use rlc_primitives::{
		ethereum::EthereumSignature,
		work::{AgreedFailure, AppFault, DelegationProof, FailureCause, TaskRef},
		DealId, ResultDigest, SchedulerSignature,
	};

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
		let agreed = AgreedFailure { cause: AppFault::AppFailed, code: 3, trace: H256::repeat_byte(1) };
		let agreed = Output { kind: OutputKind::Failure(agreed), size: 0, ..output };
		let states = [
			State::Taken,
			State::Computed(output),
			State::Contributing(output),
			State::Contributed(output),
			State::Revealing(output),
			State::Revealed(output),
			State::Uploaded(output),
			State::Contributed(agreed),
			State::Revealing(agreed),
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

	/// SQLite and `sqlx` know names that are URLs, of which only a part names a file. A relative one that begins with `file:` is
	/// made absolute for the same reason, and not tried here: the current directory is that of all tests.
	#[tokio::test]
	async fn name_of_the_file_is_never_read_as_a_url() {
		let dir = tempfile::tempdir().unwrap();
		let name = "file:a?mode=memory#%20.sqlite";
		let path = dir.path().join(name);
		for expected in [vec![], vec![record(1, State::Taken)]] {
			let (mut journal, records) = Journal::open(&path, &worker(), H256::zero()).await.unwrap();
			assert_eq!(records, expected);
			journal.write(&[Change::Put(record(1, State::Taken))]).await.unwrap();
			journal.close().await.unwrap();
			let names: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
			// SQLite's own files beside it are named after it.
			assert!(names.iter().all(|found| found.to_string_lossy().starts_with(name)), "{names:?}");
		}
	}

	#[tokio::test]
	async fn delegation_of_a_proxy_is_read_as_it_was_written() {
		let dir = tempfile::tempdir().unwrap();
		let (mut journal, _) = open(&dir).await;
		let signature = SchedulerSignature::Ethereum(EthereumSignature::Full([7; 65]));
		let proxy = AccountId::new([2; 32]);
		let own = DelegationProof::Signed { signature: signature.clone(), expiry: 5 };
		let proxied = DelegationProof::SignedByProxy { proxy, signature, expiry: 5 };
		let records = [own, proxied, DelegationProof::OnChain].into_iter().zip(0..);
		let records: Vec<_> =
			records.map(|(authorization, index)| Record { authorization, ..record(index, State::Taken) }).collect();
		let puts: Vec<_> = records.iter().cloned().map(Change::Put).collect();
		journal.write(&puts).await.unwrap();
		journal.close().await.unwrap();
		assert_eq!(open(&dir).await.1, records);
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
	async fn journal_of_version_1_is_brought_into_this_form_once() {
		let dir = tempfile::tempdir().unwrap();
		let (mut journal, _) = open(&dir).await;
		let old = version_1::tests::contributed();
		let id = version_1::read(&old).unwrap().id();
		let insert = sqlx::query("INSERT INTO tasks VALUES ($1, $2)").bind(id.0.as_bytes().to_vec()).bind(old.clone());
		insert.execute(&mut journal.connection).await.unwrap();
		sqlx::query("PRAGMA user_version = 1").execute(&mut journal.connection).await.unwrap();
		journal.close().await.unwrap();
		for _ in 0..2 {
			let (journal, records) = open(&dir).await;
			assert_eq!(records, [version_1::read(&old).unwrap()]);
			journal.close().await.unwrap();
		}
	}

	/// What programs left, by their statements.
	const VERSION_1: &str = include_str!("journal/version_1.sql");
	const VERSION_2: &str = include_str!("journal/version_2.sql");
	/// Whose journal the first is, on which chain.
	const OWNER: &str = "747f28c94f3bb6a30bfd4d197ec40ae9680579e4e29793aeccb0ea9ea7d09214";
	const GENESIS: &str = "7be55d4469b704841f8e52e9e2e3238487264266cdd531de0dc47ebacb3c2917";
	/// The deal of its tasks.
	const DEAL: &str = "62efc64badc9ee1e7b507aa2fcad3b3cfb7182100bfe67c59c182be3bb435855";

	/// Makes a journal as a program left it.
	async fn write_dump(dump: &str, path: &Path) {
		let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
		let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
		sqlx::raw_sql(dump).execute(&mut connection).await.unwrap();
		connection.close().await.unwrap();
	}

	#[tokio::test]
	async fn journal_that_a_program_of_version_1_left_is_gone_on_with() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("journal");
		write_dump(VERSION_1, &path).await;
		let [owner, genesis, deal] = [OWNER, GENESIS, DEAL].map(|hex| hex.parse::<H256>().unwrap());
		let account = AccountId::new(owner.0);
		for _ in 0..2 {
			let (mut journal, records) = Journal::open(&path, &account, genesis).await.unwrap();
			let tasks: Vec<_> = records.iter().map(|record| record.task).collect();
			assert_eq!(tasks, [0, 1].map(|index| TaskRef { deal: DealId(deal), index }));
			for record in &records {
				assert!(matches!(
					record.state,
					State::Contributed(Output { kind: OutputKind::Archive, size: 2_048, .. })
				));
				assert_eq!(record.expiry(), 0, "the chain refuses what does not expire, but not its reveal");
			}
			journal.write(&[Change::Put(records[0].clone())]).await.unwrap();
			journal.close().await.unwrap();
		}
	}

	#[tokio::test]
	async fn journal_that_a_program_of_version_2_left_is_gone_on_with() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("journal");
		write_dump(VERSION_2, &path).await;
		let [owner, genesis, deal] = [
			"6e2c0edbcb276505166c3227acda4e3aa9142a05da1ff4b34e24f0508c30447a",
			"6c9fb7c3db0a8dc81c9d03a9246ed23fbac61a797a216eadd39e5a5d23c7b7e6",
			"42f60641979d0ab094563df596ce524d3d0257eadf9f2dcb6f2ffa203000f418",
		]
		.map(|hex| hex.parse::<H256>().unwrap());
		let (journal, records) = Journal::open(&path, &AccountId::new(owner.0), genesis).await.unwrap();
		for (index, record) in (0..).zip(&records) {
			assert_eq!((record.task, &record.state), (TaskRef { deal: DealId(deal), index }, &State::Taken));
			assert!(matches!(record.authorization, DelegationProof::Signed { expiry: 1_795_968_252_020, .. }));
		}
		assert_eq!(records.len(), 2);
		journal.close().await.unwrap();
	}

	#[tokio::test]
	async fn journal_of_version_1_that_cannot_be_read_stays_as_it_is() {
		let dir = tempfile::tempdir().unwrap();
		let (mut journal, _) = open(&dir).await;
		let insert = sqlx::query("INSERT INTO tasks VALUES ($1, $2)").bind(vec![1u8]).bind(vec![9u8]);
		insert.execute(&mut journal.connection).await.unwrap();
		sqlx::query("PRAGMA user_version = 1").execute(&mut journal.connection).await.unwrap();
		journal.close().await.unwrap();
		for _ in 0..2 {
			let opened = Journal::open(&dir.path().join("journal"), &worker(), H256::zero()).await;
			assert!(matches!(opened, Err(JournalError::Damaged { .. })));
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
