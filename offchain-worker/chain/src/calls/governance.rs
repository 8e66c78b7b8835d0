//! The calls of governance: referenda, and votes on them.
//!
//! A referendum names the origin that its call is to be made with, and origins are the runtime's own. So these are written
//! by the runtime's description when they are signed, and nothing here is compared with it when a connection is made.

use rlc_primitives::{AccountId, Balance, BlockNumber, Hash};
use sp_io::hashing::blake2_256;

use crate::Data;

/// The longest call, in bytes, that a referendum holds itself. A longer one is stored beside it, for a deposit.
pub const MOST_INLINE: usize = 128;

/// What a referendum is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proposal {
	/// A short call, encoded.
	Inline(Vec<u8>),
	/// A call that is stored beside it.
	Stored {
		/// The BLAKE2b-256 hash of the encoded call.
		hash: Hash,
		/// Its length, in bytes.
		len: u32,
	},
}

impl Proposal {
	/// Returns what a referendum on an encoded call is about.
	pub fn of(call: &[u8]) -> Self {
		if call.len() <= MOST_INLINE {
			return Self::Inline(call.to_vec());
		}
		Self::Stored { hash: blake2_256(call).into(), len: u32::try_from(call.len()).unwrap_or(u32::MAX) }
	}

	/// Returns the BLAKE2b-256 hash of the encoded call.
	pub fn hash(&self) -> Hash {
		match self {
			Self::Inline(call) => blake2_256(call).into(),
			Self::Stored { hash, .. } => *hash,
		}
	}

	fn described(&self) -> Data {
		match self {
			Self::Inline(call) => Data::variant("Inline", Data::Bytes(call.clone())),
			Self::Stored { hash, len } => {
				let fields = [("hash", Data::Bytes(hash.as_bytes().to_vec())), ("len", Data::Number((*len).into()))];
				Data::variant("Lookup", Data::fields(fields))
			}
		}
	}

	pub(crate) fn read(data: &Data) -> Option<Self> {
		let (name, fields) = data.as_variant()?;
		match name {
			"Inline" => Some(Self::Inline(fields.as_bytes()?.to_vec())),
			"Lookup" => {
				let hash: [u8; 32] = fields.field("hash")?.as_bytes()?.try_into().ok()?;
				Some(Self::Stored { hash: hash.into(), len: fields.field("len")?.as_number()? })
			}
			_ => None,
		}
	}
}

/// A vote, in nRLC. What is behind it is locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ballot {
	/// For one side.
	Standard {
		/// Whether it is for the call to be made.
		aye: bool,
		/// 0: a tenth of the amount counts, and is locked until the vote is taken back. 1 to 6: so many times the amount
		/// counts, and if this side wins, it stays locked for 1, 2, 4, 8, 16, or 32 locking periods.
		conviction: u8,
		/// What is behind it.
		balance: Balance,
	},
	/// For several, each counted as without conviction. What abstains counts as support alone.
	Split {
		/// For the call.
		aye: Balance,
		/// Against it.
		nay: Balance,
		/// For neither.
		abstain: Balance,
	},
}

impl Ballot {
	/// Returns all that is behind it, in nRLC.
	pub fn balance(&self) -> Balance {
		match self {
			Self::Standard { balance, .. } => *balance,
			Self::Split { aye, nay, abstain } => aye.saturating_add(*nay).saturating_add(*abstain),
		}
	}

	fn described(&self) -> Data {
		match self {
			Self::Standard { aye, conviction, balance } => {
				// As FRAME packs it.
				let vote = conviction | if *aye { 0x80 } else { 0 };
				let fields = [("vote", Data::Number(vote.into())), ("balance", Data::Amount(*balance))];
				Data::variant("Standard", Data::fields(fields))
			}
			Self::Split { aye, nay, abstain } => {
				let fields = [("aye", aye), ("nay", nay), ("abstain", abstain)];
				Data::variant("SplitAbstain", Data::fields(fields.map(|(name, amount)| (name, Data::Amount(*amount)))))
			}
		}
	}

	pub(crate) fn read(data: &Data) -> Option<Self> {
		let (name, fields) = data.as_variant()?;
		let amount = |name: &str| fields.field(name)?.as_number();
		match name {
			"Standard" => {
				let vote: u8 = fields.field("vote")?.as_number()?;
				Some(Self::Standard { aye: vote & 0x80 != 0, conviction: vote & 0x7F, balance: amount("balance")? })
			}
			"Split" => Some(Self::Split { aye: amount("aye")?, nay: amount("nay")?, abstain: 0 }),
			"SplitAbstain" => {
				Some(Self::Split { aye: amount("aye")?, nay: amount("nay")?, abstain: amount("abstain")? })
			}
			_ => None,
		}
	}
}

/// The calls of governance. A referendum is named by its index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GovernanceCall {
	/// Stores a call that is too long for a referendum. Holds a deposit.
	NotePreimage {
		/// The call, encoded.
		call: Vec<u8>,
	},
	/// Removes it, and releases the deposit.
	UnnotePreimage {
		/// Its hash.
		hash: Hash,
	},
	/// Begins a referendum. Holds a deposit.
	Submit {
		/// What its call is made as.
		origin: Data,
		/// The call.
		proposal: Proposal,
		/// How many blocks after the approval it is made, at the least.
		after: BlockNumber,
	},
	/// Has a referendum decided. Holds a deposit.
	PlaceDecisionDeposit {
		/// The referendum.
		index: u32,
		/// What its track asks, in nRLC; not sent.
		amount: Balance,
	},
	/// Releases the deposit for the decision, to who placed it.
	RefundDecisionDeposit {
		/// The referendum, which has ended.
		index: u32,
	},
	/// Releases the deposit for the submission, to who submitted it.
	RefundSubmissionDeposit {
		/// The referendum, which was approved or canceled.
		index: u32,
	},
	/// Votes, in place of an earlier vote.
	Vote {
		/// The referendum.
		index: u32,
		/// How.
		ballot: Ballot,
	},
	/// Takes a vote back. What was behind it is locked until it is unlocked.
	RemoveVote {
		/// The referendum's track.
		track: u16,
		/// The referendum.
		index: u32,
	},
	/// Unlocks what no vote on a track locks any more.
	Unlock {
		/// The track.
		track: u16,
		/// Whose RLC.
		target: AccountId,
	},
}

impl GovernanceCall {
	/// Returns the call in the runtime's terms.
	pub(crate) fn described(&self) -> Data {
		let number = |number: u32| Data::Number(number.into());
		match self {
			Self::NotePreimage { call } => {
				Data::call("Preimage", "note_preimage", [("bytes", Data::Bytes(call.clone()))])
			}
			Self::UnnotePreimage { hash } => {
				Data::call("Preimage", "unnote_preimage", [("hash", Data::Bytes(hash.as_bytes().to_vec()))])
			}
			Self::Submit { origin, proposal, after } => {
				let arguments = [
					("proposal_origin", origin.clone()),
					("proposal", proposal.described()),
					("enactment_moment", Data::variant("After", number(*after))),
				];
				Data::call("Referenda", "submit", arguments)
			}
			Self::PlaceDecisionDeposit { index, .. } => {
				Data::call("Referenda", "place_decision_deposit", [("index", number(*index))])
			}
			Self::RefundDecisionDeposit { index } => {
				Data::call("Referenda", "refund_decision_deposit", [("index", number(*index))])
			}
			Self::RefundSubmissionDeposit { index } => {
				Data::call("Referenda", "refund_submission_deposit", [("index", number(*index))])
			}
			Self::Vote { index, ballot } => {
				let arguments = [("poll_index", number(*index)), ("vote", ballot.described())];
				Data::call("ConvictionVoting", "vote", arguments)
			}
			Self::RemoveVote { track, index } => {
				let arguments = [("class", number((*track).into())), ("index", number(*index))];
				Data::call("ConvictionVoting", "remove_vote", arguments)
			}
			Self::Unlock { track, target } => {
				let arguments = [("class", number((*track).into())), ("target", Data::Account(target.clone()))];
				Data::call("ConvictionVoting", "unlock", arguments)
			}
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn ballots_are_read_as_they_are_written() {
		for ballot in [
			Ballot::Standard { aye: true, conviction: 6, balance: 7 },
			Ballot::Standard { aye: false, conviction: 0, balance: 0 },
			Ballot::Split { aye: 1, nay: 2, abstain: 3 },
		] {
			assert_eq!(Ballot::read(&ballot.described()), Some(ballot));
		}
		let aye = Ballot::Standard { aye: true, conviction: 1, balance: 5 };
		let (_, fields) = aye.described().as_variant().map(|(name, data)| (name.to_owned(), data.clone())).unwrap();
		assert_eq!(fields.field("vote").and_then(Data::as_number), Some(0x81u8));
	}

	#[test]
	fn long_call_is_stored_beside_its_referendum() {
		let (short, long) = (Proposal::of(&[1; MOST_INLINE]), Proposal::of(&[1; MOST_INLINE + 1]));
		assert_eq!(short, Proposal::Inline(vec![1; MOST_INLINE]));
		assert_eq!(long, Proposal::Stored { hash: blake2_256(&[1; MOST_INLINE + 1]).into(), len: 129 });
		for proposal in [short, long] {
			assert_eq!(Proposal::read(&proposal.described()), Some(proposal));
		}
	}
}
