//! The program `runc`.

use std::{
	fs, io,
	path::{Path, PathBuf},
	process::Stdio,
	time::Duration,
};

use serde::Deserialize;
use tokio::{process::Child, time};

use super::programs;
use crate::Error;

/// How long `runc` may take to say its version.
const PATIENCE: Duration = Duration::from_secs(30);

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
		Some(Self { program: programs::find("runc")?, state: state(directory) })
	}

	/// Starts a container, by a program in this control group. What `runc` knows of it is there until it is
	/// [forgotten](Self::forget).
	///
	/// # Errors
	///
	/// [`Error::Host`], if the program cannot be started.
	pub fn run(&self, group: &Path, name: &str, bundle: &Path, log: &Path) -> Result<Child, Error> {
		let mut command = programs::command_in(group, &self.program);
		command.arg("--root").arg(&self.state).arg("--log").arg(log);
		command.args(["--log-format", "json", "run", "--keep", "--bundle"]).arg(bundle).arg(name);
		command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
		command.spawn().map_err(Error::io("start", &self.program))
	}

	/// Returns what went wrong by the log of a run, if anything did.
	pub fn errors(log: &Path) -> Option<String> {
		let text = fs::read_to_string(log).unwrap_or_default();
		let lines = text.lines().filter_map(|line| serde_json::from_str::<Line>(line).ok());
		let errors: Vec<_> = lines.filter(|line| line.level == "error").map(|line| line.msg).collect();
		(!errors.is_empty()).then(|| errors.join("; "))
	}

	/// Returns whether a container was made, which is not forgotten.
	pub fn knows(&self, name: &str) -> bool {
		self.state.join(name).join("state.json").exists()
	}

	/// Removes what `runc` knows of a container that has ended.
	///
	/// # Errors
	///
	/// [`Error::Host`], if it stays.
	pub fn forget(&self, name: &str) -> Result<(), Error> {
		let known = self.state.join(name);
		match fs::remove_dir_all(&known) {
			Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::io("remove", &known)(error)),
			_ => Ok(()),
		}
	}

	/// Returns its version.
	///
	/// # Errors
	///
	/// [`Error::Host`], if it cannot be started.
	pub async fn version(&self) -> Result<String, Error> {
		let failed = |why: &str| Error::Host(format!("runc --version failed: {why}"));
		let mut command = programs::command(&self.program);
		let output = command.arg("--version").stdin(Stdio::null()).kill_on_drop(true).output();
		let output = time::timeout(PATIENCE, output).await.map_err(|_| failed("it does not end"))?;
		let output = output.map_err(Error::io("start", &self.program))?;
		if !output.status.success() {
			return Err(failed(String::from_utf8_lossy(&output.stderr).trim()));
		}
		let said = String::from_utf8_lossy(&output.stdout).into_owned();
		Ok(said.lines().next().unwrap_or_default().trim_start_matches("runc version ").to_owned())
	}
}

/// Returns where `runc` keeps what it knows of the containers of a tier.
pub fn state(directory: &Path) -> PathBuf {
	directory.join("runc")
}
