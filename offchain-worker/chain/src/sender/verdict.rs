//! What it means that a node does not take a transaction.

use crate::Error;

/// The codes of the RPC method `author_submitExtrinsic`. Source: `sc-rpc-api`.
mod code {
	pub const BAD_FORMAT: i32 = 1001;
	pub const INVALID: i32 = 1010;
	pub const BANNED: i32 = 1012;
	pub const ALREADY_IMPORTED: i32 = 1013;
	pub const TOO_LOW_PRIORITY: i32 = 1014;
	pub const FULL: i32 = 1016;
}

/// What a node's refusal means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
	/// The node has this very transaction.
	Known,
	/// What the transaction is tied to has changed: its number, the runtime, or the chain's last blocks.
	WriteAnew(Error),
	/// Another attempt would be refused too.
	Refused(Error),
}

impl Verdict {
	/// Returns what an error of the submission means.
	pub(super) fn of(error: Error) -> Self {
		let Error::Rpc { code, words, .. } = &error else { return Self::Refused(error) };
		let says = |what| words.contains(what);
		match *code {
			code::ALREADY_IMPORTED => Self::Known,
			code::TOO_LOW_PRIORITY => Self::WriteAnew(invalid(
				"another transaction with its number is on its way: use one sender for each key",
			)),
			code::INVALID if says("outdated") => {
				Self::WriteAnew(invalid("its number was used: use one sender for each key"))
			}
			code::INVALID if says("bad signature") || says("ancient birth block") => {
				Self::WriteAnew(invalid("it is signed for another chain, another runtime, or too old a block"))
			}
			code::INVALID if says("pay some fees") => Self::Refused(invalid(
				"the account cannot pay its fee. Work on tasks costs nothing only if the chain would accept it now: \
				 look at the task's state and at who was delegated; anything else needs RLC",
			)),
			code::INVALID if says("exhaust") => {
				Self::Refused(invalid("it does more than fits into a block: send less"))
			}
			code::BAD_FORMAT => Self::Refused(invalid("the chain cannot read it: a list may be too long")),
			code::BANNED => Self::Refused(invalid("it was refused a moment ago: look at the chain's state first")),
			code::FULL => Self::Refused(invalid("the node's pool is full: try again later")),
			code if (1000..2000).contains(&code) => Self::Refused(invalid(words)),
			_ => Self::Refused(error),
		}
	}

	/// Returns the error that is told if no further attempt is made.
	pub(super) fn into_error(self) -> Error {
		match self {
			Self::Known => invalid("the node has it already"),
			Self::WriteAnew(error) | Self::Refused(error) => error,
		}
	}
}

fn invalid(words: &str) -> Error {
	Error::Invalid(words.into())
}

#[cfg(test)]
mod tests {
	use super::*;

	/// Returns a refusal as a node writes it.
	fn refusal(code: i32, words: &str) -> Verdict {
		Verdict::of(Error::Rpc { method: "author_submitAndWatchExtrinsic".into(), code, words: words.into() })
	}

	#[test]
	fn what_has_changed_is_written_anew() {
		for (code, words) in [
			(1010, "Invalid Transaction: Transaction is outdated"),
			(1010, "Invalid Transaction: Transaction has a bad signature"),
			(1010, "Invalid Transaction: Transaction has an ancient birth block"),
			(1014, "Priority is too low: (1 vs 1)"),
		] {
			assert!(matches!(refusal(code, words), Verdict::WriteAnew(Error::Invalid(_))), "{words}");
		}
	}

	#[test]
	fn same_transaction_is_not_refused() {
		assert_eq!(refusal(1013, "Transaction Already Imported"), Verdict::Known);
	}

	#[test]
	fn who_cannot_pay_is_told_when_work_is_free() {
		let verdict = refusal(1010, "Invalid Transaction: Inability to pay some fees (e.g. account balance too low)");
		let Verdict::Refused(error) = verdict else { panic!("{verdict:?}") };
		assert!(error.to_string().contains("look at the task's state"), "{error}");
	}

	#[test]
	fn other_refusals_keep_the_node_s_words() {
		assert_eq!(refusal(1011, "Unknown").into_error(), Error::Invalid("Unknown".into()));
		assert!(matches!(refusal(-32601, "Method not found").into_error(), Error::Rpc { .. }));
		let unreachable = Error::Unreachable { node: "n".into(), cause: "c".into() };
		assert_eq!(Verdict::of(unreachable.clone()), Verdict::Refused(unreachable));
	}
}
