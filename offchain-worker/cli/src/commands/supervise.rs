//! `rlc supervise`: a program that ends with the standard input of this one.
//!
//! `rlc up` holds the other end of that pipe. However it ends, the system closes the pipe, so that no child is left over.
//! Closing the pipe is also how `rlc up` stops a child.

use std::{
	ffi::OsString,
	os::unix::process::ExitStatusExt,
	process::{ExitCode, ExitStatus, Stdio},
};

use clap::Args;
use rustix::process::{kill_process, Pid, Signal};
use tokio::{process::Command, sync::oneshot};

use crate::{
	answer::Outcome,
	failure::{failure, Result},
	stack::GRACE,
};
use rlc_service::stop_requested;

/// Run a program that ends with this one's standard input
#[derive(Debug, Args)]
pub(crate) struct Supervise {
	/// The program and its arguments
	#[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
	pub program: Vec<OsString>,
}

/// Runs the program until it ends, standard input ends, or this program is asked to stop.
pub(crate) async fn run(supervise: Supervise) -> Result<Outcome> {
	let Some((program, arguments)) = supervise.program.split_first() else {
		return Err(failure!(Usage, "no program is given"));
	};
	// From before there is a program that nobody would end.
	let asked = stop_requested();
	let mut child = Command::new(program)
		.args(arguments)
		.stdin(Stdio::null())
		.kill_on_drop(true)
		.spawn()
		.map_err(|error| failure!(ProgramFailed, "{} cannot be started: {error}", program.to_string_lossy()))?;
	let ended = tokio::select! {
		ended = child.wait() => ended,
		() = async { tokio::select! { () = end_of_input() => {}, () = asked => {} } } => {
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
	let status = ended.map_err(|error| failure!(ProgramFailed, "{}: {error}", program.to_string_lossy()))?;
	Ok(exit_code(status).into())
}

/// Asks a program to end.
fn terminate(child: &tokio::process::Child) {
	let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
	if let Some(pid) = pid {
		// If it has ended already, there is nobody to ask.
		let _ = kill_process(pid, Signal::TERM);
	}
}

/// Returns the program's exit code; if a signal ended it, 128 plus the signal's number, as shells do.
fn exit_code(status: ExitStatus) -> ExitCode {
	let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
	ExitCode::from(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

/// Waits until standard input ends. A thread of its own reads it, which does not keep the program alive.
async fn end_of_input() {
	let (ended, end) = oneshot::channel();
	std::thread::spawn(move || {
		let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
		let _ = ended.send(());
	});
	let _ = end.await;
}
