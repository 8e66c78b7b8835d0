//! Published requests are matched by themselves: validators search offers off chain and submit what matches, in
//! transactions that nobody signs. The chain only verifies.
//!
//! A dishonest validator, or anyone else, can submit a worse match than the best, but none that the requester did not
//! ask for: the request's maxima, restrictions and signature hold as always. Of two matches of one request the cheaper
//! one replaces the other while they wait.

use alloc::{vec, vec::Vec};

use codec::Encode;
use frame_support::{
	pallet_prelude::{
		InvalidTransaction, TransactionLongevity, TransactionPriority, TransactionSource, TransactionValidityError,
		ValidTransaction, Weight,
	},
	storage::{with_transaction, TransactionOutcome},
	traits::{Get, Time},
};
use frame_system::offchain::SubmitTransaction;
use rlc_primitives::{traits::Stops, AnyOrder, Balance, CategoryId, OrderHash, MAX_SUPPLY};
use sp_runtime::{offchain::storage::StorageValueRef, DispatchError};

use crate::{
	types::{BookKey, Hashes, Rank},
	Call, Config, Deals, Error, NextCategory, Orders, Pallet,
};

/// For how many blocks an unsigned match may wait. Searching again is cheap, and offers change.
const LONGEVITY: TransactionLongevity = 16;

/// Starts the keys of where a validator's search goes on, by category.
const CURSOR: &[u8] = b"rlc/marketplace/search/";

impl<T: Config> Pallet<T> {
	/// Returns whether a match that nobody signed may enter a block: it is tried out and undone.
	///
	/// One for each request, the cheapest first. No price exceeds the supply, so what is left of it orders them.
	pub(crate) fn authorize_match_published(
		_: TransactionSource,
		request: &OrderHash,
		app: &OrderHash,
		dataset: &Option<OrderHash>,
		workerpool: &OrderHash,
	) -> Result<(ValidTransaction, Weight), TransactionValidityError> {
		if T::Stops::is_stopped("match_published") {
			return Err(InvalidTransaction::Call.into());
		}
		let hashes = Hashes { app: *app, dataset: *dataset, workerpool: *workerpool, request: *request };
		let price = Self::try_match(hashes).map_err(|error| {
			// An order that was there a moment ago does not make the sender suspicious.
			if error == Error::<T>::NotFound.into() {
				InvalidTransaction::Stale
			} else {
				InvalidTransaction::Call
			}
		})?;
		let priority = TransactionPriority::try_from(MAX_SUPPLY.saturating_sub(price)).unwrap_or_default();
		let validity = ValidTransaction {
			priority,
			requires: vec![],
			provides: vec![("rlc/marketplace/match", request).encode()],
			longevity: LONGEVITY,
			propagate: true,
		};
		Ok((validity, Weight::zero()))
	}

	/// Returns what a task of the match would cost, in nRLC, if it were made now without a caller.
	fn try_match(hashes: Hashes) -> Result<Balance, DispatchError> {
		with_transaction(|| {
			let price = Self::do_match_published(None, hashes).and_then(|deal| {
				let deal = Deals::<T>::get(deal).ok_or(Error::<T>::DealNotFound)?;
				deal.task_price().map_err(|error| Error::<T>::from(error).into())
			});
			TransactionOutcome::Rollback(price)
		})
	}

	/// Submits a match for each request that offers serve, a bounded number of them in each category.
	pub(crate) fn search_and_submit() {
		for category in (0..NextCategory::<T>::get().0).map(CategoryId) {
			for request in Self::next_requests(category) {
				if let Some(call) = Self::search(&request) {
					// One that is refused was submitted by another validator, or will be tried again.
					let _ = SubmitTransaction::<T, Call<T>>::submit_transaction(T::create_authorized_transaction(
						call.into(),
					));
				}
			}
		}
	}

	/// Returns the requests of a category whose turn it is, the best paying first; each block goes on where the last
	/// one ended.
	fn next_requests(category: CategoryId) -> Vec<OrderHash> {
		let limit = usize::try_from(T::SearchRequests::get()).unwrap_or(usize::MAX);
		let key = [CURSOR, &category.encode()].concat();
		let cursor = StorageValueRef::persistent(&key);
		let after = cursor.get::<Rank>().ok().flatten().unwrap_or_default();
		let turn: Vec<_> = Self::entries_after(BookKey::Requests(category), after).take(limit).collect();
		match turn.last() {
			Some((rank, _)) if turn.len() == limit => cursor.set(rank),
			_ => cursor.set(&Rank::default()),
		}
		turn.into_iter().map(|(_, hash)| hash).collect()
	}

	/// Returns the best match of a published request that could be made now without a caller.
	pub(crate) fn search(hash: &OrderHash) -> Option<Call<T>> {
		let published = Orders::<T>::get(hash)?;
		let left = Self::remainder_of(*hash, &published.order).left();
		let AnyOrder::Request(request) = published.order else { return None };
		if request.has_expired(T::Time::now()) || *request.default_payer() != request.requester {
			return None;
		}
		// Locking the money costs little, so a request that nobody pays for does not try each combination out.
		let found = Self::best_offers(*hash, &request, left, |found| {
			Self::can_pay(&request.requester, found) && Self::try_match(found.hashes).is_ok()
		})?;
		let Hashes { app, dataset, workerpool, request } = found.hashes;
		Some(Call::match_published { request, app, dataset, workerpool })
	}
}
