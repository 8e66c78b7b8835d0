//! Delegations that workers show when they join.
//!
//! Each is this scheduler's own signature that it gave a task to a worker. So a scheduler that has lost its database knows what
//! it had given, and believes nobody who only says so.

use std::collections::BTreeSet;

use codec::Decode;
use rlc_primitives::{AccountId, Delegation, SchedulerSignature, TaskId};
use rlc_protocol::worker::{self, ShownDelegation};

use crate::{model::Held, pool::Identity};

/// How many wrong signatures of one worker are looked at when it joins. An honest one has some if the scheduler's key has
/// changed.
const MAX_WRONG: usize = 16;

/// Returns what a worker has in hand, each with until when the delegation is good that it shows for it, if this scheduler, or
/// its proxy with this key, signed that.
pub fn verified(held: Vec<worker::Held>, worker: &AccountId, identity: &Identity) -> Vec<Held> {
	let (mut wrong, mut seen) = (0, BTreeSet::new());
	let verify = |worker::Held { report, delegation }: worker::Held| {
		let mut delegated_until = None;
		// A task that is named twice costs no second look.
		if let Some(shown) = delegation.filter(|_| wrong < MAX_WRONG && seen.insert(report.task)) {
			if is_signed(&shown, report.task, worker, identity) {
				delegated_until = Some(shown.expiry);
			} else {
				wrong += 1;
			}
		}
		Held { report, delegated_until }
	};
	held.into_iter().map(verify).collect()
}

/// Returns whether this scheduler, or its proxy with this key, signed a delegation.
fn is_signed(shown: &ShownDelegation, task: TaskId, worker: &AccountId, identity: &Identity) -> bool {
	let signer = shown.signer.as_ref().map_or(&identity.account, |signer| &signer.0);
	if *signer != identity.account && *signer != identity.key.signer() {
		return false;
	}
	let mut bytes = shown.signature.as_slice();
	let Ok(signature) = SchedulerSignature::decode(&mut bytes) else { return false };
	let delegation = Delegation { worker: worker.clone(), task, enclave: None, expiry: shown.expiry };
	bytes.is_empty() && signature.verify(&delegation, &identity.domain, signer).is_ok()
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::testing::{account, scene::report};
	use codec::Encode;
	use rlc_chain::Key;
	use rlc_primitives::{Moment, SigningDomain, WorkerpoolId};
	use rlc_protocol::{worker::Step, Account};
	use sp_core::{H160, H256};

	fn key(name: &str) -> Key {
		Key::from_suri(&format!("//{name}")).unwrap()
	}

	fn identity(key: Key) -> Identity {
		let genesis = H256::repeat_byte(9);
		let domain = SigningDomain::new(genesis, 1, H160::zero());
		Identity { workerpool: WorkerpoolId::default(), account: key.account(), genesis, domain, key }
	}

	fn id(n: u64) -> TaskId {
		TaskId(H256::from_low_u64_be(n))
	}

	/// Returns that a worker has a task in hand, with a delegation of it that expires at 7, signed so.
	fn shown(task: TaskId, by: &Identity, to: &AccountId) -> worker::Held {
		let expiry: Moment = 7;
		let delegation = Delegation { worker: to.clone(), task, enclave: None, expiry };
		let signature = by.key.sign_delegation(&delegation, &by.domain).encode();
		let signer = by.key.is_proxy().then(|| Account(by.key.signer()));
		let delegation = Some(ShownDelegation { signature, signer, expiry });
		worker::Held { report: report(task, Step::Computing), delegation }
	}

	/// Returns until when the delegations are good that worker 1 shows to a scheduler.
	fn until(held: Vec<worker::Held>, scheduler: &Identity) -> Vec<Option<Moment>> {
		verified(held, &account(1), scheduler).into_iter().map(|held| held.delegated_until).collect()
	}

	#[test]
	fn delegation_counts_if_the_scheduler_or_its_proxy_signed_it_for_this_worker_and_task() {
		let proxied = identity(key("Hot").on_behalf_of(account(100)));
		for scheduler in [identity(key("Alice")), proxied] {
			let own = shown(id(1), &scheduler, &account(1));
			assert_eq!(until(vec![own.clone()], &scheduler), [Some(7)]);
			let mut longer = own.clone();
			longer.delegation.as_mut().unwrap().expiry = 8;
			let other_task = worker::Held { report: report(id(2), Step::Computing), ..own.clone() };
			let other_worker = shown(id(3), &scheduler, &account(2));
			let of_another = shown(id(4), &identity(key("Bob")), &account(1));
			let mut as_a_proxy = shown(id(5), &identity(key("Bob")), &account(1));
			as_a_proxy.delegation.as_mut().unwrap().signer = Some(Account(key("Bob").account()));
			let plain = worker::Held::from(report(id(6), Step::Computing));
			let wrong = vec![longer, other_task, other_worker, of_another, as_a_proxy, plain];
			assert_eq!(until(wrong, &scheduler), [None; 6]);
		}
	}

	#[test]
	fn after_many_wrong_signatures_none_is_looked_at() {
		let scheduler = identity(key("Alice"));
		let wrong = |n: usize| (0..n as u64).map(|task| shown(id(task), &scheduler, &account(2))).collect::<Vec<_>>();
		let good = || shown(id(1_000), &scheduler, &account(1));
		let last = |mut held: Vec<worker::Held>| {
			held.push(good());
			until(held, &scheduler).pop().unwrap()
		};
		assert_eq!((last(wrong(MAX_WRONG - 1)), last(wrong(MAX_WRONG))), (Some(7), None));
	}

	#[test]
	fn task_that_is_named_twice_is_looked_at_once() {
		let scheduler = identity(key("Alice"));
		let good = shown(id(1), &scheduler, &account(1));
		assert_eq!(until(vec![good.clone(), good], &scheduler), [Some(7), None]);
	}
}
