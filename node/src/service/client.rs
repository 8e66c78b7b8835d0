//! Opens the database and makes the client that runs the chain's Wasm on it.

use std::sync::Arc;

use rlc_primitives::Block;
use rlc_runtime::RuntimeApi;
use sc_client_api::{AuxStore, HeaderBackend};
use sc_executor::{HeapAllocStrategy, DEFAULT_HEAP_ALLOC_STRATEGY};
use sc_service::{config::ExecutorConfiguration, Configuration, KeystoreContainer, TaskManager};
use sc_telemetry::TelemetryHandle;

use super::{
	compiled,
	genesis::Genesis,
	types::{Backend, Client, Executor},
};
use crate::Error;

/// Where the database says how its blocks are made.
const SEAL_KEY: &[u8] = b"rlc:seal";

/// What a node consists of before it has a network.
pub struct Parts {
	/// Access to the chain.
	pub client: Arc<Client>,
	/// The database.
	pub backend: Arc<Backend>,
	/// The node's keys.
	pub keystore: KeystoreContainer,
	/// Owns every task of the node.
	pub tasks: TaskManager,
}

/// How blocks of a chain are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seal {
	/// By validators, each in its slots.
	Slots,
	/// By this node alone, as soon as there is a transaction.
	Instant,
}

impl Seal {
	fn describe(self) -> &'static str {
		match self {
			Self::Slots => "with slots",
			Self::Instant => "with instant seal",
		}
	}
}

/// Opens the database, writing the genesis block into an empty one.
///
/// # Errors
///
/// [`Error::OtherChain`] if the database has another genesis block than the chain spec, and whatever the database, the
/// keystore and the runtime report.
pub fn open(config: &Configuration, telemetry: Option<TelemetryHandle>) -> Result<Parts, Error> {
	let executor = executor(config);
	let backend = sc_service::new_db_backend::<Block>(config.db_config())?;
	let genesis = Genesis::new(config, backend.clone(), executor.clone())?;
	genesis.check()?;
	let note = genesis.note();

	let (client, backend, keystore, tasks) = sc_service::new_full_parts_with_genesis_builder::<Block, RuntimeApi, _, _>(
		config, telemetry, executor, backend, genesis, false,
	)?;
	note.write(&backend)?;
	Ok(Parts { client: Arc::new(client), backend, keystore, tasks })
}

/// Returns what runs the chain's runtime.
fn executor(config: &Configuration) -> Executor {
	let ExecutorConfiguration { wasm_method, max_runtime_instances, default_heap_pages, runtime_cache_size } =
		config.executor;
	let heap = default_heap_pages.map_or(DEFAULT_HEAP_ALLOC_STRATEGY, |pages| HeapAllocStrategy::Static {
		// No runtime has that many.
		extra_pages: u32::try_from(pages).unwrap_or(u32::MAX),
	});
	let executor = Executor::builder()
		.with_execution_method(wasm_method)
		.with_onchain_heap_alloc_strategy(heap)
		.with_offchain_heap_alloc_strategy(heap)
		.with_max_runtime_instances(max_runtime_instances)
		.with_runtime_cache_size(runtime_cache_size);
	match compiled::directory(config) {
		Some(directory) => executor.with_cache_path(directory).build(),
		None => executor.build(),
	}
}

/// Notes in the database how its blocks are made, or checks it against what was noted.
///
/// Instant seal leaves GRANDPA and BEEFY out, so its blocks have no votes on which these could go on.
///
/// # Errors
///
/// [`Error::OtherSeal`], and what the database reports.
pub fn keep_seal(client: &Client, seal: Seal) -> Result<(), Error> {
	let noted = AuxStore::get_aux(client, SEAL_KEY)?;
	let begun = match noted.as_deref() {
		Some(text) if text == Seal::Instant.describe().as_bytes() => Seal::Instant,
		Some(_) => Seal::Slots,
		// Blocks without a note were imported by a subcommand, and come from a chain with slots.
		None if client.info().best_number > 0 => Seal::Slots,
		None => {
			AuxStore::insert_aux(client, &[(SEAL_KEY, seal.describe().as_bytes())], &[])?;
			seal
		}
	};
	if begun == seal {
		Ok(())
	} else {
		Err(Error::OtherSeal { begun: begun.describe() })
	}
}
