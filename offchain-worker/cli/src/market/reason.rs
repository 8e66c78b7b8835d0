//! Why no offers serve a wish.

use std::collections::btree_map::{BTreeMap, Entry};

use rlc_chain::Chain;
use rlc_primitives::{
	market::{BookEntry, BookFilter, BookKey, RecordView},
	record::{LeastRecord, Recorded, Tally},
	AnyOrder, WorkerpoolId, WorkerpoolOrder,
};

use super::Wish;
use crate::{
	failure::{failure, Failure, Result},
	ids,
};

/// How many offers of each kind are looked at.
const LOOKED_AT: u32 = 100;

/// The offers that a wish could meet.
#[derive(Clone, Debug, Default)]
pub(super) struct Book {
	apps: Vec<BookEntry>,
	datasets: Vec<BookEntry>,
	workerpools: Vec<BookEntry>,
	/// How the tasks of these workerpools ended. Read only if the wish demands a record.
	tallies: BTreeMap<WorkerpoolId, Tally>,
}

impl Book {
	/// Reads them from the chain.
	pub(super) async fn read(chain: &Chain, wish: &Wish) -> Result<Self> {
		let list = |list| async move {
			let filter = BookFilter { list, min_price: None, max_price: None };
			chain.orderbook(filter, None, LOOKED_AT).await.map(|page| page.entries)
		};
		let datasets = match wish.dataset {
			Some(dataset) => list(BookKey::Dataset(dataset)).await?,
			None => Vec::new(),
		};
		let workerpools = match wish.workerpool {
			Some(workerpool) => BookKey::Workerpool(workerpool),
			None => BookKey::Workerpools(wish.category),
		};
		let apps = list(BookKey::App(wish.app)).await?;
		let workerpools = list(workerpools).await?;
		let mut tallies = BTreeMap::new();
		if wish.least_record.is_some() {
			for order in workerpools.iter().filter_map(pool_order) {
				if let Entry::Vacant(entry) = tallies.entry(order.workerpool) {
					let record = chain.record(Recorded::Workerpool(order.workerpool)).await?;
					entry.insert(record.map_or_else(Tally::default, tally));
				}
			}
		}
		Ok(Self { apps, datasets, workerpools, tallies })
	}

	/// Returns whether a workerpool has at least this record.
	fn has_record(&self, workerpool: WorkerpoolId, least: LeastRecord) -> bool {
		self.tallies.get(&workerpool).is_some_and(|tally| least.is_met_by(tally))
	}
}

/// Returns why none of these offers serve, though none is too expensive: the first reason that holds for all of a side.
pub(super) fn nothing_serves(book: &Book, wish: &Wish) -> Failure {
	let left = |entries: &[BookEntry]| entries.iter().any(|entry| entry.remaining > 0);
	if !left(&book.apps) {
		return failure!(OffersNone, "nobody sells app {:?}", wish.app.0;
			"ask its owner for `rlc app publish {:?} --price P`", wish.app.0);
	}
	if let Some(dataset) = wish.dataset.filter(|_| !left(&book.datasets)) {
		return failure!(OffersNone, "nobody sells dataset {:?}", dataset.0;
			"ask its owner for `rlc dataset publish {:?} --price P`", dataset.0);
	}
	let grants_network = |entry: &BookEntry| matches!(&entry.order, AnyOrder::App(order) if order.tag.has_network());
	if wish.trust > 1 && book.apps.iter().filter(|entry| entry.remaining > 0).all(grants_network) {
		return failure!(OffersNetwork, "app {:?} is sold only with a network, which can tell each worker something else",
			wish.app.0; "ask for --trust 1");
	}
	let offers: Vec<_> = book.workerpools.iter().filter(|entry| entry.remaining > 0).filter_map(pool_order).collect();
	let seller = match wish.workerpool {
		Some(workerpool) => format!("workerpool {:?}", workerpool.0),
		None => "any workerpool".into(),
	};
	let category = &wish.category_name;
	let in_category: Vec<_> = offers.iter().filter(|order| order.category == wish.category).collect();
	if in_category.is_empty() {
		return failure!(OffersNone, "there is no offer of {seller} for category {category}";
			"choose another category, see `rlc orderbook --kind workerpool`");
	}
	let best = in_category.iter().map(|order| order.trust).max().unwrap_or_default();
	if best < wish.trust {
		let trust = wish.trust;
		return failure!(OffersTrust, "no offer of {seller} for category {category} promises trust {trust}";
			"ask for --trust {best}");
	}
	let able: Vec<_> =
		in_category.iter().filter(|order| order.trust >= wish.trust && order.tag.covers(wish.tag)).collect();
	if able.is_empty() {
		return failure!(OffersTag, "no offer of {seller} for category {category} has the tag {}", ids::tag_words(wish.tag);
			"leave out what you can do without");
	}
	if wish.least_record.is_some_and(|least| !able.iter().any(|order| book.has_record(order.workerpool, least))) {
		return failure!(OffersRecord, "no offer of {seller} for category {category} comes with the record asked for";
			"ask for less with --least-completed, or allow more with --max-failed");
	}
	failure!(
		OffersExclude,
		"the offers for app, dataset and workerpool exclude each other or this requester, demand a tag that no workerpool \
		 has, or the scheduler cannot stake for {} tasks",
		wish.tasks;
		"ask for fewer --tasks, or see `rlc orderbook`"
	)
}

fn tally(record: RecordView) -> Tally {
	let RecordView { completed, failed, timed_out, .. } = record;
	// The chain has halved it already.
	Tally { completed, failed, timed_out, halved: 0 }
}

fn pool_order(entry: &BookEntry) -> Option<&WorkerpoolOrder> {
	match &entry.order {
		AnyOrder::Workerpool(order) => Some(order),
		_ => None,
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::market::tests::{app, pool, wish};
	use rlc_primitives::{AccountId, AppOrder, CategoryId, DatasetId, OrderHash, Tag};
	use sp_core::H160;

	fn entry(order: impl Into<AnyOrder>) -> BookEntry {
		let (hash, owner) = (OrderHash::default(), AccountId::new([1; 32]));
		BookEntry { hash, order: order.into(), owner, price: 1, remaining: 9, published: 0 }
	}

	fn reason(apps: &[AppOrder], pools: &[WorkerpoolOrder], wish: &Wish) -> String {
		let (apps, workerpools) = (apps.iter().cloned().map(entry), pools.iter().cloned().map(entry));
		let book = Book { apps: apps.collect(), workerpools: workerpools.collect(), ..Default::default() };
		nothing_serves(&book, wish).to_string()
	}

	#[test]
	fn missing_side_is_named() {
		assert!(reason(&[], &[pool()], &wish()).starts_with("nobody sells app 0x0101"));
		let with_data = Wish { dataset: Some(DatasetId(H160::repeat_byte(7))), ..wish() };
		assert!(reason(&[app()], &[pool()], &with_data).starts_with("nobody sells dataset 0x0707"));
		assert!(reason(&[app()], &[], &wish()).contains("no offer of any workerpool for category XS"));
		let one_pool = Wish { workerpool: Some(pool().workerpool), ..wish() };
		assert!(reason(&[app()], &[], &one_pool).contains("no offer of workerpool 0x0202"));
	}

	#[test]
	fn what_pools_do_not_serve_is_named() {
		let other = WorkerpoolOrder { category: CategoryId(1), ..pool() };
		assert!(reason(&[app()], &[other], &wish()).contains("for category XS; choose another"));
		let weak = WorkerpoolOrder { trust: 3, ..pool() };
		assert!(reason(&[app()], std::slice::from_ref(&weak), &wish()).contains("promises trust 5; ask for --trust 3"));
		let protected = Wish { tag: Tag::from_bits(1), ..wish() };
		assert!(reason(&[app()], &[pool()], &protected).contains("has the tag tee;"));
		let weak_but_protected = WorkerpoolOrder { tag: Tag::from_bits(1), ..weak };
		assert!(reason(&[app()], &[pool(), weak_but_protected], &protected).contains("has the tag"));
		assert!(reason(&[app()], &[pool()], &wish()).contains("cannot stake for 2 tasks"));
	}

	#[test]
	fn network_of_an_app_is_named_where_workers_have_to_agree() {
		let open = AppOrder { tag: Tag::from_bits(Tag::NETWORK), ..app() };
		let said = reason(std::slice::from_ref(&open), &[pool()], &wish());
		assert!(said.contains("is sold only with a network") && said.ends_with("ask for --trust 1"), "{said}");
		let direct = Wish { trust: 1, ..wish() };
		assert!(reason(std::slice::from_ref(&open), &[pool()], &direct).contains("cannot stake for 2 tasks"));
		assert!(reason(&[open, app()], &[pool()], &wish()).contains("cannot stake for 2 tasks"));
	}

	#[test]
	fn records_that_are_too_poor_are_named() {
		let proven = Wish { least_record: Some(LeastRecord { completed: 5, max_failed: 100 }), ..wish() };
		assert!(reason(&[app()], &[pool()], &proven).contains("comes with the record asked for; ask for less"));
		let tally = Tally { completed: 5, ..Tally::default() };
		let book = Book {
			apps: vec![entry(app())],
			workerpools: vec![entry(pool())],
			tallies: [(pool().workerpool, tally)].into(),
			..Default::default()
		};
		assert!(nothing_serves(&book, &proven).to_string().contains("cannot stake for 2 tasks"), "it is good enough");
	}

	#[test]
	fn used_up_offers_count_for_nothing() {
		let used = BookEntry { remaining: 0, ..entry(app()) };
		let book = Book { apps: vec![used], ..Default::default() };
		assert!(nothing_serves(&book, &wish()).to_string().starts_with("nobody sells app"));
	}
}
