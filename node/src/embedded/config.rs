//! From an embedded node's description to the configuration of its parts.

use std::{net::SocketAddr, path::PathBuf};

use sc_network::config::{NetworkConfiguration, NodeKeyConfig, Secret, TransportConfig};
use sc_service::{
	config::{
		BasePath, ExecutorConfiguration, KeystoreConfig, OffchainWorkerConfig, RpcBatchRequestConfig, RpcConfiguration,
		RpcEndpoint, RpcMethods,
	},
	BlocksPruning, ChainSpec as _, ChainType, Configuration, DatabaseSource, PruningMode, Role, TransactionPoolOptions,
};
use sc_storage_monitor::StorageMonitorParams;
use sc_transaction_pool::TransactionPoolType;

use super::builder::{Keys, NodeBuilder};
use crate::{
	chain_spec::ChainSpec,
	defaults::{CALLS_PER_MINUTE, IMPL_NAME, IMPL_VERSION, MAX_BATCH, UNLIMITED},
	service::{Options, Seal},
};

/// Bytes of state that are kept in memory.
const TRIE_CACHE: usize = 64 * 1024 * 1024;
/// MiB of disk that must stay free.
const FREE_DISK: u64 = 256;
/// Seconds between looks at the free disk.
const DISK_PERIOD: u32 = 5;

impl NodeBuilder {
	/// Returns the configuration of the service. Limits are the defaults of the program `rlc-node`.
	pub(super) fn into_service(
		self,
		spec: ChainSpec,
		base_path: PathBuf,
		tokio_handle: tokio::runtime::Handle,
	) -> (Configuration, Options) {
		let options = Options {
			seal: self.seal,
			storage: StorageMonitorParams { threshold: FREE_DISK, polling_period: DISK_PERIOD },
			rpc_server: self.rpc.is_some(),
		};
		let data_path = base_path.join("chains").join(spec.id());
		let development = matches!(spec.chain_type(), ChainType::Development);
		let validator = !matches!(self.keys, Keys::None);
		let config = Configuration {
			impl_name: IMPL_NAME.into(),
			impl_version: IMPL_VERSION.into(),
			role: if validator { Role::Authority } else { Role::Full },
			tokio_handle,
			transaction_pool: pool(self.seal, development),
			network: self.network(&spec, data_path.join("network")),
			keystore: match &self.keys {
				Keys::Folder(path) => KeystoreConfig::Path { path: path.clone(), password: None },
				Keys::None | Keys::Seed(_) => KeystoreConfig::InMemory,
			},
			database: DatabaseSource::ParityDb { path: data_path.join("paritydb").join("full") },
			trie_cache_maximum_size: Some(TRIE_CACHE),
			warm_up_trie_cache: None,
			state_pruning: self.archive.then_some(PruningMode::ArchiveAll),
			blocks_pruning: if self.archive { BlocksPruning::KeepAll } else { BlocksPruning::KeepFinalized },
			executor: ExecutorConfiguration::default(),
			wasm_runtime_overrides: None,
			rpc: rpc(self.rpc),
			prometheus_config: None,
			telemetry_endpoints: None,
			offchain_worker: OffchainWorkerConfig { enabled: true, indexing_enabled: true },
			// The only validator of a development chain does not wait for peers.
			force_authoring: development,
			disable_grandpa: false,
			dev_key_seed: match self.keys {
				Keys::Seed(seed) => Some(seed),
				Keys::None | Keys::Folder(_) => None,
			},
			tracing_targets: None,
			tracing_receiver: Default::default(),
			announce_block: true,
			data_path,
			base_path: BasePath::new(base_path),
			chain_spec: Box::new(spec),
		};
		(config, options)
	}

	fn network(&self, spec: &ChainSpec, folder: PathBuf) -> NetworkConfiguration {
		let live = matches!(spec.chain_type(), ChainType::Live);
		let mut config = NetworkConfiguration::new(
			self.name.clone(),
			format!("{}/v{}", IMPL_NAME, IMPL_VERSION),
			NodeKeyConfig::Ed25519(Secret::File(folder.join("secret_ed25519"))),
			Some(folder),
		);
		config.listen_addresses = self.p2p.clone();
		config.boot_nodes = spec.boot_nodes().iter().chain(&self.bootnodes).cloned().collect();
		config.default_peers_set.reserved_nodes = self.reserved.clone();
		config.default_peers_set.non_reserved_mode = self.non_reserved_mode();
		config.transport = TransportConfig::Normal { enable_mdns: false, allow_private_ip: !live };
		config.allow_non_globals_in_dht = !live;
		config.network_backend = self.backend;
		config
	}
}

fn pool(seal: Seal, development: bool) -> TransactionPoolOptions {
	const TRANSACTIONS: usize = 8192;
	const BYTES: usize = 20 * 1024 * 1024;
	let kind = match seal {
		Seal::Slots => TransactionPoolType::ForkAware,
		Seal::Instant => TransactionPoolType::SingleState,
	};
	TransactionPoolOptions::new_with_params(TRANSACTIONS, BYTES, None, kind, development, false)
}

fn rpc(address: Option<SocketAddr>) -> RpcConfiguration {
	let batch_config = RpcBatchRequestConfig::Limit(MAX_BATCH);
	// Web pages of this machine.
	let cors = Some(
		["http://localhost:*", "http://127.0.0.1:*", "https://localhost:*", "https://127.0.0.1:*"]
			.map(String::from)
			.to_vec(),
	);
	let unlimited: Vec<_> = UNLIMITED.into_iter().filter_map(|network| network.parse().ok()).collect();
	let endpoint = |listen_addr| RpcEndpoint {
		listen_addr,
		batch_config,
		max_connections: sc_cli::RPC_DEFAULT_MAX_CONNECTIONS,
		max_payload_in_mb: sc_cli::RPC_DEFAULT_MAX_REQUEST_SIZE_MB,
		max_payload_out_mb: sc_cli::RPC_DEFAULT_MAX_RESPONSE_SIZE_MB,
		max_subscriptions_per_connection: sc_cli::RPC_DEFAULT_MAX_SUBS_PER_CONN,
		max_buffer_capacity_per_connection: sc_cli::RPC_DEFAULT_MESSAGE_CAPACITY_PER_CONN,
		rate_limit: Some(CALLS_PER_MINUTE),
		rate_limit_trust_proxy_headers: false,
		rate_limit_whitelisted_ips: unlimited.clone(),
		cors: cors.clone(),
		rpc_methods: sc_service::config::RpcMethods::Auto,
		is_optional: false,
		retry_random_port: false,
	};
	RpcConfiguration {
		addr: Some(address.map(endpoint).into_iter().collect()),
		max_connections: sc_cli::RPC_DEFAULT_MAX_CONNECTIONS,
		cors: cors.clone(),
		methods: RpcMethods::Auto,
		max_request_size: sc_cli::RPC_DEFAULT_MAX_REQUEST_SIZE_MB,
		max_response_size: sc_cli::RPC_DEFAULT_MAX_RESPONSE_SIZE_MB,
		id_provider: None,
		max_subs_per_conn: sc_cli::RPC_DEFAULT_MAX_SUBS_PER_CONN,
		port: sc_cli::RPC_DEFAULT_PORT,
		message_buffer_capacity: sc_cli::RPC_DEFAULT_MESSAGE_CAPACITY_PER_CONN,
		batch_config,
		rate_limit: Some(CALLS_PER_MINUTE),
		rate_limit_whitelisted_ips: unlimited,
		rate_limit_trust_proxy_headers: false,
		request_logger_limit: 1024,
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::cli::Cli;

	#[test]
	fn strangers_ask_an_embedded_node_as_little_as_the_program() {
		let program = Cli::read(["rlc-node", "--dev"]).expect("good arguments").run.rpc_params;
		let config = rpc(Some(([0, 0, 0, 0], 9944).into()));
		let [endpoint] = config.addr.as_deref().expect("it serves") else { panic!("one address, one endpoint") };
		let limits = [
			(endpoint.rate_limit, &endpoint.rate_limit_whitelisted_ips),
			(config.rate_limit, &config.rate_limit_whitelisted_ips),
		];
		for limit in limits {
			assert_eq!(limit, (program.rpc_rate_limit, &program.rpc_rate_limit_whitelisted_ips));
		}
		assert!(program.rpc_rate_limit.is_some());
	}
}
