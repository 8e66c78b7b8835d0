//! The cap on a module's memory.

use std::sync::{
	atomic::{AtomicU64, Ordering},
	Arc,
};

use wasmtime::ResourceLimiter;

use crate::wasi::Halt;

/// What an entry of a table takes of the host's memory, in bytes.
const TABLE_ENTRY: u64 = 16;

/// Counts what a module's memory and tables take, and its files in OUT, which may be held in memory. Clones count
/// together.
///
/// What goes beyond the cap ends the run there and then. If the module were told instead, it could go on in its own way,
/// and its owner would look for the cause in vain.
#[derive(Clone, Debug)]
pub struct Memory(Arc<Counts>);

#[derive(Debug)]
struct Counts {
	used: AtomicU64,
	peak: AtomicU64,
	most: u64,
}

impl Memory {
	/// With a cap, in bytes.
	pub fn new(most: u64) -> Self {
		Self(Arc::new(Counts { used: AtomicU64::new(0), peak: AtomicU64::new(0), most }))
	}

	/// The most that was used at a time, in bytes.
	pub fn peak(&self) -> u64 {
		self.0.peak.load(Ordering::Relaxed)
	}

	/// Something of `current` bytes has `desired` ones from now on.
	///
	/// # Errors
	///
	/// [`Halt::OutOfMemory`], beyond the cap.
	pub fn change(&self, current: u64, desired: u64) -> Result<(), Halt> {
		// A run is one thread: nobody else counts at the same time.
		let used = self.0.used.load(Ordering::Relaxed).saturating_sub(current).saturating_add(desired);
		if desired > current && used > self.0.most {
			return Err(Halt::OutOfMemory);
		}
		self.0.used.store(used, Ordering::Relaxed);
		self.0.peak.fetch_max(used, Ordering::Relaxed);
		Ok(())
	}

	fn grow(&self, current: u64, desired: u64, maximum: Option<usize>) -> wasmtime::Result<bool> {
		// The module's own limit, not ours: it knows that this fails.
		if maximum.is_some_and(|maximum| desired > maximum as u64) {
			return Ok(false);
		}
		self.change(current, desired)?;
		Ok(true)
	}
}

impl ResourceLimiter for Memory {
	fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
		self.grow(current as u64, desired as u64, maximum)
	}

	fn table_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
		let bytes = |entries: usize| (entries as u64).saturating_mul(TABLE_ENTRY);
		if maximum.is_some_and(|maximum| desired > maximum) {
			return Ok(false);
		}
		self.grow(bytes(current), bytes(desired), None)
	}

	// It was within all limits, so this machine is short of memory. Were the module told, it could go on with another
	// result than elsewhere.
	fn memory_grow_failed(&mut self, error: wasmtime::Error) -> wasmtime::Result<()> {
		Err(Halt::Host(format!("no memory left: {error:#}")).into())
	}

	fn table_grow_failed(&mut self, error: wasmtime::Error) -> wasmtime::Result<()> {
		self.memory_grow_failed(error)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn memory_and_tables_count_together() {
		let mut memory = Memory::new(1000);
		assert!(memory.memory_growing(0, 600, None).unwrap());
		assert!(memory.table_growing(0, 25, None).unwrap());
		assert_eq!(memory.peak(), 1000);
		let error = memory.memory_growing(600, 601, None).unwrap_err();
		assert!(matches!(error.downcast_ref(), Some(Halt::OutOfMemory)));
		assert_eq!(memory.peak(), 1000);
	}

	#[test]
	fn a_modules_own_maximum_is_no_offence() {
		let mut memory = Memory::new(1000);
		assert!(!memory.memory_growing(0, 5000, Some(100)).unwrap());
		assert!(!memory.table_growing(0, 5000, Some(100)).unwrap());
		assert_eq!(memory.peak(), 0);
	}
}
