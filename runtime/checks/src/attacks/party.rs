//! Groups of accounts, and what becomes of their RLC.

use rlc_primitives::{AccountId, Balance};
use rlc_runtime::{Rlc, RuntimeEvent, System};

use crate::people::Person;

/// A group of accounts, and what it had and paid since it is watched.
#[derive(Default)]
pub struct Party {
	accounts: Vec<AccountId>,
	had: Vec<Balance>,
	held: Balance,
	/// The fees that it paid since then, in nRLC.
	pub fees: Balance,
	/// The most that it had held and locked since then, beside what it had before, in nRLC.
	pub most_held: Balance,
}

impl Party {
	/// Returns these people, as they are now.
	pub fn of(people: &[&Person]) -> Self {
		let accounts: Vec<_> = people.iter().map(|person| person.account()).collect();
		let had = accounts.iter().map(wealth).collect();
		let held = accounts.iter().map(held).sum();
		Self { accounts, had, held, fees: 0, most_held: 0 }
	}

	/// Notes what happened to it in the last block.
	pub fn look(&mut self) {
		let held: Balance = self.accounts.iter().map(held).sum();
		self.most_held = self.most_held.max(held.saturating_sub(self.held));
		for record in System::events() {
			if let RuntimeEvent::TransactionPayment(pallet_transaction_payment::Event::TransactionFeePaid {
				who,
				actual_fee,
				..
			}) = record.event
			{
				if self.accounts.contains(&who) {
					self.fees += actual_fee;
				}
			}
		}
	}

	/// Returns what it had when it was first looked at, in nRLC.
	pub fn had(&self) -> Balance {
		self.had.iter().sum()
	}

	/// Returns what it has, in nRLC.
	pub fn has(&self) -> Balance {
		self.accounts.iter().map(wealth).sum()
	}

	/// Returns what those of it lost who have less than before, in nRLC.
	pub fn lost(&self) -> Balance {
		self.accounts.iter().zip(&self.had).map(|(who, had)| had.saturating_sub(wealth(who))).sum()
	}
}

/// Returns all that an account has: free, held, and locked in the escrow, in nRLC.
pub fn wealth(who: &AccountId) -> Balance {
	let account = System::account(who).data;
	account.free + account.reserved + Rlc::locked(who.clone())
}

/// Returns what an account has held and locked, in nRLC.
fn held(who: &AccountId) -> Balance {
	System::account(who).data.reserved + Rlc::locked(who.clone())
}
