//! A node, as everything else here sees it.

use std::{
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::Duration,
};

use codec::{Decode, Encode};
use futures::Stream;
use rlc_primitives::{BlockNumber, Hash, Moment};
use subxt_rpcs::{client::RpcClientT, RpcClient};

use crate::{
	events::BlockEvents,
	follow::{self, At},
	questions::{self, Item, Question},
	rpc::{bad_answer, decode_all, params, Rpc},
	runtime::{Runtime, METADATA_VERSION},
	Error,
};

/// How many runtimes are remembered: following the chain through an upgrade takes two.
const RUNTIMES: usize = 4;

/// A connection to a node of the chain. Clones share it.
#[derive(Clone)]
pub struct Chain {
	rpc: Rpc,
	shared: Arc<Shared>,
}

struct Shared {
	genesis: Hash,
	/// The runtimes that were met and that fit, the oldest first.
	runtimes: Mutex<Vec<Arc<Runtime>>>,
}

impl Chain {
	/// Connects to a node at an address such as `ws://127.0.0.1:9944`. A connection that is lost later is made again, as
	/// often as needed; questions meanwhile wait for it, up to 30 s.
	///
	/// # Errors
	///
	/// [`Error::Unreachable`] if nobody answers now; [`Error::Mismatch`] if this program does not fit the chain.
	pub async fn connect(url: &str) -> Result<Self, Error> {
		Self::checked(Rpc::connect(url).await?).await
	}

	/// Connects as [`connect`](Self::connect) does, to a node that may not know the chain yet, and so may answer with a
	/// runtime of the past. Whether this program fits the chain is for [`until_in_sync`](Self::until_in_sync) to say.
	///
	/// # Errors
	///
	/// [`Error::Unreachable`] if nobody answers now.
	pub async fn connect_early(url: &str) -> Result<Self, Error> {
		Self::of(Rpc::connect(url).await?).await
	}

	/// Talks to a node by any means, for example to one in this process.
	///
	/// # Errors
	///
	/// [`Error::Unreachable`] if it does not answer; [`Error::Mismatch`] if this program does not fit the chain.
	pub async fn over(rpc: impl RpcClientT) -> Result<Self, Error> {
		Self::checked(Rpc::over(RpcClient::new(rpc))).await
	}

	/// Returns the chain of a node, if this program fits it.
	async fn checked(rpc: Rpc) -> Result<Self, Error> {
		let chain = Self::of(rpc).await?;
		chain.runtime(None).await?;
		Ok(chain)
	}

	async fn of(rpc: Rpc) -> Result<Self, Error> {
		let genesis = rpc.block_hash(0).await?;
		let genesis = genesis.ok_or_else(|| bad_answer("chain_getBlockHash", "it has no first block"))?;
		Ok(Self { rpc, shared: Arc::new(Shared { genesis, runtimes: Mutex::default() }) })
	}

	/// Returns the same connection, on which a question waits for the node up to `patience` instead of 30 s.
	pub fn with_patience(self, patience: Duration) -> Self {
		Self { rpc: self.rpc.with_patience(patience), shared: self.shared }
	}

	/// Returns the hash of the chain's first block, which names the chain.
	pub fn genesis(&self) -> Hash {
		self.shared.genesis
	}

	/// Returns whether this is a live network, one where RLC are worth something, as the node's chain specification says. A
	/// node that does not tell is taken for one of such a network.
	///
	/// # Errors
	///
	/// [`Error::Unreachable`], as of every question.
	pub async fn is_live(&self) -> Result<bool, Error> {
		Ok(self.kind().await?.is_none_or(|kind| is_live(&kind)))
	}

	/// Returns whether this is a development chain, whose RLC everybody has, as the node's chain specification says. A local
	/// network, or one of a kind of somebody's own making, is not.
	///
	/// # Errors
	///
	/// [`Error::Unreachable`], as of every question.
	pub async fn is_development(&self) -> Result<bool, Error> {
		Ok(self.kind().await?.is_some_and(|kind| is_development(&kind)))
	}

	/// Returns what kind of chain this is, as the node's chain specification says; `None` if the node does not tell.
	async fn kind(&self) -> Result<Option<serde_json::Value>, Error> {
		match self.rpc.ask("system_chainType", params![]).await {
			Ok(kind) => Ok(Some(kind)),
			Err(Error::Rpc { .. }) => Ok(None),
			Err(error) => Err(error),
		}
	}

	/// Returns the best block's height and hash.
	///
	/// # Errors
	///
	/// [`Error::Unreachable`], as of every question; not repeated below.
	pub async fn best(&self) -> Result<(BlockNumber, Hash), Error> {
		let header = self.rpc.header(None).await?;
		Ok((header.number, header.hash()))
	}

	/// Returns the last final block's height and hash.
	///
	/// # Errors
	///
	/// Those of every question.
	pub async fn finalized(&self) -> Result<(BlockNumber, Hash), Error> {
		let hash = self.rpc.finalized_hash().await?;
		Ok((self.rpc.header(Some(hash)).await?.number, hash))
	}

	/// Returns the chain's time, in ms: that of the best block.
	///
	/// # Errors
	///
	/// Those of every question.
	pub async fn now(&self) -> Result<Moment, Error> {
		Ok(self.value(&questions::NOW).await?.unwrap_or_default())
	}

	/// Asks a method of a runtime API, for example `PocoApi_task`, at a block or at the best one. What this program does
	/// not use itself is not checked: the caller has to know what the method takes and answers.
	///
	/// # Errors
	///
	/// Those of every question; [`Error::BadAnswer`] if the answer is not an `R`.
	pub async fn call_api<R: Decode>(&self, method: &str, args: &impl Encode, at: Option<Hash>) -> Result<R, Error> {
		self.rpc.call(method, &args.encode(), at).await
	}

	/// Returns all that happens from now on, or since a block, block by block and each block once. See [`At`] for which
	/// blocks.
	///
	/// Blocks that appear while the connection is lost are delivered when it is back. An error does not end the stream:
	/// the next item is what comes after it. The stream has no end.
	pub fn follow(
		&self,
		from: Option<BlockNumber>,
		at: At,
	) -> impl Stream<Item = Result<BlockEvents, Error>> + Send + Unpin + 'static {
		follow::stream(self.clone(), from, at)
	}

	pub(crate) fn rpc(&self) -> &Rpc {
		&self.rpc
	}

	/// Returns the runtime of a block, or of the best one: the one that reads transactions after it, and what happens
	/// in the next block. Read and checked when it is met for the first time.
	pub(crate) async fn runtime(&self, at: Option<Hash>) -> Result<Arc<Runtime>, Error> {
		let version = self.rpc.version(at).await?;
		let known = self.runtimes().iter().find(|runtime| runtime.version == version).cloned();
		if let Some(known) = known {
			return Ok(known);
		}
		let method = "Metadata_metadata_at_version";
		let metadata: Option<Vec<u8>> = self.call_api(method, &METADATA_VERSION, at).await?;
		let metadata = metadata.ok_or_else(|| {
			let difference = format!("it does not describe itself in version {METADATA_VERSION}");
			Error::Mismatch { version: version.spec_version, difference }
		})?;
		let runtime = Arc::new(Runtime::new(version, &metadata)?);
		log::debug!("the chain's runtime has version {}", version.spec_version);
		let mut runtimes = self.runtimes();
		if runtimes.len() == RUNTIMES {
			runtimes.remove(0);
		}
		runtimes.push(runtime.clone());
		Ok(runtime)
	}

	fn runtimes(&self) -> MutexGuard<'_, Vec<Arc<Runtime>>> {
		// The list is never left half changed.
		self.shared.runtimes.lock().unwrap_or_else(PoisonError::into_inner)
	}

	/// Returns any runtime that fits: enough for storage keys, which the check ties to names.
	async fn any_runtime(&self) -> Result<Arc<Runtime>, Error> {
		let newest = self.runtimes().last().cloned();
		match newest {
			Some(runtime) => Ok(runtime),
			None => self.runtime(None).await,
		}
	}

	/// Asks at the best block.
	pub(crate) async fn question<Args: Encode, Answer: Decode>(
		&self,
		question: &Question<Args, Answer>,
		args: &Args,
	) -> Result<Answer, Error> {
		self.call_api(question.method, args, None).await
	}

	/// Returns a plain value at the best block.
	pub(crate) async fn value<Value: Decode>(&self, item: &Item<(), Value>) -> Result<Option<Value>, Error> {
		let key = self.any_runtime().await?.value_key(item);
		self.stored(item.name, &key).await
	}

	/// Returns a map's entry at the best block.
	pub(crate) async fn entry<Key: Encode, Value: Decode>(
		&self,
		item: &Item<(Key,), Value>,
		key: &Key,
	) -> Result<Option<Value>, Error> {
		let key = self.any_runtime().await?.entry_key(item, &[key.encode()]);
		self.stored(item.name, &key).await
	}

	/// Returns an entry of a map with two keys, at the best block.
	pub(crate) async fn entry_of_two<First: Encode, Second: Encode, Value: Decode>(
		&self,
		item: &Item<(First, Second), Value>,
		first: &First,
		second: &Second,
	) -> Result<Option<Value>, Error> {
		let key = self.any_runtime().await?.entry_key(item, &[first.encode(), second.encode()]);
		self.stored(item.name, &key).await
	}

	async fn stored<Value: Decode>(&self, name: &str, key: &[u8]) -> Result<Option<Value>, Error> {
		self.rpc.storage(key, None).await?.map(|bytes| decode_all(name, &bytes)).transpose()
	}

	/// Returns the bytes of some storage keys at a block.
	pub(crate) async fn bytes_at(&self, keys: &[&[u8]], at: Hash) -> Result<Vec<Option<Vec<u8>>>, Error> {
		self.rpc.storage_of(keys, at).await
	}
}

/// Returns whether a kind of chain is neither for development nor for tests on machines of one's own. A kind of somebody's
/// own making is an object that names it.
fn is_live(kind: &serde_json::Value) -> bool {
	*kind != "Development" && *kind != "Local" && !kind.is_object()
}

fn is_development(kind: &serde_json::Value) -> bool {
	*kind == "Development"
}

impl std::fmt::Debug for Chain {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		f.debug_struct("Chain").field("genesis", &self.shared.genesis).finish_non_exhaustive()
	}
}

#[cfg(test)]
pub(crate) mod tests {
	use super::*;
	use serde_json::json;

	/// Returns the chain of a node whose runtime need not describe itself.
	pub(crate) async fn undescribed(rpc: impl RpcClientT) -> Chain {
		let chain = Chain::of(Rpc::over(RpcClient::new(rpc))).await.unwrap();
		chain.runtimes().push(Arc::new(crate::runtime::tests::bare()));
		chain
	}

	fn kinds() -> [serde_json::Value; 5] {
		[json!("Live"), json!("Development"), json!("Local"), json!({ "Custom": "mine" }), json!("New")]
	}

	#[test]
	fn chain_is_live_unless_it_says_otherwise() {
		assert_eq!(kinds().map(|kind| is_live(&kind)), [true, false, false, false, true]);
	}

	#[test]
	fn chain_is_for_development_only_if_it_says_so() {
		assert_eq!(kinds().map(|kind| is_development(&kind)), [false, true, false, false, false]);
	}
}
