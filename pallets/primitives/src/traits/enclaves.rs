//! Which enclaves may sign.

use sp_core::H160;
use sp_runtime::{DispatchError, DispatchResult, Weight};

use crate::Tag;

/// Knows which enclaves may sign for a trusted execution environment.
pub trait EnclaveRegistry {
	/// Returns whether it can accept any enclave: if not, no task that demands one can be done.
	fn is_open() -> bool {
		true
	}

	/// Checks that the enclave with this key may work on tasks with this tag.
	fn ensure_accepted(enclave: &H160, tag: &Tag) -> DispatchResult;

	/// Returns the most that a check weighs.
	fn weight() -> Weight;
}

/// No enclave is accepted.
impl EnclaveRegistry for () {
	fn is_open() -> bool {
		false
	}

	fn ensure_accepted(_: &H160, _: &Tag) -> DispatchResult {
		Err(DispatchError::Other("no enclave is accepted here"))
	}

	fn weight() -> Weight {
		Weight::zero()
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn no_registry_accepts_no_enclave() {
		assert!(!<() as EnclaveRegistry>::is_open());
		assert!(<() as EnclaveRegistry>::ensure_accepted(&H160::zero(), &Tag::NONE).is_err());
	}
}
