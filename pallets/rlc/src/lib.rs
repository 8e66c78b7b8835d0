#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod escrow;
pub mod fees;
mod inactive;
mod supply;
mod tally;
#[cfg(any(feature = "try-runtime", test))]
mod try_state;
pub mod weights;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

use frame_support::traits::fungible::Credit;
use frame_system::Config as SystemConfig;

pub use pallet::*;
pub use weights::WeightInfo;

/// RLC taken out of an account and not yet put anywhere.
pub type CreditOf<T> = Credit<<T as SystemConfig>::AccountId, <T as Config>::Currency>;

/// The pallet.
// What FRAME's macros write converts with `as` and expects.
#[cfg_attr(not(feature = "std"), allow(clippy::as_conversions, clippy::expect_used))]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::vec::Vec;
	use frame_support::{
		pallet_prelude::*,
		traits::{
			fungible::{Balanced, Inspect, Mutate},
			OnUnbalanced,
		},
		PalletId,
	};
	use frame_system::pallet_prelude::*;
	use rlc_primitives::{traits::OpenLocks, AccountId, Balance, TaskId};
	use sp_runtime::Permill;

	/// What the pallet needs from the runtime.
	#[pallet::config]
	pub trait Config: frame_system::Config<AccountId = AccountId, RuntimeEvent: From<Event<Self>>> {
		/// The RLC token. Its existential deposit is 1 nRLC: any amount can be paid to any account.
		type Currency: Balanced<AccountId, Balance = Balance> + Mutate<AccountId>;

		/// Accounts that nobody has a key to, out of which only governance pays: what they hold is inactive issuance.
		///
		/// Not those of pallets that deactivate what they hold themselves, as the treasury does. A few: each is read
		/// once a block.
		type KeylessAccounts: Get<Vec<AccountId>>;

		/// The most nRLC that may ever exist.
		#[pallet::constant]
		type MaxSupply: Get<Balance>;

		/// The books of the pallets that lock RLC. Read by `try_state` only, to compare them with the escrow's.
		type OpenLocks: OpenLocks;

		/// Names the three accounts of this pallet: the escrow, fees collected, and rewards promised.
		#[pallet::constant]
		type PalletId: Get<PalletId>;

		/// Where the treasury's share of each fee goes, and what is seized for nobody.
		type Treasury: OnUnbalanced<CreditOf<Self>>;

		/// Who may change the treasury's share of the fees.
		type ShareOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Weights of the calls.
		type WeightInfo: WeightInfo;
	}

	/// The layout of storage that this code reads and writes. A change of it needs a migration.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(2);

	/// The pallet's handle.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// The part of every transaction fee that goes to the treasury; the rest becomes the validators' rewards.
	///
	/// One value, set by governance; never removed.
	#[pallet::storage]
	pub type TreasuryShare<T> = StorageValue<_, Permill, ValueQuery>;

	/// What each account has locked, in nRLC. The escrow account holds the RLC itself.
	///
	/// An account with an entry has a provider reference of this pallet, which keeps it alive with nothing free. Both
	/// go with the last locked nRLC. One kind of entry says 0: that of an account which lost all that it had free and
	/// locked while other pallets' references to it remain, so that it must live on. [`Pallet::prune`] ends it.
	#[pallet::storage]
	pub type Locked<T> = StorageMap<_, Blake2_128Concat, AccountId, Balance>;

	/// What the kitty holds, in nRLC: the stakes of schedulers that failed. A part of what the escrow account holds.
	///
	/// One value; never removed.
	#[pallet::storage]
	pub type Kitty<T> = StorageValue<_, Balance, ValueQuery>;

	/// What the keyless accounts held when the last block ended, in nRLC: the part of the inactive issuance that comes
	/// from them.
	///
	/// One value; never removed.
	#[pallet::storage]
	pub type Deactivated<T> = StorageValue<_, Balance, ValueQuery>;

	/// The state at genesis.
	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T> {
		/// The treasury's part of every fee.
		pub treasury_share: Permill,
		#[doc(hidden)]
		#[serde(skip)]
		pub _config: core::marker::PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		/// # Panics
		///
		/// If more RLC was endowed than may exist: such a chain must not start.
		fn build(&self) {
			assert!(
				T::Currency::total_issuance() <= T::MaxSupply::get(),
				"genesis endows more RLC than the cap of {:?} nRLC",
				T::MaxSupply::get(),
			);
			TreasuryShare::<T>::put(self.treasury_share);
			Pallet::<T>::update_inactive();
			// The escrow is often empty. Keep it alive, so that it is not reaped and recreated each time.
			frame_system::Pallet::<T>::inc_providers(&Pallet::<T>::escrow_account());
		}
	}

	/// What the pallet tells the outside.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// Governance changed the treasury's part of every fee.
		TreasuryShareSet {
			/// The new part.
			share: Permill,
		},
		/// An era ended and the fees collected in it became rewards that validators and nominators can claim.
		RewardsFunded {
			/// The fees, in nRLC.
			amount: Balance,
		},
		/// New RLC came into being.
		Minted {
			/// Who got it.
			who: AccountId,
			/// How much, in nRLC.
			amount: Balance,
		},
		/// Free RLC of an account was locked for a deal or a contribution.
		Locked {
			/// Whose.
			who: AccountId,
			/// How much, in nRLC.
			amount: Balance,
		},
		/// Locked RLC of an account is free again: all that one settlement unlocked.
		Unlocked {
			/// Whose.
			who: AccountId,
			/// How much, in nRLC.
			amount: Balance,
		},
		/// An account lost locked RLC: it paid for a task, or lost a stake.
		Seized {
			/// Whose.
			who: AccountId,
			/// How much, in nRLC.
			amount: Balance,
			/// What for.
			task: TaskId,
		},
		/// An account was paid, with what was seized or from the kitty.
		Rewarded {
			/// Who was paid.
			who: AccountId,
			/// How much, in nRLC.
			amount: Balance,
			/// What for.
			task: TaskId,
		},
		/// What was seized from a scheduler that failed went to the kitty.
		KittyFilled {
			/// How much, in nRLC.
			amount: Balance,
			/// Which task was not completed.
			task: TaskId,
		},
		/// An account with nothing locked was pruned.
		Pruned {
			/// Whose entry went.
			who: AccountId,
		},
		/// A part of what was seized went to the treasury: a stake that nobody is to gain, or the price of points of score.
		TreasuryPaid {
			/// How much, in nRLC.
			amount: Balance,
			/// Which task it was seized for.
			task: TaskId,
		},
	}

	/// Why a call is refused.
	#[pallet::error]
	pub enum Error<T> {
		/// The supply would exceed its cap. Mint at most what the cap leaves above the total issuance.
		CapExceeded,
		/// The account can spend less than is to be locked. Get RLC first, or wait until it vests.
		InsufficientFree,
		/// The account has less locked than is to be unlocked or seized. Free at most what was locked.
		InsufficientLocked,
		/// What is seized is not what is rewarded and what the treasury gets. Give away all of it, and no more.
		Unbalanced,
		/// The kitty holds less than is to be paid from it. Read how much it holds first.
		InsufficientKitty,
		/// The escrow does not know this account. Nothing has to be pruned.
		NotFound,
		/// The account has RLC locked. Wait until its deals and contributions end.
		StillLocked,
		/// Root would create or destroy RLC. Use none of the calls that do: the chain alone mints.
		IssuanceChanged,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		/// # Panics
		///
		/// If an account needs more than 1 nRLC to exist: a small reward could then not be paid, and a settlement fail.
		fn integrity_test() {
			assert!(T::Currency::minimum_balance() <= 1, "the existential deposit must be 1 nRLC at most");
		}

		/// Returns the weight of what [`Hooks::on_finalize`] will do.
		fn on_initialize(_: BlockNumberFor<T>) -> Weight {
			T::WeightInfo::update_inactive()
		}

		/// Updates the inactive issuance, after all that could pay into the keyless accounts or out of them.
		fn on_finalize(_: BlockNumberFor<T>) {
			Self::update_inactive();
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Sets the part of every transaction fee that goes to the treasury.
		///
		/// Takes effect with the next fee. Emits [`Event::TreasuryShareSet`].
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::set_treasury_share())]
		pub fn set_treasury_share(origin: OriginFor<T>, share: Permill) -> DispatchResult {
			T::ShareOrigin::ensure_origin(origin)?;
			TreasuryShare::<T>::put(share);
			Self::deposit_event(Event::TreasuryShareSet { share });
			Ok(())
		}

		/// Prunes an account that has nothing locked, and that had to be kept when it lost its last locked RLC.
		///
		/// Anyone may; free if it succeeds. Emits [`Event::Pruned`].
		///
		/// # Errors
		///
		/// [`Error::NotFound`]; [`Error::StillLocked`]; `ConsumerRemaining` if the account still has to be kept.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::prune())]
		pub fn prune(origin: OriginFor<T>, who: AccountId) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			Self::do_prune(who)?;
			Ok(Pays::No.into())
		}
	}

	// A view function is called by a hash of its signature as it is written here: `T::AccountId` stays.
	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// Returns what an account has locked, in nRLC.
		pub fn locked(who: T::AccountId) -> Balance {
			Locked::<T>::get(who).unwrap_or_default()
		}
	}
}
