//! What votes lock, and for how long.

use futures::future::try_join_all;
use rlc_chain::{Ballot, Chain, Governance, Referendum, Votes};
use rlc_primitives::{AccountId, Balance, BlockNumber};

use crate::failure::Result;

/// For how many locking periods an amount stays locked if its side wins, by conviction.
const PERIODS: [u32; 7] = [0, 1, 2, 4, 8, 16, 32];

/// When what is behind a vote can be unlocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Free {
	/// Now.
	Now,
	/// From this block on.
	At(BlockNumber),
	/// Not before the referendum has ended, unless the vote is taken back.
	AtTheEnd,
	/// Not before its delegation to another account is taken back.
	Undelegated,
}

/// A lock of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lock {
	/// The referendum whose vote locks it; `None`: a vote that was removed.
	pub referendum: Option<u32>,
	/// How the vote was.
	pub ballot: Option<Ballot>,
	/// How much, in nRLC.
	pub amount: Balance,
	/// When it can be unlocked.
	pub free: Free,
}

/// Returns for how many blocks what is behind a vote stays locked if its side wins.
pub(crate) fn period(conviction: u8, rules: &Governance) -> BlockNumber {
	let periods = PERIODS.get(usize::from(conviction)).copied().unwrap_or_default();
	rules.locking.saturating_mul(periods)
}

/// Returns when what is behind a vote can be unlocked. A referendum that is gone locks nothing.
pub(crate) fn free(ballot: &Ballot, referendum: Option<&Referendum>, rules: &Governance, now: BlockNumber) -> Free {
	match (referendum, ballot) {
		(Some(Referendum::Ongoing(_)), _) => Free::AtTheEnd,
		(Some(Referendum::Ended(ended)), Ballot::Standard { aye, conviction, .. })
			if ended.outcome.is_aye() == Some(*aye) =>
		{
			from(ended.since.saturating_add(period(*conviction, rules)), now)
		}
		_ => Free::Now,
	}
}

fn from(block: BlockNumber, now: BlockNumber) -> Free {
	if block <= now {
		Free::Now
	} else {
		Free::At(block)
	}
}

/// Returns the locks of an account on a track: those of its votes, and what removed ones left. `referenda` holds what became
/// of those that it voted on.
pub(crate) fn of(votes: &Votes, referenda: &[Option<Referendum>], rules: &Governance, now: BlockNumber) -> Vec<Lock> {
	let (until, amount) = votes.prior;
	let left = (amount > 0).then(|| Lock { referendum: None, ballot: None, amount, free: from(until, now) });
	let delegated = votes.delegated;
	let delegated = delegated.map(|amount| Lock { referendum: None, ballot: None, amount, free: Free::Undelegated });
	let cast = votes.cast.iter().zip(referenda).map(|((index, ballot), referendum)| Lock {
		referendum: Some(*index),
		ballot: Some(*ballot),
		amount: ballot.balance(),
		free: free(ballot, referendum.as_ref(), rules, now),
	});
	cast.chain(delegated).chain(left).collect()
}

/// Returns the locks of an account on a track, as they are now.
///
/// # Errors
///
/// If the node does not answer.
pub(crate) async fn on_track(
	chain: &Chain,
	who: &AccountId,
	track: u16,
	rules: &Governance,
	now: BlockNumber,
) -> Result<Vec<Lock>> {
	let votes = chain.votes(who, track).await?;
	let referenda = try_join_all(votes.cast.iter().map(|(index, _)| chain.referendum(*index, None))).await?;
	Ok(of(&votes, &referenda, rules, now))
}

/// Returns how much stays locked of so much that is: locks overlap, so the largest counts.
pub(crate) fn remaining(locks: &[Lock]) -> Balance {
	locks.iter().filter(|lock| lock.free != Free::Now).map(|lock| lock.amount).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::gov::{origin::tests::rules, stage::tests::submitted};
	use rlc_chain::{Ended, Outcome};

	const AYE: Ballot = Ballot::Standard { aye: true, conviction: 3, balance: 70 };

	fn ended(outcome: Outcome) -> Referendum {
		Referendum::Ended(Ended { outcome, since: 100, submission_deposit: None, decision_deposit: None })
	}

	#[test]
	fn winners_are_locked_for_as_long_as_they_were_convinced() {
		let free = |ballot: &Ballot, outcome, now| free(ballot, Some(&ended(outcome)), &rules(), now);
		// A conviction of 3 is four periods of 20 blocks.
		assert_eq!(free(&AYE, Outcome::Approved, 110), Free::At(180));
		assert_eq!(free(&AYE, Outcome::Approved, 180), Free::Now);
		let unsure = Ballot::Standard { aye: true, conviction: 0, balance: 70 };
		assert_eq!(free(&unsure, Outcome::Approved, 110), Free::Now);
		let split = Ballot::Split { aye: 1, nay: 2, abstain: 3 };
		assert_eq!(free(&split, Outcome::Approved, 110), Free::Now);
	}

	#[test]
	fn losers_and_those_of_no_outcome_are_free() {
		for outcome in [Outcome::Rejected, Outcome::Canceled, Outcome::TimedOut, Outcome::Killed] {
			assert_eq!(free(&AYE, Some(&ended(outcome)), &rules(), 101), Free::Now);
		}
		let nay = Ballot::Standard { aye: false, conviction: 1, balance: 70 };
		assert_eq!(free(&nay, Some(&ended(Outcome::Rejected)), &rules(), 101), Free::At(120));
		let ongoing = Referendum::Ongoing(Box::new(submitted()));
		assert_eq!(free(&AYE, Some(&ongoing), &rules(), 101), Free::AtTheEnd);
		assert_eq!(free(&AYE, None, &rules(), 101), Free::Now);
	}

	#[test]
	fn locks_overlap() {
		let nay = Ballot::Standard { aye: false, conviction: 1, balance: 90 };
		let votes = Votes { track: 12, cast: vec![(3, AYE), (4, nay)], delegated: None, prior: (105, 20) };
		let referenda = [Some(ended(Outcome::Approved)), Some(ended(Outcome::Approved))];
		let locks = of(&votes, &referenda, &rules(), 101);
		let frees: Vec<_> = locks.iter().map(|lock| (lock.referendum, lock.amount, lock.free)).collect();
		assert_eq!(frees, [(Some(3), 70, Free::At(180)), (Some(4), 90, Free::Now), (None, 20, Free::At(105))]);
		assert_eq!(remaining(&locks), 70);
		assert_eq!(remaining(&[]), 0);
		let delegated = Votes { cast: Vec::new(), delegated: Some(50), ..votes };
		assert_eq!(remaining(&of(&delegated, &[], &rules(), 101)), 50);
	}
}
