//! Requests as other programs may write them, which `rlc` would refuse or correct.

use rlc_chain::{Call, Event, Key, MarketplaceCall, MarketplaceEvent, Sender};
use rlc_primitives::{
	market::{Authorization, SignedOrder, SignedOrders},
	AnyOrder, AppId, CategoryId, DealId, OrderHash, PoolRestriction, RequestOrder, Tag, RLC,
};
use sp_core::H256;

use super::{deals::Bought, Stack, REQUESTER};

impl Stack {
	/// Buys a run of an app with these params, which nobody checks.
	pub async fn buy_unchecked(&mut self, app: &str, trust: u64, params: &str) -> Bought {
		let requester = Key::from_suri(REQUESTER).unwrap();
		let request = RequestOrder {
			app: AppId(self.app(app).await.parse().unwrap()),
			app_max_price: RLC,
			dataset: None,
			dataset_max_price: 0,
			workerpool: PoolRestriction::Anyone,
			workerpool_max_price: 10 * RLC,
			requester: requester.account(),
			volume: 1,
			tag: Tag::NONE,
			category: CategoryId(0),
			trust,
			beneficiary: None,
			callback: None,
			params: params.as_bytes().to_vec().try_into().unwrap(),
			salt: H256(rand::random()),
			payer: None,
			expiry: None,
		};
		let offers = self.chain.estimate(&request).await.unwrap().expect("offers serve it").orders;
		let AnyOrder::App(app) = self.published(offers.app).await else { panic!("no app order") };
		let AnyOrder::Workerpool(workerpool) = self.published(offers.workerpool).await else {
			panic!("no pool's order")
		};
		let orders =
			SignedOrders { app: bare(app), dataset: None, workerpool: bare(workerpool), request: bare(request) };
		let sender = Sender::new(self.chain.clone(), requester);
		let matched = sender.send(Call::Marketplace(MarketplaceCall::MatchOrders { orders })).await.unwrap();
		let deal = matched.events.iter().find_map(opened).expect("a deal");
		Bought { deal, tasks: 1 }
	}

	async fn published(&self, order: OrderHash) -> AnyOrder {
		let view = self.chain.order(order).await.unwrap();
		view.and_then(|view| view.published).expect("it is in the book").order
	}
}

/// Returns an order of the book, or the sender's own.
fn bare<O>(order: O) -> SignedOrder<O> {
	SignedOrder { order, authorization: Authorization::OnChain }
}

fn opened(event: &Event) -> Option<DealId> {
	match event {
		Event::Marketplace(MarketplaceEvent::DealOpened { deal, .. }) => Some(*deal),
		_ => None,
	}
}
