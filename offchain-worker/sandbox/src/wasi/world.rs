//! All that a module can reach.

use std::{sync::Arc, time::Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{
	clock::Clock,
	descriptors::{Descriptors, Stream},
	random::Random,
	tree::Tree,
};
use crate::{
	guest::{Halt, MemoryMeter},
	tail::{Tail, Written},
	Error, Job, Stop,
};

/// Where programs put files that they need for a while.
const TEMPORARY: (&str, &str) = ("TMPDIR", "/tmp");

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
	/// `/`, with IN and OUT.
	pub tree: Tree,
	/// What is open.
	pub descriptors: Descriptors,
	/// What it takes of memory.
	pub memory: MemoryMeter,
	stdout: Tail,
	stderr: Tail,
	/// The files that all modules may still open, each of which is one of this process.
	files: Arc<Semaphore>,
	stop: Stop,
	deadline: Option<Instant>,
}

impl World {
	/// Makes the world of a job, which draws from the files that this process may have open.
	///
	/// # Errors
	///
	/// [`Error::App`], if its arguments or environment are impossible.
	pub fn new(job: &Job<'_>, files: Arc<Semaphore>, stop: Stop) -> std::result::Result<Self, Error> {
		let (limits, memory) = (job.limits, MemoryMeter::of(job.limits));
		let [stdout, stderr] = Tail::both(limits.log, job.tap);
		let mut environment = job.environment()?;
		let (name, value) = TEMPORARY;
		if job.env.iter().all(|(taken, _)| taken != name) {
			environment.push(format!("{name}={value}"));
		}
		Ok(Self {
			environment,
			args: std::iter::once("app".into()).chain(job.args.iter().cloned()).collect(),
			clock: Clock::default(),
			random: Random::new(job.seed),
			tree: Tree::new(job.input, job.output, limits.output, limits.files, memory.clone()),
			descriptors: Descriptors::new(memory.clone()),
			memory,
			stdout,
			stderr,
			files,
			stop,
			deadline: None,
		})
	}

	/// Starts the time: the run should end by `deadline`. `None`: that is too far away to be expressed.
	pub fn begin(&mut self, deadline: Option<Instant>) {
		self.deadline = deadline;
	}

	/// Fails if the run should end.
	///
	/// # Errors
	///
	/// [`Halt::Stopped`] or [`Halt::TimedOut`].
	pub fn check_time(&self) -> std::result::Result<(), Halt> {
		if self.stop.is_stopped() {
			return Err(Halt::Stopped);
		}
		if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
			return Err(Halt::TimedOut);
		}
		Ok(())
	}

	/// Takes one of the files that this process may have open.
	///
	/// # Errors
	///
	/// [`Halt::Host`], if there are none.
	pub fn take_file(&self) -> std::result::Result<OwnedSemaphorePermit, Halt> {
		self.files.clone().try_acquire_owned().map_err(|_| {
			Halt::Host(
				"modules have too many files open; let this process have more, by `ulimit -n` for example".into(),
			)
		})
	}

	/// Writes to a stream.
	pub fn log(&mut self, stream: Stream, bytes: &[u8]) {
		match stream {
			Stream::Output => self.stdout.push(bytes),
			Stream::Error => self.stderr.push(bytes),
		}
	}

	/// Returns what it wrote to standard output and standard error.
	pub fn into_logs(self) -> [Written; 2] {
		[self.stdout, self.stderr].map(Tail::finish)
	}
}
