//! Removing what a run left in a device.

use std::{path::Path, process::Stdio, time::Duration};

use rustix::process::{kill_process_group, Pid, Signal};
use tokio::time;

use super::{gpu::Gpu, GpuClear};
use crate::{
	container::{programs, streams},
	tail::Tail,
};

/// How long a command may take.
pub const TIME: Duration = Duration::from_secs(60);
/// What is kept of its words, in bytes.
const WORDS: usize = 1 << 10;

/// Clears a device that no run has.
///
/// # Errors
///
/// Why it is not clear.
pub async fn clear(how: &GpuClear, gpu: &Gpu, most: Duration) -> Result<(), String> {
	let GpuClear::Command(line) = how else { return Ok(()) };
	let own = gpu.edits.nodes.iter().filter(|node| gpu.own.contains(&node.number));
	let nodes: Vec<_> = own.map(|node| node.host.display().to_string()).collect();
	let mut command = programs::command(Path::new("/bin/sh"));
	command.args(["-c", line]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
	command.env("RLC_GPU", &gpu.name).env("RLC_GPU_NODES", nodes.join(" "));
	command.env("RLC_GPU_NAME", gpu.name.split_once('=').map_or(&*gpu.name, |(_, name)| name));
	// In a group of its own, so that all of it can be ended.
	let mut child = command.process_group(0).spawn().map_err(|error| format!("/bin/sh does not start: {error}"))?;
	let group = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
	let words = streams::read(child.stderr.take(), Tail::new(WORDS));
	let ended = time::timeout(most, child.wait()).await;
	if let Some(group) = group {
		// It may have ended by now. What it started may not, and has its standard error.
		let _ = kill_process_group(group, Signal::KILL);
	}
	let status = match ended {
		Err(_) => return Err(format!("the command did not end within {most:?}")),
		Ok(status) => status.map_err(|error| format!("the command is lost: {error}"))?,
	};
	if status.success() {
		return Ok(());
	}
	let words = time::timeout(Duration::from_secs(1), streams::finish(words)).await.unwrap_or_default().end;
	let words = String::from_utf8_lossy(&words).split_whitespace().collect::<Vec<_>>().join(" ");
	Err(format!("the command ended with {status}; it wrote: {words}"))
}

#[cfg(test)]
mod tests {
	use super::*;

	async fn run(line: &str) -> Result<(), String> {
		let gpu = Gpu { name: "example.com/gpu=7".into(), ..Gpu::at(Path::new("/dev/full")).unwrap() };
		clear(&GpuClear::Command(line.into()), &gpu, Duration::from_millis(500)).await
	}

	#[tokio::test]
	async fn command_is_told_the_device_and_judged_by_its_end() {
		let told = "[ \"$RLC_GPU $RLC_GPU_NAME $RLC_GPU_NODES\" = 'example.com/gpu=7 7 /dev/full' ]";
		assert_eq!(run(told).await, Ok(()));
		let failed = run("echo not permitted >&2; exit 4").await.unwrap_err();
		assert!(failed.contains("exit status: 4") && failed.ends_with("it wrote: not permitted"), "{failed}");
	}

	#[tokio::test]
	async fn command_that_does_not_end_is_ended_with_all_that_it_started() {
		let directory = tempfile::tempdir().unwrap();
		let file = directory.path().join("late");
		let line = format!("(sleep 2; touch {}) & sleep 600", file.display());
		assert!(run(&line).await.unwrap_err().contains("did not end within"));
		time::sleep(Duration::from_secs(3)).await;
		assert!(!file.exists());
	}
}
