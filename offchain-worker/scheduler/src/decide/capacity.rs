//! How much the pool can sell: what its workers can do in time.
//!
//! Contributions to a task are good for seven reference times. A slot that runs tasks of a category one after the other, each
//! as long as it may be, tries [`TRIES`] in that time, and a task needs as many workers as its trust asks for, each with a vote
//! of its own. What is sold already takes its part. So a task that is sold gets workers in time, however long all of them run:
//! what runs too long ends by the clock and costs no stake, and what no slot tried would.
//!
//! Whoever buys at a trust may ask for less, down to that at which one worker decides alone. Such tasks are for workers that
//! the pool vouches for. So for each task that is sold, one of these has a try left.

use std::collections::BTreeMap;

use rlc_primitives::{
	consensus, deal::CONTRIBUTION_WINDOW, market::OpenDeal, AccountId, DealId, Moment, Rules, Tag, Task,
};

use super::replication::is_enough;
use crate::{
	model::{DealState, Profile, State},
	offer::Offer,
};

/// How many tasks a slot tries before contributions end; one reference time is left for what comes before and after.
const TRIES: u64 = CONTRIBUTION_WINDOW - 1;

/// What of an offer can be on sale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Room {
	/// The highest trust that workers can reach.
	pub trust: u64,
	/// For how many tasks.
	pub volume: u64,
}

/// A worker that takes tasks.
struct Hand<'a> {
	voter: &'a AccountId,
	weight: u64,
	profile: Profile,
	slots: u64,
}

/// Workers that vote as one.
#[derive(Clone, Copy, Debug)]
struct Voter {
	weight: u64,
	/// Whether the pool vouches for them.
	is_vouched: bool,
	/// How many tries their slots have.
	tries: u64,
}

/// Tries that tasks take which are sold already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Taken {
	/// Those of workers that the pool vouches for: all but one of a task's, since strangers have one vote; and that one, if it
	/// decides alone. Else a stranger that claims a large machine would seem to take what these have to do.
	vouched: u64,
	/// Those of anyone.
	any: u64,
}

impl Taken {
	/// Returns the tries of so many tasks, each of which takes so many workers.
	fn of(tasks: u64, workers: u64) -> Self {
		let vouched = workers.saturating_sub(1).max(1);
		let any = workers.saturating_sub(vouched);
		Self { vouched: tasks.saturating_mul(vouched), any: tasks.saturating_mul(any) }
	}

	fn and(self, other: Self) -> Self {
		Self { vouched: self.vouched.saturating_add(other.vouched), any: self.any.saturating_add(other.any) }
	}
}

/// Returns how much of each offer can be on sale: each has the same share of what is free.
pub fn rooms(state: &State, offers: &[Offer], open: &[OpenDeal]) -> Vec<Room> {
	let hands = hands(state);
	offers.iter().map(|offer| room(state, &hands, offer, offers.len() as u64, open)).collect()
}

/// Returns whether a worker takes tasks for which the pool vouches: without one, there is nothing to sell.
pub fn has_workers(state: &State) -> bool {
	let is_here = state.workers().values().any(|worker| worker.is_vouched && worker.is_willing());
	let mut elsewhere = state.elsewhere().iter().filter(|(_, voice)| voice.is_vouched);
	is_here || elsewhere.any(|(account, _)| state.machines().of(account).is_some())
}

fn room(state: &State, hands: &[Hand], offer: &Offer, offers: u64, open: &[OpenDeal]) -> Room {
	if let Some(volume) = offer.volume {
		return Room { trust: offer.trust, volume };
	}
	let mut voters = voters(hands, offer.tag);
	let mut trust = reachable(&weights(&voters), offer.trust);
	if decides_alone(trust) {
		voters.retain(|voter| voter.is_vouched);
		trust = reachable(&weights(&voters), offer.trust);
	}
	let weights = weights(&voters);
	let taken = open.iter().map(|deal| taken(state, &weights, deal, offer.reference_time));
	let left = left(&voters, taken.fold(Taken::default(), Taken::and));
	let alone = voters.iter().zip(&left).filter(|(voter, _)| voter.is_vouched).map(|(_, left)| *left);
	let volume = tasks_for(&left, workers_for(&weights, trust)).min(tasks_for(&alone.collect::<Vec<_>>(), 1));
	if volume == 0 {
		return Room::default();
	}
	Room { trust, volume: (volume / offers.max(1)).max(1) }
}

/// Returns whether one worker decides alone on a task of this trust.
fn decides_alone(trust: u64) -> bool {
	Rules::LIVE.least_contributors(trust) == 1
}

/// Returns as whom the workers vote that satisfy a tag. Several that vote as one count once, by the one whose word counts
/// least: no choice of workers is worse.
fn voters(hands: &[Hand], tag: Tag) -> Vec<Voter> {
	let mut voters = BTreeMap::<&AccountId, Voter>::new();
	for hand in hands.iter().filter(|hand| Tag(hand.profile.tag).covers(tag)) {
		let is_vouched = hand.profile.is_vouched;
		let voter = voters.entry(hand.voter).or_insert(Voter { weight: hand.weight, is_vouched, tries: 0 });
		voter.weight = voter.weight.min(hand.weight);
		voter.is_vouched &= is_vouched;
		voter.tries = voter.tries.saturating_add(hand.slots.saturating_mul(TRIES));
	}
	voters.into_values().collect()
}

/// Returns what the voters' words count, the least first.
fn weights(voters: &[Voter]) -> Vec<u64> {
	let mut weights = voters.iter().map(|voter| voter.weight).collect::<Vec<_>>();
	weights.sort_unstable();
	weights
}

/// Parts of a try.
const PARTS: u128 = 1_000_000;

/// Returns what is left of each voter's tries, in [`PARTS`]. Work is spread by how loaded workers are, so each voter has the
/// same part of its tries left: first of those that the pool vouches for, then of all. Rounded up, since parts that are missing
/// could add up to a try.
// A worker has 1,024 slots at most, so nothing of this overflows.
fn left(voters: &[Voter], taken: Taken) -> Vec<u128> {
	let vouched: u128 = voters.iter().filter(|voter| voter.is_vouched).map(|voter| u128::from(voter.tries)).sum();
	let after_vouched = |voter: &Voter| {
		let tries = u128::from(voter.tries) * PARTS;
		if voter.is_vouched && vouched > 0 {
			(tries * vouched.saturating_sub(taken.vouched.into())).div_ceil(vouched)
		} else {
			tries
		}
	};
	let left = voters.iter().map(after_vouched).collect::<Vec<_>>();
	let all: u128 = left.iter().sum();
	let free = all.saturating_sub(u128::from(taken.any) * PARTS);
	left.into_iter().map(|left| if all == 0 { 0 } else { (left * free).div_ceil(all) }).collect()
}

/// Returns how many tasks can be tried by so many voters each, that have so much left of their tries.
fn tasks_for(left: &[u128], workers: u64) -> u64 {
	// A voter tries a task once.
	let can_do = |tasks: u128| {
		left.iter().map(|left| (*left).min(tasks * PARTS)).sum::<u128>() >= tasks * PARTS * u128::from(workers)
	};
	let free = left.iter().sum::<u128>() / PARTS;
	let (mut done, mut missed) = (0, free / u128::from(workers.max(1)) + 1);
	while missed - done > 1 {
		let middle = done + (missed - done) / 2;
		if can_do(middle) {
			done = middle;
		} else {
			missed = middle;
		}
	}
	done.try_into().unwrap_or(u64::MAX)
}

/// Returns which tries at tasks of this reference time a deal's open tasks take. A try takes no more of a slot than until
/// contributions to those tasks end.
fn taken(state: &State, weights: &[u64], open: &OpenDeal, reference_time: Moment) -> Taken {
	let Some(known) = state.deal(&open.id) else {
		// It was made just now, most likely of an order that promised this much.
		return Taken::of(open.open, weights.len() as u64);
	};
	if known.hopeless.is_some() {
		return Taken::default();
	}
	let workers = workers_for(weights, known.deal.trust);
	let length = known.deal.reference_time.div_ceil(reference_time.max(1)).clamp(1, TRIES);
	Taken::of(open.open.saturating_mul(slots_of(state, known)).saturating_mul(length), workers)
}

/// Returns how many slots a task of a deal takes on the machines of workers that are here: the most on any that can hold it.
fn slots_of(state: &State, deal: &DealState) -> u64 {
	if deal.needs.is_nothing() {
		return 1;
	}
	let willing = state.workers().values().filter(|worker| worker.is_willing());
	willing.filter_map(|worker| deal.needs.slots(&worker.resources)).max().unwrap_or(1).into()
}

/// Returns the workers that take tasks, of this instance and of others, with the slots that strangers among them have earned.
/// Of those of others, only their machines are known.
fn hands(state: &State) -> Vec<Hand<'_>> {
	let here = state.workers().values().filter(|worker| worker.is_willing()).map(|worker| Hand {
		voter: &worker.voter,
		weight: worker.weight(),
		profile: worker.profile(),
		slots: worker.usable_slots().into(),
	});
	let elsewhere = state.elsewhere().iter().filter_map(|(account, voice)| {
		let machine = state.machines().of(account)?;
		Some(Hand {
			voter: &voice.voter,
			weight: consensus::weight(state.worker(account).map_or(0, |known| known.score)),
			profile: Profile::of(&machine.resources, voice),
			slots: machine.resources.slots.into(),
		})
	});
	here.chain(elsewhere).filter(|hand| hand.slots > 0).collect()
}

/// Returns the highest trust, up to `wanted`, that workers with these weights reach together if they agree.
fn reachable(weights: &[u64], wanted: u64) -> u64 {
	let untouched = Task::new(DealId::default(), 0);
	let reach = |trust: u64| is_enough(&untouched, trust, weights.iter().copied());
	if reach(wanted) {
		return wanted;
	}
	let (mut reached, mut missed) = (1, wanted);
	while missed.saturating_sub(reached) > 1 {
		let middle = reached + (missed - reached) / 2;
		if reach(middle) {
			reached = middle;
		} else {
			missed = middle;
		}
	}
	reached
}

/// Returns how many of these workers, those whose words count least first, a task of this trust needs; all, if they are too
/// few.
fn workers_for(weights: &[u64], trust: u64) -> u64 {
	let untouched = Task::new(DealId::default(), 0);
	let enough = (1..=weights.len()).find(|n| is_enough(&untouched, trust, weights.iter().copied().take(*n)));
	enough.unwrap_or(weights.len()).max(1) as u64
}

#[cfg(test)]
mod tests;
