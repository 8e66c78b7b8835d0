//! Votes of an account, and what they lock.

use rlc_primitives::{Balance, BlockNumber};

use crate::{Ballot, Data};

/// How an account votes on the referenda of a track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Votes {
	/// The track.
	pub track: u16,
	/// Its votes, by the index of the referendum. A vote stays after its referendum until it is removed.
	pub cast: Vec<(u32, Ballot)>,
	/// How much is delegated to another account, in nRLC, which votes in its place; `None`: it votes itself.
	pub delegated: Option<Balance>,
	/// What removed votes still lock, in nRLC, and the block from which it can be unlocked.
	pub prior: (BlockNumber, Balance),
}

impl Votes {
	/// Returns the votes of an account that has none on a track.
	pub(super) fn none(track: u16) -> Self {
		Self { track, cast: Vec::new(), delegated: None, prior: (0, 0) }
	}

	pub(super) fn read(track: u16, data: &Data) -> Option<Self> {
		let (name, fields) = data.as_variant()?;
		let [until, amount] = fields.field("prior")?.as_list()? else { return None };
		let prior = (until.as_number()?, amount.as_number()?);
		match name {
			"Casting" => {
				let cast = fields.field("votes")?.as_list()?.iter().map(|vote| match vote.as_list()? {
					[index, ballot] => Some((index.as_number()?, Ballot::read(ballot)?)),
					_ => None,
				});
				Some(Self { track, cast: cast.collect::<Option<_>>()?, delegated: None, prior })
			}
			"Delegating" => {
				let delegated = Some(fields.field("balance")?.as_number()?);
				Some(Self { track, cast: Vec::new(), delegated, prior })
			}
			_ => None,
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn voting(name: &str, first: (&str, Data)) -> Data {
		let prior = Data::List(vec![Data::Number(40), Data::Amount(9)]);
		Data::variant(name, Data::fields([first, ("prior", prior)]))
	}

	#[test]
	fn votes_are_read_with_what_they_left_locked() {
		let ballot = Data::fields([("vote", Data::Number(0x81)), ("balance", Data::Amount(5))]);
		let vote = Data::List(vec![Data::Number(3), Data::variant("Standard", ballot)]);
		let votes = Votes::read(12, &voting("Casting", ("votes", Data::List(vec![vote])))).unwrap();
		let ballot = Ballot::Standard { aye: true, conviction: 1, balance: 5 };
		assert_eq!(votes, Votes { track: 12, cast: vec![(3, ballot)], delegated: None, prior: (40, 9) });
		let delegated = Votes::read(12, &voting("Delegating", ("balance", Data::Amount(8)))).unwrap();
		assert_eq!((delegated.delegated, delegated.cast), (Some(8), Vec::new()));
		assert_eq!(Votes::read(12, &voting("Sleeping", ("votes", Data::List(Vec::new())))), None);
	}
}
