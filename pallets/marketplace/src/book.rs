//! The order book: orders on chain, and lists of them in which the best price comes first.

use frame_support::{
	ensure,
	traits::{Get, Time},
};
use rlc_primitives::{AccountId, AnyOrder, Balance, OrderHash};
use sp_runtime::DispatchResult;

use crate::{
	types::{self, BookKey, Consumption, Listed, OfferKey, Published, Rank},
	Book, Config, Consumed, Error, Event, LastSequence, Offers, Orders, Pallet,
};

impl<T: Config> Pallet<T> {
	/// Puts an order of `who`'s into the book. One that a former owner published is published anew.
	pub(crate) fn do_publish_order(who: AccountId, order: AnyOrder) -> DispatchResult {
		let hash = order.hash(&Self::signing_domain());
		let former = Orders::<T>::get(hash);

		Self::ensure_offerable(&who, hash, &order)?;
		ensure!(former.as_ref().is_none_or(|former| former.owner != who), Error::<T>::AlreadyPublished);
		order.price().map_err(Error::<T>::from)?;
		let sequence = LastSequence::<T>::get().checked_add(1).ok_or(Error::<T>::Overflow)?;
		let deposit = Self::order_deposit(&order);
		let bond = Self::bond_of(&order)?;
		// RLC that still vests, or that votes, can be held, but not locked.
		ensure!(Self::lockable(&who) >= bond, Error::<T>::SchedulerUnfunded);

		Self::hold_deposit(&who, deposit)?;
		if let Some(former) = former {
			Orders::<T>::remove(hash);
			Self::leave_book(&hash, former)?;
		}
		if !Consumed::<T>::contains_key(hash) {
			let deposit = T::RecordDeposit::get();
			let expiry = order.expiry();
			Self::hold_deposit(&who, deposit)?;
			Consumed::<T>::insert(hash, Consumption { volume: 0, depositor: who.clone(), deposit, expiry });
		}
		Self::hold_bond(&who, bond)?;
		let kind = order.kind();
		let published = Published { order, owner: who.clone(), deposit, published: T::Time::now(), sequence, bond };
		for (key, rank) in entries(&published) {
			Book::<T>::insert(key, rank, hash);
		}
		if let Some((key, rank)) = offer_entry(&published) {
			Offers::<T>::insert(key, rank, Listed::new(hash, &published.order));
		}
		LastSequence::<T>::put(sequence);
		Orders::<T>::insert(hash, published);

		Self::deposit_event(Event::OrderPublished { order: hash, kind, owner: who });
		Ok(())
	}

	/// Returns whether the publisher is today's owner.
	pub(crate) fn is_owners(published: &Published) -> bool {
		published.order.owner::<T::Assets>().is_some_and(|owner| owner == published.owner)
	}

	/// Returns what the publisher of an order has to hold for it beside the deposit: of a workerpool order, the stake
	/// of one task.
	fn bond_of(order: &AnyOrder) -> Result<Balance, Error<T>> {
		match order {
			AnyOrder::Workerpool(order) => Self::stake_for(order),
			_ => Ok(0),
		}
	}

	/// Removes an order's entries, and returns its deposit and its bond, and its record's deposit if nothing was consumed.
	pub(crate) fn leave_book(hash: &OrderHash, published: Published) -> DispatchResult {
		Self::unlist(&published);
		Self::return_deposit(&published.owner, published.deposit)?;
		Self::return_bond(&published.owner, published.bond)?;
		Self::remove_blank_record(hash)
	}

	/// Removes an order's entries.
	pub(crate) fn unlist(published: &Published) {
		for (key, rank) in entries(published) {
			Book::<T>::remove(key, rank);
		}
		if let Some((key, rank)) = offer_entry(published) {
			Offers::<T>::remove(key, rank);
		}
	}

	/// Returns the entries of a list after a rank, the best first. No entry has the lowest rank, so that all come after it.
	pub(crate) fn entries_after(key: BookKey, rank: Rank) -> impl Iterator<Item = (Rank, OrderHash)> {
		Book::<T>::iter_prefix_from(key, Book::<T>::hashed_key_for(key, rank))
	}

	/// Returns the entries of a list of offers after a rank, the cheapest first.
	pub(crate) fn offers_after(key: OfferKey, rank: Rank) -> impl Iterator<Item = (Rank, Listed)> {
		Offers::<T>::iter_prefix_from(key, Offers::<T>::hashed_key_for(key, rank))
	}
}

/// Returns where an order is in the book.
pub(crate) fn entries(published: &Published) -> impl Iterator<Item = (BookKey, Rank)> {
	let [first, second] = BookKey::of(&published.order);
	// Published orders have a price: it is checked when they are published.
	let price = published.order.price().unwrap_or_default();
	let rank = types::rank(first.holds_requests(), price, published.sequence);
	[(first, rank), (second, rank)].into_iter()
}

/// Returns where the search finds an order; `None`: it is a request.
pub(crate) fn offer_entry(published: &Published) -> Option<(OfferKey, Rank)> {
	let key = OfferKey::of(&published.order)?;
	let price = published.order.price().unwrap_or_default();
	Some((key, types::rank(false, price, published.sequence)))
}
