//! Deals: opened when orders match, closed with their last task, pruned with it too.

use alloc::collections::BTreeMap;

use frame_support::{
	ensure,
	traits::{Get, Time},
};
use rlc_primitives::{
	deal::{self, Resource},
	money,
	traits::{self, Escrow, OnDealOpened},
	AccountId, Balance, Deal, DealId, Moment, Order, OrderHash, OrderKind,
};
use sp_runtime::{DispatchError, DispatchResult};

use crate::{
	consumption::Remainder,
	matching::{self, Sides, Terms},
	types::{DealProgress, Hashes, Trade},
	Categories, Config, Deals, Error, Event, Pallet, Params, Progress,
};

/// Orders that may become a deal.
pub(crate) struct Proposal<'a> {
	/// The orders.
	pub sides: Sides<'a>,
	/// Their hashes.
	pub hashes: Hashes,
	/// Whose money is locked. Has agreed to it.
	pub payer: AccountId,
	/// Who pays deposits for what is stored.
	pub depositor: AccountId,
}

impl<T: Config> Pallet<T> {
	/// Make a deal of orders that follow the rules and that `authorize`, asked last, finds authorized.
	pub(crate) fn open_deal(
		proposal: Proposal,
		authorize: impl FnOnce(&Terms) -> Result<(), Error<T>>,
	) -> Result<DealId, DispatchError> {
		let Proposal { sides, hashes, payer, depositor } = proposal;
		let now = T::Time::now();

		let terms = sides.terms::<T::Assets>(now, Categories::<T>::get).map_err(Error::<T>::from)?;
		let orders = Self::remainders(&sides, &hashes);
		let first = orders.request.consumed();
		let size = matching::volume(orders.left()).map_err(Error::<T>::from)?;
		let total = money::for_volume(terms.task_price, size).map_err(Error::<T>::from)?;
		let stake = money::for_volume(terms.pool_stake, size).map_err(Error::<T>::from)?;
		authorize(&terms)?;

		let deposit = Self::deal_deposit(size, &sides.request.params);
		T::Escrow::lock(&payer, total)?;
		T::Escrow::lock(&terms.workerpool.owner, stake)?;
		Self::hold_deposit(&depositor, deposit)?;
		for order in orders.into_iter() {
			let hash = order.hash;
			if Self::consume(order, size, &depositor)? && Self::withdraw(&hash)? {
				Self::deposit_event(Event::OrderFilled { order: hash });
			}
		}
		let id = DealId::of(hashes.request, first);
		let deal = deal(&sides, terms, payer, now, first, size);
		Params::<T>::insert(id, &sides.request.params);
		Progress::<T>::insert(id, DealProgress { open: size, kept: size, closed_at: None, depositor, deposit });
		Deals::<T>::insert(id, &deal);
		Self::record_trade(
			deal.category,
			Trade {
				time: now,
				app_price: deal.app.price,
				dataset_price: deal.dataset_price(),
				workerpool_price: deal.workerpool.price,
				volume: size,
			},
		);
		T::OnDealOpened::on_deal_opened(&id, &deal);

		Self::deposit_event(Event::DealOpened {
			deal: id,
			app: deal.app.id,
			dataset: deal.dataset.map(|dataset| dataset.id),
			workerpool: deal.workerpool.id,
			request: hashes.request,
			requester: deal.requester,
			payer: deal.payer,
			category: deal.category,
			first,
			size,
		});
		Ok(id)
	}

	/// What is left of each order.
	fn remainders(sides: &Sides, hashes: &Hashes) -> Remainders {
		let left = |hash: OrderHash, volume| Self::remainder(hash, volume, None);
		Remainders {
			app: left(hashes.app, sides.app.volume()),
			dataset: sides.dataset.zip(hashes.dataset).map(|(order, hash)| left(hash, order.volume())),
			workerpool: left(hashes.workerpool, sides.workerpool.volume()),
			request: Self::remainder(hashes.request, sides.request.volume(), sides.request.expiry),
		}
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
	/// How much of each order.
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

/// The deal that the orders make: all that their terms fix.
fn deal(sides: &Sides, terms: Terms, payer: AccountId, start: Moment, first: u64, size: u64) -> Deal {
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
		start,
		first,
		size,
		worker_stake: terms.worker_stake,
		scheduler_ratio: terms.workerpool.scheduler_ratio,
		settlement: terms.workerpool.settlement,
	}
}

impl<T: Config> traits::Deals for Pallet<T> {
	fn deal(id: &DealId) -> Option<Deal> {
		Deals::<T>::get(id)
	}

	fn params(id: &DealId) -> Option<deal::Params> {
		Params::<T>::get(id)
	}

	fn close_task(id: &DealId, now: Moment) -> DispatchResult {
		let mut progress = Progress::<T>::get(id).ok_or(Error::<T>::DealNotFound)?;
		progress.open = progress.open.checked_sub(1).ok_or(Error::<T>::NoOpenTask)?;

		let closed = progress.open == 0;
		if closed {
			progress.closed_at = Some(now);
		}
		Progress::<T>::insert(id, progress);

		if closed {
			Self::deposit_event(Event::DealClosed { deal: *id });
		}
		Ok(())
	}

	fn open_tasks(id: &DealId) -> u64 {
		Progress::<T>::get(id).map_or(0, |progress| progress.open)
	}

	fn is_prunable(id: &DealId, now: Moment) -> bool {
		Progress::<T>::get(id).is_some_and(|progress| is_prunable::<T>(&progress, now))
	}

	fn prune_task(id: &DealId, now: Moment) -> DispatchResult {
		let mut progress = Progress::<T>::get(id).ok_or(Error::<T>::DealNotFound)?;
		ensure!(is_prunable::<T>(&progress, now), Error::<T>::NotPrunable);
		progress.kept = progress.kept.checked_sub(1).ok_or(Error::<T>::NotPrunable)?;
		if progress.kept > 0 {
			Progress::<T>::insert(id, progress);
			return Ok(());
		}

		Deals::<T>::remove(id);
		Params::<T>::remove(id);
		Progress::<T>::remove(id);
		Self::return_deposit(&progress.depositor, progress.deposit)?;

		Self::deposit_event(Event::DealPruned { deal: *id });
		Ok(())
	}
}

/// Whether the deal is closed, and has been for its retention time.
fn is_prunable<T: Config>(progress: &DealProgress, now: Moment) -> bool {
	progress.closed_at.is_some_and(|closed| closed.saturating_add(T::Retention::get()) <= now)
}

/// The payer's and the scheduler's money, for each task that is not closed.
impl<T: Config> traits::OpenLocks for Pallet<T> {
	fn open_locks() -> BTreeMap<AccountId, Balance> {
		let mut locks = BTreeMap::<AccountId, Balance>::new();
		let mut add = |who: AccountId, each: Result<Balance, money::MoneyError>, tasks: u64| {
			// What does not fit into 128 bits was never locked.
			let amount = each.and_then(|each| money::for_volume(each, tasks)).unwrap_or(Balance::MAX);
			if amount > 0 {
				let sum = locks.entry(who).or_default();
				*sum = sum.saturating_add(amount);
			}
		};
		for (id, progress) in Progress::<T>::iter() {
			if let Some(deal) = Deals::<T>::get(id) {
				let (price, stake) = (deal.task_price(), deal.pool_stake());
				add(deal.payer, price, progress.open);
				add(deal.workerpool.owner, stake, progress.open);
			}
		}
		locks
	}
}
