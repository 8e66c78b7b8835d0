//! Weights of the calls. The runtime measures its own; `()` is for tests.

use frame_support::weights::Weight;

/// Weights of the pallet's calls; `b` is the length of a request's params, in bytes.
pub trait WeightInfo {
	/// Returns the weight of [`Pallet::add_category`](crate::Pallet::add_category).
	fn add_category() -> Weight;
	/// Returns the weight of [`Pallet::publish_order`](crate::Pallet::publish_order) of an app order.
	fn publish_app() -> Weight;
	/// Returns the weight of [`Pallet::publish_order`](crate::Pallet::publish_order) of a dataset order.
	fn publish_dataset() -> Weight;
	/// Returns the weight of [`Pallet::publish_order`](crate::Pallet::publish_order) of a workerpool order.
	fn publish_workerpool() -> Weight;
	/// Returns the weight of [`Pallet::publish_order`](crate::Pallet::publish_order) of a request.
	fn publish_request(b: u32) -> Weight;
	/// Returns the weight of [`Pallet::unpublish_order`](crate::Pallet::unpublish_order) of an app order.
	fn unpublish_app() -> Weight;
	/// Returns the weight of [`Pallet::unpublish_order`](crate::Pallet::unpublish_order) of a dataset order.
	fn unpublish_dataset() -> Weight;
	/// Returns the weight of [`Pallet::unpublish_order`](crate::Pallet::unpublish_order) of a workerpool order.
	fn unpublish_workerpool() -> Weight;
	/// Returns the weight of [`Pallet::unpublish_order`](crate::Pallet::unpublish_order) of a request.
	fn unpublish_request() -> Weight;
	/// Returns the weight of [`Pallet::presign_order`](crate::Pallet::presign_order) of an app order.
	fn presign_app() -> Weight;
	/// Returns the weight of [`Pallet::presign_order`](crate::Pallet::presign_order) of a dataset order.
	fn presign_dataset() -> Weight;
	/// Returns the weight of [`Pallet::presign_order`](crate::Pallet::presign_order) of a workerpool order.
	fn presign_workerpool() -> Weight;
	/// Returns the weight of [`Pallet::presign_order`](crate::Pallet::presign_order) of a request.
	fn presign_request(b: u32) -> Weight;
	/// Returns the weight of [`Pallet::cancel_order`](crate::Pallet::cancel_order) of an app order.
	fn cancel_app() -> Weight;
	/// Returns the weight of [`Pallet::cancel_order`](crate::Pallet::cancel_order) of a dataset order.
	fn cancel_dataset() -> Weight;
	/// Returns the weight of [`Pallet::cancel_order`](crate::Pallet::cancel_order) of a workerpool order.
	fn cancel_workerpool() -> Weight;
	/// Returns the weight of [`Pallet::cancel_order`](crate::Pallet::cancel_order) of a request.
	fn cancel_request(b: u32) -> Weight;
	/// Returns the weight of [`Pallet::remove_expired`](crate::Pallet::remove_expired) of an app order.
	fn remove_expired_app() -> Weight;
	/// Returns the weight of [`Pallet::remove_expired`](crate::Pallet::remove_expired) of a dataset order.
	fn remove_expired_dataset() -> Weight;
	/// Returns the weight of [`Pallet::remove_expired`](crate::Pallet::remove_expired) of a workerpool order.
	fn remove_expired_workerpool() -> Weight;
	/// Returns the weight of [`Pallet::remove_expired`](crate::Pallet::remove_expired) of a request.
	fn remove_expired_request() -> Weight;
	/// Returns the weight of [`Pallet::match_orders`](crate::Pallet::match_orders), without the hooks.
	fn match_orders(b: u32) -> Weight;
	/// Returns the weight of [`Pallet::sponsor_match_orders`](crate::Pallet::sponsor_match_orders), without the hooks.
	fn sponsor_match_orders(b: u32) -> Weight;
	/// Returns the weight of [`Pallet::match_orders`](crate::Pallet::match_orders) of orders of which the chain keeps nothing
	/// that it would remove, without the hooks.
	fn match_new_orders(b: u32) -> Weight;
	/// Returns the weight of [`Pallet::sponsor_match_orders`](crate::Pallet::sponsor_match_orders) of such orders, without the
	/// hooks.
	fn sponsor_match_new_orders(b: u32) -> Weight;
	/// Returns the weight of [`Pallet::match_published`](crate::Pallet::match_published) that somebody signed, without the
	/// hooks.
	fn match_published_signed() -> Weight;
	/// Returns the weight of the same that nobody signed.
	fn match_published_unattended() -> Weight;
	/// Returns the weight of deciding whether an unsigned [`Pallet::match_published`](crate::Pallet::match_published)
	/// is valid, without the hooks.
	fn authorize_match_published() -> Weight;
	/// Returns the weight of [`Pallet::prune_order`](crate::Pallet::prune_order).
	fn prune_order() -> Weight;
	/// Returns the weight of [`Pallet::remove_unfunded`](crate::Pallet::remove_unfunded).
	fn remove_unfunded() -> Weight;
	/// Returns the weight of [`Pallet::prune_record`](crate::Pallet::prune_record) of a workerpool's.
	fn prune_pool_record() -> Weight;
	/// Returns the weight of [`Pallet::prune_record`](crate::Pallet::prune_record) of an app's.
	fn prune_app_record() -> Weight;
	/// Returns the weight of keeping the records of a task that was completed.
	fn record_completed() -> Weight;
	/// Returns the weight of the same for a task that was claimed or abandoned.
	fn record_timed_out() -> Weight;
	/// Returns the weight of the same for a task that its scheduler released.
	fn record_released() -> Weight;
	/// Returns the weight of the same for a task whose workers agreed that the app failed, with what the attempt is paid.
	fn record_agreed_failure() -> Weight;
	/// Returns the weight of the same for a task of a workerpool that was sold.
	fn record_of_sold_pool() -> Weight;
	/// Returns the weight of the same for `n` tasks of one deal, with what their attempts are paid.
	fn record_again(n: u32) -> Weight;
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

	/// Returns the weight of [`Pallet::publish_order`](crate::Pallet::publish_order) of the kind that takes longest.
	fn publish_order(b: u32) -> Weight {
		Self::publish_app().max(Self::publish_dataset()).max(Self::publish_workerpool()).max(Self::publish_request(b))
	}

	/// Returns the weight of [`Pallet::unpublish_order`](crate::Pallet::unpublish_order) of the kind that takes longest.
	fn unpublish_order() -> Weight {
		Self::unpublish_app()
			.max(Self::unpublish_dataset())
			.max(Self::unpublish_workerpool())
			.max(Self::unpublish_request())
	}

	/// Returns the weight of [`Pallet::presign_order`](crate::Pallet::presign_order) of the kind that takes longest.
	fn presign_order(b: u32) -> Weight {
		Self::presign_app().max(Self::presign_dataset()).max(Self::presign_workerpool()).max(Self::presign_request(b))
	}

	/// Returns the weight of [`Pallet::cancel_order`](crate::Pallet::cancel_order) of the kind that takes longest.
	fn cancel_order(b: u32) -> Weight {
		Self::cancel_app().max(Self::cancel_dataset()).max(Self::cancel_workerpool()).max(Self::cancel_request(b))
	}

	/// Returns the weight of [`Pallet::remove_expired`](crate::Pallet::remove_expired) of the kind that takes longest.
	fn remove_expired() -> Weight {
		Self::remove_expired_app()
			.max(Self::remove_expired_dataset())
			.max(Self::remove_expired_workerpool())
			.max(Self::remove_expired_request())
	}

	/// Returns the weight of [`Pallet::match_published`](crate::Pallet::match_published), without the hooks.
	fn match_published() -> Weight {
		Self::match_published_signed().max(Self::match_published_unattended())
	}

	/// Returns the weight of [`Pallet::prune_record`](crate::Pallet::prune_record), of the kind that takes longer.
	fn prune_record() -> Weight {
		Self::prune_pool_record().max(Self::prune_app_record())
	}

	/// Returns the weight of keeping the records of a task that was closed, however it ended.
	fn record_task() -> Weight {
		Self::record_completed()
			.max(Self::record_timed_out())
			.max(Self::record_released())
			.max(Self::record_agreed_failure())
			.max(Self::record_of_sold_pool())
	}

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
	fn publish_app() -> Weight {
		Weight::zero()
	}
	fn publish_dataset() -> Weight {
		Weight::zero()
	}
	fn publish_workerpool() -> Weight {
		Weight::zero()
	}
	fn publish_request(_: u32) -> Weight {
		Weight::zero()
	}
	fn unpublish_app() -> Weight {
		Weight::zero()
	}
	fn unpublish_dataset() -> Weight {
		Weight::zero()
	}
	fn unpublish_workerpool() -> Weight {
		Weight::zero()
	}
	fn unpublish_request() -> Weight {
		Weight::zero()
	}
	fn presign_app() -> Weight {
		Weight::zero()
	}
	fn presign_dataset() -> Weight {
		Weight::zero()
	}
	fn presign_workerpool() -> Weight {
		Weight::zero()
	}
	fn presign_request(_: u32) -> Weight {
		Weight::zero()
	}
	fn cancel_app() -> Weight {
		Weight::zero()
	}
	fn cancel_dataset() -> Weight {
		Weight::zero()
	}
	fn cancel_workerpool() -> Weight {
		Weight::zero()
	}
	fn cancel_request(_: u32) -> Weight {
		Weight::zero()
	}
	fn remove_expired_app() -> Weight {
		Weight::zero()
	}
	fn remove_expired_dataset() -> Weight {
		Weight::zero()
	}
	fn remove_expired_workerpool() -> Weight {
		Weight::zero()
	}
	fn remove_expired_request() -> Weight {
		Weight::zero()
	}
	fn match_orders(_: u32) -> Weight {
		Weight::zero()
	}
	fn sponsor_match_orders(_: u32) -> Weight {
		Weight::zero()
	}
	fn match_new_orders(_: u32) -> Weight {
		Weight::zero()
	}
	fn sponsor_match_new_orders(_: u32) -> Weight {
		Weight::zero()
	}
	fn match_published_signed() -> Weight {
		Weight::zero()
	}
	fn match_published_unattended() -> Weight {
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
	fn prune_pool_record() -> Weight {
		Weight::zero()
	}
	fn prune_app_record() -> Weight {
		Weight::zero()
	}
	fn record_completed() -> Weight {
		Weight::zero()
	}
	fn record_timed_out() -> Weight {
		Weight::zero()
	}
	fn record_released() -> Weight {
		Weight::zero()
	}
	fn record_agreed_failure() -> Weight {
		Weight::zero()
	}
	fn record_of_sold_pool() -> Weight {
		Weight::zero()
	}
	fn record_again(_: u32) -> Weight {
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
