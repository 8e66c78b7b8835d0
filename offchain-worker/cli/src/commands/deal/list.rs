//! `rlc deal list`: the deals of an account, or of a request.

use clap::Args;
use rlc_chain::Chain;
use rlc_primitives::{AccountId, OrderHash};

use crate::{
	answer::Answer,
	context::Context,
	deals::{self, Counts},
	failure::Result,
	ids,
	order_file::OrderFile,
	role::{self, DealRoles, Role},
	say::{self, deal::Line},
	whose::Whose,
};

/// Of how many tasks of a deal the results are counted, at most.
const COUNTED: u64 = 1_000;

/// List the deals of an account, or those made of a request, the newest first
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc deal list --account me                     your deals, whatever your role in them
  rlc deal list --account me --role requester --closed
  rlc deal list 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY --role worker
  rlc deal list --request request.json           the deals that the book made of a request

A deal is listed until it is pruned, some days after its last task was closed. `rlc deal download DEAL` fetches its results.")]
pub(crate) struct List {
	/// Whose deals
	#[command(flatten)]
	pub whose: Whose,
	/// Only deals in which the account has this role; may be repeated
	#[arg(long, value_enum, value_name = "ROLE")]
	pub role: Vec<Role>,
	/// Only deals made of this request, of whatever account: a file with it, of `rlc order sign` or of iExec's SDK, or its hash
	#[arg(long, value_name = "FILE|HASH", conflicts_with_all = ["who", "role"])]
	pub request: Option<String>,
	/// Only deals with open tasks
	#[arg(long, conflicts_with = "closed")]
	pub open: bool,
	/// Only deals whose tasks are all closed
	#[arg(long)]
	pub closed: bool,
	/// The most deals to list
	#[arg(long, default_value_t = 20, value_name = "N")]
	pub limit: usize,
}

/// Whose deals are listed.
enum Of<'a> {
	/// Those made of the request with this file or hash.
	Request(&'a str),
	/// Those of an account.
	Account(AccountId),
}

/// Looks for them in the chain's state.
pub(crate) async fn run(list: List, context: &Context) -> Result<Answer> {
	let of = match &list.request {
		Some(request) => Of::Request(request),
		None => Of::Account(list.whose.account(context)?),
	};
	let chain = context.chain().await?;
	let mut found = match of {
		Of::Request(name) => role::deals_from(&context.out, &chain, named(&chain, name).await?).await?,
		Of::Account(who) => role::deals_of(&context.out, &chain, &who, &list.role).await?,
	};
	found.retain(|one| {
		let is_open = one.deal.progress.open > 0;
		match (list.open, list.closed) {
			(true, _) => is_open,
			(_, true) => !is_open,
			_ => true,
		}
	});
	let more = found.len().saturating_sub(list.limit);
	found.truncate(list.limit);
	let mut lines = Vec::with_capacity(found.len());
	for one in found {
		let completed = completed(&chain, &one).await?;
		lines.push(Line { deal: one.deal, roles: one.roles, completed });
	}
	Ok(say::deal::list(&lines, more, chain.clock().await?))
}

/// Returns the hash of a request: it, or that of the order in a file.
async fn named(chain: &Chain, name: &str) -> Result<OrderHash> {
	match ids::order(name) {
		Ok(hash) => Ok(hash),
		Err(_) => Ok(OrderFile::named(name)?.order.hash(&chain.domain().await?)),
	}
}

/// Returns how many tasks of a deal have a result; `None` if it has too many to count.
async fn completed(chain: &Chain, one: &DealRoles) -> Result<Option<u64>> {
	let deal = &one.deal.deal;
	if deal.size > COUNTED {
		return Ok(None);
	}
	let tasks = deals::tasks_in(chain, one.deal.id, deal.first, deal.size).await?;
	Ok(Some(Counts::of(&tasks).completed))
}
