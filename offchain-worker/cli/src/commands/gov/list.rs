//! `rlc gov list`: the referenda there are.

use clap::Args;
use futures::{stream, StreamExt, TryStreamExt};
use rlc_chain::{Chain, Governance, Referendum};
use rlc_primitives::BlockNumber;

use crate::{
	answer::Answer,
	context::Context,
	failure::Result,
	gov::{stage::Stage, view},
	say::{self, gov::Row},
};

/// How many are asked for at a time.
const AT_ONCE: usize = 16;

/// List referenda, the latest first
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc gov list
  rlc gov list --all --limit 200")]
pub(crate) struct List {
	/// Also those that have ended
	#[arg(long)]
	pub all: bool,
	/// How many of the latest to look at
	#[arg(long, value_name = "N", default_value_t = 100)]
	pub limit: u32,
}

pub(crate) async fn run(List { all, limit }: List, context: &Context) -> Result<Answer> {
	let chain = context.chain().await?;
	let (rules, count, (now, _)) = futures::try_join!(chain.governance(), chain.referendum_count(), chain.best())?;
	let indices = (count.saturating_sub(limit)..count).rev();
	let looked = stream::iter(indices).map(|index| row(&chain, &rules, now, index)).buffered(AT_ONCE);
	let looked: Vec<Option<Row>> = looked.try_collect().await?;
	let rows: Vec<Row> = looked.into_iter().flatten().filter(|(_, _, known)| all || known.is_some()).collect();
	Ok(say::gov::listed(&rows, &rules))
}

/// Returns what is listed of a referendum.
async fn row(chain: &Chain, rules: &Governance, now: BlockNumber, index: u32) -> Result<Option<Row>> {
	Ok(match chain.referendum(index, None).await? {
		Some(Referendum::Ongoing(ongoing)) => {
			let (stage, call) = (Stage::of(&ongoing, rules, now), view::call_of(chain, &ongoing).await?);
			Some((index, stage, Some((*ongoing, call))))
		}
		Some(Referendum::Ended(ended)) => Some((index, Stage::after(&ended, None), None)),
		None => None,
	})
}
