//! Weights of the calls. The runtime measures its own; `()` is for tests.

use frame_support::weights::Weight;

/// Weights of the pallet's calls.
pub trait WeightInfo {
	/// Returns the weight of [`Pallet::register_app`](crate::Pallet::register_app).
	fn register_app() -> Weight;

	/// Returns the weight of [`Pallet::register_dataset`](crate::Pallet::register_dataset).
	fn register_dataset() -> Weight;

	/// Returns the weight of [`Pallet::register_workerpool`](crate::Pallet::register_workerpool).
	fn register_workerpool() -> Weight;

	/// Returns the weight of [`Pallet::create_group`](crate::Pallet::create_group).
	fn create_group() -> Weight;

	/// Returns the weight of [`Pallet::add_members`](crate::Pallet::add_members) with `n` members.
	fn add_members(n: u32) -> Weight;

	/// Returns the weight of [`Pallet::remove_members`](crate::Pallet::remove_members) with `n` members.
	fn remove_members(n: u32) -> Weight;

	/// Returns the weight of [`Pallet::transfer`](crate::Pallet::transfer).
	fn transfer() -> Weight;

	/// Returns the weight of [`Pallet::set_policy`](crate::Pallet::set_policy).
	fn set_policy() -> Weight;

	/// Returns the weight of [`Pallet::deregister`](crate::Pallet::deregister).
	fn deregister() -> Weight;
}

impl WeightInfo for () {
	fn register_app() -> Weight {
		Weight::zero()
	}

	fn register_dataset() -> Weight {
		Weight::zero()
	}

	fn register_workerpool() -> Weight {
		Weight::zero()
	}

	fn create_group() -> Weight {
		Weight::zero()
	}

	fn add_members(_: u32) -> Weight {
		Weight::zero()
	}

	fn remove_members(_: u32) -> Weight {
		Weight::zero()
	}

	fn transfer() -> Weight {
		Weight::zero()
	}

	fn set_policy() -> Weight {
		Weight::zero()
	}

	fn deregister() -> Weight {
		Weight::zero()
	}
}
