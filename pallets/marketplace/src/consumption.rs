//! How much of each order is consumed: what keeps volume and signatures from being used twice.

use frame_support::{
	ensure,
	traits::{Get, Time},
};
use rlc_primitives::{AccountId, AnyOrder, Moment, OrderHash};
use sp_runtime::{DispatchError, DispatchResult};

use crate::{types::Consumption, Config, Consumed, Error, Event, Pallet};

/// What is known of an order's consumption before a change of it.
pub(crate) struct Remainder {
	/// The order.
	pub hash: OrderHash,
	/// How many tasks the order is good for.
	pub volume: u64,
	/// When it expires, in ms.
	pub expiry: Option<Moment>,
	/// The record, if there is one.
	pub record: Option<Consumption>,
}

impl Remainder {
	/// Returns how much is consumed.
	pub(crate) fn consumed(&self) -> u64 {
		self.record.as_ref().map_or(0, |record| record.volume)
	}

	/// Returns how much is left.
	pub(crate) fn left(&self) -> u64 {
		self.volume.saturating_sub(self.consumed())
	}
}

impl<T: Config> Pallet<T> {
	/// Returns what is left of an order.
	pub(crate) fn remainder(hash: OrderHash, volume: u64, expiry: Option<Moment>) -> Remainder {
		Remainder { hash, volume, expiry, record: Consumed::<T>::get(hash) }
	}

	/// Returns what is left of an order of any kind.
	pub(crate) fn remainder_of(hash: OrderHash, order: &AnyOrder) -> Remainder {
		Self::remainder(hash, order.volume(), order.expiry())
	}

	/// Records that `volume` more is consumed, which is at most what is left. `who` pays for a new record.
	///
	/// Returns whether nothing is left.
	pub(crate) fn consume(order: Remainder, volume: u64, who: &AccountId) -> Result<bool, DispatchError> {
		let consumed = order.consumed().checked_add(volume).ok_or(Error::<T>::Overflow)?;
		let record = match order.record {
			Some(record) => Consumption { volume: consumed, ..record },
			None => {
				let deposit = T::RecordDeposit::get();
				Self::hold_deposit(who, deposit)?;
				Consumption { volume: consumed, depositor: who.clone(), deposit, expiry: order.expiry }
			}
		};
		Consumed::<T>::insert(order.hash, record);
		Ok(consumed >= order.volume)
	}

	/// Consumes all that is left of an order of `who`'s.
	pub(crate) fn do_cancel_order(who: AccountId, order: AnyOrder) -> DispatchResult {
		let hash = order.hash(&Self::signing_domain());
		let remainder = Self::remainder_of(hash, &order);

		Self::ensure_owner(&who, &order)?;
		let left = remainder.left();

		// As in iExec's contracts, an order that is consumed already can be canceled too.
		if left > 0 {
			Self::consume(remainder, left, &who)?;
		}
		Self::withdraw(&hash)?;

		Self::deposit_event(Event::OrderCancelled { order: hash });
		Ok(())
	}

	/// Removes all that is kept of an order that has expired.
	pub(crate) fn do_prune_order(hash: OrderHash) -> DispatchResult {
		let record = Consumed::<T>::get(hash).ok_or(Error::<T>::NotFound)?;

		let now = T::Time::now();
		ensure!(record.expiry.is_some_and(|expiry| expiry <= now), Error::<T>::StillValid);

		Self::withdraw(&hash)?;
		if let Some(record) = Consumed::<T>::take(hash) {
			Self::return_deposit(&record.depositor, record.deposit)?;
		}

		Self::deposit_event(Event::OrderPruned { order: hash });
		Ok(())
	}

	/// Removes the record of an order of which nothing was consumed.
	pub(crate) fn remove_blank_record(hash: &OrderHash) -> DispatchResult {
		let blank = Consumed::<T>::get(hash).filter(|record| record.volume == 0);
		if let Some(record) = blank {
			Consumed::<T>::remove(hash);
			Self::return_deposit(&record.depositor, record.deposit)?;
		}
		Ok(())
	}
}
