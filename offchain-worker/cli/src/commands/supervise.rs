//! `rlc supervise`: a program that ends with our standard input.
//!
//! `rlc up` holds the other end of that pipe. However it ends, the system closes the pipe, and so no child is left over:
//! closing it is also how `rlc up` stops a child.

use std::{
	ffi::OsString,
	os::unix::process::ExitStatusExt,
	process::{ExitCode, ExitStatus, Stdio},
	time::Duration,
};

use clap::Args;
use rustix::process::{kill_process, Pid, Signal};
use tokio::{process::Command, sync::oneshot};

use crate::{
	failure::{failure, Result},
	stop,
};

/// How long a program has to end by itself after it was asked to.
pub const GRACE: Duration = Duration::from_secs(10);

/// Arguments of `rlc supervise`.
#[derive(Debug, Args)]
pub struct Supervise {
	/// The program and its arguments
	#[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
	pub program: Vec<OsString>,
}

/// Runs the program until it ends, or until standard input does, or until we are asked to stop.
///
/// # Errors
///
/// If the program cannot be started.
pub async fn run(supervise: Supervise) -> Result<ExitCode> {
	let Some((program, arguments)) = supervise.program.split_first() else {
		return Err(failure!("no program is given"));
	};
	let mut child = Command::new(program)
		.args(arguments)
		.stdin(Stdio::null())
		.kill_on_drop(true)
		.spawn()
		.map_err(|error| failure!("{} cannot be started: {error}", program.to_string_lossy()))?;
	let ended = tokio::select! {
		ended = child.wait() => ended,
		() = async { tokio::select! { () = end_of_input() => {}, () = stop::asked_to_stop() => {} } } => {
			terminate(&child);
			match tokio::time::timeout(GRACE, child.wait()).await {
				Ok(ended) => ended,
				Err(_) => {
					// It may have ended this very moment.
					let _ = child.start_kill();
					child.wait().await
				}
			}
		}
	};
	ended.map(exit_code).map_err(|error| failure!("{}: {error}", program.to_string_lossy()))
}

/// Ask a program to end.
fn terminate(child: &tokio::process::Child) {
	let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
	if let Some(pid) = pid {
		// If it has ended already, there is nobody to ask.
		let _ = kill_process(pid, Signal::TERM);
	}
}

/// The program's exit code; 128 and the signal's number if a signal ended it, as shells say it.
fn exit_code(status: ExitStatus) -> ExitCode {
	let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
	ExitCode::from(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

/// Wait until standard input ends. Read by a thread of its own, which does not keep the program alive.
async fn end_of_input() {
	let (ended, end) = oneshot::channel();
	std::thread::spawn(move || {
		let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
		let _ = ended.send(());
	});
	let _ = end.await;
}
