//! `rlc gov status`: how far a referendum is, or what an account's votes lock.

use clap::Args;
use futures::StreamExt;
use rlc_chain::{At, Chain};
use rlc_json::Account;
use rlc_primitives::AccountId;

use crate::{
	answer::Answer,
	context::Context,
	failure::{failure, Result},
	gov::{
		holder::Holder,
		locks,
		view::{self, View},
	},
	say,
};

/// Show how far a referendum is, or what the votes of --account lock and until when
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc gov status 3
  rlc gov status 3 --follow           until its call was made, or will not be
  rlc gov status --account me")]
pub(crate) struct Status {
	/// The referendum's index [default: all votes of --account]
	pub referendum: Option<u32>,
	/// Follow it to its end
	#[arg(long, requires = "referendum")]
	pub follow: bool,
	#[command(flatten)]
	pub holder: Holder,
}

pub(crate) async fn run(status: Status, context: &Context) -> Result<Answer> {
	let chain = context.chain().await?;
	let Some(index) = status.referendum else { return votes(&chain, status.holder.account(context)?).await };
	let view = if status.follow { follow(&chain, context, index).await? } else { view::look(&chain, index).await? };
	Ok(say::gov::stood(&view))
}

/// Follows a referendum until nothing more happens to it.
async fn follow(chain: &Chain, context: &Context, index: u32) -> Result<View> {
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
			return Err(failure!(NodeAnswer, "the node has stopped telling of blocks"; "try again"));
		}
	}
}

async fn votes(chain: &Chain, who: AccountId) -> Result<Answer> {
	let (rules, (now, _)) = futures::try_join!(chain.governance(), chain.best())?;
	let mut all = Vec::new();
	for track in &rules.tracks {
		let found = locks::on_track(chain, &who, track.id, &rules, now).await?;
		all.extend((!found.is_empty()).then(|| (track.name.clone(), found)));
	}
	Ok(say::votes::locked(Account(who), &all, &rules, now))
}
