//! The program that compiles modules: a child of this process, with limits, which ends when nobody waits for it any more.
//!
//! ```text
//!  this process                                  its child
//!    module ────────────── stdin ──────────────► limits itself, compiles
//!    machine code ◄─────── stdout ─────────────┘  │
//!    why not ◄──────────── stderr, exit code ─────┘
//! ```
//!
//! Compilers take much more memory and time for some modules than for others of the same size. A module of 64 KiB can keep
//! one busy for minutes, and a larger one can crash it. In a child, neither harms what this process owes. That does not make
//! the compiler harmless: what it returns is run in this process, so a module that took the compiler over could take this
//! process over too.

mod child;

use std::{
	ffi::OsStr,
	fs, io,
	path::PathBuf,
	process::{Output, Stdio},
};

use tokio::{
	io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
	process::{Child, ChildStdin, Command},
	task,
};
use wasmtime::Engine;

pub use self::child::compile_if_asked;
use self::child::{End, ASKED};
use super::compile::compile;
use crate::{Ending, Error};

/// The memory that compiling a module may take, in bytes: as much as its job, and within these bounds. A module of 32 MiB
/// takes about 1 GiB, unless it is made to take more.
pub(super) const LEAST_MEMORY: u64 = 512 << 20;
const MOST_MEMORY: u64 = 2 << 30;
/// The processor time that it may take, in seconds. A module of 32 MiB takes about 2 minutes.
const MOST_TIME: u64 = 300;
/// The most machine code that a module may become, in bytes. It is about six times as much.
pub(super) const MOST_CODE: u64 = 256 << 20;
/// The most that is read of what the compiler says, in bytes.
const MOST_WORDS: u64 = 4 << 10;
/// What Rust's library says when there is no memory left.
const OUT_OF_MEMORY: &str = "memory allocation of";

/// Which program compiles modules.
#[derive(Clone, Debug)]
pub struct Compiler(Program);

#[derive(Clone, Debug)]
enum Program {
	This,
	Other(PathBuf),
	None,
}

impl Compiler {
	/// The program of this process, started once more. Its main function must begin with [`compile_if_asked`].
	pub fn this_program() -> Self {
		Self(Program::This)
	}

	/// Another program, of the same version, whose main function begins with [`compile_if_asked`].
	pub fn program(path: impl Into<PathBuf>) -> Self {
		Self(Program::Other(path.into()))
	}

	/// No other program: this process compiles, without limits of memory and time, and cannot stop. For modules that are
	/// trusted, as those of tests.
	pub fn unlimited() -> Self {
		Self(Program::None)
	}

	/// Fails if the program is missing.
	///
	/// # Errors
	///
	/// [`Error::Host`].
	pub(super) fn check(&self) -> Result<(), Error> {
		match self.0 {
			Program::This if !child::can_be_asked() => Err(Error::Host(
				"this program cannot be started as a compiler; its main function must begin with compile_if_asked()"
					.into(),
			)),
			_ => Ok(()),
		}
	}

	/// Compiles a module, with limits that follow from the memory of its job, in bytes. If the future is dropped, the
	/// compiler is killed. Returns how the job ends if these limits are too narrow.
	///
	/// # Errors
	///
	/// [`Error::App`], if it is not a module; [`Error::Host`], if the machine fails.
	pub(super) async fn compile(
		&self,
		engine: &Engine,
		module: Vec<u8>,
		memory: u64,
	) -> Result<Result<Vec<u8>, Ending>, Error> {
		let program = match &self.0 {
			Program::This => OsStr::new("/proc/self/exe"),
			Program::Other(path) => path.as_os_str(),
			Program::None => {
				let engine = engine.clone();
				let compiled = task::spawn_blocking(move || compile(&engine, &module)).await;
				let compiled = compiled.map_err(|error| Error::Host(format!("the compiler broke off: {error}")))?;
				return compiled.map(Ok).map_err(Error::App);
			}
		};
		let memory = memory_for(memory);
		let lost = |error: io::Error| Error::Host(format!("the compiler cannot be run: {error}"));
		let child = start(program, memory).map_err(lost)?;
		let output = talk(child, &module).await.map_err(lost)?;
		judge(output, memory)
	}
}

/// Returns the memory that compiling a module may take whose job has so much, in bytes.
pub(super) fn memory_for(job: u64) -> u64 {
	job.clamp(LEAST_MEMORY, MOST_MEMORY)
}

fn start(program: &OsStr, memory: u64) -> io::Result<Child> {
	Command::new(program)
		.arg(ASKED)
		.args([memory, MOST_TIME].map(|limit| limit.to_string()))
		.env_clear()
		.current_dir("/")
		// Ctrl-C is for this process, which ends its child.
		.process_group(0)
		.stdin(Stdio::piped())
		.stdout(Stdio::piped())
		.stderr(Stdio::piped())
		.kill_on_drop(true)
		.spawn()
}

/// Gives a compiler its module, and returns what it wrote until it ended.
async fn talk(mut child: Child, module: &[u8]) -> io::Result<Output> {
	let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
	let (stdin, stdout, stderr) =
		tokio::join!(give(stdin, module), read(stdout, MOST_CODE + 1), read(stderr, MOST_WORDS));
	let status = child.wait().await?;
	// Until now: the child ends when this is closed.
	drop(stdin);
	Ok(Output { status, stdout: stdout?, stderr: stderr? })
}

/// Writes a module. A compiler that does not read it says by its end why.
async fn give(mut stdin: Option<ChildStdin>, module: &[u8]) -> Option<ChildStdin> {
	if let Some(stdin) = &mut stdin {
		let _ = stdin.write_all(&(module.len() as u64).to_le_bytes()).await;
		let _ = stdin.write_all(module).await;
	}
	stdin
}

/// Reads up to so many bytes. Who writes more finds the pipe closed.
async fn read(from: Option<impl AsyncRead + Unpin>, most: u64) -> io::Result<Vec<u8>> {
	let mut bytes = Vec::new();
	if let Some(from) = from {
		from.take(most).read_to_end(&mut bytes).await?;
	}
	Ok(bytes)
}

/// Says what the end of a compiler that had so much memory, in bytes, means for its module.
fn judge(output: Output, memory: u64) -> Result<Result<Vec<u8>, Ending>, Error> {
	let Output { status, stdout: code, stderr } = output;
	let words = String::from_utf8_lossy(&stderr);
	let words = words.trim();
	let uncompiled = |why: String| Ok(Err(Ending::Uncompiled(why)));
	let lost = |why: &str| Err(Error::Host(format!("the compiler was lost ({status}): {why}")));
	if code.len() as u64 > MOST_CODE {
		return uncompiled(format!("it becomes more than {} MiB of machine code", MOST_CODE >> 20));
	}
	match End::of(status) {
		End::Compiled => Ok(Ok(code)),
		End::Refused => Err(Error::App(words.into())),
		End::OutOfTime => uncompiled(format!("it takes more than {MOST_TIME} s of processor time")),
		// A machine that did not have that much does not know.
		End::Failed if available_memory().is_none_or(|available| available < memory) => {
			lost("the machine is short of memory")
		}
		End::Failed if words.contains(OUT_OF_MEMORY) => {
			uncompiled(format!("it takes more than {} MiB of memory", memory >> 20))
		}
		End::Failed => uncompiled(format!("the compiler fails at it: {}", words.replace('\n', " "))),
		End::Lost => lost(words),
	}
}

/// Returns how much memory the machine has to give, in bytes, if it says so.
fn available_memory() -> Option<u64> {
	let text = fs::read_to_string("/proc/meminfo").ok()?;
	let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
	let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
	Some(kilobytes << 10)
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::{os::unix::process::ExitStatusExt, process::ExitStatus};

	#[test]
	fn only_a_module_is_blamed_for_what_it_did() {
		let judged = |status: i32, words: &str| {
			let status = ExitStatus::from_raw(status);
			judge(Output { status, stdout: b"code".into(), stderr: words.into() }, 1 << 20)
		};
		assert_eq!(judged(0, "").unwrap(), Ok(b"code".to_vec()));
		for killed in [9, 2, 15, 1 << 8, 4 << 8] {
			assert!(matches!(judged(killed, "why"), Err(Error::Host(cause)) if cause.contains("why")), "{killed}");
		}
		assert!(matches!(judged(3 << 8, "why"), Err(Error::App(cause)) if cause == "why"));
		let too_much = [
			(6, "memory allocation of 8 bytes failed", "more than 1 MiB"),
			(6, "thread 'main' has overflowed its stack", "overflowed"),
			(11, "", "fails at it"),
			(24, "", "processor time"),
			(101 << 8, "thread panicked", "panicked"),
		];
		for (status, words, said) in too_much {
			let judged = judged(status, words);
			assert!(matches!(&judged, Ok(Err(Ending::Uncompiled(cause))) if cause.contains(said)), "{judged:?}");
		}
	}

	#[test]
	fn machine_that_is_short_of_memory_blames_nobody() {
		let status = ExitStatus::from_raw(6);
		let output = Output { status, stdout: Vec::new(), stderr: b"memory allocation of 8 bytes failed".into() };
		assert!(matches!(judge(output, u64::MAX), Err(Error::Host(_))));
		assert!(available_memory().is_some_and(|bytes| bytes > 1 << 20));
	}
}
