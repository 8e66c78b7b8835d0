//! A module that runs: why it is ended, and what memory it takes. The engine and the system calls stand on this.

use std::sync::{
	atomic::{AtomicBool, AtomicU64, Ordering},
	Arc,
};

use crate::Limits;

/// The name under which a module exports its memory.
pub const MEMORY: &str = "memory";

/// Why a run ends before its main function returns.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Halt {
	/// The app asked for it, with this code.
	#[error("the app ended with {0}")]
	Exit(i32),
	/// Its time is over.
	#[error("the app ran too long")]
	TimedOut,
	/// Its result is no longer needed.
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

/// Counts what a module's memory and tables take, and its files, which may be held in memory. Clones count together.
///
/// What goes beyond the cap ends the run there and then, or, where all machines have the same cap, is
/// [refused](MemoryMeter::ask): programs that try for much make do with less.
#[derive(Clone, Debug)]
pub struct MemoryMeter(Arc<Counts>);

#[derive(Debug)]
struct Counts {
	used: AtomicU64,
	peak: AtomicU64,
	most: u64,
	/// Whether the module is told that there is no more.
	tells: bool,
	/// Whether it was.
	told: AtomicBool,
}

impl MemoryMeter {
	/// Counts from 0 up to a cap, in bytes, beyond which the run ends.
	#[cfg(test)]
	pub fn new(most: u64) -> Self {
		Self::of(&Limits { memory: most, same_memory: false, ..Limits::default() })
	}

	/// Counts from 0 up to what a job may use.
	pub fn of(limits: &Limits) -> Self {
		Self(Arc::new(Counts {
			used: AtomicU64::new(0),
			peak: AtomicU64::new(0),
			most: limits.memory,
			tells: limits.same_memory,
			told: AtomicBool::new(false),
		}))
	}

	/// Returns the most that was used at a time, in bytes.
	pub fn peak(&self) -> u64 {
		self.0.peak.load(Ordering::Relaxed)
	}

	/// Counts that something of `current` bytes has `desired` ones from now on.
	///
	/// # Errors
	///
	/// [`Halt::OutOfMemory`], beyond the cap.
	pub fn change(&self, current: u64, desired: u64) -> Result<(), Halt> {
		// A run is one thread: nothing else counts at the same time.
		let used = self.0.used.load(Ordering::Relaxed).saturating_sub(current).saturating_add(desired);
		if desired > current && used > self.0.most {
			return Err(Halt::OutOfMemory);
		}
		self.0.used.store(used, Ordering::Relaxed);
		self.0.peak.fetch_max(used, Ordering::Relaxed);
		Ok(())
	}

	/// Counts the same of something for which the module asks, and can be refused. Returns whether it gets it.
	///
	/// # Errors
	///
	/// [`Halt::OutOfMemory`], beyond the cap, if the module is not to be told.
	pub fn ask(&self, current: u64, desired: u64) -> Result<bool, Halt> {
		match self.change(current, desired) {
			Err(Halt::OutOfMemory) if self.0.tells => {
				self.0.told.store(true, Ordering::Relaxed);
				Ok(false)
			}
			changed => changed.map(|()| true),
		}
	}

	/// Returns whether the module was refused anything.
	pub fn has_refused(&self) -> bool {
		self.0.told.load(Ordering::Relaxed)
	}
}
