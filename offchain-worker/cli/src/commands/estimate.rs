//! `rlc estimate`: what a run would cost now.

use clap::Args;
use rlc_chain::Chain;
use rlc_primitives::{consensus, deal::FINAL_WINDOW, task::MAX_CONTRIBUTORS, Balance, Moment};
use rlc_protocol::requester::{PoolInfo, SchedulerRpcClient, WorkerInfo};
use serde_json::json;

use crate::{
	amount::Amount,
	context::Context,
	demand::Demand,
	failure::Result,
	market::{self, Quote, Wish},
	output::Answer,
	pool,
	request::RequestOptions,
	table::{counted, fields, span},
};

const EXAMPLES: &str = "\
Examples:
  rlc estimate 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 --trust 5 --account me
  rlc estimate 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 --tasks 100 --category S --json --account //Alice";

/// Arguments of `rlc estimate`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Estimate {
	/// What would be asked for
	#[command(flatten)]
	pub request: RequestOptions,
}

/// What the scheduler says.
#[derive(Clone, Debug)]
struct Told {
	/// The pool.
	info: PoolInfo,
	/// The same of those workers that have what a task needs, with as many slots as tasks fit into.
	room: PoolInfo,
	/// How long a run of the app takes there, in ms; `None` if none was measured, or the scheduler is too old to say.
	run_time: Option<Moment>,
}

/// A price in one line.
pub fn summary(quote: &Quote, wish: &Wish) -> String {
	let estimate = &quote.estimate;
	format!(
		"{} at {} each: {}, a deposit of {} that comes back, and one of {} that stays",
		counted(estimate.volume.min(wish.tasks), "task"),
		Amount(estimate.task_price),
		Amount(estimate.total_price),
		Amount(estimate.deposit),
		Amount(quote.record_deposit)
	)
}

/// How many workers have to agree on a task of this trust if all are new: then each counts least.
fn workers_needed(trust: u64) -> u64 {
	let weight = consensus::weight(0);
	let reached = |workers: &u64| {
		let group = consensus::group((0..*workers).map(|_| weight)).ok()?;
		let total = consensus::total(consensus::INITIAL_TOTAL, 0.into(), group).ok()?;
		consensus::is_reached(group, total, trust.max(1)).ok()
	};
	let most = u64::from(MAX_CONTRIBUTORS);
	(1..=most).find(|workers| reached(workers).unwrap_or(false)).unwrap_or(most)
}

/// Asks the chain, and the scheduler for its queue and how long the app takes.
///
/// # Errors
///
/// If no offers serve, in words.
pub async fn run(command: Estimate, context: &Context) -> Result<Answer> {
	let chain = context.chain().await?;
	let (wish, _) = command.request.wish(context, &chain, context.who()?).await?;
	let quote = market::quote(&chain, &wish).await?;
	let fee = chain.fee(&wish.requester, &quote.purchase(&wish)).await?;
	let told = match pool::url(&chain, quote.workerpool.workerpool).await {
		Ok(url) => ask(&chain, &url, &quote, &wish).await,
		Err(why) => Err(why),
	};
	Ok(answer(&quote, &wish, fee, told))
}

async fn ask(chain: &Chain, url: &str, quote: &Quote, wish: &Wish) -> Result<Told> {
	let scheduler = pool::connect(url).await?;
	let info = scheduler.info().await.map_err(|error| pool::refused(&error))?;
	let demand = Demand::of(chain, quote, wish).await?;
	let room = match demand.is_nothing() {
		true => info.clone(),
		false => {
			let workers = scheduler.workers().await.map_err(|error| pool::refused(&error))?;
			room_for(&info, &workers, &demand)
		}
	};
	let run_time = match chain.app(wish.app).await? {
		Some(app) => scheduler.run_time(app.content.checksum).await.ok().flatten(),
		None => None,
	};
	Ok(Told { info, room, run_time })
}

/// A pool as if it had but the workers that have what is demanded, and each slot were as many as a task takes.
fn room_for(info: &PoolInfo, workers: &[WorkerInfo], demand: &Demand) -> PoolInfo {
	let mut room = PoolInfo { workers: 0, free_slots: 0, slots: 0, ..info.clone() };
	for worker in workers {
		let Some(slots) = demand.slots(worker) else { continue };
		room.workers = room.workers.saturating_add(1);
		room.free_slots = room.free_slots.saturating_add(worker.free_slots / slots);
		if !worker.draining {
			room.slots = room.slots.saturating_add(u64::from(worker.resources.slots / slots));
		}
	}
	room
}

/// When the tasks would begin, as far as the scheduler can tell.
fn start(info: &PoolInfo, tasks: u64, workers: u64) -> String {
	let needed = tasks.saturating_mul(workers);
	if u64::from(info.workers) < workers {
		return format!(
			"the pool has {} for them now, and each task needs {workers}",
			counted(info.workers.into(), "worker")
		);
	}
	if info.waiting == 0 && u64::from(info.free_slots) >= needed {
		return "at once".into();
	}
	let (waiting, free) = (counted(info.waiting, "task"), counted(info.free_slots.into(), "free slot"));
	format!("{waiting} before them, {free} now")
}

/// In how many ms all tasks are computed, one run in each slot at a time, if all that is before them takes as long as
/// they do. `Err`: why that is not known.
fn computed_in(info: &PoolInfo, run_time: Option<Moment>, tasks: u64, workers: u64) -> Result<Moment, &'static str> {
	let run_time = run_time.ok_or("the pool has not measured a run of the app")?;
	if u64::from(info.workers) < workers {
		return Err("the pool has too few workers for them now");
	}
	if info.slots == 0 {
		return Err("no worker takes tasks now, or the scheduler does not say how many");
	}
	let busy = info.slots.saturating_sub(info.free_slots.into());
	let runs = tasks.saturating_mul(workers).saturating_add(info.waiting).saturating_add(busy);
	Ok(runs.div_ceil(info.slots).saturating_mul(run_time))
}

/// When all tasks are closed, in words: as expected, and at most.
fn ending(expected: Result<Moment, &str>, most: Moment) -> String {
	let limit = span(most);
	match expected {
		Ok(time) if time < most => {
			format!("expected about {} and a few blocks (at most {limit}, else the money comes back)", span(time))
		}
		Ok(time) => format!("expected about {}, too late: after {limit} the money comes back", span(time)),
		Err(why) => format!("within {limit}, else the money comes back; the expected time is not known: {why}"),
	}
}

fn answer(quote: &Quote, wish: &Wish, fee: Balance, told: Result<Told>) -> Answer {
	let estimate = &quote.estimate;
	let workers = workers_needed(wish.trust);
	let beginning = match &told {
		Ok(Told { room, .. }) => start(room, wish.tasks, workers),
		Err(why) => format!("not known: {why}"),
	};
	// The app's runs in other categories may be longer than this one allows.
	let run_time = told.as_ref().ok().and_then(|told| told.run_time).map(|time| time.min(wish.reference_time));
	let expected = match &told {
		Ok(Told { room, .. }) => computed_in(room, run_time, wish.tasks, workers),
		Err(_) => Err("the scheduler does not answer"),
	};
	let end = wish.reference_time.saturating_mul(FINAL_WINDOW);
	let usual = run_time.map(|time| format!("about {}, ", span(time))).unwrap_or_default();
	let text = fields([
		("tasks", format!("{} of {}", estimate.volume, wish.tasks)),
		("a task", Amount(estimate.task_price).to_string()),
		("  app", Amount(quote.app.price).to_string()),
		("  dataset", quote.dataset.as_ref().map(|order| Amount(order.price).to_string()).unwrap_or_default()),
		("  workerpool", Amount(quote.workerpool.price).to_string()),
		("all tasks", Amount(estimate.total_price).to_string()),
		("fee", format!("about {} beside the price, for the transaction; it does not come back", Amount(fee))),
		("deposits", Amount(quote.deposits()).to_string()),
		("  deal", format!("{}, comes back when the deal is forgotten", Amount(estimate.deposit))),
		("  request", format!("{}, stays with the record of what was bought", Amount(quote.record_deposit))),
		(
			"stakes",
			format!("{} a worker, {} the scheduler", Amount(estimate.worker_stake), Amount(estimate.pool_stake)),
		),
		("workers", format!("{workers} for each task, if all are new")),
		("begins", beginning.clone()),
		("a run takes", format!("{usual}{} at most, category {}", span(wish.reference_time), wish.category_name)),
		("ends", ending(expected, end)),
	]);
	let json = json!({
		"volume": estimate.volume.to_string(),
		"taskPrice": estimate.task_price.to_string(),
		"appPrice": quote.app.price.to_string(),
		"datasetPrice": quote.dataset.as_ref().map(|order| order.price.to_string()),
		"workerpoolPrice": quote.workerpool.price.to_string(),
		"totalPrice": estimate.total_price.to_string(),
		"fee": fee.to_string(),
		"deposit": quote.deposits().to_string(),
		"dealDeposit": estimate.deposit.to_string(),
		"recordDeposit": quote.record_deposit.to_string(),
		"workerStake": estimate.worker_stake.to_string(),
		"poolStake": estimate.pool_stake.to_string(),
		"workerpool": quote.workerpool.workerpool,
		"orders": {
			"app": estimate.orders.app,
			"dataset": estimate.orders.dataset,
			"workerpool": estimate.orders.workerpool,
		},
		"workersPerTask": workers,
		"begins": beginning,
		"pool": told.ok().map(|told| told.info),
		"runTime": run_time,
		"runTimeLimit": wish.reference_time,
		"expectedTime": expected.ok(),
		"endsWithin": end,
	});
	Answer::new(text, json)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		failure::failure,
		market::tests::{quote, wish},
	};
	use rlc_primitives::AccountId;
	use rlc_protocol::{worker::Resources, Account, Needs};

	fn info(workers: u32, free_slots: u32, waiting: u64) -> PoolInfo {
		PoolInfo {
			workerpool: Default::default(),
			genesis: Default::default(),
			scheduler: Account(AccountId::new([1; 32])),
			version: String::new(),
			workers,
			free_slots,
			slots: 6,
			waiting,
			running: 0,
		}
	}

	#[test]
	fn trust_needs_as_many_new_workers_as_the_consensus() {
		assert_eq!([0, 1, 2, 3, 5, 9].map(workers_needed), [1, 1, 1, 2, 3, 4]);
		assert_eq!(workers_needed(u64::MAX), 64);
	}

	#[test]
	fn all_that_is_held_is_told_and_what_comes_back_of_it() {
		let answer = answer(&quote(), &wish(), 5, Err(failure!("it is down")));
		let line = |name: &str, amount| {
			let starts = |line: &&str| line.trim_start().starts_with(name);
			let line = answer.text.lines().find(starts).unwrap();
			assert!(line.contains(&Amount(amount).to_string()), "{line}");
			line.to_owned()
		};
		assert!(line("fee", 5).contains("beside the price"));
		line("deposits", 11);
		assert!(line("deal", 9).contains("comes back"));
		assert!(line("request", 2).contains("stays"));
		let json = ["fee", "deposit", "dealDeposit", "recordDeposit"].map(|name| answer.json[name].as_str());
		assert_eq!(json, [Some("5"), Some("11"), Some("9"), Some("2")]);
		let told = summary(&quote(), &wish());
		assert!(told.contains(&Amount(9).to_string()) && told.contains(&Amount(2).to_string()), "{told}");
	}

	#[test]
	fn the_beginning_depends_on_the_queue() {
		assert_eq!(start(&info(3, 6, 0), 2, 3), "at once");
		assert!(start(&info(3, 5, 0), 2, 3).starts_with("0 tasks before"));
		assert!(start(&info(3, 6, 9), 2, 3).starts_with("9 tasks before"));
		assert!(start(&info(2, 6, 0), 2, 3).starts_with("the pool has 2 workers for them now"));
	}

	#[test]
	fn only_workers_that_have_what_a_task_needs_are_counted() {
		let worker = |slots, memory, alive| WorkerInfo {
			account: Account(AccountId::new([1; 32])),
			operator: None,
			alive,
			draining: false,
			resources: Resources { slots, memory, wasm: true, ..Resources::default() },
			free_slots: slots - 1,
			running: 1,
			seen: 0,
		};
		let workers = [worker(4, 8, true), worker(8, 8, true), worker(8, 3, true), worker(8, 8, false)];
		let demand = Demand { needs: Needs { memory: 4, ..Needs::default() }, ..Demand::default() };
		let room = room_for(&info(3, 17, 0), &workers, &demand);
		assert_eq!((room.workers, room.slots, room.free_slots), (2, 4, 2), "each task takes half a worker");
	}

	#[test]
	fn the_end_is_expected_from_the_queue_and_what_runs_take() {
		let time = |info: &PoolInfo, tasks| computed_in(info, Some(1_000), tasks, 3);
		assert_eq!(time(&info(3, 6, 0), 2), Ok(1_000), "six runs, six slots");
		assert_eq!(time(&info(3, 5, 0), 2), Ok(2_000), "one has to wait for what runs now");
		assert_eq!(time(&info(3, 0, 30), 2), Ok(7_000), "six run, 30 wait, six come");
		assert!(time(&info(2, 6, 0), 2).is_err(), "three workers are needed");
		assert!(time(&PoolInfo { slots: 0, ..info(3, 0, 0) }, 2).is_err());
		assert!(computed_in(&info(3, 6, 0), None, 2, 3).is_err(), "nothing was measured");
	}

	#[test]
	fn what_is_expected_is_told_or_that_it_is_not_known() {
		let told = |run_time| {
			let told = Told { info: info(3, 6, 0), room: info(3, 6, 0), run_time };
			let answer = answer(&quote(), &wish(), 5, Ok(told));
			let ends = answer.text.lines().last().unwrap().to_owned();
			(ends, answer.json["runTime"].as_u64(), answer.json["expectedTime"].as_u64())
		};
		let (ends, run_time, expected) = told(Some(12_000));
		assert!(ends.contains("expected about 12 s") && ends.contains("(at most 50 min"), "{ends}");
		assert_eq!((run_time, expected), (Some(12_000), Some(12_000)));
		let (ends, run_time, expected) = told(None);
		assert!(ends.contains("within 50 min") && ends.contains("not known"), "{ends}");
		assert_eq!((run_time, expected), (None, None));
		assert_eq!(told(Some(u64::MAX)).1, Some(wish().reference_time), "no run takes longer");
		assert!(ending(Ok(2), 2).contains("too late"));
	}
}
