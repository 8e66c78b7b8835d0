//! The invariants, each a check of its own.

use alloc::collections::BTreeMap;

use frame_support::{
	ensure,
	traits::{fungible::InspectHold, Get},
};
use rlc_primitives::{AccountId, Balance};
use sp_runtime::TryRuntimeError;

use crate::{
	book::{entries, offer_entry},
	types::Listed,
	Book, Categories, Config, Consumed, Deals, HoldReason, NextCategory, Offers, OpenDeals, Orders, Pallet, Params,
	PoolRecords, Presigned, Progress, Trades,
};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::categories_are_numbered()?;
		Self::book_lists_the_orders()?;
		Self::offers_list_the_orders()?;
		Self::volume_is_consumed_once()?;
		Self::deals_have_progress()?;
		Self::open_deals_are_listed()?;
		Self::deposits_are_held()?;
		Self::bonds_are_held()?;
		Self::unattended_tasks_are_counted()?;
		Self::trades_are_bounded()
	}

	/// Categories have the numbers below the next one, and valid times.
	fn categories_are_numbered() -> Result<(), TryRuntimeError> {
		let next = NextCategory::<T>::get();
		let valid = Categories::<T>::iter().all(|(id, category)| id < next && category.is_valid());
		let all = u32::try_from(Categories::<T>::iter().count()) == Ok(next.0);
		ensure!(valid && all, "a category is missing, or is not valid");
		Ok(())
	}

	/// Checks that each order has its two entries, and that there are no others.
	fn book_lists_the_orders() -> Result<(), TryRuntimeError> {
		let mut listed: usize = 0;
		for (hash, published) in Orders::<T>::iter() {
			ensure!(published.order.hash(&Self::signing_domain()) == hash, "an order is kept under another's hash");
			for (key, rank) in entries(&published) {
				ensure!(Book::<T>::get(key, rank) == Some(hash), "an order is missing in the book");
				listed = listed.saturating_add(1);
			}
		}
		ensure!(Book::<T>::iter().count() == listed, "I7: the book lists something that is not an order");
		Ok(())
	}

	/// Checks that the search finds each order that is not a request, and nothing else.
	fn offers_list_the_orders() -> Result<(), TryRuntimeError> {
		let mut listed: usize = 0;
		for (hash, published) in Orders::<T>::iter() {
			if let Some((key, rank)) = offer_entry(&published) {
				ensure!(
					Offers::<T>::get(key, rank) == Some(Listed::new(hash, &published.order)),
					"the search cannot find an order"
				);
				listed = listed.saturating_add(1);
			}
		}
		ensure!(Offers::<T>::iter().count() == listed, "I7: the search finds something that is not an order");
		Ok(())
	}

	/// Checks I6: the volume consumed of an order never exceeds its volume. One that is consumed is not in the book.
	fn volume_is_consumed_once() -> Result<(), TryRuntimeError> {
		for (hash, published) in Orders::<T>::iter() {
			let consumed = Consumed::<T>::get(hash).map(|record| record.volume);
			ensure!(
				consumed.is_some_and(|consumed| consumed < published.order.volume()),
				"I6: an order in the book is consumed, or has no record"
			);
		}
		for (hash, record) in Consumed::<T>::iter() {
			ensure!(record.volume > 0 || Orders::<T>::contains_key(hash), "I7: a record is of no use");
		}
		Ok(())
	}

	/// Checks that each deal has params and progress, and open ≤ kept ≤ size.
	fn deals_have_progress() -> Result<(), TryRuntimeError> {
		for (id, deal) in Deals::<T>::iter() {
			let progress = Progress::<T>::get(id).ok_or("a deal has no progress")?;
			ensure!(Params::<T>::contains_key(id), "a deal has no params");
			ensure!(progress.open <= progress.kept && progress.kept <= deal.size, "a deal's tasks do not add up");
			ensure!(progress.kept > 0, "I7: a deal without tasks is kept");
			ensure!((progress.open == 0) == progress.closed_at.is_some(), "a deal is closed with its last task");
		}
		let deals = Deals::<T>::iter_keys().count();
		ensure!(Progress::<T>::iter_keys().count() == deals, "I7: the progress of no deal is kept");
		ensure!(Params::<T>::iter_keys().count() == deals, "I7: the params of no deal are kept");
		Ok(())
	}

	/// Checks that the list of open deals has each deal with an open task under its pool, and nothing else.
	fn open_deals_are_listed() -> Result<(), TryRuntimeError> {
		let mut open: usize = 0;
		for (id, _) in Progress::<T>::iter().filter(|(_, progress)| progress.open > 0) {
			let deal = Deals::<T>::get(id).ok_or("the progress of no deal is kept")?;
			ensure!(OpenDeals::<T>::contains_key(deal.workerpool.id, id), "a deal with an open task is not listed");
			open = open.saturating_add(1);
		}
		ensure!(OpenDeals::<T>::iter_keys().count() == open, "I7: a deal without open tasks is listed as open");
		Ok(())
	}

	/// Checks I7: what is stored is paid for, by just what is held.
	fn deposits_are_held() -> Result<(), TryRuntimeError> {
		let mut due = BTreeMap::<AccountId, Balance>::new();
		let mut add = |who: AccountId, amount: Balance| {
			let sum = due.entry(who).or_default();
			*sum = sum.saturating_add(amount);
		};
		Orders::<T>::iter_values().for_each(|order| add(order.owner, order.deposit));
		Presigned::<T>::iter_values().for_each(|order| add(order.owner, order.deposit));
		Consumed::<T>::iter_values().for_each(|record| add(record.depositor, record.deposit));
		Progress::<T>::iter_values().for_each(|deal| add(deal.depositor, deal.deposit));
		for (who, amount) in due {
			let held = T::Currency::balance_on_hold(&HoldReason::Deposit.into(), &who);
			ensure!(held == amount, "I7: more or less is held than was recorded");
		}
		Ok(())
	}

	/// Checks that the bond of each order is held, and no more.
	fn bonds_are_held() -> Result<(), TryRuntimeError> {
		let mut due = BTreeMap::<AccountId, Balance>::new();
		for order in Orders::<T>::iter_values() {
			let sum = due.entry(order.owner).or_default();
			*sum = sum.saturating_add(order.bond);
		}
		for (who, amount) in due {
			let held = T::Currency::balance_on_hold(&HoldReason::Bond.into(), &who);
			ensure!(held == amount, "more or less is held than the bonds of orders");
		}
		Ok(())
	}

	/// Checks that no record says that more unattended tasks are open than there are.
	fn unattended_tasks_are_counted() -> Result<(), TryRuntimeError> {
		let mut open = BTreeMap::<_, u64>::new();
		for (id, progress) in Progress::<T>::iter().filter(|(_, progress)| progress.unattended) {
			if let Some(deal) = Deals::<T>::get(id) {
				let sum = open.entry((deal.workerpool.id, deal.workerpool.owner)).or_default();
				*sum = sum.saturating_add(progress.open);
			}
		}
		for (pool, record) in PoolRecords::<T>::iter() {
			let open = open.get(&(pool, record.owner)).copied().unwrap_or_default();
			ensure!(record.unattended <= open, "a pool is said to have more unattended tasks open than it has");
		}
		Ok(())
	}

	/// Checks I7: no more trades are remembered than may be.
	fn trades_are_bounded() -> Result<(), TryRuntimeError> {
		ensure!(
			Trades::<T>::iter_keys().all(|(_, slot)| slot < T::TradeHistory::get()),
			"I7: too many trades are kept"
		);
		Ok(())
	}
}
