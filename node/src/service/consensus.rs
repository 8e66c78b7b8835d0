//! Makes blocks in slots, and votes on them: for finality (GRANDPA) and for Ethereum (BEEFY).

use std::{sync::Arc, time::Duration};

use rlc_primitives::Block;
use sc_consensus::BoxBlockImport;
use sc_consensus_babe::{BabeLink, BabeParams, SlotProportion};
use sc_consensus_beefy::{BeefyNetworkParams, BeefyParams, BeefyVoterLinks};
use sc_consensus_grandpa::{GrandpaParams, LinkHalf, SharedVoterState, VotingRulesBuilder};
use sc_consensus_slots::{BackoffAuthoringOnFinalizedHeadLagging, InherentDataProviderExt};
use sc_network::service::traits::NetworkService;
use sc_network_sync::SyncingService;
use sc_service::{config::Role, TaskManager};
use sc_telemetry::TelemetryHandle;
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_consensus_babe::SlotDuration;
use sp_consensus_beefy::{ecdsa_crypto::AuthorityId as BeefyId, mmr::MmrRootProvider};
use sp_inherents::CreateInherentDataProviders;
use sp_keystore::KeystorePtr;
use substrate_prometheus_endpoint::Registry;

use super::{
	import::JUSTIFICATION_PERIOD,
	network::Finality,
	types::{Backend, Client, Pool, Proposer, SelectChain},
};
use crate::Error;

/// BEEFY votes at least this many blocks apart; each vote costs an ECDSA signature per validator on Ethereum's side.
const BEEFY_MIN_BLOCKS: u32 = 4;
/// The part of a slot in which a block is built; the rest is for sending it.
const PROPOSAL_PART: f32 = 0.5;
/// A single hop between peers on one machine takes less than this.
const MIN_GOSSIP: Duration = Duration::from_millis(100);
/// A message reaches a worldwide network in this time.
const MAX_GOSSIP: Duration = Duration::from_secs(1);

/// What consensus needs from the rest of the node.
pub struct Consensus<'a> {
	/// Runs the tasks.
	pub tasks: &'a TaskManager,
	/// Access to the chain.
	pub client: Arc<Client>,
	/// The database.
	pub backend: Arc<Backend>,
	/// Where transactions wait; reports of offences go there too.
	pub pool: Arc<Pool>,
	/// Connections to peers.
	pub network: Arc<dyn NetworkService>,
	/// Knows whether the node is behind its peers.
	pub sync: Arc<SyncingService<Block>>,
	/// The node's keys.
	pub keystore: KeystorePtr,
	/// Whether the node has a say.
	pub role: Role,
	/// Metrics.
	pub registry: Option<Registry>,
	/// Telemetry.
	pub telemetry: Option<TelemetryHandle>,
}

impl Consensus<'_> {
	/// Makes a block in each slot that is this validator's, as the clock says.
	///
	/// # Errors
	///
	/// What BABE reports.
	pub fn author<Clock>(
		&self,
		proposer: Proposer,
		import: BoxBlockImport<Block>,
		babe: BabeLink<Block>,
		select_chain: SelectChain,
		force_authoring: bool,
		clock: Clock,
	) -> Result<(), Error>
	where
		Clock: CreateInherentDataProviders<Block, ()> + Send + Sync + 'static,
		Clock::InherentDataProviders: InherentDataProviderExt + Send,
	{
		let task = sc_consensus_babe::start_babe(BabeParams {
			keystore: self.keystore.clone(),
			client: self.client.clone(),
			select_chain,
			env: proposer,
			block_import: import,
			sync_oracle: self.sync.clone(),
			justification_sync_link: self.sync.clone(),
			create_inherent_data_providers: clock,
			force_authoring,
			// Slower when finality lags far behind, so that the unfinalized part of the chain stays bounded.
			backoff_authoring_blocks: Some(BackoffAuthoringOnFinalizedHeadLagging::default()),
			babe_link: babe,
			block_proposal_slot_portion: SlotProportion::new(PROPOSAL_PART),
			max_block_proposal_slot_portion: None,
			telemetry: self.telemetry.clone(),
		})
		.map_err(sc_service::Error::Consensus)?;
		self.tasks.spawn_essential_handle().spawn_blocking("babe-proposer", Some("block-authoring"), task);
		Ok(())
	}

	/// Follows finality, and votes if the node is a validator.
	///
	/// # Errors
	///
	/// What GRANDPA reports.
	pub fn finalize(
		&self,
		finality: Finality,
		grandpa: Option<Grandpa>,
		beefy: BeefyVoterLinks<Block, BeefyId>,
	) -> Result<(), Error> {
		let keystore = self.role.is_authority().then(|| self.keystore.clone());

		let task = sc_consensus_beefy::start_beefy_gadget::<_, _, _, _, _, _, _, BeefyId>(BeefyParams {
			client: self.client.clone(),
			backend: self.backend.clone(),
			payload_provider: MmrRootProvider::new(self.client.clone()),
			runtime: self.client.clone(),
			key_store: keystore.clone(),
			network_params: BeefyNetworkParams {
				network: Arc::new(self.network.clone()),
				sync: self.sync.clone(),
				notification_service: finality.beefy.messages,
				gossip_protocol_name: finality.beefy.name,
				justifications_protocol_name: finality.beefy_justifications.protocol_name(),
				_phantom: core::marker::PhantomData::<Block>,
			},
			min_block_delta: BEEFY_MIN_BLOCKS,
			prometheus_registry: self.registry.clone(),
			links: beefy,
			on_demand_justifications_handler: finality.beefy_justifications,
			is_authority: self.role.is_authority(),
		});
		self.tasks.spawn_essential_handle().spawn_blocking("beefy-gadget", None, task);

		let Some(grandpa) = grandpa else { return Ok(()) };
		let task = sc_consensus_grandpa::run_grandpa_voter(GrandpaParams {
			config: sc_consensus_grandpa::Config {
				gossip_duration: gossip_duration(grandpa.slot_duration),
				justification_generation_period: JUSTIFICATION_PERIOD,
				name: Some(grandpa.node_name),
				observer_enabled: false,
				keystore,
				local_role: self.role,
				telemetry: self.telemetry.clone(),
				protocol_name: finality.grandpa.name,
			},
			link: grandpa.link,
			network: self.network.clone(),
			sync: self.sync.clone(),
			notification_service: finality.grandpa.messages,
			voting_rule: VotingRulesBuilder::default().build(),
			prometheus_registry: self.registry.clone(),
			shared_voter_state: grandpa.voter_state,
			telemetry: self.telemetry.clone(),
			offchain_tx_pool_factory: OffchainTransactionPoolFactory::new(self.pool.clone()),
		})?;
		self.tasks.spawn_essential_handle().spawn_blocking("grandpa-voter", None, task);
		Ok(())
	}
}

/// What GRANDPA needs beside the rest.
pub struct Grandpa {
	/// To the block import.
	pub link: LinkHalf<Block, Client, SelectChain>,
	/// To the RPC.
	pub voter_state: SharedVoterState,
	/// Name in telemetry.
	pub node_name: String,
	/// Of the chain.
	pub slot_duration: SlotDuration,
}

/// Returns how long GRANDPA gives a message to reach everybody.
///
/// A round takes four times as long at most when nothing goes wrong. A third of a slot keeps a round about as long as a
/// slot, so that finality follows the head closely, and more would only delay it; less than a hop between peers would
/// end rounds before votes arrive.
fn gossip_duration(slot: SlotDuration) -> Duration {
	(slot.as_duration() / 3).clamp(MIN_GOSSIP, MAX_GOSSIP)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn gossip_follows_the_slot_within_bounds() {
		let gossip = |millis| gossip_duration(SlotDuration::from_millis(millis)).as_millis();
		assert_eq!(gossip(1_000), 333);
		assert_eq!(gossip(2_000), 666);
		assert_eq!(gossip(30), 100);
		assert_eq!(gossip(12_000), 1_000);
	}
}
