//! The calls of the marketplace: orders, and deals of them.

use codec::Encode;
use rlc_primitives::{market::SignedOrders, AnyOrder, OrderHash};
use scale_info::TypeInfo;

/// The calls of the marketplace: orders, and deals of them.
// A request with its signature is large; a box would only move the bytes.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug, PartialEq, Eq, Encode, TypeInfo)]
pub enum MarketplaceCall {
	/// Puts an order of one's own into the book.
	PublishOrder {
		/// The order.
		order: AnyOrder,
	},
	/// Takes back what one published or presigned.
	UnpublishOrder {
		/// The order.
		order: OrderHash,
	},
	/// Authorizes an order of one's own without publishing it.
	PresignOrder {
		/// The order.
		order: AnyOrder,
	},
	/// Consumes all that is left of an order of one's own.
	CancelOrder {
		/// The order.
		order: AnyOrder,
	},
	/// Removes an order that expired, or whose asset has another owner.
	RemoveExpired {
		/// The order.
		order: OrderHash,
	},
	/// Makes a deal of orders that one brings. The requester pays.
	MatchOrders {
		/// The orders.
		orders: SignedOrders,
	},
	/// Makes a deal of orders that one brings, and pays for it.
	SponsorMatchOrders {
		/// The orders.
		orders: SignedOrders,
	},
	/// Makes a deal of orders in the book.
	MatchPublished {
		/// Who asks.
		request: OrderHash,
		/// The app order.
		app: OrderHash,
		/// The dataset order, if there is one.
		dataset: Option<OrderHash>,
		/// The workerpool order.
		workerpool: OrderHash,
	},
	/// Removes what is remembered of an expired order.
	PruneOrder {
		/// The order.
		order: OrderHash,
	},
}
