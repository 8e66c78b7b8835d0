//! The engine asks before a module's memory or a table of it grows.

use wasmtime::ResourceLimiter;

use crate::guest::{Halt, MemoryMeter};

/// What an entry of a table takes of the host's memory, in bytes.
const TABLE_ENTRY: u64 = 16;

impl MemoryMeter {
	fn grow(&self, current: u64, desired: u64, maximum: Option<usize>) -> wasmtime::Result<bool> {
		// The module's own limit, not ours: it knows that this fails.
		if maximum.is_some_and(|maximum| desired > maximum as u64) {
			return Ok(false);
		}
		if current > 0 {
			return Ok(self.ask(current, desired)?);
		}
		// It cannot begin without it. The few modules that begin with none cannot be told from those.
		self.change(current, desired)?;
		Ok(true)
	}
}

impl ResourceLimiter for MemoryMeter {
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

	// It was within all limits, so this machine is short of memory. Were the module told, it could continue with another
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
	use crate::Limits;

	#[test]
	fn memory_and_tables_count_together() {
		let mut memory = MemoryMeter::new(1000);
		assert!(memory.memory_growing(0, 600, None).unwrap());
		assert!(memory.table_growing(0, 25, None).unwrap());
		assert_eq!(memory.peak(), 1000);
		let error = memory.memory_growing(600, 601, None).unwrap_err();
		assert!(matches!(error.downcast_ref(), Some(Halt::OutOfMemory)));
		assert_eq!(memory.peak(), 1000);
	}

	#[test]
	fn module_is_told_that_there_is_no_more_only_where_that_is_the_same_everywhere() {
		let mut memory = MemoryMeter::of(&Limits { memory: 1000, same_memory: true, ..Limits::default() });
		assert!(memory.memory_growing(0, 600, None).unwrap());
		assert!(!memory.has_refused());
		assert!(!memory.memory_growing(600, 1001, None).unwrap());
		assert!(!memory.table_growing(1, 1000, None).unwrap());
		assert!(memory.has_refused());
		assert!(memory.memory_growing(600, 1000, None).unwrap(), "it makes do with less");
		assert!(memory.memory_growing(0, 1, None).is_err(), "what it cannot begin without");
		assert!(memory.change(0, 1).is_err(), "files");
	}

	#[test]
	fn maximum_of_the_module_itself_is_not_an_offense() {
		let mut memory = MemoryMeter::new(1000);
		assert!(!memory.memory_growing(0, 5000, Some(100)).unwrap());
		assert!(!memory.table_growing(0, 5000, Some(100)).unwrap());
		assert_eq!(memory.peak(), 0);
	}
}
