//! What deals pay for calls that are free.

use sp_runtime::DispatchResult;

use crate::{AccountId, Balance};

/// Charges deals for the free calls of their tasks.
pub trait TaskCharge {
	/// Returns what a task of this trust is charged, in nRLC. With a callback, the charge covers the data that the last call
	/// brings.
	fn per_task(trust: u64, has_callback: bool) -> Balance;

	/// Takes a charge from an account, as a fee, for good. Fails if it has less to spend.
	fn take(who: &AccountId, amount: Balance) -> DispatchResult;

	/// Returns whether charges are as moderate as an account could expect that is charged without having signed the match.
	fn is_moderate() -> bool;
}

/// Free calls are nobody's expense.
impl TaskCharge for () {
	fn per_task(_: u64, _: bool) -> Balance {
		0
	}

	fn take(_: &AccountId, _: Balance) -> DispatchResult {
		Ok(())
	}

	fn is_moderate() -> bool {
		true
	}
}
