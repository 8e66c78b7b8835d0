//! What nobody may gain or lose, whatever happens: promises E1, E2, E3, and E8 of `docs/threat-model.md`, looked at from
//! outside after each block.
//!
//! | oracle | what it says |
//! |---|---|
//! | [`Promise::OwnMoney`] | E1: a task pays what was taken for it, and one without a result pays attempts alone |
//! | [`Promise::Attempts`] | E1: a pool's attempts never pay more than its completed tasks were charged |
//! | [`Promise::KnownFlows`] | E1: nobody grows richer but by transfers and by what tasks pay |
//! | [`Promise::Penalty`] | E1: a scheduler whose task has neither a result nor a witnessed failure loses its stake |
//! | [`Promise::OwnRole`] | E2: nobody loses more by a task than its roles in it put at risk; who proved how it ends loses nothing |
//! | [`Promise::FullWindow`] | E2: who had the result and did not show it, or did not end its tasks, had all the time to |
//! | [`Promise::Charged`] | E3: a deal that says that its free calls were paid for has paid for them |
//! | [`Promise::ErasEnd`] | E8: eras end, however many stand for election |
//!
//! Together the first three say that no coalition, however its members deal with one another, grows richer by tasks that
//! gave no result: what each member gains by a task was taken for this task, from its payer and from those who were
//! outvoted.
//!
//! The oracles keep books of their own. They know from the events who showed what, from the worlds' secrets what a
//! commitment stands for, and from withdrawals what was paid. They do not ask the pallets for it: not for the allowances,
//! not for why a task failed, not for what became of a contribution.

mod charges;
mod ends;
mod evidence;
mod flows;
mod time;

use std::collections::BTreeSet;

use frame_support::traits::Get;
use rlc_primitives::{AccountId, TaskId};
use rlc_runtime::{Runtime, RuntimeEvent, System};

use self::{charges::Charges, ends::Ended, evidence::Evidence, flows::Flows, time::Windows};

/// What is promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Promise {
	/// A task pays what was taken for it, and nothing from elsewhere.
	OwnMoney,
	/// Attempts never pay more than completed tasks were charged.
	Attempts,
	/// Nobody grows richer but by transfers and by what tasks pay.
	KnownFlows,
	/// A scheduler pays for a task that it did not end well, unless others witness why it could not.
	Penalty,
	/// Nobody loses more than its roles put at risk.
	OwnRole,
	/// Nobody loses for being late without having had the time.
	FullWindow,
	/// What is free was paid for before.
	Charged,
	/// Eras end.
	ErasEnd,
}

/// How a promise was broken.
pub type Violation = (Promise, String);

/// Looks at every block.
#[derive(Default)]
pub struct Oracles {
	flows: Flows,
	windows: Windows,
	evidence: Evidence,
	charges: Charges,
}

impl Oracles {
	/// Returns oracles that watch these accounts.
	pub fn new(people: impl Iterator<Item = AccountId>) -> Self {
		Self { flows: Flows::of(people), ..Self::default() }
	}

	/// Looks at the last block. `stopped` says whether work was stopped as it began, and `given_up` which tasks their
	/// schedulers gave up in it.
	pub fn look(&mut self, stopped: bool, given_up: &BTreeSet<TaskId>) -> Vec<Violation> {
		self.windows.tick(stopped);
		self.charges.fade();
		let events: Vec<_> = System::events().into_iter().map(|record| record.event).collect();
		let mut violations = self.flows.look(&events);
		self.charges.note(&events);
		let moved = ends::moved(&events);
		for event in &events {
			match event {
				RuntimeEvent::Marketplace(pallet_marketplace::Event::DealOpened { deal, .. }) => {
					self.windows.opened(*deal);
					violations.extend(self.charges.opened(*deal));
				}
				RuntimeEvent::Poco(event) => {
					self.windows.note(event);
					self.evidence.note(event);
					if let pallet_poco::Event::TaskClosed { task, .. } = event {
						let moved = moved.get(task);
						if let Some(ended) = Ended::of(*task, moved, &self.evidence, given_up.contains(task)) {
							violations.extend(self.closed(&ended));
						}
						self.windows.forget(task);
						self.evidence.forget(task);
					}
				}
				_ => {}
			}
		}
		violations.extend(eras());
		violations
	}

	/// Checks the money of a task that was closed.
	fn closed(&mut self, ended: &Ended) -> Vec<Violation> {
		let mut violations = self.charges.closed(ended);
		violations.extend(ended.losses());
		violations.extend(self.windows.late(ended));
		violations
	}
}

/// Checks that the era is not older than it may become.
fn eras() -> Option<Violation> {
	/// Sessions after its last that an era may take: the next one is planned a session ahead.
	const SLACK: u32 = 3;
	let era = pallet_staking::ActiveEra::<Runtime>::get()?.index;
	let begin = pallet_staking::ErasStartSessionIndex::<Runtime>::get(era)?;
	let sessions = pallet_session::CurrentIndex::<Runtime>::get().saturating_sub(begin);
	let most = <Runtime as pallet_staking::Config>::SessionsPerEra::get() + SLACK;
	(sessions > most).then(|| (Promise::ErasEnd, format!("era {era} has gone on for {sessions} sessions")))
}

#[cfg(test)]
mod tests {
	use frame_support::traits::fungible::Mutate;
	use rlc_runtime::{presets::DEVELOPMENT, Balances};
	use sp_keyring::Sr25519Keyring::{Alice, Bob};

	use super::*;
	use crate::chain;

	#[test]
	fn money_from_nowhere_is_seen() {
		chain::chain(DEVELOPMENT).execute_with(|| {
			let mut oracles = Oracles::new([Alice.to_account_id(), Bob.to_account_id()].into_iter());
			let mut look = || oracles.look(false, &BTreeSet::new());
			chain::block(Vec::new());
			assert_eq!(look(), []);
			Balances::mint_into(&Bob.to_account_id(), 1).expect("there is room below the cap");
			let [(promise, text)] = look().try_into().expect("one violation");
			assert!(promise == Promise::KnownFlows && text.contains("got 0"), "{text}");
			assert_eq!(look(), [], "it is seen once");
		});
	}

	#[test]
	fn only_time_in_which_work_was_possible_counts() {
		chain::chain(DEVELOPMENT).execute_with(|| {
			let mut oracles = Oracles::default();
			let mut possible = Vec::new();
			for stopped in [false, false, true, true, false] {
				chain::block(Vec::new());
				oracles.look(stopped, &BTreeSet::new());
				possible.push(oracles.windows.possible());
			}
			// A block in which a stop begins or ends counts.
			assert_eq!(possible, [0, 1_000, 2_000, 2_000, 3_000]);
		});
	}
}
