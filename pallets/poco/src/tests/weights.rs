//! No call weighs more than it was charged for, and what it did not use is given back.

use frame_support::{
	assert_ok,
	dispatch::{GetDispatchInfo, PostDispatchInfo},
	traits::UnfilteredDispatchable,
	weights::Weight,
};
use rlc_primitives::{AccountId, Deal, DealId, Moment, ResultDigest, SchedulerSignature};
use sp_core::H256;
use sp_runtime::{BoundedVec, MultiSignature};

use crate::{close::removed, mock::*, Call, Delegates, DelegationProof, ResultOf, TaskRef, WeightInfo, Work};

/// Dispatches a call, and returns what it was charged for at first, and in the end.
fn weigh(who: &AccountId, call: Call<Test>) -> (Weight, Weight) {
	let declared = call.get_dispatch_info().call_weight;
	let PostDispatchInfo { actual_weight, .. } = call.dispatch_bypass_filter(signed(who)).unwrap();
	let actual = actual_weight.unwrap_or(declared);
	assert!(actual.all_lte(declared), "{actual} of {declared}");
	(declared, actual)
}

/// Returns what completing a task with this many people weighs, checked before the call and in it. Of both ways, in these
/// weights, a result takes longer.
fn completion(people: u32) -> Weight {
	Units::check_complete(people).saturating_mul(2) + Units::complete_with_result(people)
}

/// Returns what another task of the same deal adds to that, but for its people, with the hook for closed tasks.
fn another_completion() -> Weight {
	Units::check_complete(0).saturating_mul(2) + growth(Units::complete_again_with_result, 1) + units(4)
}

/// Returns what `of` adds for `number` above what it takes for none.
fn growth(of: fn(u32) -> Weight, number: u32) -> Weight {
	of(number) - of(0)
}

/// Returns what this many signed delegations weigh: each is verified before the call and in it, and has an event.
fn proofs(delegations: u64) -> Weight {
	(Units::verify_delegation_sr25519().saturating_mul(2) + Units::tell_delegated()).saturating_mul(delegations)
}

/// Returns what this many movements weigh beside the two of each account.
fn again(movements: u32) -> Weight {
	growth(Units::settle_again, movements)
}

#[test]
fn each_call_gives_back_what_it_did_not_use() {
	test(|| {
		let task = open(deal(3));
		for n in [1, 2] {
			let one = contribution(n, task, 1);
			let (authorization, enclave_signature) = (one.authorization, one.enclave_signature);
			let call = Call::contribute { task, commitment: one.commitment, authorization, enclave_signature };
			let (declared, actual) = weigh(&worker(n), call);
			let earlier = u32::from(n) - 1;
			assert_eq!(actual, Units::contribute(earlier) + Units::check_contribute(earlier) + proofs(1));
			assert!(actual.any_lt(declared));
		}
		let (_, first) = weigh(&worker(1), Call::reveal { task, digest: digest(1) });
		assert_eq!(first, Units::reveal(2) + Units::check_reveal(2));
		let (_, last) = weigh(&worker(2), Call::reveal { task, digest: digest(1) });
		// Of the payer, two owners, the scheduler and two workers; they have nine movements.
		let closed = completion(2) + units(5) + Units::settle(6);
		assert_eq!(last, first + closed, "with the hook for closed tasks");
	});
}

#[test]
fn delegation_by_a_proxy_weighs_the_lookup_of_the_proxy_too() {
	test(|| {
		HotKeys::name(proxy(), scheduler());
		let first = open(Deal { size: 3, ..deal(9) });
		let contributions: Vec<_> = (0..3).map(|n| proxied_contribution(1, nth(first, n))).collect();
		let (_, actual) =
			weigh(&worker(1), Call::contribute_batch { contributions: contributions.try_into().unwrap() });
		let found = Units::find_proxy().saturating_mul(6);
		let expected = Units::contribute_batch(3) + Units::check_contribute_batch(3) + proofs(3) + found;
		assert_eq!(actual, expected, "each twice: before the call, and in it");
	});
}

#[test]
fn batches_weigh_by_what_they_hold() {
	test(|| {
		let first = open(Deal { size: 3, ..deal(1) });
		let tasks: Vec<_> = (0..3).map(|n| nth(first, n)).collect();
		let contributions: Vec<_> = tasks.iter().map(|task| contribution(1, *task, 1)).collect();
		let (declared, actual) =
			weigh(&worker(1), Call::contribute_batch { contributions: contributions.try_into().unwrap() });
		let checks = Units::check_contribute_batch(3);
		assert_eq!(actual, Units::contribute_batch(3) + checks + proofs(3));
		assert!(actual.any_lt(declared));
		let reveals: Vec<_> = tasks.iter().map(|task| (*task, digest(1))).collect();
		let (_, actual) = weigh(&worker(1), Call::reveal_batch { reveals: reveals.try_into().unwrap() });
		let closed = completion(0) + units(5) + another_completion().saturating_mul(2) + growth(completion, 3);
		// Of the same four and one worker; each task has seven movements.
		let closed = closed + Units::settle(5) + again(3 * 7 - 2 * 5);
		let checks = Units::check_reveal_batch(3) + growth(Units::check_reveal, 3);
		assert_eq!(actual, Units::reveal_batch(3) + growth(Units::reveal, 3) + checks + closed);
	});
}

#[test]
fn direct_results_weigh_by_what_they_meet() {
	test(|| {
		let first = open(Deal { size: 4, ..deal(1) });
		let result =
			|n: u64, authorization| ResultOf { task: nth(first, n), digest: digest(1), authorization, enclave: None };
		let brought = |n| result(n, signature(SCHEDULER_KEY, &worker(1), nth(first, n), None));
		let weights = |n: u32| {
			let closed = units(5) + units(4).saturating_mul((n - 1).into());
			let checked = Units::check_contribute_and_finalize_batch(n);
			let delivered =
				Units::contribute_and_finalize_batch(1) + growth(Units::contribute_and_finalize_again, n - 1);
			delivered + checked + closed + proofs(n.into())
		};
		let ResultOf { task, digest, authorization, enclave } = brought(0);
		let one = Call::contribute_and_finalize { task, digest, authorization, enclave, callback_data: None };
		let (declared, actual) = weigh(&worker(1), one);
		assert_eq!(actual, weights(1) + Units::settle(5));
		assert!(actual.any_lt(declared));

		let batch = BoundedVec::truncate_from(vec![brought(1), brought(2)]);
		let (_, actual) = weigh(&worker(1), Call::contribute_and_finalize_batch { results: batch });
		assert_eq!(actual, weights(2) + Units::settle(5) + again(2 * 6 - 2 * 5));

		assert_ok!(delegate(nth(first, 3), &[1, 2, 3]));
		let batch = BoundedVec::truncate_from(vec![result(3, DelegationProof::OnChain)]);
		let (_, actual) = weigh(&worker(1), Call::contribute_and_finalize_batch { results: batch });
		let delegates = growth(|people| Units::contribute_and_finalize(people, 0), 3)
			+ growth(|people| Units::check_contribute_and_finalize(people, 0), 3);
		assert_eq!(actual, weights(1) - proofs(1) + delegates + Units::settle(5));
	});
}

/// Returns what calls with these tasks are charged for at first, each with the deal and the index of a task.
fn declared(tasks: [(u8, u64); 3]) -> [Weight; 3] {
	let tasks = tasks.map(|(deal, index)| TaskRef { deal: DealId(H256::repeat_byte(deal)), index });
	let result = |task| {
		let authorization = DelegationProof::OnChain;
		ResultOf { task, digest: digest(1), authorization, enclave: None }
	};
	let reveals = tasks.map(|task| (task, digest(1))).to_vec();
	let calls = [
		Call::<Test>::reveal_batch { reveals: BoundedVec::truncate_from(reveals) },
		Call::contribute_and_finalize_batch { results: BoundedVec::truncate_from(tasks.map(result).to_vec()) },
		Call::prune { tasks: BoundedVec::truncate_from(tasks.to_vec()) },
	];
	calls.map(|call| call.get_dispatch_info().call_weight)
}

#[test]
fn what_tasks_of_one_deal_share_is_charged_once() {
	let one = declared([(1, 0), (1, 1), (1, 2)]);
	let two = declared([(1, 0), (1, 1), (2, 0)]);
	let three = declared([(1, 0), (2, 0), (3, 0)]);
	for call in 0..3 {
		assert!(one[call].all_lt(two[call]) && two[call].all_lt(three[call]), "call {call}");
	}
	let apart = declared([(1, 0), (2, 0), (1, 1)]);
	assert_eq!(apart, three, "tasks that are not next to each other count as of another deal");
	assert_eq!(one[2], Units::prune(1) + growth(Units::prune_again, 2));
	assert_eq!(three[2], Units::prune(3));
}

#[test]
fn closings_of_one_deal_give_back_what_they_share() {
	test(|| {
		let first = open_as(1, Deal { size: 3, ..deal(1) });
		let same = [0, 1, 2].map(|n| nth(first, n));
		let different = [2, 3, 4].map(|n| open_as(n, deal(1)));
		let [same, different] = [same, different].map(|tasks| {
			for task in tasks {
				assert_ok!(contribute(1, task, 1));
			}
			let reveals = tasks.map(|task| (task, digest(1))).to_vec();
			let (_, actual) = weigh(&worker(1), Call::reveal_batch { reveals: BoundedVec::truncate_from(reveals) });
			actual
		});
		assert!(another_completion().saturating_mul(3).all_lt(same), "what is a task's own is charged for each");
		let shared = completion(0) + units(5) - another_completion();
		assert_eq!(different - same, shared.saturating_mul(2));
	});
}

#[test]
fn closing_knows_how_many_entries_it_removes() {
	test(|| {
		let task = open(manual(3));
		assert_ok!(delegate(task, &[1, 2, 3]));
		assert_ok!(contribute(1, task, 1));
		let entries = || Work::<Test>::iter().count() + Delegates::<Test>::iter().count();
		assert_eq!(removed(&stored(task), &Delegates::<Test>::get(task.id())), 4);
		assert_eq!(entries(), 4, "the work of a contributor and of two delegates, and their list");
		assert_ok!(Poco::abandon(signed(&scheduler()), task));
		assert_eq!(entries(), 0);
	});
}

#[test]
fn signatures_weigh_by_their_kind() {
	let verified = |signature| {
		let proof = DelegationProof::Signed { signature, expiry: Moment::MAX };
		let contributed = Units::contribute(0) + Units::check_contribute(0) + Units::tell_delegated();
		Poco::contribute_weight(&proof, false, 0) - contributed
	};
	let native = |signature: MultiSignature| SchedulerSignature::Native(signature.into());
	let ecdsa = native(MultiSignature::Ecdsa([0; 65].into()));
	assert_eq!(verified(ecdsa), Units::verify_delegation_ecdsa().saturating_mul(2));
	let eth = native(MultiSignature::Eth([0; 65].into()));
	assert_eq!(verified(eth), Units::verify_delegation_eth().saturating_mul(2));
	let message = SchedulerSignature::Ethereum(sign_with(1, H256::zero()));
	assert_eq!(verified(message), Units::verify_delegation_message().saturating_mul(2));
}

#[test]
fn callback_weighs_by_its_bytes() {
	test(|| {
		let task = open(with_callback(CALLBACK));
		let (data, authorization) = (vec![7; 640], signature(SCHEDULER_KEY, &worker(1), task, None));
		let digest = ResultDigest::of_callback(&data);
		let callback_data = Some(data.try_into().unwrap());
		let call = Call::contribute_and_finalize { task, digest, authorization, enclave: None, callback_data };
		let (declared, actual) = weigh(&worker(1), call);
		let both = Units::contribute_and_finalize(0, 640) + Units::check_contribute_and_finalize(0, 640);
		assert_eq!(actual, both + proofs(1) + units(5));
		assert!(actual.any_lt(declared));
	});
}

#[test]
fn closings_weigh_by_whom_they_concern() {
	test(|| {
		let tasks: Vec<_> = (1..=3).map(|n| open_as(n, manual(3))).collect();
		for task in &tasks {
			assert_ok!(delegate(*task, &[1, 2, 3, 4, 5]));
			for n in [1, 2] {
				assert_ok!(contribute(n, *task, 1));
			}
		}
		let (_, actual) = weigh(&scheduler(), Call::abandon { task: tasks[0] });
		assert_eq!(actual, Units::abandon(3) + units(5), "three delegates are more than two contributors");
		at(2 * T);
		let (_, actual) = weigh(&scheduler(), Call::reopen { task: tasks[1] });
		assert_eq!(actual, Units::reopen(2) + Units::check_reopen(2));
		at(10 * T);
		let (_, actual) = weigh(&STRANGER, Call::claim { task: tasks[2] });
		assert_eq!(actual, Units::claim(3) + units(5));
	});
}

#[test]
fn deals_weigh_when_they_are_opened() {
	use rlc_primitives::traits::OnDealOpened;
	assert_eq!(<Poco as OnDealOpened>::weight(), Units::on_deal_opened());
}
