//! How much of a task's work is free: as much as its deal was charged for when it was made.
//!
//! With `n` new workers that the trust needs, that is `n + 1` contributions, each with its reveal; one end of a consensus,
//! finalized or reopened; and `n` reports. What goes beyond it is accepted as before, and pays its fee: nobody fills blocks
//! at the expense of others, and a task that needs more work can still end.

use frame_support::{ensure, traits::Get};
use rlc_primitives::{count, task::ContributionStatus, AccountId, Deal, Task};
use sp_core::H160;
use sp_runtime::{DispatchError, DispatchResult};

use crate::{Config, FailureList, Pallet};

/// Why a call is not free that would be accepted.
const USED_UP: DispatchError = DispatchError::Other("the task's free calls are used up");

/// Why a call with an enclave is not free where none is needed.
const NOT_CHARGED: DispatchError = DispatchError::Other("the deal was not charged for enclaves");

impl<T: Config> Pallet<T> {
	/// Checks that this worker's contribution, which the task has, is one of the free ones. So is its reveal.
	pub(crate) fn ensure_free_contribution(worker: &AccountId, deal: &Deal, task: &Task) -> DispatchResult {
		let index = task.contributions.iter().position(|one| one.worker == *worker);
		let free = T::Rules::get().free_contributions(deal.trust);
		ensure!(index.is_some_and(|index| count(index) < free), USED_UP);
		Ok(())
	}

	/// Checks that no enclave is named where the deal demands none: what verifies it is in no charge.
	pub(crate) fn ensure_free_enclave(deal: &Deal, enclave: Option<H160>) -> DispatchResult {
		ensure!(enclave.is_none() || deal.tag.has_tee(), NOT_CHARGED);
		Ok(())
	}

	/// Checks that the end of this consensus is the free one: no earlier one was reopened.
	pub(crate) fn ensure_free_end(task: &Task) -> DispatchResult {
		let reopened = task.contributions.iter().any(|one| one.status == ContributionStatus::Rejected);
		ensure!(!reopened || !T::Rules::get().charges, USED_UP);
		Ok(())
	}

	/// Checks that another report is one of the free ones.
	pub(crate) fn ensure_free_report(deal: &Deal, reports: &FailureList) -> DispatchResult {
		ensure!(count(reports.len()) < T::Rules::get().free_reports(deal.trust), USED_UP);
		Ok(())
	}
}
