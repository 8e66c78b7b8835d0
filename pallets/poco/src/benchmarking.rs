//! Measures the calls, the checks that say whether they are free, and the steps of the hooks, each in its worst case.
//!
//! Checks are measured through the one function that the runtime calls, with all that it reads before and after them. Each
//! kind of signature is measured on its own, and so are both ways to complete a task; weights take the maximum.
//!
//! A task has its contributors, and as many delegates beside them as it can; closing it empties the lists of both. A task
//! that is completed was revealed by one contributor, so the others keep their work until then. Each item of a batch is of
//! another deal. What `t` more tasks of one deal add is measured apart: if two numbers grew at once, the part of neither
//! would be certain. Where calls are free within a budget, the trust is so high that all are.

mod free;
mod helper;
mod scene;
mod signatures;

use alloc::{rc::Rc, vec::Vec};

use frame_benchmarking::v2::*;
use frame_support::{traits::Get, weights::WeightMeter};
use frame_system::RawOrigin;
use rlc_primitives::{
	task::{ContributionStatus, Stage, MAX_CONTRIBUTORS},
	traits::{OnDealOpened, Proxies},
	Settlement, TaskId,
};
use sp_runtime::BoundedVec;

use crate::{
	charge::{MOVEMENTS, PARTIES},
	settle::Moved,
	*,
};
pub use free::free_batch;
use free::*;
pub use helper::BenchmarkHelper;
use scene::*;
use signatures::*;

#[benchmarks]
mod benches {
	use super::*;

	#[benchmark]
	fn delegate(w: Linear<1, 64>) {
		let task = delegated::<T>(MAX_CONTRIBUTORS - w);
		let workers: Vec<_> = (0..w).map(fresh_delegate).collect();

		#[extrinsic_call]
		_(RawOrigin::Signed(scheduler()), alone(task), DelegateList::truncate_from(workers));

		assert!(Delegates::<T>::get(task.id()).is_full());
		assert!((0..w).all(|n| Work::<T>::contains_key(fresh_delegate(n).worker, task.id())));
	}

	#[benchmark]
	fn undelegate(w: Linear<1, 64>) {
		let task = delegated::<T>(MAX_CONTRIBUTORS);
		let workers: Vec<_> = (0..w).map(nth_delegate).collect();
		T::BenchmarkHelper::set_time(NOW + REFERENCE_TIME);

		#[extrinsic_call]
		_(RawOrigin::Signed(scheduler()), alone(task), WorkerList::truncate_from(workers));

		assert_eq!(Delegates::<T>::get(task.id()).len() as u32, MAX_CONTRIBUTORS - w);
	}

	#[benchmark]
	fn contribute(c: Linear<0, 63>) {
		let one = contributable::<T>(0, c, 1);
		let task = one.task;

		#[extrinsic_call]
		_(RawOrigin::Signed(me()), task, one.commitment, one.authorization, one.enclave_signature);

		assert!(matches!(stored::<T>(task).stage, Stage::Revealing(_)));
	}

	#[benchmark]
	fn contribute_batch(n: Linear<1, { T::MaxBatch::get() }>) {
		let batch: Vec<_> = (0..n).map(|n| contributable::<T>(n, 0, 1)).collect();
		let last = batch.last().map(|one| one.task);

		#[extrinsic_call]
		_(RawOrigin::Signed(me()), BoundedVec::truncate_from(batch));

		assert!(last.is_some_and(|task| stored::<T>(task).consensus().is_some()));
	}

	#[benchmark]
	fn check_contribute(c: Linear<0, 63>) {
		let (who, call) = free_contribution::<T>(c);

		#[block]
		{
			assert!(Pallet::<T>::free_call(&call, &who).is_some());
		}
	}

	#[benchmark]
	fn check_contribute_batch(n: Linear<1, { T::MaxBatch::get() }>) {
		let (who, call) = free_batch::<T>(n);

		#[block]
		{
			assert!(Pallet::<T>::free_call(&call, &who).is_some());
		}
	}

	#[benchmark]
	fn verify_delegation_ed25519() {
		let (signature, signer) = by_ed25519::<T>();

		#[block]
		{
			assert_eq!(signature.verify(&delegation(), &T::SigningDomain::get(), &signer), Ok(()));
		}
	}

	#[benchmark]
	fn verify_delegation_sr25519() {
		let (signature, signer) = by_sr25519::<T>();

		#[block]
		{
			assert_eq!(signature.verify(&delegation(), &T::SigningDomain::get(), &signer), Ok(()));
		}
	}

	#[benchmark]
	fn verify_delegation_ecdsa() {
		#[block]
		{
			assert!(by_ecdsa().verify(&delegation(), &T::SigningDomain::get(), &scheduler()).is_err());
		}
	}

	#[benchmark]
	fn verify_delegation_eth() {
		#[block]
		{
			assert!(by_eth().verify(&delegation(), &T::SigningDomain::get(), &scheduler()).is_err());
		}
	}

	#[benchmark]
	fn verify_delegation_message() {
		#[block]
		{
			assert!(by_wallet().verify(&delegation(), &T::SigningDomain::get(), &scheduler()).is_err());
		}
	}

	/// Looks for a key that comes after as many others as there can be.
	#[benchmark]
	fn find_proxy() {
		let proxy = T::BenchmarkHelper::name_proxies(&scheduler());

		#[block]
		{
			assert!(T::Proxies::may_delegate(&proxy, &scheduler()));
		}
	}

	#[benchmark]
	fn tell_delegated() {
		let told = || Event::<T>::Delegated { task: TaskId::default(), worker: me() };

		#[block]
		{
			Pallet::<T>::deposit_event(told());
		}

		frame_system::Pallet::<T>::assert_last_event(<T as frame_system::Config>::RuntimeEvent::from(told()));
	}

	#[benchmark]
	fn verify_enclave_full() {
		#[block]
		{
			assert!(full().recover(enclave_hash()).is_ok());
		}
	}

	#[benchmark]
	fn verify_enclave_compact() {
		#[block]
		{
			assert!(compact().recover(enclave_hash()).is_ok());
		}
	}

	#[benchmark]
	fn reveal(c: Linear<1, 64>) {
		let task = revealed_but_one::<T>(0, c);

		#[extrinsic_call]
		_(RawOrigin::Signed(worker(c - 1)), task, answer());

		assert_eq!(stored::<T>(task).consensus().map(|consensus| consensus.reveals), Some(c));
	}

	#[benchmark]
	fn reveal_batch(n: Linear<1, { T::MaxBatch::get() }>) {
		let batch: Vec<_> = (0..n).map(|n| (revealed_but_one::<T>(n, 1), answer())).collect();
		let first = batch[0].0;

		#[extrinsic_call]
		_(RawOrigin::Signed(worker(0)), BoundedVec::truncate_from(batch));

		assert_eq!(stored::<T>(first).consensus().map(|consensus| consensus.reveals), Some(1));
	}

	#[benchmark]
	fn check_reveal(c: Linear<1, 64>) {
		let (who, call) = free_reveal::<T>(c);

		#[block]
		{
			assert!(Pallet::<T>::free_call(&call, &who).is_some());
		}
	}

	#[benchmark]
	fn check_reveal_batch(n: Linear<1, { T::MaxBatch::get() }>) {
		let (who, call) = free_reveals::<T>(n);

		#[block]
		{
			assert!(Pallet::<T>::free_call(&call, &who).is_some());
		}
	}

	#[benchmark]
	fn reveal_failure(c: Linear<1, 64>) {
		let task = failing::<T>(c);

		#[extrinsic_call]
		_(RawOrigin::Signed(worker(c - 1)), task, failure());

		assert_eq!(stored::<T>(task).consensus().map(|consensus| consensus.reveals), Some(1));
		assert!(TaskFailures::<T>::contains_key(task.id()));
	}

	#[benchmark]
	fn check_reveal_failure(c: Linear<1, 64>) {
		let (who, call) = free_failure::<T>(c);

		#[block]
		{
			assert!(Pallet::<T>::free_call(&call, &who).is_some());
		}
	}

	/// What a reveal that closes a task checks beyond what any reveal does.
	#[benchmark]
	fn check_complete(c: Linear<1, 64>) {
		let mut loaded = load::<T>(revealing::<T>(0, deal(Settlement::Automatic), c, ContributionStatus::Proved));

		#[block]
		{
			assert_eq!(finalized::<T>(&mut loaded).delegates.len() as u32, c);
		}
	}

	#[benchmark]
	fn complete_with_result(c: Linear<1, 64>) {
		let tasks = completed::<T>(c, 0);

		#[block]
		{
			assert!(complete_all::<T>(&tasks) > 0, "each is paid");
		}

		assert_eq!(Work::<T>::iter().count(), 0);
	}

	#[benchmark]
	fn complete_again_with_result(t: Linear<0, { T::MaxBatch::get() - 1 }>) {
		let tasks = completed::<T>(1, t);

		#[block]
		{
			assert!(complete_all::<T>(&tasks) > t, "each is paid");
		}

		assert_eq!(Work::<T>::iter().count(), 0);
	}

	#[benchmark]
	fn complete_with_failure(c: Linear<1, 64>) {
		let tasks = failed::<T>(c, 0);

		#[block]
		{
			assert!(complete_all::<T>(&tasks) > 0, "each is paid");
		}

		assert_eq!(Work::<T>::iter().count(), 0);
	}

	#[benchmark]
	fn complete_again_with_failure(t: Linear<0, { T::MaxBatch::get() - 1 }>) {
		let tasks = failed::<T>(1, t);

		#[block]
		{
			assert!(complete_all::<T>(&tasks) > t, "each is paid");
		}

		assert_eq!(Work::<T>::iter().count(), 0);
	}

	/// As many accounts as a full task has: batches' grow evenly from there, and what one small task takes would be lost in
	/// the spread of theirs.
	#[benchmark]
	fn settle(a: Linear<1, { PARTIES + MAX_CONTRIBUTORS }>) {
		let money = money::<T>(a, 2);

		#[block]
		{
			assert_eq!(money.settle::<T>(), Ok(Moved { accounts: a + 2, movements: 2 * a + 2 }));
		}
	}

	#[benchmark]
	fn settle_again(m: Linear<1, { MOVEMENTS * T::MaxBatch::get() }>) {
		let money = money::<T>(1, m);

		#[block]
		{
			assert_eq!(money.settle::<T>(), Ok(Moved { accounts: 3, movements: m + 2 }));
		}
	}

	#[benchmark]
	fn contribute_and_finalize(c: Linear<1, 64>, d: Linear<0, MAX_CALLBACK_DATA>) {
		let (task, digest, data) = direct::<T>(c, d);

		#[extrinsic_call]
		_(RawOrigin::Signed(me()), task, digest, DelegationProof::OnChain, None, Some(data));

		assert!(stored::<T>(task).is_closed());
	}

	#[benchmark]
	fn check_contribute_and_finalize(c: Linear<1, 64>, d: Linear<0, MAX_CALLBACK_DATA>) {
		let (who, call) = free_result::<T>(c, d);

		#[block]
		{
			assert!(Pallet::<T>::free_call(&call, &who).is_some());
		}
	}

	#[benchmark]
	fn contribute_and_finalize_batch(n: Linear<1, { T::MaxBatch::get() }>) {
		let batch = deliverables::<T>(n, 0);

		#[block]
		{
			assert_eq!(Pallet::<T>::deliver_direct(&me(), &batch, None).map(|(_, met)| met.closed), Ok(n));
		}
	}

	#[benchmark]
	fn contribute_and_finalize_again(t: Linear<0, { T::MaxBatch::get() - 1 }>) {
		let batch = deliverables::<T>(1, t);

		#[block]
		{
			assert_eq!(Pallet::<T>::deliver_direct(&me(), &batch, None).map(|(_, met)| met.closed), Ok(t + 1));
		}
	}

	#[benchmark]
	fn check_contribute_and_finalize_batch(n: Linear<1, { T::MaxBatch::get() }>) {
		let (who, call) = free_results::<T>(n);

		#[block]
		{
			assert!(Pallet::<T>::free_call(&call, &who).is_some());
		}
	}

	#[benchmark]
	fn finalize_with_result(c: Linear<1, 64>, d: Linear<0, MAX_CALLBACK_DATA>) {
		let (task, data) = finalizable::<T>(c, d);

		#[extrinsic_call]
		finalize(RawOrigin::Signed(scheduler()), task, Some(data));

		assert_closed::<T>(task);
	}

	#[benchmark]
	fn finalize_with_failure(c: Linear<1, 64>) {
		let task = attempted::<T>(c);

		#[extrinsic_call]
		finalize(RawOrigin::Signed(scheduler()), task, None);

		assert_closed::<T>(task);
	}

	#[benchmark]
	fn check_finalize(c: Linear<1, 64>, d: Linear<0, MAX_CALLBACK_DATA>) {
		let (who, call) = free_end::<T>(c, d);

		#[block]
		{
			assert!(Pallet::<T>::free_call(&call, &who).is_some());
		}
	}

	#[benchmark]
	fn reopen(c: Linear<1, 64>) {
		let task = reopenable::<T>(c);

		#[extrinsic_call]
		_(RawOrigin::Signed(scheduler()), task);

		assert_eq!(stored::<T>(task).stage, Stage::Active);
	}

	#[benchmark]
	fn check_reopen(c: Linear<1, 64>) {
		let (who, call) = free_reopening::<T>(c);

		#[block]
		{
			assert!(Pallet::<T>::free_call(&call, &who).is_some());
		}
	}

	#[benchmark]
	fn claim(c: Linear<1, 64>) {
		let task = overdue::<T>(c);

		#[extrinsic_call]
		_(RawOrigin::Signed(me()), task);

		assert!(stored::<T>(task).is_closed());
	}

	#[benchmark]
	fn abandon(c: Linear<1, 64>) {
		let task = overdue::<T>(c);

		#[extrinsic_call]
		_(RawOrigin::Signed(scheduler()), task);

		assert!(stored::<T>(task).is_closed());
	}

	#[benchmark]
	fn release(c: Linear<1, 64>) {
		let task = releasable::<T>(c);

		#[extrinsic_call]
		_(RawOrigin::Signed(scheduler()), task, FailureCause::AppUnavailable);

		assert_closed::<T>(task);
	}

	#[benchmark]
	fn report_failure() {
		let (task, who) = reportable::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(who), task, FailureCause::AppFailed { code: 1 });

		assert!(Failures::<T>::get(task.id()).is_full());
	}

	#[benchmark]
	fn check_report_failure() {
		let (who, call) = free_report::<T>();

		#[block]
		{
			assert!(Pallet::<T>::free_call(&call, &who).is_some());
		}
	}

	#[benchmark]
	fn prune(n: Linear<1, { T::MaxBatch::get() }>) {
		let batch = prunable::<T>(n, 0);

		#[extrinsic_call]
		_(RawOrigin::Signed(me()), BoundedVec::truncate_from(batch.clone()));

		assert!(!batch.iter().any(|task| Tasks::<T>::contains_key(task.id())));
	}

	#[benchmark]
	fn prune_again(t: Linear<0, { T::MaxBatch::get() - 1 }>) {
		let batch = prunable::<T>(1, t);

		#[extrinsic_call]
		prune(RawOrigin::Signed(me()), BoundedVec::truncate_from(batch.clone()));

		assert!(!batch.iter().any(|task| Tasks::<T>::contains_key(task.id())));
	}

	#[benchmark]
	fn deliver(d: Linear<0, MAX_CALLBACK_DATA>) {
		let (task, data) = undelivered::<T>(d);

		#[extrinsic_call]
		_(RawOrigin::Signed(me()), task, data);

		assert_eq!(Deliveries::<T>::get(task.id()), Some(DeliveryOutcome::Pending));
	}

	#[benchmark]
	fn on_deal_opened() {
		let deal = deal(Settlement::Automatic);

		#[block]
		{
			Pallet::<T>::on_deal_opened(&deal_id(0), &deal);
		}

		assert_eq!(DueDeals::<T>::iter().count(), 1);
	}

	/// Looks up the deal after another one, with its value.
	#[benchmark]
	fn due_next() {
		open::<T>(0, deal(Settlement::Automatic));

		#[block]
		{
			let mut after = DueDeals::<T>::iter_from(DueDeals::<T>::hashed_key_for(DueKey::new(0, deal_id(0))));
			assert!(after.next().is_some_and(|(key, _)| key.at() > Pallet::<T>::now()));
		}
	}

	#[benchmark]
	fn due_deal() {
		let task = open::<T>(0, deal(Settlement::Automatic));
		let now = NOW + 10 * REFERENCE_TIME;
		T::BenchmarkHelper::set_time(now);
		let key = DueKey::new(now, task.deal);

		// All tasks were looked at, and one is open yet: the deal comes again.
		#[block]
		{
			Pallet::<T>::run_due_deal(key, task.index + 1, now, &mut WeightMeter::new());
		}

		assert!(!DueDeals::<T>::contains_key(key));
	}

	/// A task whose callback's data is missing.
	#[benchmark]
	fn due_skip() {
		let due = window_over::<T>(revealed_data::<T>(64, &data(1)));

		#[block]
		{
			due.run::<T>();
		}

		assert!(!DueReveals::<T>::contains_key(due.key));
		assert!(!stored::<T>(due.task).is_closed());
	}

	#[benchmark]
	fn due_finalize_with_result(c: Linear<1, 64>) {
		let due = window_over::<T>(revealing::<T>(0, deal(Settlement::Automatic), c, ContributionStatus::Proved));

		#[block]
		{
			due.run::<T>();
		}

		assert_closed::<T>(due.task);
	}

	#[benchmark]
	fn due_finalize_with_failure(c: Linear<1, 64>) {
		let due = window_over::<T>(attempted::<T>(c));

		#[block]
		{
			due.run::<T>();
		}

		assert_closed::<T>(due.task);
	}

	#[benchmark]
	fn due_reopen(c: Linear<1, 64>) {
		let due = window_over::<T>(revealing::<T>(0, deal(Settlement::Automatic), c, ContributionStatus::Contributed));

		#[block]
		{
			due.run::<T>();
		}

		assert_eq!(stored::<T>(due.task).stage, Stage::Active);
	}

	#[benchmark]
	fn due_claim(c: Linear<1, 64>) {
		let task = overdue::<T>(c);
		let deal = Rc::new(deal(Settlement::Automatic));

		#[block]
		{
			assert!(Pallet::<T>::claim_overdue(&deal, task, Pallet::<T>::now()).is_ok());
		}

		assert!(stored::<T>(task).is_closed());
	}

	#[benchmark]
	fn callback_next() {
		assert!(Pallet::<T>::enqueue(queued(MAX_CALLBACK_DATA)).is_ok());

		#[block]
		{
			assert!(CallbackQueue::<T>::get(CallbackEnds::<T>::get().head).is_some());
		}
	}

	/// The look at the queue, which comes before, is measured again: it is small beside the rest.
	#[benchmark]
	fn callback_run(d: Linear<0, MAX_CALLBACK_DATA>) {
		assert!(Pallet::<T>::enqueue(queued(d)).is_ok());

		#[block]
		{
			Pallet::<T>::run_callbacks(&mut WeightMeter::new());
		}

		assert_ne!(Deliveries::<T>::get(queued(d).task), Some(DeliveryOutcome::Pending));
	}

	#[cfg(test)]
	impl_benchmark_test_suite!(Pallet, crate::mock::with_keystore(), crate::mock::Test);
}
