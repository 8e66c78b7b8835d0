//! The parts of a running node, wired together.
//!
//! [`prepare`] opens the chain: database, pool, import. That is enough for the subcommands that work on a stopped chain.
//! [`start`] goes on from there: network, RPC, consensus, off-chain workers.

mod client;
mod clock;
mod compiled;
mod consensus;
mod genesis;
mod import;
mod instant_seal;
mod network;
mod pool;
mod storage;
pub(crate) mod types;
mod unserved;

pub use client::{Parts, Seal};
pub use import::{revert, Import};

use std::{path::Path, sync::Arc};

use futures::{FutureExt, StreamExt};
use rlc_primitives::{Block, Hash};
use sc_client_api::{Backend as _, HeaderBackend};
use sc_consensus_grandpa::{FinalityProofProvider, SharedVoterState};
use sc_network::{
	config::{FullNetworkConfiguration, NetworkBackendType},
	service::traits::NetworkService,
	NetworkBackend,
};
use sc_service::{BuildNetworkParams, ChainType, Configuration, RpcHandlers, SpawnTasksParams, TaskManager};
use sc_storage_monitor::StorageMonitorParams;
use sc_telemetry::{Telemetry, TelemetryWorker};
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_keystore::KeystorePtr;

use self::{
	clock::Steady,
	types::{Backend, Client, Pool, Proposer, SelectChain},
};
use crate::{metrics, rpc, Error};

/// What a node does beyond its [`Configuration`].
#[derive(Clone, Debug)]
pub struct Options {
	/// How blocks are made.
	///
	/// [`Seal::Instant`] wants the single-state pool: the fork-aware one may put a transaction that arrives together
	/// with a block off until the next block, which is then never made.
	pub seal: Seal,
	/// When the disk counts as full.
	pub storage: StorageMonitorParams,
	/// Whether an RPC server listens. Without one, RPC works in memory only.
	pub rpc_server: bool,
}

/// A running node. It stops when [`Node::tasks`] is dropped.
pub struct Node {
	/// Owns every task of the node; its future ends when one fails that the node cannot do without.
	pub tasks: TaskManager,
	/// Access to the chain.
	pub client: Arc<Client>,
	/// Connections to peers.
	pub network: Arc<dyn NetworkService>,
	/// In-memory RPC.
	pub rpc: RpcHandlers,
}

/// A chain that is opened, without a network.
pub struct Prepared {
	/// Client, database, keys and tasks.
	pub parts: Parts,
	/// The best chain.
	pub select_chain: SelectChain,
	/// Where transactions wait.
	pub pool: Arc<Pool>,
	/// What blocks pass on their way into the database.
	pub import: Import,
	/// Keeps a development chain going when the clock goes back.
	steady: Option<Steady>,
	telemetry: Option<Telemetry>,
}

/// Opens the chain.
///
/// # Errors
///
/// What the database and the runtime report.
pub fn prepare(config: &Configuration, seal: Seal) -> Result<Prepared, Error> {
	let telemetry = config
		.telemetry_endpoints
		.clone()
		.filter(|endpoints| !endpoints.is_empty())
		.map(|endpoints| {
			const BUFFERED_MESSAGES: usize = 16;
			let worker = TelemetryWorker::new(BUFFERED_MESSAGES)?;
			let telemetry = worker.handle().new_telemetry(endpoints);
			Ok::<_, sc_telemetry::Error>((worker, telemetry))
		})
		.transpose()
		.map_err(sc_service::Error::Telemetry)?;

	let parts = client::open(config, telemetry.as_ref().map(|(_, telemetry)| telemetry.handle()))?;
	let telemetry = telemetry.map(|(worker, telemetry)| {
		parts.tasks.spawn_handle().spawn("telemetry", None, worker.run());
		telemetry
	});

	let select_chain = SelectChain::new(parts.backend.clone());
	let pool = Arc::new(pool::open(config, &parts));
	let handle = telemetry.as_ref().map(Telemetry::handle);
	let steady = (config.chain_spec.chain_type() == ChainType::Development).then(|| Steady::new(parts.client.clone()));
	let import = import::build(config, &parts, &select_chain, &pool, seal, steady.clone(), handle)?;
	Ok(Prepared { parts, select_chain, pool, import, steady, telemetry })
}

/// Starts a node on the network backend that its configuration names. Must be called on a multi-threaded tokio runtime.
///
/// # Errors
///
/// [`Error::NotDevelopment`], [`Error::OtherSeal`], [`Error::NoValidatorKey`], [`Error::DiskFull`], and what the
/// libraries report.
pub fn start(config: Configuration, options: Options) -> Result<Node, Error> {
	match config.network.network_backend {
		NetworkBackendType::Libp2p => start_on::<sc_network::NetworkWorker<Block, Hash>>(config, options),
		NetworkBackendType::Litep2p => start_on::<sc_network::Litep2pNetworkBackend>(config, options),
	}
}

fn start_on<N: NetworkBackend<Block, Hash>>(config: Configuration, options: Options) -> Result<Node, Error> {
	if options.seal == Seal::Instant && config.chain_spec.chain_type() != ChainType::Development {
		return Err(Error::NotDevelopment(config.chain_spec.id().into()));
	}
	let Prepared { parts, select_chain, pool, import, steady, mut telemetry } = prepare(&config, options.seal)?;
	let Parts { client, backend, keystore, mut tasks } = parts;
	storage::watch(&tasks, backend.clone(), config.database.path().map(Path::to_path_buf), options.storage)?;

	let registry = config.prometheus_registry().cloned();
	let metrics = N::register_notification_metrics(registry.as_ref());
	let mut net_config = FullNetworkConfiguration::<Block, Hash, N>::new(&config.network, registry.clone());
	let genesis = client.info().genesis_hash;
	let finality = (options.seal == Seal::Slots)
		.then(|| network::add_finality(&mut net_config, &config, &client, genesis, &metrics));
	let authorities = import.grandpa.shared_authority_set().clone();
	let warp_proofs = Arc::new(sc_consensus_grandpa::warp_proof::NetworkProvider::new(
		backend.clone(),
		authorities.clone(),
		Vec::new(),
	));
	let (network, system_rpc_tx, tx_handler_controller, sync, _no_bitswap) =
		sc_service::build_network(BuildNetworkParams {
			config: &config,
			net_config,
			client: client.clone(),
			transaction_pool: pool.clone(),
			spawn_handle: tasks.spawn_handle(),
			spawn_essential_handle: tasks.spawn_essential_handle(),
			import_queue: import.queue,
			block_announce_validator_builder: None,
			warp_sync_config: Some(sc_service::WarpSyncConfig::WithProvider(warp_proofs)),
			block_relay: None,
			metrics,
			gap_sync_body_policy: None,
		})?;

	let settings = Settings::of(&config);
	let voter_state = SharedVoterState::empty();
	let deps = rpc::Deps {
		client: client.clone(),
		backend: backend.clone(),
		pool: pool.clone(),
		select_chain: select_chain.clone(),
		keystore: keystore.keystore(),
		babe: import.babe_worker,
		grandpa: rpc::Grandpa {
			voter_state: voter_state.clone(),
			authorities: authorities.clone(),
			justifications: import.grandpa.justification_stream(),
			proofs: FinalityProofProvider::new_for_service(backend.clone(), Some(authorities)),
		},
		beefy: import.beefy_rpc,
	};
	let params = SpawnTasksParams {
		config,
		client: client.clone(),
		backend: backend.clone(),
		task_manager: &mut tasks,
		keystore: keystore.keystore(),
		transaction_pool: pool.clone(),
		rpc_builder: Box::new(move |executor| rpc::create(&deps, executor)),
		network: network.clone(),
		system_rpc_tx,
		tx_handler_controller,
		sync_service: sync.clone(),
		telemetry: telemetry.as_mut(),
		tracing_execute_block: None,
	};
	let rpc = if options.rpc_server { sc_service::spawn_tasks(params)? } else { unserved::spawn_tasks(params)? };

	if let Some(registry) = &registry {
		metrics::start(&tasks, &client, sync.clone(), registry).map_err(sc_service::Error::Prometheus)?;
	}

	let telemetry = telemetry.as_ref().map(Telemetry::handle);
	let proposer =
		Proposer::new(tasks.spawn_handle(), client.clone(), pool.clone(), registry.as_ref(), telemetry.clone());
	let consensus = consensus::Consensus {
		tasks: &tasks,
		client: client.clone(),
		backend: backend.clone(),
		pool: pool.clone(),
		network: network.clone(),
		sync,
		keystore: keystore.keystore(),
		role: settings.role,
		registry: registry.clone(),
		telemetry,
	};
	if let Some(finality) = finality {
		client::keep_seal(&client, options.seal)?;
		let slot_duration = import.babe.config().slot_duration();
		if settings.role.is_authority() {
			let clock = clock::clock(slot_duration, steady);
			consensus.author(proposer, import.own, import.babe, select_chain, settings.force_authoring, clock)?;
		}
		let grandpa = settings.grandpa.then_some(consensus::Grandpa {
			link: import.grandpa,
			voter_state,
			node_name: settings.node_name.clone(),
			slot_duration,
		});
		consensus.finalize(finality, grandpa, import.beefy_voter)?;
		settings.discover_authorities(&tasks, &client, &network, keystore.keystore(), registry);
	} else {
		let task = instant_seal::InstantSeal {
			import: import.own,
			proposer,
			client: client.clone(),
			pool: pool.clone(),
			select_chain,
			babe: import.babe,
			keystore: keystore.keystore(),
		}
		.task()?;
		client::keep_seal(&client, options.seal)?;
		tasks.spawn_essential_handle().spawn_blocking("instant-seal", Some("block-authoring"), task);
	}

	settings.offchain(&tasks, &client, &backend, &pool, &network, keystore.keystore())?;
	Ok(Node { tasks, client, network, rpc })
}

/// What is still needed of the configuration after it went into the standard tasks.
struct Settings {
	role: sc_service::Role,
	node_name: String,
	grandpa: bool,
	force_authoring: bool,
	offchain_workers: bool,
	offchain_indexing: bool,
	publish_non_global_ips: bool,
	public_addresses: Vec<sc_network::Multiaddr>,
	network_folder: Option<std::path::PathBuf>,
}

impl Settings {
	fn of(config: &Configuration) -> Self {
		Self {
			role: config.role,
			node_name: config.network.node_name.clone(),
			grandpa: !config.disable_grandpa,
			force_authoring: config.force_authoring,
			offchain_workers: config.offchain_worker.enabled,
			offchain_indexing: config.offchain_worker.indexing_enabled,
			publish_non_global_ips: config.network.allow_non_globals_in_dht,
			public_addresses: config.network.public_addresses.clone(),
			network_folder: config.network.net_config_path.clone(),
		}
	}

	/// Finds the addresses of validators, and publishes those of this one.
	fn discover_authorities(
		&self,
		tasks: &TaskManager,
		client: &Arc<Client>,
		network: &Arc<dyn NetworkService>,
		keystore: KeystorePtr,
		registry: Option<substrate_prometheus_endpoint::Registry>,
	) {
		let role = if self.role.is_authority() {
			sc_authority_discovery::Role::PublishAndDiscover(keystore)
		} else {
			sc_authority_discovery::Role::Discover
		};
		let events = network.event_stream("authority-discovery").filter_map(|event| async move {
			match event {
				sc_network::Event::Dht(event) => Some(event),
				_ => None,
			}
		});
		let (worker, _service) = sc_authority_discovery::new_worker_and_service_with_config(
			sc_authority_discovery::WorkerConfig {
				publish_non_global_ips: self.publish_non_global_ips,
				public_addresses: self.public_addresses.clone(),
				persisted_cache_directory: self.network_folder.clone(),
				..Default::default()
			},
			client.clone(),
			Arc::new(network.clone()),
			Box::pin(events),
			role,
			registry,
			tasks.spawn_handle(),
		);
		tasks.spawn_handle().spawn("authority-discovery-worker", Some("networking"), worker.run());
	}

	/// Runs what the runtime does beside the chain: off-chain workers, and the MMR whose nodes it indexes.
	fn offchain(
		&self,
		tasks: &TaskManager,
		client: &Arc<Client>,
		backend: &Arc<Backend>,
		pool: &Arc<Pool>,
		network: &Arc<dyn NetworkService>,
		keystore: KeystorePtr,
	) -> Result<(), Error> {
		if self.offchain_indexing {
			tasks.spawn_essential_handle().spawn_blocking(
				"mmr-gadget",
				None,
				mmr_gadget::MmrGadget::start(
					client.clone(),
					backend.clone(),
					sp_mmr_primitives::INDEXING_PREFIX.to_vec(),
				),
			);
		}
		if self.offchain_workers {
			let workers = sc_offchain::OffchainWorkers::new(sc_offchain::OffchainWorkerOptions {
				runtime_api_provider: client.clone(),
				keystore: Some(keystore),
				offchain_db: backend.offchain_storage(),
				transaction_pool: Some(OffchainTransactionPoolFactory::new(pool.clone())),
				network_provider: Arc::new(network.clone()),
				is_validator: self.role.is_authority(),
				enable_http_requests: true,
				custom_extensions: |_| Vec::new(),
			})
			.map_err(sc_service::Error::Io)?;
			tasks.spawn_handle().spawn(
				"offchain-workers-runner",
				"offchain-worker",
				workers.run(client.clone(), tasks.spawn_handle()).boxed(),
			);
		}
		Ok(())
	}
}
