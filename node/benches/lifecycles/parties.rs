//! Who deals with whom.

use pallet_marketplace::{Authorization, SignedOrder, SignedOrders};
use pallet_poco::TaskRef;
use rlc_checks::{assets, people::Person};
use rlc_primitives::{
	AppId, AppOrder, Balance, DealId, Order, OrderSignature, RequestOrder, SigningDomain, WorkerpoolId,
	WorkerpoolOrder, RLC,
};
use rlc_runtime::configs::computing;
use sp_core::H256;

use crate::{chain::Chain, Failure};

/// What each worker has to begin with.
const ENDOWMENT: Balance = 10 * RLC;
/// What a task pays the workerpool.
const PRICE: Balance = RLC / 100;

/// A requester with much RLC, a scheduler with a workerpool, an app, and workers as they are needed.
pub struct Parties {
	/// Asks, and pays.
	pub requester: Person,
	/// Owns the workerpool.
	pub scheduler: Person,
	developer: Person,
	app: AppId,
	workerpool: WorkerpoolId,
	domain: SigningDomain,
	deals: u64,
	workers: u32,
	/// The tasks of the last deal.
	pub tasks: Vec<TaskRef>,
}

impl Parties {
	/// Registers the assets.
	pub fn new(chain: &mut Chain) -> Result<Self, Failure> {
		let (requester, scheduler, developer) =
			(Person::new("//Alice"), Person::new("//Bob"), Person::new("//Charlie"));
		let app = rlc_checks::assets::app(0);
		let description = rlc_checks::assets::description(0);
		let parties = Self {
			app: AppId::derive(&developer.account(), &app),
			workerpool: WorkerpoolId::derive(&scheduler.account(), &description),
			domain: computing::signing_domain_of(chain.genesis()),
			requester,
			scheduler,
			developer,
			deals: 0,
			workers: 0,
			tasks: Vec::new(),
		};
		let extrinsics = vec![
			chain.sign(&parties.developer, pallet_registry::Call::register_app { app }),
			chain.sign(&parties.scheduler, pallet_registry::Call::register_workerpool { description }),
		];
		chain.include(extrinsics)?;
		Ok(parties)
	}

	/// Returns where signatures are valid.
	pub fn domain(&self) -> &SigningDomain {
		&self.domain
	}

	/// Returns new workers with funds.
	pub fn workers(&mut self, chain: &mut Chain, count: u32) -> Result<Vec<Person>, Failure> {
		let workers: Vec<_> =
			(self.workers..self.workers + count).map(|number| Person::new(&format!("//worker//{number}"))).collect();
		self.workers += count;
		let endow = |to: &Person| {
			let call = pallet_balances::Call::transfer_keep_alive { dest: to.account().into(), value: ENDOWMENT };
			chain.sign(&self.requester, call)
		};
		let endowments = workers.iter().map(endow).collect();
		chain.include(endowments)?;
		Ok(workers)
	}

	/// Makes a deal of this many tasks, and keeps them in [`Self::tasks`].
	pub fn deal(&mut self, chain: &mut Chain, trust: u64, size: u32) -> Result<(), Failure> {
		self.deals += 1;
		let salt = H256::from_low_u64_be(self.deals);
		let volume = size.into();
		let app = AppOrder { salt, ..assets::app_order(self.app, RLC / 1_000, volume) };
		let workerpool = WorkerpoolOrder { salt, ..assets::workerpool_order(self.workerpool, PRICE, trust, volume) };
		let requester = self.requester.account();
		let request = RequestOrder { salt, ..assets::request_order(&app, &workerpool, requester, trust, volume) };
		let deal = DealId::of(self.domain.hash(&request), 0);
		let orders = SignedOrders {
			app: self.signed(&self.developer, app),
			dataset: None,
			workerpool: self.signed(&self.scheduler, workerpool),
			request: self.signed(&self.requester, request),
		};
		let call = pallet_marketplace::Call::match_orders { orders: Box::new(orders) };
		let extrinsic = chain.sign(&self.requester, call);
		chain.include(vec![extrinsic])?;
		self.tasks = (0..u64::from(size)).map(|index| TaskRef { deal, index }).collect();
		Ok(())
	}

	fn signed<O: Order>(&self, signer: &Person, order: O) -> SignedOrder<O> {
		let signature = OrderSignature::Native(signer.sign_bytes(&self.domain.native_payload(&order)));
		SignedOrder { order, authorization: Authorization::Signature(signature) }
	}
}
