//! The origins that a referendum can act with, each allowed some of what root may do.

pub use pallet::*;

#[frame_support::pallet]
pub mod pallet {
	use frame_support::{pallet_prelude::*, traits::OriginTrait};
	use rlc_primitives::Balance;

	#[pallet::config]
	pub trait Config: frame_system::Config {
		/// Held for a call that is stored beside its referendum, in nRLC. Clients read it here: FRAME's pallet does not tell.
		#[pallet::constant]
		type CallDeposit: Get<Balance>;

		/// Held for each byte of it, in nRLC.
		#[pallet::constant]
		type CallByteDeposit: Get<Balance>;
	}

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	/// What an approved referendum may act as.
	#[pallet::origin]
	#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
	pub enum Origin {
		/// May do what root may, fast, since the technical committee found it urgent and safe.
		WhitelistedCaller,
		/// Spends from the treasury, and sets its share of the fees, up to a half.
		TreasurySpender,
		/// Cancels slashes, and sets the least commission. The limits of staking are root's.
		StakingAdmin,
		/// Sets the marketplace's parameters, and adds categories.
		MarketplaceAdmin,
		/// Controls the bridge: limits, pausing, resuming.
		BridgeAdmin,
		/// Ends a pause or cancels a referendum in an emergency.
		EmergencyAdmin,
	}

	/// Makes a type that accepts one of the origins.
	macro_rules! ensure {
		($($(#[$doc:meta])* $name:ident;)+) => {$(
			$(#[$doc])*
			pub struct $name;
			impl<O: OriginTrait + From<Origin>> EnsureOrigin<O> for $name
			where
				for<'a> &'a O::PalletsOrigin: TryInto<&'a Origin>,
			{
				type Success = ();

				fn try_origin(origin: O) -> Result<Self::Success, O> {
					let right = matches!(origin.caller().try_into(), Ok(Origin::$name));
					if right { Ok(()) } else { Err(origin) }
				}

				#[cfg(feature = "runtime-benchmarks")]
				fn try_successful_origin() -> Result<O, ()> {
					Ok(O::from(Origin::$name))
				}
			}
		)+};
	}
	ensure! {
		/// Accepts [`Origin::WhitelistedCaller`].
		WhitelistedCaller;
		/// Accepts [`Origin::TreasurySpender`].
		TreasurySpender;
		/// Accepts [`Origin::StakingAdmin`].
		StakingAdmin;
		/// Accepts [`Origin::MarketplaceAdmin`].
		MarketplaceAdmin;
		/// Accepts [`Origin::BridgeAdmin`].
		BridgeAdmin;
		/// Accepts [`Origin::EmergencyAdmin`].
		EmergencyAdmin;
	}
}
