//! What a scene has beside people: assets, orders, deals.

use pallet_marketplace::{Authorization, Call as Marketplace, SignedOrder, SignedOrders};
use pallet_poco::TaskRef;
use pallet_registry::Call as Registry;
use rlc_primitives::{
	AnyOrder, AppId, AppOrder, Balance, CallbackId, CategoryId, Deal, DealId, Order, OrderHash, RequestOrder, Tag,
	WorkerpoolId, WorkerpoolOrder,
};
use rlc_runtime::{Runtime, RuntimeCall};
use sp_core::H256;

use super::chain::Chain;
use crate::{assets, people::Person};

/// Category XS: T is five minutes.
pub const XS: CategoryId = CategoryId(0);

/// T of category XS, in ms.
pub const T: u64 = 300_000;

/// An app and who owns it.
#[derive(Clone)]
pub struct App {
	/// The app.
	pub id: AppId,
	/// Its owner.
	pub owner: Person,
}

/// A workerpool and its scheduler.
#[derive(Clone)]
pub struct Pool {
	/// The workerpool.
	pub id: WorkerpoolId,
	/// Its scheduler.
	pub scheduler: Person,
}

/// What a deal is to be.
#[derive(Clone)]
pub struct Terms<'a> {
	/// The app, at price 0.
	pub app: &'a App,
	/// Who computes.
	pub pool: &'a Pool,
	/// Who asks and pays.
	pub requester: &'a Person,
	/// What the pool takes for a task, in nRLC.
	pub price: Balance,
	/// How sure the result has to be.
	pub trust: u64,
	/// How many tasks.
	pub volume: u64,
	/// Who receives the result, if anyone.
	pub callback: Option<CallbackId>,
}

impl Chain {
	/// Registers an app.
	pub fn app(&mut self, owner: &Person) -> App {
		let app = assets::app(self.salt());
		let id = AppId::derive(&owner.account(), &app);
		self.must(owner, Registry::register_app { app });
		App { id, owner: owner.clone() }
	}

	/// Registers a workerpool.
	pub fn pool(&mut self, scheduler: &Person) -> Pool {
		let description = assets::description(self.salt());
		let id = WorkerpoolId::derive(&scheduler.account(), &description);
		self.must(scheduler, Registry::register_workerpool { description });
		Pool { id, scheduler: scheduler.clone() }
	}

	/// Opens a deal in category XS: all sides sign, and the requester brings the orders.
	pub fn open(&mut self, terms: &Terms) -> DealId {
		let (call, deal) = self.match_of(terms);
		self.must(terms.requester, call);
		deal
	}

	/// Returns the call that opens a deal, and the deal's id.
	pub fn match_of(&mut self, terms: &Terms) -> (RuntimeCall, DealId) {
		let Terms { app, pool, requester, price, trust, volume, callback } = terms;
		let app_order = AppOrder { salt: self.some_salt(), ..assets::app_order(app.id, 0, *volume) };
		let pool_order =
			WorkerpoolOrder { salt: self.some_salt(), ..assets::workerpool_order(pool.id, *price, *trust, *volume) };
		let request = RequestOrder {
			salt: self.some_salt(),
			callback: *callback,
			..assets::request_order(&app_order, &pool_order, requester.account(), *trust, *volume)
		};
		let deal = DealId::of(rlc_runtime::Marketplace::signing_domain().hash(&request), 0);
		let orders = SignedOrders {
			app: signed(&app.owner, app_order),
			dataset: None,
			workerpool: signed(&pool.scheduler, pool_order),
			request: signed(requester, request),
		};
		(Marketplace::match_orders { orders: Box::new(orders) }.into(), deal)
	}

	/// Returns a salt that no order had before.
	pub fn some_salt(&mut self) -> H256 {
		H256::from_low_u64_be(self.salt())
	}

	/// Returns an offer of an app at price 0, of any volume and for any workerpool.
	pub fn app_offer(&mut self, app: &App) -> AppOrder {
		AppOrder { salt: self.some_salt(), ..assets::app_order(app.id, 0, u64::MAX) }
	}

	/// Returns an offer of a workerpool in category XS, of any volume and trust.
	pub fn pool_offer(&mut self, pool: &Pool, price: Balance) -> WorkerpoolOrder {
		WorkerpoolOrder { salt: self.some_salt(), ..assets::workerpool_order(pool.id, price, u64::MAX, u64::MAX) }
	}

	/// Returns a request of one task of trust 1 in category XS, that pays at most this much for it.
	pub fn request(&mut self, app: &App, requester: &Person, most: Balance) -> RequestOrder {
		let app_order = assets::app_order(app.id, 0, 1);
		let pool_order = assets::workerpool_order(WorkerpoolId::default(), most, 1, 1);
		RequestOrder {
			salt: self.some_salt(),
			..assets::request_order(&app_order, &pool_order, requester.account(), 1, 1)
		}
	}
}

/// Returns the call that puts an order into the book, and the order's hash.
pub fn publish(order: impl Into<AnyOrder>) -> (RuntimeCall, OrderHash) {
	let order = order.into();
	let hash = order.hash(&rlc_runtime::Marketplace::signing_domain());
	(Marketplace::publish_order { order: Box::new(order) }.into(), hash)
}

/// Returns the tasks of a workerpool's deals that are not closed.
pub fn open_tasks_of(pool: &Pool) -> Vec<TaskRef> {
	let deals = pallet_marketplace::Deals::<Runtime>::iter().filter(|(_, deal)| deal.workerpool.id == pool.id);
	let tasks = deals.flat_map(|(id, deal)| {
		(deal.first..deal.first.saturating_add(deal.size)).map(move |index| TaskRef { deal: id, index })
	});
	let is_open =
		|task: &TaskRef| pallet_poco::Tasks::<Runtime>::get(task.id()).is_none_or(|stored| !stored.is_closed());
	tasks.filter(is_open).collect()
}

/// Every ability that a tag can name.
pub const ALL_TAGS: Tag = Tag(H256::repeat_byte(0xFF));

fn signed<O: Order>(owner: &Person, order: O) -> SignedOrder<O> {
	let signature = owner.sign_order(&order, &rlc_runtime::Marketplace::signing_domain());
	SignedOrder { order, authorization: Authorization::Signature(signature) }
}

/// Returns how many deals were made for an app.
pub fn deals_for(app: &App) -> usize {
	deals(|deal| deal.app.id == app.id)
}

/// Returns how many deals were made of a workerpool's offers.
pub fn deals_of(pool: &Pool) -> usize {
	deals(|deal| deal.workerpool.id == pool.id)
}

fn deals(are_meant: impl Fn(&Deal) -> bool) -> usize {
	pallet_marketplace::Deals::<rlc_runtime::Runtime>::iter_values().filter(are_meant).count()
}
