//! What it means that a node does not take a transaction.

use rlc_primitives::{Hash, TIP_TOO_HIGH};

use crate::{calls::Call, Error};

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
	/// A block has another transaction with its number.
	NumberUsed(Error),
	/// What the transaction is tied to has changed: the runtime, or the chain's last blocks.
	WriteAnew(Error),
	/// Another transaction with its number, or that does the same for free, is there and ranks no lower.
	Outranked,
	/// The node had this very transaction, and does not take it for a while: a block has it, or it was refused.
	Banned,
	/// The account cannot pay the fee.
	CannotPay,
	/// The account cannot pay the tip. Without one, the transaction may be taken.
	TipTooHigh,
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
			code::TOO_LOW_PRIORITY => Self::Outranked,
			code::INVALID if words.ends_with(&format!("Custom error: {TIP_TOO_HIGH}")) => Self::TipTooHigh,
			code::INVALID if says("outdated") => {
				Self::NumberUsed(invalid("others send with the same key, and were quicker each time: try again"))
			}
			code::INVALID if says("bad signature") || says("ancient birth block") => {
				Self::WriteAnew(invalid("it is signed for another chain, another runtime, or too old a block"))
			}
			code::INVALID if says("pay some fees") => Self::CannotPay,
			code::INVALID if says("exhaust") => {
				Self::Refused(invalid("it does more than fits into a block, or than is free in one: send less"))
			}
			code::BAD_FORMAT => Self::Refused(invalid("the chain cannot read it: a list may be too long")),
			code::BANNED => Self::Banned,
			code::FULL => Self::Refused(invalid("the node's pool is full: try again later")),
			code if (1000..2000).contains(&code) => Self::Refused(invalid(words)),
			_ => Self::Refused(error),
		}
	}

	/// Returns the error that is told of a transaction with this call if no further attempt is made.
	pub(super) fn into_error(self, hash: Hash, call: &Call) -> Error {
		match self {
			Self::Known => invalid("the node has it already"),
			Self::Outranked => Error::Dropped { hash, why: "another one of the account does the same".into() },
			Self::Banned => invalid("it was refused a moment ago: look at the chain's state first"),
			Self::CannotPay if is_work(call) => invalid(
				"the chain does not take this work for free now, and the account that signs cannot pay a fee: send RLC \
				 to the account if it has too little to stake; else the task is closed, or was not delegated to it",
			),
			Self::CannotPay => invalid("the account that signs cannot pay the fee: send it RLC"),
			Self::TipTooHigh => invalid("the account cannot pay the tip: offer less, or nothing"),
			Self::NumberUsed(error) | Self::WriteAnew(error) | Self::Refused(error) => error,
		}
	}
}

/// Returns whether a call works on tasks, which can be free.
fn is_work(call: &Call) -> bool {
	match call {
		Call::Poco(_) => true,
		Call::For { call, .. } => is_work(call),
		Call::BatchAll(calls) => calls.iter().all(is_work),
		Call::Registry(_)
		| Call::Marketplace(_)
		| Call::Balances(_)
		| Call::Proxy(_)
		| Call::Staking(_)
		| Call::Session(_)
		| Call::Governance(_) => false,
	}
}

fn invalid(words: &str) -> Error {
	Error::Invalid(words.into())
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::calls::{BalancesCall, PocoCall};
	use rlc_primitives::{work::TaskRef, AccountId, Address, DealId};

	fn payment() -> Call {
		BalancesCall::TransferKeepAlive { dest: Address::Id(AccountId::new([1; 32])), value: 1 }.into()
	}

	/// Returns a refusal as a node writes it.
	fn refusal(code: i32, words: &str) -> Verdict {
		Verdict::of(Error::Rpc { method: "author_submitAndWatchExtrinsic".into(), code, words: words.into() })
	}

	#[test]
	fn what_has_changed_is_written_anew() {
		for (code, words) in [
			(1010, "Invalid Transaction: Transaction has a bad signature"),
			(1010, "Invalid Transaction: Transaction has an ancient birth block"),
		] {
			assert!(matches!(refusal(code, words), Verdict::WriteAnew(Error::Invalid(_))), "{words}");
		}
	}

	#[test]
	fn number_that_was_used_is_told_from_other_changes() {
		let outdated = refusal(1010, "Invalid Transaction: Transaction is outdated");
		assert!(matches!(outdated, Verdict::NumberUsed(Error::Invalid(_))), "{outdated:?}");
	}

	#[test]
	fn outranked_transaction_may_have_been_sent_before() {
		let verdict = refusal(1014, "Priority is too low: (1 vs 1)");
		assert_eq!(verdict, Verdict::Outranked);
		assert!(matches!(verdict.into_error(Hash::zero(), &payment()), Error::Dropped { .. }));
	}

	#[test]
	fn tip_is_told_from_other_refusals() {
		assert_eq!(refusal(1010, "Invalid Transaction: Custom error: 1"), Verdict::TipTooHigh);
		assert!(matches!(refusal(1010, "Invalid Transaction: Custom error: 11"), Verdict::Refused(_)));
	}

	#[test]
	fn same_transaction_is_not_refused() {
		assert_eq!(refusal(1013, "Transaction Already Imported"), Verdict::Known);
		assert_eq!(refusal(1012, "Transaction is temporarily banned"), Verdict::Banned);
	}

	#[test]
	fn who_cannot_pay_is_told_when_work_is_free() {
		let verdict = refusal(1010, "Invalid Transaction: Inability to pay some fees (e.g. account balance too low)");
		assert_eq!(verdict, Verdict::CannotPay);
		let told = |call: &Call| verdict.clone().into_error(Hash::zero(), call).to_string();
		let claim = Call::from(PocoCall::Claim { task: TaskRef { deal: DealId::default(), index: 0 } });
		assert!(told(&claim).contains("the task is closed"), "{}", told(&claim));
		let proxied = Call::For { account: AccountId::new([1; 32]), call: Box::new(payment()) };
		for call in [payment(), proxied] {
			assert!(told(&call).contains("send it RLC") && !told(&call).contains("task"), "{}", told(&call));
		}
	}

	#[test]
	fn other_refusals_keep_the_node_s_words() {
		let told = |verdict: Verdict| verdict.into_error(Hash::zero(), &payment());
		assert_eq!(told(refusal(1011, "Unknown")), Error::Invalid("Unknown".into()));
		assert!(matches!(told(refusal(-32601, "Method not found")), Error::Rpc { .. }));
		let unreachable = Error::Unreachable { node: "n".into(), cause: "c".into() };
		assert_eq!(Verdict::of(unreachable.clone()), Verdict::Refused(unreachable));
	}
}
