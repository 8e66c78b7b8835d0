//! As whom workers vote.
//!
//! An operator has one vote on a task, however many workers it has. That holds only for people who can be told apart: keys
//! cost nothing, so a person with many of them is many workers. Therefore all workers that nobody vouches for vote as one.

use rlc_primitives::AccountId;

/// As whom all workers vote together that nobody vouches for. No key belongs to it.
pub const STRANGERS: AccountId = AccountId::new(*b"rlc/scheduler: unvouched workers");

/// As whom a worker votes, and how far it is trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voice {
	/// Whose vote it has: one on each task.
	pub voter: AccountId,
	/// Whether the pool vouches for it. Only then may it decide alone.
	pub is_vouched: bool,
}

/// Returns as whom a worker votes: as its operator, or as itself if it shows none. One that nobody vouches for may show any
/// operator, or none, and so votes with all others of that kind.
pub fn voter(worker: &AccountId, operator: Option<&AccountId>, is_vouched: bool) -> AccountId {
	if is_vouched {
		operator.unwrap_or(worker).clone()
	} else {
		STRANGERS
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::testing::account;

	#[test]
	fn worker_votes_as_its_operator_if_somebody_vouches_for_it() {
		let operator = account(50);
		assert_eq!(voter(&account(1), Some(&operator), true), operator);
		assert_eq!(voter(&account(1), None, true), account(1));
	}

	#[test]
	fn strangers_vote_as_one_whatever_operator_they_show() {
		let votes = [(1, None), (2, None), (3, Some(3)), (4, Some(50))]
			.map(|(worker, operator)| voter(&account(worker), operator.map(account).as_ref(), false));
		assert_eq!(votes, [STRANGERS, STRANGERS, STRANGERS, STRANGERS]);
	}
}
