//! From orders that are brought together to a deal that only needs their owners' authorization.
//!
//! ```text
//! Proposal ── agree, by the rules of `matching` ──► Agreement ── authorized? ──► open_deal
//! ```
//!
//! Verifying signatures is expensive, so it comes last. The types keep that order: a deal is opened from an [`Agreement`],
//! which only [`Proposal::agree`] makes. Nothing here reads or writes storage by itself.

use rlc_primitives::{
	deal::{Category, Resource},
	money,
	record::Tally,
	traits::Assets,
	AccountId, Balance, CategoryId, Deal, DealId, Moment, Order, OrderHash, OrderKind, Params, WorkerpoolId,
};

use crate::{
	consumption::Remainder,
	matching::{self, Conditions, Refusal, Sides, Terms},
	types::{Consumption, Hashes},
};

/// What time it is, in ms.
#[derive(Clone, Copy)]
pub(crate) struct Now {
	/// On the chain.
	pub chain: Moment,
	/// For deadlines of tasks.
	pub poco: Moment,
}

/// Orders that may become a deal.
pub(crate) struct Proposal<'a> {
	/// The orders.
	pub sides: Sides<'a>,
	/// Their hashes.
	pub hashes: Hashes,
	/// The account whose money is locked. It has agreed to that.
	pub payer: AccountId,
}

/// Orders that follow the rules, and the deal that they make.
pub(crate) struct Agreement<'a> {
	deal: Deal,
	params: &'a Params,
	hashes: Hashes,
	price: Balance,
	stake: Balance,
	orders: Remainders,
}

impl<'a> Proposal<'a> {
	/// Applies the rules at `now`, under these conditions. `category`, `tally` and `record` look up what is stored; what
	/// needs no lookup is checked first. `most` bounds the deal's size once its terms are known.
	///
	/// # Errors
	///
	/// The first [`Refusal`] that applies.
	pub fn agree<A: Assets>(
		self,
		now: Now,
		category: impl FnOnce(CategoryId) -> Option<Category>,
		conditions: Conditions,
		tally: impl FnOnce(&WorkerpoolId, &AccountId) -> Tally,
		record: impl Fn(OrderHash) -> Option<Consumption>,
		most: impl FnOnce(&Terms) -> Result<u64, Refusal>,
	) -> Result<Agreement<'a>, Refusal> {
		let Self { sides, hashes, payer } = self;
		let terms = sides.terms::<A>(now.chain, category, conditions, tally)?;
		let orders = Remainders::of(&sides, &hashes, record);
		let size = matching::volume(orders.left())?.min(most(&terms)?);
		let price = money::for_volume(terms.task_price, size)?;
		let stake = money::for_volume(terms.pool_stake, size)?;
		let deal = deal(&sides, terms, payer, now, orders.request.consumed(), size);
		Ok(Agreement { deal, params: &sides.request.params, hashes, price, stake, orders })
	}
}

impl<'a> Agreement<'a> {
	/// Returns the deal's id.
	pub fn id(&self) -> DealId {
		DealId::of(self.hashes.request, self.deal.first)
	}

	/// Returns the deal.
	pub fn deal(&self) -> &Deal {
		&self.deal
	}

	/// Returns what the deal's tasks are run with.
	pub fn params(&self) -> &'a Params {
		self.params
	}

	/// Returns the orders' hashes.
	pub fn hashes(&self) -> &Hashes {
		&self.hashes
	}

	/// Fixes what is paid for each task's free calls, in nRLC.
	pub fn with_charge(mut self, charge: Balance) -> Self {
		self.deal.charge = charge;
		self
	}

	/// Returns what the payer locks, in nRLC.
	pub fn price(&self) -> Balance {
		self.price
	}

	/// Returns what the scheduler locks, in nRLC.
	pub fn stake(&self) -> Balance {
		self.stake
	}

	/// Returns the deal, and what is left of its orders before it.
	pub fn into_parts(self) -> (Deal, impl Iterator<Item = Remainder>) {
		(self.deal, self.orders.into_iter())
	}
}

/// What is left of each order of a deal.
struct Remainders {
	app: Remainder,
	dataset: Option<Remainder>,
	workerpool: Remainder,
	request: Remainder,
}

impl Remainders {
	fn of(sides: &Sides, hashes: &Hashes, record: impl Fn(OrderHash) -> Option<Consumption>) -> Self {
		let left = |hash, volume, expiry| Remainder { hash, volume, expiry, record: record(hash) };
		Self {
			app: left(hashes.app, sides.app.volume(), None),
			dataset: sides.dataset.zip(hashes.dataset).map(|(order, hash)| left(hash, order.volume(), None)),
			workerpool: left(hashes.workerpool, sides.workerpool.volume(), None),
			request: left(hashes.request, sides.request.volume(), sides.request.expiry),
		}
	}

	/// Returns how much is left of each order.
	fn left(&self) -> impl Iterator<Item = (OrderKind, u64)> {
		let dataset = self.dataset.as_ref().map(|order| (OrderKind::Dataset, order.left()));
		let others = [
			(OrderKind::Request, self.request.left()),
			(OrderKind::App, self.app.left()),
			(OrderKind::Workerpool, self.workerpool.left()),
		];
		others.into_iter().chain(dataset)
	}

	fn into_iter(self) -> impl Iterator<Item = Remainder> {
		[self.app, self.workerpool, self.request].into_iter().chain(self.dataset)
	}
}

/// Returns the deal that the orders make: all that their terms fix.
fn deal(sides: &Sides, terms: Terms, payer: AccountId, now: Now, first: u64, size: u64) -> Deal {
	let Sides { app, dataset, workerpool, request } = *sides;
	Deal {
		app: Resource { id: app.app, owner: terms.app_owner, price: app.price },
		dataset: dataset.zip(terms.dataset_owner).map(|(order, owner)| Resource {
			id: order.dataset,
			owner,
			price: order.price,
		}),
		workerpool: Resource { id: workerpool.workerpool, owner: terms.workerpool.owner, price: workerpool.price },
		payer,
		requester: request.requester.clone(),
		beneficiary: request.beneficiary.clone(),
		callback: request.callback,
		category: request.category,
		reference_time: terms.reference_time,
		trust: terms.trust,
		tag: terms.tag,
		start: now.chain,
		opened: now.poco,
		first,
		size,
		worker_stake: terms.worker_stake,
		charge: 0,
		pool_stake: terms.pool_stake,
		scheduler_ratio: terms.workerpool.scheduler_ratio,
		settlement: terms.workerpool.settlement,
	}
}
