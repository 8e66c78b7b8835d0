//! Everything that can go wrong in a node, and how it is told in one line.

use std::{io, net::SocketAddr, path::PathBuf};

use rlc_primitives::Hash;

/// Why a node did not start, stopped, or did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
	/// The chain is neither a known name nor a file. Give `dev`, `local`, or the path of a chain spec.
	#[error("unknown chain `{0}`: give dev, local, testnet, mainnet or the path of a chain spec")]
	UnknownChain(String),
	/// No chain was named.
	#[error("no chain is named: give --dev, or --chain dev|local|testnet|mainnet|FILE")]
	NoChain,
	/// A chain spec could not be read or understood.
	#[error("the chain spec {path} is not usable: {reason}")]
	BadSpec {
		/// The file.
		path: PathBuf,
		/// What is wrong with it.
		reason: String,
	},
	/// A live chain was named, but its first validators are unknown.
	#[error(
		"`{0}` has no validators until its founders are named: write a spec with \
		 `rlc-node build-spec --chain {0} --founders FILE --raw --output spec.json` and give `--chain spec.json`"
	)]
	FoundersNeeded(&'static str),
	/// The founders' file could not be read or its founders cannot start a chain.
	#[error("the founders in {path} are not usable: {reason}")]
	BadFounders {
		/// The file.
		path: PathBuf,
		/// What is wrong with it.
		reason: String,
	},
	/// The node was built without the runtime's Wasm, so it can only run chains given as a spec file.
	#[error("this node was built without a Wasm runtime (SKIP_WASM_BUILD): give the path of a raw chain spec")]
	NoWasm,
	/// A worker cannot run beside the node.
	#[error("no worker can run beside this node: {reason}")]
	BadWorker {
		/// What is wrong.
		reason: String,
	},
	/// An address to listen on is in use or not ours.
	#[error("cannot listen on {address} for {purpose}: {source} (choose another with {flag})")]
	CannotListen {
		/// What it is for: RPC, peers or metrics.
		purpose: &'static str,
		/// Where.
		address: SocketAddr,
		/// How another one is chosen on the command line.
		flag: &'static str,
		/// What the operating system says.
		source: io::Error,
	},
	/// A folder that the node must write to cannot be written.
	#[error("cannot write to {path}: {source}")]
	NotWritable {
		/// The folder.
		path: PathBuf,
		/// What the operating system says.
		source: io::Error,
	},
	/// The disk of the database is nearly full.
	#[error("not enough disk space for {path}: {source} (see --db-storage-threshold)")]
	DiskFull {
		/// The database.
		path: PathBuf,
		/// How much is missing.
		source: sc_storage_monitor::Error,
	},
	/// The database belongs to a chain with another genesis block.
	#[error(
		"the database in {path} is of another chain: its genesis block is {found:?}, that of `{chain}` is {expected:?} \
		 (choose another --base-path, or remove it with `rlc-node purge-chain`)"
	)]
	OtherChain {
		/// The database.
		path: String,
		/// Id of the chain that was asked for.
		chain: String,
		/// Genesis hash in the database.
		found: Hash,
		/// Genesis hash of the chain that was asked for.
		expected: Hash,
	},
	/// The database was begun with the other way of making blocks.
	#[error("the database was begun {begun}: a chain cannot change between instant seal and slots")]
	OtherSeal {
		/// How the database was begun.
		begun: &'static str,
	},
	/// Instant seal was asked for on a chain that is not for development.
	#[error("instant seal works on development chains only, and `{0}` is not one")]
	NotDevelopment(String),
	/// Instant seal was asked for, but the node has no key of a validator.
	#[error("instant seal needs the key of a validator of the chain: give --alice, or --dev without another key")]
	NoValidatorKey,
	/// A seed is not a secret URI such as `//Alice` from which each kind of session key can be derived.
	#[error("the seed is not usable for {kind} keys: give a secret URI such as //Alice")]
	BadSeed {
		/// Kind of key that could not be derived.
		kind: &'static str,
	},
	/// What was to be inspected is not a key. It is not repeated here: it may be a secret with a typing mistake.
	#[error("this is neither a secret URI nor an address of that scheme")]
	BadUri,
	/// The threads of an embedded node could not be started, or its start did not come to an end.
	#[error("the node's threads failed: {0}")]
	Threads(String),
	/// A part that the node cannot do without ended. The log says which.
	#[error("the node stopped: {0}")]
	Stopped(String),
	/// The node was stopped, but someone still holds its client, and with it the database.
	#[error("the node stopped, but its database is still in use: drop what `client()` returned before `stop()`")]
	DatabaseInUse,
	/// A call through the in-memory RPC failed.
	#[error("the RPC call {method} failed")]
	Rpc {
		/// The method.
		method: String,
		/// The answer.
		source: jsonrpsee::MethodsError,
	},
	/// An error of the node's libraries.
	#[error(transparent)]
	Service(#[from] sc_service::Error),
	/// An error of the command line's libraries.
	#[error(transparent)]
	Cli(#[from] sc_cli::Error),
}

impl From<sp_blockchain::Error> for Error {
	fn from(error: sp_blockchain::Error) -> Self {
		Self::Service(error.into())
	}
}

impl Error {
	/// Returns the error and its causes as one line of text.
	pub fn one_line(&self) -> String {
		// The library's text for this is ten lines long.
		if let Self::Cli(sc_cli::Error::NetworkKeyNotFound(path)) = self {
			return format!(
				"a validator needs a permanent network key, and {} has none: make one with `rlc-node key \
				 generate-node-key --chain CHAIN --base-path PATH`, or give --node-key-file FILE",
				path.display()
			);
		}
		rlc_service::one_line(self)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn causes_are_told_once_each() {
		let source = io::Error::other("no such device\nand more");
		let error = Error::NotWritable { path: "/data".into(), source };
		assert_eq!(error.one_line(), "cannot write to /data: no such device");
	}

	#[test]
	fn missing_network_key_is_one_line() {
		let error = Error::Cli(sc_cli::Error::NetworkKeyNotFound("/data/key".into()));
		assert!(!error.one_line().contains('\n'));
		assert!(error.one_line().contains("/data/key"));
	}
}
