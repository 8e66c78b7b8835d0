//! The program `runc`.

use std::{
	fs,
	os::unix::ffi::OsStrExt,
	path::{Path, PathBuf},
	process::Stdio,
	time::Duration,
};

use serde::Deserialize;
use tokio::{
	process::{Child, Command},
	time,
};
use tracing::warn;

use super::programs;
use crate::Error;

/// How long `runc` may take to kill, list or delete.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often a container that does not end is killed again, and how long it is waited for each time.
const KILLS: u32 = 50;
const BETWEEN_KILLS: Duration = Duration::from_millis(200);

/// `runc`, with state of its own.
#[derive(Clone, Debug)]
pub struct Runc {
	program: PathBuf,
	state: PathBuf,
}

/// A line of its log, as JSON.
#[derive(Deserialize)]
struct Line {
	level: String,
	msg: String,
}

impl Runc {
	/// Finds the one in PATH, with its state in the directory of a tier.
	pub fn find(directory: &Path) -> Option<Self> {
		Some(Self { program: programs::find("runc")?, state: directory.join("runc") })
	}

	fn command(&self) -> Command {
		let mut command = programs::command(&self.program);
		command.arg("--root").arg(&self.state).stdin(Stdio::null());
		command
	}

	/// Starts a container. It is there until it is deleted.
	///
	/// # Errors
	///
	/// [`Error::Host`], if the program cannot be started.
	pub fn run(&self, name: &str, bundle: &Path, log: &Path) -> Result<Child, Error> {
		let mut command = self.command();
		command.arg("--log").arg(log).args(["--log-format", "json", "run", "--keep", "--bundle"]).arg(bundle).arg(name);
		command.stdout(Stdio::piped()).stderr(Stdio::piped());
		command.spawn().map_err(Error::io("start", &self.program))
	}

	/// Returns what went wrong by the log of a run, if anything did.
	pub fn errors(log: &Path) -> Option<String> {
		let text = fs::read_to_string(log).unwrap_or_default();
		let lines = text.lines().filter_map(|line| serde_json::from_str::<Line>(line).ok());
		let errors: Vec<_> = lines.filter(|line| line.level == "error").map(|line| line.msg).collect();
		(!errors.is_empty()).then(|| errors.join("; "))
	}

	/// Ends a container, and waits until it has ended.
	///
	/// # Errors
	///
	/// [`Error::Host`], if it does not end.
	pub async fn kill(&self, name: &str, child: &mut Child) -> Result<(), Error> {
		for _ in 0..KILLS {
			// It may have ended by itself, or be about to begin.
			let _ = self.short(&["kill", name, "KILL"]).await;
			if time::timeout(BETWEEN_KILLS, child.wait()).await.is_ok() {
				return Ok(());
			}
		}
		child.kill().await.map_err(|error| Error::Host(format!("runc does not end: {error}")))
	}

	/// Removes a container, even one that runs.
	///
	/// # Errors
	///
	/// [`Error::Host`], if it stays.
	pub async fn delete(&self, name: &str) -> Result<(), Error> {
		self.short(&["delete", "--force", name]).await.map(|_| ())
	}

	/// Removes all containers of this state, which no other process uses.
	///
	/// # Errors
	///
	/// [`Error::Host`], if one stays.
	pub async fn delete_all(&self) -> Result<(), Error> {
		if !self.state.exists() {
			return Ok(());
		}
		// A `runc` that outlived the process that started it might be about to make another container.
		programs::kill_with(self.state.as_os_str().as_bytes());
		for name in self.short(&["list", "--quiet"]).await?.split_whitespace() {
			warn!("the container {name} was left by a crash; it is removed");
			self.delete(name).await?;
		}
		Ok(())
	}

	/// Returns its version.
	///
	/// # Errors
	///
	/// [`Error::Host`], if it cannot be started.
	pub async fn version(&self) -> Result<String, Error> {
		let said = self.short(&["--version"]).await?;
		Ok(said.lines().next().unwrap_or_default().trim_start_matches("runc version ").to_owned())
	}

	/// Runs a command that does not take long, and returns what it says.
	async fn short(&self, arguments: &[&str]) -> Result<String, Error> {
		let failed = |why: String| Error::Host(format!("runc {} failed: {why}", arguments.join(" ")));
		let mut command = self.command();
		let output = command.args(arguments).kill_on_drop(true).output();
		let output = time::timeout(PATIENCE, output).await.map_err(|_| failed("it does not end".into()))?;
		let output = output.map_err(Error::io("start", &self.program))?;
		if !output.status.success() {
			return Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
		}
		Ok(String::from_utf8_lossy(&output.stdout).into_owned())
	}
}
