//! A market: four orders that match, and what is known of them.

use alloc::{boxed::Box, vec, vec::Vec};

use frame_benchmarking::v2::account;
use frame_support::BoundedVec;
use rlc_primitives::{
	record::LeastRecord, signature, traits::Escrow, AccountId, AnyOrder, AppId, AppOrder, Balance, CallbackId,
	CategoryId, DatasetId, DatasetOrder, DealId, GroupId, Order, OrderHash, OrderKind, OrderSignature, PoolRestriction,
	RequestOrder, Restriction, Signature, Tag, WorkerpoolId, WorkerpoolOrder,
};
use sp_core::{crypto::KeyTypeId, sr25519, H160, H256};
use sp_io::crypto::{sr25519_generate, sr25519_sign};

use super::BenchmarkHelper;
use crate::{
	types::{Authorization, Hashes, PoolRecord, SignedOrder, SignedOrders, Tally},
	AppRecords, Config, Consumed, Deals, NextCategory, Orders, Pallet, PoolRecords, Presigned,
};

/// What a task of a deal was charged, in nRLC.
pub const CHARGE: Balance = 1_000;

/// The record that the requests demand. The pools of [`Market::recorded`] just meet it, halved or not, and pools without a
/// record meet it too.
const LEAST: LeastRecord = LeastRecord { completed: 0, max_failed: 67 };

pub const KEY_TYPE: KeyTypeId = KeyTypeId(*b"mrkt");

/// Returns what a browser wallet signs for an order.
pub fn wrapped<T: Config, O: Order>(order: &O) -> Vec<u8> {
	let payload = Pallet::<T>::signing_domain().native_payload(order);
	signature::wrapped(&payload)
}

/// An account with its key.
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
pub struct Market {
	app_owner: Signer,
	dataset_owner: Signer,
	scheduler: Signer,
	requester: Signer,
	app: AppOrder,
	dataset: DatasetOrder,
	pub workerpool: WorkerpoolOrder,
	pub request: RequestOrder,
}

/// Returns an order for an app, for members of a group.
fn app_order(app: AppId, group: GroupId) -> AppOrder {
	AppOrder {
		app,
		price: 100,
		volume: 1,
		tag: Tag::from_bits(Tag::GPU),
		dataset_restrict: Restriction::Group(group),
		workerpool_restrict: Restriction::Group(group),
		requester_restrict: Restriction::Group(group),
		salt: H256::zero(),
	}
}

/// Returns an order for a dataset, for members of a group.
fn dataset_order(dataset: DatasetId, group: GroupId) -> DatasetOrder {
	DatasetOrder {
		dataset,
		price: 100,
		volume: 1,
		tag: Tag::from_bits(Tag::GPU),
		app_restrict: Restriction::Group(group),
		workerpool_restrict: Restriction::Group(group),
		requester_restrict: Restriction::Group(group),
		salt: H256::zero(),
	}
}

/// Returns an order for a workerpool, for members of a group.
fn workerpool_order(workerpool: WorkerpoolId, group: GroupId) -> WorkerpoolOrder {
	WorkerpoolOrder {
		workerpool,
		price: 100,
		volume: 1,
		tag: Tag::from_bits(Tag::GPU),
		category: CategoryId(0),
		trust: 10,
		app_restrict: Restriction::Group(group),
		dataset_restrict: Restriction::Group(group),
		requester_restrict: Restriction::Group(group),
		salt: H256::zero(),
	}
}

/// One of the four orders.
pub struct Made {
	pub owner: AccountId,
	pub hash: OrderHash,
	pub order: Box<AnyOrder>,
}

impl Market {
	/// Makes the orders, with this many bytes of params. The chain does not know them yet.
	pub fn new<T: Config>(params: u32) -> Self {
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
			app: app_order(app, app_group),
			dataset: dataset_order(dataset, dataset_group),
			workerpool: workerpool_order(workerpool, pool_group),
			request: RequestOrder {
				app,
				app_max_price: 100,
				dataset: Some(dataset),
				dataset_max_price: 100,
				workerpool: PoolRestriction::WithRecord { of: Restriction::Group(request_group), least: LEAST },
				workerpool_max_price: 100,
				requester: requester.account.clone(),
				volume: 1,
				tag: Tag::from_bits(Tag::GPU),
				category: CategoryId(0),
				trust: 10,
				beneficiary: Some(requester.account.clone()),
				callback: Some(CallbackId(H160::repeat_byte(7))),
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
	pub fn published<T: Config>(self) -> Self {
		for kind in OrderKind::ALL {
			let Made { owner, order, .. } = self.order::<T>(kind);
			Pallet::<T>::do_publish_order(owner.clone(), (*order).clone()).expect("the order can be published");
			Pallet::<T>::do_presign_order(owner, *order).expect("the order can be presigned");
		}
		self
	}

	/// Returns the same, but one former owner of the asset published the order of this kind, and another presigned it.
	pub fn taken_over<T: Config>(self, kind: OrderKind) -> Self {
		let market = self.published::<T>();
		market.published_by_another::<T>(kind);
		market.presigned_by_another::<T>(kind);
		market
	}

	/// Returns orders in the book that former owners of the assets presigned.
	pub fn presigned_by_others<T: Config>(self) -> Self {
		let market = self.published::<T>();
		for kind in [OrderKind::App, OrderKind::Dataset, OrderKind::Workerpool] {
			market.presigned_by_another::<T>(kind);
		}
		market
	}

	/// Returns the same, but other former owners published the orders of the app and of the dataset. The scheduler published
	/// its own order, whose bond is needed.
	pub fn resold<T: Config>(self) -> Self {
		let market = self.presigned_by_others::<T>();
		for kind in [OrderKind::App, OrderKind::Dataset] {
			market.published_by_another::<T>(kind);
		}
		market
	}

	/// Rewrites an order as if an account other than the owner had published it.
	fn published_by_another<T: Config>(&self, kind: OrderKind) {
		let hash = self.order::<T>(kind).hash;
		let former = former::<T>("publisher", kind);
		Orders::<T>::mutate(hash, |order| {
			let order = order.as_mut().expect("it is published");
			Pallet::<T>::hold_bond(&former, order.bond).expect("former owners have RLC");
			hand_over::<T>(&mut order.owner, &former, order.deposit);
		});
		Consumed::<T>::mutate(hash, |record| {
			let record = record.as_mut().expect("a published order has a record");
			hand_over::<T>(&mut record.depositor, &former, record.deposit);
		});
	}

	/// Rewrites an order as if an account other than the owner had presigned it.
	fn presigned_by_another<T: Config>(&self, kind: OrderKind) {
		let former = former::<T>("presigner", kind);
		Presigned::<T>::mutate(self.order::<T>(kind).hash, |order| {
			let order = order.as_mut().expect("it is presigned");
			hand_over::<T>(&mut order.owner, &former, order.deposit);
		});
	}

	/// Returns the same, with a scheduler that has nothing but its order's bond left to stake.
	pub fn exhausted<T: Config>(self) -> Self {
		let scheduler = &self.scheduler.account;
		T::Escrow::lock(scheduler, Pallet::<T>::lockable(scheduler)).expect("it can be locked");
		self
	}

	/// Returns the same, with a pool and an app whose earlier tasks ended in every way.
	pub fn recorded<T: Config>(self) -> Self {
		let tally = Tally { completed: 100, failed: 100, timed_out: 100, ..Tally::default() };
		AppRecords::<T>::insert(self.request.app, tally);
		let record = PoolRecord { tally, ..PoolRecord::new(self.scheduler.account.clone()) };
		PoolRecords::<T>::insert(self.workerpool.workerpool, record);
		self
	}

	/// Makes the deal of these orders unattended, of a pool and an app with records, and returns its id. Its tasks have a
	/// charge, and attempts at them can be paid as much.
	pub fn dealt<T: Config>(&self) -> DealId {
		let deal = Pallet::<T>::do_match_published(None, self.hashes::<T>()).expect("the orders match");
		Deals::<T>::mutate(deal, |deal| deal.as_mut().expect("it was just made").charge = CHARGE);
		PoolRecords::<T>::mutate(self.workerpool.workerpool, |record| {
			record.as_mut().expect("the match is in it").allowance = CHARGE;
		});
		deal
	}

	/// Returns the order of this kind, with its hash and its owner.
	pub fn order<T: Config>(&self, kind: OrderKind) -> Made {
		let (owner, order): (&Signer, AnyOrder) = match kind {
			OrderKind::App => (&self.app_owner, self.app.clone().into()),
			OrderKind::Dataset => (&self.dataset_owner, self.dataset.clone().into()),
			OrderKind::Workerpool => (&self.scheduler, self.workerpool.clone().into()),
			OrderKind::Request => (&self.requester, self.request.clone().into()),
		};
		let hash = order.hash(&Pallet::<T>::signing_domain());
		Made { owner: owner.account.clone(), hash, order: Box::new(order) }
	}

	/// Returns the four orders, each signed by its owner.
	pub fn signed<T: Config>(self) -> Box<SignedOrders> {
		Box::new(SignedOrders {
			app: self.app_owner.sign::<T, _>(self.app),
			dataset: Some(self.dataset_owner.sign::<T, _>(self.dataset)),
			workerpool: self.scheduler.sign::<T, _>(self.workerpool),
			request: self.requester.sign::<T, _>(self.request),
		})
	}

	/// Returns the orders' hashes.
	pub fn hashes<T: Config>(&self) -> Hashes {
		let domain = Pallet::<T>::signing_domain();
		Hashes {
			app: domain.hash(&self.app),
			dataset: Some(domain.hash(&self.dataset)),
			workerpool: domain.hash(&self.workerpool),
			request: domain.hash(&self.request),
		}
	}
}

/// Returns a former owner of the asset that an order of this kind offers.
fn former<T: Config>(did: &'static str, kind: OrderKind) -> AccountId {
	let who = account(did, kind as u32, 0);
	T::BenchmarkHelper::fund(&who);
	who
}

/// Rewrites a deposit, in nRLC, as if another account had paid it.
fn hand_over<T: Config>(owner: &mut AccountId, to: &AccountId, deposit: Balance) {
	Pallet::<T>::hold_deposit(to, deposit).expect("former owners have RLC");
	*owner = to.clone();
}

/// Returns an account without an order.
pub fn stranger<T: Config>() -> AccountId {
	let who = AccountId::new([7; 32]);
	T::BenchmarkHelper::fund(&who);
	who
}
