//! The genesis block, whose state the runtime's Wasm builds as the chain spec wants it.
//!
//! A chain spec can build that state itself, but it compiles the runtime for it and keeps nothing. The node's own executor
//! needs the runtime anyway, and has it compiled once for both.

use std::{borrow::Cow, sync::Arc};

use codec::{Decode, Encode};
use rlc_primitives::{Block, Hash};
use sc_client_api::{AuxStore, Backend as _, HeaderBackend};
use sc_service::{BuildGenesisBlock, ChainSpec, Configuration, GenesisBlockBuilder};
use serde::Deserialize;
use serde_json::Value;
use sp_core::{
	storage::{well_known_keys, Storage},
	traits::{CallContext, CodeExecutor, RuntimeCode, WrappedRuntimeCode},
};
use sp_runtime::traits::{BlakeTwo256, Block as _, Hash as _};
use sp_state_machine::BasicExternalities;

use super::types::{Backend, Executor};
use crate::Error;

/// Where the database says from which chain spec its genesis block was built.
const SPEC_KEY: &[u8] = b"rlc:spec";

/// What the database takes a block in with.
type Operation = <Backend as sc_client_api::Backend<Block>>::BlockImportOperation;

/// Builds the genesis block of a chain spec only if somebody asks for it: the runtime has to be compiled for that.
pub struct Genesis<'a> {
	config: &'a Configuration,
	/// The chain spec as JSON.
	spec: String,
	backend: Arc<Backend>,
	executor: Executor,
}

impl<'a> Genesis<'a> {
	/// Reads the chain spec.
	///
	/// # Errors
	///
	/// If it is not readable.
	pub fn new(config: &'a Configuration, backend: Arc<Backend>, executor: Executor) -> Result<Self, Error> {
		let spec = config.chain_spec.as_json(false).map_err(sp_blockchain::Error::Storage)?;
		Ok(Self { config, spec, backend, executor })
	}

	/// Returns what is noted in the database once it has this genesis block.
	pub fn note(&self) -> Note {
		Note(BlakeTwo256::hash(self.spec.as_bytes()))
	}

	/// Checks that the database is of this chain spec. The libraries take the database's word for its chain, and would go on
	/// with a foreign one.
	///
	/// # Errors
	///
	/// [`Error::OtherChain`], and what the database and the runtime report.
	pub fn check(&self) -> Result<(), Error> {
		let found = self.backend.blockchain().info().genesis_hash;
		if found == Hash::default() || self.note().is_in(&self.backend)? {
			return Ok(());
		}
		let (block, _never_committed) = self.build()?;
		let expected = block.hash();
		if found == expected {
			return Ok(());
		}
		let path = self.config.database.path();
		Err(Error::OtherChain {
			path: path.map_or_else(|| "memory".into(), |path| path.display().to_string()),
			chain: self.config.chain_spec.id().into(),
			found,
			expected,
		})
	}

	fn build(&self) -> sp_blockchain::Result<(Block, Operation)> {
		log::info!("Building the genesis block");
		let state = state(&*self.config.chain_spec, &self.spec, &self.executor);
		let state = state.map_err(sp_blockchain::Error::Storage)?;
		let builder = GenesisBlockBuilder::<Block, _, _>::new_with_storage(
			state,
			!self.config.no_genesis(),
			self.backend.clone(),
			self.executor.clone(),
		)?;
		builder.build_genesis_block()
	}
}

impl BuildGenesisBlock<Block> for Genesis<'_> {
	type BlockImportOperation = Operation;

	fn build_genesis_block(self) -> sp_blockchain::Result<(Block, Self::BlockImportOperation)> {
		self.build()
	}
}

/// A digest of the chain spec.
pub struct Note(Hash);

impl Note {
	/// Writes it into the database.
	///
	/// # Errors
	///
	/// What the database reports.
	pub fn write(&self, backend: &Backend) -> Result<(), Error> {
		Ok(AuxStore::insert_aux(backend, &[(SPEC_KEY, self.0.as_bytes())], &[])?)
	}

	fn is_in(&self, backend: &Backend) -> Result<bool, Error> {
		Ok(AuxStore::get_aux(backend, SPEC_KEY)?.is_some_and(|noted| noted == self.0.as_bytes()))
	}
}

/// What is read of a chain spec.
#[derive(Deserialize)]
struct Spec {
	genesis: Source,
}

/// Where the state comes from. A raw spec has no recipe for it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Source {
	runtime_genesis: Option<Recipe>,
}

/// A runtime, and either all of its genesis configuration or what differs from its default.
#[derive(Deserialize)]
struct Recipe {
	#[serde(deserialize_with = "sp_core::bytes::deserialize")]
	code: Vec<u8>,
	config: Option<Value>,
	patch: Option<Value>,
}

/// Returns the state at genesis, the same that the chain spec builds, whose JSON is given too.
fn state(spec: &dyn ChainSpec, json: &str, executor: &Executor) -> Result<Storage, String> {
	let Spec { genesis } = serde_json::from_str(json).map_err(|error| error.to_string())?;
	let Some(Recipe { code, config, patch }) = genesis.runtime_genesis else {
		return spec.as_storage_builder().build_storage();
	};
	let runtime = Runtime { code: &code, executor };
	let config = match (config, patch) {
		(Some(config), None) => config,
		(None, Some(patch)) => {
			let mut config = runtime.default_config()?;
			sc_chain_spec::json_merge(&mut config, patch);
			config
		}
		_ => return spec.as_storage_builder().build_storage(),
	};
	let mut state = runtime.state(&config)?;
	state.top.insert(well_known_keys::CODE.to_vec(), code);
	Ok(state)
}

/// A runtime that is asked for a genesis state, before there is a chain.
struct Runtime<'a> {
	code: &'a [u8],
	executor: &'a Executor,
}

impl Runtime<'_> {
	/// Returns the genesis configuration that patches apply to.
	fn default_config(&self) -> Result<Value, String> {
		let answer =
			self.call(&mut BasicExternalities::new_empty(), "GenesisBuilder_get_preset", &None::<String>.encode())?;
		let config = Option::<Vec<u8>>::decode(&mut &answer[..]).map_err(|error| error.to_string())?;
		let config = config.ok_or("the runtime has no default genesis configuration")?;
		serde_json::from_slice(&config).map_err(|error| error.to_string())
	}

	/// Returns the state of a genesis configuration, without the runtime's code.
	fn state(&self, config: &Value) -> Result<Storage, String> {
		let mut state = BasicExternalities::new_empty();
		let answer = self.call(&mut state, "GenesisBuilder_build_state", &config.to_string().encode())?;
		Result::<(), String>::decode(&mut &answer[..]).map_err(|error| error.to_string())??;
		Ok(state.into_storages())
	}

	fn call(&self, state: &mut BasicExternalities, method: &str, data: &[u8]) -> Result<Vec<u8>, String> {
		let code = WrappedRuntimeCode(Cow::Borrowed(self.code));
		// The client knows the runtime by this hash, too, so that it finds what was compiled here.
		let hash = BlakeTwo256::hash(self.code).encode();
		let code = RuntimeCode { code_fetcher: &code, heap_pages: None, hash };
		let (answer, _is_native) = self.executor.call(state, &code, method, data, CallContext::Offchain);
		answer.map_err(|error| format!("{method} failed: {error}"))
	}
}

#[cfg(test)]
mod tests {
	use std::sync::LazyLock;

	use super::*;
	use crate::chain_spec::{self, ChainSpec as Spec};
	use rlc_runtime::presets;
	use sp_runtime::BuildStorage;

	/// What all tests share, so that it compiles the runtime once.
	static EXECUTOR: LazyLock<Executor> = LazyLock::new(|| Executor::builder().build());

	fn code() -> &'static [u8] {
		rlc_runtime::WASM_BINARY.expect("the runtime is built")
	}

	/// Returns the state of a spec, which only a raw one builds itself.
	fn built(spec: &Spec) -> Result<Storage, String> {
		state(spec, &spec.as_json(false).expect("JSON"), &EXECUTOR)
	}

	fn is_same(one: &Storage, other: &Storage) -> bool {
		one.top == other.top && one.children_default == other.children_default
	}

	/// One test, since the spec's own builder compiles the runtime each time.
	#[test]
	fn state_is_that_of_the_spec_in_every_form() {
		let patched = chain_spec::load("dev").expect("a known chain");
		let expected = patched.build_storage().expect("a state");
		assert!(is_same(&built(&patched).expect("a state"), &expected), "a patch");

		let named = Spec::builder(code(), None).with_genesis_config_preset_name(presets::DEVELOPMENT).build();
		assert!(is_same(&built(&named).expect("a state"), &expected), "a preset");

		let mut config = Runtime { code: code(), executor: &EXECUTOR }.default_config().expect("a configuration");
		sc_chain_spec::json_merge(&mut config, presets::preset(presets::DEVELOPMENT).expect("a known preset"));
		let full = Spec::builder(code(), None).with_genesis_config(config).build();
		assert!(is_same(&built(&full).expect("a state"), &expected), "a full configuration");

		let mut raw = patched;
		raw.set_storage(expected.clone());
		assert!(is_same(&built(&raw).expect("a state"), &expected), "a raw spec");
	}

	#[test]
	fn runtime_says_what_is_wrong_with_a_configuration() {
		let patch = serde_json::json!({ "noSuchPallet": {} });
		let spec = Spec::builder(code(), None).with_genesis_config_patch(patch).build();
		assert!(built(&spec).is_err_and(|refused| refused.contains("noSuchPallet")));
	}
}
