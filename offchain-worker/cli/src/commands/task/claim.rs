//! `rlc task claim`: the money for an overdue task.

use clap::Args;
use rlc_chain::{Call, PocoCall};
use rlc_primitives::work::TaskRef;
use serde_json::json;

use crate::{
	answer::Answer,
	context::Context,
	deals,
	failure::{failure, Result},
	ids::TaskName,
	say,
	table::deadline,
};

/// Close an overdue task, so that the money for it comes back at once
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  rlc task claim 0x9d0c…:0 --account me")]
pub(crate) struct Claim {
	/// The task: DEAL:INDEX, or its id
	pub task: TaskName,
}

/// Claims the task, once it is overdue.
pub(crate) async fn run(claim: Claim, context: &Context) -> Result<Answer> {
	let (key, chain) = context.signer().await?;
	let view = deals::task(&chain, claim.task).await?;
	if !deals::is_open(&view) {
		return Err(failure!(TaskClosed, "the task is closed already: {}", say::task::stage(&view)));
	}
	let clock = chain.clock().await?;
	if clock.poco < view.final_deadline {
		return Err(
			failure!(NotOverdue, "the task is not overdue yet"; "try again {}", deadline(view.final_deadline, clock)),
		);
	}
	let task = TaskRef { deal: view.task.deal, index: view.task.index };
	context.send_as(&chain, key, Call::Poco(PocoCall::Claim { task }), "claiming").await?;
	Ok(Answer::new("the task is closed, and the money for it is back", json!({ "claimed": view.id })))
}
