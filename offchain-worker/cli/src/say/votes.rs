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
		Ballot::Standard { conviction, balance, .. } => {
			let (side, amount) = (side(ballot), Amount(*balance));
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
			format!("{amount} counts as {counts} of {side}s. It is locked but stays yours, and can still be staked; {locked}.")
		}
		Ballot::Split { abstain, .. } => format!(
			"{} counts as support alone. It is locked until the referendum has ended, or the vote is taken back.",
			Amount(*abstain)
		),
	}
}

/// Lists the locks of an account, track by track.
pub(crate) fn locked(who: Account, all: &[(String, Vec<Lock>)], rules: &Governance, now: BlockNumber) -> Answer {
	let locks = || all.iter().flat_map(|(track, locks)| locks.iter().map(move |lock| (track, lock)));
	let forms = locks().map(|(track, lock)| form(track, lock)).collect();
	let json = VoteLocks { account: who.clone(), now, locks: forms };
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
	let conviction = match lock.ballot {
		Some(Ballot::Standard { conviction, .. }) => Some(conviction),
		Some(Ballot::Split { .. }) | None => None,
	};
	let [ayes, nays, abstains] = match lock.ballot {
		Some(Ballot::Split { aye, nay, abstain }) => [aye, nay, abstain].map(|part| Some(Decimal(part))),
		Some(Ballot::Standard { .. }) | None => [None; 3],
	};
	VoteLock {
		referendum: lock.referendum,
		track: track.into(),
		side: lock.ballot.as_ref().map(side),
		conviction,
		ayes,
		nays,
		abstains,
		amount: Decimal(lock.amount),
		free: free.into(),
		free_at,
	}
}

/// Writes a vote: `aye ×2`.
fn vote(ballot: Option<&Ballot>) -> String {
	let Some(ballot) = ballot else { return String::new() };
	let side = side(ballot);
	match ballot {
		Ballot::Standard { conviction: 0, .. } => format!("{side} ×0.1"),
		Ballot::Standard { conviction, .. } => format!("{side} ×{conviction}"),
		Ballot::Split { .. } => side.into(),
	}
}

/// Returns which way a vote goes.
fn side(ballot: &Ballot) -> &'static str {
	match ballot {
		Ballot::Standard { aye: true, .. } => "aye",
		Ballot::Standard { aye: false, .. } => "nay",
		Ballot::Split { aye: 0, nay: 0, .. } => "abstain",
		Ballot::Split { .. } => "split",
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
		assert!(
			said(0).starts_with("10 RLC counts as 1 RLC of ayes.") && said(0).contains("taken back"),
			"{}",
			said(0)
		);
		assert!(
			said(2).starts_with("10 RLC counts as 20 RLC of ayes.") && said(2).contains("locked for 40 s"),
			"{}",
			said(2)
		);
		assert!(said(6).contains("counts as 60 RLC") && said(6).contains("locked for 10 min"), "{}", said(6));
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

	#[test]
	fn programs_read_locks_in_the_form_that_was_promised() {
		let promised: serde_json::Value =
			serde_json::from_str(include_str!("../../tests/golden/vote-locks.json")).unwrap();
		let lock = |referendum, ballot, free| Lock { referendum, ballot, amount: 90, free };
		let nay = Ballot::Standard { aye: false, conviction: 2, balance: 90 };
		let split = Ballot::Split { aye: 20, nay: 30, abstain: 40 };
		let locks = vec![
			lock(Some(3), Some(nay), Free::At(49)),
			lock(Some(4), Some(split), Free::AtTheEnd),
			lock(None, None, Free::Undelegated),
		];
		let answer = locked(Account(AccountId::new([1; 32])), &[("root".to_owned(), locks)], &rules(), 9);
		assert_eq!(answer.json, promised, "fields may be added, but none is renamed or removed");
	}
}
