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
	/// Returns the weight of [`Pallet::remove_unfunded`](crate::Pallet::remove_unfunded).
	fn remove_unfunded() -> Weight;
	/// Returns the weight of [`Pallet::prune_record`](crate::Pallet::prune_record).
	fn prune_record() -> Weight;
	/// Returns the weight of keeping the records of a task that was closed.
	fn record_task() -> Weight;
	/// Returns the weight of the verification of a request's native signature by an ed25519 key.
	fn verify_ed25519(b: u32) -> Weight;
	/// Returns the weight of the same for an sr25519 key, with which calls are measured.
	fn verify_sr25519(b: u32) -> Weight;
	/// Returns the weight of the same for an ecdsa key.
	fn verify_ecdsa(b: u32) -> Weight;
	/// Returns the weight of the same for an Ethereum key.
	fn verify_eth(b: u32) -> Weight;
	/// Returns the weight of the verification of an Ethereum wallet's signature over the order's EIP-712 form.
	fn verify_eip712(b: u32) -> Weight;

	/// Returns how much longer than an sr25519 key's the verification of an order's signature can take.
	fn another_signature(b: u32) -> Weight {
		let measured = Self::verify_sr25519(b);
		let longest = measured
			.max(Self::verify_ed25519(b))
			.max(Self::verify_ecdsa(b))
			.max(Self::verify_eth(b))
			.max(Self::verify_eip712(b));
		longest.saturating_sub(measured)
	}

	/// Returns the same for the signatures of a request and of three orders, which have no params.
	fn other_signatures(b: u32) -> Weight {
		Self::another_signature(b).saturating_add(Self::another_signature(0).saturating_mul(3))
	}
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
	fn remove_unfunded() -> Weight {
		Weight::zero()
	}
	fn prune_record() -> Weight {
		Weight::zero()
	}
	fn record_task() -> Weight {
		Weight::zero()
	}
	fn verify_ed25519(_: u32) -> Weight {
		Weight::zero()
	}
	fn verify_sr25519(_: u32) -> Weight {
		Weight::zero()
	}
	fn verify_ecdsa(_: u32) -> Weight {
		Weight::zero()
	}
	fn verify_eth(_: u32) -> Weight {
		Weight::zero()
	}
	fn verify_eip712(_: u32) -> Weight {
		Weight::zero()
	}
}
