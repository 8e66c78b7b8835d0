//! Deals: opened when orders match, closed with their last task, pruned with it too.

use alloc::collections::BTreeMap;

use frame_support::{
	ensure,
	traits::{Get, Time},
};
use rlc_primitives::{
	deal, money,
	traits::{self, Escrow, OnDealOpened, TaskCharge},
	AccountId, Balance, Deal, DealId, Moment,
};
use sp_runtime::{DispatchError, DispatchResult};

use crate::{
	agreement::{Agreement, Now, Proposal},
	matching::{Conditions, Refusal, Terms},
	types::{DealProgress, Trade},
	Categories, Config, Consumed, Deals, Error, Event, OpenDeals, Pallet, Params, Progress,
};

/// A deal that was just made.
pub(crate) struct Opened {
	/// The deal.
	pub id: DealId,
	/// Whether an order of it was published or presigned, and is no longer kept.
	pub withdrawn: bool,
}

impl<T: Config> Pallet<T> {
	/// Returns what the chain asks of every deal today.
	pub(crate) fn conditions() -> Conditions {
		Conditions { stake_rate: T::StakeRate::get(), enclaves: T::HasEnclaves::get() }
	}

	/// Applies the rules to a proposal, whose deal has at most as many tasks as `most` says.
	pub(crate) fn agree<'a>(
		proposal: Proposal<'a>,
		most: impl FnOnce(&Terms) -> Result<u64, Refusal>,
	) -> Result<Agreement<'a>, Error<T>> {
		let record = |hash| Consumed::<T>::get(hash);
		let now = Now { chain: T::Time::now(), poco: T::PocoTime::now() };
		let conditions = Self::conditions();
		let agreement =
			proposal.agree::<T::Assets>(now, Categories::<T>::get, conditions, Self::pool_tally, record, most)?;
		let deal = agreement.deal();
		let charge = T::TaskCharge::per_task(deal.trust, deal.callback.is_some());
		Ok(agreement.with_charge(charge))
	}

	/// Opens the deal of an agreement whose orders are authorized. `depositor` pays the deposits for what is stored, and,
	/// for good, the charge for free calls. `unattended`: nobody signed the match.
	pub(crate) fn open_deal(
		agreement: Agreement,
		depositor: AccountId,
		unattended: bool,
	) -> Result<Opened, DispatchError> {
		let id = agreement.id();
		let request = agreement.hashes().request;
		let params = agreement.params();
		let deposit = Self::deal_deposit(agreement.deal().size, agreement.deal().trust, params);
		let charge = money::for_volume(agreement.deal().charge, agreement.deal().size).map_err(Error::<T>::from)?;

		T::Escrow::lock(&agreement.deal().payer, agreement.price())?;
		let (offer, scheduler) = (agreement.hashes().workerpool, agreement.deal().scheduler());
		let mut withdrawn = Self::lock_stake(&offer, scheduler, agreement.stake())?;
		Self::hold_deposit(&depositor, deposit)?;
		T::TaskCharge::take(&depositor, charge)?;
		let (deal, orders) = agreement.into_parts();
		let size = deal.size;
		for order in orders {
			let hash = order.hash;
			if Self::consume(order, size, &depositor)? && Self::withdraw(&hash)? {
				withdrawn = true;
				Self::deposit_event(Event::OrderFilled { order: hash });
			}
		}
		Params::<T>::insert(id, params);
		Progress::<T>::insert(
			id,
			DealProgress {
				open: size,
				kept: size,
				closed_at: None,
				depositor,
				deposit,
				retention: T::Retention::get(),
				unattended,
			},
		);
		Deals::<T>::insert(id, &deal);
		OpenDeals::<T>::insert(deal.workerpool.id, id, ());
		if unattended {
			Self::note_unattended(&deal);
		}
		Self::record_trade(deal.category, Trade::of(&deal));
		T::OnDealOpened::on_deal_opened(&id, &deal);

		Self::deposit_event(Event::DealOpened {
			deal: id,
			app: deal.app.id,
			dataset: deal.dataset.map(|dataset| dataset.id),
			workerpool: deal.workerpool.id,
			request,
			requester: deal.requester,
			payer: deal.payer,
			category: deal.category,
			first: deal.first,
			size,
		});
		Ok(Opened { id, withdrawn })
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
			if let Some(deal) = Deals::<T>::get(id) {
				OpenDeals::<T>::remove(deal.workerpool.id, id);
			}
			Self::deposit_event(Event::DealClosed { deal: *id });
		}
		Ok(())
	}

	fn open_tasks(id: &DealId) -> u64 {
		Progress::<T>::get(id).map_or(0, |progress| progress.open)
	}

	fn is_prunable(id: &DealId, now: Moment) -> bool {
		Progress::<T>::get(id).is_some_and(|progress| is_prunable(&progress, now))
	}

	fn prune_task(id: &DealId, now: Moment) -> DispatchResult {
		let mut progress = Progress::<T>::get(id).ok_or(Error::<T>::DealNotFound)?;
		ensure!(is_prunable(&progress, now), Error::<T>::NotPrunable);
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

	fn allowance(deal: &Deal) -> Balance {
		Self::allowance_of(deal)
	}

	fn use_allowance(deal: &Deal, paid: Balance) {
		Self::take_allowance(deal, paid);
	}
}

/// Returns whether the deal is closed, and has been for its retention time.
fn is_prunable(progress: &DealProgress, now: Moment) -> bool {
	progress.closed_at.is_some_and(|closed| closed.saturating_add(progress.retention) <= now)
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
				let price = deal.task_price();
				let stake = Ok(deal.pool_stake);
				add(deal.payer, price, progress.open);
				add(deal.workerpool.owner, stake, progress.open);
			}
		}
		locks
	}
}
