//! `rlc deal`: what was agreed on, and how far it is.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use rlc_chain::{Call, PocoCall};
use rlc_primitives::{
	market::DealView,
	task::Stage,
	work::{TaskRef, TaskView},
	DealId,
};
use rlc_protocol::Account;
use serde_json::json;

use crate::{
	amount::Amount,
	context::Context,
	failure::{failure, Result},
	ids, orders,
	output::Answer,
	results::{self, Fetched},
	table::{counted, fields, table, when},
	watch::{self, Counts},
};

/// The most tasks of a deal that are listed.
const LISTED: usize = 50;
/// How many claims go into one transaction.
const CLAIMS: usize = 50;

/// Deals: what was agreed on, and how far it is.
#[derive(Debug, Subcommand)]
pub enum Deal {
	/// Show a deal and its tasks
	#[command(after_help = "\
Example:
  rlc deal show 0x9d0c… --json")]
	Show(Named),

	/// Follow a deal until its last task is closed
	#[command(after_help = "\
Example:
  rlc deal watch 0x9d0c…")]
	Watch(Named),

	/// Download and verify the results of all its tasks
	#[command(after_help = "\
Examples:
  rlc deal download 0x9d0c…
  rlc deal download 0x9d0c… --output result")]
	Download {
		/// The deal
		#[command(flatten)]
		deal: Named,
		/// Unpack the results into this directory [default: result-DEAL]
		#[arg(long, value_name = "DIR")]
		output: Option<PathBuf>,
	},

	/// Close overdue tasks, so that the money for them comes back at once
	#[command(after_help = "\
Example:
  rlc deal claim 0x9d0c… --account me")]
	Claim(Named),
}

/// A deal that somebody names.
#[derive(Debug, Args)]
pub struct Named {
	/// The deal's id
	#[arg(value_name = "DEAL", value_parser = ids::deal)]
	pub id: DealId,
}

/// Does it.
///
/// # Errors
///
/// In one line.
pub async fn run(command: Deal, context: &Context) -> Result<Answer> {
	match command {
		Deal::Show(Named { id }) => {
			let chain = context.chain().await?;
			let deal = watch::deal(&chain, id).await?;
			let tasks = watch::tasks(&chain, &deal).await?;
			Ok(shown(&deal, &tasks, chain.now().await?))
		}
		Deal::Watch(Named { id }) => {
			let chain = context.chain().await?;
			let (deal, tasks) = watch::to_the_end(context, &chain, id).await?;
			Ok(shown(&deal, &tasks, chain.now().await?))
		}
		Deal::Download { deal: Named { id }, output } => {
			let chain = context.chain().await?;
			let deal = watch::deal(&chain, id).await?;
			let tasks = watch::tasks(&chain, &deal).await?;
			let output = output.unwrap_or_else(|| results::default_dir(id));
			let fetched = results::download(context, &chain, &deal, &tasks, &output).await?;
			outcome(&deal, &tasks, &fetched)
		}
		Deal::Claim(Named { id }) => claim(context, id).await,
	}
}

/// What became of a deal, with the results that were downloaded.
///
/// # Errors
///
/// If no task has a result: an exit code other than 0 tells scripts.
pub fn outcome(deal: &DealView, tasks: &[TaskView], fetched: &[Fetched]) -> Result<Answer> {
	let counts = Counts::of(tasks);
	if counts.completed == 0 {
		let open = deal.progress.open;
		return Err(if open == 0 {
			failure!(
				"no task has a result ({}), the money is back; see `rlc deal show {:?}`",
				counts.words(),
				deal.id.0
			)
		} else {
			failure!("no task has a result yet ({}); follow them with `rlc deal watch {:?}`", counts.words(), deal.id.0)
		});
	}
	let mut lines: Vec<_> = fetched.iter().take(LISTED).map(Fetched::line).collect();
	if fetched.len() > LISTED {
		lines.push(format!("and {} more", fetched.len() - LISTED));
	}
	lines.push(format!("deal {:?}: {}", deal.id.0, counts.words()));
	let json = json!({
		"deal": deal.id,
		"completed": counts.completed,
		"failed": counts.failed,
		"open": deal.progress.open,
		"results": fetched,
	});
	Ok(Answer::new(lines.join("\n"), json))
}

async fn claim(context: &Context, id: DealId) -> Result<Answer> {
	let key = context.key()?;
	let chain = context.chain().await?;
	let deal = watch::deal(&chain, id).await?;
	let (now, end) = (chain.now().await?, deal.deal.final_deadline());
	if now < end {
		return Err(failure!("the deal's tasks are not overdue yet; they will be {}", when(end, now)));
	}
	let tasks = watch::tasks(&chain, &deal).await?;
	let open = tasks.iter().filter(|view| matches!(view.task.stage, Stage::Active | Stage::Revealing(_)));
	let claims = open.map(|view| Call::Poco(PocoCall::Claim { task: TaskRef { deal: id, index: view.task.index } }));
	let claims: Vec<_> = claims.collect();
	if claims.is_empty() {
		return Err(failure!("all tasks of the deal are closed already"));
	}
	let count = claims.len();
	let progress = context.out.tasks("claiming", count as u64);
	for (bag, calls) in claims.chunks(CLAIMS).enumerate() {
		context.send_as(&chain, key.clone(), Call::BatchAll(calls.to_vec())).await?;
		progress.set(((bag + 1) * CLAIMS).min(count) as u64);
	}
	drop(progress);
	let what = counted(count as u64, "task");
	Ok(Answer::new(format!("closed: {what}; the money is back"), json!({ "claimed": count })))
}

fn shown(view: &DealView, tasks: &[TaskView], now: u64) -> Answer {
	let deal = &view.deal;
	let text = fields([
		("deal", format!("{:?}", view.id.0)),
		("app", format!("{:?} at {}", deal.app.id.0, Amount(deal.app.price))),
		(
			"dataset",
			deal.dataset
				.as_ref()
				.map(|dataset| format!("{:?} at {}", dataset.id.0, Amount(dataset.price)))
				.unwrap_or_default(),
		),
		("workerpool", format!("{:?} at {}", deal.workerpool.id.0, Amount(deal.workerpool.price))),
		("requester", Account(deal.requester.clone()).to_string()),
		("payer", if deal.payer == deal.requester { String::new() } else { Account(deal.payer.clone()).to_string() }),
		("params", orders::text(&view.params)),
		("trust", deal.trust.to_string()),
		("worker stake", Amount(deal.worker_stake).to_string()),
		("began", when(deal.start, now)),
		("last chance", when(deal.final_deadline(), now)),
		("tasks", format!("{}, of them {}", deal.size, Counts::of(tasks).words())),
	]);
	let rows = tasks.iter().take(LISTED).map(|view| {
		let digest = results::digest(view).map(|digest| format!("{:?}", digest.0)).unwrap_or_default();
		[view.task.index.to_string(), watch::stage(view), view.failures.len().to_string(), digest]
	});
	let more = tasks.len().saturating_sub(LISTED);
	let more = if more > 0 { format!("\nand {more} more") } else { String::new() };
	let text = format!("{text}\n\n{}{more}", table(["TASK", "STAGE", "FAILURES", "DIGEST"], rows));
	let json = json!({
		"id": view.id,
		"app": deal.app.id,
		"dataset": deal.dataset.as_ref().map(|dataset| dataset.id),
		"workerpool": deal.workerpool.id,
		"scheduler": Account(deal.workerpool.owner.clone()),
		"requester": Account(deal.requester.clone()),
		"payer": Account(deal.payer.clone()),
		"appPrice": deal.app.price.to_string(),
		"datasetPrice": deal.dataset_price().to_string(),
		"workerpoolPrice": deal.workerpool.price.to_string(),
		"workerStake": deal.worker_stake.to_string(),
		"category": deal.category,
		"trust": deal.trust.to_string(),
		"tag": deal.tag,
		"params": orders::text(&view.params),
		"start": deal.start,
		"contributionDeadline": deal.contribution_deadline(),
		"finalDeadline": deal.final_deadline(),
		"first": deal.first.to_string(),
		"size": deal.size.to_string(),
		"open": view.progress.open.to_string(),
		"closedAt": view.progress.closed_at,
		"tasks": tasks.iter().map(super::task::described).collect::<Vec<_>>(),
	});
	Answer::new(text, json)
}
