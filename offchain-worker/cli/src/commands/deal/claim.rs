//! `rlc deal claim`: the money for overdue tasks.

use clap::Args;
use rlc_chain::{Call, PocoCall};
use rlc_primitives::{work::TaskRef, DealId};
use serde_json::json;

use crate::{
	answer::Answer,
	context::Context,
	deals,
	failure::{failure, Result},
	ids,
	table::{counted, deadline},
};

/// How many claims go into one transaction.
const BATCH: usize = 50;

/// Close overdue tasks, so that the money for them comes back at once
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  rlc deal claim 0x9d0c… --account me")]
pub(crate) struct Claim {
	/// The deal's id
	#[arg(value_parser = ids::deal)]
	pub deal: DealId,
}

/// Claims all open tasks, once the deal is overdue.
pub(crate) async fn run(claim: Claim, context: &Context) -> Result<Answer> {
	let (key, chain) = context.signer().await?;
	let deal = deals::deal(&chain, claim.deal).await?;
	if deal.progress.open == 0 {
		return Err(failure!(TaskClosed, "all tasks of the deal are closed already";
			"`rlc deal show` says what became of the money"));
	}
	let (clock, end) = (chain.clock().await?, deal.deal.final_deadline());
	if clock.poco < end {
		return Err(failure!(NotOverdue, "the deal's tasks are not overdue yet"; "try again {}", deadline(end, clock)));
	}
	let tasks = deals::tasks(&chain, &deal).await?;
	let open = tasks.iter().filter(|task| deals::is_open(task));
	let tasks = open.map(|view| TaskRef { deal: deal.id, index: view.task.index });
	let claims: Vec<_> = tasks.map(|task| Call::Poco(PocoCall::Claim { task })).collect();
	let count = claims.len();
	let progress = context.out.tasks("claiming", count as u64);
	for (batch, calls) in claims.chunks(BATCH).enumerate() {
		context.approve(&chain, key.clone(), Call::BatchAll(calls.to_vec())).await?.send(&chain).await?;
		progress.set(((batch + 1) * BATCH).min(count) as u64);
	}
	drop(progress);
	let what = counted(count as u64, "task");
	Ok(Answer::new(format!("closed: {what}; the money is back"), json!({ "claimed": count })))
}
