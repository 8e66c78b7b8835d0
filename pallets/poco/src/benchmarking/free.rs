//! Free calls whose checks are measured, each with its signer.

use alloc::vec::Vec;

use rlc_primitives::AccountId;
use sp_runtime::BoundedVec;

use super::scene::{
	answer, contributable, deliverable, direct, excusable, finalizable, me, other_failure, reopenable, reportable,
	revealed_but_one, scheduler, worker, MOST_TRUST,
};
use crate::{Call, Config, ContributionOf, DelegationProof, FailureCause};

/// Contributes after `c` others.
pub fn free_contribution<T: Config>(c: u32) -> (AccountId, Call<T>) {
	let ContributionOf { task, commitment, authorization, enclave_signature } = contributable::<T>(0, c, MOST_TRUST);
	(me(), Call::contribute { task, commitment, authorization, enclave_signature })
}

/// Contributes to `n` tasks.
pub fn free_batch<T: Config>(n: u32) -> (AccountId, Call<T>) {
	let contributions = (0..n).map(|n| contributable::<T>(n, 0, 1)).collect::<Vec<_>>();
	(me(), Call::contribute_batch { contributions: BoundedVec::truncate_from(contributions) })
}

/// Reveals as the last of `c` contributors.
pub fn free_reveal<T: Config>(c: u32) -> (AccountId, Call<T>) {
	(worker(c - 1), Call::reveal { task: revealed_but_one::<T>(0, c), digest: answer() })
}

/// Reveals for `n` tasks with one contributor.
pub fn free_reveals<T: Config>(n: u32) -> (AccountId, Call<T>) {
	let reveals = (0..n).map(|n| (revealed_but_one::<T>(n, 1), answer())).collect::<Vec<_>>();
	(worker(0), Call::reveal_batch { reveals: BoundedVec::truncate_from(reveals) })
}

/// Reveals another failure than the one that has consensus, as the last of `c` contributors. It must then be looked up.
pub fn free_failure<T: Config>(c: u32) -> (AccountId, Call<T>) {
	(worker(c - 1), Call::reveal_failure { task: excusable::<T>(c), failure: other_failure() })
}

/// Delivers a result directly as the last of `c` delegates, with `d` bytes for its callback.
pub fn free_result<T: Config>(c: u32, d: u32) -> (AccountId, Call<T>) {
	let (task, digest, data) = direct::<T>(c, d);
	let authorization = DelegationProof::OnChain;
	(me(), Call::contribute_and_finalize { task, digest, authorization, enclave: None, callback_data: Some(data) })
}

/// Delivers results of `n` tasks directly.
pub fn free_results<T: Config>(n: u32) -> (AccountId, Call<T>) {
	let results = (0..n).map(deliverable::<T>).collect::<Vec<_>>();
	(me(), Call::contribute_and_finalize_batch { results: BoundedVec::truncate_from(results) })
}

/// Finalizes a task as the last of `c` contributors, with `d` bytes for its callback.
pub fn free_end<T: Config>(c: u32, d: u32) -> (AccountId, Call<T>) {
	let (task, data) = finalizable::<T>(c, d);
	(worker(c - 1), Call::finalize { task, callback_data: Some(data) })
}

/// Reopens a task with `c` contributors.
pub fn free_reopening<T: Config>(c: u32) -> (AccountId, Call<T>) {
	(scheduler(), Call::reopen { task: reopenable::<T>(c) })
}

/// Reports a failure after as many others as there can be.
pub fn free_report<T: Config>() -> (AccountId, Call<T>) {
	let (task, who) = reportable::<T>();
	(who, Call::report_failure { task, cause: FailureCause::AppFailed { code: 1 } })
}
