//! `rlc task show`: a task, as the chain and its scheduler know it.

use clap::Args;

use crate::{answer::Answer, context::Context, deals, failure::Result, ids::TaskName, pool, say};

/// Show a task: its stage, the workers on it, what failed
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  rlc task show 0x9d0c…:0")]
pub(crate) struct Show {
	/// The task: DEAL:INDEX, or its id
	pub task: TaskName,
}

/// Asks the chain, and the scheduler for what it knows more.
pub(crate) async fn run(show: Show, context: &Context) -> Result<Answer> {
	let chain = context.chain().await?;
	let task = deals::task(&chain, show.task).await?;
	// It is good to have, and not needed.
	let info = pool::task_info(context, &chain, &task).await.ok().flatten();
	Ok(say::task::shown(&task, info.as_ref(), chain.clock().await?))
}
