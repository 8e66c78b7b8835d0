//! Who may have an order matched: today's owner of its asset, or the requester, and how they say so.

use frame_support::{
	ensure,
	traits::{Get, Time},
};
use rlc_primitives::{AccountId, AnyOrder, Hash, Order, OrderHash, SigningDomain};
use sp_runtime::DispatchResult;

use crate::{
	errors::{bad_signature, not_authorized, not_registered},
	refusals::Refusal,
	types::{Authorization, Presign, SignedOrder},
	Categories, Config, Error, Event, Orders, Pallet, Presigned,
};

impl<T: Config> Pallet<T> {
	/// Returns where orders are valid that are signed for this chain.
	pub fn signing_domain() -> SigningDomain {
		SigningDomain::new(Self::genesis_hash(), T::ChainId::get(), T::VerifyingContract::get())
	}

	/// Returns the hash of the first block, which the system pallet never forgets.
	pub(crate) fn genesis_hash() -> Hash {
		frame_system::Pallet::<T>::block_hash(frame_system::pallet_prelude::BlockNumberFor::<T>::default())
	}

	/// Checks that the order belongs to `who` today.
	pub(crate) fn ensure_owner(who: &AccountId, order: &AnyOrder) -> Result<(), Error<T>> {
		let owner = order.owner::<T::Assets>().ok_or(not_registered(order.kind()))?;
		ensure!(owner == *who, Error::NotOwner);
		Ok(())
	}

	/// Checks that the order belongs to `who`, and that it could be matched.
	pub(crate) fn ensure_offerable(who: &AccountId, hash: OrderHash, order: &AnyOrder) -> Result<(), Error<T>> {
		Self::ensure_owner(who, order)?;
		let now = T::Time::now();
		ensure!(order.expiry().is_none_or(|expiry| now < expiry), Error::OrderExpired);
		let category = match order {
			AnyOrder::Workerpool(order) => Some(order.category),
			AnyOrder::Request(order) => Some(order.category),
			_ => None,
		};
		ensure!(category.is_none_or(Categories::<T>::contains_key), Error::UnknownCategory);
		ensure!(Self::remainder_of(hash, order).left() > 0, Refusal::nothing_left(order.kind()));
		Ok(())
	}

	/// Authorizes an order of `who`'s. One that a former owner presigned gets a new owner.
	pub(crate) fn do_presign_order(who: AccountId, order: AnyOrder) -> DispatchResult {
		let hash = order.hash(&Self::signing_domain());
		let former = Presigned::<T>::get(hash);

		Self::ensure_offerable(&who, hash, &order)?;
		ensure!(former.as_ref().is_none_or(|former| former.owner != who), Error::<T>::AlreadyPresigned);

		let deposit = T::OrderDeposit::get();
		Self::hold_deposit(&who, deposit)?;
		if let Some(former) = former {
			Self::return_deposit(&former.owner, former.deposit)?;
		}
		Presigned::<T>::insert(hash, Presign { owner: who.clone(), deposit, expiry: order.expiry() });

		Self::deposit_event(Event::OrderPresigned { order: hash, owner: who });
		Ok(())
	}

	/// Checks that `owner` stands behind an order that `caller` brings.
	pub(crate) fn ensure_authorized<O: Order>(
		signed: &SignedOrder<O>,
		hash: &OrderHash,
		owner: &AccountId,
		caller: &AccountId,
		domain: &SigningDomain,
	) -> Result<(), Error<T>> {
		match &signed.authorization {
			Authorization::Signature(signature) => {
				signature.verify(&signed.order, domain, owner).map_err(|error| bad_signature(O::KIND, error))
			}
			Authorization::OnChain => {
				let authorized = owner == caller
					|| Presigned::<T>::get(hash).is_some_and(|presigned| presigned.owner == *owner)
					|| Orders::<T>::get(hash).is_some_and(|published| published.owner == *owner);
				authorized.then_some(()).ok_or(not_authorized(O::KIND))
			}
		}
	}
}
