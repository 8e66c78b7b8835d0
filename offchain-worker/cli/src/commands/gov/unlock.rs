//! `rlc gov unlock`: what votes lock no longer.

use clap::Args;
use rlc_chain::{Call, GovernanceCall, ProxyType};
use rlc_json::{Account, Decimal};
use rlc_primitives::AccountId;
use serde_json::json;

use crate::{
	amount::Amount,
	answer::Answer,
	context::Context,
	failure::{failure, Result},
	gov::locks::{self, Free, Lock},
	proxy::OnBehalf,
	table::counted,
};

/// Unlock what votes lock no longer
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc gov unlock --account me
  rlc gov unlock 3 --account me          also takes back the vote on referendum 3, which is not decided yet

What still has to stay locked stays; `rlc gov votes --account me` tells until when.")]
pub(crate) struct Unlock {
	/// Referenda whose votes are taken back, although they have not ended
	#[arg(value_name = "REFERENDUM")]
	pub withdraw: Vec<u32>,
	#[command(flatten)]
	pub on_behalf: OnBehalf,
}

pub(crate) async fn run(Unlock { withdraw, on_behalf }: Unlock, context: &Context) -> Result<Answer> {
	let (key, chain) = on_behalf.signer(context, ProxyType::Governance).await?;
	let who = key.account();
	let (rules, (now, _), held) = futures::try_join!(chain.governance(), chain.best(), chain.vote_locks(&who))?;
	let mut calls = Vec::new();
	let mut left = 0;
	for track in &rules.tracks {
		let found = locks::on_track(&chain, &who, track.id, &rules, now).await?;
		let is_held = held.iter().any(|(held, amount)| *held == track.id && *amount > 0);
		calls.extend(calls_on(track.id, &who, &found, &withdraw, is_held));
		left = left.max(locks::remaining(&kept(&found, &withdraw)));
	}
	let removed = calls.iter().filter(|call| matches!(call, GovernanceCall::RemoveVote { .. })).count();
	let who = Account(who);
	if calls.is_empty() {
		return Err(
			failure!(LocksNone, "nothing of {who} can be unlocked now: {} stays locked for votes", Amount(left);
			"`rlc gov votes {who}` tells until when"),
		);
	}
	let calls = calls.into_iter().map(Call::Governance).collect();
	context.send_as(&chain, key, Call::BatchAll(calls), "unlocking").await?;
	let votes = counted(removed as u64, "vote");
	let json = json!({ "account": who, "removed": removed, "locked": Decimal(left) });
	Ok(Answer::new(format!("removed {votes}; {} stays locked for votes", Amount(left)), json))
}

/// Returns the calls that free on a track what can be freed. A vote whose lock still lasts stays: removed, its lock would be
/// joined with others, and last as long as the longest.
fn calls_on(track: u16, who: &AccountId, found: &[Lock], withdraw: &[u32], is_held: bool) -> Vec<GovernanceCall> {
	let free = found.iter().filter(|lock| is_freed(lock, withdraw));
	let votes = free.clone().filter_map(|lock| lock.referendum);
	let mut calls: Vec<_> = votes.map(|index| GovernanceCall::RemoveVote { track, index }).collect();
	// Without a vote or a lock of one that is left, what is held is from before.
	let is_stale = is_held && found.is_empty();
	if free.count() > 0 || is_stale {
		calls.push(GovernanceCall::Unlock { track, target: who.clone() });
	}
	calls
}

fn is_freed(lock: &Lock, withdraw: &[u32]) -> bool {
	let is_withdrawn = lock.referendum.is_some_and(|index| withdraw.contains(&index));
	lock.free == Free::Now || lock.free == Free::AtTheEnd && is_withdrawn
}

/// Returns the locks that stay.
fn kept(found: &[Lock], withdraw: &[u32]) -> Vec<Lock> {
	found.iter().filter(|lock| !is_freed(lock, withdraw)).copied().collect()
}

#[cfg(test)]
mod tests {
	use super::*;

	fn lock(referendum: Option<u32>, amount: u128, free: Free) -> Lock {
		Lock { referendum, ballot: None, amount, free }
	}

	#[test]
	fn only_what_is_free_is_removed() {
		let who = AccountId::new([1; 32]);
		let found = [
			lock(Some(1), 10, Free::Now),
			lock(Some(2), 20, Free::At(50)),
			lock(Some(3), 30, Free::AtTheEnd),
			lock(None, 5, Free::At(60)),
		];
		let remove = |index| GovernanceCall::RemoveVote { track: 7, index };
		let unlock = GovernanceCall::Unlock { track: 7, target: who.clone() };
		assert_eq!(calls_on(7, &who, &found, &[], true), [remove(1), unlock.clone()]);
		assert_eq!(calls_on(7, &who, &found, &[2, 3], true), [remove(1), remove(3), unlock.clone()]);
		assert_eq!((locks::remaining(&kept(&found, &[])), locks::remaining(&kept(&found, &[3]))), (30, 20));
		assert_eq!(calls_on(7, &who, &found[1..], &[], true), []);
		assert_eq!(calls_on(7, &who, &[], &[], true), [unlock], "locked by votes that are gone");
		assert_eq!(calls_on(7, &who, &[], &[], false), []);
	}
}
