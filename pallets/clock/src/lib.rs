#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

pub mod weights;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod tests;

use frame_support::traits::{Get, OnTimestampSet, Time};
use rlc_primitives::{ClockReading, Moment};

#[cfg(feature = "runtime-benchmarks")]
pub use benchmarking::BenchmarkHelper;
pub use pallet::*;
pub use weights::WeightInfo;

/// The pallet.
// What FRAME's macros write converts with `as` and expects.
#[cfg_attr(not(feature = "std"), allow(clippy::as_conversions, clippy::expect_used))]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use frame_support::pallet_prelude::*;
	use frame_system::pallet_prelude::*;

	/// What the pallet needs from the runtime.
	#[pallet::config]
	pub trait Config: frame_system::Config {
		/// Whether governance has paused a call that tasks need.
		type Paused: Get<bool>;

		/// Whether all is stopped: by safe mode, or while the state migrates.
		type Halted: Get<bool>;

		/// How long work can be paused, in ms.
		#[pallet::constant]
		type MaxPause: Get<Moment>;

		/// The least that [`MaxGap`] can be, in ms: the time from one block to the next.
		type LeastGap: Get<Moment>;

		/// Chain time, in ms.
		type ChainTime: Time<Moment = Moment>;

		/// Weights of the hook.
		type WeightInfo: WeightInfo;

		/// Pauses work for the benchmarks.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: crate::BenchmarkHelper;
	}

	/// The layout of storage that this code reads and writes. A change of it needs a migration.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// The pallet's handle.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// PoCo time, and when it was read.
	///
	/// One value, written in every block; never removed.
	#[pallet::storage]
	pub type Reading<T> = StorageValue<_, ClockReading, ValueQuery>;

	/// The chain time, in ms, since which work is paused.
	///
	/// One value; removed when none of its calls is paused.
	#[pallet::storage]
	pub type PausedSince<T> = StorageValue<_, Moment>;

	/// The longest time between two blocks that counts, in ms, at least [`Config::LeastGap`]; `None`: all of it.
	///
	/// One value, from the genesis; never removed.
	#[pallet::storage]
	pub type MaxGap<T> = StorageValue<_, Moment>;

	/// The state at genesis.
	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T> {
		/// The longest time between two blocks that counts, in ms; `None`: all of it.
		pub max_gap: Option<Moment>,
		#[doc(hidden)]
		#[serde(skip)]
		pub _config: core::marker::PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		/// # Panics
		///
		/// If less would count than the time from one block to the next: PoCo time would lag behind, or stand still, on a
		/// chain that runs as it should.
		fn build(&self) {
			let least = T::LeastGap::get();
			assert!(
				self.max_gap.is_none_or(|gap| gap >= least),
				"genesis has PoCo time advance by less than the {least} ms from one block to the next",
			);
			MaxGap::<T>::set(self.max_gap);
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(_: BlockNumberFor<T>) -> Weight {
			T::WeightInfo::tick()
		}

		/// Notes what this block stops, for the time until the next.
		fn on_finalize(_: BlockNumberFor<T>) {
			let (paused, since) = (T::Paused::get(), PausedSince::<T>::get());
			if paused != since.is_some() {
				PausedSince::<T>::set(paused.then(T::ChainTime::now));
			}
			let stopped = Self::is_work_stopped();
			if Reading::<T>::get().stands_still != stopped {
				Reading::<T>::mutate(|reading| reading.stands_still = stopped);
			}
		}
	}
}

impl<T: Config> Pallet<T> {
	/// Returns whether the calls that tasks need are stopped.
	pub fn is_work_stopped() -> bool {
		T::Halted::get() || (T::Paused::get() && !Self::is_pause_over())
	}

	/// Returns whether work has been paused for as long as it can be.
	fn is_pause_over() -> bool {
		let since = PausedSince::<T>::get();
		since.is_some_and(|since| since.saturating_add(T::MaxPause::get()) <= T::ChainTime::now())
	}
}

impl<T: Config> OnTimestampSet<Moment> for Pallet<T> {
	fn on_timestamp_set(now: Moment) {
		Reading::<T>::mutate(|reading| reading.advance(now, MaxGap::<T>::get()));
	}
}

/// PoCo time.
impl<T: Config> Time for Pallet<T> {
	type Moment = Moment;

	fn now() -> Moment {
		Reading::<T>::get().time
	}
}
