//! The invariants, each a check of its own.

use alloc::collections::BTreeMap;

use frame_support::{
	ensure,
	traits::{fungible::InspectHold, Get},
};
use rlc_primitives::{AccountId, Balance};
use sp_runtime::TryRuntimeError;

use crate::{
	book::entries, Book, Categories, Config, Consumed, Deals, HoldReason, NextCategory, Orders, Pallet, Params,
	Presigned, Progress, Trades,
};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::categories_are_numbered()?;
		Self::book_lists_the_orders()?;
		Self::volume_is_consumed_once()?;
		Self::deals_have_progress()?;
		Self::deposits_are_held()?;
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

	/// Checks I7: no more trades are remembered than may be.
	fn trades_are_bounded() -> Result<(), TryRuntimeError> {
		ensure!(
			Trades::<T>::iter_keys().all(|(_, slot)| slot < T::TradeHistory::get()),
			"I7: too many trades are kept"
		);
		Ok(())
	}
}
