//! What calls are charged: measured weights, put together by what a call carries, and lowered by what it met.
//!
//! A call that is free while it would be accepted is checked once more before it is dispatched: it weighs both. What is
//! measured for `c` contributors grows evenly with `c`, so one number for all tasks of a batch is enough.
//!
//! Tasks of one deal share the deal's keys. A block reads and writes those once for a call, so they are measured, and
//! charged, for one task of each deal; its other tasks add what is their own. So too, what a check has read for certain is
//! charged once, though the call reads it again.

use frame_support::{traits::Get, weights::Weight};
use rlc_primitives::{
	count,
	task::MAX_CONTRIBUTORS,
	traits::{EnclaveRegistry, OnTaskClosed},
	ResultDigest, SchedulerSignature,
};
use sp_runtime::MultiSignature;

use crate::{
	settle::Moved, CallbackData, Config, ContributionOf, DelegationProof, Pallet, ResultOf, TaskRef, WeightInfo,
};

/// The most contributors that the tasks which one batch closes have in all, or delegates where those are more: four full
/// tasks. Each batch is charged for so many before it is known how many they are, and blocks fill up the better the fewer
/// that is.
pub const MAX_SETTLED: u32 = 4 * MAX_CONTRIBUTORS;

/// The bytes of the longest free call without data for a callback, signed: a contribution that a worker's proxy sends, with
/// a delegation that the scheduler's proxy signed.
const FREE_CALL_BYTES: u32 = 450;

/// The parties of a deal that get or lose something when its task closes: the payer and three owners.
pub(crate) const PARTIES: u32 = 4;

/// The movements of a task's money, beside its workers' stakes and rewards: what is seized, three prices that are paid,
/// the scheduler's stake, its share of the kitty, and the treasury's part.
pub(crate) const MOVEMENTS: u32 = 7;

/// What a call met: it says what it weighed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Met {
	/// Contributions to all the tasks.
	pub contributions: u32,
	/// How many tasks were closed.
	pub closed: u32,
	/// How many deals those are of; one counts again for tasks that are not next to each other.
	pub deals: u32,
	/// How many people those concerned in all.
	pub people: u32,
	/// How many entries of storage were removed for those people: their work, and lists of delegates.
	pub removed: u32,
	/// What of their money moved.
	pub moved: Moved,
}

impl Moved {
	/// Returns the most that moves when this many tasks of this many deals are closed: to and from these workers as often
	/// as this.
	fn most(deals: u32, tasks: u32, workers: u32, theirs: u32) -> Self {
		Self {
			// The treasury may get something too.
			accounts: PARTIES.saturating_mul(deals).saturating_add(workers).saturating_add(1),
			movements: MOVEMENTS.saturating_mul(tasks).saturating_add(theirs),
		}
	}
}

impl<T: Config> Pallet<T> {
	/// Returns what the free calls of a task weigh in their worst case, if its trust needs this many new workers; how many
	/// calls they are, and how many bytes they have. `budget` says which they are.
	pub fn free_calls(workers: u32) -> (Weight, u32, u32) {
		let contributions = workers.saturating_add(1);
		// A proxy costs one lookup more than the scheduler's own signature.
		let verified = T::WeightInfo::verify_delegation().saturating_add(T::WeightInfo::find_proxy());
		let people = contributions.min(MAX_CONTRIBUTORS);
		let met = Met { contributions: people, ..Met::default() };
		let reveal = Self::reveal_weight(Some(met)).max(Self::reveal_failure_weight(Some(met)));
		let pair =
			Self::contribution_weight(people).saturating_add(Self::delegation_weight(verified)).saturating_add(reveal);
		let report = T::WeightInfo::report_failure().saturating_add(T::WeightInfo::check_report_failure());
		let weight = pair
			.saturating_mul(contributions.into())
			.saturating_add(Self::finalize_weight(None, people))
			.saturating_add(report.saturating_mul(workers.into()));
		let calls = contributions.saturating_mul(2).saturating_add(1).saturating_add(workers);
		(weight, calls, calls.saturating_mul(FREE_CALL_BYTES))
	}

	/// Returns what the delegation of tasks to workers weighs: each task costs each worker once more.
	pub(crate) fn delegate_weight(tasks: usize, workers: usize) -> Weight {
		T::WeightInfo::delegate(count(workers)).saturating_mul(length(tasks))
	}

	/// Returns what it weighs to take back the delegation of tasks to workers.
	pub(crate) fn undelegate_weight(tasks: usize, workers: usize) -> Weight {
		T::WeightInfo::undelegate(count(workers)).saturating_mul(length(tasks))
	}

	/// Returns what a contribution weighs, to a task that had `earlier` ones.
	pub(crate) fn contribute_weight(authorization: &DelegationProof, enclave: bool, earlier: u32) -> Weight {
		Self::contribution_weight(earlier).saturating_add(Self::proofs_weight(authorization, enclave))
	}

	/// Returns the same without the verification of signatures.
	fn contribution_weight(earlier: u32) -> Weight {
		T::WeightInfo::contribute(earlier).saturating_add(T::WeightInfo::check_contribute(earlier))
	}

	/// Returns what contributions weigh, to tasks that had `earlier` ones in all; `None`: as many as they can have.
	pub(crate) fn contribute_batch_weight(items: &[ContributionOf], earlier: Option<u32>) -> Weight {
		let earlier = earlier.unwrap_or_else(|| MAX_CONTRIBUTORS.saturating_mul(count(items.len())));
		let proofs = items.iter().fold(Weight::zero(), |sum, one| {
			sum.saturating_add(Self::proofs_weight(&one.authorization, one.commitment.enclave.is_some()))
		});
		T::WeightInfo::contribute_batch(count(items.len()))
			.saturating_add(T::WeightInfo::check_contribute_batch(count(items.len())))
			.saturating_add(growth(T::WeightInfo::contribute, earlier))
			.saturating_add(growth(T::WeightInfo::check_contribute, earlier))
			.saturating_add(proofs)
	}

	/// Returns what a scheduler's and an enclave's signature weigh. They are verified before the call and in it. A delegation
	/// without an enclave is tried only if one with it does not verify. The proxy is looked up once in each of the two.
	fn proofs_weight(authorization: &DelegationProof, enclave: bool) -> Weight {
		let verified = |signature| Self::signature_weight(signature).saturating_mul(if enclave { 2 } else { 1 });
		let delegation = match authorization {
			DelegationProof::OnChain => Weight::zero(),
			DelegationProof::Signed { signature, .. } => Self::delegation_weight(verified(signature)),
			DelegationProof::SignedByProxy { signature, .. } => {
				Self::delegation_weight(verified(signature).saturating_add(T::WeightInfo::find_proxy()))
			}
		};
		let enclave = if enclave {
			T::WeightInfo::verify_enclave().saturating_add(T::Enclaves::weight())
		} else {
			Weight::zero()
		};
		delegation.saturating_add(enclave.saturating_mul(2))
	}

	/// Returns what a signed delegation weighs that takes this to verify: before the call and in it. The call also emits the
	/// event of the delegation, and has the chain's first hash, over which is signed, from the check.
	fn delegation_weight(verified: Weight) -> Weight {
		verified
			.saturating_mul(2)
			.saturating_sub(T::DbWeight::get().reads(1))
			.saturating_add(T::WeightInfo::tell_delegated())
	}

	/// Returns what the verification of a scheduler's signature weighs.
	fn signature_weight(signature: &SchedulerSignature) -> Weight {
		match signature {
			SchedulerSignature::Native(signature) => match &signature.0 {
				MultiSignature::Ed25519(_) => T::WeightInfo::verify_delegation_ed25519(),
				MultiSignature::Sr25519(_) => T::WeightInfo::verify_delegation_sr25519(),
				MultiSignature::Ecdsa(_) => T::WeightInfo::verify_delegation_ecdsa(),
				MultiSignature::Eth(_) => T::WeightInfo::verify_delegation_eth(),
			},
			SchedulerSignature::Ethereum(_) => T::WeightInfo::verify_delegation_message(),
		}
	}

	/// Returns what a reveal weighs that met this; `None`: that closes a full task.
	pub(crate) fn reveal_weight(met: Option<Met>) -> Weight {
		let met = met.unwrap_or_else(Self::full_task);
		T::WeightInfo::reveal(met.contributions)
			.saturating_add(T::WeightInfo::check_reveal(met.contributions))
			.saturating_add(Self::closings_weight(met))
	}

	/// Returns what a failure that is revealed weighs that met this; `None`: that closes a full task. An agreed failure
	/// moves no more than a result.
	pub(crate) fn reveal_failure_weight(met: Option<Met>) -> Weight {
		let met = met.unwrap_or_else(Self::full_task);
		T::WeightInfo::reveal_failure(met.contributions)
			.saturating_add(T::WeightInfo::check_reveal_failure(met.contributions))
			.saturating_add(Self::closings_weight(met))
	}

	/// Returns what a call meets that closes a full task.
	fn full_task() -> Met {
		let people = MAX_CONTRIBUTORS;
		let moved = Moved::most(1, 1, people, people.saturating_mul(2));
		Met { contributions: people, closed: 1, deals: 1, people, removed: people.saturating_mul(2), moved }
	}

	/// Reveals that met this; `None`: that close as many tasks as they can.
	pub(crate) fn reveal_batch_weight(reveals: &[(TaskRef, ResultDigest)], met: Option<Met>) -> Weight {
		let number = count(reveals.len());
		let met = met.unwrap_or_else(|| {
			let contributions = MAX_CONTRIBUTORS.saturating_mul(number);
			let people = contributions.min(MAX_SETTLED);
			let deals = deals(reveals.iter().map(|(task, _)| task));
			let moved = Moved::most(deals, number, people, people.saturating_mul(2));
			Met { contributions, closed: number, deals, people, removed: people.saturating_mul(2), moved }
		});
		// The check has read each task.
		let known = T::DbWeight::get().reads(number.into());
		T::WeightInfo::reveal_batch(number)
			.saturating_sub(known)
			.saturating_add(T::WeightInfo::check_reveal_batch(number))
			.saturating_add(growth(T::WeightInfo::reveal, met.contributions))
			.saturating_add(growth(T::WeightInfo::check_reveal, met.contributions))
			.saturating_add(Self::closings_weight(met))
	}

	/// Returns what closing tasks adds to reveals. Whether a task closes is checked before the call and in it.
	fn closings_weight(met: Met) -> Weight {
		if met.closed == 0 {
			return Weight::zero();
		}
		let check = |people| T::WeightInfo::check_complete(people).saturating_mul(2);
		let checks = check(0).saturating_mul(met.closed.into()).saturating_add(growth(check, met.people));
		// A reveal that closes its task leaves it to the closing to store it.
		let stored = T::DbWeight::get().writes(met.closed.into());
		checks
			.saturating_add(Self::completions_weight(met))
			.saturating_add(Self::moved_weight(met.moved))
			.saturating_sub(stored)
	}

	/// Returns what it weighs to complete these tasks, each in the way that takes longer, beside the movement of money.
	fn completions_weight(met: Met) -> Weight {
		let result = T::WeightInfo::complete_with_result;
		let failure = T::WeightInfo::complete_with_failure;
		let more = met.closed.saturating_sub(met.deals);
		let first = result(0).max(failure(0)).saturating_add(T::OnTaskClosed::weight());
		let tasks = growth(T::WeightInfo::complete_again_with_result, more)
			.max(growth(T::WeightInfo::complete_again_with_failure, more));
		let people = growth(result, met.people).max(growth(failure, met.people));
		// Measured with a contributor that did not reveal, and a delegate, for each of the people.
		let kept = met.people.saturating_mul(2).saturating_sub(met.removed);
		first
			.saturating_mul(met.deals.into())
			.saturating_add(tasks)
			.saturating_add(T::OnTaskClosed::weight_again().saturating_mul(more.into()))
			.saturating_add(people)
			.saturating_sub(T::DbWeight::get().writes(kept.into()))
	}

	/// Returns what money weighs that moves. Each account that is touched has two movements; more of them are only added up
	/// and told.
	fn moved_weight(moved: Moved) -> Weight {
		let more = moved.movements.saturating_sub(moved.accounts.saturating_mul(2));
		T::WeightInfo::settle(moved.accounts).saturating_add(growth(T::WeightInfo::settle_again, more))
	}

	/// Returns what a direct worker's results weigh, with this many bytes for the callback of the only one, that met
	/// this; `None`: tasks with as many delegates as they can have.
	pub(crate) fn direct_weight(items: &[ResultOf], bytes: Option<usize>, met: Option<Met>) -> Weight {
		let number = count(items.len());
		let deals = deals(items.iter().map(|one| &one.task));
		let more = number.saturating_sub(deals);
		let told = T::OnTaskClosed::weight()
			.saturating_mul(deals.into())
			.saturating_add(T::OnTaskClosed::weight_again().saturating_mul(more.into()));
		let proofs = items
			.iter()
			.fold(told, |sum, one| sum.saturating_add(Self::proofs_weight(&one.authorization, one.enclave.is_some())));
		if let Some(bytes) = bytes {
			let people = met.map_or(MAX_CONTRIBUTORS, |met| met.people);
			return T::WeightInfo::contribute_and_finalize(people, count(bytes))
				.saturating_add(T::WeightInfo::check_contribute_and_finalize(people, count(bytes)))
				.saturating_add(proofs);
		}
		// Measured with a delegate of each task, whose work goes, and with it the list.
		let booked = |people: u32| people.saturating_add(number.saturating_mul(2));
		let met = met.unwrap_or_else(|| {
			let people = MAX_CONTRIBUTORS.saturating_mul(number).min(MAX_SETTLED);
			let moved = Moved::most(deals, number, 1, number);
			Met { contributions: number, closed: number, deals, people, removed: booked(people), moved }
		});
		let kept = booked(met.people).saturating_sub(met.removed);
		// The check has read each task, and its delegates.
		let known = number.saturating_mul(2);
		T::WeightInfo::contribute_and_finalize_batch(deals)
			.saturating_add(growth(T::WeightInfo::contribute_and_finalize_again, more))
			.saturating_add(growth(|people| T::WeightInfo::contribute_and_finalize(people, 0), met.people))
			.saturating_sub(T::DbWeight::get().reads_writes(known.into(), kept.into()))
			.saturating_add(T::WeightInfo::check_contribute_and_finalize_batch(number))
			.saturating_add(growth(|people| T::WeightInfo::check_contribute_and_finalize(people, 0), met.people))
			.saturating_add(Self::moved_weight(met.moved))
			.saturating_add(proofs)
	}

	/// Returns what a finalization weighs that concerns this many people, with this many bytes for its callback.
	pub(crate) fn finalize_weight(bytes: Option<usize>, people: u32) -> Weight {
		let bytes = count(bytes.unwrap_or_default());
		T::WeightInfo::finalize(people, bytes)
			.saturating_add(T::WeightInfo::check_finalize(people, bytes))
			.saturating_add(T::OnTaskClosed::weight())
	}

	/// Returns what it weighs to prune these tasks.
	pub(crate) fn prune_weight(tasks: &[TaskRef]) -> Weight {
		let deals = deals(tasks.iter());
		let more = count(tasks.len()).saturating_sub(deals);
		T::WeightInfo::prune(deals).saturating_add(growth(T::WeightInfo::prune_again, more))
	}

	pub(crate) fn reopen_weight(contributors: u32) -> Weight {
		T::WeightInfo::reopen(contributors).saturating_add(T::WeightInfo::check_reopen(contributors))
	}

	pub(crate) fn claim_weight(people: u32) -> Weight {
		T::WeightInfo::claim(people).saturating_add(T::OnTaskClosed::weight())
	}

	pub(crate) fn release_weight(people: u32) -> Weight {
		T::WeightInfo::release(people).saturating_add(T::OnTaskClosed::weight())
	}

	pub(crate) fn abandon_weight(people: u32) -> Weight {
		T::WeightInfo::abandon(people).saturating_add(T::OnTaskClosed::weight())
	}
}

/// Returns how many bytes a callback's data has; `None` if there is none.
pub(crate) fn bytes(data: &Option<CallbackData>) -> Option<usize> {
	data.as_ref().map(|data| data.len())
}

/// Returns what `of` adds for `number` above what it takes for none.
fn growth(of: impl Fn(u32) -> Weight, number: u32) -> Weight {
	of(number).saturating_sub(of(0))
}

/// Returns how many deals these tasks are of; one counts again for tasks that are not next to each other.
pub(crate) fn deals<'a>(tasks: impl Iterator<Item = &'a TaskRef>) -> u32 {
	let mut last = None;
	tasks.fold(0, |deals: u32, task| {
		let is_same = last.replace(task.deal) == Some(task.deal);
		if is_same {
			deals
		} else {
			deals.saturating_add(1)
		}
	})
}

fn length(items: usize) -> u64 {
	items.try_into().unwrap_or(u64::MAX)
}
