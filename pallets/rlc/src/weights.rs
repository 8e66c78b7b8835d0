//! Weights of the calls. The runtime measures its own; `()` is for tests.

use frame_support::weights::Weight;

/// Weights of the pallet's calls.
pub trait WeightInfo {
	/// Returns the weight of [`Pallet::set_treasury_share`](crate::Pallet::set_treasury_share).
	fn set_treasury_share() -> Weight;

	/// Returns the weight of [`Pallet::prune`](crate::Pallet::prune).
	fn prune() -> Weight;

	/// Returns the weight of [`Pallet::update_inactive`](crate::Pallet::update_inactive).
	fn update_inactive() -> Weight;
}

impl WeightInfo for () {
	fn set_treasury_share() -> Weight {
		Weight::zero()
	}

	fn prune() -> Weight {
		Weight::zero()
	}

	fn update_inactive() -> Weight {
		Weight::zero()
	}
}
