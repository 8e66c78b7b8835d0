//! What calls are charged: measured weights, put together by what a call carries, and lowered by what it met.
//!
//! A call that is free while it would be accepted is checked once more before it is dispatched: it weighs both. What is
//! measured for `c` contributors grows evenly with `c`, so one number for all tasks of a bag is enough.

use frame_support::weights::Weight;
use rlc_primitives::{
	task::MAX_CONTRIBUTORS,
	traits::{EnclaveRegistry, OnTaskClosed},
};

use crate::{contribute::count, CallbackData, Config, ContributionOf, DelegationProof, Pallet, WeightInfo};

/// The most contributors that the tasks which one `reveal_many` closes have in all, or delegates where those are more:
/// four full tasks. Each `reveal_many` is charged for so many before it is known how many they are, and blocks fill up
/// the better the fewer that is.
pub const MAX_SETTLED: u32 = 4 * MAX_CONTRIBUTORS;

/// What reveals met: it says what they weighed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Met {
	/// Contributions to all the tasks.
	pub contributions: u32,
	/// How many tasks were closed.
	pub closed: u32,
	/// How many people those concerned in all.
	pub people: u32,
}

impl<T: Config> Pallet<T> {
	/// Each task once more is each worker once more.
	pub(crate) fn delegate_weight(tasks: usize, workers: usize) -> Weight {
		T::WeightInfo::delegate(count(workers)).saturating_mul(length(tasks))
	}

	/// A contribution to a task that had `earlier` ones.
	pub(crate) fn contribute_weight(authorization: &DelegationProof, enclave: bool, earlier: u32) -> Weight {
		T::WeightInfo::contribute(earlier)
			.saturating_add(T::WeightInfo::check_contribute(earlier))
			.saturating_add(Self::proofs_weight(authorization, enclave))
	}

	/// Contributions to tasks that had `earlier` ones in all; `None`: as many as they can have.
	pub(crate) fn contribute_many_weight(items: &[ContributionOf], earlier: Option<u32>) -> Weight {
		let earlier = earlier.unwrap_or_else(|| MAX_CONTRIBUTORS.saturating_mul(count(items.len())));
		let proofs = items.iter().fold(Weight::zero(), |sum, one| {
			sum.saturating_add(Self::proofs_weight(&one.authorization, one.commitment.enclave.is_some()))
		});
		T::WeightInfo::contribute_many(count(items.len()))
			.saturating_add(T::WeightInfo::check_contribute(0).saturating_mul(length(items.len())))
			.saturating_add(growth(T::WeightInfo::contribute, earlier))
			.saturating_add(growth(T::WeightInfo::check_contribute, earlier))
			.saturating_add(proofs)
	}

	/// What a scheduler's and an enclave's signature take, verified before and in the call. A delegation that names no
	/// enclave is only found when one that names it was not.
	fn proofs_weight(authorization: &DelegationProof, enclave: bool) -> Weight {
		let delegation = match (authorization, enclave) {
			(DelegationProof::OnChain, _) => Weight::zero(),
			(DelegationProof::Signed(_), false) => T::WeightInfo::verify_delegation(),
			(DelegationProof::Signed(_), true) => T::WeightInfo::verify_delegation().saturating_mul(2),
		};
		let enclave = match enclave {
			false => Weight::zero(),
			true => T::WeightInfo::verify_enclave().saturating_add(T::Enclaves::weight()),
		};
		delegation.saturating_add(enclave).saturating_mul(2)
	}

	/// A reveal that met this; `None`: that closes a full task.
	pub(crate) fn reveal_weight(met: Option<Met>) -> Weight {
		let full = Met { contributions: MAX_CONTRIBUTORS, closed: 1, people: MAX_CONTRIBUTORS };
		let met = met.unwrap_or(full);
		T::WeightInfo::reveal(met.contributions)
			.saturating_add(T::WeightInfo::check_reveal(met.contributions))
			.saturating_add(Self::closings_weight(met))
	}

	/// Reveals that met this; `None`: that close as many tasks as they can.
	pub(crate) fn reveal_many_weight(reveals: usize, met: Option<Met>) -> Weight {
		let met = met.unwrap_or_else(|| {
			let contributions = MAX_CONTRIBUTORS.saturating_mul(count(reveals));
			Met { contributions, closed: count(reveals), people: contributions.min(MAX_SETTLED) }
		});
		T::WeightInfo::reveal_many(count(reveals))
			.saturating_add(T::WeightInfo::check_reveal(0).saturating_mul(length(reveals)))
			.saturating_add(growth(T::WeightInfo::reveal, met.contributions))
			.saturating_add(growth(T::WeightInfo::check_reveal, met.contributions))
			.saturating_add(Self::closings_weight(met))
	}

	fn closings_weight(met: Met) -> Weight {
		T::WeightInfo::complete(0)
			.saturating_add(T::OnTaskClosed::weight())
			.saturating_mul(met.closed.into())
			.saturating_add(growth(T::WeightInfo::complete, met.people))
	}

	/// A lone worker's result with this many bytes for a callback, on a task with `people` delegates.
	pub(crate) fn lone_weight(authorization: &DelegationProof, enclave: bool, bytes: usize, people: u32) -> Weight {
		T::WeightInfo::contribute_and_finalize(people, count(bytes))
			.saturating_add(T::WeightInfo::check_contribute_and_finalize(people, count(bytes)))
			.saturating_add(Self::proofs_weight(authorization, enclave))
			.saturating_add(T::OnTaskClosed::weight())
	}

	/// The finalization of a task that concerns so many, with this many bytes for its callback.
	pub(crate) fn finalize_weight(bytes: usize, people: u32) -> Weight {
		T::WeightInfo::finalize(people, count(bytes))
			.saturating_add(T::WeightInfo::check_finalize(people, count(bytes)))
			.saturating_add(T::OnTaskClosed::weight())
	}

	pub(crate) fn reopen_weight(contributors: u32) -> Weight {
		T::WeightInfo::reopen(contributors).saturating_add(T::WeightInfo::check_reopen(contributors))
	}

	pub(crate) fn claim_weight(people: u32) -> Weight {
		T::WeightInfo::claim(people).saturating_add(T::OnTaskClosed::weight())
	}

	pub(crate) fn abandon_weight(people: u32) -> Weight {
		T::WeightInfo::abandon(people).saturating_add(T::OnTaskClosed::weight())
	}
}

/// How many bytes a callback's data has.
pub(crate) fn bytes(data: &Option<CallbackData>) -> usize {
	data.as_ref().map_or(0, |data| data.len())
}

/// What `of` adds for `number` above what it takes for none.
fn growth(of: impl Fn(u32) -> Weight, number: u32) -> Weight {
	of(number).saturating_sub(of(0))
}

fn length(items: usize) -> u64 {
	items.try_into().unwrap_or(u64::MAX)
}
