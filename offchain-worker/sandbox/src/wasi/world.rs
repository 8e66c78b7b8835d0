//! All that a module can reach.

use std::{io, time::Instant};

use super::{
	clock::Clock,
	descriptors::{Descriptors, Stream},
	errno::Errno,
	random::Random,
	tree::Tree,
};
use crate::{tail::Tail, wasm::Memory, Error, Job, Stop};

/// Why a run ends before its main function returns.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Halt {
	/// It said so, with this code.
	#[error("the app ended with {0}")]
	Exit(i32),
	/// Its time is over.
	#[error("the app ran too long")]
	TimedOut,
	/// It is not wanted any more.
	#[error("the app was stopped")]
	Stopped,
	/// It wants more memory than it may have.
	#[error("the app wants too much memory")]
	OutOfMemory,
	/// It wants to write more than it may.
	#[error("the app writes too much")]
	OutOfDisk,
	/// The machine fails.
	#[error("{0}")]
	Host(String),
}

/// How a call can fail.
#[derive(Debug)]
pub enum Fail {
	/// The module is told.
	Errno(Errno),
	/// The run ends.
	Halt(Halt),
}

/// What calls return.
pub type Result<T> = std::result::Result<T, Fail>;

impl From<Errno> for Fail {
	fn from(errno: Errno) -> Self {
		Self::Errno(errno)
	}
}

impl From<Halt> for Fail {
	fn from(halt: Halt) -> Self {
		Self::Halt(halt)
	}
}

/// Of the machine's errors, a module is told those that would be the same on every machine.
impl From<io::Error> for Fail {
	fn from(error: io::Error) -> Self {
		Self::Errno(match error.kind() {
			io::ErrorKind::AlreadyExists => Errno::EXIST,
			io::ErrorKind::DirectoryNotEmpty => Errno::NOTEMPTY,
			io::ErrorKind::IsADirectory => Errno::ISDIR,
			io::ErrorKind::NotADirectory => Errno::NOTDIR,
			io::ErrorKind::NotFound => Errno::NOENT,
			_ => return Self::Halt(Halt::Host(format!("its files cannot be read or written: {error}"))),
		})
	}
}

/// All that a module can reach, and what limits it.
pub struct World {
	/// The name of the program and its arguments.
	pub args: Vec<String>,
	/// `NAME=value` each.
	pub environment: Vec<String>,
	/// Time.
	pub clock: Clock,
	/// Chance.
	pub random: Random,
	/// IN and OUT.
	pub tree: Tree,
	/// What is open.
	pub descriptors: Descriptors,
	/// What memory it has.
	pub memory: Memory,
	stdout: Tail,
	stderr: Tail,
	stop: Stop,
	deadline: Option<Instant>,
}

impl World {
	/// The world of a job.
	///
	/// # Errors
	///
	/// [`Error::App`], if its arguments or environment are impossible.
	pub fn new(job: &Job<'_>, stop: Stop) -> std::result::Result<Self, Error> {
		let (limits, memory) = (job.limits, Memory::new(job.limits.memory));
		Ok(Self {
			environment: job.environment()?,
			args: std::iter::once("app".into()).chain(job.args.iter().cloned()).collect(),
			clock: Clock::default(),
			random: Random::new(job.seed),
			tree: Tree::new(job.input, job.output, limits.output, limits.files, memory.clone()),
			descriptors: Descriptors::default(),
			memory,
			stdout: Tail::new(limits.log),
			stderr: Tail::new(limits.log),
			stop,
			deadline: None,
		})
	}

	/// From now on, it should end by `deadline`. `None`: it is too far away to be told.
	pub fn begin(&mut self, deadline: Option<Instant>) {
		self.deadline = deadline;
	}

	/// Whether it may go on.
	///
	/// # Errors
	///
	/// [`Halt::Stopped`] or [`Halt::TimedOut`].
	pub fn look_up(&self) -> std::result::Result<(), Halt> {
		if self.stop.is_stopped() {
			return Err(Halt::Stopped);
		}
		if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
			return Err(Halt::TimedOut);
		}
		Ok(())
	}

	/// Write to a stream.
	pub fn log(&mut self, stream: Stream, bytes: &[u8]) {
		match stream {
			Stream::Output => self.stdout.push(bytes),
			Stream::Error => self.stderr.push(bytes),
		}
	}

	/// What it wrote to standard output and standard error.
	pub fn into_logs(self) -> (Vec<u8>, Vec<u8>) {
		(self.stdout.into_bytes(), self.stderr.into_bytes())
	}
}
