//! What happened on the chain, counted since the node started.

use std::sync::Arc;

use frame_support::storage::storage_prefix;
use frame_system::EventRecord;
use futures::StreamExt;
use rlc_primitives::{BlockNumber, Hash, Header};
use rlc_runtime::RuntimeEvent;
use sc_client_api::{BlockchainEvents, HeaderBackend};
use substrate_prometheus_endpoint::{Counter, PrometheusError, Registry, U64};

use super::{
	marketplace, poco,
	register::counter,
	state::{State, Unreadable},
};
use crate::service::types::Client;

/// The most blocks that are counted at once: of about so many a node keeps the state. Of longer ways, as after a sync,
/// the older blocks are left out.
const CATCH_UP: usize = 256;

/// Counters of what happened.
///
/// Each height is counted once, by the first best block of that height. When the chain changes to a fork, what only
/// one of its sides has is counted wrongly: a counter takes nothing back.
#[derive(Clone)]
pub struct Activity {
	blocks: Counter<U64>,
	unreadable: Counter<U64>,
	marketplace: marketplace::Counters,
	poco: poco::Counters,
}

impl Activity {
	/// Adds the counters to the registry, all at zero.
	///
	/// # Errors
	///
	/// If the registry has a metric of one of their names.
	pub fn register(registry: &Registry) -> Result<Self, PrometheusError> {
		Ok(Self {
			blocks: counter(registry, "rlc_blocks_counted_total", "Blocks whose events were counted")?,
			unreadable: counter(
				registry,
				"rlc_blocks_unreadable_total",
				"Blocks whose events could not be read, as when the chain's runtime is newer than the node",
			)?,
			marketplace: marketplace::Counters::register(registry)?,
			poco: poco::Counters::register(registry)?,
		})
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
		// What is logged of deals and tasks says in which block it happened.
		let _block = tracing::debug_span!("block", hash = ?block).entered();
		match events(&State { client, block }) {
			Ok(events) => {
				events.iter().for_each(|event| self.count(event));
				self.blocks.inc();
			}
			Err(reason) => {
				tracing::debug!("events are not counted: {reason}");
				self.unreadable.inc();
			}
		}
	}

	fn count(&self, event: &RuntimeEvent) {
		match event {
			RuntimeEvent::Marketplace(event) => self.marketplace.count(event),
			RuntimeEvent::Poco(event) => self.poco.count(event),
			_ => {}
		}
	}
}

/// Returns the events of the block that left this state.
fn events(state: &State) -> Result<Vec<RuntimeEvent>, Unreadable> {
	let records: Option<Vec<EventRecord<RuntimeEvent, Hash>>> = state.value(storage_prefix(b"System", b"Events"))?;
	Ok(records.unwrap_or_default().into_iter().map(|record| record.event).collect())
}

/// Returns the blocks from `head` back to the first above the height `counted`, at most [`CATCH_UP`].
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
	use sp_runtime::traits::Header as _;

	/// Returns a chain in which the block at each height has that height as its hash.
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
	fn counters_are_there_before_anything_happens() {
		let registry = Registry::new();
		let _activity = Activity::register(&registry).expect("an empty registry");
		assert_eq!(registry.gather().len(), 7);
		assert!(Activity::register(&registry).is_err(), "a second one has no names left");
	}
}
