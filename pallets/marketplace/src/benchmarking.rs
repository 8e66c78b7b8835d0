//! Measures the calls, each in its worst case: four orders that are published and presigned, by accounts that have since
//! sold their assets, leave the book because they are consumed, have a group for each restriction, and signatures that
//! are verified twice; and a scheduler that has only its order's bond to stake.
//!
//! What depends on the kind of an order, of a record, or of a task's end is measured with each kind, and weights take the
//! maximum. Calls are measured with sr25519 signatures; each kind of signature is measured on its own.

mod market;
mod signatures;

use alloc::{vec, vec::Vec};

use frame_benchmarking::v2::*;
use frame_support::{
	pallet_prelude::TransactionSource,
	traits::{fungible::Inspect, Authorize, EnsureOrigin},
	BoundedVec,
};
use frame_system::RawOrigin;
use rlc_primitives::{
	deal::{MAX_CATEGORY_NAME, MAX_PARAMS},
	orders::Member,
	traits::{OnTaskClosed, Outcome},
	work::{AppFault, FailureCause},
	AccountId, AnyOrder, AppId, Balance, CategoryId, DatasetId, GroupId, OrderKind, ResultDigest, SignatureError,
	TaskId, WorkerpoolId,
};

use crate::{
	types::{Hashes, PoolRecord, Recorded, Tally},
	AppRecords, Call, Categories, Config, Consumed, Deals, NextCategory, Orders, Pallet, PoolRecords, Presigned,
	TradeCount,
};
use market::{stranger, Made, Market, CHARGE};

/// Makes what the benchmarks need of other pallets.
pub trait BenchmarkHelper {
	/// Gives an account enough RLC for deposits and deals of a few thousand nRLC.
	fn fund(who: &AccountId);
	/// Registers an app of this owner.
	fn app(owner: &AccountId) -> AppId;
	/// Registers a dataset of this owner.
	fn dataset(owner: &AccountId) -> DatasetId;
	/// Registers a workerpool of this owner.
	fn workerpool(owner: &AccountId) -> WorkerpoolId;
	/// Makes a group with these members.
	fn group(owner: &AccountId, members: Vec<Member>) -> GroupId;
	/// Freezes this much of the account's RLC, in nRLC, free or held, as vesting does.
	fn freeze(who: &AccountId, amount: Balance);
}

#[benchmarks]
mod benches {
	use super::*;

	#[benchmark]
	fn add_category() -> Result<(), BenchmarkError> {
		let origin = T::CategoryOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		let id = NextCategory::<T>::get();
		let name = BoundedVec::truncate_from(vec![b'x'; usize::try_from(MAX_CATEGORY_NAME).expect("32 bits fit")]);

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, name, 1_000);

		assert!(Categories::<T>::contains_key(id));
		Ok(())
	}

	#[benchmark]
	fn publish_app() {
		let market = Market::new::<T>(0).taken_over::<T>(OrderKind::App);
		let Made { owner, hash, order } = market.order::<T>(OrderKind::App);

		#[extrinsic_call]
		publish_order(RawOrigin::Signed(owner.clone()), order);

		assert!(Orders::<T>::get(hash).is_some_and(|order| order.owner == owner));
	}

	#[benchmark]
	fn publish_dataset() {
		let market = Market::new::<T>(0).taken_over::<T>(OrderKind::Dataset);
		let Made { owner, hash, order } = market.order::<T>(OrderKind::Dataset);

		#[extrinsic_call]
		publish_order(RawOrigin::Signed(owner.clone()), order);

		assert!(Orders::<T>::get(hash).is_some_and(|order| order.owner == owner));
	}

	#[benchmark]
	fn publish_workerpool() {
		let market = Market::new::<T>(0).taken_over::<T>(OrderKind::Workerpool);
		let Made { owner, hash, order } = market.order::<T>(OrderKind::Workerpool);

		#[extrinsic_call]
		publish_order(RawOrigin::Signed(owner.clone()), order);

		assert!(Orders::<T>::get(hash).is_some_and(|order| order.owner == owner));
	}

	#[benchmark]
	fn publish_request(b: Linear<0, MAX_PARAMS>) {
		let Made { owner, hash, order } = Market::new::<T>(b).order::<T>(OrderKind::Request);

		#[extrinsic_call]
		publish_order(RawOrigin::Signed(owner.clone()), order);

		assert!(Orders::<T>::get(hash).is_some_and(|order| order.owner == owner));
	}

	#[benchmark]
	fn unpublish_app() {
		let market = Market::new::<T>(MAX_PARAMS).published::<T>();
		let Made { owner, hash, .. } = market.order::<T>(OrderKind::App);

		#[extrinsic_call]
		unpublish_order(RawOrigin::Signed(owner), hash);

		assert!(!Orders::<T>::contains_key(hash) && !Presigned::<T>::contains_key(hash));
	}

	#[benchmark]
	fn unpublish_dataset() {
		let market = Market::new::<T>(MAX_PARAMS).published::<T>();
		let Made { owner, hash, .. } = market.order::<T>(OrderKind::Dataset);

		#[extrinsic_call]
		unpublish_order(RawOrigin::Signed(owner), hash);

		assert!(!Orders::<T>::contains_key(hash) && !Presigned::<T>::contains_key(hash));
	}

	#[benchmark]
	fn unpublish_workerpool() {
		let market = Market::new::<T>(MAX_PARAMS).published::<T>();
		let Made { owner, hash, .. } = market.order::<T>(OrderKind::Workerpool);

		#[extrinsic_call]
		unpublish_order(RawOrigin::Signed(owner), hash);

		assert!(!Orders::<T>::contains_key(hash) && !Presigned::<T>::contains_key(hash));
	}

	#[benchmark]
	fn unpublish_request() {
		let market = Market::new::<T>(MAX_PARAMS).published::<T>();
		let Made { owner, hash, .. } = market.order::<T>(OrderKind::Request);

		#[extrinsic_call]
		unpublish_order(RawOrigin::Signed(owner), hash);

		assert!(!Orders::<T>::contains_key(hash) && !Presigned::<T>::contains_key(hash));
	}

	#[benchmark]
	fn presign_app() {
		let market = Market::new::<T>(0).taken_over::<T>(OrderKind::App);
		let Made { owner, hash, order } = market.order::<T>(OrderKind::App);

		#[extrinsic_call]
		presign_order(RawOrigin::Signed(owner.clone()), order);

		assert!(Presigned::<T>::get(hash).is_some_and(|order| order.owner == owner));
	}

	#[benchmark]
	fn presign_dataset() {
		let market = Market::new::<T>(0).taken_over::<T>(OrderKind::Dataset);
		let Made { owner, hash, order } = market.order::<T>(OrderKind::Dataset);

		#[extrinsic_call]
		presign_order(RawOrigin::Signed(owner.clone()), order);

		assert!(Presigned::<T>::get(hash).is_some_and(|order| order.owner == owner));
	}

	#[benchmark]
	fn presign_workerpool() {
		let market = Market::new::<T>(0).taken_over::<T>(OrderKind::Workerpool);
		let Made { owner, hash, order } = market.order::<T>(OrderKind::Workerpool);

		#[extrinsic_call]
		presign_order(RawOrigin::Signed(owner.clone()), order);

		assert!(Presigned::<T>::get(hash).is_some_and(|order| order.owner == owner));
	}

	#[benchmark]
	fn presign_request(b: Linear<0, MAX_PARAMS>) {
		let Made { owner, hash, order } = Market::new::<T>(b).order::<T>(OrderKind::Request);

		#[extrinsic_call]
		presign_order(RawOrigin::Signed(owner.clone()), order);

		assert!(Presigned::<T>::get(hash).is_some_and(|order| order.owner == owner));
	}

	#[benchmark]
	fn cancel_app() {
		let market = Market::new::<T>(0).taken_over::<T>(OrderKind::App);
		let Made { owner, hash, order } = market.order::<T>(OrderKind::App);

		#[extrinsic_call]
		cancel_order(RawOrigin::Signed(owner), order);

		assert!(!Orders::<T>::contains_key(hash) && !Presigned::<T>::contains_key(hash));
	}

	#[benchmark]
	fn cancel_dataset() {
		let market = Market::new::<T>(0).taken_over::<T>(OrderKind::Dataset);
		let Made { owner, hash, order } = market.order::<T>(OrderKind::Dataset);

		#[extrinsic_call]
		cancel_order(RawOrigin::Signed(owner), order);

		assert!(!Orders::<T>::contains_key(hash) && !Presigned::<T>::contains_key(hash));
	}

	#[benchmark]
	fn cancel_workerpool() {
		let market = Market::new::<T>(0).taken_over::<T>(OrderKind::Workerpool);
		let Made { owner, hash, order } = market.order::<T>(OrderKind::Workerpool);

		#[extrinsic_call]
		cancel_order(RawOrigin::Signed(owner), order);

		assert!(!Orders::<T>::contains_key(hash) && !Presigned::<T>::contains_key(hash));
	}

	#[benchmark]
	fn cancel_request(b: Linear<0, MAX_PARAMS>) {
		let market = Market::new::<T>(b).published::<T>();
		let Made { owner, hash, order } = market.order::<T>(OrderKind::Request);

		#[extrinsic_call]
		cancel_order(RawOrigin::Signed(owner), order);

		assert!(!Orders::<T>::contains_key(hash) && !Presigned::<T>::contains_key(hash));
	}

	#[benchmark]
	fn remove_expired_app() {
		let market = Market::new::<T>(0).taken_over::<T>(OrderKind::App);
		let Made { hash, .. } = market.order::<T>(OrderKind::App);

		#[extrinsic_call]
		remove_expired(RawOrigin::Signed(stranger::<T>()), hash);

		assert!(!Orders::<T>::contains_key(hash));
	}

	#[benchmark]
	fn remove_expired_dataset() {
		let market = Market::new::<T>(0).taken_over::<T>(OrderKind::Dataset);
		let Made { hash, .. } = market.order::<T>(OrderKind::Dataset);

		#[extrinsic_call]
		remove_expired(RawOrigin::Signed(stranger::<T>()), hash);

		assert!(!Orders::<T>::contains_key(hash));
	}

	#[benchmark]
	fn remove_expired_workerpool() {
		let market = Market::new::<T>(0).taken_over::<T>(OrderKind::Workerpool);
		let Made { hash, .. } = market.order::<T>(OrderKind::Workerpool);

		#[extrinsic_call]
		remove_expired(RawOrigin::Signed(stranger::<T>()), hash);

		assert!(!Orders::<T>::contains_key(hash));
	}

	#[benchmark]
	fn remove_expired_request() {
		let Made { hash, .. } = Market::new::<T>(MAX_PARAMS).published::<T>().order::<T>(OrderKind::Request);
		// Expired, without a clock to turn.
		Orders::<T>::mutate(hash, |published| {
			let order = published.as_mut().map(|published| &mut published.order);
			if let Some(AnyOrder::Request(order)) = order {
				order.expiry = Some(0);
			}
		});
		Presigned::<T>::mutate(hash, |presigned| presigned.as_mut().expect("it is presigned").expiry = Some(0));

		#[extrinsic_call]
		remove_expired(RawOrigin::Signed(stranger::<T>()), hash);

		assert!(!Orders::<T>::contains_key(hash) && !Presigned::<T>::contains_key(hash));
	}

	#[benchmark]
	fn match_orders(b: Linear<0, MAX_PARAMS>) {
		let orders = Market::new::<T>(b).resold::<T>().exhausted::<T>().recorded::<T>().signed::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(stranger::<T>()), orders);

		assert_eq!(TradeCount::<T>::get(CategoryId(0)), 1);
		assert_eq!(Deals::<T>::iter().count(), 1);
	}

	#[benchmark]
	fn sponsor_match_orders(b: Linear<0, MAX_PARAMS>) {
		let orders = Market::new::<T>(b).resold::<T>().exhausted::<T>().recorded::<T>().signed::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(stranger::<T>()), orders);

		assert_eq!(TradeCount::<T>::get(CategoryId(0)), 1);
		assert_eq!(Deals::<T>::iter().count(), 1);
	}

	/// Orders that nobody published or presigned: their records are new, and none of them leaves the chain.
	#[benchmark]
	fn match_new_orders(b: Linear<0, MAX_PARAMS>) {
		let orders = Market::new::<T>(b).recorded::<T>().signed::<T>();

		#[extrinsic_call]
		match_orders(RawOrigin::Signed(stranger::<T>()), orders);

		assert_eq!(Consumed::<T>::iter().count(), 4);
		assert_eq!(Deals::<T>::iter().count(), 1);
	}

	#[benchmark]
	fn sponsor_match_new_orders(b: Linear<0, MAX_PARAMS>) {
		let orders = Market::new::<T>(b).recorded::<T>().signed::<T>();

		#[extrinsic_call]
		sponsor_match_orders(RawOrigin::Signed(stranger::<T>()), orders);

		assert_eq!(Consumed::<T>::iter().count(), 4);
		assert_eq!(Deals::<T>::iter().count(), 1);
	}

	#[benchmark]
	fn match_published_signed() {
		let market = Market::new::<T>(MAX_PARAMS).presigned_by_others::<T>().exhausted::<T>().recorded::<T>();
		let Hashes { request, app, dataset, workerpool } = market.hashes::<T>();

		#[extrinsic_call]
		match_published(RawOrigin::Signed(stranger::<T>()), request, app, dataset, workerpool);

		assert_eq!(TradeCount::<T>::get(CategoryId(0)), 1);
		assert_eq!(Deals::<T>::iter().count(), 1);
	}

	/// Nobody signed it, so the call also looks up what both sides can pay for, and what the pool's record leaves room for.
	#[benchmark]
	fn match_published_unattended() {
		let market = Market::new::<T>(MAX_PARAMS).presigned_by_others::<T>().exhausted::<T>().recorded::<T>();
		let Hashes { request, app, dataset, workerpool } = market.hashes::<T>();

		#[extrinsic_call]
		match_published(RawOrigin::Authorized, request, app, dataset, workerpool);

		assert_eq!(Deals::<T>::iter().count(), 1);
		let record = PoolRecords::<T>::get(market.workerpool.workerpool);
		assert_eq!(record.map(|record| record.unattended), Some(1));
	}

	#[benchmark]
	fn authorize_match_published() -> Result<(), BenchmarkError> {
		let market = Market::new::<T>(MAX_PARAMS).presigned_by_others::<T>().exhausted::<T>().recorded::<T>();
		let Hashes { request, app, dataset, workerpool } = market.hashes::<T>();
		let call = Call::<T>::match_published { request, app, dataset, workerpool };

		#[block]
		{
			call.authorize(TransactionSource::Local)
				.expect("the call authorizes itself")
				.map_err(|_| "the match is valid")?;
		}

		assert_eq!(Deals::<T>::iter().count(), 0);
		Ok(())
	}

	#[benchmark]
	fn verify_ed25519(b: Linear<0, MAX_PARAMS>) {
		let request = Market::new::<T>(b).request;
		let (signature, signer) = signatures::by_ed25519::<T>(&request);
		let verified;

		#[block]
		{
			verified = signature.verify(&request, &Pallet::<T>::signing_domain(), &signer);
		}

		assert_eq!(verified, Ok(()));
	}

	#[benchmark]
	fn verify_sr25519(b: Linear<0, MAX_PARAMS>) {
		let request = Market::new::<T>(b).request;
		let (signature, signer) = signatures::by_sr25519::<T>(&request);
		let verified;

		#[block]
		{
			verified = signature.verify(&request, &Pallet::<T>::signing_domain(), &signer);
		}

		assert_eq!(verified, Ok(()));
	}

	#[benchmark]
	fn verify_ecdsa(b: Linear<0, MAX_PARAMS>) {
		let request = Market::new::<T>(b).request;
		let verified;

		#[block]
		{
			verified = signatures::ecdsa().verify(&request, &Pallet::<T>::signing_domain(), &request.requester);
		}

		assert!(verified.is_err());
	}

	#[benchmark]
	fn verify_eth(b: Linear<0, MAX_PARAMS>) {
		let request = Market::new::<T>(b).request;
		let verified;

		#[block]
		{
			verified = signatures::eth().verify(&request, &Pallet::<T>::signing_domain(), &request.requester);
		}

		assert!(verified.is_err());
	}

	/// A request by a wallet's account, so that it has an EIP-712 form.
	#[benchmark]
	fn verify_eip712(b: Linear<0, MAX_PARAMS>) {
		let request = signatures::expressible(Market::new::<T>(b).request);
		let verified;

		#[block]
		{
			verified = signatures::eip712().verify(&request, &Pallet::<T>::signing_domain(), &stranger::<T>());
		}

		assert_eq!(verified, Err(SignatureError::WrongSigner));
	}

	#[benchmark]
	fn prune_order() {
		let Made { hash, .. } = Market::new::<T>(MAX_PARAMS).published::<T>().order::<T>(OrderKind::Request);
		// Expired, without a clock to turn, and partly consumed in a match by another account, which paid for the record.
		let other = stranger::<T>();
		Consumed::<T>::mutate(hash, |record| {
			let record = record.as_mut().expect("a published order has a record");
			Pallet::<T>::hold_deposit(&other, record.deposit).expect("strangers have RLC");
			record.depositor = other.clone();
			record.expiry = Some(0);
			record.volume = 1;
		});

		#[extrinsic_call]
		_(RawOrigin::Signed(other), hash);

		assert!(!Consumed::<T>::contains_key(hash) && !Orders::<T>::contains_key(hash));
	}

	/// The scheduler's RLC is all frozen but for 1 nRLC, so that it can stake nothing and the caller gets no more of the
	/// deposit than that.
	#[benchmark]
	fn remove_unfunded() {
		let market = Market::new::<T>(0).published::<T>();
		let Made { owner, hash, .. } = market.order::<T>(OrderKind::Workerpool);
		T::BenchmarkHelper::freeze(&owner, T::Currency::total_balance(&owner) - 1);
		let has = T::Currency::total_balance(&owner);

		#[extrinsic_call]
		_(RawOrigin::Signed(stranger::<T>()), hash);

		assert!(!Orders::<T>::contains_key(hash));
		assert_eq!(T::Currency::total_balance(&owner), has - 1);
	}

	#[benchmark]
	fn prune_pool_record() {
		let pool = Market::new::<T>(0).workerpool.workerpool;
		PoolRecords::<T>::insert(pool, PoolRecord::new(stranger::<T>()));

		#[extrinsic_call]
		prune_record(RawOrigin::Signed(stranger::<T>()), Recorded::Workerpool(pool));

		assert!(!PoolRecords::<T>::contains_key(pool));
	}

	#[benchmark]
	fn prune_app_record() {
		let app = AppId::default();
		AppRecords::<T>::insert(app, Tally::default());

		#[extrinsic_call]
		prune_record(RawOrigin::Signed(stranger::<T>()), Recorded::App(app));

		assert!(!AppRecords::<T>::contains_key(app));
	}

	// What closing a task costs beside what its own pallet does, by how the task ends.

	#[benchmark]
	fn record_completed() {
		let market = Market::new::<T>(0).published::<T>().recorded::<T>();
		let deal = market.dealt::<T>();
		let before = PoolRecords::<T>::get(market.workerpool.workerpool).map(|record| record.tally.completed);

		#[block]
		{
			Pallet::<T>::on_task_closed(&deal, &TaskId::of(deal, 0), Outcome::Completed(ResultDigest::default()));
		}

		let after = PoolRecords::<T>::get(market.workerpool.workerpool).map(|record| record.tally.completed);
		assert_eq!(after, before.map(|before| before + CHARGE));
	}

	#[benchmark]
	fn record_timed_out() {
		let market = Market::new::<T>(0).published::<T>().recorded::<T>();
		let deal = market.dealt::<T>();
		let before = PoolRecords::<T>::get(market.workerpool.workerpool).map(|record| record.tally.timed_out);

		#[block]
		{
			Pallet::<T>::on_task_closed(&deal, &TaskId::of(deal, 0), Outcome::Failed);
		}

		let after = PoolRecords::<T>::get(market.workerpool.workerpool).map(|record| record.tally.timed_out);
		assert_eq!(after, before.map(|before| before + CHARGE));
	}

	#[benchmark]
	fn record_released() {
		let market = Market::new::<T>(0).published::<T>().recorded::<T>();
		let deal = market.dealt::<T>();
		let before = PoolRecords::<T>::get(market.workerpool.workerpool).map(|record| record.tally.failed);

		#[block]
		{
			Pallet::<T>::on_task_closed(
				&deal,
				&TaskId::of(deal, 0),
				Outcome::Released { cause: FailureCause::InvalidParams },
			);
		}

		let after = PoolRecords::<T>::get(market.workerpool.workerpool).map(|record| record.tally.failed);
		assert_eq!(after, before.map(|before| before + CHARGE));
	}

	/// Includes looking up what the attempt can be paid, and taking it from the pool's allowance.
	#[benchmark]
	fn record_agreed_failure() {
		let market = Market::new::<T>(0).published::<T>().recorded::<T>();
		let id = market.dealt::<T>();
		let deal = Deals::<T>::get(id).expect("it was just made");
		let failure = Outcome::AgreedFailure { cause: AppFault::AppFailed, code: 1 };
		let allowance;

		#[block]
		{
			allowance = Pallet::<T>::allowance_of(&deal);
			Pallet::<T>::take_allowance(&deal, allowance);
			Pallet::<T>::on_task_closed(&id, &TaskId::of(id, 0), failure);
		}

		assert_eq!(allowance, CHARGE);
		let record = PoolRecords::<T>::get(market.workerpool.workerpool);
		assert_eq!(record.map(|record| record.allowance), Some(0));
	}

	/// Tasks of one deal: what the second one and each after it add is only time.
	#[benchmark]
	fn record_again(n: Linear<1, 100>) {
		let market = Market::new::<T>(0).published::<T>().recorded::<T>();
		let id = market.dealt::<T>();
		let deal = Deals::<T>::get(id).expect("it was just made");
		let failure = Outcome::AgreedFailure { cause: AppFault::AppFailed, code: 1 };

		#[block]
		{
			for index in 0..n {
				let allowance = Pallet::<T>::allowance_of(&deal);
				Pallet::<T>::take_allowance(&deal, allowance.min(1));
				Pallet::<T>::on_task_closed(&id, &TaskId::of(id, index.into()), failure);
			}
		}

		let record = PoolRecords::<T>::get(market.workerpool.workerpool);
		assert_eq!(record.map(|record| record.allowance), Some(CHARGE - Balance::from(n)));
	}

	/// The scheduler has sold the pool, and the new owner has made no deal yet.
	#[benchmark]
	fn record_of_sold_pool() {
		let market = Market::new::<T>(0).published::<T>().recorded::<T>();
		let deal = market.dealt::<T>();
		let pool = market.workerpool.workerpool;
		let seller = stranger::<T>();
		Deals::<T>::mutate(deal, |deal| deal.as_mut().expect("it was just made").workerpool.owner = seller.clone());
		PoolRecords::<T>::mutate(pool, |record| record.as_mut().expect("it has one").owner = seller.clone());

		#[block]
		{
			Pallet::<T>::on_task_closed(&deal, &TaskId::of(deal, 0), Outcome::Failed);
		}

		assert_eq!(PoolRecords::<T>::get(pool).map(|record| record.unattended), Some(0));
	}

	#[cfg(test)]
	impl_benchmark_test_suite!(Pallet, crate::mock::with_keystore(), crate::mock::Test);
}
