//! Chance, as modules see it.

use sha2::{Digest, Sha256};

/// So that nothing else that hashes the seed gives the same bytes.
const PURPOSE: &[u8] = b"rlc-sandbox/random/1";

/// The bytes of `SHA-256(purpose ‖ seed ‖ 0)`, `SHA-256(purpose ‖ seed ‖ 1)`, …, the counter as 64 bits, little-endian.
pub struct Random {
	seed: [u8; 32],
	counter: u64,
	block: [u8; 32],
	/// How many bytes of the block are used.
	used: usize,
}

impl Random {
	/// Begins the stream of a seed.
	pub fn new(seed: [u8; 32]) -> Self {
		Self { seed, counter: 0, block: [0; 32], used: 32 }
	}

	/// Returns the next bytes.
	pub fn fill(&mut self, mut bytes: &mut [u8]) {
		while !bytes.is_empty() {
			if self.used == self.block.len() {
				let hasher = Sha256::new_with_prefix(PURPOSE).chain_update(self.seed);
				self.block = hasher.chain_update(self.counter.to_le_bytes()).finalize().into();
				self.counter += 1;
				self.used = 0;
			}
			let count = bytes.len().min(self.block.len() - self.used);
			let (now, later) = bytes.split_at_mut(count);
			now.copy_from_slice(&self.block[self.used..self.used + count]);
			self.used += count;
			bytes = later;
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn stream_does_not_depend_on_how_it_is_read() {
		let (mut whole, mut parts) = ([0; 100], [0; 100]);
		Random::new([1; 32]).fill(&mut whole);
		let mut random = Random::new([1; 32]);
		for part in parts.chunks_mut(7) {
			random.fill(part);
		}
		assert_eq!(whole, parts);
		assert_ne!(whole[..32], whole[32..64]);
		let mut other = [0; 100];
		Random::new([2; 32]).fill(&mut other);
		assert_ne!(whole, other);
	}
}
