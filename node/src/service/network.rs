//! The protocols with which the node takes part in finality, beside the standard ones.

use std::sync::Arc;

use rlc_primitives::{Block, Hash};
use sc_consensus_beefy::communication::request_response::BeefyJustifsRequestHandler;
use sc_network::{
	config::FullNetworkConfiguration, service::NotificationMetrics, NetworkBackend, NotificationService, ProtocolName,
};
use sc_service::Configuration;

use super::types::Client;

/// A protocol that gossips, and the messages that it receives.
pub struct Gossip {
	/// Contains the chain's genesis hash.
	pub name: ProtocolName,
	/// What arrives.
	pub messages: Box<dyn NotificationService>,
}

/// The protocols of finality.
pub struct Finality {
	/// GRANDPA's votes.
	pub grandpa: Gossip,
	/// BEEFY's votes.
	pub beefy: Gossip,
	/// Answers peers that missed a BEEFY justification.
	pub beefy_justifications: BeefyJustifsRequestHandler<Block, Client>,
}

/// Adds the protocols of finality to the network's configuration.
pub fn add_finality<N: NetworkBackend<Block, Hash>>(
	network: &mut FullNetworkConfiguration<Block, Hash, N>,
	config: &Configuration,
	client: &Arc<Client>,
	genesis: Hash,
	metrics: &NotificationMetrics,
) -> Finality {
	let peers = network.peer_store_handle();

	let name = sc_consensus_grandpa::protocol_standard_name(&genesis, &config.chain_spec);
	let (protocol, messages) =
		sc_consensus_grandpa::grandpa_peers_set_config::<Block, N>(name.clone(), metrics.clone(), peers.clone());
	network.add_notification_protocol(protocol);
	let grandpa = Gossip { name, messages };

	let name = sc_consensus_beefy::gossip_protocol_name(genesis, config.chain_spec.fork_id());
	let (protocol, messages) =
		sc_consensus_beefy::communication::beefy_peers_set_config::<Block, N>(name.clone(), metrics.clone(), peers);
	network.add_notification_protocol(protocol);
	let beefy = Gossip { name, messages };

	let (beefy_justifications, protocol) = BeefyJustifsRequestHandler::new::<_, N>(
		genesis,
		config.chain_spec.fork_id(),
		client.clone(),
		config.prometheus_registry().cloned(),
	);
	network.add_request_response_protocol(protocol);

	Finality { grandpa, beefy, beefy_justifications }
}
