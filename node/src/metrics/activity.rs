//! What happened on the chain, counted since the node started.

use std::sync::Arc;

use frame_support::storage::storage_prefix;
use frame_system::EventRecord;
use futures::StreamExt;
use rlc_primitives::{BlockNumber, Hash, Header};
use rlc_runtime::RuntimeEvent;
use sc_client_api::{BlockchainEvents, HeaderBackend};
use substrate_prometheus_endpoint::{register, Counter, CounterVec, Opts, PrometheusError, Registry, U64};

use super::{counter, label, State, Unreadable, KINDS};
use crate::service::Client;

/// The most blocks that are counted at once: of about so many a node keeps the state. Of longer ways, as after a sync,
/// the older blocks are left out.
const CATCH_UP: usize = 256;

/// Labels of closed tasks.
const COMPLETED: &str = "completed";
const FAILED: &str = "failed";

/// Counters of what happened.
///
/// Each height is counted once, by the first best block of that height. When the chain changes to a fork, what only
/// one of its sides has is counted wrongly: a counter takes nothing back.
#[derive(Clone)]
pub struct Activity {
	blocks: Counter<U64>,
	unreadable: Counter<U64>,
	orders_published: CounterVec<U64>,
	deals_opened: Counter<U64>,
	contributions: Counter<U64>,
	reveals: Counter<U64>,
	tasks_closed: CounterVec<U64>,
}

impl Activity {
	/// Adds the counters to the registry, all at zero.
	///
	/// # Errors
	///
	/// If the registry has a metric of one of their names.
	pub fn register(registry: &Registry) -> Result<Self, PrometheusError> {
		let labeled = |name, help, by| register(CounterVec::new(Opts::new(name, help), &[by])?, registry);
		let activity = Self {
			blocks: counter(registry, "rlc_blocks_counted_total", "Blocks whose events were counted")?,
			unreadable: counter(
				registry,
				"rlc_blocks_unreadable_total",
				"Blocks whose events could not be read, as when the chain's runtime is newer than the node",
			)?,
			orders_published: labeled("rlc_orders_published_total", "Orders that entered the book", "kind")?,
			deals_opened: counter(registry, "rlc_deals_opened_total", "Deals that were made")?,
			contributions: counter(
				registry,
				"rlc_contributions_total",
				"Commitments to results; results that are contributed and finalized at once have none",
			)?,
			reveals: counter(registry, "rlc_reveals_total", "Commitments that were revealed")?,
			tasks_closed: labeled("rlc_tasks_closed_total", "Tasks that were settled", "outcome")?,
		};
		// A counter that is not there yet would make the first event of its kind invisible to rates.
		for kind in KINDS {
			activity.orders_published.with_label_values(&[label(kind)]);
		}
		for outcome in [COMPLETED, FAILED] {
			activity.tasks_closed.with_label_values(&[outcome]);
		}
		Ok(activity)
	}

	/// Counts each block that becomes the best one from now on, and those between it and the last that was counted.
	/// Ends with the client's notifications.
	pub async fn follow(self, client: Arc<Client>) {
		// First where the chain stands, then what follows, so that no block is missed in between.
		let mut counted = client.info().best_number;
		let mut blocks = client.import_notification_stream();
		while let Some(block) = blocks.next().await {
			if block.is_new_best {
				let number = block.header.number;
				for hash in way_back(block.hash, block.header.clone(), counted, |hash| client.header(hash).ok()?) {
					self.count_block(&client, hash);
				}
				counted = counted.max(number);
			}
		}
	}

	fn count_block(&self, client: &Client, block: Hash) {
		match events(&State { client, block }) {
			Ok(events) => {
				events.iter().for_each(|event| self.count(event));
				self.blocks.inc();
			}
			Err(reason) => {
				log::debug!("The events of block {block:?} are not counted: {reason}");
				self.unreadable.inc();
			}
		}
	}

	fn count(&self, event: &RuntimeEvent) {
		match event {
			RuntimeEvent::Marketplace(pallet_marketplace::Event::OrderPublished { kind, .. }) => {
				self.orders_published.with_label_values(&[label(*kind)]).inc();
			}
			RuntimeEvent::Marketplace(pallet_marketplace::Event::DealOpened { .. }) => self.deals_opened.inc(),
			RuntimeEvent::Poco(pallet_poco::Event::Contributed { .. }) => self.contributions.inc(),
			RuntimeEvent::Poco(pallet_poco::Event::Revealed { .. }) => self.reveals.inc(),
			RuntimeEvent::Poco(pallet_poco::Event::TaskClosed { outcome, .. }) => {
				let outcome = if outcome.is_some() { COMPLETED } else { FAILED };
				self.tasks_closed.with_label_values(&[outcome]).inc();
			}
			_ => {}
		}
	}
}

/// What the block that left this state told.
fn events(state: &State) -> Result<Vec<RuntimeEvent>, Unreadable> {
	let records: Option<Vec<EventRecord<RuntimeEvent, Hash>>> = state.value(storage_prefix(b"System", b"Events"))?;
	Ok(records.unwrap_or_default().into_iter().map(|record| record.event).collect())
}

/// The blocks from `head` back to the first above the height `counted`, at most [`CATCH_UP`].
fn way_back(head: Hash, header: Header, counted: BlockNumber, header_of: impl Fn(Hash) -> Option<Header>) -> Vec<Hash> {
	let mut way = Vec::new();
	let mut next = Some((head, header));
	while let Some((hash, header)) = next {
		if header.number <= counted || way.len() == CATCH_UP {
			break;
		}
		way.push(hash);
		next = header_of(header.parent_hash).map(|parent| (header.parent_hash, parent));
	}
	way
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_primitives::{AccountId, DealId, OrderHash, OrderKind, ResultDigest, ResultHash, TaskId};
	use rlc_runtime::Runtime;
	use sp_runtime::traits::Header as _;

	type Market = pallet_marketplace::Event<Runtime>;
	type Work = pallet_poco::Event<Runtime>;

	const NOBODY: AccountId = AccountId::new([0; 32]);

	/// A chain in which the block at each height has that height as its hash.
	fn header(number: BlockNumber) -> Header {
		let parent = Hash::from_low_u64_be(number.saturating_sub(1).into());
		Header::new(number, Default::default(), Default::default(), parent, Default::default())
	}

	fn way(head: BlockNumber, counted: BlockNumber) -> Vec<u64> {
		let hash = Hash::from_low_u64_be(head.into());
		let known = |hash: Hash| u32::try_from(hash.to_low_u64_be()).ok().map(header);
		way_back(hash, header(head), counted, known).iter().map(Hash::to_low_u64_be).collect()
	}

	#[test]
	fn blocks_between_are_counted_and_no_height_twice() {
		assert_eq!(way(5, 4), [5]);
		assert_eq!(way(5, 2), [5, 4, 3]);
		assert!(way(5, 5).is_empty(), "another block of a height that was counted");
	}

	#[test]
	fn way_back_is_bounded_and_ends_where_headers_do() {
		assert_eq!((way(10_000, 0).len(), way(10_000, 0)[0]), (CATCH_UP, 10_000));
		assert_eq!(way_back(Hash::zero(), header(9), 0, |_| None), [Hash::zero()]);
	}

	#[test]
	fn each_event_counts_where_it_belongs() {
		let activity = Activity::register(&Registry::new()).expect("an empty registry");
		let (task, deal) = (TaskId::default(), DealId::default());
		let published = |kind| Market::OrderPublished { order: OrderHash::default(), kind, owner: NOBODY };
		let closed = |outcome| Work::TaskClosed { task, deal, outcome };
		let events: [RuntimeEvent; 8] = [
			published(OrderKind::App).into(),
			published(OrderKind::Request).into(),
			published(OrderKind::Request).into(),
			Work::Contributed { task, worker: NOBODY, result: ResultHash::default() }.into(),
			Work::Revealed { task, worker: NOBODY, digest: ResultDigest::default() }.into(),
			closed(Some(ResultDigest::default())).into(),
			closed(None).into(),
			Market::DealClosed { deal }.into(),
		];
		events.iter().for_each(|event| activity.count(event));
		let published = KINDS.map(|kind| activity.orders_published.with_label_values(&[label(kind)]).get());
		assert_eq!(published, [1, 0, 0, 2]);
		let closed = [COMPLETED, FAILED].map(|outcome| activity.tasks_closed.with_label_values(&[outcome]).get());
		assert_eq!(closed, [1, 1]);
		assert_eq!((activity.contributions.get(), activity.reveals.get(), activity.deals_opened.get()), (1, 1, 0));
	}

	#[test]
	fn counters_are_there_before_anything_happens() {
		let registry = Registry::new();
		let _activity = Activity::register(&registry).expect("an empty registry");
		assert_eq!(registry.gather().len(), 7);
		assert!(Activity::register(&registry).is_err(), "a second one has no names left");
	}
}
