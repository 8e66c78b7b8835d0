//! How long a slot, a session and an era of this network are.
//!
//! They come from the chain spec and stay as they are: consensus derives slot numbers from the slot's length, so it
//! cannot change under a running chain. Test networks have short ones, and run long waits (governance, unbonding)
//! faster by a factor.
//!
//! Pallets of FRAME count some waits in blocks. Their lengths are written here in milliseconds and converted with the
//! slot's length, since a slot without a block is the exception.

use frame_support::traits::Get;
use rlc_primitives::{BlockNumber, Moment};

pub use pallet::*;

/// Milliseconds of a minute, for lengths of waits.
pub const MINUTE: Moment = 60_000;
/// Milliseconds of an hour.
pub const HOUR: Moment = 60 * MINUTE;
/// Milliseconds of a day.
pub const DAY: Moment = 24 * HOUR;

#[frame_support::pallet]
pub mod pallet {
	use frame_support::pallet_prelude::*;
	use rlc_primitives::Moment;

	/// Lengths that differ between networks.
	#[derive(
		Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, MaxEncodedLen, TypeInfo, serde::Serialize, serde::Deserialize,
	)]
	#[serde(rename_all = "camelCase", deny_unknown_fields)]
	pub struct Lengths {
		/// Milliseconds of a slot, in each of which a block may be made.
		pub slot_ms: Moment,
		/// Slots of a session (BABE calls it an epoch).
		pub session_slots: u64,
		/// Sessions of an era, after which validators are elected anew and paid.
		pub era_sessions: u32,
		/// Divides the long waits of governance and staking. 1 on live networks.
		pub speedup: u32,
	}

	/// The live networks' lengths: slots of 2 s, sessions of 4 h, eras of a day.
	impl Default for Lengths {
		fn default() -> Self {
			Self { slot_ms: 2_000, session_slots: 7_200, era_sessions: 6, speedup: 1 }
		}
	}

	#[pallet::config]
	pub trait Config: frame_system::Config {}

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	/// This network's lengths. Written once, at genesis.
	#[pallet::storage]
	pub type NetworkLengths<T> = StorageValue<_, Lengths, ValueQuery>;

	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T> {
		/// This network's lengths.
		pub lengths: Lengths,
		#[serde(skip)]
		pub _config: core::marker::PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		/// # Panics
		///
		/// If a length is zero: such a chain could not make blocks.
		fn build(&self) {
			let Lengths { slot_ms, session_slots, era_sessions, speedup } = self.lengths;
			assert!(slot_ms >= 100, "timing: a slot is at least 100 ms, not {slot_ms}");
			assert!(session_slots > 0 && era_sessions > 0 && speedup > 0, "timing: every length is at least 1");
			NetworkLengths::<T>::put(self.lengths);
		}
	}
}

fn lengths() -> Lengths {
	NetworkLengths::<crate::Runtime>::get()
}

/// Milliseconds of a slot.
pub struct SlotMs;
impl Get<Moment> for SlotMs {
	fn get() -> Moment {
		lengths().slot_ms
	}
}

/// Least milliseconds between two blocks' timestamps, as the timestamp pallet wants it: half a slot.
pub struct MinimumPeriodMs;
impl Get<Moment> for MinimumPeriodMs {
	fn get() -> Moment {
		lengths().slot_ms / 2
	}
}

/// Slots of a session.
pub struct SessionSlots;
impl Get<u64> for SessionSlots {
	fn get() -> u64 {
		lengths().session_slots
	}
}

/// Blocks of a session, if every slot has one.
pub struct SessionBlocks;
impl Get<BlockNumber> for SessionBlocks {
	fn get() -> BlockNumber {
		lengths().session_slots.try_into().unwrap_or(BlockNumber::MAX)
	}
}

/// Sessions of an era.
pub struct EraSessions;
impl Get<u32> for EraSessions {
	fn get() -> u32 {
		lengths().era_sessions
	}
}

/// Returns a long wait of `ms` milliseconds in blocks of this network: at least one.
pub fn blocks(ms: Moment) -> BlockNumber {
	let Lengths { slot_ms, speedup, .. } = lengths();
	let blocks = ms.checked_div(slot_ms.saturating_mul(speedup.into())).unwrap_or(ms);
	blocks.max(1).try_into().unwrap_or(BlockNumber::MAX)
}

/// A long wait of `MS` milliseconds, in blocks of this network.
pub struct Blocks<const MS: Moment>;
impl<const MS: Moment> Get<BlockNumber> for Blocks<MS> {
	fn get() -> BlockNumber {
		blocks(MS)
	}
}

/// The same, where a pallet takes none for "never".
impl<const MS: Moment> Get<Option<BlockNumber>> for Blocks<MS> {
	fn get() -> Option<BlockNumber> {
		Some(blocks(MS))
	}
}

/// `ERAS` of a live network, fewer on test networks, at least one.
pub struct Eras<const ERAS: u32>;
impl<const ERAS: u32> Get<u32> for Eras<ERAS> {
	fn get() -> u32 {
		ERAS.checked_div(lengths().speedup).unwrap_or(ERAS).max(1)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::Runtime;

	fn with(lengths: Lengths, test: impl FnOnce()) {
		sp_io::TestExternalities::default().execute_with(|| {
			NetworkLengths::<Runtime>::put(lengths);
			test();
		});
	}

	#[test]
	fn live_waits_are_as_long_as_written() {
		with(Lengths::default(), || {
			assert_eq!(blocks(DAY), 43_200, "a day of 2 s slots");
			assert_eq!(<Eras<28> as Get<u32>>::get(), 28);
			assert_eq!(MinimumPeriodMs::get(), 1_000);
		});
	}

	#[test]
	fn speedup_shortens_waits_but_never_to_nothing() {
		with(Lengths { slot_ms: 1_000, speedup: 14_400, ..Default::default() }, || {
			assert_eq!(blocks(DAY), 6);
			assert_eq!(blocks(MINUTE), 1);
			assert_eq!(<Eras<28> as Get<u32>>::get(), 1);
		});
	}
}
