//! A market on a node: its parties, and how they talk to the node.

use codec::Decode;
use frame_system::EventRecord;
use pallet_marketplace::{Authorization, SignedOrder, SignedOrders};
use pallet_poco::{Delegate, DelegationProof, TaskRef};
use rlc_checks::{assets, people::Person};
use rlc_node::embedded::{Node, NodeBuilder, Subscription};
use rlc_primitives::{
	task::Commitment, AppId, AppOrder, DealId, Hash, Nonce, OrderHash, RequestOrder, ResultDigest, WorkerpoolId,
	WorkerpoolOrder, RLC,
};
use rlc_runtime::{Runtime, RuntimeCall, RuntimeEvent};
use serde_json::{json, Value};
use sp_core::H256;

use super::{eventually, genesis, soon, submit};

/// What a task pays the workerpool, in nRLC.
const PRICE: u128 = RLC;
/// How many tasks the offers are good for.
const OFFERED: u64 = 100;

/// What an account has.
type Funds = pallet_balances::AccountData<u128>;

/// A developer with an app, a scheduler with a workerpool, a requester, a worker, and the node that they talk to.
pub struct Market {
	/// The node.
	pub node: Node,
	/// Its chain's first block.
	pub genesis: Hash,
	/// Owns the app.
	pub developer: Person,
	/// Owns the workerpool.
	pub scheduler: Person,
	/// Asks and pays.
	pub requester: Person,
	/// Works.
	pub worker: Person,
}

impl Market {
	pub async fn on(node: NodeBuilder) -> Self {
		let node = node.start().await.expect("starts");
		Self {
			genesis: genesis(&node).await,
			node,
			developer: Person::new("//Bob"),
			scheduler: Person::new("//Charlie"),
			requester: Person::new("//Dave"),
			worker: Person::new("//Eve"),
		}
	}

	pub async fn ask(&self, method: &str, params: Value) -> Value {
		self.node.call(method, params).await.unwrap_or_else(|error| panic!("{}", error.one_line()))
	}

	pub async fn follow(&self, method: &str, params: Value) -> Updates {
		let updates = self.node.subscribe(method, params).await;
		Updates(updates.unwrap_or_else(|error| panic!("{}", error.one_line())))
	}

	/// Sends a call with its sender's next nonce, and waits until a block has it and it succeeded.
	pub async fn send(&self, by: &Person, call: impl Into<RuntimeCall>) {
		let nonce: Nonce =
			serde_json::from_value(self.ask("system_accountNextIndex", json!([by.account().to_string()])).await)
				.expect("a nonce");
		submit(&self.node, &by.sign(self.genesis, nonce, call)).await;
		let mut block = eventually("the call to be in a block", || async {
			let best = self.ask("chain_getBlockHash", json!([])).await;
			(self.nonce_at(by, &best).await > nonce).then_some(best)
		})
		.await;
		// Others may have followed.
		loop {
			let parent = self.ask("chain_getHeader", json!([block])).await["parentHash"].take();
			if self.nonce_at(by, &parent).await <= nonce {
				break;
			}
			block = parent;
		}
		let events = [sp_io::hashing::twox_128(b"System"), sp_io::hashing::twox_128(b"Events")].concat();
		let events: Vec<EventRecord<RuntimeEvent, Hash>> = self.storage_at(events, &block).await.expect("events");
		let failed =
			|event: &RuntimeEvent| matches!(event, RuntimeEvent::System(frame_system::Event::ExtrinsicFailed { .. }));
		let failures: Vec<_> = events.into_iter().map(|record| record.event).filter(failed).collect();
		assert!(failures.is_empty(), "{failures:?}");
	}

	async fn nonce_at(&self, who: &Person, block: &Value) -> Nonce {
		let account = frame_system::Account::<Runtime>::hashed_key_for(who.account());
		let account = self.storage_at::<frame_system::AccountInfo<Nonce, Funds>>(account, block).await;
		account.map_or(0, |account| account.nonce)
	}

	async fn storage_at<T: Decode>(&self, key: Vec<u8>, block: &Value) -> Option<T> {
		let key = sp_core::bytes::to_hex(&key, false);
		let value = self.ask("state_getStorage", json!([key, block])).await;
		let bytes = sp_core::bytes::from_hex(value.as_str()?).expect("hex");
		Some(T::decode(&mut bytes.as_slice()).expect("the runtime's type"))
	}

	fn app(&self) -> AppId {
		AppId::derive(&self.developer.account(), &assets::app(1))
	}

	fn app_order(&self) -> AppOrder {
		assets::app_order(self.app(), 0, OFFERED)
	}

	fn workerpool_order(&self) -> WorkerpoolOrder {
		let workerpool = WorkerpoolId::derive(&self.scheduler.account(), &assets::description(1));
		assets::workerpool_order(workerpool, PRICE, 10, OFFERED)
	}

	pub fn request_order(&self, volume: u64) -> RequestOrder {
		let requester = self.requester.account();
		let plain = assets::request_order(&self.app_order(), &self.workerpool_order(), requester, 1, volume);
		RequestOrder { params: b"{\"iexec_args\": \"1\"}".to_vec().try_into().expect("short"), ..plain }
	}

	/// Returns the request of [`Self::request_order`] as a dApp writes it.
	pub fn request_json(&self, volume: u64) -> Value {
		json!({
			"app": self.app(),
			"appMaxPrice": "0",
			"workerpoolMaxPrice": 1_000_000_000,
			"requester": self.requester.account().to_string(),
			"volume": volume,
			"category": 0,
			"trust": 1,
			"params": "{\"iexec_args\": \"1\"}",
		})
	}

	pub async fn register(&self) {
		self.send(&self.developer, pallet_registry::Call::register_app { app: assets::app(1) }).await;
		let description = assets::description(1);
		self.send(&self.scheduler, pallet_registry::Call::register_workerpool { description }).await;
	}

	pub async fn offer(&self) {
		let order = Box::new(self.app_order().into());
		self.send(&self.developer, pallet_marketplace::Call::publish_order { order }).await;
		let order = Box::new(self.workerpool_order().into());
		self.send(&self.scheduler, pallet_marketplace::Call::publish_order { order }).await;
	}

	/// Matches the requester's request with the offers. Returns the deal's id.
	pub async fn match_orders(&self, volume: u64) -> DealId {
		fn known<O>(order: O) -> SignedOrder<O> {
			SignedOrder { order, authorization: Authorization::OnChain }
		}
		let orders = SignedOrders {
			app: known(self.app_order()),
			dataset: None,
			workerpool: known(self.workerpool_order()),
			request: known(self.request_order(volume)),
		};
		self.send(&self.requester, pallet_marketplace::Call::match_orders { orders: Box::new(orders) }).await;
		self.first_deal(volume).await
	}

	/// Returns the id of the first deal of a request.
	pub async fn first_deal(&self, volume: u64) -> DealId {
		let request = json!({ "kind": "request", "order": self.request_json(volume) });
		let hash: OrderHash =
			serde_json::from_value(self.ask("marketplace_orderHash", json!([request])).await).expect("a hash");
		DealId::of(hash, 0)
	}

	/// Delegates a task to the worker and plays its contribution and its reveal.
	pub async fn complete(&self, task: TaskRef) {
		let (worker, digest) = (self.worker.account(), ResultDigest(H256::repeat_byte(7)));
		let delegate = Delegate { worker: worker.clone(), enclave: None };
		let call = pallet_poco::Call::delegate {
			tasks: vec![task].try_into().expect("few"),
			workers: vec![delegate].try_into().expect("few"),
		};
		self.send(&self.scheduler, call).await;
		let call = pallet_poco::Call::contribute {
			task,
			commitment: Commitment::of(&worker, task.id(), digest),
			authorization: DelegationProof::OnChain,
			enclave_signature: None,
		};
		self.send(&self.worker, call).await;
		self.send(&self.worker, pallet_poco::Call::reveal { task, digest }).await;
	}

	pub async fn stop(self) {
		self.node.stop().await.expect("stops");
	}
}

/// Messages of a subscription.
pub struct Updates(Subscription);

impl Updates {
	pub async fn next(&mut self) -> Value {
		let message = soon("a message", self.0.next::<Value>()).await;
		message.expect("the node runs").unwrap_or_else(|error| panic!("{}", error.one_line()))
	}
}
