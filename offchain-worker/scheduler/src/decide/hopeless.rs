//! Deals that no worker can serve: what their params ask for is seen before any worker is given a task.
//!
//! The chain lets a scheduler release a task at no cost only if workers report on chain that something is missing outside of
//! it. So as many as that takes are asked to read the deal and to say what they find, and nobody fetches or runs anything.
//! If too few are here, or too few say so, others are asked until the contribution deadline: only then the stake is lost.
//!
//! Not judged so: a tag or a kind of app that no worker has. The pool's own order offered these.

use std::collections::BTreeSet;

use rlc_primitives::{task::Stage, AccountId, DealId, Moment};

use super::failures::reports_for;
use crate::model::{DealState, Hopeless, Now, State, TaskState, WorkerState};

/// How long, in ms, a worker is waited for whose machine is large enough, after the start and after a deal: it may be joining,
/// here or at another instance. If the category's reference time is shorter, that.
pub const PATIENCE: Moment = 120_000;

/// Finds deals that need more than any worker has had lately, and records that. Returns them.
pub fn judge(state: &mut State, now: Now) -> Vec<DealId> {
	let found = state.deals().iter().filter(|(_, deal)| needs_too_much(state, deal, now)).map(|(id, _)| *id);
	let found = found.collect::<Vec<_>>();
	for id in &found {
		state.set_hopeless(id, Hopeless::Needs);
	}
	found
}

/// Returns whether a deal that is not known to be hopeless needs more than any of the pool's workers has had lately.
fn needs_too_much(state: &State, deal: &DealState, now: Now) -> bool {
	if deal.hopeless.is_some() || deal.asked.is_nothing() {
		return false;
	}
	let patience = PATIENCE.min(deal.deal.reference_time);
	let has_waited = deal.deal.opened.saturating_add(patience) <= now.chain;
	let knows_workers = state.machines().since().is_some_and(|since| since.saturating_add(patience) <= now.local);
	has_waited && knows_workers && state.machines().are_too_small_for(deal)
}

/// Returns how many workers have yet to say on chain why a task is hopeless, so that it can be released.
pub fn witnesses_needed(deal: &DealState, task: &TaskState, hopeless: &Hopeless) -> usize {
	let said = task.reports_of(hopeless.cause());
	reports_for(deal.deal.trust).saturating_sub(said).try_into().unwrap_or(usize::MAX)
}

/// Returns whether a hopeless task waits for workers that can say so.
pub fn lacks_witnesses(state: &State, deal: &DealState, task: &TaskState, hopeless: &Hopeless) -> bool {
	let waits = task.chain().stage == Stage::Active && task.chain().contributions.is_empty() && task.given_up.is_none();
	let needed = witnesses_needed(deal, task, hopeless);
	waits && witnesses(state, deal, task, hopeless, needed).len() < needed
}

/// Returns `needed` workers that can say on chain why a task is hopeless; fewer if fewer can be reached. Tasks of one deal get
/// the same ones, so that they are delegated together; other deals get others. Those that were asked in vain come last, before
/// them those that nobody vouches for.
///
/// A worker that is delegated to say so can contribute as well. So each voter has one voice, as with tasks that are computed:
/// several workers of one operator would reach a consensus on whatever it likes. And where one worker decides alone, only those
/// are asked that the pool vouches for.
pub fn witnesses(
	state: &State,
	deal: &DealState,
	task: &TaskState,
	hopeless: &Hopeless,
	needed: usize,
) -> Vec<AccountId> {
	let sees_it = |worker: &WorkerState| match hopeless {
		Hopeless::Params(_) => true,
		Hopeless::Needs => deal.asked.slots(&worker.resources).is_none(),
	};
	let can_say = |(account, worker): &(&AccountId, &WorkerState)| {
		let is_voters = task.asked.get(&worker.voter).is_none_or(|asked| asked == *account);
		let is_trusted = worker.profile().is_trusted_at(deal.deal.trust);
		worker.is_reachable() && !task.reports.contains_key(*account) && is_voters && is_trusted && sees_it(worker)
	};
	let mut able = state.workers().iter().filter(can_say).map(|(account, _)| account).collect::<Vec<_>>();
	let silent = task.given_up.as_ref().map(|given_up| &given_up.witnesses);
	able.sort_by_cached_key(|account| {
		let mut distance: [u8; 32] = (*account).clone().into();
		distance.iter_mut().zip(task.chain().deal.0 .0).for_each(|(byte, of_deal)| *byte ^= of_deal);
		let is_silent = silent.is_some_and(|silent| silent.contains(*account));
		(is_silent, state.worker(account).is_none_or(|worker| !worker.is_vouched), distance)
	});
	let mut voters = BTreeSet::new();
	let is_new = |account: &&AccountId| state.worker(account).is_some_and(|worker| voters.insert(&worker.voter));
	able.into_iter().filter(is_new).take(needed).cloned().collect()
}

#[cfg(test)]
mod tests;
