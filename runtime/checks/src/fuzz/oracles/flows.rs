//! Whether anybody has more than what it had and what it was given.

use std::collections::BTreeMap;

use rlc_primitives::{AccountId, Balance};
use rlc_runtime::{Rlc, RuntimeEvent};

use super::{Promise, Violation};
use crate::attacks::party::wealth;

/// What each of the people had after the last block, in nRLC.
#[derive(Default)]
pub struct Flows {
	had: BTreeMap<AccountId, Balance>,
}

impl Flows {
	/// Returns what these accounts have now.
	pub fn of(people: impl Iterator<Item = AccountId>) -> Self {
		Self { had: people.map(|who| (who.clone(), wealth(&who))).collect() }
	}

	/// Checks that nobody has more than the events of the last block explain.
	pub fn look(&mut self, events: &[RuntimeEvent]) -> Vec<Violation> {
		let moved = moved(events);
		let mut violations = Vec::new();
		for (who, had) in &mut self.had {
			let has = wealth(who);
			let (plus, minus) = moved.get(who).copied().unwrap_or_default();
			if has + minus > *had + plus {
				let text = format!("{who} has {has} nRLC, had {had}, got {plus} and gave {minus}");
				violations.push((Promise::KnownFlows, text));
			}
			*had = has;
		}
		violations
	}
}

/// Returns what each account got and gave, in nRLC.
fn moved(events: &[RuntimeEvent]) -> BTreeMap<&AccountId, (Balance, Balance)> {
	let mut moved: BTreeMap<&AccountId, (Balance, Balance)> = BTreeMap::new();
	let escrow = Rlc::escrow_account();
	for event in events {
		let (from, to, amount) = match event {
			// What is locked stays its owner's.
			RuntimeEvent::Balances(pallet_balances::Event::Transfer { from, to, .. })
				if *from == escrow || *to == escrow =>
			{
				continue
			}
			RuntimeEvent::Balances(
				pallet_balances::Event::Transfer { from, to, amount }
				| pallet_balances::Event::TransferOnHold { source: from, dest: to, amount, .. }
				| pallet_balances::Event::TransferAndHold { source: from, dest: to, transferred: amount, .. },
			) => (Some(from), Some(to), amount),
			RuntimeEvent::Rlc(pallet_rlc::Event::Seized { who, amount, .. }) => (Some(who), None, amount),
			RuntimeEvent::Rlc(pallet_rlc::Event::Rewarded { who, amount, .. }) => (None, Some(who), amount),
			_ => continue,
		};
		if let Some(from) = from {
			moved.entry(from).or_default().1 += amount;
		}
		if let Some(to) = to {
			moved.entry(to).or_default().0 += amount;
		}
	}
	moved
}
