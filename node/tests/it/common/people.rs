//! The parties of a market on one chain, and what they send by the chain's client, `rlc-chain`.

use rlc_chain::{
	BalancesCall, Call, Chain, Event, Key, MarketplaceCall, MarketplaceEvent, RegistryCall, RegistryEvent, Sender,
};
use rlc_checks::assets;
use rlc_node::embedded::Node;
use rlc_primitives::{
	market::{Authorization, SignedOrder, SignedOrders},
	AccountId, Address, AppId, AppOrder, DealId, Order, RequestOrder, ResultDigest, WorkerpoolId, WorkerpoolOrder, RLC,
};
use sp_core::H256;

use super::LIMIT;

/// What a task pays the workerpool, in nRLC.
pub const PRICE: u128 = RLC;
/// How many tasks the offers are good for.
const OFFERED: u64 = 100;

/// The parties of one chain, each with a sender.
pub struct People {
	pub chain: Chain,
	pub developer: Sender,
	pub scheduler: Sender,
	pub requester: Sender,
	pub worker: Sender,
}

impl People {
	pub async fn on(node: &Node) -> Self {
		let chain = Chain::over(node.rpc_client().expect("it runs")).await.expect("this program fits the runtime");
		let chain = chain.with_patience(LIMIT);
		Self {
			developer: sender(&chain, "//Bob"),
			scheduler: sender(&chain, "//Charlie"),
			requester: sender(&chain, "//Dave"),
			worker: sender(&chain, "//Eve"),
			chain,
		}
	}

	fn app(&self) -> AppId {
		AppId::derive(&self.developer.account(), &assets::app(1))
	}

	pub fn workerpool(&self) -> WorkerpoolId {
		WorkerpoolId::derive(&self.scheduler.account(), &assets::description(1))
	}

	pub async fn register(&self) {
		let done = self
			.developer
			.send(Call::Registry(RegistryCall::RegisterApp { app: assets::app(1) }))
			.await
			.expect("registers");
		assert!(
			matches!(&done.events[..], [.., Event::Registry(RegistryEvent::Registered { owner, .. })] if *owner == self.developer.account())
		);
		let description = assets::description(1);
		self.scheduler.send(Call::Registry(RegistryCall::RegisterWorkerpool { description })).await.expect("registers");
	}

	pub fn app_order(&self) -> AppOrder {
		assets::app_order(self.app(), 0, OFFERED)
	}

	pub fn workerpool_order(&self) -> WorkerpoolOrder {
		assets::workerpool_order(self.workerpool(), PRICE, 10, OFFERED)
	}

	pub fn request(&self, requester: AccountId, volume: u64, trust: u64) -> RequestOrder {
		assets::request_order(&self.app_order(), &self.workerpool_order(), requester, trust, volume)
	}

	/// Matches the request with offers that their owners signed, by anyone. Returns the deal.
	pub async fn match_signed(&self, requester: &Key, volume: u64, trust: u64) -> DealId {
		let domain = self.chain.domain().await.expect("a domain");
		fn signed<O: Order>(order: O, by: &Key, domain: &rlc_primitives::SigningDomain) -> SignedOrder<O> {
			let authorization = Authorization::Signature(by.sign_order(&order, domain));
			SignedOrder { order, authorization }
		}
		let orders = SignedOrders {
			app: signed(self.app_order(), self.developer.key(), &domain),
			dataset: None,
			workerpool: signed(self.workerpool_order(), self.scheduler.key(), &domain),
			request: signed(self.request(requester.account(), volume, trust), requester, &domain),
		};
		let done =
			self.requester.send(Call::Marketplace(MarketplaceCall::MatchOrders { orders })).await.expect("they match");
		let opened = done.events.iter().find_map(|event| match event {
			Event::Marketplace(MarketplaceEvent::DealOpened { deal, size, .. }) => Some((*deal, *size)),
			_ => None,
		});
		let (deal, size) = opened.expect("a deal");
		assert_eq!(size, volume);
		deal
	}
}

pub fn sender(chain: &Chain, suri: &str) -> Sender {
	Sender::new(chain.clone(), Key::from_suri(suri).expect("a key")).with_patience(LIMIT)
}

pub fn pay(to: &AccountId, value: u128) -> Call {
	Call::Balances(BalancesCall::TransferKeepAlive { dest: Address::Id(to.clone()), value })
}

pub fn digest(byte: u8) -> ResultDigest {
	ResultDigest(H256::repeat_byte(byte))
}
