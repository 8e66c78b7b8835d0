//! `contribute_and_finalize`: one worker, one call, one closed task.

use frame_support::{assert_noop, assert_ok};
use rlc_primitives::{task::Stage, Deal, ResultDigest, Tag, RLC};
use sp_runtime::{DispatchError, DispatchResult};

use crate::{
	mock::*, CallbackData, Delegates, DelegationProof, Deliveries, DeliveryOutcome, DueDeals, Error, Event, TaskRef,
	Work,
};

fn deliver(n: u8, task: TaskRef, data: Option<&[u8]>) -> DispatchResult {
	let digest = data.map_or(digest(1), ResultDigest::of_callback);
	let proof = signature(SCHEDULER_KEY, &worker(n), task, None);
	call(n, task, digest, proof, data)
}

fn call(n: u8, task: TaskRef, digest: ResultDigest, proof: DelegationProof, data: Option<&[u8]>) -> DispatchResult {
	let data = data.map(|data| CallbackData::try_from(data.to_vec()).unwrap());
	Poco::contribute_and_finalize(signed(&worker(n)), task, digest, proof, None, data)
		.map(drop)
		.map_err(|refusal| refusal.error)
}

#[test]
fn result_is_paid_at_once_without_stake_and_score() {
	test(|| {
		set_score(&worker(1), 5);
		let task = open(manual(1));
		assert_ok!(deliver(1, task, None));
		assert!(matches!(stored(task).stage, Stage::Completed(_)));
		assert_eq!((books(&worker(1)), score(&worker(1))), ((RLC + 900, 0), 5));
		assert_eq!((books(&scheduler()), books(&PAYER)), ((300 + 100, 0), (0, 0)));
		let id = task.id();
		assert_eq!(
			events(),
			[
				Event::Delegated { task: id, worker: worker(1) },
				Event::TaskClosed { task: id, deal: task.deal, outcome: Some(digest(1)) },
			]
		);
	});
}

#[test]
fn delegations_on_chain_end_with_the_task() {
	test(|| {
		let task = open(deal(1));
		assert_ok!(delegate(task, &[1, 2]));
		assert_ok!(call(1, task, digest(1), DelegationProof::OnChain, None));
		assert_eq!(Work::<Test>::iter().count() + Delegates::<Test>::iter().count(), 0);
		assert_eq!(DueDeals::<Test>::iter().count(), 1, "the deal's");
	});
}

#[test]
fn callback_gets_its_data() {
	test(|| {
		let task = open(with_callback(CALLBACK));
		assert_noop!(deliver(1, task, None), Error::<Test>::CallbackDataMissing);
		let proof = signature(SCHEDULER_KEY, &worker(1), task, None);
		assert_noop!(call(1, task, digest(1), proof, Some(b"42")), Error::<Test>::WrongCallbackData);
		assert_ok!(deliver(1, task, Some(b"42")));
		assert_eq!(Deliveries::<Test>::get(task.id()), Some(DeliveryOutcome::Pending));
		let without = open_as(2, deal(1));
		assert_noop!(deliver(1, without, Some(b"42")), Error::<Test>::UnexpectedCallbackData);
	});
}

#[test]
fn only_an_untouched_task_of_trust_one() {
	test(|| {
		let trusted = open_as(2, deal(2));
		assert_noop!(deliver(1, trusted, None), Error::<Test>::TrustTooHigh);
		let reopened = agreed(manual(1), 1);
		assert_noop!(deliver(2, reopened, None), Error::<Test>::NotActive);
		at(2 * T);
		assert_ok!(Poco::reopen(signed(&scheduler()), reopened));
		assert_noop!(deliver(2, reopened, None), Error::<Test>::AlreadyHasContributions);
		assert_noop!(deliver(1, reopened, None), Error::<Test>::AlreadyContributed);
		assert_noop!(deliver(1, nth(reopened, 1), None), Error::<Test>::NotFound);
	});
}

#[test]
fn closed_once_and_in_time() {
	test(|| {
		let (task, late) = (open_as(1, deal(1)), open_as(2, deal(1)));
		at(7 * T - 1);
		assert_ok!(deliver(1, task, None));
		assert_noop!(deliver(2, task, None), Error::<Test>::NotActive);
		at(7 * T);
		assert_noop!(deliver(1, late, None), Error::<Test>::ContributionTooLate);
	});
}

#[test]
fn delegation_is_needed() {
	test(|| {
		let task = open(deal(1));
		assert_noop!(call(1, task, digest(1), DelegationProof::OnChain, None), Error::<Test>::NotDelegated);
		let foreign = signature(7, &worker(1), task, None);
		assert_noop!(call(1, task, digest(1), foreign, None), Error::<Test>::WrongSchedulerSignature);
	});
}

#[test]
fn enclave_signs_the_result() {
	test(|| {
		let task = open(Deal { tag: Tag::from_bits(3), ..deal(1) });
		assert_noop!(deliver(1, task, None), Error::<Test>::EnclaveRequired);
		let commitment = commitment(&worker(1), task, digest(1));
		let call = |enclave: u8, signer: u8| {
			let proof = signature(SCHEDULER_KEY, &worker(1), task, Some(enclave_of(enclave)));
			let enclave = Some((enclave_of(enclave), enclave_signature(signer, &commitment)));
			Poco::contribute_and_finalize(signed(&worker(1)), task, digest(1), proof, enclave, None)
				.map(drop)
				.map_err(|refusal| refusal.error)
		};
		assert_noop!(call(1, 2), Error::<Test>::WrongEnclaveSignature);
		assert_noop!(call(BAD_ENCLAVE, BAD_ENCLAVE), DispatchError::Other("not accepted"));
		assert_ok!(call(1, 1));
	});
}
