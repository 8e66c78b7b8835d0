//! What the pallet's storage holds, and how the book is sorted. Nothing here knows the runtime.

// SCALE's derives number variants with casts.
#![cfg_attr(not(feature = "std"), allow(clippy::as_conversions, clippy::cast_possible_truncation))]

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use rlc_primitives::{AccountId, AnyOrder, AppId, Balance, CategoryId, DatasetId, Moment, OrderHash};
use scale_info::TypeInfo;

pub use rlc_primitives::record::{PoolRecord, Recorded, Tally};

pub use rlc_primitives::market::{
	params_len_of, Authorization, BookKey, DealProgress, Hashes, Published, Rank, SignedOrder, SignedOrders, Trade,
};

/// How much of an order is consumed, and who pays for remembering it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Consumption {
	/// How many tasks deals took of the order; its whole volume if it is canceled.
	pub volume: u64,
	/// Who paid the deposit: the order's publisher, or the account that first brought or canceled it.
	pub depositor: AccountId,
	/// What is held from the depositor, in nRLC.
	pub deposit: Balance,
	/// From this time on, in ms, the record is no longer needed; `None`: it is needed forever.
	pub expiry: Option<Moment>,
}

/// An order that its owner authorized without showing it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Presign {
	/// Who authorized it. Worth nothing if the order's asset belongs to another account when orders are matched.
	pub owner: AccountId,
	/// What is held from the owner, in nRLC.
	pub deposit: Balance,
	/// From this time on, in ms, the order cannot be matched.
	pub expiry: Option<Moment>,
}

/// A list that the search for offers walks: cheapest first, then oldest.
///
/// Offers that admit everybody are not behind those that do not: anyone can make a thousand of the latter that nobody
/// can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct OfferKey {
	/// What is offered.
	pub of: Offered,
	/// Whether its orders admit everybody and everything.
	pub is_open: bool,
}

/// What a request looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum Offered {
	/// Runs of an app.
	#[codec(index = 0)]
	App(AppId),
	/// Uses of a dataset.
	#[codec(index = 1)]
	Dataset(DatasetId),
	/// Computing, in a category.
	#[codec(index = 2)]
	Workerpools(CategoryId),
}

/// An offer, as the lists have it: what most requests that cannot use it are told by, without reading the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Listed {
	/// The order.
	pub order: OrderHash,
	/// The most trust that it delivers: of an app's or a dataset's, any.
	pub trust: u64,
}

impl Listed {
	/// Returns the entry of an offer.
	pub fn new(hash: OrderHash, order: &AnyOrder) -> Self {
		let trust = match order {
			AnyOrder::Workerpool(order) => order.trust,
			_ => u64::MAX,
		};
		Self { order: hash, trust }
	}
}

impl OfferKey {
	/// Returns the list that an order is in; `None`: it is a request.
	pub fn of(order: &AnyOrder) -> Option<Self> {
		let of = match order {
			AnyOrder::App(order) => Offered::App(order.app),
			AnyOrder::Dataset(order) => Offered::Dataset(order.dataset),
			AnyOrder::Workerpool(order) => Offered::Workerpools(order.category),
			AnyOrder::Request(_) => return None,
		};
		Some(Self { of, is_open: order.is_open() })
	}
}

/// Returns the rank of an order with this price and sequence.
pub fn rank(is_request: bool, price: Balance, sequence: u64) -> Rank {
	let price = if is_request { !price } else { price };
	let mut rank = Rank::default();
	let bytes = price.to_be_bytes().into_iter().chain(sequence.to_be_bytes());
	rank.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
	rank
}

/// Returns the price that a rank was made of.
pub fn price_of_rank(is_request: bool, rank: &Rank) -> Balance {
	let price = rank.first_chunk().map_or(0, |bytes| Balance::from_be_bytes(*bytes));
	if is_request {
		!price
	} else {
		price
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn best_price_ranks_first_then_the_oldest() {
		assert!(rank(false, 5, 9) < rank(false, 6, 1), "cheap offers first");
		assert!(rank(true, 6, 9) < rank(true, 5, 1), "well paid requests first");
		assert!(rank(false, 5, 1) < rank(false, 5, 2) && rank(true, 5, 1) < rank(true, 5, 2));
		assert!(rank(false, 255, 1) < rank(false, 256, 1), "numbers, not bytes");
		for price in [0, 1, 1 << 100, Balance::MAX] {
			assert_eq!(price_of_rank(false, &rank(false, price, 7)), price);
			assert_eq!(price_of_rank(true, &rank(true, price, 7)), price);
		}
	}
}
