#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]
#![cfg_attr(
	not(feature = "std"),
	deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::as_conversions, clippy::panic)
)]

pub mod fees;
mod supply;
#[cfg(any(feature = "try-runtime", test))]
mod try_state;
pub mod weights;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

use frame_support::traits::fungible::{Credit, Inspect};
use frame_system::Config as SystemConfig;

pub use pallet::*;
pub use weights::WeightInfo;

/// An amount of RLC in nRLC, as the runtime's currency counts it.
pub type BalanceOf<T> = <<T as Config>::Currency as Inspect<<T as SystemConfig>::AccountId>>::Balance;

/// RLC taken out of an account and not yet put anywhere.
pub type CreditOf<T> = Credit<<T as SystemConfig>::AccountId, <T as Config>::Currency>;

/// The pallet.
// What FRAME's macros write converts with `as` and expects.
#[cfg_attr(not(feature = "std"), allow(clippy::as_conversions, clippy::expect_used))]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use frame_support::{
		pallet_prelude::*,
		traits::{fungible::Balanced, fungible::Mutate, OnUnbalanced},
		PalletId,
	};
	use frame_system::pallet_prelude::*;
	use sp_runtime::Permill;

	/// What the pallet needs from the runtime.
	#[pallet::config]
	pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
		/// The RLC token.
		type Currency: Balanced<Self::AccountId> + Mutate<Self::AccountId>;

		/// The most nRLC that may ever exist.
		#[pallet::constant]
		type MaxSupply: Get<BalanceOf<Self>>;

		/// Names the two accounts of this pallet: fees collected, and rewards promised.
		#[pallet::constant]
		type PalletId: Get<PalletId>;

		/// Where the treasury's share of each fee goes.
		type Treasury: OnUnbalanced<CreditOf<Self>>;

		/// Who may change the treasury's share of the fees.
		type ShareOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Weights of the calls.
		type WeightInfo: WeightInfo;
	}

	/// The pallet's handle.
	#[pallet::pallet]
	pub struct Pallet<T>(_);

	/// The part of every transaction fee that goes to the treasury; the rest becomes the validators' rewards.
	///
	/// One value, set by governance; never removed.
	#[pallet::storage]
	pub type TreasuryShare<T> = StorageValue<_, Permill, ValueQuery>;

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
			amount: BalanceOf<T>,
		},
		/// New RLC came into being.
		Minted {
			/// Who got it.
			who: T::AccountId,
			/// How much, in nRLC.
			amount: BalanceOf<T>,
		},
	}

	/// Why a call is refused.
	#[pallet::error]
	pub enum Error<T> {
		/// The supply would exceed its cap. Mint at most the cap less the total issuance.
		CapExceeded,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Set the part of every transaction fee that goes to the treasury.
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
	}
}
