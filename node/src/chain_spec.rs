//! Which chain a node is of: a known name, or a file.
//!
//! Genesis states come from the presets of `rlc-runtime`. The state itself is always built by the runtime's Wasm, so a
//! plain and a raw spec of the same chain have the same genesis block.

use std::path::Path;

use rlc_runtime::presets;
use sc_service::{ChainType, Properties};

use crate::Error;

/// The specification of an RLC chain.
pub type ChainSpec = sc_service::GenericChainSpec;

/// Decimals of RLC: amounts are given in nRLC, 10^-9 RLC.
const DECIMALS: u32 = 9;
/// Prefix of addresses (SS58). 42 is the one for networks without a registered prefix.
const SS58_PREFIX: u32 = 42;

/// A chain that the node knows by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
	/// One developer's chain, one validator.
	Dev,
	/// A network of four validators on one machine.
	Local,
	/// A live network with an RLC of its own.
	Testnet,
	/// A live network beside Ethereum.
	Mainnet,
}

impl Known {
	/// Returns the chain of that name.
	pub fn from_name(name: &str) -> Option<Self> {
		Some(match name {
			"dev" => Self::Dev,
			"local" => Self::Local,
			"testnet" => Self::Testnet,
			"mainnet" => Self::Mainnet,
			_ => return None,
		})
	}

	/// Returns its name on the command line.
	pub fn name(self) -> &'static str {
		match self {
			Self::Dev => "dev",
			Self::Local => "local",
			Self::Testnet => "testnet",
			Self::Mainnet => "mainnet",
		}
	}

	/// Returns its id, which names its folder, its network protocol and the label on its metrics.
	fn id(self) -> &'static str {
		match self {
			Self::Dev => "rlc_dev",
			Self::Local => "rlc_local",
			Self::Testnet => "rlc_testnet",
			Self::Mainnet => "rlc_mainnet",
		}
	}

	/// Returns its title for people.
	fn title(self) -> &'static str {
		match self {
			Self::Dev => "RLC Development",
			Self::Local => "RLC Local",
			Self::Testnet => "RLC Testnet",
			Self::Mainnet => "RLC",
		}
	}

	/// Returns the preset that its genesis state is made from.
	fn preset(self) -> &'static str {
		match self {
			Self::Dev => presets::DEVELOPMENT,
			Self::Local => presets::LOCAL,
			Self::Testnet => presets::SOVEREIGN,
			Self::Mainnet => presets::BRIDGED,
		}
	}

	fn chain_type(self) -> ChainType {
		match self {
			Self::Dev => ChainType::Development,
			Self::Local => ChainType::Local,
			Self::Testnet | Self::Mainnet => ChainType::Live,
		}
	}

	/// Returns whether it needs founders: live chains belong to them, the others have well-known validators.
	fn needs_founders(self) -> bool {
		matches!(self, Self::Testnet | Self::Mainnet)
	}
}

/// Loads a chain by name or from a file.
///
/// # Errors
///
/// [`Error::UnknownChain`], [`Error::BadSpec`], [`Error::NoWasm`], and [`Error::FoundersNeeded`] for live chains: those
/// are loaded from a file that [`found`] made.
pub fn load(name: &str) -> Result<ChainSpec, Error> {
	match Known::from_name(name) {
		Some(chain) if chain.needs_founders() => Err(Error::FoundersNeeded(chain.name())),
		_ => load_unfounded(name),
	}
}

/// Loads a chain by name or from a file, a live chain without its founders: good for the chain's name and id, but no
/// such chain can make a block.
///
/// # Errors
///
/// [`Error::UnknownChain`], [`Error::BadSpec`], [`Error::NoWasm`].
pub fn load_unfounded(name: &str) -> Result<ChainSpec, Error> {
	match Known::from_name(name) {
		Some(chain) => {
			let patch = presets::preset(chain.preset()).ok_or_else(|| Error::UnknownChain(name.into()))?;
			spec(chain, patch)
		}
		None => from_file(name),
	}
}

/// Makes the spec of a live chain with its first validators, which a JSON file lists.
///
/// The file is an array of objects with `account`, `babe`, `grandpa`, `authority_discovery` and `beefy`: addresses (SS58)
/// of the founder's account and of each session key.
///
/// # Errors
///
/// [`Error::BadFounders`], [`Error::UnknownChain`], [`Error::NoWasm`].
pub fn found(name: &str, founders: &Path) -> Result<ChainSpec, Error> {
	let bad = |reason: String| Error::BadFounders { path: founders.into(), reason };
	let chain = Known::from_name(name).ok_or_else(|| Error::UnknownChain(name.into()))?;
	if !chain.needs_founders() {
		return Err(bad(format!("the chain `{name}` has its validators already")));
	}
	let file = std::fs::read(founders).map_err(|error| bad(error.to_string()))?;
	let list: Vec<presets::Founder> = serde_json::from_slice(&file).map_err(|error| bad(error.to_string()))?;
	let patch = presets::founded(chain.preset(), &list).map_err(bad)?;
	spec(chain, patch)
}

fn spec(chain: Known, genesis_patch: serde_json::Value) -> Result<ChainSpec, Error> {
	let code = rlc_runtime::WASM_BINARY.ok_or(Error::NoWasm)?;
	Ok(ChainSpec::builder(code, None)
		.with_name(chain.title())
		.with_id(chain.id())
		.with_chain_type(chain.chain_type())
		.with_protocol_id(chain.id())
		.with_properties(properties())
		.with_genesis_config_patch(genesis_patch)
		.build())
}

fn from_file(name: &str) -> Result<ChainSpec, Error> {
	let path = Path::new(name);
	if !path.exists() {
		return Err(Error::UnknownChain(name.into()));
	}
	// The library maps the file into memory, which fails strangely on a folder.
	if !path.is_file() {
		return Err(Error::BadSpec { path: path.into(), reason: "it is not a file".into() });
	}
	ChainSpec::from_json_file(path.into()).map_err(|reason| Error::BadSpec { path: path.into(), reason })
}

fn properties() -> Properties {
	[
		("tokenSymbol".to_string(), "RLC".into()),
		("tokenDecimals".to_string(), DECIMALS.into()),
		("ss58Format".to_string(), SS58_PREFIX.into()),
	]
	.into_iter()
	.collect()
}

#[cfg(test)]
mod tests {
	use super::*;
	use sc_service::ChainSpec as _;

	#[test]
	fn known_chains_keep_their_names() {
		for chain in [Known::Dev, Known::Local, Known::Testnet, Known::Mainnet] {
			assert_eq!(Known::from_name(chain.name()), Some(chain));
		}
	}

	#[test]
	fn dev_and_local_load_with_their_properties() {
		for (name, kind) in [("dev", ChainType::Development), ("local", ChainType::Local)] {
			let spec = load(name).expect("known chains load");
			assert_eq!(spec.chain_type(), kind);
			assert_eq!(spec.properties().get("tokenDecimals"), Some(&9.into()));
			assert_eq!(spec.properties().get("tokenSymbol"), Some(&"RLC".into()));
		}
	}

	#[test]
	fn live_chains_ask_for_founders() {
		for name in ["testnet", "mainnet"] {
			assert!(matches!(load(name), Err(Error::FoundersNeeded(needy)) if needy == name));
		}
	}

	#[test]
	fn unknown_chain_is_refused() {
		assert!(matches!(load("no-such-chain"), Err(Error::UnknownChain(_))));
	}

	#[test]
	fn folder_is_not_a_spec() {
		assert!(matches!(load("/"), Err(Error::BadSpec { .. })));
	}
}
