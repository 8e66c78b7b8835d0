//! Child processes that do not outlive this program.

use std::{
	fs::{self, File},
	io::{Read, Seek, SeekFrom},
	path::{Path, PathBuf},
	process::{ExitStatus, Stdio},
	time::Duration,
};

use rustix::process::{kill_process_group, Pid, Signal};
use tokio::process::{Child, ChildStdin, Command};

use super::plan::Part;
use crate::failure::{disk, failure, Failure, Result};

/// How long a program has to end by itself after it was asked to.
pub(crate) const GRACE: Duration = Duration::from_secs(10);
/// How often the parts are checked for one that has died.
const LOOK: Duration = Duration::from_millis(100);
/// How much of the end of a log is read to show its last lines, in bytes.
const TAIL: u64 = 4_096;
/// How many of them are shown.
const LAST_LINES: usize = 5;

/// A running part.
struct Process {
	name: String,
	log: PathBuf,
	child: Child,
	/// Closing it ends the part.
	lifeline: Option<ChildStdin>,
}

/// Running parts, in the order of their start.
pub(super) struct Processes {
	logs: PathBuf,
	processes: Vec<Process>,
}

impl Processes {
	/// Returns an empty list. What the parts log goes into this directory.
	pub(super) fn new(logs: PathBuf) -> Self {
		Self { logs, processes: Vec::new() }
	}

	/// Returns where the logs are.
	pub(super) fn logs(&self) -> &Path {
		&self.logs
	}

	/// Starts a part.
	pub(super) fn start(&mut self, part: Part) -> Result<()> {
		let log = self.logs.join(format!("{}.log", part.name));
		let cannot = |error: std::io::Error| failure!(ProgramFailed, "{} cannot be started: {error}", part.name);
		let file = File::create(&log).map_err(disk(&log))?;
		let mut child = Command::new(std::env::current_exe().map_err(cannot)?)
			.arg("supervise")
			.arg("--")
			.arg(&part.program)
			.args(&part.arguments)
			.stdin(Stdio::piped())
			.stdout(file.try_clone().map_err(cannot)?)
			.stderr(file)
			// A group of its own: Ctrl-C on the terminal ends this program alone, which then stops the parts in order.
			.process_group(0)
			.spawn()
			.map_err(cannot)?;
		let lifeline = child.stdin.take();
		self.processes.push(Process { name: part.name, log, child, lifeline });
		Ok(())
	}

	/// Waits until a part ends, which none should.
	pub(super) async fn first_death(&mut self) -> Failure {
		loop {
			for process in &mut self.processes {
				if let Ok(Some(status)) = process.child.try_wait() {
					return died(&process.name, status, &process.log);
				}
			}
			tokio::time::sleep(LOOK).await;
		}
	}

	/// Stops all parts, the last one first.
	pub(super) async fn stop(mut self, say: impl Fn(&str)) {
		while let Some(mut process) = self.processes.pop() {
			say(&process.name);
			drop(process.lifeline.take());
			// Its supervisor kills it after the grace period; a little later, both are killed.
			if tokio::time::timeout(GRACE + Duration::from_secs(2), process.child.wait()).await.is_err() {
				let group = process.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
				// It may have ended this very moment.
				let _ = group.map(|group| kill_process_group(group, Signal::KILL));
				let _ = process.child.wait().await;
			}
		}
	}
}

/// Returns why a part has ended, with the last lines that it wrote.
fn died(name: &str, status: ExitStatus, log: &Path) -> Failure {
	let how = match status.code() {
		Some(code) if code > 128 => format!("was ended by signal {}", code - 128),
		Some(code) => format!("ended with exit code {code}"),
		None => "was killed".into(),
	};
	let said = last_lines(log).join(" | ");
	failure!(StackDied, "{name} {how}, so everything was stopped"; "its log {} ends with: {said}", log.display())
}

/// Returns the last lines of a file.
fn last_lines(path: &Path) -> Vec<String> {
	let read = || {
		let mut file = File::open(path)?;
		let length = fs::metadata(path)?.len();
		file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
		let mut end = Vec::new();
		file.read_to_end(&mut end)?;
		Ok::<_, std::io::Error>(String::from_utf8_lossy(&end).into_owned())
	};
	let text = read().unwrap_or_default();
	let lines: Vec<_> = text.lines().filter(|line| !line.trim().is_empty()).map(String::from).collect();
	lines[lines.len().saturating_sub(LAST_LINES)..].to_vec()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn last_lines_of_a_log_are_few() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("log");
		assert_eq!(last_lines(&path), Vec::<String>::new());
		fs::write(&path, "only\n\n").unwrap();
		assert_eq!(last_lines(&path), ["only"]);
		let many: Vec<_> = (0..10_000).map(|line| line.to_string()).collect();
		fs::write(&path, many.join("\n")).unwrap();
		assert_eq!(last_lines(&path), ["9995", "9996", "9997", "9998", "9999"]);
	}
}
