//! Orders leave the chain: taken back by their owners, expired, or with nothing left of them.

use frame_support::{ensure, traits::Time};
use rlc_primitives::{AccountId, AnyOrder, OrderHash};
use sp_runtime::{DispatchError, DispatchResult};

use crate::{
	types::{Presign, Published},
	Config, Error, Event, Orders, Pallet, Presigned,
};

/// What the chain keeps of an order because its owner authorized it on chain, or a part of that.
struct Kept {
	/// The order, if it is in the book.
	published: Option<Published>,
	/// Its authorization, if it is presigned.
	presigned: Option<Presign>,
}

impl Kept {
	/// Reads what is kept of an order.
	fn of<T: Config>(hash: &OrderHash) -> Self {
		Self { published: Orders::<T>::get(hash), presigned: Presigned::<T>::get(hash) }
	}

	/// Returns whether nothing is kept.
	fn is_empty(&self) -> bool {
		self.published.is_none() && self.presigned.is_none()
	}

	/// Leaves the parts that these conditions hold for.
	fn filter(self, published: impl FnOnce(&Published) -> bool, presigned: impl FnOnce(&Presign) -> bool) -> Self {
		Self { published: self.published.filter(published), presigned: self.presigned.filter(presigned) }
	}
}

impl<T: Config> Pallet<T> {
	/// Takes back what `who` published or presigned.
	pub(crate) fn do_unpublish_order(who: AccountId, hash: OrderHash) -> DispatchResult {
		let kept = Kept::of::<T>(&hash);

		ensure!(!kept.is_empty(), Error::<T>::NotFound);
		let own = kept.filter(|published| published.owner == who, |presigned| presigned.owner == who);
		ensure!(!own.is_empty(), Error::<T>::NotOwner);

		Self::take_down(&hash, own)?;

		Self::deposit_event(Event::OrderWithdrawn { order: hash });
		Ok(())
	}

	/// Removes what can no longer be matched.
	pub(crate) fn do_remove_expired(hash: OrderHash) -> DispatchResult {
		let now = T::Time::now();
		let kept = Kept::of::<T>(&hash);

		ensure!(!kept.is_empty(), Error::<T>::NotFound);
		let expired = kept.filter(
			|published| published.order.expiry().is_some_and(|expiry| expiry <= now) || !Self::is_owners(published),
			|presigned| presigned.expiry.is_some_and(|expiry| expiry <= now),
		);
		ensure!(!expired.is_empty(), Error::<T>::StillValid);

		Self::take_down(&hash, expired)?;

		Self::deposit_event(Event::OrderExpired { order: hash });
		Ok(())
	}

	/// Removes an order whose scheduler can stake for no task of it; `who` gets its deposit.
	///
	/// The bond goes back to the publisher. It gains nothing by removing its own order through another account: what that
	/// account gets is what the publisher would have got back by withdrawing it.
	pub(crate) fn do_remove_unfunded(who: AccountId, hash: OrderHash) -> DispatchResult {
		let published = Orders::<T>::get(hash).ok_or(Error::<T>::NotFound)?;
		let AnyOrder::Workerpool(order) = &published.order else { return Err(Error::<T>::WrongKind.into()) };
		let stake = Self::stake_for(order)?;

		ensure!(Self::stakeable(&published.owner, published.bond, stake) == 0, Error::<T>::StillFunded);

		Orders::<T>::remove(hash);
		Self::give_deposit(&published.owner, &who, published.deposit)?;
		Self::leave_book(&hash, Published { deposit: 0, ..published })?;

		Self::deposit_event(Event::OrderUnfunded { order: hash });
		Ok(())
	}

	/// Removes all that is kept of an order. Returns whether there was anything.
	pub(crate) fn withdraw(hash: &OrderHash) -> Result<bool, DispatchError> {
		let kept = Kept::of::<T>(hash);
		let was_kept = !kept.is_empty();
		Self::take_down(hash, kept)?;
		Ok(was_kept)
	}

	/// Takes an order out of the book, ends its presigned authorization, and returns the deposits of both.
	fn take_down(hash: &OrderHash, kept: Kept) -> DispatchResult {
		if let Some(published) = kept.published {
			Orders::<T>::remove(hash);
			Self::leave_book(hash, published)?;
		}
		if let Some(presigned) = kept.presigned {
			Presigned::<T>::remove(hash);
			Self::return_deposit(&presigned.owner, presigned.deposit)?;
		}
		Ok(())
	}
}
