//! What to run, under what limits, and how it ended.

use std::{io, path::Path, time::Duration};

use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::{tail::Written, Tap};

/// Where the app finds its input.
pub const GUEST_INPUT: &str = "/iexec_in";
/// Where the app leaves its result.
pub const GUEST_OUTPUT: &str = "/iexec_out";
/// How many files and directories may be in OUT, unless a job says otherwise.
pub const MAX_FILES: u32 = 10_000;
/// The longest path in OUT, in bytes.
pub const LONGEST_OUTPUT_PATH: usize = 1_024;
/// How many symbolic links may be on the way to a file, as for Linux.
pub const MOST_LINKS: u32 = 40;
/// How many names may be on the way to a file, with those of the links. Linux has no such limit; but each is looked at, and 40
/// links can have very many.
pub const MOST_STEPS: usize = 512;

/// The longest argument or variable, in bytes: what every kernel takes.
const LONGEST_TEXT: usize = 128 << 10;
/// How much the arguments and variables of a job may have together, and those of an image, in bytes. A program gets 2 MiB, a
/// quarter of the stack that each run has, and not all of it for these.
const MOST_TEXT: usize = 768 << 10;

/// What to run.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
	/// The app: a Wasm module; or an image, as file or directory. It must not change once it was run.
	pub app: &'a Path,
	/// Its arguments.
	pub args: &'a [String],
	/// Its environment, beside `IEXEC_IN` and `IEXEC_OUT`, which are set here.
	pub env: &'a [(String, String)],
	/// The directory that it reads, without symbolic links. For the container tier, all in it must be readable for
	/// everybody. Nothing in it changes.
	pub input: &'a Path,
	/// The directory that it writes: exists, and is empty.
	pub output: &'a Path,
	/// What it may use.
	pub limits: &'a Limits,
	/// What it gets beside computing. Container tier only: a module has neither, whatever is said here.
	pub grants: Grants,
	/// The source of randomness in the Wasm tier: the task's id, so that all of its replicates see the same.
	pub seed: [u8; 32],
	/// Whether to tell [`Run::memory`]. Hashing takes a second or two for each GiB.
	pub hash_memory: bool,
	/// What is told what the app writes, while it runs: at once, or by a container service about once in a second.
	pub tap: Option<&'a Tap>,
}

/// What an app gets of the machine beside computing. By default: nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grants {
	/// The internet: neither this machine, at any of its addresses, nor what is near it, nor what its owner denies. See
	/// [`ContainerTier::with_network`](crate::ContainerTier::with_network).
	pub network: bool,
	/// How many graphics processors of [`ContainerTier::with_gpus`](crate::ContainerTier::with_gpus), which no other run has
	/// meanwhile.
	pub gpus: u32,
}

/// What an app may use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Limits {
	/// Wall clock time, from its first instruction.
	pub time: Duration,
	/// Wasm instructions, about. `None`: as many as it can in that time.
	pub fuel: Option<u64>,
	/// Memory, in bytes. All that the app writes is part of it, in OUT and elsewhere.
	pub memory: u64,
	/// Whether every machine whose run is compared with this one has the same memory for it. Then a module that asks for more
	/// is told that there is none, and may make do with less. Otherwise its run ends there: with more, it would have gone on in
	/// another way. Wasm only.
	#[serde(default)]
	pub same_memory: bool,
	/// Bytes in OUT; in the Wasm tier, in all of `/` that a module can write.
	pub output: u64,
	/// Files and directories there.
	pub files: u64,
	/// Bytes kept of standard output and of standard error, each: the last ones.
	pub log: usize,
	/// Processes and threads. Container tier only.
	pub pids: u32,
	/// Processors. Container tier only; a module uses one.
	pub cpus: f32,
}

impl Default for Limits {
	fn default() -> Self {
		Self {
			time: Duration::from_secs(300),
			fuel: None,
			memory: 1 << 30,
			same_memory: true,
			output: 1 << 30,
			files: MAX_FILES.into(),
			log: 64 << 10,
			pids: 256,
			cpus: 1.0,
		}
	}
}

/// What became of a job.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
	/// How it ended.
	pub ending: Ending,
	/// The end of its standard output.
	pub stdout: Vec<u8>,
	/// The end of its standard error.
	pub stderr: Vec<u8>,
	/// SHA-256 of all of its standard output and of all of its standard error.
	pub hashes: [[u8; 32]; 2],
	/// SHA-256 of the memory that it left, of a module that ended well, if [`Job::hash_memory`] asked for it.
	pub memory: Option<[u8; 32]>,
	/// What it used.
	pub used: Used,
}

impl Run {
	/// Returns a run of an app that wrote this.
	pub(crate) fn new(ending: Ending, [stdout, stderr]: [Written; 2], used: Used) -> Self {
		let hashes = [stdout.sha256, stderr.sha256];
		Self { ending, stdout: stdout.end, stderr: stderr.end, hashes, memory: None, used }
	}

	/// Returns a run of an app that did not begin.
	pub(crate) fn unbegun(ending: Ending) -> Self {
		Self::new(ending, Default::default(), Used::default())
	}
}

/// What an app used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Used {
	/// Wall clock time.
	pub time: Duration,
	/// Wasm instructions, about. 0 in the container tier.
	pub fuel: u64,
	/// Memory at most, in bytes. 0 if the machine does not tell.
	pub memory: u64,
}

/// How an app ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ending {
	/// By itself, with this exit code. 0 is success.
	Exited(i32),
	/// It ran longer than [`Limits::time`].
	TimedOut,
	/// It wanted more than [`Limits::memory`], or was refused that and aborted.
	OutOfMemory,
	/// It wanted to write more than [`Limits::output`] or [`Limits::files`].
	OutOfDisk,
	/// It executed more than [`Limits::fuel`].
	OutOfFuel,
	/// A module recursed deeper than this machine's stack allows, which differs between processors and engines.
	OutOfStack,
	/// It did not begin: compiling the module takes more than there is for that, which differs between machines. What.
	Uncompiled(String),
	/// It did what no program may do, such as dividing by zero: what, and where.
	Trapped(String),
	/// [`Stop::stop`] was called.
	Stopped,
}

/// Ends runs early. Clones end the same runs.
#[derive(Clone, Debug, Default)]
pub struct Stop(CancellationToken);

impl Stop {
	/// Makes one that is not stopped.
	pub fn new() -> Self {
		Self::default()
	}

	/// Ends the runs that were started with it, and those that will be.
	pub fn stop(&self) {
		self.0.cancel();
	}

	/// Returns whether [`Stop::stop`] was called.
	pub fn is_stopped(&self) -> bool {
		self.0.is_cancelled()
	}

	/// Waits until [`Stop::stop`] is called.
	pub(crate) async fn stopped(&self) {
		self.0.cancelled().await;
	}

	/// Returns one that is stopped with this one, and can be stopped by itself.
	pub(crate) fn child(&self) -> Self {
		Self(self.0.child_token())
	}
}

/// Stops what it is for when it is dropped: nobody waits for that any longer.
pub(crate) struct StopOnDrop(pub Stop);

impl Drop for StopOnDrop {
	fn drop(&mut self) {
		self.0.stop();
	}
}

/// Why an app could not be run at all.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
	/// It is the app's or the requester's fault, and the same everywhere.
	#[error("the app cannot be run: {0}")]
	App(String),
	/// It may run on other machines, such as those of another kind: it says nothing of the app.
	#[error("the app cannot be run on this machine, and may run on another: {0}")]
	OtherMachine(String),
	/// It is this machine's fault; another may succeed.
	#[error("this machine cannot run it: {0}")]
	Host(String),
}

impl Error {
	/// Describes a failure of something done to a path, for `map_err`.
	pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
		let path = path.display().to_string();
		move |error| Self::Host(format!("could not {action} {path}: {error}"))
	}
}

impl Job<'_> {
	/// Returns the environment that the app gets, ours first.
	///
	/// # Errors
	///
	/// [`Error::App`], if a text cannot be handed to a program.
	pub(crate) fn environment(&self) -> Result<Vec<String>, Error> {
		let ours = [("IEXEC_IN", GUEST_INPUT), ("IEXEC_OUT", GUEST_OUTPUT)];
		let mut variables: Vec<_> = ours.iter().map(|(name, value)| format!("{name}={value}")).collect();
		for (name, value) in self.env {
			if name.is_empty() || name.contains(['=', '\0']) || value.contains('\0') {
				return Err(Error::App(format!("the variable {name:?} has an impossible name or value; names have no =, and neither has a zero byte")));
			}
			if ours.iter().all(|(taken, _)| taken != name) {
				variables.push(format!("{name}={value}"));
			}
		}
		if self.args.iter().any(|arg| arg.contains('\0')) {
			return Err(Error::App("an argument contains a zero byte; remove it".into()));
		}
		if !can_be_given(self.args.iter().chain(&variables)) {
			return Err(Error::App("its arguments and variables are too long for a program to get".into()));
		}
		Ok(variables)
	}
}

/// Returns whether a program can get these of a job, or of an image, as arguments and variables on every machine.
pub(crate) fn can_be_given<'a>(texts: impl Iterator<Item = &'a String> + Clone) -> bool {
	// The kernel keeps an address and a zero byte beside each.
	let size = |text: &String| text.len() + size_of::<u64>() + 1;
	texts.clone().all(|text| size(text) <= LONGEST_TEXT) && texts.map(size).sum::<usize>() <= MOST_TEXT
}

#[cfg(test)]
mod tests {
	use super::*;

	fn environment(env: &[(&str, &str)], args: &[&str]) -> Result<Vec<String>, Error> {
		let env: Vec<_> = env.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
		let args: Vec<_> = args.iter().map(|arg| arg.to_string()).collect();
		let (nowhere, limits) = (Path::new(""), Limits::default());
		Job {
			app: nowhere,
			args: &args,
			env: &env,
			input: nowhere,
			output: nowhere,
			limits: &limits,
			grants: Grants::default(),
			seed: [0; 32],
			hash_memory: false,
			tap: None,
		}
		.environment()
	}

	#[test]
	fn caller_adds_to_the_environment_and_cannot_move_directories() {
		let env = environment(&[("IEXEC_TASK_ID", "0x1"), ("IEXEC_OUT", "/etc")], &[]).unwrap();
		assert_eq!(env, ["IEXEC_IN=/iexec_in", "IEXEC_OUT=/iexec_out", "IEXEC_TASK_ID=0x1"]);
	}

	#[test]
	fn text_that_no_program_can_get_is_refused() {
		for (env, args) in [(&[("A=B", "")][..], &[][..]), (&[("", "")], &[]), (&[("A", "\0")], &[]), (&[], &["a\0b"])]
		{
			assert!(matches!(environment(env, args), Err(Error::App(_))), "{env:?} {args:?}");
		}
	}

	#[test]
	fn more_text_than_a_program_can_get_is_refused() {
		let long = "a".repeat(LONGEST_TEXT - 100);
		assert!(environment(&[("A", long.as_str())], &[long.as_str()]).is_ok());
		let longer = "a".repeat(LONGEST_TEXT);
		for (env, args) in [(vec![("A", longer.as_str())], vec![]), (vec![], vec![longer.as_str()])] {
			assert!(matches!(environment(&env, &args), Err(Error::App(_))));
		}
		assert!(matches!(environment(&[], &[long.as_str(); 7]), Err(Error::App(_))), "all together");
		assert!(matches!(environment(&[], &vec!["a"; MOST_TEXT / 10]), Err(Error::App(_))), "many that are short");
	}
}
