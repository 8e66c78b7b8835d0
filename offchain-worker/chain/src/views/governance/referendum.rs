//! Referenda, as the chain stores them.

use rlc_primitives::{AccountId, Balance, BlockNumber};

use crate::{Data, Proposal};

/// A referendum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Referendum {
	/// It waits, or is decided.
	Ongoing(Box<Ongoing>),
	/// It has ended.
	Ended(Ended),
}

/// What is held for a referendum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deposit {
	/// Whose it is.
	pub who: AccountId,
	/// How much, in nRLC.
	pub amount: Balance,
}

/// A referendum that has not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ongoing {
	/// Its track.
	pub track: u16,
	/// What its call would be made as.
	pub origin: Data,
	/// Its call.
	pub proposal: Proposal,
	/// In which block it was submitted.
	pub submitted: BlockNumber,
	/// What is held for its submission.
	pub submission_deposit: Deposit,
	/// What is held for its decision; `None`: nobody has placed that yet.
	pub decision_deposit: Option<Deposit>,
	/// Its decision; `None`: it has not begun.
	pub deciding: Option<Deciding>,
	/// Votes for it, in nRLC times their convictions.
	pub ayes: Balance,
	/// Votes against it, in nRLC times their convictions.
	pub nays: Balance,
	/// What is behind it, in nRLC: ayes and abstentions, without their convictions.
	pub support: Balance,
	/// Whether it waits for others of its track to be decided.
	pub is_queued: bool,
}

/// How far a decision is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deciding {
	/// In which block it began.
	pub since: BlockNumber,
	/// At which block the referendum is approved if both thresholds stay met; `None`: one is not met.
	pub confirming: Option<BlockNumber>,
}

/// A referendum that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
	/// How.
	pub outcome: Outcome,
	/// In which block.
	pub since: BlockNumber,
	/// What is still held for its submission.
	pub submission_deposit: Option<Deposit>,
	/// What is still held for its decision.
	pub decision_deposit: Option<Deposit>,
}

/// How a referendum ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
	/// Its call is made.
	Approved,
	/// It did not meet its thresholds in time.
	Rejected,
	/// It was stopped, as needless.
	Canceled,
	/// Its decision did not begin in time.
	TimedOut,
	/// It was stopped, as harmful; its deposits are gone.
	Killed,
}

impl Outcome {
	/// Returns whether ayes won, or nays; `None` if neither did.
	pub fn is_aye(self) -> Option<bool> {
		match self {
			Self::Approved => Some(true),
			Self::Rejected => Some(false),
			Self::Canceled | Self::TimedOut | Self::Killed => None,
		}
	}
}

impl Referendum {
	pub(super) fn read(data: &Data) -> Option<Self> {
		let (name, fields) = data.as_variant()?;
		let outcome = match name {
			"Ongoing" => return Ongoing::read(fields).map(|ongoing| Self::Ongoing(Box::new(ongoing))),
			"Approved" => Outcome::Approved,
			"Rejected" => Outcome::Rejected,
			"Cancelled" => Outcome::Canceled,
			"TimedOut" => Outcome::TimedOut,
			"Killed" => {
				let since = fields.as_number()?;
				let (outcome, submission_deposit, decision_deposit) = (Outcome::Killed, None, None);
				return Some(Self::Ended(Ended { outcome, since, submission_deposit, decision_deposit }));
			}
			_ => return None,
		};
		let [since, submission, decision] = fields.as_list()? else { return None };
		Some(Self::Ended(Ended {
			outcome,
			since: since.as_number()?,
			submission_deposit: optional(submission, Deposit::read)?,
			decision_deposit: optional(decision, Deposit::read)?,
		}))
	}
}

impl Ongoing {
	fn read(data: &Data) -> Option<Self> {
		let tally = data.field("tally")?;
		Some(Self {
			track: data.field("track")?.as_number()?,
			origin: data.field("origin")?.clone(),
			proposal: Proposal::read(data.field("proposal")?)?,
			submitted: data.field("submitted")?.as_number()?,
			submission_deposit: Deposit::read(data.field("submission_deposit")?)?,
			decision_deposit: optional(data.field("decision_deposit")?, Deposit::read)?,
			deciding: optional(data.field("deciding")?, Deciding::read)?,
			ayes: tally.field("ayes")?.as_number()?,
			nays: tally.field("nays")?.as_number()?,
			support: tally.field("support")?.as_number()?,
			is_queued: data.field("in_queue")? == &Data::Bool(true),
		})
	}

	/// Returns which part of the votes are ayes, from 0 to 1.
	pub fn approval(&self) -> f64 {
		ratio(self.ayes, self.ayes.saturating_add(self.nays))
	}

	/// Returns which part of all RLC that can vote is behind it, from 0 to 1.
	pub fn supported(&self, active: Balance) -> f64 {
		ratio(self.support, active)
	}
}

impl Deposit {
	fn read(data: &Data) -> Option<Self> {
		Some(Self { who: data.field("who")?.as_account()?.clone(), amount: data.field("amount")?.as_number()? })
	}
}

impl Deciding {
	fn read(data: &Data) -> Option<Self> {
		let confirming = optional(data.field("confirming")?, |block| block.as_number())?;
		Some(Self { since: data.field("since")?.as_number()?, confirming })
	}
}

/// Reads what may be absent.
fn optional<T>(data: &Data, read: impl Fn(&Data) -> Option<T>) -> Option<Option<T>> {
	match data {
		Data::Nothing => Some(None),
		data => read(data).map(Some),
	}
}

/// Returns a part of a whole; 0 of nothing. For people: what decides is the chain's own.
fn ratio(part: Balance, whole: Balance) -> f64 {
	if whole == 0 {
		0.0
	} else {
		part as f64 / whole as f64
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn deposit(amount: Balance) -> Data {
		Data::fields([("who", Data::Account(AccountId::new([1; 32]))), ("amount", Data::Amount(amount))])
	}

	fn ongoing(deciding: Data) -> Data {
		let votes = [("ayes", Data::Number(30)), ("nays", Data::Number(10)), ("support", Data::Number(6))];
		let fields = [
			("track", Data::Number(12)),
			("origin", Data::variant("Origins", Data::variant("MarketplaceAdmin", Data::Nothing))),
			("proposal", Data::variant("Inline", Data::Bytes(vec![1]))),
			("enactment", Data::variant("After", Data::Number(1))),
			("submitted", Data::Number(7)),
			("submission_deposit", deposit(1)),
			("decision_deposit", Data::Nothing),
			("deciding", deciding),
			("tally", Data::fields(votes)),
			("in_queue", Data::Bool(false)),
			("alarm", Data::Nothing),
		];
		Data::variant("Ongoing", Data::fields(fields))
	}

	#[test]
	fn referendum_is_read_in_each_state() {
		let Some(Referendum::Ongoing(waiting)) = Referendum::read(&ongoing(Data::Nothing)) else { panic!("it is one") };
		assert_eq!((waiting.submitted, waiting.deciding, waiting.decision_deposit.clone()), (7, None, None));
		assert_eq!((waiting.approval(), waiting.supported(12), waiting.supported(0)), (0.75, 0.5, 0.0));
		let deciding = Data::fields([("since", Data::Number(9)), ("confirming", Data::Number(11))]);
		let Some(Referendum::Ongoing(decided)) = Referendum::read(&ongoing(deciding)) else { panic!("it is one") };
		assert_eq!(decided.deciding, Some(Deciding { since: 9, confirming: Some(11) }));
		let ended = Data::List(vec![Data::Number(20), deposit(1), Data::Nothing]);
		for (name, outcome) in [
			("Approved", Outcome::Approved),
			("Rejected", Outcome::Rejected),
			("Cancelled", Outcome::Canceled),
			("TimedOut", Outcome::TimedOut),
		] {
			let Some(Referendum::Ended(read)) = Referendum::read(&Data::variant(name, ended.clone())) else {
				panic!("it is one")
			};
			assert_eq!((read.outcome, read.since, read.decision_deposit), (outcome, 20, None));
			assert_eq!(read.submission_deposit.map(|deposit| deposit.amount), Some(1));
		}
		let killed = Referendum::read(&Data::variant("Killed", Data::Number(5)));
		assert!(matches!(killed, Some(Referendum::Ended(Ended { outcome: Outcome::Killed, since: 5, .. }))));
		assert_eq!(Referendum::read(&Data::variant("Forgotten", Data::Number(5))), None);
	}
}
