//! Whom the pool vouches for, and what other workers have to own.
//!
//! Keys cost nothing: whoever joins an open pool may be many workers of one person. A worker is vouched for if its operator, or
//! its account, is known to the pool: then it votes for itself, or for its operator, and may decide alone. All others vote as
//! one, never decide alone, and own something that a thousand idle keys would not.

use std::collections::BTreeSet;

use rlc_chain::Funds;
use rlc_primitives::{AccountId, Balance, RLC};
use rlc_protocol::{requester::code, worker::Join, Account};

use crate::admission::{candidates, Admission, AdmissionRefusal};

/// Which workers join, and how far they are trusted.
#[derive(Clone, Debug, Default)]
pub struct Entry {
	/// Which workers the pool admits.
	pub admission: Admission,
	/// Accounts that it vouches for, if it admits anyone: workers and operators.
	pub vouched: BTreeSet<AccountId>,
	/// What the account of any other worker has to own, in nRLC.
	pub least_stake: Balance,
}

impl Entry {
	/// Returns whether the pool vouches for a worker whose identity was [checked](crate::admission::check), and that it
	/// [admits](crate::admission::admit). Whoever is not admitted by everyone's right is known; else the worker or its operator
	/// has to be on the list, or to be the scheduler's own.
	pub fn vouches_for(&self, join: &Join, scheduler: &AccountId) -> bool {
		match self.admission {
			Admission::Open => candidates(join).any(|account| account == scheduler || self.vouched.contains(account)),
			Admission::Private | Admission::Listed(_) | Admission::Group(_) => true,
		}
	}
}

/// Checks that a worker that nobody vouches for owns enough: `least_stake`, and the stake of a task of the dearest offer, both
/// in nRLC. What it has staked counts.
///
/// # Errors
///
/// [`AdmissionRefusal`].
pub fn ensure_owns(
	worker: &Account,
	funds: &Funds,
	least_stake: Balance,
	dearest: Balance,
) -> Result<(), AdmissionRefusal> {
	let (owned, needed) = (funds.spendable().saturating_add(funds.locked), least_stake.max(dearest));
	if owned >= needed {
		return Ok(());
	}
	let words = format!(
		"{worker} has {} to stake, and nobody vouches for it: send it {} more, or ask the pool's operator to vouch for it",
		rlc(owned),
		rlc(needed - owned),
	);
	Err(AdmissionRefusal::new(code::NOT_ALLOWED, words))
}

/// Returns an amount in nRLC as people read it.
fn rlc(amount: Balance) -> String {
	let fraction = format!("{:09}", amount % RLC);
	match fraction.trim_end_matches('0') {
		"" => format!("{} RLC", amount / RLC),
		digits => format!("{}.{digits} RLC", amount / RLC),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::testing::account;
	use rlc_primitives::GroupId;
	use rlc_protocol::{
		version,
		worker::{Operator, Resources},
	};
	use sp_core::{H160, H256};

	/// Returns worker 1's request to join, with this operator. That this one signed it was checked before.
	fn join(operator: Option<u8>) -> Join {
		Join {
			protocol: version::PROTOCOL,
			account: Account(account(1)),
			challenge: H256::zero(),
			not_after: 0,
			signature: Vec::new(),
			signer: None,
			operator: operator.map(|n| Operator { account: Account(account(n)), signature: Vec::new() }),
			resources: Resources::default(),
			version: String::new(),
			held: Vec::new(),
			standby: false,
		}
	}

	fn entry(admission: Admission, vouched: &[u8]) -> Entry {
		Entry { admission, vouched: vouched.iter().copied().map(account).collect(), least_stake: 0 }
	}

	#[test]
	fn open_pool_vouches_for_listed_workers_and_operators_and_for_the_scheduler_s_own() {
		let scheduler = account(9);
		let is_vouched =
			|vouched: &[u8], operator| entry(Admission::Open, vouched).vouches_for(&join(operator), &scheduler);
		assert!(!is_vouched(&[], None));
		assert!(is_vouched(&[1], None) && is_vouched(&[1], Some(50)));
		assert!(is_vouched(&[50], Some(50)));
		assert!(!is_vouched(&[50], Some(51)) && !is_vouched(&[50], None), "any operator signs for its workers");
		assert!(is_vouched(&[], Some(9)), "the scheduler's account counts always");
	}

	#[test]
	fn whoever_is_admitted_to_a_pool_that_is_not_open_is_vouched_for() {
		let group = Admission::Group(GroupId(H160::zero()));
		for admission in [Admission::Private, Admission::Listed([account(1)].into()), group] {
			assert!(entry(admission, &[]).vouches_for(&join(None), &account(9)));
		}
	}

	#[test]
	fn stranger_owns_the_least_stake_and_that_of_the_dearest_task() {
		let owns = |free, locked, frozen, least, dearest| {
			let funds = Funds { free, locked, frozen, ..Funds::default() };
			ensure_owns(&Account(account(1)), &funds, least, dearest).map_err(|refusal| refusal.words)
		};
		assert_eq!(owns(10, 0, 0, 10, 10), Ok(()));
		assert_eq!(owns(4, 6, 0, 10, 3), Ok(()), "what it has staked is its own");
		assert!(owns(10, 0, 1, 10, 0).is_err(), "what is frozen cannot be staked");
		assert!(owns(10, 0, 0, 0, 11).is_err());
		let refused = owns(RLC / 2, 0, 0, 10 * RLC, 0).unwrap_err();
		for words in ["has 0.5 RLC", "send it 9.5 RLC more", "vouch"] {
			assert!(refused.contains(words), "{refused}");
		}
	}
}
