//! Measures the calls, each in its worst case: four orders that are published and presigned, leave the book because
//! they are consumed, have a group for each restriction, and signatures that are verified twice; and a scheduler that has
//! only its order's bond to stake.
//!
//! Calls are measured with sr25519 keys. Signatures of each kind are measured on their own, and weights take the longest.

mod signatures;

use alloc::{boxed::Box, vec, vec::Vec};

use frame_benchmarking::v2::*;
use frame_support::{
	pallet_prelude::TransactionSource,
	traits::{Authorize, EnsureOrigin},
	BoundedVec,
};
use frame_system::RawOrigin;
use rlc_primitives::{
	deal::{MAX_CATEGORY_NAME, MAX_PARAMS},
	orders::Member,
	traits::{Escrow, OnTaskClosed, Outcome},
	AccountId, AnyOrder, AppId, AppOrder, CategoryId, DatasetId, DatasetOrder, GroupId, Order, OrderHash,
	OrderSignature, RequestOrder, Restriction, Signature, SignatureError, Tag, TaskId, WorkerpoolId, WorkerpoolOrder,
};
use sp_core::{crypto::KeyTypeId, sr25519, H256};
use sp_io::crypto::{sr25519_generate, sr25519_sign};

use crate::{
	types::{Authorization, Hashes, PoolRecord, Recorded, SignedOrder, SignedOrders},
	Call, Categories, Config, Consumed, Deals, NextCategory, Orders, Pallet, PoolRecords, Presigned, TradeCount,
};

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
}

const KEY_TYPE: KeyTypeId = KeyTypeId(*b"mrkt");

/// Returns what a browser wallet signs for an order.
fn wrapped<T: Config, O: Order>(order: &O) -> Vec<u8> {
	let payload = Pallet::<T>::signing_domain().native_payload(order);
	[b"<Bytes>", payload.as_slice(), b"</Bytes>"].concat()
}

/// Someone with a key.
struct Signer {
	key: sr25519::Public,
	account: AccountId,
}

impl Signer {
	fn new<T: Config>() -> Self {
		let key = sr25519_generate(KEY_TYPE, None);
		let account = AccountId::new(key.0);
		T::BenchmarkHelper::fund(&account);
		Self { key, account }
	}

	/// Signs as browser wallets do, which takes a second verification.
	fn sign<T: Config, O: Order>(&self, order: O) -> SignedOrder<O> {
		let signature = sr25519_sign(KEY_TYPE, &self.key, &wrapped::<T, _>(&order)).expect("the key was generated");
		let signature = OrderSignature::Native(Signature::from(signature));
		SignedOrder { order, authorization: Authorization::Signature(signature) }
	}
}

/// Four orders that match once, and who made them.
struct Market {
	app_owner: Signer,
	dataset_owner: Signer,
	scheduler: Signer,
	requester: Signer,
	app: AppOrder,
	dataset: DatasetOrder,
	workerpool: WorkerpoolOrder,
	request: RequestOrder,
}

impl Market {
	fn new<T: Config>(params: u32) -> Self {
		if NextCategory::<T>::get() == CategoryId(0) {
			Pallet::<T>::do_add_category(Default::default(), 1_000).expect("the category is valid");
		}
		let (app_owner, dataset_owner) = (Signer::new::<T>(), Signer::new::<T>());
		let (scheduler, requester) = (Signer::new::<T>(), Signer::new::<T>());
		let app = T::BenchmarkHelper::app(&app_owner.account);
		let dataset = T::BenchmarkHelper::dataset(&dataset_owner.account);
		let workerpool = T::BenchmarkHelper::workerpool(&scheduler.account);
		let group = |owner: &Signer| {
			let members = vec![app.into(), dataset.into(), workerpool.into(), requester.account.clone().into()];
			T::BenchmarkHelper::group(&owner.account, members)
		};
		let (app_group, dataset_group) = (group(&app_owner), group(&dataset_owner));
		let (pool_group, request_group) = (group(&scheduler), group(&requester));
		Self {
			app: AppOrder {
				app,
				price: 100,
				volume: 1,
				tag: Tag::from_bits(1),
				dataset_restrict: Restriction::Group(app_group),
				workerpool_restrict: Restriction::Group(app_group),
				requester_restrict: Restriction::Group(app_group),
				salt: H256::zero(),
			},
			dataset: DatasetOrder {
				dataset,
				price: 100,
				volume: 1,
				tag: Tag::from_bits(1),
				app_restrict: Restriction::Group(dataset_group),
				workerpool_restrict: Restriction::Group(dataset_group),
				requester_restrict: Restriction::Group(dataset_group),
				salt: H256::zero(),
			},
			workerpool: WorkerpoolOrder {
				workerpool,
				price: 100,
				volume: 1,
				tag: Tag::from_bits(1),
				category: CategoryId(0),
				trust: 10,
				app_restrict: Restriction::Group(pool_group),
				dataset_restrict: Restriction::Group(pool_group),
				requester_restrict: Restriction::Group(pool_group),
				salt: H256::zero(),
			},
			request: RequestOrder {
				app,
				app_max_price: 100,
				dataset: Some(dataset),
				dataset_max_price: 100,
				workerpool: Restriction::Group(request_group),
				workerpool_max_price: 100,
				requester: requester.account.clone(),
				volume: 1,
				tag: Tag::from_bits(1),
				category: CategoryId(0),
				trust: 10,
				beneficiary: Some(requester.account.clone()),
				callback: None,
				params: BoundedVec::truncate_from(vec![b'x'; usize::try_from(params).expect("32 bits fit")]),
				salt: H256::zero(),
				payer: None,
				expiry: Some(u64::MAX),
			},
			app_owner,
			dataset_owner,
			scheduler,
			requester,
		}
	}

	/// Returns the four orders in the book, and presigned too.
	fn published<T: Config>(self) -> Self {
		for (owner, order) in self.orders() {
			Pallet::<T>::do_publish_order(owner.clone(), order.clone()).expect("the order can be published");
			Pallet::<T>::do_presign_order(owner, order).expect("the order can be presigned");
		}
		self
	}

	/// Returns the four orders in the book, but the request as if by a former owner, and nothing known of what is
	/// consumed of it: the most that publishing and presigning can meet.
	fn taken_over<T: Config>(self) -> Self {
		let market = self.published::<T>();
		let (hash, _) = market.request::<T>();
		let former = stranger::<T>();
		let hand_over = |owner: &mut AccountId, deposit| {
			Pallet::<T>::hold_deposit(&former, deposit).expect("strangers have RLC");
			*owner = former.clone();
		};
		Orders::<T>::mutate(hash, |order| {
			let order = order.as_mut().expect("it is published");
			hand_over(&mut order.owner, order.deposit);
		});
		Presigned::<T>::mutate(hash, |order| {
			let order = order.as_mut().expect("it is presigned");
			hand_over(&mut order.owner, order.deposit);
		});
		Consumed::<T>::remove(hash);
		market
	}

	/// Returns the same, with a scheduler that has nothing but its order's bond left to stake.
	fn exhausted<T: Config>(self) -> Self {
		let scheduler = &self.scheduler.account;
		T::Escrow::lock(scheduler, Pallet::<T>::lockable(scheduler)).expect("it can be locked");
		self
	}

	fn orders(&self) -> [(AccountId, AnyOrder); 4] {
		[
			(self.app_owner.account.clone(), self.app.clone().into()),
			(self.dataset_owner.account.clone(), self.dataset.clone().into()),
			(self.scheduler.account.clone(), self.workerpool.clone().into()),
			(self.requester.account.clone(), self.request.clone().into()),
		]
	}

	fn signed<T: Config>(self) -> Box<SignedOrders> {
		Box::new(SignedOrders {
			app: self.app_owner.sign::<T, _>(self.app),
			dataset: Some(self.dataset_owner.sign::<T, _>(self.dataset)),
			workerpool: self.scheduler.sign::<T, _>(self.workerpool),
			request: self.requester.sign::<T, _>(self.request),
		})
	}

	/// Returns the request, with its hash.
	fn request<T: Config>(&self) -> (OrderHash, Box<AnyOrder>) {
		let order = AnyOrder::from(self.request.clone());
		(Pallet::<T>::order_hash(order.clone()), Box::new(order))
	}

	fn match_published<T: Config>(&self) -> Call<T> {
		let domain = Pallet::<T>::signing_domain();
		Call::match_published {
			request: domain.hash(&self.request),
			app: domain.hash(&self.app),
			dataset: Some(domain.hash(&self.dataset)),
			workerpool: domain.hash(&self.workerpool),
		}
	}
}

/// Returns an account without an order.
fn stranger<T: Config>() -> AccountId {
	let who = AccountId::new([7; 32]);
	T::BenchmarkHelper::fund(&who);
	who
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
	fn publish_order(b: Linear<0, MAX_PARAMS>) {
		let market = Market::new::<T>(b).taken_over::<T>();
		let (hash, order) = market.request::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(market.requester.account.clone()), order);

		assert!(Orders::<T>::get(hash).is_some_and(|order| order.owner == market.requester.account));
	}

	#[benchmark]
	fn unpublish_order() {
		let market = Market::new::<T>(MAX_PARAMS).published::<T>();
		let (hash, _) = market.request::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(market.requester.account), hash);

		assert!(!Orders::<T>::contains_key(hash) && !Presigned::<T>::contains_key(hash));
	}

	#[benchmark]
	fn presign_order(b: Linear<0, MAX_PARAMS>) {
		let market = Market::new::<T>(b).taken_over::<T>();
		let (hash, order) = market.request::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(market.requester.account.clone()), order);

		assert!(Presigned::<T>::get(hash).is_some_and(|order| order.owner == market.requester.account));
	}

	#[benchmark]
	fn cancel_order(b: Linear<0, MAX_PARAMS>) {
		let market = Market::new::<T>(b).published::<T>();
		let (hash, order) = market.request::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(market.requester.account), order);

		assert!(!Orders::<T>::contains_key(hash) && !Presigned::<T>::contains_key(hash));
	}

	#[benchmark]
	fn remove_expired() {
		let market = Market::new::<T>(MAX_PARAMS).published::<T>();
		let (hash, _) = market.request::<T>();
		// Expired, without a clock to turn.
		Orders::<T>::mutate(hash, |published| {
			let order = published.as_mut().map(|published| &mut published.order);
			if let Some(AnyOrder::Request(order)) = order {
				order.expiry = Some(0);
			}
		});
		Presigned::<T>::mutate(hash, |presigned| presigned.as_mut().expect("it is presigned").expiry = Some(0));

		#[extrinsic_call]
		_(RawOrigin::Signed(stranger::<T>()), hash);

		assert!(!Orders::<T>::contains_key(hash) && !Presigned::<T>::contains_key(hash));
	}

	#[benchmark]
	fn match_orders(b: Linear<0, MAX_PARAMS>) {
		let orders = Market::new::<T>(b).published::<T>().exhausted::<T>().signed::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(stranger::<T>()), orders);

		assert_eq!(TradeCount::<T>::get(CategoryId(0)), 1);
		assert_eq!(Deals::<T>::iter().count(), 1);
	}

	#[benchmark]
	fn sponsor_match_orders(b: Linear<0, MAX_PARAMS>) {
		let orders = Market::new::<T>(b).published::<T>().exhausted::<T>().signed::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(stranger::<T>()), orders);

		assert_eq!(TradeCount::<T>::get(CategoryId(0)), 1);
		assert_eq!(Deals::<T>::iter().count(), 1);
	}

	#[benchmark]
	fn match_published() {
		let market = Market::new::<T>(MAX_PARAMS).published::<T>().exhausted::<T>();
		let Call::match_published { request, app, dataset, workerpool } = market.match_published::<T>() else {
			unreachable!("the call was just made")
		};

		#[extrinsic_call]
		_(RawOrigin::Signed(stranger::<T>()), request, app, dataset, workerpool);

		assert_eq!(TradeCount::<T>::get(CategoryId(0)), 1);
		assert_eq!(Deals::<T>::iter().count(), 1);
	}

	#[benchmark]
	fn authorize_match_published() -> Result<(), BenchmarkError> {
		let call = Market::new::<T>(MAX_PARAMS).published::<T>().exhausted::<T>().match_published::<T>();

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
		let market = Market::new::<T>(MAX_PARAMS).published::<T>();
		let (hash, _) = market.request::<T>();
		// Expired, without a clock to turn.
		Consumed::<T>::mutate(hash, |record| {
			let record = record.as_mut().expect("a published order has a record");
			record.expiry = Some(0);
			record.volume = 1;
		});

		#[extrinsic_call]
		_(RawOrigin::Signed(stranger::<T>()), hash);

		assert!(!Consumed::<T>::contains_key(hash) && !Orders::<T>::contains_key(hash));
	}

	#[benchmark]
	fn remove_unfunded() {
		let market = Market::new::<T>(0).published::<T>();
		let hash = Pallet::<T>::order_hash(market.workerpool.clone().into());
		// Without its bond, and without anything else.
		Orders::<T>::mutate(hash, |published| {
			let published = published.as_mut().expect("it is published");
			Pallet::<T>::return_bond(&published.owner, published.bond).expect("it was held");
			published.bond = 0;
		});
		let _ = market.exhausted::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(stranger::<T>()), hash);

		assert!(!Orders::<T>::contains_key(hash));
	}

	#[benchmark]
	fn prune_record() {
		let pool = WorkerpoolId::default();
		PoolRecords::<T>::insert(pool, PoolRecord::new(stranger::<T>()));

		#[extrinsic_call]
		_(RawOrigin::Signed(stranger::<T>()), Recorded::Workerpool(pool));

		assert!(!PoolRecords::<T>::contains_key(pool));
	}

	/// What a task that closes costs beside what its own pallet does.
	#[benchmark]
	fn record_task() {
		let market = Market::new::<T>(0).published::<T>();
		let Call::match_published { request, app, dataset, workerpool } = market.match_published::<T>() else {
			unreachable!("the call was just made")
		};
		let deal = Pallet::<T>::do_match_published(None, Hashes { app, dataset, workerpool, request });
		let deal = deal.expect("the orders match");
		Deals::<T>::mutate(deal, |deal| deal.iter_mut().for_each(|deal| deal.charge = 1));

		#[block]
		{
			Pallet::<T>::on_task_closed(&deal, &TaskId::of(deal, 0), Outcome::Failed);
		}

		assert!(PoolRecords::<T>::get(market.workerpool.workerpool).is_some_and(|record| record.tally.timed_out > 0));
	}

	#[cfg(test)]
	impl_benchmark_test_suite!(Pallet, crate::mock::with_keystore(), crate::mock::Test);
}
