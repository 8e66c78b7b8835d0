//! `rlc app run`: from a request to its verified results, in one go.

use std::{path::PathBuf, time::Duration};

use clap::Args;
use rlc_chain::{Call, Chain, Event, Key, MarketplaceEvent};
use rlc_primitives::DealId;
use rlc_protocol::Account;
use serde_json::json;
use tokio::time::Instant;

use crate::{
	amount::Amount,
	assets,
	commands::{deal, estimate},
	context::Context,
	demand,
	failure::{failure, Result},
	market::{self, Quote, Wish},
	output::Answer,
	pool,
	request::RequestOptions,
	results, watch,
};

/// How long workers have to come back that lost their connection, or whose scheduler was restarted.
const COMING_BACK: Duration = Duration::from_secs(10);
/// How often it is asked whether they have.
const LOOK: Duration = Duration::from_millis(500);

/// Arguments of `rlc app run`.
#[derive(Debug, Args)]
pub struct Run {
	/// What is asked for
	#[command(flatten)]
	pub request: RequestOptions,

	/// Unpack the results into this directory [default: result-DEAL]
	#[arg(long, value_name = "DIR", conflicts_with = "no_wait")]
	pub output: Option<PathBuf>,

	/// Do not wait for the results
	#[arg(long)]
	pub no_wait: bool,

	/// Do not ask whether the price is right
	#[arg(long, short)]
	pub yes: bool,
}

/// Buys, watches, downloads.
///
/// # Errors
///
/// In one line; once there is a deal, with how to go on.
pub async fn run(context: &Context, run: Run) -> Result<Answer> {
	let key = context.key()?;
	let chain = context.chain().await?;
	let (wish, files) = run.request.wish(context, &chain, key.account()).await?;
	let quote = market::quote(&chain, &wish).await?;
	if quote.estimate.volume < wish.tasks {
		let volume = quote.estimate.volume;
		return Err(failure!("the offers have room for {volume} of {} tasks; ask for --tasks {volume}", wish.tasks));
	}
	context.out.say(estimate::summary(&quote, &wish));
	can_pay(&chain, &wish, &quote).await?;
	is_served(context, &chain, (&quote, &wish), run.no_wait).await?;
	if context.out.can_ask() && !run.yes && !context.out.confirm("Buy?") {
		return Err(failure!("nothing was bought"));
	}
	if !files.is_empty() {
		let scheduler = pool::url(&chain, quote.workerpool.workerpool).await?;
		assets::upload(context, &chain, &key, &scheduler, &files).await?;
	}
	let id = buy(context, &chain, key, quote.purchase(&wish)).await?;
	if run.no_wait {
		let text = format!("deal {:?}; see it with `rlc deal watch {0:?}`", id.0);
		return Ok(Answer::new(text, json!({ "deal": id, "tasks": wish.tasks })));
	}
	let (deal, tasks) = watch::to_the_end(context, &chain, id).await?;
	let output = run.output.unwrap_or_else(|| results::default_dir(id));
	let fetched = results::download(context, &chain, &deal, &tasks, &output).await;
	let fetched = fetched.map_err(|wrong| wrong.advise(format_args!("try `rlc deal download {:?}`", id.0)))?;
	deal::outcome(&deal, &tasks, &fetched)
}

/// Whether the requester has what it costs.
async fn can_pay(chain: &Chain, wish: &Wish, quote: &Quote) -> Result<()> {
	let funds = chain.funds(&wish.requester).await?;
	let free = funds.free.saturating_sub(funds.frozen);
	let needed = quote.estimate.total_price.saturating_add(quote.deposits());
	if free < needed {
		let who = Account(wish.requester.clone());
		return Err(failure!(
			"{who} has {} free and needs {} (of it {} deposits); send it RLC with `rlc account send`, or ask for less",
			Amount(free),
			Amount(needed),
			Amount(quote.deposits())
		));
	}
	Ok(())
}

/// Whether there is anybody to wait for. Who does not want to wait may leave the tasks to whoever comes.
async fn is_served(context: &Context, chain: &Chain, (quote, wish): (&Quote, &Wish), leave: bool) -> Result<()> {
	let mut shortage = demand::shortage(chain, quote, wish).await;
	if matches!(shortage, Ok(Some(_))) && !leave {
		let _progress = context.out.wait("looking for a worker");
		let until = Instant::now() + COMING_BACK;
		while matches!(shortage, Ok(Some(_))) && Instant::now() < until {
			tokio::time::sleep(LOOK).await;
			shortage = demand::shortage(chain, quote, wish).await;
		}
	}
	match shortage {
		Ok(None) => {}
		Ok(Some(why)) if leave => context.out.say(format_args!("warning: {why}")),
		Ok(Some(why)) => {
			return Err(failure!(
				"{why}; ask for less or name another --workerpool, or buy it all the same by --no-wait"
			))
		}
		Err(why) => context.out.say(format_args!("warning: it is not known whether a worker is there: {why}")),
	}
	Ok(())
}

/// Match the request with the offers.
async fn buy(context: &Context, chain: &Chain, key: Key, purchase: Call) -> Result<DealId> {
	let progress = context.out.wait("matching the orders");
	let receipt = context.send_as(chain, key, purchase).await?;
	drop(progress);
	deal_of(&receipt.events)
}

/// The deal that these events open.
///
/// # Errors
///
/// If they open none.
pub fn deal_of(events: &[Event]) -> Result<DealId> {
	let deal = events.iter().find_map(|event| match event {
		Event::Marketplace(MarketplaceEvent::DealOpened { deal, .. }) => Some(*deal),
		_ => None,
	});
	deal.ok_or_else(|| failure!("the chain took the orders and opened no deal; update this program"))
}
