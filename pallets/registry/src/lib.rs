#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod assets;
mod groups;
#[cfg(any(feature = "try-runtime", test))]
mod try_state;
pub mod weights;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

use frame_support::BoundedVec;

pub use pallet::*;
pub use rlc_primitives::assets::{
	App, AppKind, AssetId, Dataset, Description, Group, Location, Name, Policy, Registered, Workerpool,
};
pub use weights::WeightInfo;

/// Members that one call adds or removes.
pub type Batch<T> = BoundedVec<rlc_primitives::orders::Member, <T as Config>::MaxBatch>;

/// The pallet.
// What FRAME's macros write converts with `as` and expects.
#[cfg_attr(not(feature = "std"), allow(clippy::as_conversions, clippy::expect_used))]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use frame_support::{pallet_prelude::*, traits::fungible::MutateHold};
	use frame_system::pallet_prelude::*;
	use rlc_primitives::{count, orders::Member, AccountId, AppId, Balance, DatasetId, GroupId, WorkerpoolId};

	/// What the pallet needs from the runtime.
	#[pallet::config]
	pub trait Config: frame_system::Config<AccountId = AccountId, RuntimeEvent: From<Event<Self>>> {
		/// The runtime's reasons to hold RLC.
		type RuntimeHoldReason: From<HoldReason>;

		/// The RLC token, of which deposits are held.
		type Currency: MutateHold<AccountId, Reason = Self::RuntimeHoldReason, Balance = Balance>;

		/// Held for each app, dataset, workerpool, group and member, in nRLC.
		#[pallet::constant]
		type ItemDeposit: Get<Balance>;

		/// Held for each byte of them, in nRLC.
		#[pallet::constant]
		type ByteDeposit: Get<Balance>;

		/// How many members one call can add or remove at most.
		#[pallet::constant]
		type MaxBatch: Get<u32>;

		/// Weights of the calls.
		type WeightInfo: WeightInfo;
	}

	/// Why RLC is held.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// For an app, a dataset or a workerpool that is stored.
		Asset,
		/// For a group and its members.
		Group,
	}

	/// The layout of storage that this code reads and writes. A change of it needs a migration.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// The pallet's handle.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// Apps. Paid for by a deposit of the owner, who deregisters them.
	#[pallet::storage]
	pub type Apps<T> = StorageMap<_, Identity, AppId, Registered<App>>;

	/// Datasets. Paid for by a deposit of the owner, who deregisters them.
	#[pallet::storage]
	pub type Datasets<T> = StorageMap<_, Identity, DatasetId, Registered<Dataset>>;

	/// Workerpools. Paid for by a deposit of the owner, who deregisters them.
	#[pallet::storage]
	pub type Workerpools<T> = StorageMap<_, Identity, WorkerpoolId, Registered<Workerpool>>;

	/// Groups. Paid for by a deposit of the owner, who deregisters them when they are empty.
	#[pallet::storage]
	pub type Groups<T> = StorageMap<_, Identity, GroupId, Registered<Group>>;

	/// Members of groups, each with its deposit in nRLC, which is part of the group's. Its owner adds and removes them.
	#[pallet::storage]
	pub type Members<T> = StorageDoubleMap<_, Identity, GroupId, Blake2_128Concat, Member, Balance>;

	/// What the pallet tells the outside.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// An app, a dataset, a workerpool or a group exists.
		Registered {
			/// Its id.
			asset: AssetId,
			/// Who registered and owns it.
			owner: AccountId,
		},
		/// Something has a new owner, who has its deposit too.
		Transferred {
			/// Its id.
			asset: AssetId,
			/// Who owned it.
			from: AccountId,
			/// Who owns it now.
			to: AccountId,
		},
		/// Something no longer exists. Its deposit is free again.
		Deregistered {
			/// Its id.
			asset: AssetId,
			/// Who owned it.
			owner: AccountId,
		},
		/// A workerpool deals differently from now on. Deals that were made stay as they are.
		PolicySet {
			/// The workerpool.
			workerpool: WorkerpoolId,
			/// Its policy now.
			policy: Policy,
		},
		/// A group has more members.
		MembersAdded {
			/// The group.
			group: GroupId,
			/// Who or what joined.
			members: Batch<T>,
		},
		/// A group has fewer members.
		MembersRemoved {
			/// The group.
			group: GroupId,
			/// Who or what left.
			members: Batch<T>,
		},
		/// A workerpool says something else about itself.
		DescriptionSet {
			/// The workerpool.
			workerpool: WorkerpoolId,
			/// What it says now.
			description: Description,
		},
	}

	/// Why a call is refused.
	#[pallet::error]
	pub enum Error<T> {
		/// The id is taken: the caller has registered the same before. Use what exists, or change its name.
		AlreadyRegistered,
		/// Nothing has this id. Register it first.
		NotFound,
		/// It belongs to someone else. Ask its owner.
		NotOwner,
		/// The new owner owns it already. Nothing has to be done.
		AlreadyOwner,
		/// A ratio is too high. A worker's stake is 1,000 percent at most, a scheduler's part 100 percent.
		RatioTooHigh,
		/// A member is in the group already, or twice in the batch. Leave it out.
		AlreadyMember,
		/// A member is not in the group, or twice in the batch. Leave it out.
		NotMember,
		/// The group has members. Remove them first.
		GroupNotEmpty,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	/// Each call holds or releases deposits; where the owner has too little free RLC, the currency's own error says so.
	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Registers an app. The caller owns it. Emits [`Event::Registered`].
		///
		/// # Errors
		///
		/// [`Error::AlreadyRegistered`].
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::register_app())]
		pub fn register_app(origin: OriginFor<T>, app: App) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_register_app(owner, app)
		}

		/// Registers a dataset. The caller owns it. Emits [`Event::Registered`].
		///
		/// # Errors
		///
		/// [`Error::AlreadyRegistered`].
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::register_dataset())]
		pub fn register_dataset(origin: OriginFor<T>, dataset: Dataset) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_register_dataset(owner, dataset)
		}

		/// Registers a workerpool, with the policy of new ones. The caller owns it, and is its scheduler. Emits
		/// [`Event::Registered`].
		///
		/// # Errors
		///
		/// [`Error::AlreadyRegistered`].
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::register_workerpool())]
		pub fn register_workerpool(origin: OriginFor<T>, description: Description) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_register_workerpool(owner, description)
		}

		/// Creates a group without members. The caller owns it. Emits [`Event::Registered`].
		///
		/// # Errors
		///
		/// [`Error::AlreadyRegistered`].
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::create_group())]
		pub fn create_group(origin: OriginFor<T>, name: Name) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_create_group(owner, name)
		}

		/// Adds members to a group: all of them, or none. They are not asked, and need not exist. Emits
		/// [`Event::MembersAdded`].
		///
		/// # Errors
		///
		/// [`Error::NotFound`], [`Error::NotOwner`], [`Error::AlreadyMember`].
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::add_members(count(members.len())))]
		pub fn add_members(origin: OriginFor<T>, group: GroupId, members: Batch<T>) -> DispatchResult {
			let caller = ensure_signed(origin)?;
			Self::do_add_members(caller, group, members)
		}

		/// Removes members from a group: all of them, or none. Emits [`Event::MembersRemoved`].
		///
		/// # Errors
		///
		/// [`Error::NotFound`], [`Error::NotOwner`], [`Error::NotMember`].
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::remove_members(count(members.len())))]
		pub fn remove_members(origin: OriginFor<T>, group: GroupId, members: Batch<T>) -> DispatchResult {
			let caller = ensure_signed(origin)?;
			Self::do_remove_members(caller, group, members)
		}

		/// Gives something that the caller owns to another account, and what is held for it too: so nobody has to pay
		/// for what they did not ask for. Its id stays. Emits [`Event::Transferred`].
		///
		/// # Errors
		///
		/// [`Error::NotFound`], [`Error::NotOwner`], [`Error::AlreadyOwner`]; the currency's own error if the new owner's
		/// account does not exist.
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::transfer())]
		pub fn transfer(origin: OriginFor<T>, asset: AssetId, to: AccountId) -> DispatchResult {
			let caller = ensure_signed(origin)?;
			Self::do_transfer(caller, asset, to)
		}

		/// Changes how a workerpool deals with others, in deals that are made from now on. Emits [`Event::PolicySet`].
		///
		/// # Errors
		///
		/// [`Error::NotFound`], [`Error::NotOwner`], [`Error::RatioTooHigh`].
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::set_policy())]
		pub fn set_policy(origin: OriginFor<T>, workerpool: WorkerpoolId, policy: Policy) -> DispatchResult {
			let caller = ensure_signed(origin)?;
			Self::do_set_policy(caller, workerpool, policy)
		}

		/// Removes something that the caller owns, and gets its deposit back. Orders that name it no longer match;
		/// deals that were made go on. Emits [`Event::Deregistered`].
		///
		/// # Errors
		///
		/// [`Error::NotFound`], [`Error::NotOwner`], [`Error::GroupNotEmpty`].
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::deregister())]
		pub fn deregister(origin: OriginFor<T>, asset: AssetId) -> DispatchResult {
			let caller = ensure_signed(origin)?;
			Self::do_deregister(caller, asset)
		}

		/// Changes what a workerpool says about itself, such as where it is reached. Its id stays: it is derived from the
		/// description that it was registered with. Its deposit becomes that of a new one. Emits [`Event::DescriptionSet`].
		///
		/// # Errors
		///
		/// [`Error::NotFound`], [`Error::NotOwner`].
		#[pallet::call_index(9)]
		#[pallet::weight(T::WeightInfo::set_description())]
		pub fn set_description(
			origin: OriginFor<T>,
			workerpool: WorkerpoolId,
			description: Description,
		) -> DispatchResult {
			let caller = ensure_signed(origin)?;
			Self::do_set_description(caller, workerpool, description)
		}
	}

	/// Ids before and after things exist.
	// A view function is called by a hash of its signature as it is written here: `T::AccountId` stays.
	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// Returns the id that an app has if `owner` registers it.
		pub fn app_id(owner: T::AccountId, app: App) -> AppId {
			AppId::derive(&owner, &app)
		}

		/// Returns the id that a dataset has if `owner` registers it.
		pub fn dataset_id(owner: T::AccountId, dataset: Dataset) -> DatasetId {
			DatasetId::derive(&owner, &dataset)
		}

		/// Returns the id that a workerpool has if `owner` registers it.
		pub fn workerpool_id(owner: T::AccountId, description: Description) -> WorkerpoolId {
			WorkerpoolId::derive(&owner, &description)
		}

		/// Returns the id that a group has if `owner` creates it.
		pub fn group_id(owner: T::AccountId, name: Name) -> GroupId {
			GroupId::derive(&owner, &name)
		}
	}
}
