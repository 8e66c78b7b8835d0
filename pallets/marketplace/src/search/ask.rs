//! A request that looks for offers, and what it found.

use alloc::{rc::Rc, vec::Vec};

use rlc_primitives::{money, AppOrder, Balance, DatasetOrder, OrderHash, RequestOrder, Restriction, WorkerpoolOrder};

use super::{
	budget::Budget,
	offers::{Offer, Pair},
	pools::PoolOffer,
};
use crate::{
	funds::Costs,
	matching::{self, Sides},
	types::Hashes,
	Config,
};

/// Of how many schedulers an offer is kept for one of many requests: those before it may use the best one up. Offers of one
/// scheduler stand and fall together.
const CANDIDATES: usize = 4;

/// How many groups are looked up for one of many requests, beside those of its app and dataset offers.
const GROUPS: u32 = 32;

/// A request that looks for a workerpool.
pub(crate) struct Ask {
	/// The request's hash.
	pub hash: OrderHash,
	/// The request.
	pub request: RequestOrder,
	/// How much of it is left.
	left: u64,
	/// The app and dataset offers, the cheapest first.
	pairs: Vec<Pair>,
	/// What the requester can pay.
	purse: Purse,
	/// What a task may cost in all, in nRLC.
	most: Balance,
	/// The least that workerpool offers are compared by, in nRLC.
	floor: Balance,
	/// What was found, the best first, and one of a scheduler.
	found: Vec<Found>,
	/// How many of them are kept.
	candidates: usize,
	/// How many more groups may be looked up for it.
	groups: u32,
}

/// What a requester can pay, and what a deal costs it beside the prices. All in nRLC.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Purse {
	/// What it can lock now.
	pub free: Balance,
	/// What is to be paid beside the prices.
	pub costs: Costs,
}

impl Purse {
	/// Somebody else's, who brings the orders.
	pub const UNKNOWN: Self = Self { free: Balance::MAX, costs: Costs { deal: 0, task: 0 } };
}

/// Offers that serve a request.
pub(crate) struct Found {
	/// What to prefer: the least rank, the least price, the oldest.
	preference: (Balance, Balance, u64),
	/// What a task costs, in nRLC.
	price: Balance,
	/// The app's offer.
	pub app: Rc<Offer<AppOrder>>,
	/// The dataset's offer.
	pub dataset: Option<Rc<Offer<DatasetOrder>>>,
	/// The workerpool's offer.
	pub workerpool: Rc<PoolOffer>,
	/// How many tasks the deal would have.
	pub volume: u64,
}

impl Ask {
	/// Returns a request with its pairs; `None` if nothing can come of it. `floor`: the least stake of a task, in nRLC.
	pub fn new(
		hash: OrderHash,
		request: RequestOrder,
		left: u64,
		pairs: Vec<Pair>,
		purse: Purse,
		floor: Balance,
	) -> Option<Self> {
		let most = purse.free.checked_sub(purse.costs.deal)?.checked_sub(purse.costs.task)?;
		let cheapest = pairs.first()?.price;
		if left == 0 || cheapest > most {
			return None;
		}
		let floor = money::price_of_stake(floor);
		Some(Self {
			hash,
			request,
			left,
			pairs,
			purse,
			most,
			floor,
			found: Vec::new(),
			candidates: 1,
			groups: u32::MAX,
		})
	}

	/// Returns the same, as one of many that share a search: not all of it is spent on groups that this one names, and
	/// others may come before it.
	pub fn among_many(self) -> Self {
		Self { groups: GROUPS, candidates: CANDIDATES, ..self }
	}

	/// Returns whether the request names the workerpool that is to compute.
	pub fn names_a_pool(&self) -> bool {
		matches!(self.request.workerpool.by_name(), Restriction::Exactly(_))
	}

	/// Returns whether a workerpool offer at this price or above could be among the best.
	pub fn is_open_to(&self, price: Balance) -> bool {
		let affordable = price <= self.request.workerpool_max_price
			&& self.pairs.first().is_some_and(|pair| pair.price.saturating_add(price) <= self.most);
		let is_among_the_best = self.found.len() < self.candidates
			|| self.found.last().is_some_and(|worst| {
				let cheapest = self.pairs.first().map_or(0, |pair| pair.price);
				worst.preference.0 > cheapest.saturating_add(price.max(self.floor))
			});
		affordable && is_among_the_best
	}

	/// Returns whether it could use a workerpool offer, by what the offer itself says.
	pub fn could_use(&self, order: &WorkerpoolOrder) -> bool {
		self.is_open_to(order.price) && matching::workerpool_serves(order, &self.request).is_ok()
	}

	/// Keeps an offer if it goes together with app and dataset offers, and is among the best.
	pub fn consider<T: Config>(&mut self, offer: &Rc<PoolOffer>, budget: &mut Budget) {
		for pair in &self.pairs {
			let price = pair.price.saturating_add(offer.order.price);
			let volume = self.left.min(pair.left).min(offer.left);
			// What does not depend on groups costs no read, and is not counted.
			if price > self.most || !offer.order.tag.covers(pair.tag) || volume > offer.stakeable {
				continue;
			}
			let sides = Sides {
				app: &pair.app.order,
				dataset: pair.dataset.as_ref().map(|offer| &offer.order),
				workerpool: &offer.order,
				request: &self.request,
			};
			let groups = sides.workerpool_groups();
			if groups > 0 {
				let Some(left) = self.groups.checked_sub(groups) else { return };
				if !budget.take_combination() {
					return;
				}
				self.groups = left;
			}
			if sides.admit_workerpool::<T::Assets>() {
				let found = Found {
					preference: (pair.price.saturating_add(offer.rank), price, offer.sequence),
					price,
					app: pair.app.clone(),
					dataset: pair.dataset.clone(),
					workerpool: offer.clone(),
					volume,
				};
				return self.keep(found);
			}
		}
	}

	/// Returns whether the requester can still pay for a task if it spent this much since, in nRLC.
	pub fn can_pay(&self, found: &Found, spent: Balance) -> bool {
		found.price.saturating_add(spent) <= self.most
	}

	/// Returns what a deal costs the requester, in nRLC.
	pub fn cost(&self, found: &Found) -> Balance {
		let Costs { deal, task } = self.purse.costs;
		let tasks = self.purse.costs.tasks(self.purse.free, found.price).min(found.volume);
		deal.saturating_add(found.price.saturating_add(task).saturating_mul(tasks.into()))
	}

	/// Returns whether something was found.
	pub fn has_found(&self) -> bool {
		!self.found.is_empty()
	}

	/// Returns what was found, the best first.
	pub fn found(&self) -> &[Found] {
		&self.found
	}

	/// Returns the names of the orders.
	pub fn hashes(&self, found: &Found) -> Hashes {
		Hashes {
			app: found.app.hash,
			dataset: found.dataset.as_ref().map(|offer| offer.hash),
			workerpool: found.workerpool.hash,
			request: self.hash,
		}
	}

	/// Returns the orders.
	pub fn sides<'a>(&'a self, found: &'a Found) -> Sides<'a> {
		Sides {
			app: &found.app.order,
			dataset: found.dataset.as_ref().map(|offer| &offer.order),
			workerpool: &found.workerpool.order,
			request: &self.request,
		}
	}

	/// Keeps what was found if it is among the best, and the best of its scheduler.
	fn keep(&mut self, found: Found) {
		let is_same = |other: &Found| other.workerpool.scheduler == found.workerpool.scheduler;
		if self.found.iter().any(|other| is_same(other) && other.preference <= found.preference) {
			return;
		}
		self.found.retain(|other| !is_same(other));
		let index = self.found.partition_point(|other| other.preference <= found.preference);
		self.found.insert(index, found);
		self.found.truncate(self.candidates);
	}
}
