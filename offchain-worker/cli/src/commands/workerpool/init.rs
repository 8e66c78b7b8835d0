//! `rlc workerpool init`: a new workerpool.

use clap::{Args, ValueEnum};
use rlc_chain::{Call, RegistryCall};
use rlc_primitives::{
	assets::{Description, Policy, MAX_DESCRIPTION, MAX_SCHEDULER_RATIO, MAX_WORKER_STAKE_RATIO},
	Settlement, WorkerpoolId,
};
use rlc_protocol::PoolDescription;
use rlc_scheduler::check_url;
use serde_json::json;

use crate::{
	answer::Answer,
	assets,
	context::Context,
	failure::{failure, Result},
};

/// Register a workerpool: its owner is its scheduler
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc workerpool init --name mine --url https://pool.example.org --account me
  rlc workerpool init --name mine --stake-ratio 50 --scheduler-ratio 5 --account me")]
pub(crate) struct Init {
	/// The workerpool's name
	#[arg(long)]
	pub name: String,
	/// The public URL of its scheduler: http(s)://HOST:PORT
	#[arg(long)]
	pub url: Option<String>,
	/// What a worker stakes, in percent of the pool's price, at most 1,000
	#[arg(long, default_value_t = Policy::default().worker_stake_ratio, value_name = "PERCENT")]
	pub stake_ratio: u32,
	/// The scheduler's part of rewards, in percent
	#[arg(long, default_value_t = Policy::default().scheduler_ratio, value_name = "PERCENT")]
	pub scheduler_ratio: u8,
	/// What closes tasks
	#[arg(long, value_enum, default_value_t)]
	pub settlement: Closer,
}

/// What closes tasks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Closer {
	/// The chain, by itself
	#[default]
	Automatic,
	/// The scheduler
	Scheduler,
}

impl From<Closer> for Settlement {
	fn from(closer: Closer) -> Self {
		match closer {
			Closer::Automatic => Self::Automatic,
			Closer::Scheduler => Self::Scheduler,
		}
	}
}

/// Registers the workerpool with its policy, unless the account has one with this name.
pub(crate) async fn run(init: Init, context: &Context) -> Result<Answer> {
	let policy = Policy {
		worker_stake_ratio: init.stake_ratio,
		scheduler_ratio: init.scheduler_ratio,
		settlement: init.settlement.into(),
	};
	if !policy.is_valid() {
		return Err(failure!(PolicyInvalid, "a ratio is too high";
			"a worker's stake is at most {MAX_WORKER_STAKE_RATIO} percent, a scheduler's part at most {MAX_SCHEDULER_RATIO}"));
	}
	init.url.as_deref().map_or(Ok(()), |url| check_url("--url", url))?;
	let (key, chain) = context.signer().await?;
	// The id is derived from the name alone: the pool stays the same at another URL.
	let description = describe(&init.name, None)?;
	let id = WorkerpoolId::derive(&key.account(), &description);
	let mut calls = vec![Call::Registry(RegistryCall::RegisterWorkerpool { description })];
	if init.url.is_some() {
		let description = describe(&init.name, init.url)?;
		calls.push(Call::Registry(RegistryCall::SetDescription { workerpool: id, description }));
	}
	if policy != Policy::default() {
		calls.push(Call::Registry(RegistryCall::SetPolicy { workerpool: id, policy }));
	}
	let is_new = assets::register(context, &chain, &key, id, calls).await?;
	let registered = assets::registered(id, is_new);
	let text = if is_new {
		format!("{registered}; `rlc scheduler run --workerpool {:?}` runs it", id.0)
	} else {
		format!("{registered}; its policy has not changed")
	};
	Ok(Answer::new(text, json!({ "workerpool": id, "new": is_new })))
}

/// Returns what a workerpool says about itself.
fn describe(name: &str, url: Option<String>) -> Result<Description> {
	let description = PoolDescription { name: name.into(), url }.to_bytes().try_into();
	description.map_err(|_| {
		failure!(NameTooLong, "name and URL are too long together: at most {MAX_DESCRIPTION} bytes are allowed";
			"shorten them")
	})
}
