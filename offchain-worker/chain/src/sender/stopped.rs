//! Calls that tasks need, while the chain does not take them: in a pause, in safe mode, or while its state migrates.
//!
//! The chain takes none of them for free then. It refuses those that pay, and keeps their fees. So they are not sent:
//! deadlines of tasks stand still for as long, and whoever sends waits.

use super::Sender;
use crate::{
	calls::{Call, PocoCall},
	Error,
};

/// The pallet and the error of a call that was not let through.
const FILTERED: (&str, &str) = ("System", "CallFiltered");

impl Sender {
	/// Refuses a call that tasks need while they are stopped.
	///
	/// # Errors
	///
	/// [`Error::Paused`]; those of every question.
	pub(super) async fn ensure_goes_on(&self, call: &Call) -> Result<(), Error> {
		if is_needed(call) && self.chain().clock().await?.stands_still {
			return Err(Error::Paused);
		}
		Ok(())
	}

	/// Returns what became of a call: if it failed since work was stopped after that was looked at, it says so.
	pub(super) async fn explained<T>(&self, call: &Call, outcome: Result<T, Error>) -> Result<T, Error> {
		let may_be = outcome.as_ref().is_err_and(may_be_stopped);
		if may_be && self.ensure_goes_on(call).await == Err(Error::Paused) {
			return Err(Error::Paused);
		}
		outcome
	}
}

/// Returns whether tasks need a call: if one of these calls is stopped, all are.
fn is_needed(call: &Call) -> bool {
	match call {
		Call::Poco(PocoCall::Prune { .. } | PocoCall::Deliver { .. }) => false,
		Call::Poco(_) => true,
		Call::For { call, .. } => is_needed(call),
		Call::BatchAll(calls) => calls.iter().any(is_needed),
		Call::Registry(_)
		| Call::Marketplace(_)
		| Call::Balances(_)
		| Call::Proxy(_)
		| Call::Staking(_)
		| Call::Session(_)
		| Call::Governance(_) => false,
	}
}

/// Returns whether this is how a call fails that is stopped: it was let into a block and no further, or not even into one, as
/// it is not free.
fn may_be_stopped(error: &Error) -> bool {
	let (pallet, name) = FILTERED;
	error.is_refusal(pallet, name) || matches!(error, Error::Invalid(_))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{calls::BalancesCall, error::Failure};
	use rlc_primitives::{work::TaskRef, AccountId, Address, DealId};

	#[test]
	fn calls_that_tasks_need_are_stopped_also_if_a_proxy_or_a_batch_has_them() {
		let account = AccountId::new([1; 32]);
		let payment: Call = BalancesCall::TransferKeepAlive { dest: Address::Id(account.clone()), value: 1 }.into();
		let claim: Call = PocoCall::Claim { task: TaskRef { deal: DealId::default(), index: 0 } }.into();
		let proxied = |call: &Call| Call::For { account: account.clone(), call: Box::new(call.clone()) };
		let batch = Call::BatchAll(vec![payment.clone(), claim.clone()]);
		assert!([&claim, &proxied(&claim), &batch].into_iter().all(is_needed));
		let prune: Call = PocoCall::Prune { tasks: Vec::new() }.into();
		assert!(![&prune, &proxied(&payment), &payment].into_iter().any(is_needed));
	}

	#[test]
	fn what_a_pause_refuses_is_told_from_other_failures() {
		let refused = |pallet: &str, error: &str| {
			Error::Refused(Failure { pallet: pallet.into(), error: error.into(), docs: String::new() })
		};
		assert!(may_be_stopped(&refused("System", "CallFiltered")));
		assert!(may_be_stopped(&Error::Invalid("the account that signs cannot pay a fee".into())));
		for other in [refused("Poco", "NotDelegated"), Error::Unreachable { node: "n".into(), cause: "c".into() }] {
			assert!(!may_be_stopped(&other), "{other}");
		}
	}
}
