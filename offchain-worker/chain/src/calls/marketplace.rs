//! The calls of the marketplace: orders, and deals of them.

use codec::Encode;
use rlc_primitives::{market::SignedOrders, record::Recorded, AnyOrder, OrderHash};
use scale_info::TypeInfo;

/// The calls of the marketplace: orders, and deals of them.
// A request with its signature is large; a box would only move the bytes.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug, PartialEq, Eq, Encode, TypeInfo)]
pub enum MarketplaceCall {
	/// Puts the sender's order into the book.
	PublishOrder {
		/// The order.
		order: AnyOrder,
	},
	/// Withdraws an order that the sender published or presigned.
	UnpublishOrder {
		/// The order.
		order: OrderHash,
	},
	/// Authorizes the sender's order without publishing it.
	PresignOrder {
		/// The order.
		order: AnyOrder,
	},
	/// Consumes all that is left of the sender's order.
	CancelOrder {
		/// The order.
		order: AnyOrder,
	},
	/// Removes an order that expired, or whose asset has another owner.
	RemoveExpired {
		/// The order.
		order: OrderHash,
	},
	/// Makes a deal from orders that the sender brings. The requester pays.
	MatchOrders {
		/// The orders.
		orders: SignedOrders,
	},
	/// Makes a deal from orders that the sender brings and pays for.
	SponsorMatchOrders {
		/// The orders.
		orders: SignedOrders,
	},
	/// Makes a deal from orders in the book.
	MatchPublished {
		/// The request.
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
	/// Removes a workerpool order whose scheduler can stake for no task of it. The sender gets its deposit.
	RemoveUnfunded {
		/// The order.
		order: OrderHash,
	},
	/// Removes the record of an app that is not registered, or of a workerpool that has another owner or none.
	PruneRecord {
		/// Whose it is.
		of: Recorded,
	},
}
