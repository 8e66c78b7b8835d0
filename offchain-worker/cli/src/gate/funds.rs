//! Whether those who pay can. A call that the chain refuses costs its fee, so they are asked before.

use rlc_chain::{Call, Chain, Key};
use rlc_json::Account;
use rlc_primitives::{AccountId, Balance};

use super::bill::{singles, Bill};
use crate::{
	amount::Amount,
	failure::{failure, Failure, Result},
};

/// What an account has to have, in nRLC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Due {
	/// For what the call does at once.
	call: Balance,
	/// For the fee.
	fee: Balance,
	/// For staying an account.
	stay: Balance,
}

/// Fails if the account cannot pay what the calls take together at once, or the account that signs cannot pay the fee.
///
/// # Errors
///
/// What is missing; if the node does not answer.
pub(super) async fn check(chain: &Chain, key: &Key, calls: &[&Call], bill: &Bill) -> Result<()> {
	let (account, signer) = (key.account(), key.signer());
	// Work on tasks can be free.
	let is_work = calls.iter().flat_map(|call| singles(call)).all(|single| matches!(single, Call::Poco(_)));
	let fee = if is_work { 0 } else { bill.fee };
	let due = Due { call: bill.due(), fee, stay: bill.stays };
	let payers = if key.is_proxy() {
		vec![(account, Due { fee: 0, ..due }), (signer, Due { call: 0, ..due })]
	} else {
		vec![(account, due)]
	};
	for (who, due) in payers {
		if due.call == 0 && due.fee == 0 {
			continue;
		}
		if let Some(short) = shortage(&who, chain.funds(&who).await?.spendable(), due) {
			return Err(short);
		}
	}
	Ok(())
}

/// Returns what is wrong if an account that can spend `free` nRLC cannot pay what is due.
fn shortage(who: &AccountId, free: Balance, due: Due) -> Option<Failure> {
	let needed = due.call.saturating_add(due.fee).saturating_add(due.stay);
	if free >= needed {
		return None;
	}
	let (who, free, needed, fee) = (Account(who.clone()), Amount(free), Amount(needed), Amount(due.fee));
	Some(failure!(FundsShort, "{who} has {free} free and needs {needed}, the fee of {fee} included";
		"send it RLC with `rlc account send`, or ask for less"))
}

#[cfg(test)]
mod tests {
	use super::*;

	const DUE: Due = Due { call: 70, fee: 20, stay: 1 };

	#[test]
	fn fee_is_a_part_of_what_an_account_needs() {
		let who = AccountId::new([1; 32]);
		assert_eq!(shortage(&who, 91, DUE), None);
		for free in [0, 70, 90] {
			let short = shortage(&who, free, DUE).unwrap();
			assert_eq!(short.code(), "funds.short");
			let said = "needs 0.000000091 RLC, the fee of 0.00000002 RLC included; send it RLC";
			assert!(short.to_string().contains(said), "{short}");
		}
	}

	#[test]
	fn account_that_may_end_needs_to_keep_nothing() {
		assert_eq!(shortage(&AccountId::new([1; 32]), 90, Due { stay: 0, ..DUE }), None);
	}
}
