//! The standard tasks and RPC of a node whose RPC has no server.
//!
//! `sc_service::spawn_tasks` requires a listening server. An embedded node works without one, so that others cannot
//! reach it. Compared with it, the tasks that report to the outside are missing too
//! (server, metrics, telemetry, the informant's log lines).

use std::sync::Arc;

use jsonrpsee::RpcModule;
use rlc_primitives::Block;
use sc_client_api::{Backend as _, HeaderBackend};
use sc_rpc::{
	author::{Author, AuthorApiServer},
	chain::ChainApiServer,
	offchain::{Offchain, OffchainApiServer},
	state::{ChildStateApiServer, StateApiServer},
	system::{System, SystemApiServer, SystemInfo},
	DenyUnsafe, SubscriptionTaskExecutor,
};
use sc_rpc_spec_v2::{
	archive::{Archive, ArchiveApiServer},
	chain_head::{ChainHead, ChainHeadApiServer, ChainHeadConfig},
	chain_spec::{ChainSpec, ChainSpecApiServer},
	transaction::{Transaction, TransactionApiServer, TransactionBroadcast, TransactionBroadcastApiServer},
};
use sc_service::{Error, PruningMode, RpcHandlers, SpawnTasksParams};

use super::types::{Backend, Client, Pool};

type Params<'a> = SpawnTasksParams<'a, Block, Client, Pool, (), Backend>;

/// Spawns the tasks and returns the in-memory RPC.
///
/// # Errors
///
/// What the runtime and the RPC modules report.
pub fn spawn_tasks(params: Params<'_>) -> Result<RpcHandlers, Error> {
	sp_session::generate_initial_session_keys(
		params.client.clone(),
		params.client.info().best_hash,
		params.config.dev_key_seed.clone().into_iter().collect(),
		params.keystore.clone(),
	)
	.map_err(|error| Error::Application(Box::new(error)))?;

	let spawner = params.task_manager.spawn_handle();
	let mut module = standard_rpc(&params, Arc::new(spawner.clone()))?;
	merge(&mut module, (params.rpc_builder)(Arc::new(spawner.clone()))?)?;
	// Only the program itself can call it.
	module.extensions_mut().insert(DenyUnsafe::No);

	spawner.spawn(
		"txpool-notifications",
		Some("transaction-pool"),
		sc_transaction_pool::notification_future(
			params.client,
			params.transaction_pool.clone(),
			params.config.transaction_pool.use_all_block_notifications(),
		),
	);
	spawner.spawn(
		"on-transaction-imported",
		Some("transaction-pool"),
		sc_service::propagate_transaction_notifications(params.transaction_pool, params.tx_handler_controller, None),
	);
	Ok(RpcHandlers::new(Arc::new(module), Vec::new()))
}

/// Returns the namespaces that every node has.
fn standard_rpc(params: &Params<'_>, executor: SubscriptionTaskExecutor) -> Result<RpcModule<()>, Error> {
	/// Of the new transaction API.
	const TRANSACTIONS_PER_CONNECTION: usize = 16;

	let config = &params.config;
	let spec = &config.chain_spec;
	let genesis = params.client.info().genesis_hash;
	let client = || params.client.clone();
	let backend = || params.backend.clone();
	let pool = || params.transaction_pool.clone();
	let executor = || executor.clone();
	let mut module = RpcModule::new(());

	merge(&mut module, sc_rpc::chain::new_full(client(), executor()).into_rpc())?;
	let (state, child_state) = sc_rpc::state::new_full(client(), executor(), None);
	merge(&mut module, state.into_rpc())?;
	merge(&mut module, child_state.into_rpc())?;
	merge(&mut module, Author::new(client(), pool(), params.keystore.clone(), executor()).into_rpc())?;
	let info = SystemInfo {
		impl_name: config.impl_name.clone(),
		impl_version: config.impl_version.clone(),
		chain_name: spec.name().into(),
		properties: spec.properties(),
		chain_type: spec.chain_type(),
	};
	merge(&mut module, System::new(info, params.system_rpc_tx.clone()).into_rpc())?;
	if let Some(storage) = params.backend.offchain_storage() {
		merge(&mut module, Offchain::new(storage).into_rpc())?;
	}

	let head = ChainHead::new(client(), backend(), executor(), ChainHeadConfig::default());
	merge(&mut module, head.into_rpc())?;
	merge(&mut module, ChainSpec::new(spec.name().into(), genesis, spec.properties()).into_rpc())?;
	merge(&mut module, Transaction::new(client(), pool(), executor(), None).into_rpc())?;
	let broadcast = TransactionBroadcast::new(client(), pool(), executor(), TRANSACTIONS_PER_CONNECTION);
	merge(&mut module, broadcast.into_rpc())?;
	if config.state_pruning.as_ref().is_some_and(PruningMode::is_archive) && config.blocks_pruning.is_archive() {
		merge(&mut module, Archive::new(client(), backend(), genesis, executor()).into_rpc())?;
	}
	Ok(module)
}

fn merge<Context: Send + Sync + 'static>(module: &mut RpcModule<()>, part: RpcModule<Context>) -> Result<(), Error> {
	module.merge(part.remove_context()).map_err(|error| Error::Application(error.into()))
}
