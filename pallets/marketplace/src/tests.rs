//! What the pallet promises, one promise a test.

mod authorization;
mod book;
mod categories;
mod deals;
mod funds;
mod orders;
mod random;
mod records;
mod rules;
mod search;
mod unattended;

use frame_support::pallet_prelude::DispatchResult;
use rlc_primitives::{
	AnyOrder, AppOrder, DatasetOrder, DealId, Order, OrderHash, OrderSignature, PoolRestriction, RequestOrder,
	Restriction, Tag, WorkerpoolOrder,
};
use sp_core::{Pair, H256};

use crate::{
	mock::*,
	types::{Authorization, Hashes, SignedOrder, SignedOrders},
};

/// Four orders that match: 10 + 20 + 100 nRLC a task, for five tasks.
#[derive(Clone)]
pub struct Four {
	pub app: AppOrder,
	pub dataset: Option<DatasetOrder>,
	pub workerpool: WorkerpoolOrder,
	pub request: RequestOrder,
}

pub fn four() -> Four {
	Four {
		app: AppOrder {
			app: APP,
			price: 10,
			volume: 100,
			tag: Tag::NONE,
			dataset_restrict: Restriction::Anyone,
			workerpool_restrict: Restriction::Anyone,
			requester_restrict: Restriction::Anyone,
			salt: H256::zero(),
		},
		dataset: Some(DatasetOrder {
			dataset: DATASET,
			price: 20,
			volume: 100,
			tag: Tag::NONE,
			app_restrict: Restriction::Anyone,
			workerpool_restrict: Restriction::Anyone,
			requester_restrict: Restriction::Anyone,
			salt: H256::zero(),
		}),
		workerpool: WorkerpoolOrder {
			workerpool: POOL,
			price: 100,
			volume: 100,
			tag: Tag::NONE,
			category: XS,
			trust: 10,
			app_restrict: Restriction::Anyone,
			dataset_restrict: Restriction::Anyone,
			requester_restrict: Restriction::Anyone,
			salt: H256::zero(),
		},
		request: RequestOrder {
			app: APP,
			app_max_price: 10,
			dataset: Some(DATASET),
			dataset_max_price: 20,
			workerpool: PoolRestriction::Anyone,
			workerpool_max_price: 100,
			requester: Who::Requester.id(),
			volume: 5,
			tag: Tag::NONE,
			category: XS,
			trust: 0,
			beneficiary: None,
			callback: None,
			params: b"{}".to_vec().try_into().unwrap(),
			salt: H256::zero(),
			payer: None,
			expiry: None,
		},
	}
}

impl Four {
	/// Returns the same orders after a change.
	pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
		change(&mut self);
		self
	}

	/// Returns the dataset order.
	pub fn data(&mut self) -> &mut DatasetOrder {
		self.dataset.as_mut().unwrap()
	}

	/// Returns the orders, each signed by its owner.
	pub fn signed(&self) -> SignedOrders {
		SignedOrders {
			app: sign(Who::AppOwner, &self.app),
			dataset: self.dataset.as_ref().map(|order| sign(Who::DatasetOwner, order)),
			workerpool: sign(Who::Scheduler, &self.workerpool),
			request: sign(Who::Requester, &self.request),
		}
	}

	/// Has a broker bring them.
	pub fn matched(&self) -> DispatchResult {
		let matched = Market::match_orders(Who::Broker.origin(), Box::new(self.signed()));
		matched.map(drop).map_err(|refusal| refusal.error)
	}

	/// Returns the orders with their owners.
	pub fn owned(&self) -> Vec<(Who, AnyOrder)> {
		let mut all = vec![
			(Who::AppOwner, self.app.clone().into()),
			(Who::Scheduler, self.workerpool.clone().into()),
			(Who::Requester, self.request.clone().into()),
		];
		all.extend(self.dataset.clone().map(|order| (Who::DatasetOwner, order.into())));
		all
	}

	/// Publishes all of them.
	pub fn published(self) -> Self {
		for (owner, order) in self.owned() {
			Market::publish_order(owner.origin(), Box::new(order)).unwrap();
		}
		self
	}

	pub fn hashes(&self) -> Hashes {
		let sides = crate::matching::Sides {
			app: &self.app,
			dataset: self.dataset.as_ref(),
			workerpool: &self.workerpool,
			request: &self.request,
		};
		sides.hashes(&Market::signing_domain())
	}

	/// Returns the request's first deal.
	pub fn deal(&self) -> DealId {
		DealId::of(self.hashes().request, 0)
	}
}

/// Returns an order with its owner's signature.
pub fn sign<O: Order + Clone>(who: Who, order: &O) -> SignedOrder<O> {
	let signature = who.pair().sign(&Market::signing_domain().native_payload(order));
	let signature = OrderSignature::Native(signature.into());
	SignedOrder { order: order.clone(), authorization: Authorization::Signature(signature) }
}

/// Returns an order without a signature.
pub fn bare<O: Clone>(order: &O) -> SignedOrder<O> {
	SignedOrder { order: order.clone(), authorization: Authorization::OnChain }
}

/// Returns an order's hash.
pub fn hash(order: impl Into<AnyOrder>) -> OrderHash {
	Market::order_hash(order.into())
}

/// Returns `order` as the calls take it.
pub fn boxed(order: &(impl Into<AnyOrder> + Clone)) -> Box<AnyOrder> {
	Box::new(order.clone().into())
}

/// Returns how much of an order is consumed.
pub fn consumed(hash: OrderHash) -> u64 {
	crate::Consumed::<Test>::get(hash).map_or(0, |record| record.volume)
}
