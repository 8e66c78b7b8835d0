//! How many there are, as numbers of 32 bits: storage and weights count so.

/// Returns a number of items as a `u32`, or the highest `u32` for more, which no bounded list has.
pub fn count(items: usize) -> u32 {
	items.try_into().unwrap_or(u32::MAX)
}
