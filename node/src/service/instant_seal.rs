//! A block as soon as there is a transaction, final at once, by this node alone.
//!
//! For development against the chain. GRANDPA and BEEFY are left out; the BABE part of each block is as it would
//! be otherwise, so epochs and sessions go on.
//!
//! # Time
//!
//! Each block has a slot of its own. When blocks come faster than slots, chain time runs ahead of the clock, one slot a
//! block. After a pause, the next block has the clock's slot, so that waits in chain time end as
//! expected; whole epochs may be skipped that way, which BABE allows for.

use std::{sync::Arc, time::Duration};

use futures::{Stream, StreamExt};
use rlc_primitives::{Block, Header};
use sc_client_api::HeaderBackend;
use sc_consensus::BoxBlockImport;
use sc_consensus_babe::BabeLink;
use sc_consensus_manual_seal::{
	consensus::babe::BabeConsensusDataProvider, run_manual_seal, EngineCommand, ManualSealParams,
};
use sc_transaction_pool_api::TransactionPool;
use sp_consensus_babe::{Slot, SlotDuration};
use sp_core::crypto::ByteArray;
use sp_inherents::CreateInherentDataProviders;
use sp_keystore::KeystorePtr;
use sp_runtime::traits::Header as _;
use sp_timestamp::Timestamp;

use super::types::{Client, Pool, Proposer, SelectChain};
use crate::Error;

/// How long to wait for the pool to look at a new best block before sealing anyway.
const POOL_PATIENCE: Duration = Duration::from_secs(1);

/// How often the pool is looked at without an arrival.
const POLL: Duration = Duration::from_millis(200);

/// How many blocks in a row may include no transaction. The chain's own work fills a block now and then,
/// at the end of an epoch, and then the same transactions fit into the next one.
const FULL: u32 = 3;

/// What sealing needs from the rest of the node.
pub struct InstantSeal {
	/// Imports the blocks.
	pub import: BoxBlockImport<Block>,
	/// Fills the blocks.
	pub proposer: Proposer,
	/// Access to the chain.
	pub client: Arc<Client>,
	/// Where transactions wait.
	pub pool: Arc<Pool>,
	/// Which block to build on.
	pub select_chain: SelectChain,
	/// BABE's epochs.
	pub babe: BabeLink<Block>,
	/// Must hold the BABE key of one of the chain's validators.
	pub keystore: KeystorePtr,
}

impl InstantSeal {
	/// Returns the task that seals, until the node stops.
	///
	/// # Errors
	///
	/// [`Error::NoValidatorKey`] if no block could be authored, and what the runtime reports.
	pub fn task(self) -> Result<impl std::future::Future<Output = ()> + Send, Error> {
		let babe = sc_consensus_babe::configuration(&*self.client)?;
		let has_key = babe.authorities.iter().any(|(authority, _)| {
			self.keystore.has_keys(&[(authority.to_raw_vec(), sp_core::crypto::key_types::BABE)])
		});
		if !has_key {
			return Err(Error::NoValidatorKey);
		}
		let slot_duration = babe.slot_duration();
		let digests = BabeConsensusDataProvider::new(
			self.client.clone(),
			self.keystore,
			self.babe.epoch_changes().clone(),
			babe.authorities,
		)
		.map_err(|error| sc_service::Error::Other(error.to_string()))?;
		Ok(run_manual_seal(ManualSealParams {
			block_import: self.import,
			env: self.proposer,
			client: self.client.clone(),
			pool: self.pool.clone(),
			commands_stream: Box::pin(commands(self.client.clone(), self.pool)),
			select_chain: self.select_chain,
			consensus_data_provider: Some(Box::new(digests)),
			create_inherent_data_providers: clock(self.client, slot_duration),
		}))
	}
}

/// Returns a command to seal for each time that transactions are ready.
///
/// The next command is asked for when the block of the last one is imported. A burst of transactions shares blocks.
/// Transactions that found no room are sealed too, as long as there are fewer of them each time, or for [`FULL`] blocks:
/// one that never fits must not make empty blocks forever. Arrivals wake this up; a slow poll beside them catches
/// transactions that get ready without arriving, or that arrive while the pool still looks at the block before.
fn commands(client: Arc<Client>, pool: Arc<Pool>) -> impl Stream<Item = EngineCommand<rlc_primitives::Hash>> + Send {
	let arrivals = pool.import_notification_stream();
	// Fewer than this must be ready: nothing has been tried yet.
	const ANY: usize = usize::MAX;
	futures::stream::unfold((arrivals, ANY, 0_u32), move |(mut arrivals, mut tried, mut full)| {
		let (client, pool) = (client.clone(), pool.clone());
		async move {
			loop {
				match pool.ready_at_with_timeout(client.info().best_hash, POOL_PATIENCE).await.count() {
					0 => (tried, full) = (ANY, 0),
					ready if ready < tried => return Some((seal(), (arrivals, ready, 0))),
					ready if full < FULL => return Some((seal(), (arrivals, ready, full + 1))),
					_ => {}
				}
				tokio::select! {
					arrival = arrivals.next() => {
						arrival?;
						(tried, full) = (ANY, 0);
					},
					() = tokio::time::sleep(POLL) => {},
				}
			}
		}
	})
}

fn seal() -> EngineCommand<rlc_primitives::Hash> {
	// `create_empty` only switches off a check of the library that takes a block with one transaction for an empty one.
	EngineCommand::SealNewBlock { create_empty: true, finalize: true, parent_hash: None, sender: None }
}

/// Provides slot and timestamp of the block after a given one.
pub fn clock(
	client: Arc<Client>,
	slot_duration: SlotDuration,
) -> impl CreateInherentDataProviders<
	Block,
	(),
	InherentDataProviders = (sp_consensus_babe::inherents::InherentDataProvider, sp_timestamp::InherentDataProvider),
> + Clone {
	move |parent, ()| {
		let client = client.clone();
		async move {
			let parent = client.header(parent)?.ok_or("the parent of a new block is not in the database")?;
			let slot = next_slot(&parent, Timestamp::current(), slot_duration)?;
			let timestamp = slot.timestamp(slot_duration).ok_or("the next slot is beyond the end of time")?;
			Ok((
				sp_consensus_babe::inherents::InherentDataProvider::new(slot),
				sp_timestamp::InherentDataProvider::new(timestamp),
			))
		}
	}
}

/// Returns the current slot, or the one after the parent's if that is later.
fn next_slot(parent: &Header, now: Timestamp, slot_duration: SlotDuration) -> Result<Slot, String> {
	let now = Slot::from_timestamp(now, slot_duration);
	if *parent.number() == 0 {
		return Ok(now);
	}
	let last = sc_consensus_babe::find_pre_digest::<Block>(parent)?.slot();
	Ok(now.max(last.saturating_add(1u64)))
}

#[cfg(test)]
mod tests {
	use super::*;
	use sc_consensus_babe::{CompatibleDigestItem, PreDigest, SecondaryPlainPreDigest};
	use sp_runtime::DigestItem;

	const SECOND: SlotDuration = SlotDuration::from_millis(1_000);

	fn block_at(slot: u64) -> Header {
		let digest = PreDigest::SecondaryPlain(SecondaryPlainPreDigest { slot: slot.into(), authority_index: 0 });
		let mut header = Header::new(7, Default::default(), Default::default(), Default::default(), Default::default());
		header.digest_mut().push(<DigestItem as CompatibleDigestItem>::babe_pre_digest(digest));
		header
	}

	#[test]
	fn first_block_has_the_current_slot() {
		let genesis = Header::new(0, Default::default(), Default::default(), Default::default(), Default::default());
		assert_eq!(next_slot(&genesis, Timestamp::new(5_400), SECOND), Ok(5.into()));
	}

	#[test]
	fn blocks_faster_than_slots_take_the_next_slot() {
		assert_eq!(next_slot(&block_at(5), Timestamp::new(5_400), SECOND), Ok(6.into()));
		assert_eq!(next_slot(&block_at(9), Timestamp::new(5_400), SECOND), Ok(10.into()));
	}

	#[test]
	fn clock_is_followed_after_a_pause() {
		assert_eq!(next_slot(&block_at(5), Timestamp::new(90_000), SECOND), Ok(90.into()));
	}
}
