//! `rlc scheduler pause`: a pool that sells nothing.

use clap::Args;
use rlc_protocol::admin::AdminRpcClient;
use serde_json::json;

use super::operator::Here;
use crate::{answer::Answer, context::Context, failure::Result, pool};

/// Withdraw the orders of a scheduler on this machine, until it is resumed
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc scheduler pause --account me
  rlc scheduler pause --dir /var/lib/rlc-scheduler

Deals that it has go on. A restart does not end it; `rlc scheduler resume` does.")]
pub(crate) struct Pause {
	#[command(flatten)]
	here: Here,
}

/// Tells the scheduler.
pub(crate) async fn run(command: Pause, context: &Context) -> Result<Answer> {
	let scheduler = command.here.connect(context).await?;
	scheduler.pause().await.map_err(|error| pool::refused(&error))?;
	Ok(Answer::new("the scheduler withdraws its orders, and goes on with its deals", json!({ "paused": true })))
}
