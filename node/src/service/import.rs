//! What a block passes on its way into the database.
//!
//! With slots: BABE (was it the author's turn?) → BEEFY (votes for Ethereum) → GRANDPA (votes on finality) → client.
//! With instant seal: BABE → client.

use std::sync::Arc;

use rlc_primitives::Block;
use sc_consensus::{BlockImport, BoxBlockImport, BoxJustificationImport, DefaultImportQueue};
use sc_consensus_babe::{BabeLink, BabeWorkerHandle, ImportQueueParams};
use sc_consensus_beefy::{BeefyRPCLinks, BeefyVoterLinks};
use sc_consensus_grandpa::LinkHalf;
use sc_consensus_slots::InherentDataProviderExt;
use sc_service::{Configuration, TaskManager};
use sc_telemetry::TelemetryHandle;
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_consensus_babe::SlotDuration;
use sp_consensus_beefy::ecdsa_crypto::AuthorityId as BeefyId;
use sp_inherents::CreateInherentDataProviders;

use super::{
	client::{Parts, Seal},
	clock::{clock, Steady},
	instant_seal,
	types::{Backend, Client, Pool, SelectChain},
};
use crate::Error;

/// A justification is stored for every so many blocks, even if no validator set changes.
pub const JUSTIFICATION_PERIOD: u32 = 512;

/// The import chain and its links to block authoring, voting, and RPC.
pub struct Import {
	/// Checks and imports blocks from the network.
	pub queue: DefaultImportQueue<Block>,
	/// Imports the blocks that this node makes.
	pub own: BoxBlockImport<Block>,
	/// Knows BABE's epochs.
	pub babe: BabeLink<Block>,
	/// Answers questions about BABE's epochs.
	pub babe_worker: BabeWorkerHandle<Block>,
	/// For GRANDPA's voter.
	pub grandpa: LinkHalf<Block, Client, SelectChain>,
	/// For BEEFY's voter.
	pub beefy_voter: BeefyVoterLinks<Block, BeefyId>,
	/// For BEEFY's RPC.
	pub beefy_rpc: BeefyRPCLinks<Block, BeefyId>,
}

/// Builds the import chain. `steady` keeps a development chain going when the clock goes back.
///
/// # Errors
///
/// What the database and the runtime report; for example if the chain has no BABE.
pub fn build(
	config: &Configuration,
	parts: &Parts,
	select_chain: &SelectChain,
	pool: &Arc<Pool>,
	seal: Seal,
	steady: Option<Steady>,
	telemetry: Option<TelemetryHandle>,
) -> Result<Import, Error> {
	let Parts { client, backend, tasks, .. } = parts;
	// GRANDPA and BEEFY are linked in both cases, so that their RPC answers in both.
	let (grandpa_import, grandpa) = sc_consensus_grandpa::block_import(
		client.clone(),
		JUSTIFICATION_PERIOD,
		&client.clone(),
		select_chain.clone(),
		telemetry.clone(),
	)?;
	let (beefy_import, beefy_voter, beefy_rpc) = sc_consensus_beefy::beefy_block_import_and_links(
		grandpa_import.clone(),
		backend.clone(),
		client.clone(),
		config.prometheus_registry().cloned(),
	);

	let chain = BabeChain { config, client, select_chain, pool, tasks, telemetry };
	let Babe { queue, own, link, worker } = match seal {
		Seal::Slots => chain.over(beefy_import, Some(Box::new(grandpa_import)), |duration| clock(duration, steady))?,
		Seal::Instant => chain.over(client.clone(), None, |duration| instant_seal::clock(client.clone(), duration))?,
	};
	Ok(Import { queue, own, babe: link, babe_worker: worker, grandpa, beefy_voter, beefy_rpc })
}

/// What BABE needs, whatever comes after it.
struct BabeChain<'a> {
	config: &'a Configuration,
	client: &'a Arc<Client>,
	select_chain: &'a SelectChain,
	pool: &'a Arc<Pool>,
	tasks: &'a TaskManager,
	telemetry: Option<TelemetryHandle>,
}

struct Babe {
	queue: DefaultImportQueue<Block>,
	own: BoxBlockImport<Block>,
	link: BabeLink<Block>,
	worker: BabeWorkerHandle<Block>,
}

impl BabeChain<'_> {
	/// Puts BABE over the rest of the chain, with a clock that blocks are compared with.
	fn over<Rest, Clock>(
		self,
		rest: Rest,
		justification_import: Option<BoxJustificationImport<Block>>,
		clock: impl FnOnce(SlotDuration) -> Clock,
	) -> Result<Babe, Error>
	where
		Rest: BlockImport<Block, Error = sp_consensus::Error> + Clone + Send + Sync + 'static,
		Clock: CreateInherentDataProviders<Block, ()> + Clone + Send + Sync + 'static,
		Clock::InherentDataProviders: InherentDataProviderExt + Send + Sync,
	{
		let configuration = sc_consensus_babe::configuration(&**self.client)?;
		let slot_duration = configuration.slot_duration();
		let (import, link) = sc_consensus_babe::block_import(
			configuration,
			rest,
			self.client.clone(),
			clock(slot_duration),
			self.select_chain.clone(),
			OffchainTransactionPoolFactory::new(self.pool.clone()),
		)?;
		let (queue, worker) = sc_consensus_babe::import_queue(ImportQueueParams {
			link: link.clone(),
			block_import: import.clone(),
			justification_import,
			client: self.client.clone(),
			slot_duration,
			spawner: &self.tasks.spawn_essential_handle(),
			registry: self.config.prometheus_registry(),
			telemetry: self.telemetry,
		})?;
		Ok(Babe { queue, own: Box::new(import), link, worker })
	}
}

/// Takes back blocks that are not final, in the records of consensus too.
///
/// # Errors
///
/// What the database reports.
pub fn revert(client: Arc<Client>, backend: Arc<Backend>, blocks: u32) -> sp_blockchain::Result<()> {
	sc_consensus_babe::revert(client.clone(), backend, blocks)?;
	sc_consensus_grandpa::revert(client, blocks)
}
