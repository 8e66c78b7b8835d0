//! What deals paid for the free calls of their tasks, and what attempts may be paid out of it.
//!
//! ```text
//! a deal opens         its charges are withdrawn         noted for each of its tasks
//! a task completes     its charge                        is added to its pool's allowance
//! an app fails         min(20 % of the price, allowance) is paid, and taken off
//! 90 days pass                                           the allowance is halved
//! ```
//!
//! An allowance ends when its pool is sold or given up. These books go on then, so that of such a pool they say what
//! attempts are paid at most, and of any other what they are paid.

use std::collections::{BTreeMap, BTreeSet};

use pallet_registry::AssetId;
use rlc_primitives::{AccountId, Balance, DealId, WorkerpoolId};
use rlc_runtime::{Runtime, RuntimeEvent};

use super::{
	ends::{End, Ended},
	Promise, Violation,
};
use crate::{attacks::chain::now, fuzz::rules};

/// The books of all pools.
#[derive(Default)]
pub struct Charges {
	/// What each deal was charged for a task, in nRLC, and paid.
	paid: BTreeMap<DealId, Balance>,
	pools: BTreeMap<WorkerpoolId, Book>,
	/// Pools that had another owner, or none, at some time.
	sold: BTreeSet<WorkerpoolId>,
	/// What was withdrawn in the last block, as far as it is not known what for.
	withdrawn: Vec<(AccountId, Balance)>,
	/// How many half-lives had passed by the last block.
	half_lives: u64,
}

/// The book of a pool, in nRLC.
#[derive(Default)]
struct Book {
	allowance: Balance,
	/// What its completed tasks were charged, ever.
	charged: Balance,
	/// What its attempts were paid, ever.
	attempts: Balance,
}

impl Charges {
	/// Halves allowances, if it is time.
	pub fn fade(&mut self) {
		let half_lives = now() / rules::HALF_LIFE;
		let by = u32::try_from(half_lives - self.half_lives).unwrap_or(u32::MAX);
		for book in self.pools.values_mut() {
			book.allowance = book.allowance.checked_shr(by).unwrap_or_default();
		}
		self.half_lives = half_lives;
	}

	/// Notes what was withdrawn in the last block, and which pools changed hands.
	pub fn note(&mut self, events: &[RuntimeEvent]) {
		use pallet_registry::Event::{Deregistered, Transferred};
		let sold = |event: &RuntimeEvent| match event {
			RuntimeEvent::Registry(
				Transferred { asset: AssetId::Workerpool(pool), .. }
				| Deregistered { asset: AssetId::Workerpool(pool), .. },
			) => Some(*pool),
			_ => None,
		};
		self.sold.extend(events.iter().filter_map(sold));
		let withdrawal = |event: &RuntimeEvent| match event {
			RuntimeEvent::Balances(pallet_balances::Event::Withdraw { who, amount }) => Some((who.clone(), *amount)),
			_ => None,
		};
		self.withdrawn = events.iter().filter_map(withdrawal).collect();
	}

	/// Notes that a deal was opened, and checks that it paid what it says.
	pub fn opened(&mut self, id: DealId) -> Option<Violation> {
		let deal = pallet_marketplace::Deals::<Runtime>::get(id)?;
		let depositor = pallet_marketplace::Progress::<Runtime>::get(id)?.depositor;
		let charge = (depositor, deal.charge.saturating_mul(deal.size.into()));
		if charge.1 == 0 {
			return None;
		}
		let Some(at) = self.withdrawn.iter().position(|withdrawn| *withdrawn == charge) else {
			let (who, amount) = charge;
			return Some((Promise::Charged, format!("{who} was not charged {amount} nRLC for deal {id:?}")));
		};
		self.withdrawn.swap_remove(at);
		self.paid.insert(id, deal.charge);
		None
	}

	/// Checks what a task paid that was closed.
	pub fn closed(&mut self, ended: &Ended) -> Vec<Violation> {
		let Ended { id, deal, task, end, moved, .. } = ended;
		let mut violations = Vec::new();
		let book = self.pools.entry(deal.workerpool.id).or_default();
		let (least, most) = match end {
			End::Completed => (0, rules::most_paid(rules::task_price(deal), moved.seized())),
			End::AgreedFailure => {
				let pay = rules::attempt_pay(deal, book.allowance);
				let is_known = !self.sold.contains(&deal.workerpool.id);
				(if is_known { pay } else { 0 }, pay)
			}
			End::Released | End::TimedOut => (0, 0),
		};
		if !(least..=most).contains(&moved.rewarded) {
			let text = format!("task {id:?} paid {} nRLC, not {least} to {most}", moved.rewarded);
			violations.push((Promise::OwnMoney, text));
		}
		match end {
			End::Completed => {
				let charge = self.paid.get(&task.deal).copied().unwrap_or_default();
				book.allowance = book.allowance.saturating_add(charge);
				book.charged = book.charged.saturating_add(charge);
			}
			End::AgreedFailure => {
				book.allowance = book.allowance.saturating_sub(moved.rewarded);
				book.attempts = book.attempts.saturating_add(moved.rewarded);
			}
			End::Released | End::TimedOut => {}
		}
		if book.attempts > book.charged {
			let Book { attempts, charged, .. } = book;
			let text = format!("attempts paid {attempts} nRLC, and completed tasks were charged {charged}");
			violations.push((Promise::Attempts, text));
		}
		violations
	}
}
