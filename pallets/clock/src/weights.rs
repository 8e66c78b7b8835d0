//! What the pallet's hook weighs. The runtime measures it.

use frame_support::weights::Weight;

/// Weights of the hook.
pub trait WeightInfo {
	/// Returns the weight of what each block does for the clock, if a pause begins in it.
	fn tick_into_pause() -> Weight;

	/// Returns the weight of the same if a pause ends.
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
