//! The answers to [`MarketplaceApi`](crate::api::MarketplaceApi).

use alloc::vec::Vec;

use frame_support::traits::{Get, Time};
use rlc_primitives::{
	deal::Category, money, traits::TaskCharge, AnyOrder, CategoryId, DealId, OrderHash, RequestOrder, WorkerpoolId,
};

use crate::{
	api::{BookEntry, BookFilter, BookPage, DealView, DomainView, Estimate, OpenDeal, OrderView, MAX_PAGE},
	search::{Ask, Budget, Found, Search},
	types::{self, OfferKey, Offered, Rank, Trade},
	Categories, Config, Consumed, Deals, NextCategory, OpenDeals, Orders, Pallet, Params, Presigned, Progress,
};

impl<T: Config> Pallet<T> {
	/// Returns orders in the book that can be matched.
	pub fn orderbook(filter: BookFilter, after: Option<Rank>, limit: u32) -> BookPage {
		let requests = filter.list.holds_requests();
		let min = filter.min_price.unwrap_or(0);
		let max = filter.max_price.unwrap_or(u128::MAX);
		// No order has the sequence 0: this is just before the best price within the bounds.
		let start = types::rank(requests, if requests { max } else { min }, 0);
		let after = after.map_or(start, |after| after.max(start));
		let limit = usize::try_from(limit.min(MAX_PAGE)).unwrap_or(usize::MAX);

		let looked_at: Vec<_> = Self::entries_after(filter.list, after)
			.take_while(|(rank, _)| (min..=max).contains(&types::price_of_rank(requests, rank)))
			.take(limit)
			.collect();
		let next = looked_at.last().filter(|_| looked_at.len() == limit).map(|(rank, _)| *rank);
		let entries = looked_at
			.into_iter()
			.filter_map(|(rank, hash)| Self::book_entry(hash, types::price_of_rank(requests, &rank)))
			.collect();
		BookPage { entries, next }
	}

	/// Returns an order of the book, if it can be matched.
	fn book_entry(hash: OrderHash, price: u128) -> Option<BookEntry> {
		let published = Orders::<T>::get(hash)?;
		let now = T::Time::now();
		let alive = published.order.expiry().is_none_or(|expiry| now < expiry) && Self::is_owners(&published);
		let remaining = Self::remainder_of(hash, &published.order).left();
		alive.then_some(BookEntry {
			hash,
			order: published.order,
			owner: published.owner,
			price,
			remaining,
			published: published.published,
		})
	}

	/// Returns the best offers for a request that schedulers can stake for.
	///
	/// At most `EstimateOffers` workerpool offers are looked at, of which a quarter is for those that do not admit
	/// everybody.
	///
	/// A runtime call has no clock, so counts bound it, no matter who asks and how often. An offer costs at most six
	/// reads (its entry and itself, its record of consumption, its pool and the pool's record, its scheduler's
	/// account), and as many comparisons as the request has pairs of app and dataset offers, `SearchDepth` squared;
	/// those come from `4 · SearchScan` orders. A combination costs at most as many reads as it names groups. That is
	/// 13,000 reads with the live network's counts, a part of what a block may take. A node's own RPC gives one answer
	/// per block and question, on one thread per core; `state_call`, which goes around that, executes whole blocks for
	/// anyone too, so to limit this call alone would gain nothing.
	pub fn estimate(request: RequestOrder) -> Option<Estimate> {
		let hash = Self::signing_domain().hash(&request);
		let left = Self::remainder(hash, request.volume, request.expiry).left();
		let offers = T::EstimateOffers::get();
		let restricted = offers / 4;
		let combinations = T::EstimateCombinations::get();
		let mut search =
			Search::<T>::attended(Budget::Counts { offers: offers.saturating_sub(restricted), combinations });
		let of = Offered::Workerpools(request.category);
		let mut ask = search.ask(hash, request, left)?;

		if ask.names_a_pool() {
			Self::walk_named(&mut search, &mut ask);
		} else {
			let from = Rank::default();
			for is_open in [true, false] {
				search.walk(Self::offers_after(OfferKey { of, is_open }, from), from, core::slice::from_mut(&mut ask));
				search.budget.add_offers(restricted);
			}
		}
		ask.found().iter().find_map(|found| Self::estimate_of(&ask, found))
	}

	/// Returns what a match would cost, if the rules accept it.
	fn estimate_of(ask: &Ask, found: &Found) -> Option<Estimate> {
		let sides = ask.sides(found);
		let now = T::Time::now();
		let conditions = Self::conditions();
		let terms = sides.terms::<T::Assets>(now, Categories::<T>::get, conditions, Self::pool_tally).ok()?;
		let volume = found.volume;
		Some(Estimate {
			orders: ask.hashes(found),
			volume,
			task_price: terms.task_price,
			total_price: money::for_volume(terms.task_price, volume).ok()?,
			worker_stake: terms.worker_stake,
			pool_stake: terms.pool_stake,
			total_pool_stake: money::for_volume(terms.pool_stake, volume).ok()?,
			deposit: Self::deal_deposit(volume, terms.trust, &ask.request.params),
			charge: money::for_volume(T::TaskCharge::per_task(terms.trust, ask.request.callback.is_some()), volume)
				.ok()?,
		})
	}

	/// Returns what is known of an order.
	pub fn order(hash: OrderHash) -> Option<OrderView> {
		let published = Orders::<T>::get(hash);
		let presigned_by = Presigned::<T>::get(hash).map(|presigned| presigned.owner);
		let record = Consumed::<T>::get(hash);
		let known = published.is_some() || presigned_by.is_some() || record.is_some();
		let consumed = record.map_or(0, |record| record.volume);
		let remaining = published.as_ref().map(|published| published.order.volume().saturating_sub(consumed));
		known.then_some(OrderView { published, presigned_by, consumed, remaining })
	}

	/// Returns a deal.
	pub fn deal_view(id: DealId) -> Option<DealView> {
		let deal = Deals::<T>::get(id)?;
		let params = Params::<T>::get(id)?;
		Some(DealView { id, deal, params, progress: Progress::<T>::get(id)? })
	}

	/// Returns a workerpool's deals that have open tasks, in the order of their ids, after `after`.
	pub fn open_deals(workerpool: WorkerpoolId, after: Option<DealId>, limit: u32) -> Vec<OpenDeal> {
		let ids = match after {
			None => OpenDeals::<T>::iter_key_prefix(workerpool),
			Some(after) => {
				OpenDeals::<T>::iter_key_prefix_from(workerpool, OpenDeals::<T>::hashed_key_for(workerpool, after))
			}
		};
		let limit = usize::try_from(limit.min(MAX_PAGE)).unwrap_or(usize::MAX);
		ids.take(limit).filter_map(Self::open_deal_view).collect()
	}

	fn open_deal_view(id: DealId) -> Option<OpenDeal> {
		let deal = Deals::<T>::get(id)?;
		let open = Progress::<T>::get(id)?.open;
		Some(OpenDeal { id, scheduler: deal.workerpool.owner, first: deal.first, size: deal.size, open })
	}

	/// Returns the last trades of a category, the newest first.
	pub fn trades(category: CategoryId, limit: u32) -> Vec<Trade> {
		Self::last_trades(category, limit)
	}

	/// Returns the hash of an order on this chain.
	pub fn order_hash(order: AnyOrder) -> OrderHash {
		order.hash(&Self::signing_domain())
	}

	/// Returns what tools need to sign orders.
	pub fn domain_view() -> DomainView {
		let chain_id = T::ChainId::get();
		let verifying_contract = T::VerifyingContract::get();
		DomainView { genesis: Self::genesis_hash(), chain_id, verifying_contract }
	}

	/// Returns the categories, by number.
	pub fn categories() -> Vec<(CategoryId, Category)> {
		let ids = (0..NextCategory::<T>::get().0).map(CategoryId);
		ids.filter_map(|id| Some((id, Categories::<T>::get(id)?))).collect()
	}
}
