//! `rlc scheduler resume`: a pool that sells again.

use clap::Args;
use rlc_protocol::admin::AdminRpcClient;
use serde_json::json;

use super::operator::Here;
use crate::{answer::Answer, context::Context, failure::Result, pool};

/// Let a scheduler on this machine sell, though it was paused, or too much stake was lost
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc scheduler resume --account me
  rlc scheduler resume --dir /var/lib/rlc-scheduler

Stakes that were lost before no longer count.")]
pub(crate) struct Resume {
	#[command(flatten)]
	here: Here,
}

/// Tells the scheduler.
pub(crate) async fn run(command: Resume, context: &Context) -> Result<Answer> {
	let scheduler = command.here.connect(context).await?;
	scheduler.resume().await.map_err(|error| pool::refused(&error))?;
	Ok(Answer::new("the scheduler sells what its workers can do", json!({ "paused": false })))
}
