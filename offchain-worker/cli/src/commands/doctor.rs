//! `rlc doctor`: what this machine can do, and what is missing.

mod disk;
mod tiers;

use std::path::PathBuf;

use clap::Args;
use rlc_chain::{Chain, ProxyType};
use rlc_json::Account;
use rlc_sandbox::Compiler;
use rlc_worker::CONTAINER_SERVICE;
use serde::Serialize;
use serde_json::json;

use crate::{
	amount::Amount,
	answer::{self, Answer},
	context::{now, Context},
	failure::{failure, Result},
	pool,
	proxy::{self, Kind},
	stops,
	table::{counted, size, span},
};

/// A chain whose last block is older has stalled, in ms.
const OLD_BLOCK: u64 = 60_000;
/// A clock that is off by more is wrong, in ms: a block may be this old by itself.
const CLOCK_TOLERANCE: u64 = 30_000;
/// A pool's store needs at least this much room for results, in bytes.
const LITTLE_ROOM: u64 = 1 << 20;

/// Check what this machine can do, and what is missing
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc doctor
  rlc doctor --scheduler https://pool.example.org --json
  rlc doctor --account hot --on-behalf-of 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY

The exit code is 1 if something fails that every command or worker needs.")]
pub(crate) struct Doctor {
	/// Check this scheduler too
	#[arg(long, value_name = "URL")]
	pub scheduler: Option<String>,

	/// Check too whether --account can work, or run a workerpool, as the proxy of this account
	#[arg(long, value_name = "ACCOUNT")]
	pub on_behalf_of: Option<String>,

	/// The socket of the container service, as given to `rlc worker containers`
	#[arg(long, default_value = CONTAINER_SERVICE, value_name = "SOCKET")]
	pub containers: PathBuf,

	/// A directory of CDI specifications, which describe graphics processors; may be repeated [default: /etc/cdi,
	/// /var/run/cdi]
	#[arg(long = "cdi-dir", value_name = "DIR")]
	pub cdi_dirs: Vec<PathBuf>,

	/// The directory of a worker, to tell which of its graphics processors are out of use [default: that of --account]
	#[arg(long, value_name = "DIR")]
	pub dir: Option<PathBuf>,
}

/// What was checked, and what was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Check {
	/// What was checked.
	name: &'static str,
	/// Whether it is in order.
	good: bool,
	/// Whether every command or worker needs it.
	needed: bool,
	/// What was found, or what is wrong and what to do.
	words: String,
}

impl Check {
	fn new(name: &'static str, needed: bool, found: Result<String>) -> Self {
		let good = found.is_ok();
		Self { name, good, needed, words: found.unwrap_or_else(|wrong| wrong.to_string()) }
	}

	fn line(&self, width: usize) -> String {
		let mark = if self.good {
			"✓"
		} else if self.needed {
			"✗"
		} else {
			"-"
		};
		format!("{mark} {:width$}  {}", self.name, self.words)
	}
}

/// Checks everything. What is wrong is part of the answer, and the exit code tells whether something needed is missing.
pub(crate) async fn run(doctor: Doctor, context: &Context) -> Result<Answer> {
	let (containers, network) = tiers::container_tier(&doctor.containers).await;
	let mut checks = vec![
		Check::new("wasm tier", true, tiers::wasm_tier(Compiler::this_program()).await),
		Check::new("container tier", false, containers),
		Check::new("container network", false, network),
	];
	checks.extend(tiers::gpus(&doctor, context));
	checks.extend(tiers::service_gpus(&doctor.containers).await);
	checks.extend([
		Check::new("keystore", true, keystore(context)),
		Check::new("disk", true, disk::disk_space()),
		Check::new("own disk", false, disk::own_disk()),
	]);
	match context.chain().await {
		Err(wrong) => checks.push(Check::new("node", true, Err(wrong))),
		Ok(chain) => {
			checks.extend(node(&chain, &context.global.node).await);
			if let Some(real) = &doctor.on_behalf_of {
				checks.push(Check::new("proxy", true, on_behalf_of(context, &chain, real).await));
			}
		}
	}
	if let Some(url) = &doctor.scheduler {
		checks.extend(scheduler(url).await);
	}
	let width = checks.iter().map(|check| check.name.len()).max().unwrap_or_default();
	let text: Vec<_> = checks.iter().map(|check| check.line(width)).collect();
	let fit = checks.iter().all(|check| check.good || !check.needed);
	let ending = if fit { answer::Ending::Well } else { answer::Ending::Wrong };
	Ok(Answer::new(text.join("\n"), json!({ "fit": fit, "checks": checks })).ending(ending))
}

/// Returns what the account that acts may do for another one, if both have what that takes.
async fn on_behalf_of(context: &Context, chain: &Chain, real: &str) -> Result<String> {
	let (real, signer) = (context.account(real)?, context.who()?);
	let wanted = [ProxyType::Worker, ProxyType::Scheduler];
	let types = proxy::types(&chain.proxies(&real).await?, &real, &signer, &wanted)?;
	proxy::ensure_exists(chain, &signer).await?;
	let funds = chain.funds(&real).await?;
	let [real, signer] = [real, signer].map(Account);
	if funds.free == 0 && funds.locked == 0 {
		return Err(
			failure!(FundsShort, "{real} has no RLC to stake"; "send it some with `rlc account send {real} 10`"),
		);
	}
	let types: Vec<_> = types.into_iter().map(Kind::name_of).collect();
	let free = Amount(funds.spendable());
	Ok(format!("{signer} is a {} proxy of {real}, which has {free} free", types.join(" and ")))
}

fn keystore(context: &Context) -> Result<String> {
	let keystore = context.keystore()?;
	let entries = keystore.list()?;
	let dir = keystore.dir().display();
	Ok(match entries.len() {
		0 => format!("no accounts in {dir} yet; `rlc account create NAME` makes one"),
		count => format!("{} in {dir}", counted(count as u64, "account")),
	})
}

async fn node(chain: &Chain, url: &str) -> [Check; 4] {
	let best = chain.best().await;
	let node = best.map(|(number, _)| format!("{url}, block {number}, genesis {:?}", chain.genesis()));
	let (age, clock) = match chain.now().await {
		Ok(time) => (block_age(time, now()), clock(time, now())),
		Err(error) => (Err(error.clone().into()), Err(error.into())),
	};
	let node = Check::new("node", true, node.map_err(Into::into));
	let stops = chain.stops().await.map_err(Into::into).and_then(stops::judge);
	[
		node,
		Check::new("last block", true, age),
		Check::new("clock", true, clock),
		Check::new("market and work", false, stops),
	]
}

fn block_age(block: u64, now: u64) -> Result<String> {
	let age = now.saturating_sub(block);
	if age > OLD_BLOCK {
		return Err(failure!(ChainStalled, "is {} old, so the chain has stalled", span(age);
			"check its validators and this machine's clock, unless it makes blocks on demand only"));
	}
	Ok(format!("{} old", span(age)))
}

/// Compares the clocks: one that is behind the chain's is certainly wrong; one that is ahead may be, or the chain has
/// stalled.
fn clock(block: u64, now: u64) -> Result<String> {
	if block > now.saturating_add(CLOCK_TOLERANCE) {
		return Err(
			failure!(ClockBehind, "this machine's clock is {} behind the chain's", span(block - now); "set it by NTP"),
		);
	}
	Ok(match block.checked_sub(now) {
		Some(behind) => format!("{} behind the chain's", span(behind)),
		None => "not behind the chain's".into(),
	})
}

/// Returns whether a scheduler answers, and whether its store accepts results.
async fn scheduler(url: &str) -> Vec<Check> {
	let begin = std::time::Instant::now();
	let info = match pool::meet(url).await {
		Ok((_, info)) => info,
		Err(wrong) => return vec![Check::new("scheduler", true, Err(wrong))],
	};
	let took = u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX);
	let (workers, slots) = (counted(info.workers.into(), "worker"), counted(info.free_slots.into(), "free slot"));
	let answers = format!("{url} answers in {}, {workers}, {slots}", span(took));
	let mut checks = vec![Check::new("scheduler", true, Ok(answers))];
	// Older schedulers do not say.
	checks.extend(info.room.map(|room| Check::new("results", false, results(room, info.homeless))));
	checks
}

/// Judges the room that a pool has for results, in bytes, and how many results are in no store.
fn results(room: u64, homeless: u64) -> Result<String> {
	if room < LITTLE_ROOM {
		return Err(failure!(StoreFull, "the pool has room for {} of results, so tasks wait", size(room);
			"raise --store-quota, lower --retention, or free its disk"));
	}
	if homeless > 0 {
		let results = counted(homeless, "result");
		return Err(failure!(ResultsHomeless, "{results} of completed tasks are not in the pool's store yet";
			"look at its log, and at the workers that have them; this ends by itself once they have uploaded them"));
	}
	Ok(format!("all are in the store, which has room for {} more", size(room)))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn clock_behind_the_chains_is_wrong() {
		assert!(clock(1_000_000, 1_000_500).is_ok());
		assert!(clock(1_000_000, 990_000).is_ok());
		assert!(clock(1_000_000, 900_000).unwrap_err().to_string().contains("100 s behind"));
	}

	#[test]
	fn pool_whose_results_have_no_home_is_unfit() {
		assert!(results(1 << 30, 0).is_ok());
		let full = results(1_000, 0).unwrap_err().to_string();
		assert!(full.contains("tasks wait") && full.contains("--store-quota"), "{full}");
		let homeless = results(1 << 30, 2).unwrap_err().to_string();
		assert!(homeless.contains("2 results of completed tasks are not in the pool's store"), "{homeless}");
	}

	#[test]
	fn chain_without_new_blocks_has_stalled() {
		assert!(block_age(1_000_000, 1_002_000).is_ok());
		assert!(block_age(1_000_000, 2_000_000).is_err());
	}

	#[test]
	fn what_is_missing_and_needed_is_crossed_out() {
		let line = |needed, found| Check::new("disk", needed, found).line(6);
		assert_eq!(line(true, Ok("much".into())), "✓ disk    much");
		let none = || Err(failure!(DiskSmall, "none"));
		assert!(line(true, none()).starts_with("✗") && line(false, none()).starts_with("-"));
	}
}
