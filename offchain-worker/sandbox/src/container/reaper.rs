//! What ends the runs of a tier if its process ends, however: a program beside it that waits for nothing else.
//!
//! A signal on the death of a parent would not do: a container is the child of a child, and changes its user.

use std::{
	fs::File,
	io,
	path::{Path, PathBuf},
	process::Stdio,
	sync::{Mutex, PoisonError},
};

use tokio::process::Child;

use super::{ids::SHARED, programs};

const SCRIPT: &str = include_str!("reaper.sh");

/// The reaper of a tier.
#[derive(Debug)]
pub struct Reaper {
	state: PathBuf,
	groups: Vec<PathBuf>,
	lock: File,
	/// The program. It sees the end of its standard input when this is dropped, or its process ends.
	child: Mutex<Child>,
}

impl Reaper {
	/// Starts it, for a directory of a tier and its lock, and the directories of the tier's control group.
	///
	/// # Errors
	///
	/// If it cannot be started.
	pub fn start(state: &Path, groups: Vec<PathBuf>, lock: File) -> io::Result<Self> {
		let child = Mutex::new(spawn(state, &groups, &lock)?);
		Ok(Self { state: state.into(), groups, lock, child })
	}

	/// Starts it again, should it have ended.
	///
	/// # Errors
	///
	/// If it cannot be started.
	pub fn ensure(&self) -> io::Result<()> {
		let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
		if child.try_wait()?.is_some() {
			tracing::warn!("what ends containers after this process was ended; it is started again");
			*child = spawn(&self.state, &self.groups, &self.lock)?;
		}
		Ok(())
	}
}

fn spawn(state: &Path, groups: &[PathBuf], lock: &File) -> io::Result<Child> {
	let mut command = programs::command(Path::new("/bin/sh"));
	command.args(["-c", SCRIPT, "rlc-reaper"]).arg(state).arg(SHARED).args(groups);
	// Of its own, so that what a terminal sends to this process does not reach it.
	command.process_group(0);
	command.stdin(Stdio::piped()).stdout(lock.try_clone()?).stderr(Stdio::null()).spawn()
}
