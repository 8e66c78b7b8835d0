//! `rlc scheduler ban`: workers that may not join.

use clap::Args;
use rlc_protocol::{admin::AdminRpcClient, Account};
use serde_json::json;

use super::operator::Here;
use crate::{
	answer::Answer,
	context::{now, Context},
	failure::Result,
	pool,
	table::{table, when},
};

/// Ban a worker, or all of an operator, from the pool of a scheduler on this machine; without an account, list the bans
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc scheduler ban 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY --account me
  rlc scheduler ban //Worker//1 --hours 24 --account me
  rlc scheduler ban //Worker//1 --lift --account me
  rlc scheduler ban --account me

What they have in hand goes to other workers.")]
pub(crate) struct Ban {
	/// The worker's account, or its operator's
	#[arg(value_name = "ACCOUNT")]
	who: Option<String>,

	/// For how many hours [default: for good]
	#[arg(long, value_name = "N", requires = "who", value_parser = clap::value_parser!(u64).range(1..=100_000))]
	hours: Option<u64>,

	/// Let them join again
	#[arg(long, requires = "who", conflicts_with = "hours")]
	lift: bool,

	#[command(flatten)]
	here: Here,
}

/// Tells the scheduler, or asks it.
pub(crate) async fn run(command: Ban, context: &Context) -> Result<Answer> {
	let scheduler = command.here.connect(context).await?;
	let Some(who) = &command.who else {
		let bans = scheduler.bans().await.map_err(|error| pool::refused(&error))?;
		let until = |until: Option<u64>| until.map_or_else(|| "for good".into(), |until| when(until, now()));
		let rows = bans.iter().map(|ban| [ban.account.to_string(), until(ban.until)]);
		let text = if bans.is_empty() { "nobody is banned".into() } else { table(["ACCOUNT", "UNTIL"], rows) };
		return Ok(Answer::new(text, &bans));
	};
	let account = Account(context.account(who)?);
	if command.lift {
		scheduler.unban(account.clone()).await.map_err(|error| pool::refused(&error))?;
		return Ok(Answer::new(format!("{account} may join again"), json!({ "account": account, "banned": false })));
	}
	let until = command.hours.map(|hours| now().saturating_add(hours.saturating_mul(3_600_000)));
	scheduler.ban(account.clone(), until).await.map_err(|error| pool::refused(&error))?;
	let json = json!({ "account": account, "banned": true, "until": until });
	Ok(Answer::new(format!("{account} may no longer join"), json))
}
