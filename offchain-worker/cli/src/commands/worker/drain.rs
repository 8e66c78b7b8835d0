//! `rlc worker drain`: a worker that ends once its work is done.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::{answer::Answer, context::Context, failure::Result, worker_dir::WorkerDir};

/// Ask a running worker on this machine to finish its tasks and end
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc worker drain --account me
  rlc worker drain --dir /var/lib/rlc-worker")]
pub(crate) struct Drain {
	/// The worker's directory, as given to `rlc worker run`
	#[arg(long, value_name = "DIR")]
	pub dir: Option<PathBuf>,
}

/// Asks the worker, and waits until it has seen that.
pub(crate) async fn run(drain: Drain, context: &Context) -> Result<Answer> {
	let dir = WorkerDir::of(context, drain.dir)?;
	dir.ask_to_drain().await?;
	Ok(Answer::new("the worker finishes its tasks, then ends", json!({ "dir": dir.path() })))
}
