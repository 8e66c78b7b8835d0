//! `rlc gov status`: how far a referendum is.

use clap::Args;
use futures::StreamExt;
use rlc_chain::{At, Chain};

use crate::{
	answer::Answer,
	context::Context,
	failure::{failure, Result},
	gov::view::{self, View},
	say,
};

/// Show the progress of a referendum, and what can be done
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc gov status 3
  rlc gov status 3 --follow           until its call was made, or will not be")]
pub(crate) struct Status {
	/// The referendum's index
	pub referendum: u32,
	/// Follow it to its end
	#[arg(long)]
	pub follow: bool,
}

pub(crate) async fn run(Status { referendum: index, follow }: Status, context: &Context) -> Result<Answer> {
	let chain = context.chain().await?;
	let view = if follow { to_its_end(&chain, context, index).await? } else { view::look(&chain, index).await? };
	Ok(say::gov::stood(&view))
}

/// Follows a referendum until nothing more happens to it.
async fn to_its_end(chain: &Chain, context: &Context, index: u32) -> Result<View> {
	let progress = context.out.wait(format!("referendum {index}"));
	let mut blocks = chain.follow(None, At::Best);
	loop {
		let view = view::look(chain, index).await?;
		if view.stage.is_last() {
			return Ok(view);
		}
		progress.status(view.stage.words(&view.rules, view.now));
		// A block that cannot be read is not missed: what follows is asked for anew.
		if blocks.next().await.is_none() {
			return Err(failure!(NodeUnreachable, "the node has stopped telling of blocks"; "try again"));
		}
	}
}
