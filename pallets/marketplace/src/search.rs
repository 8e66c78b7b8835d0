//! The search for the best offers that serve requests: on validators off chain, and for estimates.
//!
//! Only a category's workerpool offers come from everybody. They are walked once, cheapest first, for many requests
//! together; those that admit everybody before the others, so that nobody hides them behind offers that nobody can use.
//! An offer is combined with others only if its scheduler can stake for it now.
//!
//! ```text
//! requests ─► asks, each with its app and dataset offers ─┐
//!                                                         ├─► walk ─► the best few of each ask
//! workerpool offers: open, then restricted ───────────────┘
//! ```
//!
//! | module | what is there |
//! |---|---|
//! | `ask` | a request that looks for offers, and what it found |
//! | `offers` | the offers of apps and datasets |
//! | `pools` | the offers of workerpools: whether they could be made now, and how they rank |
//! | `budget` | how long, or how far, a search may go |
//!
//! The best is the one of the least rank ([`record`](rlc_primitives::record)): prices of app and dataset, and the
//! workerpool's price weighted by its record. Of equal ranks the cheapest is the best, of equal prices the oldest.

mod ask;
mod budget;
mod offers;
mod pools;

use alloc::vec::Vec;

use frame_support::traits::Get;
use rlc_primitives::{money, AnyOrder, OrderHash, Params, RequestOrder};

use self::{ask::Purse, offers::Shelves, pools::Pools};
pub(crate) use self::{
	ask::{Ask, Found},
	budget::Budget,
};
use crate::{
	types::{self, Listed, Rank},
	Categories, Config, Orders, Pallet,
};

/// How a walk over a list ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Walked {
	/// Nothing that comes after could be of use.
	Done,
	/// The budget was spent after the entry of this rank.
	Stopped(Rank),
}

/// A search, and what it has learned: nobody's funds and nobody's record are looked up twice.
pub(crate) struct Search<T: Config> {
	pub budget: Budget,
	shelves: Shelves<T>,
	pools: Pools<T>,
}

impl<T: Config> Search<T> {
	/// Returns a search for matches that nobody signs: of as many tasks as both sides can pay for.
	pub fn unattended(budget: Budget) -> Self {
		Self { budget, shelves: Shelves::new(), pools: Pools::new(true) }
	}

	/// Returns a search for a match that somebody will bring, and that has to be made as a whole.
	pub fn attended(budget: Budget) -> Self {
		Self { budget, shelves: Shelves::new(), pools: Pools::new(false) }
	}

	/// Leaves these offers out: they failed a moment ago, whatever the reason.
	pub fn shun(&mut self, shunned: impl Fn(&OrderHash) -> bool + 'static) {
		self.pools.shun(shunned);
	}

	/// Looks at the workerpool offers of a list, of which the last one seen is `from`, for all of these asks.
	pub fn walk(&mut self, list: impl Iterator<Item = (Rank, Listed)>, from: Rank, asks: &mut [Ask]) -> Walked {
		// Which asks are content with which trust: an offer that serves none of them is not read.
		let mut by_trust: Vec<_> = asks.iter().enumerate().map(|(place, ask)| (ask.request.trust, place)).collect();
		by_trust.sort_unstable();
		let mut last = from;
		for (rank, Listed { order, trust }) in list {
			if !self.budget.take_offer() {
				return Walked::Stopped(last);
			}
			last = rank;
			let price = types::price_of_rank(false, &rank);
			if !asks.iter().any(|ask| ask.is_open_to(price)) {
				return Walked::Done;
			}
			let content = by_trust.partition_point(|(wanted, _)| *wanted <= trust);
			if content > 0 {
				self.look_at(&order, asks, by_trust.get(..content).unwrap_or_default());
			}
		}
		Walked::Done
	}

	/// Looks at one workerpool offer, for the asks at these places.
	fn look_at(&mut self, hash: &OrderHash, asks: &mut [Ask], places: &[(u64, usize)]) {
		let Some(published) = Orders::<T>::get(hash) else { return };
		let AnyOrder::Workerpool(order) = &published.order else { return };
		let mut tally = None;
		let mut offer = None;
		for (_, place) in places {
			let Some(ask) = asks.get_mut(*place).filter(|ask| ask.could_use(order)) else { continue };
			if let Some(least) = ask.request.workerpool.least_record() {
				// All offers of a pool share one record, which ranking needs too. So it is read before anything else of
				// an offer: if the record is too poor, nothing else needs to be read.
				let tally = tally.get_or_insert_with(|| self.pools.tally(&order.workerpool, &published.owner));
				if !least.is_met_by(tally) {
					continue;
				}
			}
			// An offer is read once, and only if a request could use it.
			let offer = offer.get_or_insert_with(|| self.pools.offer(hash, order, &published));
			let Some(offer) = offer else { return };
			ask.consider::<T>(offer, &mut self.budget);
		}
	}

	/// Returns an ask for a request of which `left` tasks are left; `None` if no app or dataset offers serve it, or if it
	/// cannot pay for one task: that is known before anything is combined.
	pub fn ask(&mut self, hash: OrderHash, mut request: RequestOrder, left: u64) -> Option<Ask> {
		let mut purse = Purse::UNKNOWN;
		if self.pools.unattended {
			purse = Purse { free: self.pools.purse(&request.requester), costs: Pallet::<T>::costs(&request) };
			// They can be long, and are no longer needed.
			request.params = Params::default();
		}
		let mut pairs = self.shelves.pairs(&request);
		if !T::HasEnclaves::get() {
			pairs.retain(|pair| !pair.tag.has_tee());
		}
		let reference_time = Categories::<T>::get(request.category)?.reference_time;
		let floor = money::stake_floor(T::StakeRate::get(), reference_time).ok()?;
		let ask = Ask::new(hash, request, left, pairs, purse, floor)?;
		Some(if self.pools.unattended { ask.among_many() } else { ask })
	}
}
