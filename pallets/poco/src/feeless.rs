//! Which calls are free: those of workers and schedulers that would be accepted. One that is refused pays its fee.
//!
//! So a dishonest account pays for whatever it has checked in vain, and a call that is free moves its task on, which a
//! task allows only so often. What a transaction pool has to know of a free call is here too: see [`FreeCall`].
//!
//! ```text
//! free_kind    the call alone                          cheap: asked of every call
//! is_feeless   accepts: brakes, signer, then the check of the call: stage, delegation, stake, signatures last
//! FreeCall     what it does for whom, and whether its time is nearly over
//! ```

use alloc::{vec, vec::Vec};

use codec::Encode;
use frame_support::{
	dispatch::{CheckIfFeeless, RawOrigin},
	storage::{with_transaction, TransactionOutcome},
};
use frame_system::{ensure_signed, pallet_prelude::OriginFor};
use rlc_primitives::{
	count,
	deal::{CONTRIBUTION_WINDOW, FINAL_WINDOW, REVEAL_WINDOW},
	traits::Stops,
	AccountId, Balance,
};
use sp_runtime::{transaction_validity::TransactionTag, DispatchResult};

use crate::{
	batch::{DealReader, Loaded},
	Call, Config, Error, Pallet, TaskRef,
};

/// Starts the tags of free calls, so that no other transaction has them.
const TAG: &str = "poco/free";

/// The part of its window, from the end, in which a call is urgent: a fifth.
const URGENT_PARTS: u64 = 5;

/// What a free call does. Of the calls that do the same for one account to one task, only one gets into a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FreeKind {
	/// Commits to a result, or delivers it at once.
	Contribute,
	/// Shows what was committed to: a result's digest, or a failure.
	Reveal,
	/// Closes a task that has its result.
	Finalize,
	/// Gives up a consensus that nobody revealed.
	Reopen,
	/// Says that a task cannot be computed.
	Report,
}

impl FreeKind {
	fn name(self) -> &'static str {
		match self {
			Self::Contribute => "contribute",
			Self::Reveal => "reveal",
			Self::Finalize => "finalize",
			Self::Reopen => "reopen",
			Self::Report => "report",
		}
	}
}

/// What a transaction pool has to know of a call that is free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FreeCall {
	/// What it does, for whom, and to which task: a tag for each of its tasks. A pool holds one transaction for each tag,
	/// so a thousand copies of a call take the place of one.
	pub provides: Vec<TransactionTag>,
	/// Whether the last fifth of the time has begun in which this can be done. The first task stands for all.
	pub is_urgent: bool,
}

impl<T: Config> Call<T> {
	/// Returns what this call does, if it is one of those that can be free. Looks at nothing but the call.
	pub fn free_kind(&self) -> Option<FreeKind> {
		match self {
			Self::contribute { .. }
			| Self::contribute_batch { .. }
			| Self::contribute_and_finalize { .. }
			| Self::contribute_and_finalize_batch { .. } => Some(FreeKind::Contribute),
			Self::reveal { .. } | Self::reveal_batch { .. } | Self::reveal_failure { .. } => Some(FreeKind::Reveal),
			Self::finalize { .. } => Some(FreeKind::Finalize),
			Self::reopen { .. } => Some(FreeKind::Reopen),
			Self::report_failure { .. } => Some(FreeKind::Report),
			_ => None,
		}
	}

	/// Returns how many stakes this call locks, if all of its items count.
	pub fn stakes(&self) -> u32 {
		match self {
			Self::contribute { .. } => 1,
			Self::contribute_batch { contributions } => count(contributions.len()),
			_ => 0,
		}
	}

	/// Returns the tasks of a call that can be free, in its order.
	fn tasks(&self) -> Vec<TaskRef> {
		match self {
			Self::contribute { task, .. }
			| Self::contribute_and_finalize { task, .. }
			| Self::reveal { task, .. }
			| Self::reveal_failure { task, .. }
			| Self::finalize { task, .. }
			| Self::reopen { task }
			| Self::report_failure { task, .. } => vec![*task],
			Self::contribute_batch { contributions } => contributions.iter().map(|one| one.task).collect(),
			Self::contribute_and_finalize_batch { results } => results.iter().map(|one| one.task).collect(),
			Self::reveal_batch { reveals } => reveals.iter().map(|(task, _)| *task).collect(),
			_ => Vec::new(),
		}
	}
}

impl<T: Config> Pallet<T> {
	/// Returns what a pool has to know of a call that `who` signed, if it is free. `check_…` benchmarks measure this.
	pub fn free_call(call: &Call<T>, who: &AccountId) -> Option<FreeCall> {
		let kind = call.free_kind()?;
		if !call.is_feeless(&RawOrigin::Signed(who.clone()).into()) {
			return None;
		}
		let tasks = call.tasks();
		let provides = tasks.iter().map(|task| (TAG, kind.name(), who, task).encode()).collect();
		let is_urgent = tasks.first().is_some_and(|task| Self::is_urgent(kind, task));
		Some(FreeCall { provides, is_urgent })
	}

	/// Returns whether `who` can lock what a call that it signs would lock, as things are now. It has changed nothing
	/// when it returns.
	pub fn can_stake(call: &Call<T>, who: &AccountId) -> bool {
		if call.stakes() == 0 {
			return true;
		}
		let stake = Self::stake_of(&call.tasks());
		stake.is_ok_and(|stake| Self::could_lock(who, stake).is_ok())
	}

	/// Returns what contributions to these tasks lock, in nRLC, if all of them count that are there.
	fn stake_of(tasks: &[TaskRef]) -> Result<Balance, Error<T>> {
		let mut deals = DealReader::default();
		tasks.iter().try_fold(Balance::default(), |sum: Balance, task| {
			let stake = deals.read::<T>(task.deal).map_or(0, |deal| deal.worker_stake);
			sum.checked_add(stake).ok_or(Error::BadAmounts)
		})
	}

	/// Checks that an account can lock a stake, and takes the lock back.
	pub(crate) fn could_lock(worker: &AccountId, stake: Balance) -> DispatchResult {
		with_transaction(|| TransactionOutcome::Rollback(Self::lock_stake(worker, stake)))
	}

	/// Returns whether an account signed, and its call of this name would be accepted: then it is free.
	///
	/// Everything that a free call must meet beside what the call itself checks is asked here, and only here.
	pub(crate) fn accepts(
		call: &'static str,
		origin: &OriginFor<T>,
		check: impl FnOnce(&AccountId) -> DispatchResult,
	) -> bool {
		!T::Stops::is_stopped(call) && ensure_signed(origin.clone()).is_ok_and(|who| check(&who).is_ok())
	}

	/// Returns whether the last part of the time has begun in which a task accepts this.
	fn is_urgent(kind: FreeKind, task: &TaskRef) -> bool {
		let Ok(Loaded { deal, task, .. }) = Self::load(task) else { return false };
		let (deadline, window) = match (kind, task.consensus()) {
			(FreeKind::Finalize | FreeKind::Reopen, _) => (deal.final_deadline(), FINAL_WINDOW),
			(FreeKind::Reveal | FreeKind::Report, Some(consensus)) => (consensus.reveal_deadline, REVEAL_WINDOW),
			(FreeKind::Contribute, _) | (FreeKind::Reveal | FreeKind::Report, None) => {
				(deal.contribution_deadline(), CONTRIBUTION_WINDOW)
			}
		};
		let left = deadline.saturating_sub(Self::now());
		left.saturating_mul(URGENT_PARTS) <= deal.reference_time.saturating_mul(window)
	}
}
