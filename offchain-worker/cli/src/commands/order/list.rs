//! `rlc order list`: what an account has in the book.

use std::cmp::Reverse;

use clap::Args;
use rlc_chain::Walked;
use rlc_primitives::market::BookEntry;

use crate::{
	answer::Answer,
	assets,
	context::{now, Context},
	failure::Result,
	say::{self, book::Cut},
	whose::Whose,
};

/// How many orders are looked at, at most.
const LOOKED_AT: usize = 100_000;

/// List the orders that an account has in the book, the newest first
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc order list --account me
  rlc order list 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY

`rlc order cancel HASH` ends one of them for good.")]
pub(crate) struct List {
	/// Whose orders
	#[command(flatten)]
	pub whose: Whose,
	/// The most orders to list
	#[arg(long, default_value_t = 50, value_name = "N")]
	pub limit: usize,
}

/// Looks for them in the chain's state.
pub(crate) async fn run(list: List, context: &Context) -> Result<Answer> {
	let who = list.whose.account(context)?;
	let chain = context.chain().await?;
	let Walked { mut found, is_whole } = chain.orders_of(&who, LOOKED_AT).await?;
	if !is_whole {
		context.out.say("warning: the book has more orders than were looked at: some may be missing");
	}
	found.sort_by_key(|(hash, published)| (Reverse(published.sequence), *hash));
	let more = found.len().saturating_sub(list.limit);
	found.truncate(list.limit);
	let mut entries = Vec::with_capacity(found.len());
	for (hash, published) in found {
		let remaining = chain.order(hash).await?.and_then(|view| view.remaining).unwrap_or_default();
		entries.push(BookEntry {
			hash,
			price: say::order::price(&published.order),
			order: published.order,
			owner: published.owner,
			remaining,
			published: published.published,
		});
	}
	let names = assets::names(&chain, &entries).await?;
	Ok(say::book::listed(&entries, &names, &chain.categories().await?, Cut::by(more), now()))
}
