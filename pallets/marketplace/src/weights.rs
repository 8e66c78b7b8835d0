//! Weights of the calls. The runtime measures its own; `()` is for tests.

use frame_support::weights::Weight;

/// Weights of the pallet's calls; `b` is the length of a request's params, in bytes.
pub trait WeightInfo {
	/// Returns the weight of [`Pallet::add_category`](crate::Pallet::add_category).
	fn add_category() -> Weight;
	/// Returns the weight of [`Pallet::publish_order`](crate::Pallet::publish_order).
	fn publish_order(b: u32) -> Weight;
	/// Returns the weight of [`Pallet::unpublish_order`](crate::Pallet::unpublish_order).
	fn unpublish_order() -> Weight;
	/// Returns the weight of [`Pallet::presign_order`](crate::Pallet::presign_order).
	fn presign_order(b: u32) -> Weight;
	/// Returns the weight of [`Pallet::cancel_order`](crate::Pallet::cancel_order).
	fn cancel_order(b: u32) -> Weight;
	/// Returns the weight of [`Pallet::remove_expired`](crate::Pallet::remove_expired).
	fn remove_expired() -> Weight;
	/// Returns the weight of [`Pallet::match_orders`](crate::Pallet::match_orders), without the hooks.
	fn match_orders(b: u32) -> Weight;
	/// Returns the weight of [`Pallet::sponsor_match_orders`](crate::Pallet::sponsor_match_orders), without the hooks.
	fn sponsor_match_orders(b: u32) -> Weight;
	/// Returns the weight of [`Pallet::match_published`](crate::Pallet::match_published), without the hooks.
	fn match_published() -> Weight;
	/// Returns the weight of deciding whether an unsigned [`Pallet::match_published`](crate::Pallet::match_published)
	/// is valid, without the hooks.
	fn authorize_match_published() -> Weight;
	/// Returns the weight of [`Pallet::prune_order`](crate::Pallet::prune_order).
	fn prune_order() -> Weight;
}

impl WeightInfo for () {
	fn add_category() -> Weight {
		Weight::zero()
	}
	fn publish_order(_: u32) -> Weight {
		Weight::zero()
	}
	fn unpublish_order() -> Weight {
		Weight::zero()
	}
	fn presign_order(_: u32) -> Weight {
		Weight::zero()
	}
	fn cancel_order(_: u32) -> Weight {
		Weight::zero()
	}
	fn remove_expired() -> Weight {
		Weight::zero()
	}
	fn match_orders(_: u32) -> Weight {
		Weight::zero()
	}
	fn sponsor_match_orders(_: u32) -> Weight {
		Weight::zero()
	}
	fn match_published() -> Weight {
		Weight::zero()
	}
	fn authorize_match_published() -> Weight {
		Weight::zero()
	}
	fn prune_order() -> Weight {
		Weight::zero()
	}
}
