//! Deposits for storage. Those of 0 touch nothing.

use codec::Encode;
use frame_support::traits::{
	fungible::MutateHold,
	tokens::{Fortitude, Precision, Restriction},
	Get,
};
use rlc_primitives::{deal::Params, AccountId, AnyOrder, Balance};
use sp_runtime::{traits::Convert, DispatchResult};

use crate::{Config, HoldReason, Pallet};

impl<T: Config> Pallet<T> {
	/// Holds a deposit, in nRLC.
	pub(crate) fn hold_deposit(who: &AccountId, amount: Balance) -> DispatchResult {
		Self::hold(HoldReason::Deposit, who, amount)
	}

	/// Returns a deposit to its payer, in nRLC.
	pub(crate) fn return_deposit(who: &AccountId, amount: Balance) -> DispatchResult {
		Self::release(HoldReason::Deposit, who, amount)
	}

	/// Gives a deposit, in nRLC, to another account than its payer. Of RLC that still vests the payer gets it back: it must
	/// not come free by this.
	pub(crate) fn give_deposit(payer: &AccountId, to: &AccountId, amount: Balance) -> DispatchResult {
		if amount == 0 {
			return Ok(());
		}
		let reason = HoldReason::Deposit.into();
		let (precision, mode) = (Precision::BestEffort, Restriction::Free);
		let given = T::Currency::transfer_on_hold(&reason, payer, to, amount, precision, mode, Fortitude::Polite)?;
		Self::return_deposit(payer, amount.saturating_sub(given))
	}

	/// Holds the bond of a workerpool order, in nRLC.
	pub(crate) fn hold_bond(who: &AccountId, amount: Balance) -> DispatchResult {
		Self::hold(HoldReason::Bond, who, amount)
	}

	/// Returns the bond of a workerpool order to its publisher, in nRLC.
	pub(crate) fn return_bond(who: &AccountId, amount: Balance) -> DispatchResult {
		Self::release(HoldReason::Bond, who, amount)
	}

	fn hold(reason: HoldReason, who: &AccountId, amount: Balance) -> DispatchResult {
		if amount == 0 {
			return Ok(());
		}
		T::Currency::hold(&reason.into(), who, amount)
	}

	fn release(reason: HoldReason, who: &AccountId, amount: Balance) -> DispatchResult {
		if amount == 0 {
			return Ok(());
		}
		T::Currency::release(&reason.into(), who, amount, Precision::BestEffort).map(|_| ())
	}

	/// Returns what is held for a published order, in nRLC. One that does not fit into 128 bits becomes one that nobody
	/// has.
	pub(crate) fn order_deposit(order: &AnyOrder) -> Balance {
		let bytes = T::ByteDeposit::get().saturating_mul(length(order.encoded_size()));
		T::OrderDeposit::get().saturating_add(bytes)
	}

	/// Returns what is held for a deal of this many tasks of this trust, in nRLC.
	pub(crate) fn deal_deposit(size: u64, trust: u64, params: &Params) -> Balance {
		let tasks = T::TaskDeposit::convert(trust).saturating_mul(size.into());
		let bytes = T::ByteDeposit::get().saturating_mul(length(params.len()));
		T::DealDeposit::get().saturating_add(tasks).saturating_add(bytes)
	}
}

/// Returns a number of bytes as a factor of amounts.
fn length(bytes: usize) -> Balance {
	Balance::try_from(bytes).unwrap_or(Balance::MAX)
}
