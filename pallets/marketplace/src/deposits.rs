//! Deposits for storage. Those of 0 touch nothing.

use codec::Encode;
use frame_support::traits::{fungible::MutateHold, tokens::Precision, Get};
use rlc_primitives::{deal::Params, AccountId, AnyOrder, Balance};
use sp_runtime::DispatchResult;

use crate::{Config, HoldReason, Pallet};

impl<T: Config> Pallet<T> {
	/// Holds a deposit, in nRLC.
	pub(crate) fn hold_deposit(who: &AccountId, amount: Balance) -> DispatchResult {
		if amount == 0 {
			return Ok(());
		}
		T::Currency::hold(&HoldReason::Deposit.into(), who, amount)
	}

	/// Returns a deposit to its payer, in nRLC.
	pub(crate) fn return_deposit(who: &AccountId, amount: Balance) -> DispatchResult {
		if amount == 0 {
			return Ok(());
		}
		T::Currency::release(&HoldReason::Deposit.into(), who, amount, Precision::BestEffort).map(|_| ())
	}

	/// Returns what is held for a published order, in nRLC. One that does not fit into 128 bits becomes one that nobody
	/// has.
	pub(crate) fn order_deposit(order: &AnyOrder) -> Balance {
		let bytes = T::ByteDeposit::get().saturating_mul(length(order.encoded_size()));
		T::OrderDeposit::get().saturating_add(bytes)
	}

	/// Returns what is held for a deal, in nRLC.
	pub(crate) fn deal_deposit(size: u64, params: &Params) -> Balance {
		let tasks = T::TaskDeposit::get().saturating_mul(size.into());
		let bytes = T::ByteDeposit::get().saturating_mul(length(params.len()));
		T::DealDeposit::get().saturating_add(tasks).saturating_add(bytes)
	}
}

/// Returns a number of bytes as a factor of amounts.
fn length(bytes: usize) -> Balance {
	Balance::try_from(bytes).unwrap_or(Balance::MAX)
}
