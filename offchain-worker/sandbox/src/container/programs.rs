//! Programs of this machine: their locations, and what a crash left of them.

use std::{
	env, fs,
	path::{Path, PathBuf},
};

use rustix::process::{kill_process, Pid, Signal};
use tokio::process::Command;

/// Returns the program of this name in PATH.
pub fn find(name: &str) -> Option<PathBuf> {
	let path = env::var_os("PATH").unwrap_or_default();
	// Administrators' programs, if this user's PATH does not have them.
	let directories = env::split_paths(&path).chain(["/usr/sbin".into(), "/sbin".into()]);
	directories.map(|directory: PathBuf| directory.join(name)).find(|program| program.is_file())
}

/// Returns a program that is to be started without this process's environment, which may have the password of its key.
/// PATH alone is left, for what the program starts.
pub fn command(program: &Path) -> Command {
	let mut command = Command::new(program);
	command.env_clear().envs(env::var_os("PATH").map(|path| ("PATH", path)));
	command
}

/// Returns the same, to be started in a control group: `group` is the file that takes processes in. Where it is gone, the
/// program is not started. Everybody can look at what it makes, such as a container's own control group.
pub fn command_in(group: &Path, program: &Path) -> Command {
	let mut command = command(Path::new("/bin/sh"));
	command.args(["-c", r#"echo $$ >"$0" && umask 022 && exec "$@""#]).arg(group).arg(program);
	command
}

/// Kills each process that was started with this argument, which no other process has. Returns whether there was one.
pub fn kill_with(argument: &[u8]) -> bool {
	let mut was_there = false;
	let Ok(processes) = fs::read_dir("/proc") else { return was_there };
	for process in processes.flatten() {
		let number = process.file_name().to_str().and_then(|name| name.parse().ok()).and_then(Pid::from_raw);
		let Some((number, line)) = number.zip(fs::read(process.path().join("cmdline")).ok()) else { continue };
		if line.split(|byte| *byte == 0).any(|one| one == argument) {
			was_there = true;
			// It may have ended by now.
			let _ = kill_process(number, Signal::KILL);
		}
	}
	was_there
}

#[cfg(test)]
mod tests {
	use super::*;

	#[tokio::test]
	async fn program_sees_no_password() {
		// Cargo sets it for each test.
		assert!(env::var_os("CARGO_MANIFEST_DIR").is_some());
		let script = "[ -z \"$CARGO_MANIFEST_DIR\" ] && [ -n \"$PATH\" ]";
		let status = command(Path::new("/bin/sh")).args(["-c", script]).status().await.unwrap();
		assert!(status.success());
	}
}
