//! A scenario's people, orders, deals and tasks, on the chain.

use std::collections::BTreeMap;

use frame_support::traits::fungible::{Inspect, Mutate};
use pallet_marketplace::{Authorization, SignedOrder, SignedOrders};
use pallet_poco::{DelegationProof, TaskRef};
use rlc_primitives::{
	task::{Commitment, ContributionStatus, Stage},
	AccountId, AnyOrder, AppId, AppOrder, Balance, Category, CategoryId, DatasetId, DatasetOrder, DealId, Delegation,
	Moment, Order, OrderSignature, RequestOrder, Restriction, ResultDigest, SchedulerSignature, Settlement, Tag,
	TaskId, WorkerpoolId, WorkerpoolOrder,
};
use serde_json::{json, Value};
use sp_core::H256;
use sp_io::hashing::keccak_256;
use sp_runtime::{traits::Dispatchable, DispatchError};

use super::{
	runtime::{Balances, Marketplace, Rlc, Runtime, RuntimeCall, RuntimeOrigin},
	scenario::{amount, number, text, Scenario, Step},
};
use crate::{assets, people::Person};

/// When the scenario starts, in ms since the Unix epoch: any time will do.
const START: Moment = 1_000_000_000_000;

/// Where RLC goes that is withdrawn.
const OUTSIDE: &str = "outside";

/// What became of a step's call.
pub type Outcome = Result<(), DispatchError>;

/// A scenario on the chain.
pub struct World<'a> {
	scenario: &'a Scenario,
	people: BTreeMap<String, Person>,
	names: BTreeMap<AccountId, String>,
	app: AppId,
	dataset: DatasetId,
	workerpool: WorkerpoolId,
	deals: BTreeMap<String, DealId>,
	/// Tasks that the contracts initialized: the only ones that a recorded state shows.
	tasks: BTreeMap<String, TaskRef>,
}

impl<'a> World<'a> {
	/// Registers the assets, makes the categories, and gives everyone what they have at first.
	pub fn new(scenario: &'a Scenario) -> Result<Self, String> {
		set_time(START);
		for (id, reference_time) in (0u32..).zip(&scenario.categories) {
			let category = Category { name: Default::default(), reference_time: *reference_time };
			pallet_marketplace::Categories::<Runtime>::insert(CategoryId(id), category);
		}
		let mut world = Self {
			scenario,
			people: BTreeMap::new(),
			names: BTreeMap::new(),
			app: AppId::default(),
			dataset: DatasetId::default(),
			workerpool: WorkerpoolId::default(),
			deals: BTreeMap::new(),
			tasks: BTreeMap::new(),
		};
		world.register().map_err(|error| format!("scenario {}: set-up: {error:?}", scenario.name))?;
		for (name, deposit) in &scenario.deposits {
			let who = world.account(name);
			Balances::mint_into(&who, *deposit).map_err(|error| format!("{name}'s deposit: {error:?}"))?;
		}
		Ok(world)
	}

	fn register(&mut self) -> Outcome {
		use pallet_registry::{Call, Policy};
		let app = assets::app(0);
		let dataset = assets::dataset(0);
		let description = assets::description(0);
		self.app = AppId::derive(&self.account("app_owner"), &app);
		self.dataset = DatasetId::derive(&self.account("dataset_owner"), &dataset);
		self.workerpool = WorkerpoolId::derive(&self.account("scheduler"), &description);
		self.dispatch("app_owner", Call::register_app { app })?;
		self.dispatch("dataset_owner", Call::register_dataset { dataset })?;
		self.dispatch("scheduler", Call::register_workerpool { description })?;
		let policy = Policy {
			worker_stake_ratio: self.scenario.worker_stake_ratio,
			scheduler_ratio: self.scenario.scheduler_ratio,
			settlement: Settlement::Scheduler,
		};
		self.dispatch("scheduler", Call::set_policy { workerpool: self.workerpool, policy })
	}

	/// Returns the person of this name, who is created when first named.
	fn person(&mut self, name: &str) -> Person {
		let person =
			self.people.entry(name.into()).or_insert_with(|| Person::new(&format!("//scenario//{name}"))).clone();
		self.names.insert(person.account(), name.into());
		person
	}

	fn account(&mut self, name: &str) -> AccountId {
		self.person(name).account()
	}

	fn dispatch(&mut self, by: &str, call: impl Into<RuntimeCall>) -> Outcome {
		let origin = RuntimeOrigin::signed(self.account(by));
		call.into().dispatch(origin).map(|_| ()).map_err(|error| error.error)
	}

	/// Dispatches what a step says. The outer error is a fault of the file.
	pub fn step(&mut self, step: &Step) -> Result<Outcome, String> {
		set_time(START + step.time);
		let arguments = &step.arguments;
		let by = || arguments["by"].as_str().unwrap_or("anyone");
		match step.operation.as_str() {
			"match" => self.match_orders(step),
			"cancel_order" => {
				let order = self.order(number(arguments, "order")?)?;
				Ok(self.dispatch(by(), pallet_marketplace::Call::cancel_order { order: Box::new(order.any()) }))
			}
			"withdraw" => {
				let dest = self.account(OUTSIDE);
				let value = amount(arguments, "amount")?;
				Ok(self.dispatch(by(), pallet_balances::Call::transfer_allow_death { dest, value }))
			}
			"initialize" => {
				// Tasks exist with their deal here; only the record needs to know from when on it is to be seen.
				if step.accepted {
					let deal = self.deal(text(arguments, "deal")?)?;
					let task = TaskRef { deal, index: number(arguments, "index")? };
					self.tasks.insert(text(arguments, "task")?.into(), task);
				}
				Ok(if step.accepted { Ok(()) } else { Err(DispatchError::Other("as recorded")) })
			}
			_ => self.task_step(step),
		}
	}

	fn task_step(&mut self, step: &Step) -> Result<Outcome, String> {
		use pallet_poco::Call;
		let arguments = &step.arguments;
		let name = text(arguments, "task")?;
		let task = self.tasks.get(name).copied().ok_or(format!("task {name} was never initialized"))?;
		let by = arguments["by"].as_str().unwrap_or("anyone").to_owned();
		let worker = arguments["worker"].as_str().unwrap_or(&by).to_owned();
		let call = match step.operation.as_str() {
			"contribute" => {
				let account = self.account(&worker);
				let commitment = Commitment::of(&account, task.id(), digest(arguments)?);
				let authorization = self.delegation(arguments, &account, task.id());
				Call::contribute { task, commitment, authorization, enclave_signature: None }
			}
			"contribute_and_finalize" => {
				let digest = digest(arguments)?;
				let account = self.account(&worker);
				let authorization = self.delegation(arguments, &account, task.id());
				Call::contribute_and_finalize { task, digest, authorization, enclave: None, callback_data: None }
			}
			"reveal" => Call::reveal { task, digest: digest(arguments)? },
			"finalize" => Call::finalize { task, callback_data: None },
			"reopen" => Call::reopen { task },
			"claim" => Call::claim { task },
			other => return Err(format!("unknown operation {other}")),
		};
		Ok(self.dispatch(&worker, call))
	}

	/// Returns a delegation signed by whom the step names; the scheduler unless it says otherwise. The contracts'
	/// delegations do not expire.
	fn delegation(&mut self, arguments: &Value, worker: &AccountId, task: TaskId) -> DelegationProof {
		let by = self.person(arguments["authorized_by"].as_str().unwrap_or("scheduler"));
		let delegation = Delegation { worker: worker.clone(), task, enclave: None, expiry: Moment::MAX };
		let payload = delegation.native_payload(&Marketplace::signing_domain());
		let signature = SchedulerSignature::Native(by.sign_bytes(&payload));
		DelegationProof::Signed { signature, expiry: Moment::MAX }
	}

	fn deal(&self, name: &str) -> Result<DealId, String> {
		self.deals.get(name).copied().ok_or(format!("no deal {name}"))
	}

	fn match_orders(&mut self, step: &Step) -> Result<Outcome, String> {
		let arguments = &step.arguments;
		let wrong = |kind: &str| format!("the step's {kind} order is of another kind");
		let Signed::App(app) = self.order(number(arguments, "app_order")?)? else { return Err(wrong("app")) };
		let dataset = match arguments["dataset_order"].as_u64() {
			None => None,
			Some(id) => match self.order(id)? {
				Signed::Dataset(dataset) => Some(dataset),
				_ => return Err(wrong("dataset")),
			},
		};
		let Signed::Workerpool(workerpool) = self.order(number(arguments, "workerpool_order")?)? else {
			return Err(wrong("workerpool"));
		};
		let Signed::Request(request) = self.order(number(arguments, "request_order")?)? else {
			return Err(wrong("request"));
		};
		let hash = Marketplace::signing_domain().hash(&request.order);
		let orders = Box::new(SignedOrders { app, dataset, workerpool, request });
		let outcome = match arguments["sponsor"].as_str() {
			Some(sponsor) => self.dispatch(sponsor, pallet_marketplace::Call::sponsor_match_orders { orders }),
			None => self.dispatch("anyone", pallet_marketplace::Call::match_orders { orders }),
		};
		if let (Ok(()), Some(name)) = (&outcome, arguments["deal"].as_str()) {
			let first = number(arguments, "first_index")?;
			let id = DealId::of(hash, first);
			let deal =
				pallet_marketplace::Deals::<Runtime>::get(id).ok_or(format!("{name} does not start at {first}"))?;
			let size: u64 = number(arguments, "volume")?;
			if deal.size != size {
				return Err(format!("{name}: volume: expected {size}, found {}", deal.size));
			}
			self.deals.insert(name.into(), id);
		}
		Ok(outcome)
	}

	/// Returns an order of the scenario, signed by whom the scenario says.
	fn order(&mut self, id: u64) -> Result<Signed, String> {
		let found = self.scenario.orders.iter().find(|order| order["id"] == id);
		let order = found.ok_or(format!("no order {id}"))?;
		let signer = self.person(text(order, "signer")?);
		let salt = H256::from_low_u64_be(id);
		let volume = number(order, "volume")?;
		let tag = Tag::NONE;
		Ok(match text(order, "kind")? {
			"app" => Signed::App(signed(
				&signer,
				AppOrder {
					app: self.app,
					price: amount(order, "price")?,
					volume,
					tag,
					dataset_restrict: self.restriction(order, "dataset_restrict", "dataset", self.dataset),
					workerpool_restrict: self.restriction(order, "workerpool_restrict", "workerpool", self.workerpool),
					requester_restrict: self.account_restriction(order, "requester_restrict"),
					salt,
				},
			)),
			"dataset" => Signed::Dataset(signed(
				&signer,
				DatasetOrder {
					dataset: self.dataset,
					price: amount(order, "price")?,
					volume,
					tag,
					app_restrict: self.restriction(order, "app_restrict", "app", self.app),
					workerpool_restrict: self.restriction(order, "workerpool_restrict", "workerpool", self.workerpool),
					requester_restrict: self.account_restriction(order, "requester_restrict"),
					salt,
				},
			)),
			"workerpool" => Signed::Workerpool(signed(
				&signer,
				WorkerpoolOrder {
					workerpool: self.workerpool,
					price: amount(order, "price")?,
					volume,
					tag,
					category: CategoryId(number(order, "category")?),
					trust: number(order, "trust")?,
					app_restrict: self.restriction(order, "app_restrict", "app", self.app),
					dataset_restrict: self.restriction(order, "dataset_restrict", "dataset", self.dataset),
					requester_restrict: self.account_restriction(order, "requester_restrict"),
					salt,
				},
			)),
			"request" => Signed::Request(signed(&signer, self.request(order, salt)?)),
			other => return Err(format!("order {id} is a {other}")),
		})
	}

	/// Returns a request of the scenario.
	fn request(&mut self, order: &Value, salt: H256) -> Result<RequestOrder, String> {
		let dataset = match order["dataset"].as_str() {
			None => None,
			Some("dataset") => Some(self.dataset),
			Some(other) => Some(another(other, DatasetId)),
		};
		Ok(RequestOrder {
			app: self.app,
			app_max_price: amount(order, "app_max_price")?,
			dataset,
			dataset_max_price: amount(order, "dataset_max_price")?,
			workerpool: self.restriction(order, "workerpool", "workerpool", self.workerpool).into(),
			workerpool_max_price: amount(order, "workerpool_max_price")?,
			requester: self.account(text(order, "owner")?),
			volume: number(order, "volume")?,
			tag: Tag::NONE,
			category: CategoryId(number(order, "category")?),
			trust: number(order, "trust")?,
			beneficiary: None,
			callback: None,
			params: Default::default(),
			salt,
			payer: None,
			expiry: None,
		})
	}

	/// Returns a restriction to an asset by its name: the scenario's own, or one that nobody has.
	fn restriction<Id>(&self, order: &Value, key: &str, own_name: &str, own: Id) -> Restriction<Id>
	where
		Id: From20,
	{
		match order[key].as_str() {
			None => Restriction::Anyone,
			Some(name) if name == own_name => Restriction::Exactly(own),
			Some(name) => Restriction::Exactly(another(name, Id::from_20)),
		}
	}

	fn account_restriction(&mut self, order: &Value, key: &str) -> Restriction<AccountId> {
		order[key].as_str().map_or(Restriction::Anyone, |name| Restriction::Exactly(self.account(name)))
	}

	/// Returns the state as the files show it.
	pub fn view(&self) -> Value {
		let mut accounts = json!({});
		let mut scores = json!({});
		let mut tasks = json!({});
		for (who, name) in &self.names {
			let (free, locked): (Balance, Balance) = (Balances::balance(who), Rlc::locked(who.clone()));
			if name != OUTSIDE && free + locked > 0 {
				accounts[name] = json!([free.to_string(), locked.to_string()]);
			}
			let score = pallet_poco::Scores::<Runtime>::get(who).score;
			if score > 0 {
				scores[name] = json!(score);
			}
		}
		for (name, task) in &self.tasks {
			tasks[name] = self.task(*task);
		}
		let kitty = <Rlc as rlc_primitives::traits::Escrow>::kitty();
		json!({ "accounts": accounts, "scores": scores, "tasks": tasks, "kitty": kitty.to_string() })
	}

	fn task(&self, at: TaskRef) -> Value {
		let Some(deal) = pallet_marketplace::Deals::<Runtime>::get(at.deal) else { return Value::Null };
		let task =
			pallet_poco::Tasks::<Runtime>::get(at.id()).unwrap_or_else(|| rlc_primitives::Task::new(at.deal, at.index));
		let consensus = task.consensus();
		let mut contributions = json!({});
		for one in &task.contributions {
			let status = match one.status {
				ContributionStatus::Contributed => "contributed",
				ContributionStatus::Proved => "proved",
				ContributionStatus::Rejected => "rejected",
				ContributionStatus::Excused => "excused",
			};
			let name = self.names.get(&one.worker).map_or("unknown", String::as_str);
			contributions[name] = json!([status, one.log2_weight()]);
		}
		json!({
			"status": match task.stage {
				Stage::Active => "active",
				Stage::Revealing(_) => "revealing",
				Stage::Completed(_) => "completed",
				Stage::Failed(_) => "failed",
			},
			"reveal_counter": consensus.map_or(0, |one| one.reveals),
			"winner_counter": consensus.map_or(0, |one| one.winners),
			"contributions": contributions,
			"contribution_deadline": seconds(deal.contribution_deadline()),
			"reveal_deadline": consensus.map_or(0, |one| seconds(one.reveal_deadline)),
			"final_deadline": seconds(deal.final_deadline()),
		})
	}
}

/// An order with its signature, by kind.
enum Signed {
	App(SignedOrder<AppOrder>),
	Dataset(SignedOrder<DatasetOrder>),
	Workerpool(SignedOrder<WorkerpoolOrder>),
	Request(SignedOrder<RequestOrder>),
}

impl Signed {
	fn any(self) -> AnyOrder {
		match self {
			Self::App(signed) => signed.order.into(),
			Self::Dataset(signed) => signed.order.into(),
			Self::Workerpool(signed) => signed.order.into(),
			Self::Request(signed) => signed.order.into(),
		}
	}
}

fn signed<O: Order>(signer: &Person, order: O) -> SignedOrder<O> {
	let payload = Marketplace::signing_domain().native_payload(&order);
	let signature = OrderSignature::Native(signer.sign_bytes(&payload));
	SignedOrder { order, authorization: Authorization::Signature(signature) }
}

/// Ids of 20 bytes.
trait From20: Sized {
	fn from_20(bytes: sp_core::H160) -> Self;
}

macro_rules! from_20 {
	($($id:ident),*) => { $(
		impl From20 for $id {
			fn from_20(bytes: sp_core::H160) -> Self {
				Self(bytes)
			}
		}
	)* };
}

from_20!(AppId, DatasetId, WorkerpoolId);

/// Returns an asset that the scenario names and nobody has registered.
fn another<Id>(name: &str, id: fn(sp_core::H160) -> Id) -> Id {
	id(H256(keccak_256(name.as_bytes())).into())
}

/// Returns the digest of a result by its label: any fixed function of it.
fn digest(arguments: &Value) -> Result<ResultDigest, String> {
	text(arguments, "result").map(|label| ResultDigest(H256(keccak_256(label.as_bytes()))))
}

/// Sets chain time, in ms.
fn set_time(now: Moment) {
	pallet_timestamp::Now::<Runtime>::put(now);
}

/// Returns chain time as seconds from the scenario's start.
fn seconds(moment: Moment) -> u64 {
	moment.saturating_sub(START) / 1_000
}
