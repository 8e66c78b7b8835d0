//! Transactions that leave the pool of a node whose blocks are made up here.

use std::cell::Cell;

use codec::Encode;
use futures::{stream, StreamExt};
use rlc_primitives::{Address, Header};
use serde_json::{json, value::to_raw_value, Value};
use subxt_rpcs::client::{RawRpcFuture, RawRpcSubscription, RawValue, RpcClientT};

use super::*;
use crate::{calls::BalancesCall, chain::tests::undescribed, Scheme};

/// What a block has while the first transaction leaves the pool. Every later transaction gets into a block.
#[derive(Clone, Copy)]
enum Meanwhile {
	/// A final block has another one with its number.
	Another,
	/// A block that is not final has another one with its number.
	AnotherForNow,
	/// A final block has it.
	Itself,
	/// A final block has it, with another second half of its signature, as anyone can write it for some keys.
	Rewritten,
	/// No block has its number.
	Nothing,
}

struct Block {
	header: Header,
	extrinsics: Vec<String>,
	/// The account's next number after it.
	next: Nonce,
}

struct State {
	meanwhile: Meanwhile,
	/// What is told of the first transaction at last.
	told: Value,
	blocks: Vec<Block>,
	/// The height of the last final block.
	last: usize,
	submitted: u32,
	/// For how many more questions after a transaction left the pool the node tells the number from before its last block.
	behind: Cell<u32>,
}

impl State {
	/// Makes a block with a transaction of the account, final or not, and returns its hash.
	fn make(&mut self, extrinsic: &str, is_final: bool) -> Hash {
		let before = self.blocks.last();
		let (parent_hash, next) = before.map_or((Hash::zero(), 0), |block| (block.header.hash(), block.next + 1));
		let number = BlockNumber::try_from(self.blocks.len()).unwrap();
		let (state_root, extrinsics_root, digest) = Default::default();
		let header = Header { parent_hash, number, state_root, extrinsics_root, digest };
		let hash = header.hash();
		if is_final {
			self.last = self.blocks.len();
		}
		self.blocks.push(Block { header, extrinsics: vec![extrinsic.into()], next });
		hash
	}

	/// Takes a transaction, and returns what is told of it.
	fn submit(&mut self, extrinsic: &str) -> Vec<Value> {
		self.submitted += 1;
		if self.submitted > 1 {
			return vec![json!({ "inBlock": self.make(extrinsic, true) })];
		}
		match self.meanwhile {
			Meanwhile::Another | Meanwhile::AnotherForNow => {
				self.make("0x0102", matches!(self.meanwhile, Meanwhile::Another));
			}
			Meanwhile::Itself | Meanwhile::Rewritten => {
				let its = matches!(self.meanwhile, Meanwhile::Itself);
				self.make(&if its { extrinsic.into() } else { rewritten(extrinsic) }, true);
				// The account's next one, so that it is not in the last block alone.
				self.make("0x0102", true);
			}
			Meanwhile::Nothing => {}
		}
		vec![json!("ready"), self.told.clone()]
	}

	/// Returns the block with this hash; the best one without one.
	fn block(&self, hash: &Value) -> &Block {
		let is_it = |block: &&Block| hash.is_null() || json!(block.header.hash()) == *hash;
		self.blocks.iter().rev().find(is_it).unwrap()
	}

	fn answer(&self, method: &str, params: &Value) -> Value {
		let best = self.block(&Value::Null);
		match method {
			"chain_getBlockHash" => {
				let height = usize::try_from(params[0].as_u64().unwrap()).unwrap();
				json!(self.blocks.get(height).map(|block| block.header.hash()))
			}
			"chain_getFinalizedHead" => json!(self.blocks[self.last].header.hash()),
			"chain_getHeader" => json!(self.block(&params[0]).header),
			"chain_getBlock" => {
				let Block { header, extrinsics, .. } = self.block(&params[0]);
				json!({ "block": { "header": header, "extrinsics": extrinsics } })
			}
			"state_getRuntimeVersion" => json!({ "specVersion": 7, "transactionVersion": 3 }),
			"state_queryStorageAt" => json!([]),
			"system_accountNextIndex" => {
				let behind = if self.submitted > 0 { self.behind.get() } else { 0 };
				self.behind.set(self.behind.get().saturating_sub(behind.min(1)));
				json!(if behind > 0 { best.next.saturating_sub(1) } else { best.next })
			}
			"state_call" => json!(hexadecimal(&self.block(&params[2]).next.encode())),
			other => panic!("nobody asks {other} here"),
		}
	}
}

/// Writes the last byte of a transaction's signature as others could: with 27 more.
fn rewritten(extrinsic: &str) -> String {
	let mut bytes = hex::decode(extrinsic.trim_start_matches("0x")).unwrap();
	// After the length: the format, the sender, the kind of the signature, and what it is but for this byte.
	bytes[2 + 1 + 33 + 1 + 64] += 27;
	hexadecimal(&bytes)
}

/// A node in which this happens.
#[derive(Clone)]
struct Node(Arc<Mutex<State>>);

impl Node {
	fn new(meanwhile: Meanwhile, told: Value) -> Self {
		let mut state = State { meanwhile, told, blocks: Vec::new(), last: 0, submitted: 0, behind: Cell::new(0) };
		state.make("0x00", true);
		Self(Arc::new(Mutex::new(state)))
	}

	/// Sends a payment, waiting for so long.
	async fn pay(&self, patience: Duration) -> Result<Receipt, Error> {
		self.pay_by(Key::from_suri("//Alice").unwrap(), patience).await
	}

	async fn pay_by(&self, key: Key, patience: Duration) -> Result<Receipt, Error> {
		let sender = Sender::new(undescribed(self.clone()).await, key);
		let pay = BalancesCall::TransferKeepAlive { dest: Address::Id(AccountId::new([9; 32])), value: 1 };
		sender.with_patience(patience).send(pay).await
	}

	fn submitted(&self) -> u32 {
		self.0.lock().unwrap().submitted
	}
}

/// Returns what was passed as JSON.
fn read(params: Option<Box<RawValue>>) -> Value {
	params.map_or(Value::Null, |params| serde_json::from_str(params.get()).unwrap())
}

impl RpcClientT for Node {
	fn request_raw<'a>(&'a self, method: &'a str, params: Option<Box<RawValue>>) -> RawRpcFuture<'a, Box<RawValue>> {
		let answer = self.0.lock().unwrap().answer(method, &read(params));
		Box::pin(async move { Ok(to_raw_value(&answer).unwrap()) })
	}

	fn subscribe_raw<'a>(
		&'a self,
		sub: &'a str,
		params: Option<Box<RawValue>>,
		_unsub: &'a str,
	) -> RawRpcFuture<'a, RawRpcSubscription> {
		assert_eq!(sub, SUBMIT.0);
		let told = self.0.lock().unwrap().submit(read(params)[0].as_str().unwrap());
		let told: Vec<_> = told.iter().map(|status| Ok(to_raw_value(status).unwrap())).collect();
		Box::pin(async move { Ok(RawRpcSubscription { stream: stream::iter(told).boxed(), id: None }) })
	}
}

/// What pools tell of a transaction that leaves them.
fn goodbyes() -> [Value; 3] {
	[json!("invalid"), json!("dropped"), json!({ "usurped": Hash::repeat_byte(1) })]
}

#[tokio::test]
async fn call_whose_number_a_final_block_gave_to_another_is_sent_again() {
	for told in goodbyes() {
		let node = Node::new(Meanwhile::Another, told);
		let receipt = node.pay(PATIENCE).await.expect("its second transaction is in a block");
		assert_eq!((receipt.number, node.submitted()), (2, 2));
	}
}

#[tokio::test(start_paused = true)]
async fn number_that_looks_free_between_two_views_of_the_pool_is_looked_at_again() {
	let node = Node::new(Meanwhile::Another, json!("invalid"));
	node.0.lock().unwrap().behind.set(2);
	let receipt = node.pay(PATIENCE).await.expect("its second transaction is in a block");
	assert_eq!((receipt.number, node.submitted()), (2, 2));
}

#[tokio::test]
async fn transaction_that_a_block_has_is_not_sent_again() {
	for told in goodbyes() {
		let node = Node::new(Meanwhile::Itself, told);
		let receipt = node.pay(PATIENCE).await.expect("a block has it, whatever the pool says");
		assert_eq!((receipt.number, node.submitted()), (1, 1));
	}
}

#[tokio::test]
async fn transaction_whose_signature_somebody_rewrote_is_not_sent_again() {
	for scheme in [Scheme::Ecdsa, Scheme::Ethereum] {
		let node = Node::new(Meanwhile::Rewritten, json!("invalid"));
		let receipt = node.pay_by(Key::new(scheme, "//Alice").unwrap(), PATIENCE).await.expect("a block has it");
		assert_eq!((receipt.number, node.submitted()), (1, 1));
	}
}

#[tokio::test(start_paused = true)]
async fn transaction_whose_number_nobody_has_is_not_sent_again() {
	for told in goodbyes() {
		let node = Node::new(Meanwhile::Nothing, told);
		let lost = node.pay(PATIENCE).await.expect_err("another node may still put it into a block");
		assert!(matches!(lost, Error::Dropped { .. }), "{lost}");
		assert_eq!(node.submitted(), 1);
	}
}

#[tokio::test(start_paused = true)]
async fn transaction_that_a_fork_may_bring_back_is_not_sent_again() {
	let node = Node::new(Meanwhile::AnotherForNow, json!("invalid"));
	node.pay(Duration::from_secs(2)).await.expect_err("the other's block is not final");
	assert_eq!(node.submitted(), 1);
}
