//! What the pallet's hook weighs. The runtime measures it.

use frame_support::weights::Weight;

/// Weights of the hook.
pub trait WeightInfo {
	/// Returns the weight of a block's look at what is stopped, and of the clock's advance, where a pause begins.
	fn tick_into_pause() -> Weight;

	/// Returns the weight of the same where a pause ends.
	fn tick_out_of_pause() -> Weight;

	/// Returns the weight of the same in any block.
	fn tick() -> Weight {
		Self::tick_into_pause().max(Self::tick_out_of_pause())
	}
}

/// For tests.
impl WeightInfo for () {
	fn tick_into_pause() -> Weight {
		Weight::from_parts(1, 0)
	}

	fn tick_out_of_pause() -> Weight {
		Weight::from_parts(1, 0)
	}
}
