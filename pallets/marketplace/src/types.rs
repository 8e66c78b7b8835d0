//! What the pallet's calls take and what its storage holds. Nothing here knows the runtime.

// SCALE's derives number variants with casts.
#![cfg_attr(not(feature = "std"), allow(clippy::as_conversions))]

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use rlc_primitives::{
	money::{self, MoneyError},
	AccountId, AnyOrder, AppId, AppOrder, Balance, CategoryId, DatasetId, DatasetOrder, Moment, OrderHash,
	OrderSignature, RequestOrder, SigningDomain, WorkerpoolId, WorkerpoolOrder,
};
use scale_info::TypeInfo;

use crate::matching::Sides;

/// How an order is shown to be its owner's will.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum Authorization {
	/// Today's owner signed it.
	#[codec(index = 0)]
	Signature(OrderSignature),
	/// Today's owner published or presigned it, or is the caller.
	#[codec(index = 1)]
	OnChain,
}

/// An order that somebody brings, with what authorises it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct SignedOrder<O> {
	/// The order.
	pub order: O,
	/// Why it may be matched.
	pub authorization: Authorization,
}

/// The four sides of a deal that somebody brings.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct SignedOrders {
	/// The app that is to run.
	pub app: SignedOrder<AppOrder>,
	/// The dataset that it is to use, if any.
	pub dataset: Option<SignedOrder<DatasetOrder>>,
	/// Who is to compute.
	pub workerpool: SignedOrder<WorkerpoolOrder>,
	/// Who asks for it.
	pub request: SignedOrder<RequestOrder>,
}

impl SignedOrders {
	/// The orders without what authorises them.
	pub fn sides(&self) -> Sides<'_> {
		Sides {
			app: &self.app.order,
			dataset: self.dataset.as_ref().map(|dataset| &dataset.order),
			workerpool: &self.workerpool.order,
			request: &self.request.order,
		}
	}

	/// Length of the request's params, in bytes: what the weight of a match depends on.
	pub fn params_len(&self) -> u32 {
		params_len(&self.request.order)
	}
}

/// The names of four orders that meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Hashes {
	/// Of the app order.
	pub app: OrderHash,
	/// Of the dataset order, if there is one.
	pub dataset: Option<OrderHash>,
	/// Of the workerpool order.
	pub workerpool: OrderHash,
	/// Of the request.
	pub request: OrderHash,
}

impl Hashes {
	/// The hashes of these orders in this domain.
	pub fn of(sides: &Sides, domain: &SigningDomain) -> Self {
		Self {
			app: domain.hash(sides.app),
			dataset: sides.dataset.map(|order| domain.hash(order)),
			workerpool: domain.hash(sides.workerpool),
			request: domain.hash(sides.request),
		}
	}
}

/// How much of an order is consumed, and who pays for remembering it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Consumption {
	/// How many tasks deals took of the order; its whole volume if it is cancelled.
	pub volume: u64,
	/// Who paid the deposit: its publisher, or who first brought or cancelled it.
	pub depositor: AccountId,
	/// What is held from the depositor, in nRLC.
	pub deposit: Balance,
	/// From this time on, in ms, the record is not needed any more; `None`: it is needed forever.
	pub expiry: Option<Moment>,
}

/// An order that its owner authorised without showing it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Presign {
	/// Who authorised it. Worth nothing if the order's asset is another's when orders are matched.
	pub owner: AccountId,
	/// What is held from the owner, in nRLC.
	pub deposit: Balance,
	/// From this time on, in ms, the order cannot be matched.
	pub expiry: Option<Moment>,
}

/// An order in the book.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Published {
	/// The order.
	pub order: AnyOrder,
	/// Who published it. Nobody can match it while the order's asset is another's.
	pub owner: AccountId,
	/// What is held from the owner, in nRLC, beside the deposit of the order's [`Consumption`].
	pub deposit: Balance,
	/// When it was published, in ms.
	pub published: Moment,
	/// Its number in the order of publication, from 1.
	pub sequence: u64,
}

/// How far a deal has come.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct DealProgress {
	/// How many of its tasks are not closed.
	pub open: u64,
	/// How many of its tasks are not forgotten.
	pub kept: u64,
	/// When its last task was closed, in ms.
	pub closed_at: Option<Moment>,
	/// Who paid the deposit: who matched the orders, or the requester if the match had no caller.
	pub depositor: AccountId,
	/// What is held from the depositor, in nRLC.
	pub deposit: Balance,
}

/// What was paid once.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Trade {
	/// When, in ms.
	pub time: Moment,
	/// What a task pays for the app, in nRLC.
	pub app_price: Balance,
	/// What a task pays for the dataset, in nRLC; nothing if there is none.
	pub dataset_price: Balance,
	/// What a task pays for the workerpool, in nRLC.
	pub workerpool_price: Balance,
	/// How many tasks.
	pub volume: u64,
}

/// A list of the book, sorted by [`Rank`]. Each published order is in two of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum BookKey {
	/// All app orders.
	#[codec(index = 0)]
	Apps,
	/// The orders of one app.
	#[codec(index = 1)]
	App(AppId),
	/// All dataset orders.
	#[codec(index = 2)]
	Datasets,
	/// The orders of one dataset.
	#[codec(index = 3)]
	Dataset(DatasetId),
	/// The workerpool orders of one category.
	#[codec(index = 4)]
	Workerpools(CategoryId),
	/// The orders of one workerpool.
	#[codec(index = 5)]
	Workerpool(WorkerpoolId),
	/// The requests of one category.
	#[codec(index = 6)]
	Requests(CategoryId),
	/// The requests for one app.
	#[codec(index = 7)]
	RequestsFor(AppId),
}

impl BookKey {
	/// The lists that an order is in.
	pub fn of(order: &AnyOrder) -> [Self; 2] {
		match order {
			AnyOrder::App(order) => [Self::Apps, Self::App(order.app)],
			AnyOrder::Dataset(order) => [Self::Datasets, Self::Dataset(order.dataset)],
			AnyOrder::Workerpool(order) => [Self::Workerpools(order.category), Self::Workerpool(order.workerpool)],
			AnyOrder::Request(order) => [Self::Requests(order.category), Self::RequestsFor(order.app)],
		}
	}

	/// Whether the list holds requests, of which the best is the dearest.
	pub fn holds_requests(&self) -> bool {
		matches!(self, Self::Requests(_) | Self::RequestsFor(_))
	}
}

/// An order's place in a list: its price as 16 big-endian bytes, then its sequence as 8. Of a request the price's
/// complement, so that in every list the best price comes first, and of equal prices the oldest.
pub type Rank = [u8; 24];

/// The rank of an order with this price and sequence.
pub fn rank(is_request: bool, price: Balance, sequence: u64) -> Rank {
	let price = if is_request { !price } else { price };
	let mut rank = Rank::default();
	let bytes = price.to_be_bytes().into_iter().chain(sequence.to_be_bytes());
	rank.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
	rank
}

/// The price that a rank was made of.
pub fn price_of_rank(is_request: bool, rank: &Rank) -> Balance {
	let price = rank.first_chunk().map_or(0, |bytes| Balance::from_be_bytes(*bytes));
	if is_request {
		!price
	} else {
		price
	}
}

/// What a task pays for what the order offers, or at most for what it asks, in nRLC.
///
/// # Errors
///
/// [`MoneyError::Overflow`] if a request's maxima add up to more than 128 bits.
pub fn price(order: &AnyOrder) -> Result<Balance, MoneyError> {
	match order {
		AnyOrder::App(order) => Ok(order.price),
		AnyOrder::Dataset(order) => Ok(order.price),
		AnyOrder::Workerpool(order) => Ok(order.price),
		AnyOrder::Request(order) => {
			let dataset = order.dataset.map_or(0, |_| order.dataset_max_price);
			money::task_price(order.app_max_price, dataset, order.workerpool_max_price)
		}
	}
}

/// Length of the params in a request, in bytes.
pub fn params_len(request: &RequestOrder) -> u32 {
	request.params.len().try_into().unwrap_or(u32::MAX)
}

/// Length of the params in an order, in bytes: what the weight of handling one depends on.
pub fn params_len_of(order: &AnyOrder) -> u32 {
	match order {
		AnyOrder::Request(order) => params_len(order),
		_ => 0,
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
