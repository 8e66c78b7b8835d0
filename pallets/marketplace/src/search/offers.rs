//! The offers of apps and datasets that requests name. Only the owner of the app or of the dataset can fill these lists.

use alloc::{collections::BTreeMap, rc::Rc, vec::Vec};
use core::marker::PhantomData;

use frame_support::traits::Get;
use rlc_primitives::{
	money, AnyOrder, AppId, AppOrder, Balance, DatasetId, DatasetOrder, OrderHash, RequestOrder, Tag,
};

use crate::{
	matching,
	types::{Listed, OfferKey, Offered, Rank},
	Config, Orders, Pallet,
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

/// An app offer and a dataset offer, if a dataset is wanted, that serve a request together.
pub(crate) struct Pair {
	/// What both cost for a task, in nRLC.
	pub price: Balance,
	/// What the tasks demand of a workerpool.
	pub tag: Tag,
	/// How much is left of both.
	pub left: u64,
	/// The app offer.
	pub app: Rc<Offer<AppOrder>>,
	/// The dataset offer.
	pub dataset: Option<Rc<Offer<DatasetOrder>>>,
}

type Shelf<O> = Rc<Vec<Rc<Offer<O>>>>;

/// The offers of apps and datasets, each read once.
pub(crate) struct Shelves<T> {
	apps: BTreeMap<AppId, Shelf<AppOrder>>,
	datasets: BTreeMap<DatasetId, Shelf<DatasetOrder>>,
	runtime: PhantomData<T>,
}

impl<T: Config> Shelves<T> {
	pub fn new() -> Self {
		Self { apps: BTreeMap::new(), datasets: BTreeMap::new(), runtime: PhantomData }
	}

	/// Returns the pairs that serve a request, the cheapest first, then the oldest.
	pub fn pairs(&mut self, request: &RequestOrder) -> Vec<Pair> {
		let apps = self.apps_for(request);
		let mut pairs = Vec::new();
		match request.dataset {
			None => pairs.extend(apps.iter().filter_map(|app| pair(app, None, request))),
			Some(id) => {
				let datasets = self.datasets_for(id, request);
				for app in &apps {
					pairs.extend(datasets.iter().filter_map(|dataset| pair(app, Some(dataset), request)));
				}
			}
		}
		pairs.sort_by_key(|pair| {
			(pair.price, pair.app.sequence, pair.dataset.as_ref().map_or(0, |offer| offer.sequence))
		});
		pairs
	}

	/// Returns the first usable app offers: those that admit the request, whatever the workerpool.
	fn apps_for(&mut self, request: &RequestOrder) -> Vec<Rc<Offer<AppOrder>>> {
		let read = || {
			read::<T, _>(Offered::App(request.app), |order| match order {
				AnyOrder::App(order) => Some(order),
				_ => None,
			})
		};
		let shelf = self.apps.entry(request.app).or_insert_with(read).clone();
		let serves = |offer: &&Rc<Offer<AppOrder>>| {
			let order = &offer.order;
			matching::app_serves(order, request).is_ok()
				&& order.dataset_restrict.admits::<T::Assets>(request.dataset.as_ref())
				&& order.requester_restrict.admits::<T::Assets>(Some(&request.requester))
		};
		shelf.iter().filter(serves).take(depth::<T>()).cloned().collect()
	}

	/// Returns the first usable dataset offers.
	fn datasets_for(&mut self, id: DatasetId, request: &RequestOrder) -> Vec<Rc<Offer<DatasetOrder>>> {
		let read = || {
			read::<T, _>(Offered::Dataset(id), |order| match order {
				AnyOrder::Dataset(order) => Some(order),
				_ => None,
			})
		};
		let shelf = self.datasets.entry(id).or_insert_with(read).clone();
		let serves = |offer: &&Rc<Offer<DatasetOrder>>| {
			let order = &offer.order;
			matching::dataset_serves(order, request).is_ok()
				&& order.app_restrict.admits::<T::Assets>(Some(&request.app))
				&& order.requester_restrict.admits::<T::Assets>(Some(&request.requester))
		};
		shelf.iter().filter(serves).take(depth::<T>()).cloned().collect()
	}
}

/// Returns the pair of two offers; `None` if the app's does not allow what the tasks demand at the request's trust, or the
/// price is not an amount.
fn pair(app: &Rc<Offer<AppOrder>>, dataset: Option<&Rc<Offer<DatasetOrder>>>, request: &RequestOrder) -> Option<Pair> {
	let dataset_order = dataset.map(|offer| &offer.order);
	Some(Pair {
		price: money::task_price(app.order.price, dataset_order.map_or(0, |order| order.price), 0).ok()?,
		tag: matching::demand(&app.order, dataset_order, request).ok()?,
		left: app.left.min(dataset.map_or(u64::MAX, |offer| offer.left)),
		app: app.clone(),
		dataset: dataset.cloned(),
	})
}

/// Reads the first offers of an app or of a dataset, the cheapest first: of those that admit everybody, and of the others.
/// Left out is what is consumed, or was published by a former owner.
fn read<T: Config, O>(of: Offered, pick: impl Fn(AnyOrder) -> Option<O>) -> Shelf<O> {
	let scan = usize::try_from(T::SearchScan::get()).unwrap_or(usize::MAX);
	let list = |is_open| Pallet::<T>::offers_after(OfferKey { of, is_open }, Rank::default()).take(scan);
	let mut ranked: Vec<_> = list(true).chain(list(false)).collect();
	ranked.sort_unstable_by_key(|(rank, _)| *rank);
	let offers = ranked.into_iter().filter_map(|(_, Listed { order: hash, .. })| {
		let published = Orders::<T>::get(hash)?;
		let left = Pallet::<T>::remainder_of(hash, &published.order).left();
		if left == 0 || !Pallet::<T>::is_owners(&published) {
			return None;
		}
		Some(Rc::new(Offer { hash, sequence: published.sequence, left, order: pick(published.order)? }))
	});
	Rc::new(offers.collect())
}

fn depth<T: Config>() -> usize {
	usize::try_from(T::SearchDepth::get()).unwrap_or(usize::MAX)
}
