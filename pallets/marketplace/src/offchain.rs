//! Published requests are matched by themselves: validators search offers off chain and submit what matches, in
//! transactions that nobody signs. The chain only verifies.
//!
//! A dishonest validator, or anyone else, can submit a worse match than the best, but none that the requester did not
//! ask for: the request's maxima, restrictions and signature hold as always. Of two matches of one request the cheaper
//! one replaces the other while they wait.
//!
//! Nobody pays for these transactions. So they come after all that pay, but for the heaviest calls without a tip, and at
//! most `UnattendedMatches` of them enter a block.

use alloc::{collections::BTreeMap, rc::Rc, vec, vec::Vec};

use codec::Encode;
use frame_support::{
	pallet_prelude::{
		InvalidTransaction, TransactionLongevity, TransactionPriority, TransactionSource, TransactionValidityError,
		ValidTransaction, Weight,
	},
	traits::{Get, Time},
};
use frame_system::{offchain::SubmitTransaction, pallet_prelude::BlockNumberFor};
use rlc_primitives::{traits::Stops, AccountId, AnyOrder, Balance, CategoryId, OrderHash, Restriction};
use sp_core::offchain::{Duration, Timestamp};
use sp_runtime::{offchain::storage_lock::StorageLock, DispatchError, Percent, SaturatedConversion};

use crate::{
	search::{Ask, Budget, Found, Search, Walked},
	turns::{self, Failures, Turn, Walk},
	types::{BookKey, Hashes, Listed, OfferKey, Offered, Rank},
	Call, Config, Deals, Error, NextCategory, Orders, Pallet, Unattended,
};

/// For how many blocks an unsigned match may wait. Searching again is cheap, and offers change.
const LONGEVITY: TransactionLongevity = 16;

/// For how long, in ms, a run keeps others out that did not end as it should.
const LOCK_TIME: u64 = 5_000;

impl<T: Config> Pallet<T> {
	/// Returns whether a match that nobody signed may enter a block: it is tried out and undone.
	///
	/// One for each request, the cheapest first, by hundredths of the most that the request pays.
	pub(crate) fn authorize_match_published(
		source: TransactionSource,
		request: &OrderHash,
		app: &OrderHash,
		dataset: &Option<OrderHash>,
		workerpool: &OrderHash,
	) -> Result<(ValidTransaction, Weight), TransactionValidityError> {
		// Each validator finds its own. Trying one out is expensive, and nobody pays for those that strangers send.
		if source == TransactionSource::External || T::Stops::is_stopped("match_published") {
			return Err(InvalidTransaction::Call.into());
		}
		if Self::unattended_in_block() >= T::UnattendedMatches::get() {
			return Err(InvalidTransaction::ExhaustsResources.into());
		}
		let hashes = Hashes { app: *app, dataset: *dataset, workerpool: *workerpool, request: *request };
		let priority = Self::try_match(hashes).map_err(|error| {
			// An order that was there a moment ago does not make the sender suspicious.
			if error == Error::<T>::NotFound.into() {
				InvalidTransaction::Stale
			} else {
				InvalidTransaction::Call
			}
		})?;
		let validity = ValidTransaction {
			priority,
			requires: vec![],
			provides: vec![("rlc/marketplace/match", request).encode()],
			longevity: LONGEVITY,
			propagate: false,
		};
		Ok((validity, Weight::zero()))
	}

	/// Returns the priority of a match that nobody signed, if it could be made now: at most 100. A call that pays and
	/// weighs as much has one of several hundred without any tip: how often it would fit into a block.
	fn try_match(hashes: Hashes) -> Result<TransactionPriority, DispatchError> {
		let most = Orders::<T>::get(hashes.request).ok_or(Error::<T>::NotFound)?.order.price();
		let most = most.map_err(Error::<T>::from)?;
		let price = Self::tried(|| {
			let id = Self::do_match_published(None, hashes)?;
			let deal = Deals::<T>::get(id).ok_or(Error::<T>::DealNotFound)?;
			Ok(deal.task_price().map_err(Error::<T>::from)?)
		})?;
		Ok(Percent::from_rational(most.saturating_sub(price), most).deconstruct().into())
	}

	/// Returns how many matches that nobody signed are in this block.
	fn unattended_in_block() -> u32 {
		let (block, count) = Unattended::<T>::get();
		if block == frame_system::Pallet::<T>::block_number() {
			count
		} else {
			0
		}
	}

	/// Counts one more.
	pub(crate) fn count_unattended() {
		let count = Self::unattended_in_block().saturating_add(1);
		Unattended::<T>::put((frame_system::Pallet::<T>::block_number(), count));
	}

	/// Submits matches for requests that offers serve: one run at a time, for `SearchTime` ms at most. What did not fit in
	/// goes on in the next block.
	pub(crate) fn search_and_submit(block: BlockNumberFor<T>) {
		let mut lock = StorageLock::with_deadline(turns::LOCK, Duration::from_millis(LOCK_TIME));
		let Ok(_guard) = lock.try_lock() else { return };
		// What is done last takes its time too.
		let time = T::SearchTime::get();
		let end = sp_io::offchain::timestamp().add(Duration::from_millis(time.saturating_sub(time / 10)));
		let mut failures = Failures::load(block.saturated_into());
		let categories = NextCategory::<T>::get().0;
		let first = turns::first_category();

		for number in 0..categories {
			let category = first.wrapping_add(number).checked_rem(categories).unwrap_or_default();
			Self::search_category(CategoryId(category), end, &mut failures);
			if sp_io::offchain::timestamp() >= end {
				// The category that took the time is the last one in the next block.
				turns::set_first_category(category.saturating_add(1).checked_rem(categories).unwrap_or_default());
				break;
			}
		}
		failures.save();
	}

	/// Submits matches for requests of a category.
	fn search_category(category: CategoryId, end: Timestamp, failures: &mut Failures) {
		let mut turn = Turn::load(category);
		let waiting = Rc::new(failures.waiting());
		let mut search = Search::<T>::unattended(Budget::Until(part_of(end, 3)));
		search.shun({
			let waiting = waiting.clone();
			move |hash: &OrderHash| waiting.contains(hash)
		});

		let gather_until = part_of(end, 1);
		let mut asks = Vec::new();
		let (begun, mut last, mut is_end) = match turn.until {
			Some((until, is_end)) => (Some(until), turn.requests, is_end),
			None => (None, turn.requests, true),
		};
		for (number, (rank, hash)) in (0..).zip(Self::entries_after(BookKey::Requests(category), turn.requests)) {
			let is_enough = number >= T::SearchRequests::get() || sp_io::offchain::timestamp() >= gather_until;
			if is_enough && number > 0 {
				is_end = false;
				break;
			}
			if begun.is_some_and(|until| rank > until) {
				break;
			}
			last = rank;
			if waiting.contains(&hash) {
				continue;
			}
			let ask = Self::ask_for(&mut search, hash).and_then(|mut ask| {
				// A workerpool that is named has a list of its own, and all of it is seen at once.
				let is_done = ask.names_a_pool();
				if is_done {
					Self::walk_named(&mut search, &mut ask);
				}
				(ask.has_found() || !is_done).then_some(ask)
			});
			match ask {
				Some(ask) => asks.push(ask),
				None => failures.note(hash),
			}
		}

		let walked = Self::walk_for(&mut search, category, turn.walk, &mut asks);
		Self::submit(&asks, end, failures);
		match walked {
			Some(walk) => (turn.walk, turn.until) = (walk, Some((last, is_end))),
			None => {
				asks.iter().filter(|ask| !ask.has_found()).for_each(|ask| failures.note(ask.hash));
				// The best paying come first again after the last one.
				let requests = if is_end { Rank::default() } else { last };
				turn = Turn { requests, ..Turn::default() };
			}
		}
		turn.save(category);
	}

	/// Returns the ask of a published request; `None` if it can come to nothing for now.
	fn ask_for(search: &mut Search<T>, hash: OrderHash) -> Option<Ask> {
		let published = Orders::<T>::get(hash)?;
		let left = Self::remainder_of(hash, &published.order).left();
		let AnyOrder::Request(request) = published.order else { return None };
		if request.has_expired(T::Time::now()) || *request.default_payer() != request.requester {
			return None;
		}
		search.ask(hash, request, left)
	}

	/// Looks for workerpool offers for these asks, from where the last walk stopped. Returns where this one stopped;
	/// `None`: there is nothing more to see.
	fn walk_for(search: &mut Search<T>, category: CategoryId, from: Walk, asks: &mut [Ask]) -> Option<Walk> {
		let of = Offered::Workerpools(category);
		let mut rank = Rank::default();
		match from {
			Walk::Open(from) => {
				let list = Self::offers_after(OfferKey { of, is_open: true }, from);
				if let Walked::Stopped(at) = search.walk(list, from, asks) {
					return Some(Walk::Open(at));
				}
			}
			Walk::Restricted(from) => rank = from,
		}
		let list = Self::offers_after(OfferKey { of, is_open: false }, rank);
		match search.walk(list, rank, asks) {
			Walked::Stopped(at) => Some(Walk::Restricted(at)),
			Walked::Done => None,
		}
	}

	/// Looks at the offers of the workerpool that a request names. Only its owner can fill that list.
	pub(crate) fn walk_named(search: &mut Search<T>, ask: &mut Ask) {
		if let Restriction::Exactly(workerpool) = ask.request.workerpool.by_name() {
			let scan = usize::try_from(T::SearchScan::get()).unwrap_or(usize::MAX);
			// The book's lists do not tell.
			let of_any_trust = |(rank, order)| (rank, Listed { order, trust: u64::MAX });
			let list = Self::entries_after(BookKey::Workerpool(workerpool), Rank::default()).take(scan);
			search.walk(list.map(of_any_trust), Rank::default(), core::slice::from_mut(ask));
		}
	}

	/// Submits the best match of each ask that can be made. An offer that the matches before use up is left for the next
	/// block: what a block refuses, pools refuse for a while.
	fn submit(asks: &[Ask], end: Timestamp, failures: &mut Failures) {
		let mut taken = BTreeMap::<&AccountId, u64>::new();
		let mut spent = BTreeMap::<&AccountId, Balance>::new();
		let mut is_first = true;
		for ask in asks.iter().filter(|ask| ask.has_found()) {
			if !is_first && sp_io::offchain::timestamp() >= end {
				return;
			}
			is_first = false;
			let requester = &ask.request.requester;
			let is_left = |found: &&Found| {
				let taken = taken.get(&found.workerpool.scheduler).copied().unwrap_or_default();
				let spent = spent.get(requester).copied().unwrap_or_default();
				taken < found.workerpool.left && ask.can_pay(found, spent)
			};
			let left: Vec<_> = ask.found().iter().filter(is_left).collect();
			let made = left.iter().find(|found| {
				let is_made = Self::submit_match(ask.hashes(found));
				if !is_made {
					failures.note(found.workerpool.hash);
				}
				is_made
			});
			match made {
				Some(found) => {
					let tasks = taken.entry(&found.workerpool.scheduler).or_default();
					*tasks = tasks.saturating_add(found.volume);
					let sum = spent.entry(requester).or_default();
					*sum = sum.saturating_add(ask.cost(found));
					failures.rest(ask.hash);
				}
				None if !left.is_empty() => failures.note(ask.hash),
				None => {}
			}
		}
	}

	/// Submits a match, if it could be made now. Returns whether it could.
	fn submit_match(hashes: Hashes) -> bool {
		let could_be_made = Self::try_match(hashes).is_ok();
		if could_be_made {
			let Hashes { app, dataset, workerpool, request } = hashes;
			let call = Call::<T>::match_published { request, app, dataset, workerpool };
			// One that is refused was submitted by another validator, or will be tried again.
			let transaction = T::create_authorized_transaction(call.into());
			let _ = SubmitTransaction::<T, Call<T>>::submit_transaction(transaction);
		}
		could_be_made
	}
}

/// Returns the time after this many quarters of what is left until `end`.
fn part_of(end: Timestamp, quarters: u64) -> Timestamp {
	let now = sp_io::offchain::timestamp();
	let left = end.diff(&now).millis();
	now.add(Duration::from_millis(left.saturating_mul(quarters) / 4))
}
