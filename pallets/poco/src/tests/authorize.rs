//! Who may contribute: delegations on chain and signed, and enclaves.

use frame_support::{assert_noop, assert_ok};
use rlc_primitives::{
	ethereum::{signed_message_hash, EthereumSignature},
	task::Commitment,
	Deal, Delegation, Moment, SchedulerSignature, Tag,
};
use sp_core::{Pair, H160};
use sp_runtime::DispatchError;

use crate::{mock::*, ContributionOf, Delegate, DelegateList, Delegates, DelegationProof, Error, Event, TaskRef, Work};

/// Returns a contribution from within an enclave, which signed it.
fn inside(n: u8, task: TaskRef, enclave: u8) -> ContributionOf {
	let plain = contribution(n, task, 1);
	let commitment = Commitment { enclave: Some(enclave_of(enclave)), ..plain.commitment };
	ContributionOf {
		commitment,
		authorization: signature(SCHEDULER_KEY, &worker(n), task, Some(enclave_of(enclave))),
		enclave_signature: Some(enclave_signature(enclave, &commitment)),
		..plain
	}
}

/// Returns a deal that demands an enclave.
fn protected() -> Deal {
	Deal { tag: Tag::from_bits(3), ..deal(9) }
}

fn on_chain(one: ContributionOf) -> ContributionOf {
	ContributionOf { authorization: DelegationProof::OnChain, ..one }
}

#[test]
fn delegation_on_chain_is_used_up() {
	test(|| {
		let task = open(deal(9));
		assert_ok!(delegate(task, &[1, 2]));
		assert_ok!(submit(1, on_chain(contribution(1, task, 1))));
		assert_eq!(Delegates::<Test>::get(task.id()).len(), 1);
		assert!(Work::<Test>::contains_key(worker(1), task.id()), "it may have to reveal");
		let delegated = events().iter().filter(|event| matches!(event, Event::Delegated { .. })).count();
		assert_eq!(delegated, 2, "not told again");
		assert_ok!(submit(2, on_chain(contribution(2, task, 1))));
		assert!(!Delegates::<Test>::contains_key(task.id()));
	});
}

#[test]
fn signed_delegation_is_told_and_replaces_the_one_on_chain() {
	test(|| {
		let task = open(deal(9));
		assert_ok!(delegate(task, &[1]));
		assert_ok!(contribute(1, task, 1));
		assert!(!Delegates::<Test>::contains_key(task.id()));
		let told = Event::Delegated { task: task.id(), worker: worker(1) };
		assert_eq!(events().iter().filter(|event| **event == told).count(), 2);
	});
}

#[test]
fn nobody_makes_itself_eligible() {
	test(|| {
		let task = open(deal(9));
		assert_ok!(delegate(task, &[2]));
		assert_noop!(submit(1, on_chain(contribution(1, task, 1))), Error::<Test>::NotDelegated);
	});
}

#[test]
fn signature_of_another_or_for_another_is_refused() {
	test(|| {
		let (task, other) = (open_as(1, deal(9)), open_as(2, deal(9)));
		for authorization in [
			signature(7, &worker(1), task, None),
			signature(SCHEDULER_KEY, &worker(2), task, None),
			signature(SCHEDULER_KEY, &worker(1), other, None),
			signature(SCHEDULER_KEY, &worker(1), task, Some(enclave_of(1))),
		] {
			let one = ContributionOf { authorization, ..contribution(1, task, 1) };
			assert_noop!(submit(1, one), Error::<Test>::WrongSchedulerSignature);
		}
	});
}

#[test]
fn expired_delegation_is_refused() {
	test(|| {
		let tasks = [open(deal(9)), open_as(2, deal(1))];
		let until = |task: TaskRef, expiry| {
			signed_by(SCHEDULER_KEY, &Delegation { worker: worker(1), task: task.id(), enclave: None, expiry })
		};
		let expiry = START + 5;
		let one = ContributionOf { authorization: until(tasks[0], expiry), ..contribution(1, tasks[0], 1) };
		let direct = |authorization| {
			Poco::contribute_and_finalize(signed(&worker(1)), tasks[1], digest(1), authorization, None, None)
		};
		at(5);
		assert_noop!(submit(1, one.clone()), Error::<Test>::DelegationExpired);
		let refused = direct(until(tasks[1], expiry)).unwrap_err().error;
		assert_eq!(refused, Error::<Test>::DelegationExpired.into());
		at(4);
		assert_ok!(submit(1, one));
		assert_ok!(direct(until(tasks[1], expiry)));
	});
}

#[test]
fn expiry_cannot_be_put_off() {
	test(|| {
		let task = open(deal(9));
		let signed_until = |expiry| Delegation { worker: worker(1), task: task.id(), enclave: None, expiry };
		let DelegationProof::Signed { signature, .. } = signed_by(SCHEDULER_KEY, &signed_until(START + 5)) else {
			panic!("it is signed")
		};
		let authorization = DelegationProof::Signed { signature, expiry: START + 6 };
		let one = ContributionOf { authorization, ..contribution(1, task, 1) };
		assert_noop!(submit(1, one), Error::<Test>::WrongSchedulerSignature);
	});
}

#[test]
fn scheduler_s_proxy_signs_delegations_for_as_long_as_it_is_one() {
	test(|| {
		let task = open(deal(9));
		assert_noop!(submit(1, proxied_contribution(1, task)), Error::<Test>::NotProxy);
		HotKeys::name(proxy(), scheduler());
		assert_ok!(submit(1, proxied_contribution(1, task)));
		assert!(events().contains(&Event::Delegated { task: task.id(), worker: worker(1) }));
		HotKeys::remove(proxy(), scheduler());
		assert_noop!(submit(2, proxied_contribution(2, task)), Error::<Test>::NotProxy);
		assert_eq!(stored(task).contributions.len(), 1, "what was contributed before counts");
	});
}

#[test]
fn result_is_delivered_directly_by_a_delegation_that_a_proxy_signed() {
	test(|| {
		let task = open(deal(1));
		let direct = || {
			let ContributionOf { authorization, .. } = proxied_contribution(1, task);
			Poco::contribute_and_finalize(signed(&worker(1)), task, digest(1), authorization, None, None)
		};
		assert_eq!(direct().unwrap_err().error, Error::<Test>::NotProxy.into());
		HotKeys::name(proxy(), scheduler());
		assert_ok!(direct());
		assert!(events().contains(&Event::Delegated { task: task.id(), worker: worker(1) }));
	});
}

#[test]
fn proxy_s_delegation_expires() {
	test(|| {
		HotKeys::name(proxy(), scheduler());
		let task = open(deal(9));
		let delegation = Delegation { worker: worker(1), task: task.id(), enclave: None, expiry: START + 5 };
		let authorization = signed_as_proxy(PROXY_KEY, &delegation);
		let one = ContributionOf { authorization, ..contribution(1, task, 1) };
		at(5);
		assert_noop!(submit(1, one.clone()), Error::<Test>::DelegationExpired);
		at(4);
		assert_ok!(submit(1, one));
	});
}

#[test]
fn proxy_signs_for_no_other_scheduler_and_nobody_else_for_it() {
	test(|| {
		let task = open(deal(9));
		let delegation = |n| Delegation { worker: worker(n), task: task.id(), enclave: None, expiry: Moment::MAX };
		let with = |authorization| submit(1, ContributionOf { authorization, ..contribution(1, task, 1) });
		HotKeys::name(proxy(), STRANGER);
		assert_noop!(with(signed_as_proxy(PROXY_KEY, &delegation(1))), Error::<Test>::NotProxy);
		HotKeys::name(proxy(), scheduler());
		let as_proxy = |proof| match proof {
			DelegationProof::Signed { signature, expiry } => {
				DelegationProof::SignedByProxy { proxy: proxy(), signature, expiry }
			}
			other => panic!("{other:?} is not the scheduler's own"),
		};
		for authorization in [
			// By another key, or by the scheduler's own; for another worker; by the proxy, but brought as the scheduler's.
			as_proxy(signed_by(7, &delegation(1))),
			as_proxy(signed_by(SCHEDULER_KEY, &delegation(1))),
			signed_as_proxy(PROXY_KEY, &delegation(2)),
			signed_by(PROXY_KEY, &delegation(1)),
		] {
			assert_noop!(with(authorization), Error::<Test>::WrongSchedulerSignature);
		}
		assert_noop!(with(signed_as_proxy(SCHEDULER_KEY, &delegation(1))), Error::<Test>::NotProxy);
		assert_ok!(with(signed_as_proxy(PROXY_KEY, &delegation(1))));
	});
}

#[test]
fn proxy_s_delegation_without_an_enclave_is_for_any() {
	test(|| {
		HotKeys::name(proxy(), scheduler());
		let task = open(protected());
		let ContributionOf { authorization, .. } = proxied_contribution(1, task);
		assert_ok!(submit(1, ContributionOf { authorization, ..inside(1, task, 1) }));
	});
}

#[test]
fn delegation_for_longer_than_contributions_are_accepted_ends_with_them() {
	test(|| {
		let task = open(deal(9));
		at(deal(9).contribution_deadline() - START);
		assert_noop!(contribute(1, task, 1), Error::<Test>::ContributionTooLate);
	});
}

#[test]
fn wallet_of_a_scheduler_delegates_by_a_signed_message() {
	test(|| {
		let mut walleted = deal(9);
		walleted.workerpool.owner = wallet(5);
		let task = open(walleted);
		let delegation = Delegation { worker: worker(1), task: task.id(), enclave: None, expiry: Moment::MAX };
		let good = sign_with(5, signed_message_hash(delegation.ethereum_payload()));
		let EthereumSignature::Full(bytes) = good else { panic!("65 bytes") };
		let mut flipped = bytes;
		// The other solution: s' = n − s is above half the order, v the other one.
		flipped[32..64].fill(0xFF);
		let mut invalid = bytes;
		invalid[64] = 29;
		for (signature, refusal) in [
			(EthereumSignature::Full(flipped), Error::<Test>::MalformedSchedulerSignature),
			(EthereumSignature::Full(invalid), Error::<Test>::MalformedSchedulerSignature),
			(sign_with(6, signed_message_hash(delegation.ethereum_payload())), Error::<Test>::WrongSchedulerSignature),
		] {
			let authorization =
				DelegationProof::Signed { signature: SchedulerSignature::Ethereum(signature), expiry: Moment::MAX };
			let one = ContributionOf { authorization, ..contribution(1, task, 1) };
			assert_noop!(submit(1, one), refusal);
		}
		let authorization =
			DelegationProof::Signed { signature: SchedulerSignature::Ethereum(good), expiry: Moment::MAX };
		assert_ok!(submit(1, ContributionOf { authorization, ..contribution(1, task, 1) }));
	});
}

#[test]
fn demanded_enclave_must_be_named_and_sign_and_be_accepted() {
	test(|| {
		let task = open(protected());
		assert_noop!(submit(1, contribution(1, task, 1)), Error::<Test>::EnclaveRequired);
		let good = inside(1, task, 1);
		let unsigned = ContributionOf { enclave_signature: None, ..good.clone() };
		assert_noop!(submit(1, unsigned), Error::<Test>::EnclaveSignatureMissing);
		let foreign =
			ContributionOf { enclave_signature: Some(enclave_signature(2, &good.commitment)), ..good.clone() };
		assert_noop!(submit(1, foreign), Error::<Test>::WrongEnclaveSignature);
		let other = inside(2, task, 1).enclave_signature;
		let copied = ContributionOf { enclave_signature: other, ..good.clone() };
		assert_noop!(submit(1, copied), Error::<Test>::WrongEnclaveSignature);
		assert_noop!(submit(1, inside(1, task, BAD_ENCLAVE)), DispatchError::Other("not accepted"));
		assert_ok!(submit(1, good));
	});
}

#[test]
fn enclave_may_be_named_where_none_is_demanded() {
	test(|| {
		let task = open(deal(9));
		let named = inside(1, task, BAD_ENCLAVE);
		let unsigned = ContributionOf { enclave_signature: None, ..named.clone() };
		assert_noop!(submit(1, unsigned), Error::<Test>::EnclaveSignatureMissing);
		assert!(Poco::could_contribute(&worker(1), core::slice::from_ref(&named)).is_err(), "but not for free");
		assert_ok!(submit(1, named));
		let stray =
			ContributionOf { enclave_signature: Some(sign_with(1, Default::default())), ..contribution(2, task, 1) };
		assert_noop!(submit(2, stray), Error::<Test>::UnexpectedEnclaveSignature);
	});
}

#[test]
fn delegation_for_an_enclave_is_for_no_other() {
	test(|| {
		let task = open(protected());
		let only = Delegate { worker: worker(1), enclave: Some(enclave_of(1)) };
		let workers: DelegateList = vec![only, Delegate { worker: worker(2), enclave: None }].try_into().unwrap();
		assert_ok!(Poco::delegate(signed(&scheduler()), vec![task].try_into().unwrap(), workers));
		assert_noop!(submit(1, on_chain(inside(1, task, 2))), Error::<Test>::WrongEnclave);
		assert_ok!(submit(1, on_chain(inside(1, task, 1))));
		assert_ok!(submit(2, on_chain(inside(2, task, 2))));
	});
}

#[test]
fn signed_delegation_without_an_enclave_is_for_any() {
	test(|| {
		let task = open(protected());
		let authorization = signature(SCHEDULER_KEY, &worker(1), task, None);
		assert_ok!(submit(1, ContributionOf { authorization, ..inside(1, task, 1) }));
		let zero = signature(SCHEDULER_KEY, &worker(2), task, Some(H160::zero()));
		let one = ContributionOf { authorization: zero, ..inside(2, task, 1) };
		assert_noop!(submit(2, one), Error::<Test>::WrongSchedulerSignature);
	});
}

#[test]
fn keys_of_personas_are_what_they_are_called() {
	assert_eq!(scheduler().as_ref() as &[u8], key(SCHEDULER_KEY).public().0);
	assert_eq!(proxy().as_ref() as &[u8], key(PROXY_KEY).public().0);
}
