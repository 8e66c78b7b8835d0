//! An order whose kind is known when it is read.

// SCALE's derives number variants that hold something with casts.
#![cfg_attr(not(feature = "std"), allow(clippy::cast_possible_truncation))]

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use super::{AppOrder, DatasetOrder, Order, OrderKind, RequestOrder, WorkerpoolOrder};
use crate::{
	money::MoneyError, traits::Assets, AccountId, Balance, Moment, OrderHash, OrderSignature, SignatureError,
	SigningDomain,
};

/// One of the four kinds of orders.
// A request is large; a box would allocate for each order that is read, which in the runtime costs more than the move.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum AnyOrder {
	/// An app's owner sells runs of it.
	#[codec(index = 0)]
	App(AppOrder),
	/// A dataset's owner sells uses of it.
	#[codec(index = 1)]
	Dataset(DatasetOrder),
	/// A scheduler sells computing.
	#[codec(index = 2)]
	Workerpool(WorkerpoolOrder),
	/// A requester asks for tasks.
	#[codec(index = 3)]
	Request(RequestOrder),
}

/// The same expression for an order of whatever kind.
macro_rules! each {
	($any:expr, $order:ident => $result:expr) => {
		match $any {
			AnyOrder::App($order) => $result,
			AnyOrder::Dataset($order) => $result,
			AnyOrder::Workerpool($order) => $result,
			AnyOrder::Request($order) => $result,
		}
	};
}

impl AnyOrder {
	/// Returns the side of a deal that the order stands for.
	pub fn kind(&self) -> OrderKind {
		match self {
			Self::App(_) => OrderKind::App,
			Self::Dataset(_) => OrderKind::Dataset,
			Self::Workerpool(_) => OrderKind::Workerpool,
			Self::Request(_) => OrderKind::Request,
		}
	}

	/// Returns how many tasks the order is good for.
	pub fn volume(&self) -> u64 {
		each!(self, order => order.volume())
	}

	/// Returns what a task pays for what the order offers, or at most for what it asks, in nRLC.
	///
	/// # Errors
	///
	/// [`MoneyError::Overflow`] if a request's maxima add up to more than 128 bits.
	pub fn price(&self) -> Result<Balance, MoneyError> {
		match self {
			Self::App(order) => Ok(order.price),
			Self::Dataset(order) => Ok(order.price),
			Self::Workerpool(order) => Ok(order.price),
			Self::Request(order) => order.max_task_price(),
		}
	}

	/// Returns the time, in ms, from which on the order cannot be matched; `None`: only requests expire.
	pub fn expiry(&self) -> Option<Moment> {
		match self {
			Self::Request(order) => order.expiry,
			_ => None,
		}
	}

	/// Returns whether the order admits everybody and everything.
	pub fn is_open(&self) -> bool {
		match self {
			Self::App(order) => {
				order.dataset_restrict.is_anyone()
					&& order.workerpool_restrict.is_anyone()
					&& order.requester_restrict.is_anyone()
			}
			Self::Dataset(order) => {
				order.app_restrict.is_anyone()
					&& order.workerpool_restrict.is_anyone()
					&& order.requester_restrict.is_anyone()
			}
			Self::Workerpool(order) => {
				order.app_restrict.is_anyone()
					&& order.dataset_restrict.is_anyone()
					&& order.requester_restrict.is_anyone()
			}
			Self::Request(order) => order.workerpool.is_anyone(),
		}
	}

	/// Returns whether an offer is to every requester. A request is one requester's own, and restricts none.
	pub fn is_for_anyone(&self) -> bool {
		match self {
			Self::App(order) => order.requester_restrict.is_anyone(),
			Self::Dataset(order) => order.requester_restrict.is_anyone(),
			Self::Workerpool(order) => order.requester_restrict.is_anyone(),
			Self::Request(_) => true,
		}
	}

	/// Returns the order's hash, see [`SigningDomain::hash`].
	pub fn hash(&self, domain: &SigningDomain) -> OrderHash {
		each!(self, order => domain.hash(order))
	}

	/// Returns who may authorize the order now: the asset's owner, or the requester; `None` if the asset is not
	/// registered.
	pub fn owner<A: Assets>(&self) -> Option<AccountId> {
		match self {
			Self::App(order) => A::app_owner(&order.app),
			Self::Dataset(order) => A::dataset_owner(&order.dataset),
			Self::Workerpool(order) => A::workerpool(&order.workerpool).map(|policy| policy.owner),
			Self::Request(order) => Some(order.requester.clone()),
		}
	}

	/// Checks that `signer` signed the order for `domain`.
	///
	/// # Errors
	///
	/// [`SignatureError`], which says what is wrong with the signature.
	pub fn verify(
		&self,
		signature: &OrderSignature,
		domain: &SigningDomain,
		signer: &AccountId,
	) -> Result<(), SignatureError> {
		each!(self, order => signature.verify(order, domain, signer))
	}
}

macro_rules! from_orders {
	($($kind:ident($order:ty)),*) => { $(
		impl From<$order> for AnyOrder {
			fn from(order: $order) -> Self {
				Self::$kind(order)
			}
		}
	)* };
}

from_orders!(App(AppOrder), Dataset(DatasetOrder), Workerpool(WorkerpoolOrder), Request(RequestOrder));

#[cfg(test)]
mod tests {
	use super::*;

	/// The kind's number is signed, and the variant's is stored: they are to be the same.
	#[test]
	fn kind_and_variant_have_one_number() {
		use crate::{AppId, CategoryId, DatasetId, WorkerpoolId};
		use sp_core::H256;
		let app = AppOrder {
			app: AppId::default(),
			price: 1,
			volume: 2,
			tag: Default::default(),
			dataset_restrict: Default::default(),
			workerpool_restrict: Default::default(),
			requester_restrict: Default::default(),
			salt: H256::zero(),
		};
		let dataset = DatasetOrder {
			dataset: DatasetId::default(),
			price: 1,
			volume: 2,
			tag: Default::default(),
			app_restrict: Default::default(),
			workerpool_restrict: Default::default(),
			requester_restrict: Default::default(),
			salt: H256::zero(),
		};
		let workerpool = WorkerpoolOrder {
			workerpool: WorkerpoolId::default(),
			price: 1,
			volume: 2,
			tag: Default::default(),
			category: CategoryId(0),
			trust: 1,
			app_restrict: Default::default(),
			dataset_restrict: Default::default(),
			requester_restrict: Default::default(),
			salt: H256::zero(),
		};
		let request = RequestOrder {
			app: AppId::default(),
			app_max_price: 1,
			dataset: None,
			dataset_max_price: 0,
			workerpool: Default::default(),
			workerpool_max_price: 1,
			requester: AccountId::new([1; 32]),
			volume: 2,
			tag: Default::default(),
			category: CategoryId(0),
			trust: 1,
			beneficiary: None,
			callback: None,
			params: Default::default(),
			salt: H256::zero(),
			payer: None,
			expiry: Some(5),
		};
		let domain = SigningDomain::new(H256::zero(), 1, Default::default());
		let hashes = [domain.hash(&app), domain.hash(&dataset), domain.hash(&workerpool), domain.hash(&request)];
		let orders: [AnyOrder; 4] = [app.into(), dataset.into(), workerpool.into(), request.into()];
		for (order, hash) in orders.iter().zip(hashes) {
			assert_eq!(order.encode()[..1], order.kind().encode());
			assert_eq!((order.volume(), order.hash(&domain)), (2, hash));
		}
		assert_eq!(orders.each_ref().map(AnyOrder::price), [Ok(1), Ok(1), Ok(1), Ok(2)]);
		assert_eq!(orders.each_ref().map(AnyOrder::kind), OrderKind::ALL);
		assert_eq!(orders.map(|order| order.expiry()), [None, None, None, Some(5)]);
	}
}
