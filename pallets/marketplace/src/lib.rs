#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod agreement;
pub mod api;
mod authorize;
mod book;
mod categories;
mod consumption;
mod deals;
mod deposits;
mod entries;
mod errors;
mod funds;
pub mod matching;
mod offchain;
mod queries;
mod records;
mod refusals;
mod search;
mod trades;
#[cfg(any(feature = "try-runtime", test))]
mod try_state;
mod turns;
pub mod types;
pub mod weights;
mod withdraw;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

use frame_support::pallet_macros::import_section;

#[cfg(feature = "runtime-benchmarks")]
pub use benchmarking::BenchmarkHelper;
pub use pallet::*;
pub use types::{Authorization, SignedOrder, SignedOrders};
pub use weights::WeightInfo;

/// The pallet.
// What FRAME's macros write converts with `as`, and expects.
#[cfg_attr(not(feature = "std"), allow(clippy::as_conversions, clippy::expect_used))]
#[import_section(errors::errors)]
#[frame_support::pallet]
pub mod pallet {
	use alloc::{boxed::Box, string::String, vec::Vec};

	use frame_support::{
		pallet_prelude::*,
		traits::{
			fungible::{hold, Inspect},
			Time,
		},
	};
	use frame_system::{offchain::CreateAuthorizedTransaction, pallet_prelude::*};
	use rlc_primitives::{
		deal::{self, Category, MAX_CATEGORY_NAME},
		traits::{Assets, Escrow, OnDealOpened, Stops, TaskCharge},
		AccountId, AnyOrder, AppId, Balance, CategoryId, DatasetId, DealId, Hash, Moment, OrderHash, OrderKind,
		WorkerpoolId,
	};
	use sp_core::H160;
	use sp_runtime::traits::Convert;

	use crate::{
		types::{
			self, BookKey, Consumption, DealProgress, Listed, OfferKey, PoolRecord, Presign, Published, Rank, Recorded,
			SignedOrders, Tally, Trade,
		},
		weights::WeightInfo,
	};

	/// What the pallet needs from the runtime.
	#[pallet::config]
	pub trait Config:
		CreateAuthorizedTransaction<Call<Self>>
		+ frame_system::Config<AccountId = AccountId, Hash = Hash, RuntimeEvent: From<Event<Self>>>
	{
		/// Why the pallet holds RLC.
		type RuntimeHoldReason: From<HoldReason>;

		/// The RLC token, for deposits.
		type Currency: Inspect<AccountId, Balance = Balance> + hold::Mutate<AccountId, Reason = Self::RuntimeHoldReason>;

		/// Where the money of deals is locked.
		type Escrow: Escrow;

		/// Knows what is registered, and who owns it.
		type Assets: Assets;

		/// Charges deals for the free calls of their tasks.
		type TaskCharge: TaskCharge;

		/// Is told of deals.
		type OnDealOpened: OnDealOpened;

		/// Knows which calls are stopped for now.
		type Stops: Stops;

		/// The chain's clock, in ms.
		type Time: Time<Moment = Moment>;

		/// The clock of tasks' deadlines, in ms: it stands still while nobody can work.
		type PocoTime: Time<Moment = Moment>;

		/// The chain's id for Ethereum's tools, part of the EIP-712 domain.
		#[pallet::constant]
		type ChainId: Get<u64>;

		/// The verifying address of the EIP-712 domain.
		#[pallet::constant]
		type VerifyingContract: Get<H160>;

		/// Who may add categories.
		type CategoryOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Held for an order that is published or presigned, in nRLC.
		#[pallet::constant]
		type OrderDeposit: Get<Balance>;

		/// Held for each byte of a published order and of a deal's params, in nRLC.
		#[pallet::constant]
		type ByteDeposit: Get<Balance>;

		/// Held for the record of what is consumed of an order, in nRLC.
		#[pallet::constant]
		type RecordDeposit: Get<Balance>;

		/// Held for a deal, in nRLC.
		type DealDeposit: Get<Balance>;

		/// Held for each task of a deal, in nRLC, by the deal's trust: the more workers it takes, the more is stored.
		type TaskDeposit: Convert<u64, Balance>;

		/// How long a deal stays after its last task was closed, in ms.
		type Retention: Get<Moment>;

		/// How many trades of each category are remembered.
		#[pallet::constant]
		type TradeHistory: Get<u32>;

		/// What a scheduler stakes for a task at least, in nRLC for each hour of the category's reference time.
		#[pallet::constant]
		type StakeRate: Get<Balance>;

		/// Whether there are enclaves that may work on tasks that demand one: without any, no deal is made of such tasks.
		type HasEnclaves: Get<bool>;

		/// How many usable app offers, and dataset offers, the search combines for a request.
		#[pallet::constant]
		type SearchDepth: Get<u32>;

		/// How many offers of the app, and of the dataset, that a request names the search looks at for usable ones: so
		/// many that admit everybody, and as many others. Only the app's or the dataset's owner can fill these lists.
		#[pallet::constant]
		type SearchScan: Get<u32>;

		/// For how many requests of a category a validator searches offers at once, at most.
		#[pallet::constant]
		type SearchRequests: Get<u32>;

		/// How long a validator searches in a block, over all categories, in ms.
		#[pallet::constant]
		type SearchTime: Get<Moment>;

		/// How many workerpool offers an estimate looks at, at most.
		#[pallet::constant]
		type EstimateOffers: Get<u32>;

		/// How many combinations of offers an estimate tries whose groups have to be looked up, at most.
		#[pallet::constant]
		type EstimateCombinations: Get<u32>;

		/// How many matches that nobody signed enter a block, at most.
		#[pallet::constant]
		type UnattendedMatches: Get<u32>;

		/// Weights of the calls.
		type WeightInfo: WeightInfo;

		/// Sets up what benchmarks need of other pallets.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: crate::BenchmarkHelper;
	}

	/// Why RLC is held.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// A deposit for storage: an order in the book, a record of consumption, or a deal.
		Deposit,
		/// The stake of one task, for a workerpool order in the book.
		Bond,
	}

	/// The layout of storage that this code reads and writes. A change of it needs a migration.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(3);

	/// The pallet's handle.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// The categories of tasks. Governance adds them; they are never removed, since orders name them by number.
	#[pallet::storage]
	pub type Categories<T> = StorageMap<_, Twox64Concat, CategoryId, Category>;

	/// The number of the next category.
	#[pallet::storage]
	pub type NextCategory<T> = StorageValue<_, CategoryId, ValueQuery>;

	/// How much of each order is consumed: what keeps a signature from being used twice.
	///
	/// Paid for by `RecordDeposit` of the order's publisher, or of the account that first brought or canceled it. A record
	/// with nothing consumed goes when its order leaves the book. A record of an order that expires goes by `prune_order`
	/// after that. Any other stays, as the order could be authorized again.
	#[pallet::storage]
	pub type Consumed<T> = StorageMap<_, Blake2_128Concat, OrderHash, Consumption>;

	/// Orders that their owners authorized without showing them.
	///
	/// Paid for by `OrderDeposit` of the owner. Goes when the order is consumed, canceled, withdrawn or expired.
	#[pallet::storage]
	pub type Presigned<T> = StorageMap<_, Blake2_128Concat, OrderHash, Presign>;

	/// Orders in the book.
	///
	/// Paid for by `OrderDeposit` and `ByteDeposit` of the publisher. Goes when the order is consumed, canceled,
	/// withdrawn or expired, when its asset has another owner, or when its scheduler can stake for no task of it.
	#[pallet::storage]
	pub type Orders<T> = StorageMap<_, Blake2_128Concat, OrderHash, Published>;

	/// The number of the last order that was published.
	#[pallet::storage]
	pub type LastSequence<T> = StorageValue<_, u64, ValueQuery>;

	/// The book's lists, each sorted: the best price first, then the oldest.
	///
	/// Two entries for each of `Orders`, which come and go with it and are paid for by its deposit.
	#[pallet::storage]
	pub type Book<T> = StorageDoubleMap<_, Blake2_128Concat, BookKey, Identity, Rank, OrderHash>;

	/// The lists that the search walks, each sorted as the book's.
	///
	/// One entry for each of `Orders` that is not a request, which comes and goes with it and is paid for by its deposit.
	#[pallet::storage]
	pub type Offers<T> = StorageDoubleMap<_, Blake2_128Concat, OfferKey, Identity, Rank, Listed>;

	/// How the tasks of each workerpool ended, under its current owner, how many unattended ones are open, and what its
	/// attempts can be paid.
	///
	/// One for each workerpool with a deal, paid for by what those deals cost for good. Anyone can remove that of a pool
	/// with another owner or none.
	#[pallet::storage]
	pub type PoolRecords<T> = StorageMap<_, Blake2_128Concat, WorkerpoolId, PoolRecord>;

	/// How the tasks of each app ended.
	///
	/// One for each app with a deal, paid for by what those deals cost for good. Anyone can remove that of an app that
	/// is no longer registered.
	#[pallet::storage]
	pub type AppRecords<T> = StorageMap<_, Blake2_128Concat, AppId, Tally>;

	/// In which block a match that nobody signed was made last, and how many in that block. One value, never removed.
	#[pallet::storage]
	pub type Unattended<T: Config> = StorageValue<_, (BlockNumberFor<T>, u32), ValueQuery>;

	/// What was agreed on.
	///
	/// Paid for by the deal's deposit, of the account that matched the orders, or of the requester. Goes when its last task
	/// is pruned.
	#[pallet::storage]
	pub type Deals<T> = StorageMap<_, Blake2_128Concat, DealId, deal::Deal>;

	/// What the tasks of a deal are run with. Comes, goes and is paid for with the deal.
	#[pallet::storage]
	pub type Params<T> = StorageMap<_, Blake2_128Concat, DealId, deal::Params>;

	/// How far each deal has come. Comes, goes and is paid for with the deal.
	#[pallet::storage]
	pub type Progress<T> = StorageMap<_, Blake2_128Concat, DealId, DealProgress>;

	/// The deals of each workerpool that have open tasks: what its scheduler has to do, however long it was away.
	///
	/// Comes with the deal, is paid for by its deposit, and goes when its last task is closed. The keys of deals are hashes,
	/// so they are not hashed again.
	#[pallet::storage]
	pub type OpenDeals<T> = StorageDoubleMap<_, Blake2_128Concat, WorkerpoolId, Identity, DealId, ()>;

	/// The last trades of each category: at most `TradeHistory`, the newest overwrites the oldest.
	#[pallet::storage]
	pub type Trades<T> = StorageDoubleMap<_, Twox64Concat, CategoryId, Twox64Concat, u32, Trade>;

	/// How many trades each category has seen.
	#[pallet::storage]
	pub type TradeCount<T> = StorageMap<_, Twox64Concat, CategoryId, u64, ValueQuery>;

	/// The state at genesis.
	#[pallet::genesis_config]
	pub struct GenesisConfig<T> {
		/// The categories: name, and reference time in ms.
		pub categories: Vec<(String, Moment)>,
		#[doc(hidden)]
		#[serde(skip)]
		pub _config: core::marker::PhantomData<T>,
	}

	impl<T> Default for GenesisConfig<T> {
		fn default() -> Self {
			let categories = Category::DEFAULT.iter().map(|(name, time)| (String::from(*name), *time)).collect();
			Self { categories, _config: Default::default() }
		}
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		/// # Panics
		///
		/// If a category is not valid: such a chain must not start.
		fn build(&self) {
			for (name, reference_time) in &self.categories {
				let name = name.as_bytes().to_vec().try_into();
				assert!(
					name.is_ok_and(|name| Pallet::<T>::do_add_category(name, *reference_time).is_ok()),
					"genesis has a category with a name that is too long or a reference time that is out of range",
				);
			}
		}
	}

	/// What the pallet tells the outside.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// Governance added a category.
		CategoryAdded {
			/// Its number.
			category: CategoryId,
			/// Its reference time, in ms.
			reference_time: Moment,
		},
		/// An order entered the book.
		OrderPublished {
			/// The order.
			order: OrderHash,
			/// Which side it is.
			kind: OrderKind,
			/// Who published it.
			owner: AccountId,
		},
		/// An order was authorized by its owner.
		OrderPresigned {
			/// The order.
			order: OrderHash,
			/// Who authorized it.
			owner: AccountId,
		},
		/// The account that published or presigned an order withdrew it. Signatures under it stay as good as before.
		OrderWithdrawn {
			/// The order.
			order: OrderHash,
		},
		/// An order was canceled: nothing is left of its volume.
		OrderCancelled {
			/// The order.
			order: OrderHash,
		},
		/// An order that was published or presigned is consumed, and so no longer kept.
		OrderFilled {
			/// The order.
			order: OrderHash,
		},
		/// An order that was published or presigned is no longer kept: it expired, or its asset changed hands.
		OrderExpired {
			/// The order.
			order: OrderHash,
		},
		/// What was consumed of an expired order is no longer remembered.
		OrderPruned {
			/// The order.
			order: OrderHash,
		},
		/// Orders matched and their money is locked.
		DealOpened {
			/// The deal.
			deal: DealId,
			/// The app that runs.
			app: AppId,
			/// The dataset that it uses.
			dataset: Option<DatasetId>,
			/// The workerpool that computes.
			workerpool: WorkerpoolId,
			/// The request's hash.
			request: OrderHash,
			/// Who asked.
			requester: AccountId,
			/// Whose money is locked.
			payer: AccountId,
			/// How long tasks may take.
			category: CategoryId,
			/// Index of the first task.
			first: u64,
			/// How many tasks there are.
			size: u64,
		},
		/// The last task of a deal was closed.
		DealClosed {
			/// The deal.
			deal: DealId,
		},
		/// A deal and its tasks are no longer remembered.
		DealPruned {
			/// The deal.
			deal: DealId,
		},
		/// A workerpool order left the book: its bond was staked for a deal, or its scheduler could stake for no task
		/// of it.
		OrderUnfunded {
			/// The order.
			order: OrderHash,
		},
		/// A record is no longer remembered.
		RecordPruned {
			/// Whose it was.
			of: Recorded,
		},
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		/// On a validator, finds offers for published requests, and submits what matches.
		fn offchain_worker(block: BlockNumberFor<T>) {
			if sp_io::offchain::is_validator() {
				Self::search_and_submit(block);
			}
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Adds a category of tasks that take about `reference_time` ms, which is from a second to a year.
		///
		/// Emits [`Event::CategoryAdded`].
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::add_category())]
		pub fn add_category(
			origin: OriginFor<T>,
			name: BoundedVec<u8, ConstU32<MAX_CATEGORY_NAME>>,
			reference_time: Moment,
		) -> DispatchResult {
			T::CategoryOrigin::ensure_origin(origin)?;
			Self::do_add_category(name, reference_time)
		}

		/// Puts an order of the caller's into the book, where anyone can match it until it is withdrawn.
		///
		/// Holds `OrderDeposit`, `ByteDeposit` for each byte of the order, and `RecordDeposit` unless some of the order is
		/// consumed; for a workerpool order, the stake of one task too, until it leaves the book. Emits
		/// [`Event::OrderPublished`].
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::publish_order(types::params_len_of(order)))]
		pub fn publish_order(origin: OriginFor<T>, order: Box<AnyOrder>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_publish_order(who, *order)
		}

		/// Takes back what the caller published or presigned, and its deposit.
		///
		/// Nothing is consumed by it: a signature under the order is as good as before. Emits [`Event::OrderWithdrawn`].
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::unpublish_order())]
		pub fn unpublish_order(origin: OriginFor<T>, order: OrderHash) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_unpublish_order(who, order)
		}

		/// Authorizes an order of the caller's without putting it into the book.
		///
		/// Holds `OrderDeposit`. Emits [`Event::OrderPresigned`].
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::presign_order(types::params_len_of(order)))]
		pub fn presign_order(origin: OriginFor<T>, order: Box<AnyOrder>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_presign_order(who, *order)
		}

		/// Consumes all that is left of an order of the caller's, so that no signature under it is worth anything.
		///
		/// Holds `RecordDeposit` if the order has no record of consumption. Emits [`Event::OrderCancelled`].
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::cancel_order(types::params_len_of(order)))]
		pub fn cancel_order(origin: OriginFor<T>, order: Box<AnyOrder>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_cancel_order(who, *order)
		}

		/// Removes an order from the chain that expired, or whose asset no longer belongs to its publisher.
		///
		/// The deposit goes back to its payer. Emits [`Event::OrderExpired`].
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::remove_expired())]
		pub fn remove_expired(origin: OriginFor<T>, order: OrderHash) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_remove_expired(order)
		}

		/// Makes a deal of orders that anyone brings.
		///
		/// The requester pays, or, if the caller is the payer whom the request names, the caller. Nobody else is
		/// charged on the word of the requester alone. The caller pays the charge for free calls, and the deposits of
		/// the deal and of new records. Emits [`Event::DealOpened`].
		#[pallet::call_index(6)]
		#[pallet::weight({
			let params = orders.params_len();
			Pallet::<T>::match_weight(T::WeightInfo::match_orders(params), params)
		})]
		pub fn match_orders(origin: OriginFor<T>, orders: Box<SignedOrders>) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let params = orders.params_len();
			let withdrawn = Self::do_match_orders(who, *orders)?;
			let lighter = Self::match_weight(T::WeightInfo::match_new_orders(params), params);
			Ok((!withdrawn).then_some(lighter).into())
		}

		/// Makes a deal of orders, and pays for it.
		///
		/// Refused if the request names another payer. Emits [`Event::DealOpened`].
		#[pallet::call_index(7)]
		#[pallet::weight({
			let params = orders.params_len();
			Pallet::<T>::match_weight(T::WeightInfo::sponsor_match_orders(params), params)
		})]
		pub fn sponsor_match_orders(origin: OriginFor<T>, orders: Box<SignedOrders>) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let params = orders.params_len();
			let withdrawn = Self::do_sponsor_match_orders(who, *orders)?;
			let lighter = Self::match_weight(T::WeightInfo::sponsor_match_new_orders(params), params);
			Ok((!withdrawn).then_some(lighter).into())
		}

		/// Makes a deal of orders in the book.
		///
		/// Anyone may call, and nobody needs to sign. If nobody does, the requester pays the deal's deposit; otherwise, the
		/// same accounts pay as in `match_orders`. Emits [`Event::DealOpened`].
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::match_published().saturating_add(T::OnDealOpened::weight()))]
		#[pallet::weight_of_authorize(
			T::WeightInfo::authorize_match_published().saturating_add(T::OnDealOpened::weight())
		)]
		#[pallet::authorize(Self::authorize_match_published)]
		pub fn match_published(
			origin: OriginFor<T>,
			request: OrderHash,
			app: OrderHash,
			dataset: Option<OrderHash>,
			workerpool: OrderHash,
		) -> DispatchResult {
			let caller = match frame_system::ensure_authorized(origin.clone()) {
				Ok(()) => None,
				Err(_) => Some(ensure_signed(origin)?),
			};
			Self::do_match_published(caller, types::Hashes { app, dataset, workerpool, request }).map(|_| ())
		}

		/// Removes the record of what was consumed of an order that expired, and the order itself if it is kept.
		///
		/// The deposits go back to their payers. Emits [`Event::OrderPruned`].
		#[pallet::call_index(9)]
		#[pallet::weight(T::WeightInfo::prune_order())]
		pub fn prune_order(origin: OriginFor<T>, order: OrderHash) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_prune_order(order)
		}

		/// Removes a workerpool order from the book whose scheduler can stake for no task of it: neither with its free
		/// RLC nor with the order's bond.
		///
		/// The caller gets the order's deposit, the publisher its bond. Emits [`Event::OrderUnfunded`].
		#[pallet::call_index(10)]
		#[pallet::weight(T::WeightInfo::remove_unfunded())]
		pub fn remove_unfunded(origin: OriginFor<T>, order: OrderHash) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_remove_unfunded(who, order)
		}

		/// Removes the record of an app that is no longer registered, or of a workerpool that has another owner or none.
		///
		/// Emits [`Event::RecordPruned`].
		#[pallet::call_index(11)]
		#[pallet::weight(T::WeightInfo::prune_record())]
		pub fn prune_record(origin: OriginFor<T>, of: Recorded) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_prune_record(of)
		}
	}
}
