//! `rlc app run`: from a request to its verified results, in one go.

use std::{path::PathBuf, time::Duration};

use clap::Args;
use rlc_chain::{Call, Chain, Key};
use rlc_json::Account;
use rlc_primitives::{Balance, BlockNumber, DealId, OrderHash};
use serde_json::json;
use tokio::time::Instant;

use crate::{
	after,
	amount::Amount,
	answer::Answer,
	assets,
	context::Context,
	deals,
	failure::{failure, Result},
	fit::Fit,
	ids,
	market::{self, Quote, Wish},
	pins::Pinning,
	pool, read_along,
	refund::Payments,
	request::{Request, RequestOptions},
	results, say, stops, watch,
};

/// How long workers have to come back that lost their connection, or whose scheduler was restarted.
const COMING_BACK: Duration = Duration::from_secs(10);
/// How often the scheduler is asked whether they have.
const LOOK: Duration = Duration::from_millis(500);

/// Run an app: buy, watch, download and verify the results
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc app run 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 --args \"3 4\" --account me
  rlc app run 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 --input data.csv --trust 5 --output result --account me
  rlc app run 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 --tasks 16 --max-price 0.5 --max-cost 10 --json --account me
  rlc app run 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 --cores 4 --memory 8G --account me
  rlc app run 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 --each tasks.csv --args \"--seed {seed}\" --account me
  rlc app run 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 --input-each 'data/*.csv' --output results --account me
  rlc app run 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 --after 0x9d0c… --follow --account me

It shows what it costs, and asks. Without a terminal, agree with --yes, or with --max-cost to a cost in all.
The exit code is 3 if some tasks failed, and 4 if all did.

Ctrl-C stops watching, not the deal: resume with `rlc deal watch DEAL` and `rlc deal download DEAL`.")]
pub(crate) struct Run {
	/// The request
	#[command(flatten)]
	pub request: RequestOptions,

	/// Begin when this deal is done: its results, each an archive `result-DEAL-INDEX.tar`, are files for every task; may be
	/// repeated. If a task of it fails, nothing is bought
	#[arg(long, value_name = "DEAL", value_parser = ids::deal)]
	pub after: Vec<DealId>,

	/// Unpack the results into this directory [default: result-DEAL]
	#[arg(long, value_name = "DIR", conflicts_with = "no_wait")]
	pub output: Option<PathBuf>,

	/// Show what the apps write while they run, on standard error: of the first 16 tasks
	#[arg(long, conflicts_with = "no_wait")]
	pub follow: bool,

	/// Do not wait for the results
	#[arg(long)]
	pub no_wait: bool,
}

/// A deal that was bought.
struct Bought {
	deal: DealId,
	/// The number of the block that has it.
	block: BlockNumber,
	/// The request that was matched.
	request: OrderHash,
}

/// Buys, watches, downloads. Once there is a deal, a failure says how to resume.
pub(crate) async fn run(run: Run, context: &Context) -> Result<Answer> {
	// Before anything is paid for.
	run.output.as_deref().map_or(Ok(()), results::ensure_free)?;
	let (key, chain) = context.signer().await?;
	let brought = after::bring(context, &chain, &run.after).await?;
	let asked = run.request.request(context, &chain, key.account(), Pinning::Read, &brought.files).await?;
	let Bought { deal: id, block, request } = buy(context, &chain, key.clone(), &asked, run.no_wait).await?;
	context.out.say(say::deal::request(request, run.request.hours()));
	let output = run.output.unwrap_or_else(|| results::default_dir(id));
	if !asked.names.is_empty() {
		if let Err(why) = results::remember(&output, id, &asked.names) {
			context.out.say(format_args!("warning: results will be called by their number: {why}"));
		}
	}
	if run.no_wait {
		let json = json!({ "deal": id, "tasks": asked.wish.tasks, "request": request });
		return Ok(Answer::new(say::deal::opened(id), json));
	}
	let view = deals::deal(&chain, id).await?;
	if view.deal.size < asked.wish.tasks {
		let (some, all) = (view.deal.size, asked.wish.tasks);
		context.out.say(format_args!("warning: the offers had room for the first {some} of {all} tasks alone"));
	}
	let payments = Payments::since(block, &chain, &view);
	let (deal, tasks) = if run.follow {
		let lines = read_along::lines(context, &chain, &key, &view).await;
		watch::to_the_end_with(context, &chain, id, lines).await?
	} else {
		watch::to_the_end(context, &chain, id).await?
	};
	let paid = payments.of_closed(deal.deal.size).await;
	let fetched = results::download(context, &chain, &deal, &tasks, &output).await;
	let fetched = fetched.map_err(|why| why.advise(format_args!("resume with `rlc deal download {:?}`", id.0)))?;
	let mut answer = say::deal::outcome(&deal, &tasks, &fetched, &paid)?;
	answer.json["request"] = json!(request);
	Ok(answer)
}

/// Finds offers, has the user agree to what they cost, uploads what the tasks read, and makes the deal.
async fn buy(context: &Context, chain: &Chain, key: Key, asked: &Request, no_wait: bool) -> Result<Bought> {
	let wish = &asked.wish;
	stops::before_purchase(context, chain).await?;
	let quote = market::quote(chain, wish).await?;
	let volume = quote.estimate.volume;
	if volume < wish.tasks {
		return Err(failure!(OffersVolume, "the offers have room for {volume} of {} tasks", wish.tasks;
			"ask for {volume} at most: with --tasks, or fewer rows or files"));
	}
	context.out.say(say::quote::summary(&quote, wish));
	if wish.trust <= 1 {
		context.out.say(say::quote::ONE_WORKER);
	}
	let call = quote.purchase(wish);
	check_funds(chain, wish, &quote, &call).await?;
	check_workers(context, chain, &quote, wish, no_wait).await?;
	let purchase = context.approve_priced(chain, key.clone(), call, wish.max_price.is_some()).await?;
	if !asked.files.is_empty() {
		let scheduler = pool::scheduler(context, chain, quote.workerpool.workerpool).await?;
		assets::upload(context, chain, &key, &scheduler, &asked.files).await?;
	}
	let progress = context.out.wait("matching the orders");
	let receipt = purchase.send(chain).await?;
	drop(progress);
	let deal = deals::opened(&receipt.events)?;
	tracing::debug!(deal = ?deal.0, block = ?receipt.block, "deal opened");
	let request = chain.order_hash(&quote.request(wish).into()).await?;
	Ok(Bought { deal, block: receipt.number, request })
}

/// Fails if the requester cannot pay for the tasks and all that comes with them, and stay an account.
async fn check_funds(chain: &Chain, wish: &Wish, quote: &Quote, call: &Call) -> Result<()> {
	let free = chain.funds(&wish.requester).await?.spendable();
	let (fee, stay) = (chain.fee(&wish.requester, call).await?, chain.deposits().await?.account);
	let besides = [quote.deposits(), quote.estimate.charge, fee, stay].into_iter().fold(0, Balance::saturating_add);
	let needed = quote.estimate.total_price.saturating_add(besides);
	if free >= needed {
		return Ok(());
	}
	let requester = Account(wish.requester.clone());
	let (free, needed, besides) = (Amount(free), Amount(needed), Amount(besides));
	Err(failure!(FundsShort,
		"{requester} has {free} free and needs {needed}, {besides} of it for deposits, the charge and the fee";
		"send it RLC with `rlc account send`, or ask for less"))
}

/// Fails if no connected worker can run the tasks, and none comes back soon. With `no_wait` that is only a warning, as it is
/// if too few can decide on them: the tasks may wait for workers that join later.
async fn check_workers(context: &Context, chain: &Chain, quote: &Quote, wish: &Wish, no_wait: bool) -> Result<()> {
	let look = || Fit::of(context, chain, quote, wish);
	let has_none = |fit: &Result<Fit>| fit.as_ref().is_ok_and(|fit| fit.shortage(wish).is_some());
	let mut fit = look().await;
	if has_none(&fit) && !no_wait {
		let _progress = context.out.wait("looking for a worker");
		let until = Instant::now() + COMING_BACK;
		while has_none(&fit) && Instant::now() < until {
			tokio::time::sleep(LOOK).await;
			fit = look().await;
		}
	}
	let warning = match fit {
		Ok(fit) => match fit.shortage(wish) {
			Some(why) if !no_wait => {
				return Err(failure!(WorkersMissing, "{why}";
					"ask for less, name another --workerpool, or buy anyway with --no-wait"));
			}
			shortage => shortage.or_else(|| fit.too_few(wish)),
		},
		Err(why) => Some(format!("cannot tell whether a worker can run the tasks: {why}")),
	};
	if let Some(why) = warning {
		context.out.say(format_args!("warning: {why}"));
	}
	Ok(())
}
