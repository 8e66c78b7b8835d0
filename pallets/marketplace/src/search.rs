//! The search for the best offers that serve a request: on validators off chain, and for estimates.
//!
//! The best is the cheapest combination that the rules of [`matching`] accept, and of equally cheap ones the oldest.
//! Looked at are the first `SearchScan` entries of each list, of which the first `SearchDepth` usable ones are combined:
//! those that admit the request and at least one of the other offers. Hiding an offer behind unusable ones takes a
//! deposit for each of them, and keeps nobody from matching it directly.

use alloc::{vec, vec::Vec};

use frame_support::{
	storage::{with_transaction, TransactionOutcome},
	traits::{Get, Time},
};
use rlc_primitives::{
	money, traits::Escrow, AccountId, AnyOrder, AppOrder, Balance, DatasetOrder, Order, OrderHash, RequestOrder,
	Restriction, WorkerpoolOrder,
};

use crate::{
	matching::{self, Sides, Terms},
	types::{BookKey, Hashes, Rank},
	Categories, Config, Orders, Pallet,
};

/// An offer that could be a side of a deal.
pub(crate) struct Offer<O> {
	/// Its hash.
	pub hash: OrderHash,
	/// Its number in the order of publication.
	pub sequence: u64,
	/// How much of it is left.
	pub left: u64,
	/// The order.
	pub order: O,
}

/// What the search has found.
pub(crate) struct Found {
	/// The offers' hashes, and the request's.
	pub hashes: Hashes,
	/// The terms of the deal.
	pub terms: Terms,
	/// The deal's size.
	pub volume: u64,
}

/// Offers that may go together.
struct Combination<'a> {
	price: Balance,
	app: &'a Offer<AppOrder>,
	dataset: Option<&'a Offer<DatasetOrder>>,
	workerpool: &'a Offer<WorkerpoolOrder>,
}

impl Combination<'_> {
	/// Returns what to prefer: the cheapest, then the oldest.
	fn preference(&self) -> (Balance, u64, u64, u64) {
		let dataset = self.dataset.map_or(0, |offer| offer.sequence);
		(self.price, self.workerpool.sequence, self.app.sequence, dataset)
	}
}

impl<T: Config> Pallet<T> {
	/// Returns the best offers for a request of which `left` tasks are left, among those that `accept` accepts too.
	pub(crate) fn best_offers(
		hash: OrderHash,
		request: &RequestOrder,
		left: u64,
		accept: impl Fn(&Found) -> bool,
	) -> Option<Found> {
		let apps = Self::app_offers(request);
		let datasets = Self::dataset_offers(request);
		let wanted: Vec<Option<&Offer<DatasetOrder>>> = match request.dataset {
			Some(_) => datasets.iter().map(Some).collect(),
			None => vec![None],
		};
		let workerpools = Self::workerpool_offers(request, &apps, &wanted);
		combinations(&apps, &wanted, &workerpools)
			.into_iter()
			.filter_map(|combination| Self::found(hash, request, left, &combination))
			.find(accept)
	}

	/// Returns what the rules make of a combination.
	fn found(hash: OrderHash, request: &RequestOrder, left: u64, combination: &Combination) -> Option<Found> {
		let Combination { app, dataset, workerpool, .. } = combination;
		let sides = Sides {
			app: &app.order,
			dataset: dataset.map(|offer| &offer.order),
			workerpool: &workerpool.order,
			request,
		};
		let terms = sides.terms::<T::Assets>(T::Time::now(), Categories::<T>::get).ok()?;
		let dataset_left = dataset.map_or(left, |offer| offer.left);
		let volume = left.min(app.left).min(workerpool.left).min(dataset_left);
		let hashes = Hashes {
			app: app.hash,
			dataset: dataset.map(|offer| offer.hash),
			workerpool: workerpool.hash,
			request: hash,
		};
		(volume > 0).then_some(Found { hashes, terms, volume })
	}

	fn app_offers(request: &RequestOrder) -> Vec<Offer<AppOrder>> {
		Self::usable(BookKey::App(request.app), |order| match order {
			AnyOrder::App(order) => {
				let usable = matching::app_serves(&order, request).is_ok()
					&& order.dataset_restrict.admits::<T::Assets>(request.dataset.as_ref())
					&& order.requester_restrict.admits::<T::Assets>(Some(&request.requester));
				usable.then_some(order)
			}
			_ => None,
		})
	}

	fn dataset_offers(request: &RequestOrder) -> Vec<Offer<DatasetOrder>> {
		let Some(dataset) = request.dataset else { return Vec::new() };
		Self::usable(BookKey::Dataset(dataset), |order| match order {
			AnyOrder::Dataset(order) => {
				let usable = matching::dataset_serves(&order, request).is_ok()
					&& order.app_restrict.admits::<T::Assets>(Some(&request.app))
					&& order.requester_restrict.admits::<T::Assets>(Some(&request.requester));
				usable.then_some(order)
			}
			_ => None,
		})
	}

	/// Returns those that go together with one of the other offers at least: others could be many, and hide the ones
	/// that do.
	fn workerpool_offers(
		request: &RequestOrder,
		apps: &[Offer<AppOrder>],
		datasets: &[Option<&Offer<DatasetOrder>>],
	) -> Vec<Offer<WorkerpoolOrder>> {
		let list = match &request.workerpool {
			Restriction::Exactly(workerpool) => BookKey::Workerpool(*workerpool),
			_ => BookKey::Workerpools(request.category),
		};
		Self::usable(list, |order| match order {
			AnyOrder::Workerpool(order) => {
				let goes_with = |app: &Offer<AppOrder>, dataset: &Option<&Offer<DatasetOrder>>| {
					let app = &app.order;
					let dataset = dataset.map(|offer| &offer.order);
					Sides { app, dataset, workerpool: &order, request }.go_together::<T::Assets>()
				};
				let usable = matching::workerpool_serves(&order, request).is_ok()
					&& apps.iter().any(|app| datasets.iter().any(|dataset| goes_with(app, dataset)));
				usable.then_some(order)
			}
			_ => None,
		})
	}

	/// Returns the first orders of a list that `pick` picks, that today's owner published, and of which something is
	/// left.
	fn usable<O: Order>(list: BookKey, pick: impl Fn(AnyOrder) -> Option<O>) -> Vec<Offer<O>> {
		let scan = T::SearchScan::get();
		let depth = T::SearchDepth::get();
		Self::entries_after(list, Rank::default())
			.take(usize::try_from(scan).unwrap_or(usize::MAX))
			.filter_map(|(_, hash)| {
				let published = Orders::<T>::get(hash)?;
				let left = Self::remainder_of(hash, &published.order).left();
				let usable = left > 0 && Self::is_owners(&published);
				let order = usable.then(|| pick(published.order)).flatten()?;
				Some(Offer { hash, sequence: published.sequence, left, order })
			})
			.take(usize::try_from(depth).unwrap_or(usize::MAX))
			.collect()
	}

	/// Returns whether an account could pay for the deal now.
	pub(crate) fn can_pay(payer: &AccountId, found: &Found) -> bool {
		money::for_volume(found.terms.task_price, found.volume)
			.is_ok_and(|price| with_transaction(|| TransactionOutcome::Rollback(T::Escrow::lock(payer, price))).is_ok())
	}

	/// Returns whether the scheduler could stake for the deal now.
	pub(crate) fn can_stake(found: &Found) -> bool {
		money::for_volume(found.terms.pool_stake, found.volume).is_ok_and(|stake| {
			with_transaction(|| TransactionOutcome::Rollback(T::Escrow::lock(&found.terms.workerpool.owner, stake)))
				.is_ok()
		})
	}
}

/// Returns all combinations whose price is an amount, the preferred one first.
fn combinations<'a>(
	apps: &'a [Offer<AppOrder>],
	datasets: &[Option<&'a Offer<DatasetOrder>>],
	workerpools: &'a [Offer<WorkerpoolOrder>],
) -> Vec<Combination<'a>> {
	let mut all = Vec::new();
	for app in apps {
		for dataset in datasets {
			for workerpool in workerpools {
				let dataset_price = dataset.map_or(0, |offer| offer.order.price);
				let price = money::task_price(app.order.price, dataset_price, workerpool.order.price);
				if let Ok(price) = price {
					all.push(Combination { price, app, dataset: *dataset, workerpool });
				}
			}
		}
	}
	all.sort_by_key(Combination::preference);
	all
}
