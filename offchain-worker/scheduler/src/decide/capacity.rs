//! How much the pool can sell: what its workers can do in time.
//!
//! Contributions to a task are good for seven reference times. A slot that runs tasks of a category one after the other, each
//! as long as it may be, tries [`TRIES`] in that time, and a task needs as many workers as its trust asks for. What is sold
//! already takes its part. So a task that is sold gets workers in time, however long all of them run: what runs too long ends
//! by the clock and costs no stake, and what no slot tried would.

use std::collections::BTreeMap;

use rlc_primitives::{consensus, deal::CONTRIBUTION_WINDOW, market::OpenDeal, AccountId, DealId, Moment, Tag, Task};

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
	operator: &'a AccountId,
	weight: u64,
	profile: Profile,
	slots: u64,
}

/// The workers of an operator.
struct Operator {
	weight: u64,
	/// How many tries their slots have.
	tries: u64,
}

/// Returns how much of each offer can be on sale: each has the same share of what is free.
pub fn rooms(state: &State, offers: &[Offer], open: &[OpenDeal]) -> Vec<Room> {
	let hands = hands(state);
	offers.iter().map(|offer| room(state, &hands, offer, offers.len() as u64, open)).collect()
}

/// Returns whether a worker takes tasks.
pub fn has_workers(state: &State) -> bool {
	let is_here = state.workers().values().any(|worker| worker.is_willing());
	is_here || state.elsewhere().iter().any(|account| state.machines().of(account).is_some())
}

fn room(state: &State, hands: &[Hand], offer: &Offer, offers: u64, open: &[OpenDeal]) -> Room {
	if let Some(volume) = offer.volume {
		return Room { trust: offer.trust, volume };
	}
	// An operator counts once, by the worker whose word counts least: no choice of workers is worse.
	let mut operators = BTreeMap::<&AccountId, Operator>::new();
	for hand in hands.iter().filter(|hand| Tag(hand.profile.tag).covers(offer.tag)) {
		let operator = operators.entry(hand.operator).or_insert(Operator { weight: hand.weight, tries: 0 });
		operator.weight = operator.weight.min(hand.weight);
		operator.tries = operator.tries.saturating_add(hand.slots.saturating_mul(TRIES));
	}
	let mut weights = operators.values().map(|operator| operator.weight).collect::<Vec<_>>();
	weights.sort_unstable();
	if weights.is_empty() {
		return Room::default();
	}
	let trust = reachable(&weights, offer.trust);
	let workers = workers_for(&weights, trust);
	let taken = open.iter().map(|deal| taken(state, &weights, deal, offer.reference_time));
	let tries = operators.values().map(|operator| operator.tries).collect::<Vec<_>>();
	let volume = tasks_for(&tries, workers, taken.fold(0, u64::saturating_add));
	Room { trust, volume: (volume / offers.max(1)).max(volume.min(1)) }
}

/// Returns how many tasks can be tried by so many operators each, of operators that have so many tries, of which some are
/// taken. Work is spread by how loaded workers are, so each operator has the same part of its tries left.
fn tasks_for(tries: &[u64], workers: u64, taken: u64) -> u64 {
	/// Parts of a try.
	const PARTS: u128 = 1_000;
	let all: u128 = tries.iter().copied().map(u128::from).sum();
	let free = all.saturating_sub(taken.into());
	if free == 0 {
		return 0;
	}
	// A worker has 1,024 slots at most, so nothing of this overflows.
	let left = tries.iter().map(|tries| u128::from(*tries) * PARTS * free / all).collect::<Vec<_>>();
	// An operator tries a task once.
	let can_do = |tasks: u128| {
		left.iter().map(|left| (*left).min(tasks * PARTS)).sum::<u128>() >= tasks * PARTS * u128::from(workers)
	};
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

/// Returns how many tries at tasks of this reference time a deal's open tasks take. A try takes no more of a slot than until
/// contributions to those tasks end.
fn taken(state: &State, weights: &[u64], open: &OpenDeal, reference_time: Moment) -> u64 {
	let Some(known) = state.deal(&open.id) else {
		// It was made just now, most likely of an order that promised this much.
		return open.open.saturating_mul(weights.len() as u64);
	};
	if known.hopeless.is_some() {
		return 0;
	}
	let workers = workers_for(weights, known.deal.trust);
	let length = known.deal.reference_time.div_ceil(reference_time.max(1)).clamp(1, TRIES);
	open.open.saturating_mul(workers).saturating_mul(slots_of(state, known)).saturating_mul(length)
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
		operator: &worker.operator,
		weight: worker.weight(),
		profile: worker.profile(),
		slots: worker.usable_slots().into(),
	});
	let elsewhere = state.elsewhere().iter().filter_map(|account| {
		let machine = state.machines().of(account)?;
		Some(Hand {
			operator: account,
			weight: consensus::weight(state.worker(account).map_or(0, |known| known.score)),
			profile: Profile::of(&machine.resources),
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
