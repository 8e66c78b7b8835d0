//! The line to a node: JSON-RPC with patience.

mod presence;

use std::{fmt::Display, time::Duration};

use codec::Decode;
use rlc_primitives::{BlockNumber, Hash, Header, Nonce};
use serde::{de::DeserializeOwned, Deserialize, Deserializer};
use serde_json::value::RawValue;
use subxt_rpcs::{
	client::{reconnecting_rpc_client as reconnecting, RpcParams, RpcSubscription},
	RpcClient,
};
use tokio::time::{sleep, timeout, Instant};

use crate::Error;
use presence::Presence;

/// How long a question is asked again while the node does not answer, unless told otherwise.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// The shortest and the longest time between attempts to connect.
const BACKOFF: (u64, Duration) = (100, Duration::from_secs(5));
/// How long the first connection may take.
const CONNECTING: Duration = Duration::from_secs(10);
/// What comes before an attempt that follows one which failed.
const PAUSE: Duration = Duration::from_millis(200);
/// What the libraries write before an error that they pass on.
const PREAMBLES: [&str; 3] = ["RPC error: ", "client error: ", "Client error: "];
/// The largest message, in bytes: a runtime upgrade's block, or a store of events.
const MAX_MESSAGE: u32 = 64 * 1024 * 1024;

/// A node that can be asked.
#[derive(Clone)]
pub(crate) struct Rpc {
	client: RpcClient,
	node: String,
	patience: Duration,
	presence: Presence,
}

/// Builds the parameters of a question. What is passed always has a form in JSON.
macro_rules! params {
	($($param:expr),*) => { subxt_rpcs::rpc_params![$($param),*] };
}
pub(crate) use params;

/// What became of one attempt.
enum Attempt {
	/// Another one may succeed.
	NoAnswer(String),
	/// Another one will not.
	Failed(Error),
}

impl Rpc {
	/// Connects to a node at a WebSocket address, at once or not at all; from then on, it reconnects by itself.
	pub(crate) async fn connect(url: &str) -> Result<Self, Error> {
		if !(url.starts_with("ws://") || url.starts_with("wss://")) {
			return Err(Error::BadAddress(url.into()));
		}
		let node = public(url);
		let unreachable = |cause: String| Error::Unreachable { node: node.clone(), cause };
		// The reconnecting client never gives up, so somebody else has to find out whether anyone is there.
		let first = timeout(CONNECTING, RpcClient::from_insecure_url(url)).await;
		first.map_err(|_| unreachable("it is too slow".into()))?.map_err(|error| unreachable(words(&error)))?;
		let client = reconnecting::RpcClient::builder()
			.retry_policy(reconnecting::ExponentialBackoff::from_millis(BACKOFF.0).max_delay(BACKOFF.1))
			.max_request_size(MAX_MESSAGE)
			.max_response_size(MAX_MESSAGE)
			.build(url);
		let client = timeout(CONNECTING, client)
			.await
			.map_err(|_| unreachable("it is too slow".into()))?
			.map_err(|error| unreachable(words(&error)))?;
		Ok(Self { client: RpcClient::new(client), node, patience: PATIENCE, presence: Presence::default() })
	}

	/// Asks a node in this process.
	pub(crate) fn over(client: RpcClient) -> Self {
		Self { client, node: "this process".into(), patience: PATIENCE, presence: Presence::default() }
	}

	/// Returns the same node, asked with another patience.
	pub(crate) fn with_patience(self, patience: Duration) -> Self {
		Self { patience, ..self }
	}

	/// Logs that the node is away, once until it is back.
	pub(crate) fn note_away(&self, why: &dyn Display) {
		if self.presence.note(true) {
			log::warn!("the node at {} is away ({}); trying again", self.node, words(why));
		}
	}

	/// Logs that the node is back, if it was away.
	pub(crate) fn note_back(&self, best: BlockNumber) {
		if self.presence.note(false) {
			// At the level of what it ends: whoever saw that sees this.
			log::warn!("the node at {} is back, at block {best}", self.node);
		}
	}

	/// Asks until the node answers or the patience ends.
	pub(crate) async fn ask<T: DeserializeOwned>(&self, method: &str, params: RpcParams) -> Result<T, Error> {
		let params = params.build();
		let answer = self
			.persist(|| async {
				self.client.request_raw(method, params.clone()).await.map_err(|error| attempt(method, error))
			})
			.await?;
		parse(method, &answer)
	}

	/// Subscribes, when the node answers.
	pub(crate) async fn follow<T: DeserializeOwned>(
		&self,
		method: &str,
		params: RpcParams,
		end: &str,
	) -> Result<RpcSubscription<T>, Error> {
		let params = params.build();
		self.persist(|| async {
			let raw = self.client.subscribe_raw(method, params.clone(), end).await;
			raw.map(RpcSubscription::new).map_err(|error| attempt(method, error))
		})
		.await
	}

	/// Subscribes once: for what must not be asked twice without looking.
	pub(crate) async fn follow_once<T: DeserializeOwned>(
		&self,
		method: &str,
		params: RpcParams,
		end: &str,
	) -> Result<RpcSubscription<T>, Error> {
		let raw = timeout(self.patience, self.client.subscribe_raw(method, params.build(), end)).await;
		let raw = raw.map_err(|_| self.unreachable("it takes too long"))?;
		raw.map(RpcSubscription::new).map_err(|error| self.end(attempt(method, error)))
	}

	/// Asks the runtime at a block, or at the best one.
	pub(crate) async fn call<T: Decode>(&self, method: &str, args: &[u8], at: Option<Hash>) -> Result<T, Error> {
		let Bytes(answer) = self.ask("state_call", params![method, hexadecimal(args), at]).await?;
		decode_all(method, &answer)
	}

	/// Repeats an attempt that gets no answer, until the patience ends.
	async fn persist<T, F>(&self, mut attempt: impl FnMut() -> F) -> Result<T, Error>
	where
		F: std::future::Future<Output = Result<T, Attempt>>,
	{
		let deadline = Instant::now() + self.patience;
		loop {
			let left = deadline.saturating_duration_since(Instant::now());
			match timeout(left, attempt()).await {
				Ok(Ok(answer)) => return Ok(answer),
				Ok(Err(Attempt::NoAnswer(_))) if Instant::now() + PAUSE < deadline => sleep(PAUSE).await,
				Ok(Err(failure)) => return Err(self.end(failure)),
				Err(_) => return Err(self.unreachable("it is disconnected, or too slow")),
			}
		}
	}

	fn end(&self, failure: Attempt) -> Error {
		match failure {
			Attempt::NoAnswer(cause) => self.unreachable(cause),
			Attempt::Failed(error) => error,
		}
	}

	fn unreachable(&self, cause: impl Into<String>) -> Error {
		Error::Unreachable { node: self.node.clone(), cause: cause.into() }
	}
}

/// Returns an address as it may be told: without what may be a key to the node, in its path or before its host.
fn public(url: &str) -> String {
	let (scheme, rest) = url.split_once("://").unwrap_or_default();
	let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
	let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
	format!("{scheme}://{host}")
}

/// Returns whether it is worth asking again.
fn attempt(method: &str, error: subxt_rpcs::Error) -> Attempt {
	match error {
		subxt_rpcs::Error::User(error) => {
			let data = error.data.as_deref().map(plain);
			let words = match data {
				Some(data) if !error.message.contains(&data) => format!("{}: {data}", error.message),
				_ => error.message,
			};
			Attempt::Failed(Error::Rpc { method: method.into(), code: error.code, words })
		}
		other => Attempt::NoAnswer(words(&other)),
	}
}

/// Returns JSON as text, a string without its quotes.
fn plain(json: &RawValue) -> String {
	serde_json::from_str::<String>(json.get()).unwrap_or_else(|_| json.get().into())
}

/// Returns an error in one line, without the preambles of the libraries that pass it on.
fn words(error: &dyn Display) -> String {
	let text = error.to_string();
	let mut said = text.lines().next().unwrap_or_default();
	while let Some(rest) = PREAMBLES.iter().find_map(|preamble| said.strip_prefix(preamble)) {
		said = rest;
	}
	if said.is_empty() {
		"no reason given".into()
	} else {
		said.into()
	}
}

fn parse<T: DeserializeOwned>(question: &str, answer: &RawValue) -> Result<T, Error> {
	serde_json::from_str(answer.get()).map_err(|error| bad_answer(question, error))
}

/// Returns the error of an answer that is not what it should be.
pub(crate) fn bad_answer(question: &str, cause: impl Display) -> Error {
	Error::BadAnswer { question: question.into(), cause: cause.to_string() }
}

/// Decodes an answer, of which nothing may be left.
pub(crate) fn decode_all<T: Decode>(question: &str, mut bytes: &[u8]) -> Result<T, Error> {
	let value = T::decode(&mut bytes).map_err(|error| bad_answer(question, error))?;
	if bytes.is_empty() {
		Ok(value)
	} else {
		Err(bad_answer(question, format_args!("{} bytes too many", bytes.len())))
	}
}

/// Returns bytes as JSON-RPC writes them.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
	format!("0x{}", hex::encode(bytes))
}

/// Bytes that come as hex.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bytes(pub(crate) Vec<u8>);

impl<'de> Deserialize<'de> for Bytes {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		let text = String::deserialize(deserializer)?;
		let digits = text.strip_prefix("0x").ok_or_else(|| serde::de::Error::custom("no 0x at the start"))?;
		hex::decode(digits).map(Self).map_err(serde::de::Error::custom)
	}
}

#[derive(Deserialize)]
struct SignedBlock {
	block: Body,
}

#[derive(Deserialize)]
struct Body {
	header: Header,
	extrinsics: Vec<Bytes>,
}

/// What a node says of its runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Version {
	/// Rises with each upgrade.
	pub(crate) spec_version: u32,
	/// Rises when calls are encoded differently.
	pub(crate) transaction_version: u32,
}

#[derive(Deserialize)]
struct ChangeSet {
	changes: Vec<(Bytes, Option<Bytes>)>,
}

/// The questions about blocks and state that every Substrate node answers.
impl Rpc {
	pub(crate) async fn block_hash(&self, number: BlockNumber) -> Result<Option<Hash>, Error> {
		self.ask("chain_getBlockHash", params![number]).await
	}

	pub(crate) async fn finalized_hash(&self) -> Result<Hash, Error> {
		self.ask("chain_getFinalizedHead", params![]).await
	}

	/// Returns the header of a block, or of the best one.
	pub(crate) async fn header(&self, hash: Option<Hash>) -> Result<Header, Error> {
		let header: Option<Header> = self.ask("chain_getHeader", params![hash]).await?;
		header.ok_or_else(|| bad_answer("chain_getHeader", "it does not know the block"))
	}

	/// Returns the header and the extrinsics of a block.
	pub(crate) async fn block(&self, hash: Hash) -> Result<(Header, Vec<Vec<u8>>), Error> {
		let block: Option<SignedBlock> = self.ask("chain_getBlock", params![hash]).await?;
		let SignedBlock { block } = block.ok_or_else(|| bad_answer("chain_getBlock", "it does not know the block"))?;
		Ok((block.header, block.extrinsics.into_iter().map(|Bytes(bytes)| bytes).collect()))
	}

	pub(crate) async fn version(&self, at: Option<Hash>) -> Result<Version, Error> {
		self.ask("state_getRuntimeVersion", params![at]).await
	}

	/// Returns the value of a storage key.
	pub(crate) async fn storage(&self, key: &[u8], at: Option<Hash>) -> Result<Option<Vec<u8>>, Error> {
		let value: Option<Bytes> = self.ask("state_getStorage", params![hexadecimal(key), at]).await?;
		Ok(value.map(|Bytes(bytes)| bytes))
	}

	/// Returns the values of some storage keys at one block, in the keys' order.
	pub(crate) async fn storage_of(&self, keys: &[&[u8]], at: Hash) -> Result<Vec<Option<Vec<u8>>>, Error> {
		let hex: Vec<_> = keys.iter().map(|key| hexadecimal(key)).collect();
		let sets: Vec<ChangeSet> = self.ask("state_queryStorageAt", params![hex, at]).await?;
		let mut found: Vec<_> = sets.into_iter().flat_map(|set| set.changes).collect();
		let mut take = |key: &&[u8]| {
			let at = found.iter().position(|(Bytes(other), _)| other == key)?;
			found.swap_remove(at).1.map(|Bytes(value)| value)
		};
		Ok(keys.iter().map(&mut take).collect())
	}

	/// Returns the storage keys at a block that begin with `prefix` and come after `after`: the first `count` of them, in their
	/// order.
	pub(crate) async fn keys_after(
		&self,
		prefix: &[u8],
		after: Option<&[u8]>,
		count: u32,
		at: Hash,
	) -> Result<Vec<Vec<u8>>, Error> {
		let (prefix, after) = (hexadecimal(prefix), after.map(hexadecimal));
		let keys: Vec<Bytes> = self.ask("state_getKeysPaged", params![prefix, count, after, at]).await?;
		Ok(keys.into_iter().map(|Bytes(key)| key).collect())
	}

	/// Returns the next nonce of an account, its transactions in the node's pool counted.
	pub(crate) async fn next_nonce(&self, account: &str) -> Result<Nonce, Error> {
		self.ask("system_accountNextIndex", params![account]).await
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn bytes_are_hex() {
		assert_eq!(serde_json::from_str::<Bytes>("\"0x0a0b\"").unwrap(), Bytes(vec![10, 11]));
		assert!(serde_json::from_str::<Bytes>("\"0a\"").is_err() && serde_json::from_str::<Bytes>("\"0xa\"").is_err());
	}

	#[test]
	fn errors_are_told_without_what_libraries_say_of_themselves() {
		assert_eq!(words(&"RPC error: client error: RPC error: it is down\nat 0x12"), "it is down");
		assert_eq!(words(&"client error: "), "no reason given");
	}

	#[test]
	fn bytes_that_are_left_over_are_an_error() {
		assert_eq!(decode_all::<u8>("it", &[5]), Ok(5));
		assert!(decode_all::<u8>("it", &[5, 6]).unwrap_err().to_string().contains("1 bytes too many"));
		assert!(decode_all::<u16>("it", &[5]).is_err());
	}

	#[test]
	fn key_to_a_node_is_not_told() {
		for (url, told) in [
			("ws://127.0.0.1:9", "ws://127.0.0.1:9"),
			("ws://127.0.0.1:9/a-key", "ws://127.0.0.1:9"),
			("wss://rpc.example.org?key=a-key", "wss://rpc.example.org"),
			("wss://me:a-key@rpc.example.org/", "wss://rpc.example.org"),
		] {
			assert_eq!(public(url), told);
		}
	}

	#[tokio::test]
	async fn what_is_no_node_is_told_at_once() {
		assert_eq!(Rpc::connect("http://localhost").await.err(), Some(Error::BadAddress("http://localhost".into())));
		// Port 9 is discard's, which nobody serves any more.
		let error = Rpc::connect("ws://127.0.0.1:9").await.err().unwrap();
		assert!(error.to_string().starts_with("the node at ws://127.0.0.1:9 does not answer ("), "{error}");
		let error = Rpc::connect("ws://127.0.0.1:9/a-key").await.err().unwrap();
		assert!(!error.to_string().contains("a-key"), "{error}");
	}
}

#[cfg(test)]
mod parsing;
