//! `rlc task watch`: a task's deal until its end.

use clap::Args;

use crate::{
	answer::Answer,
	context::Context,
	deals::{self, Counts},
	failure::Result,
	ids::TaskName,
	pool, say, watch,
};

/// Follow the task's deal until it is closed
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  rlc task watch 0x9d0c…:0

The exit code is 4 if the task failed.")]
pub(crate) struct Watch {
	/// The task: DEAL:INDEX, or its id
	pub task: TaskName,
}

/// Follows the deal, then shows the task.
pub(crate) async fn run(command: Watch, context: &Context) -> Result<Answer> {
	let chain = context.chain().await?;
	let deal = deals::task(&chain, command.task).await?.task.deal;
	watch::to_the_end(context, &chain, deal).await?;
	let task = deals::task(&chain, command.task).await?;
	let info = pool::task_info(context, &chain, &task).await.ok().flatten();
	let ending = Counts::of(std::slice::from_ref(&task)).ending();
	Ok(say::task::shown(&task, info.as_ref(), chain.clock().await?).ending(ending))
}
