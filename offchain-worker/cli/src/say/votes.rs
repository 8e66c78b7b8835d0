//! Votes, and what they lock.

use rlc_chain::{Ballot, Governance};
use rlc_json::{Account, Decimal, VoteLock, VoteLocks};
use rlc_primitives::{Balance, BlockNumber};

use crate::{
	amount::Amount,
	answer::Answer,
	gov::{
		locks::{self, Free, Lock},
		stage::{ahead, lasting},
	},
	table::table,
};

/// Says what a vote counts, and what it locks.
pub(crate) fn cast(ballot: &Ballot, rules: &Governance) -> String {
	match ballot {
		Ballot::Standard { aye, conviction, balance } => {
			let (side, amount) = (side(*aye), Amount(*balance));
			let counts = match conviction {
				0 => Amount(*balance / 10),
				times => Amount(balance.saturating_mul(Balance::from(*times))),
			};
			let locked = match locks::period(*conviction, rules) {
				0 => "it is free as soon as the referendum has ended, or the vote is taken back".to_owned(),
				blocks => format!(
					"if {side} wins, it stays locked for {} after that, which no one can shorten; otherwise it is free at the end",
					lasting(blocks, rules)
				),
			};
			format!("{amount} count as {counts} of {side}. They are locked, but stay yours, and can be staked all the same; {locked}.")
		}
		Ballot::Split { abstain, .. } => format!(
			"{} count as support alone. They are locked until the referendum has ended, or the vote is taken back.",
			Amount(*abstain)
		),
	}
}

/// Lists the locks of an account, track by track.
pub(crate) fn locked(who: Account, all: &[(String, Vec<Lock>)], rules: &Governance, now: BlockNumber) -> Answer {
	let locks = || all.iter().flat_map(|(track, locks)| locks.iter().map(move |lock| (track, lock)));
	let forms = locks().map(|(track, lock)| form(track, lock)).collect();
	let json = VoteLocks { account: who.clone(), block: now, locks: forms };
	if json.locks.is_empty() {
		return Answer::new(format!("{who} has no votes, and nothing is locked for any"), json);
	}
	let rows = locks().map(|(track, lock)| {
		let free = match lock.free {
			Free::Now => "now: `rlc gov unlock`".into(),
			Free::At(block) => ahead(block, now, rules),
			Free::AtTheEnd => "when the referendum has ended".into(),
			Free::Undelegated => "when its delegation is taken back".into(),
		};
		let referendum = lock.referendum.map_or("earlier".into(), |index| index.to_string());
		[referendum, track.clone(), vote(lock.ballot.as_ref()), Amount(lock.amount).to_string(), free]
	});
	let table = table(["REFERENDUM", "TRACK", "VOTE", "LOCKED", "FREE"], rows);
	Answer::new(format!("{table}\n\nLocks overlap: the largest of them counts."), json)
}

/// Returns a lock's form in JSON.
fn form(track: &str, lock: &Lock) -> VoteLock {
	let (free, free_at) = match lock.free {
		Free::Now => ("now", None),
		Free::At(block) => ("later", Some(block)),
		Free::AtTheEnd => ("atTheEnd", None),
		Free::Undelegated => ("undelegated", None),
	};
	VoteLock {
		referendum: lock.referendum,
		track: track.into(),
		vote: vote(lock.ballot.as_ref()),
		amount: Decimal(lock.amount),
		free: free.into(),
		free_at,
	}
}

/// Writes a vote: `aye ×2`.
fn vote(ballot: Option<&Ballot>) -> String {
	match ballot {
		Some(Ballot::Standard { aye, conviction: 0, .. }) => format!("{} ×0.1", side(*aye)),
		Some(Ballot::Standard { aye, conviction, .. }) => format!("{} ×{conviction}", side(*aye)),
		Some(Ballot::Split { aye: 0, nay: 0, .. }) => "abstain".into(),
		Some(Ballot::Split { .. }) => "split".into(),
		None => String::new(),
	}
}

fn side(aye: bool) -> &'static str {
	if aye {
		"aye"
	} else {
		"nay"
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::gov::origin::tests::rules;
	use rlc_primitives::{AccountId, RLC};

	#[test]
	fn vote_is_explained_before_it_is_cast() {
		let said = |conviction| cast(&Ballot::Standard { aye: true, conviction, balance: 10 * RLC }, &rules());
		assert!(said(0).starts_with("10 RLC count as 1 RLC of aye.") && said(0).contains("taken back"), "{}", said(0));
		assert!(
			said(2).starts_with("10 RLC count as 20 RLC of aye.") && said(2).contains("locked for 40 s"),
			"{}",
			said(2)
		);
		assert!(said(6).contains("count as 60 RLC") && said(6).contains("locked for 10 min"), "{}", said(6));
	}

	#[test]
	fn locks_are_listed_with_when_they_end() {
		let who = Account(AccountId::new([1; 32]));
		let ballot = Ballot::Standard { aye: false, conviction: 1, balance: RLC };
		let lock = |free| Lock { referendum: Some(3), ballot: Some(ballot), amount: RLC, free };
		let all = [("root".to_owned(), vec![lock(Free::Now), lock(Free::At(49)), lock(Free::AtTheEnd)])];
		let answer = locked(who.clone(), &all, &rules(), 9);
		for part in ["nay ×1", "now: `rlc gov unlock`", "at block 49, in about 40 s", "when the referendum has ended"]
		{
			assert!(answer.text.contains(part), "{part}: {}", answer.text);
		}
		assert_eq!(answer.json["locks"][1]["freeAt"], 49);
		assert!(locked(who, &[], &rules(), 9).text.contains("has no votes"));
	}
}
