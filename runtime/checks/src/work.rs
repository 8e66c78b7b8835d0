//! What schedulers and workers sign and send for tasks.

use frame_support::{traits::Get, BoundedVec};
use pallet_poco::{Call as Poco, ContributionOf, DelegationProof, TaskRef};
use pallet_tx_pause::RuntimeCallNameOf;
use rlc_primitives::{task::Commitment, AccountId, Delegation, Moment, ResultDigest};
use rlc_runtime::{Marketplace, Runtime, RuntimeCall};

use crate::people::Person;

/// Returns a scheduler's delegation of a task to a worker, signed off chain.
pub fn delegation(scheduler: &Person, worker: &AccountId, task: TaskRef) -> DelegationProof {
	let signature = scheduler.sign_delegation(&unsigned(worker, task), &Marketplace::signing_domain());
	DelegationProof::Signed { signature, expiry: Moment::MAX }
}

/// Returns the same, signed by a key that claims to be the scheduler's proxy.
pub fn delegation_by_proxy(proxy: &Person, worker: &AccountId, task: TaskRef) -> DelegationProof {
	let signature = proxy.sign_delegation(&unsigned(worker, task), &Marketplace::signing_domain());
	DelegationProof::SignedByProxy { proxy: proxy.account(), signature, expiry: Moment::MAX }
}

/// Returns the delegation to sign, which does not expire.
fn unsigned(worker: &AccountId, task: TaskRef) -> Delegation {
	Delegation { worker: worker.clone(), task: task.id(), enclave: None, expiry: Moment::MAX }
}

/// Returns a worker's contribution of a digest, with the scheduler's signature.
pub fn contribution(scheduler: &Person, worker: &Person, task: TaskRef, digest: ResultDigest) -> ContributionOf {
	let worker = worker.account();
	ContributionOf {
		task,
		commitment: Commitment::of(&worker, task.id(), digest),
		authorization: delegation(scheduler, &worker, task),
		enclave_signature: None,
	}
}

/// Returns the call that makes this contribution.
pub fn contribute(scheduler: &Person, worker: &Person, task: TaskRef, digest: ResultDigest) -> RuntimeCall {
	let ContributionOf { task, commitment, authorization, enclave_signature } =
		contribution(scheduler, worker, task, digest);
	Poco::contribute { task, commitment, authorization, enclave_signature }.into()
}

/// Returns the call that makes many contributions.
///
/// # Panics
///
/// If they are too many for one call.
pub fn contribute_batch(contributions: impl IntoIterator<Item = ContributionOf>) -> RuntimeCall {
	Poco::contribute_batch { contributions: batch(contributions) }.into()
}

/// Returns the call that reveals a digest.
pub fn reveal(task: TaskRef, digest: ResultDigest) -> RuntimeCall {
	Poco::reveal { task, digest }.into()
}

/// Returns the call that reveals many digests.
///
/// # Panics
///
/// If they are too many for one call.
pub fn reveal_batch(reveals: impl IntoIterator<Item = (TaskRef, ResultDigest)>) -> RuntimeCall {
	Poco::reveal_batch { reveals: batch(reveals) }.into()
}

/// Returns these items as a batch.
///
/// # Panics
///
/// If they are too many.
pub fn batch<T, N: Get<u32>>(items: impl IntoIterator<Item = T>) -> BoundedVec<T, N> {
	let items: Vec<T> = items.into_iter().collect();
	let count = items.len();
	BoundedVec::try_from(items).unwrap_or_else(|_| panic!("{count} items are too many for a batch"))
}

/// Returns a call's name, as pauses spell it.
///
/// # Panics
///
/// If a name is too long.
pub fn call_name(pallet: &str, call: &str) -> RuntimeCallNameOf<Runtime> {
	let text = |text: &str| text.as_bytes().to_vec().try_into().expect("a short name");
	(text(pallet), text(call))
}
