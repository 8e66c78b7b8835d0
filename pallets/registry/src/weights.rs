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

	/// Returns the weight of [`Pallet::transfer`](crate::Pallet::transfer) of an app.
	fn transfer_app() -> Weight;

	/// Returns the weight of [`Pallet::transfer`](crate::Pallet::transfer) of a dataset.
	fn transfer_dataset() -> Weight;

	/// Returns the weight of [`Pallet::transfer`](crate::Pallet::transfer) of a workerpool.
	fn transfer_workerpool() -> Weight;

	/// Returns the weight of [`Pallet::transfer`](crate::Pallet::transfer) of a group.
	fn transfer_group() -> Weight;

	/// Returns the weight of [`Pallet::transfer`](crate::Pallet::transfer) of the kind that takes longest.
	fn transfer() -> Weight {
		Self::transfer_app().max(Self::transfer_dataset()).max(Self::transfer_workerpool()).max(Self::transfer_group())
	}

	/// Returns the weight of [`Pallet::set_policy`](crate::Pallet::set_policy).
	fn set_policy() -> Weight;

	/// Returns the weight of [`Pallet::set_description`](crate::Pallet::set_description).
	fn set_description() -> Weight;

	/// Returns the weight of [`Pallet::deregister`](crate::Pallet::deregister) of an app.
	fn deregister_app() -> Weight;

	/// Returns the weight of [`Pallet::deregister`](crate::Pallet::deregister) of a dataset.
	fn deregister_dataset() -> Weight;

	/// Returns the weight of [`Pallet::deregister`](crate::Pallet::deregister) of a workerpool.
	fn deregister_workerpool() -> Weight;

	/// Returns the weight of [`Pallet::deregister`](crate::Pallet::deregister) of an empty group.
	fn deregister_group() -> Weight;

	/// Returns the weight of [`Pallet::deregister`](crate::Pallet::deregister) of the kind that takes longest.
	fn deregister() -> Weight {
		Self::deregister_app()
			.max(Self::deregister_dataset())
			.max(Self::deregister_workerpool())
			.max(Self::deregister_group())
	}
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

	fn transfer_app() -> Weight {
		Weight::zero()
	}

	fn transfer_dataset() -> Weight {
		Weight::zero()
	}

	fn transfer_workerpool() -> Weight {
		Weight::zero()
	}

	fn transfer_group() -> Weight {
		Weight::zero()
	}

	fn set_policy() -> Weight {
		Weight::zero()
	}

	fn set_description() -> Weight {
		Weight::zero()
	}

	fn deregister_app() -> Weight {
		Weight::zero()
	}

	fn deregister_dataset() -> Weight {
		Weight::zero()
	}

	fn deregister_workerpool() -> Weight {
		Weight::zero()
	}

	fn deregister_group() -> Weight {
		Weight::zero()
	}
}
