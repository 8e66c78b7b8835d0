//! Replays what iExec's contracts did (`vectors/poco/`) on the pure types: stages, consensus, deadlines, scores, and
//! every account's money. The escrow is two maps; matching knows only what the vectors' orders say. The runtime's own
//! replay is the full one.

use std::{collections::BTreeMap, fs, path::Path};

use rlc_primitives::{
	deal::Resource,
	ids::ResultDigest,
	money::{self, Score},
	settlement::{Failure, ScoreChange, Success},
	task::{Commitment, ContributionStatus, Stage},
	AccountId, AppId, Balance, CategoryId, DatasetId, Deal, DealId, Moment, OrderHash, Rules, Settlement, Tag, Task,
	WorkerpoolId,
};
use serde_json::{json, Value};
use sp_core::H256;
use sp_io::hashing::keccak_256;

/// Why a step is refused. The vectors only say that it is.
#[derive(Debug)]
struct Refused;

type Done = Result<(), Refused>;

fn ensure(holds: bool) -> Done {
	holds.then_some(()).ok_or(Refused)
}

/// Named errors of the crate, as refusals.
trait OrRefused<T> {
	fn or_refused(self) -> Result<T, Refused>;
}

impl<T, E> OrRefused<T> for Result<T, E> {
	fn or_refused(self) -> Result<T, Refused> {
		self.map_err(|_| Refused)
	}
}

fn text(value: &Value) -> &str {
	value.as_str().expect("a string")
}

fn int(value: &Value) -> u64 {
	value.as_u64().expect("an integer")
}

fn amount(value: &Value) -> Balance {
	value.as_str().map_or_else(|| int(value).into(), |digits| digits.parse().expect("an amount"))
}

fn account(name: &str) -> AccountId {
	AccountId::new(keccak_256(name.as_bytes()))
}

fn digest(result: &str) -> ResultDigest {
	ResultDigest(H256(keccak_256(result.as_bytes())))
}

#[derive(Clone, Default)]
struct World {
	reference_times: Vec<Moment>,
	stake_ratio: u32,
	scheduler_ratio: u8,
	orders: BTreeMap<u64, Value>,
	consumed: BTreeMap<u64, u64>,
	names: BTreeMap<AccountId, String>,
	free: BTreeMap<AccountId, Balance>,
	locked: BTreeMap<AccountId, Balance>,
	scores: BTreeMap<AccountId, Score>,
	kitty: Balance,
	deals: BTreeMap<String, (DealId, Deal)>,
	tasks: BTreeMap<String, Task>,
}

fn add(balances: &mut BTreeMap<AccountId, Balance>, who: &AccountId, amount: Balance) {
	*balances.entry(who.clone()).or_default() += amount;
}

fn take(balances: &mut BTreeMap<AccountId, Balance>, who: &AccountId, amount: Balance) -> Done {
	let balance = balances.entry(who.clone()).or_default();
	*balance = balance.checked_sub(amount).ok_or(Refused)?;
	Ok(())
}

impl World {
	fn new(file: &Value, scenario: &Value) -> Self {
		let policy = &scenario["policy"];
		let mut world = World {
			reference_times: file["categories"].as_array().unwrap().iter().map(|one| int(&one[1]) * 1_000).collect(),
			stake_ratio: int(&policy["worker_stake_ratio"]) as u32,
			scheduler_ratio: int(&policy["scheduler_reward_ratio"]) as u8,
			..Default::default()
		};
		for order in scenario["orders"].as_array().unwrap() {
			world.orders.insert(int(&order["id"]), order.clone());
		}
		for (name, deposit) in scenario["deposits"].as_object().unwrap() {
			let who = world.person(name);
			world.free.insert(who, amount(deposit));
		}
		world
	}

	fn person(&mut self, name: &str) -> AccountId {
		self.names.insert(account(name), name.into());
		account(name)
	}

	fn lock(&mut self, who: &AccountId, amount: Balance) -> Done {
		take(&mut self.free, who, amount)?;
		add(&mut self.locked, who, amount);
		Ok(())
	}

	fn unlock(&mut self, who: &AccountId, amount: Balance) {
		self.seize(who, amount);
		add(&mut self.free, who, amount);
	}

	fn seize(&mut self, who: &AccountId, amount: Balance) {
		take(&mut self.locked, who, amount).expect("what is released was locked");
	}

	fn score(&self, who: &AccountId) -> Score {
		self.scores.get(who).copied().unwrap_or(0)
	}

	fn step(&mut self, step: &Value, now: Moment) -> Done {
		match text(&step["op"]) {
			"match" => self.match_orders(step, now),
			"cancel_order" => {
				let order = &self.orders[&int(&step["order"])];
				ensure(step["by"] == order["owner"])?;
				self.consumed.insert(int(&step["order"]), int(&order["volume"]));
				Ok(())
			}
			"withdraw" => {
				let who = self.person(text(&step["by"]));
				take(&mut self.free, &who, amount(&step["amount"]))
			}
			_ => self.task_step(step, now),
		}
	}

	fn match_orders(&mut self, step: &Value, now: Moment) -> Done {
		let order = |key: &str| step[key].as_u64().map(|id| self.orders[&id].clone());
		let (app, dataset) = (order("app_order").unwrap(), order("dataset_order"));
		let (pool, request) = (order("workerpool_order").unwrap(), order("request_order").unwrap());
		let dataset_price = dataset.as_ref().map_or(0, |dataset| amount(&dataset["price"]));
		ensure(request["category"] == pool["category"] && int(&request["trust"]) <= int(&pool["trust"]))?;
		ensure(amount(&request["app_max_price"]) >= amount(&app["price"]))?;
		ensure(amount(&request["dataset_max_price"]) >= dataset_price)?;
		ensure(amount(&request["workerpool_max_price"]) >= amount(&pool["price"]))?;
		ensure(request["dataset"].is_null() == dataset.is_none())?;
		ensure(request["dataset"].is_null() || request["dataset"] == "dataset")?;
		let admits = |restriction: &Value, name: &str| restriction.is_null() || restriction == name;
		ensure(admits(&request["workerpool"], "workerpool"))?;
		ensure(app["dataset_restrict"].is_null() || (dataset.is_some() && app["dataset_restrict"] == "dataset"))?;
		ensure(admits(&app["requester_restrict"], "requester"))?;
		if let Some(dataset) = &dataset {
			ensure(admits(&dataset["app_restrict"], "app") && admits(&dataset["requester_restrict"], "requester"))?;
		}
		let orders: Vec<_> =
			[Some(&app), dataset.as_ref(), Some(&pool), Some(&request)].into_iter().flatten().collect();
		ensure(orders.iter().all(|order| order["signer"] == order["owner"]))?;
		let consumed = |order: &Value| self.consumed.get(&int(&order["id"])).copied().unwrap_or(0);
		let size = orders.iter().map(|order| int(&order["volume"]) - consumed(order)).min().unwrap();
		ensure(size > 0)?;

		let payer = account(step["sponsor"].as_str().unwrap_or("requester"));
		let price = amount(&pool["price"]);
		let deal = Deal {
			app: Resource { id: AppId::default(), owner: self.person("app_owner"), price: amount(&app["price"]) },
			dataset: dataset.is_some().then(|| Resource {
				id: DatasetId::default(),
				owner: self.person("dataset_owner"),
				price: dataset_price,
			}),
			workerpool: Resource { id: WorkerpoolId::default(), owner: self.person("scheduler"), price },
			payer,
			requester: account("requester"),
			beneficiary: None,
			callback: None,
			category: CategoryId(int(&request["category"]) as u32),
			reference_time: *self.reference_times.get(int(&request["category"]) as usize).ok_or(Refused)?,
			trust: int(&request["trust"]).max(1),
			tag: Tag::NONE,
			start: now,
			opened: now,
			first: self.consumed.get(&int(&request["id"])).copied().unwrap_or(0),
			size,
			worker_stake: money::worker_stake(price, self.stake_ratio).or_refused()?,
			charge: 0,
			pool_stake: money::pool_stake(price, 0).or_refused()?,
			scheduler_ratio: self.scheduler_ratio,
			settlement: Settlement::Scheduler,
		};
		let cost = money::for_volume(deal.task_price().or_refused()?, size).or_refused()?;
		let pool_stake = money::for_volume(deal.pool_stake, size).or_refused()?;
		self.lock(&deal.payer, cost)?;
		self.lock(deal.scheduler(), pool_stake)?;
		for order in orders {
			*self.consumed.entry(int(&order["id"])).or_default() += size;
		}
		if let Some(name) = step["deal"].as_str() {
			assert_eq!((deal.first, size), (int(&step["first_index"]), int(&step["volume"])), "{step}");
			let id = DealId::of(OrderHash(H256::from_low_u64_be(int(&request["id"]))), deal.first);
			self.deals.insert(name.into(), (id, deal));
		}
		Ok(())
	}

	fn task_step(&mut self, step: &Value, now: Moment) -> Done {
		let op = text(&step["op"]);
		let name = text(&step["task"]);
		let (id, deal) = self.deals.get(name.split(':').next().unwrap()).cloned().ok_or(Refused)?;
		if op == "initialize" {
			let index = int(&step["index"]);
			ensure(deal.task(id, index).is_some() && !self.tasks.contains_key(name))?;
			self.tasks.insert(name.into(), Task::new(id, index));
			return Ok(());
		}
		let mut task = self.tasks.get(name).cloned().ok_or(Refused)?;
		let worker = step["worker"].as_str().map(|worker| self.person(worker));
		if ["finalize", "reopen"].contains(&op) {
			ensure(step["by"] == "scheduler")?;
		}
		match op {
			"contribute" => {
				ensure(step["authorized_by"] == "scheduler")?;
				let (worker, digest) = (worker.unwrap(), digest(text(&step["result"])));
				let commitment = Commitment::of(&worker, task.id(), digest);
				task.contribute(&deal, worker.clone(), self.score(&worker), commitment, now, &Rules::IEXEC)
					.or_refused()?;
				self.lock(&worker, deal.worker_stake)?;
			}
			"contribute_and_finalize" => {
				let (worker, digest) = (worker.unwrap(), digest(text(&step["result"])));
				task.contribute_and_finalize(&deal, worker.clone(), digest, None, None, now).or_refused()?;
				self.settle(&deal, Success::of_one(&deal, worker, self.kitty, &Rules::IEXEC).or_refused()?);
			}
			"reveal" => {
				task.reveal(&worker.unwrap(), digest(text(&step["result"])), now).or_refused()?;
			}
			"reopen" => task.reopen(&deal, now).or_refused()?,
			"finalize" => {
				task.finalize(&deal, None, now, &Rules::IEXEC).or_refused()?;
				self.settle(
					&deal,
					Success::of_consensus(&deal, &task, self.kitty, &Rules::IEXEC, |_| true).or_refused()?,
				);
			}
			"claim" => {
				task.claim(&deal, now, &Rules::IEXEC).or_refused()?;
				let failure = Failure::of(&deal, &Rules::IEXEC).or_refused()?;
				self.unlock(&deal.payer, failure.payer);
				self.seize(deal.scheduler(), failure.pool_stake);
				self.kitty += failure.pool_stake;
				task.contributions.iter().for_each(|one| self.unlock(&one.worker, failure.worker_stake));
			}
			other => panic!("no such operation: {other}"),
		}
		self.tasks.insert(name.into(), task);
		Ok(())
	}

	fn settle(&mut self, deal: &Deal, success: Success) {
		self.seize(&deal.payer, success.payer);
		add(&mut self.free, &deal.app.owner, success.app);
		if let Some(dataset) = &deal.dataset {
			add(&mut self.free, &dataset.owner, success.dataset);
		}
		self.unlock(deal.scheduler(), success.pool_stake);
		self.kitty -= success.kitty;
		add(&mut self.free, deal.scheduler(), success.kitty);
		for outcome in &success.workers {
			if outcome.proved {
				self.unlock(&outcome.worker, outcome.stake);
			} else {
				self.seize(&outcome.worker, outcome.stake);
			}
			add(&mut self.free, &outcome.worker, outcome.reward);
			let before = self.score(&outcome.worker);
			let score = match outcome.score {
				ScoreChange::None => before,
				ScoreChange::Point => before + 1,
				ScoreChange::Fault => money::score_after_fault(before),
			};
			self.scores.insert(outcome.worker.clone(), score);
		}
		add(&mut self.free, deal.scheduler(), success.scheduler);
	}

	/// Returns the state as the vectors show it.
	fn view(&self) -> Value {
		let mut view = json!({ "accounts": {}, "scores": {}, "tasks": {}, "kitty": self.kitty.to_string() });
		for (who, name) in &self.names {
			let of = |balances: &BTreeMap<_, Balance>| balances.get(who).copied().unwrap_or(0);
			if of(&self.free) + of(&self.locked) > 0 {
				view["accounts"][name] = json!([of(&self.free).to_string(), of(&self.locked).to_string()]);
			}
			if self.score(who) > 0 {
				view["scores"][name] = json!(self.score(who));
			}
		}
		for (name, task) in &self.tasks {
			let (_, deal) = &self.deals[name.split(':').next().unwrap()];
			let consensus = task.consensus();
			let mut contributions = json!({});
			for one in &task.contributions {
				let status = match one.status {
					ContributionStatus::Contributed => "contributed",
					ContributionStatus::Proved => "proved",
					ContributionStatus::Rejected => "rejected",
					ContributionStatus::Excused => "excused",
				};
				contributions[&self.names[&one.worker]] = json!([status, one.log2_weight()]);
			}
			view["tasks"][name] = json!({
				"status": match task.stage {
					Stage::Active => "active",
					Stage::Revealing(_) => "revealing",
					Stage::Completed(_) => "completed",
					Stage::Failed(_) => "failed",
				},
				"reveal_counter": consensus.map_or(0, |one| one.reveals),
				"winner_counter": consensus.map_or(0, |one| one.winners),
				"reveal_deadline": consensus.map_or(0, |one| one.reveal_deadline / 1_000),
				"contribution_deadline": deal.contribution_deadline() / 1_000,
				"final_deadline": deal.final_deadline() / 1_000,
				"contributions": contributions,
			});
		}
		view
	}
}

/// Applies what a step changed to what was recorded before it.
fn record(seen: &mut Value, changed: &Value) {
	for part in ["accounts", "scores", "tasks"] {
		for (key, value) in changed[part].as_object().into_iter().flatten() {
			let all = seen[part].as_object_mut().unwrap();
			if value.is_null() {
				all.remove(key);
			} else {
				all.insert(key.clone(), value.clone());
			}
		}
	}
	if !changed["kitty"].is_null() {
		seen["kitty"] = changed["kitty"].clone();
	}
}

/// Replays a file; how many scenarios and steps it held.
fn replay(path: &Path) -> (usize, usize) {
	let file: Value = serde_json::from_str(&fs::read_to_string(path).expect("the file is there")).expect("JSON");
	let scenarios = file["scenarios"].as_array().expect("scenarios");
	let mut steps = 0;
	for scenario in scenarios {
		let mut world = World::new(&file, scenario);
		let mut seen = world.view();
		for (n, step) in scenario["steps"].as_array().expect("steps").iter().enumerate() {
			let mut next = world.clone();
			let done = next.step(step, int(&step["time"]) * 1_000);
			assert_eq!(done.is_ok(), step["ok"], "{} step {n}: {step}", scenario["name"]);
			if done.is_ok() {
				world = next;
			}
			record(&mut seen, &step["changed"]);
			assert_eq!(world.view(), seen, "{} step {n}: {step}", scenario["name"]);
			steps += 1;
		}
	}
	(scenarios.len(), steps)
}

#[test]
fn iexecs_contracts_are_followed_step_by_step() {
	let folder = Path::new("../../vectors/poco");
	let mut files: Vec<_> = fs::read_dir(folder).expect("the vectors").map(|entry| entry.unwrap().path()).collect();
	files.sort();
	let replayed: Vec<_> = files.iter().map(|file| replay(file)).collect();
	let (scenarios, steps) = replayed.iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
	println!("{} files, {scenarios} scenarios, {steps} steps", files.len());
	assert!(steps > 0);
}
