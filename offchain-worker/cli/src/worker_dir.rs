//! A worker's directory, and the file in it that asks the worker to drain.

use std::{
	fs::{self, DirBuilder},
	os::unix::fs::DirBuilderExt,
	path::{Path, PathBuf},
	time::{Duration, Instant},
};

use rlc_json::Account;
use rlc_keystore::data_home;

use crate::{
	context::Context,
	failure::{disk, failure, Result},
};

/// The file that asks the worker to drain.
const DRAIN: &str = "drain";
/// How often a worker looks for it.
const LOOK: Duration = Duration::from_millis(500);
/// How long a running worker has to see it.
const PATIENCE: Duration = Duration::from_secs(10);

/// A worker's directory.
#[derive(Clone, Debug)]
pub(crate) struct WorkerDir(PathBuf);

impl WorkerDir {
	/// Returns the given directory, or the one of the account that acts.
	///
	/// # Errors
	///
	/// If none is given, and there is no account or no directory for it.
	pub(crate) fn of(context: &Context, given: Option<PathBuf>) -> Result<Self> {
		if let Some(dir) = given {
			return Ok(Self(dir));
		}
		let home = data_home();
		let home = home.ok_or_else(|| failure!(HomeMissing, "no directory for it is known"; "give --dir"))?;
		Ok(Self(home.join(format!("worker-{}", Account(context.account(context.named()?)?)))))
	}

	/// Returns its path.
	pub(crate) fn path(&self) -> &Path {
		&self.0
	}

	/// Creates it for a new worker: others may pass, as containers do, but not look into it. An earlier request to drain was
	/// for a worker that is gone.
	///
	/// # Errors
	///
	/// If it cannot be created.
	pub(crate) fn create(&self) -> Result<()> {
		if let Some(parent) = self.0.parent() {
			fs::create_dir_all(parent).map_err(disk(parent))?;
		}
		if !self.0.is_dir() {
			DirBuilder::new().mode(0o711).create(&self.0).map_err(disk(&self.0))?;
		}
		let _ = fs::remove_file(self.0.join(DRAIN));
		Ok(())
	}

	/// Waits until the worker is asked to drain.
	pub(crate) async fn asked_to_drain(&self) {
		while fs::remove_file(self.0.join(DRAIN)).is_err() {
			tokio::time::sleep(LOOK).await;
		}
	}

	/// Asks the worker to drain, and waits until it has seen that.
	///
	/// # Errors
	///
	/// If no worker runs here.
	pub(crate) async fn ask_to_drain(&self) -> Result<()> {
		let file = self.0.join(DRAIN);
		fs::write(&file, "").map_err(|error| disk(&self.0)(error).advise("give the worker's --dir"))?;
		let begin = Instant::now();
		while file.exists() {
			if begin.elapsed() > PATIENCE {
				let _ = fs::remove_file(&file);
				return Err(failure!(WorkerMissing, "no worker runs in {}", self.0.display();
					"give the directory that it was started with"));
			}
			tokio::time::sleep(LOOK / 5).await;
		}
		Ok(())
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[tokio::test]
	async fn worker_sees_that_it_is_to_drain() {
		let temporary = tempfile::tempdir().unwrap();
		let dir = WorkerDir(temporary.path().to_owned());
		let (asked, ()) = tokio::join!(dir.ask_to_drain(), dir.asked_to_drain());
		assert!(asked.is_ok());
		let refused = WorkerDir("/no/such/dir".into()).ask_to_drain().await.unwrap_err();
		assert!(refused.to_string().contains("give the worker's --dir"));
	}
}
