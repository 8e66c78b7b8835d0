//! Whether the pool sells, and which orders it has in the book for that.
//!
//! ```text
//!               more than max_loss lost in a day, as far as it counts
//!             ┌──────────────────────────────────────────────────────► withdrawn ─┐
//!  on sale ───┤ the operator pauses it                                            ├── nothing in the book
//!             ├──────────────────────────────────────────────────────► paused ────┤
//!             └ no known worker takes tasks; the store is full; the scheduler stops ────┘
//! ```
//! It sells again by hand; after losses also by itself, after a quiet time without one; and as soon as there are workers, or
//! room.
//! What was lost before it stopped or began to sell no longer counts.

use rlc_primitives::{deal::FINAL_WINDOW, Balance, Moment, OrderHash, WorkerpoolOrder};

use crate::model::{Halt, Selling, Standings, HOUR};

/// How long, in ms, orders stay in the book while no worker takes tasks that is vouched for: one that reconnects is back
/// sooner, and contributions to tasks of the shortest category are good for longer.
pub const GRACE: Moment = 60_000;

/// When to stop and to go on selling.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
	/// How much stake may be lost in a day, in nRLC; `None`: any.
	pub max_loss: Option<Balance>,
	/// After how long without a loss the pool sells again, in ms; `None`: by hand only.
	pub quiet: Option<Moment>,
}

/// What is to be done with the book, in one go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
	/// Orders that leave it.
	pub withdraw: Vec<OrderHash>,
	/// Orders that enter it.
	pub publish: Vec<WorkerpoolOrder>,
}

impl Plan {
	/// Returns whether the book is as it is to be.
	pub fn is_empty(&self) -> bool {
		self.withdraw.is_empty() && self.publish.is_empty()
	}
}

/// Returns what was lost in a day, in nRLC, as far as it counts. The hour in which the pool stopped or began to sell has its
/// losses behind it, most likely. `now` is chain time, in ms.
pub fn loss(standings: &Standings, selling: Selling, now: Moment) -> Balance {
	let since = if selling.changed == 0 { 0 } else { selling.changed.saturating_add(HOUR) };
	standings.lost_since(since, now)
}

/// Returns what holds from now on, if losses or their absence change it.
pub fn judge_losses(limits: Limits, standings: &Standings, selling: Selling, now: Moment) -> Option<Selling> {
	if limits.max_loss.is_some_and(|max| loss(standings, selling, now) > max) {
		return Some(selling.stopped(now));
	}
	let quiet_since = selling.withdrawn?.max(standings.last_loss().unwrap_or(0));
	(quiet_since.saturating_add(limits.quiet?) <= now).then(|| selling.recovered(now))
}

/// Returns why nothing is to be on sale; `None`: something is. `deserted` is for how long no worker has taken tasks, in ms.
pub fn halt(selling: Selling, deserted: Moment, is_full: bool) -> Option<Halt> {
	if selling.paused.is_some() {
		Some(Halt::Paused)
	} else if selling.withdrawn.is_some() {
		Some(Halt::Losses)
	} else if deserted >= GRACE {
		Some(Halt::NoWorkers)
	} else {
		is_full.then_some(Halt::StoreFull)
	}
}

/// Returns whether too few bytes are left, of those that a store has for results: a twentieth, and a tenth for one that was
/// full. What current tasks have set aside is not left.
pub fn is_full(left: u64, room: u64, was_full: bool) -> bool {
	left <= room / 100 * if was_full { 10 } else { 5 }
}

/// Returns whether tasks of this reference time, in ms, that are sold now are over before the workers rest, in so many ms.
pub fn ends_before(reference_time: Moment, rest: Moment) -> bool {
	reference_time.saturating_mul(FINAL_WINDOW) < rest
}

/// Returns what makes the book hold the orders that are wanted, and nothing else of the pool's. The volume of an order in the
/// book is what is left of it.
pub fn plan(book: &[(OrderHash, WorkerpoolOrder)], wanted: Vec<WorkerpoolOrder>) -> Plan {
	let mut kept = Vec::new();
	let mut publish = Vec::new();
	for order in wanted.into_iter().filter(|order| order.volume > 0) {
		match book.iter().find(|(hash, known)| !kept.contains(hash) && serves_as(known, &order)) {
			Some((hash, _)) => kept.push(*hash),
			None => publish.push(order),
		}
	}
	let withdraw = book.iter().map(|(hash, _)| *hash).filter(|hash| !kept.contains(hash)).collect();
	Plan { withdraw, publish }
}

/// Returns what puts orders back into the book that were withdrawn, but for those of which it has the same.
pub fn put_back(book: &[(OrderHash, WorkerpoolOrder)], withdrawn: Vec<WorkerpoolOrder>) -> Plan {
	let is_missing = |order: &WorkerpoolOrder| !book.iter().any(|(_, known)| *known == like(known, order));
	Plan { withdraw: Vec::new(), publish: withdrawn.into_iter().filter(is_missing).collect() }
}

/// Returns whether an order in the book does for one that is wanted: it says the same, and promises no more, or hardly more,
/// and not much less. To replace it for less would cost a fee each time that a task comes or goes.
fn serves_as(known: &WorkerpoolOrder, wanted: &WorkerpoolOrder) -> bool {
	let is_same = *known == WorkerpoolOrder { trust: known.trust, ..like(known, wanted) };
	let is_enough = |known: u64, wanted: u64| known.saturating_mul(2) >= wanted;
	is_same
		&& known.trust <= wanted.trust
		&& is_enough(known.trust, wanted.trust)
		&& known.volume <= wanted.volume.saturating_add(wanted.volume / 4)
		&& is_enough(known.volume, wanted.volume)
}

/// Returns an order for as many tasks as another is for, which is the same if it says the same.
fn like(known: &WorkerpoolOrder, order: &WorkerpoolOrder) -> WorkerpoolOrder {
	WorkerpoolOrder { volume: known.volume, salt: known.salt, ..order.clone() }
}

#[cfg(test)]
mod tests;
