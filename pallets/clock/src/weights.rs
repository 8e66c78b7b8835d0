//! What the pallet's hook weighs. The runtime measures it.

use frame_support::weights::Weight;

/// Weights of the hook.
pub trait WeightInfo {
	/// Returns the weight of a block's look at what is stopped, and of the clock's advance.
	fn tick() -> Weight;
}

/// For tests.
impl WeightInfo for () {
	fn tick() -> Weight {
		Weight::from_parts(1, 0)
	}
}
