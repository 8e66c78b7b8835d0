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
	say::{self, gov::Line},
};

/// How many are asked for at a time.
const AT_ONCE: usize = 16;

/// List referenda, the latest first
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc gov list
  rlc gov list --all --latest 200

An approved referendum is listed until its call was made. CHANGES tells when its stage ends by itself, in time and by its block,
or in which block it ended.")]
pub(crate) struct List {
	/// Also those to which nothing more happens
	#[arg(long)]
	pub all: bool,
	/// How many of the latest to look at
	#[arg(long, value_name = "N", default_value_t = 100)]
	pub latest: u32,
}

pub(crate) async fn run(List { all, latest }: List, context: &Context) -> Result<Answer> {
	let chain = context.chain().await?;
	let (rules, count, (now, _)) = futures::try_join!(chain.governance(), chain.referendum_count(), chain.best())?;
	let indices = (count.saturating_sub(latest)..count).rev();
	let looked = stream::iter(indices).map(|index| line(&chain, &rules, now, index)).buffered(AT_ONCE);
	let looked: Vec<Option<Line>> = looked.try_collect().await?;
	let lines: Vec<Line> = looked.into_iter().flatten().filter(|line| all || !line.stage.is_last()).collect();
	Ok(say::gov::listed(&lines, &rules, now))
}

/// Returns what is listed of a referendum.
async fn line(chain: &Chain, rules: &Governance, now: BlockNumber, index: u32) -> Result<Option<Line>> {
	let (stage, was) = match chain.referendum(index, None).await? {
		Some(Referendum::Ongoing(ongoing)) => (Stage::of(&ongoing, rules, now), Some(*ongoing)),
		Some(Referendum::Ended(ended)) => {
			let stage = view::stage_after(chain, index, &ended).await?;
			// What is over is listed in short.
			let was = if stage.is_last() { None } else { chain.referendum_before(index, &ended).await? };
			(stage, was)
		}
		None => return Ok(None),
	};
	let call = match &was {
		Some(was) => view::call_of(chain, was).await?,
		None => None,
	};
	Ok(Some(Line { index, stage, was, call }))
}
