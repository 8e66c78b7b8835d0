//! The trace of a run: what only a machine that ran the app knows.
//!
//! A worker commits to the hash of a result before it shows it. Where there are few results that it could be, such as a
//! price, a class, or a yes or no, anybody finds it by trying them all, and could be paid for a copy. So in the Wasm tier
//! a trace follows what an app leaves for a callback:
//!
//! ```text
//! data of the callback = what the app left ‖ trace          at most 4,096 bytes, of which the trace has 32
//! trace = SHA-256(fuel: u64 LE ‖ SHA-256(stdout) ‖ SHA-256(stderr) ‖ SHA-256(memory))
//! ```
//!
//! The memory is all of the module's memory when it ended: its inputs, and whatever the computing left there. So a result
//! is as hard to guess as that is, and an app that computes in registers alone can print what it came by.
//!
//! The trace comes last since decoders of Ethereum's ABI ignore what follows a value. The chain does not know of it: to the
//! chain, data are bytes whose keccak-256 is the result's digest. Containers have none, since two runs of one differ.

use alloc::vec::Vec;

use sp_core::H256;
use sp_io::hashing::sha2_256;

use crate::work::MAX_CALLBACK_DATA;

/// How long a trace is, in bytes.
pub const TRACE_LENGTH: u32 = 32;

/// The longest data for a callback that a trace can follow, in bytes.
pub const MAX_TRACED_DATA: u32 = MAX_CALLBACK_DATA - TRACE_LENGTH;

/// Returns the trace of a run, from the fuel that it consumed and the SHA-256 of what it printed and of the memory that it
/// left.
pub fn of_run(fuel: u64, stdout: H256, stderr: H256, memory: H256) -> H256 {
	let [stdout, stderr, memory] = [&stdout, &stderr, &memory].map(H256::as_bytes);
	sha2_256(&[fuel.to_le_bytes().as_slice(), stdout, stderr, memory].concat()).into()
}

/// Returns the data that a callback receives: what an app left, followed by the trace of its run.
pub fn append(left: &[u8], trace: H256) -> Vec<u8> {
	[left, trace.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{ResultDigest, ResultHash, TaskId};

	fn hash(bytes: &[u8]) -> H256 {
		sha2_256(bytes).into()
	}

	fn trace() -> H256 {
		of_run(1_000, hash(b"out"), hash(b"err"), hash(b"memory"))
	}

	/// Computed by Python's `hashlib`.
	#[test]
	fn traces_are_those_of_an_independent_implementation() {
		let expected: H256 = "60eba09467a9c4486a4c32e353b60d369ec99c9e9e062f878bb1948a49fbef87".parse().unwrap();
		assert_eq!(trace(), expected);
	}

	#[test]
	fn each_part_of_a_run_changes_its_trace() {
		let [out, err, memory, other] = [b"out".as_slice(), b"err", b"memory", b"other"].map(hash);
		let others = [
			of_run(1_001, out, err, memory),
			of_run(1_000, other, err, memory),
			of_run(1_000, out, other, memory),
			of_run(1_000, out, err, other),
		];
		assert!(others.iter().all(|other| *other != trace()));
	}

	#[test]
	fn trace_follows_what_the_app_left() {
		let data = append(&[42], trace());
		assert_eq!((data[0], &data[1..]), (42, trace().as_bytes()));
		let longest = append(&[0; MAX_TRACED_DATA as usize], trace());
		assert_eq!(longest.len(), MAX_CALLBACK_DATA as usize);
	}

	#[test]
	fn small_result_is_found_by_trying_and_a_traced_one_is_not() {
		let task = TaskId(H256::repeat_byte(7));
		let commitment = |data: &[u8]| ResultHash::of(task, ResultDigest::of_callback(data));
		let guessed = |seen| (0..=u8::MAX).find(|guess| commitment(&[*guess]) == seen);
		assert_eq!(guessed(commitment(&[42])), Some(42));
		let seen = commitment(&append(&[42], trace()));
		assert_eq!(guessed(seen), None);
		assert!((0..=u8::MAX).all(|guess| commitment(&append(&[guess], H256::zero())) != seen));
	}
}
