//! How long each kind of decision takes and how much support it needs.
//!
//! The more a track's origin may do, the longer and the more strongly RLC's holders have to be for it. Support is the
//! part of all RLC that votes aye; approval is the part of the votes, weighted by conviction, that are ayes. Both
//! thresholds sink over the decision's time, so that what nearly all holders want passes at once.

use alloc::borrow::Cow;

use pallet_referenda::{Curve, Track, TrackInfo};
use rlc_primitives::{Balance, BlockNumber, Moment, RLC};
use sp_runtime::{str_array as name, FixedI64, Perbill};

use super::origins::Origin;
use crate::{
	timing::{blocks, DAY, HOUR, MINUTE},
	OriginCaller, RuntimeOrigin,
};

/// The tracks.
pub struct Tracks;

/// A track as it is written down: times in milliseconds of chain time on a live network.
struct Rule {
	id: u16,
	name: [u8; 25],
	/// Referenda decided at the same time.
	deciding: u32,
	deposit: Balance,
	prepare: Moment,
	decide: Moment,
	confirm: Moment,
	enact: Moment,
	approval: Curve,
	support: Curve,
}

const fn percent(of: i64) -> FixedI64 {
	FixedI64::from_rational(of.unsigned_abs() as u128, 100)
}

const fn falling(ceil: u32, floor: u32) -> Curve {
	Curve::LinearDecreasing {
		length: Perbill::one(),
		floor: Perbill::from_percent(floor),
		ceil: Perbill::from_percent(ceil),
	}
}

const ROOT: u16 = 0;
const WHITELISTED: u16 = 1;
const STAKING: u16 = 10;
const TREASURY: u16 = 11;
const MARKETPLACE: u16 = 12;
const BRIDGE: u16 = 13;
const EMERGENCY: u16 = 20;

/// All tracks, by id.
const RULES: [Rule; 7] = [
	Rule {
		id: ROOT,
		name: name("root"),
		deciding: 1,
		deposit: 10_000 * RLC,
		prepare: 2 * HOUR,
		decide: 28 * DAY,
		confirm: DAY,
		enact: DAY,
		approval: Curve::make_reciprocal(4, 28, percent(80), percent(50), percent(100)),
		support: falling(50, 0),
	},
	Rule {
		id: WHITELISTED,
		name: name("whitelisted_caller"),
		deciding: 10,
		deposit: 1_000 * RLC,
		prepare: 30 * MINUTE,
		decide: 28 * DAY,
		confirm: 10 * MINUTE,
		enact: 10 * MINUTE,
		approval: Curve::make_reciprocal(16, 28 * 24, percent(96), percent(50), percent(100)),
		support: Curve::make_reciprocal(1, 28, percent(20), percent(1), percent(50)),
	},
	Rule {
		id: STAKING,
		name: name("staking_admin"),
		deciding: 10,
		deposit: 500 * RLC,
		prepare: 2 * HOUR,
		decide: 28 * DAY,
		confirm: 3 * HOUR,
		enact: 10 * MINUTE,
		approval: falling(100, 50),
		support: Curve::make_reciprocal(12, 28, percent(11), percent(0), percent(50)),
	},
	Rule {
		id: TREASURY,
		name: name("treasury_spender"),
		deciding: 10,
		deposit: 500 * RLC,
		prepare: 2 * HOUR,
		decide: 28 * DAY,
		confirm: DAY,
		enact: DAY,
		approval: Curve::make_reciprocal(4, 28, percent(80), percent(50), percent(100)),
		support: falling(50, 0),
	},
	Rule {
		id: MARKETPLACE,
		name: name("marketplace_admin"),
		deciding: 10,
		deposit: 500 * RLC,
		prepare: 2 * HOUR,
		decide: 14 * DAY,
		confirm: 6 * HOUR,
		enact: 6 * HOUR,
		approval: falling(100, 50),
		support: Curve::make_reciprocal(12, 28, percent(11), percent(0), percent(50)),
	},
	Rule {
		id: BRIDGE,
		name: name("bridge_admin"),
		deciding: 10,
		deposit: 1_000 * RLC,
		prepare: 2 * HOUR,
		decide: 28 * DAY,
		confirm: DAY,
		enact: DAY,
		approval: Curve::make_reciprocal(4, 28, percent(80), percent(50), percent(100)),
		support: falling(50, 0),
	},
	Rule {
		id: EMERGENCY,
		name: name("emergency_admin"),
		deciding: 10,
		deposit: 1_000 * RLC,
		prepare: 10 * MINUTE,
		decide: 7 * DAY,
		confirm: HOUR,
		enact: MINUTE,
		approval: falling(100, 50),
		support: Curve::make_reciprocal(1, 28, percent(20), percent(1), percent(50)),
	},
];

impl Rule {
	fn track(&self) -> Track<u16, Balance, BlockNumber> {
		Track {
			id: self.id,
			info: TrackInfo {
				name: self.name,
				max_deciding: self.deciding,
				decision_deposit: self.deposit,
				prepare_period: blocks(self.prepare),
				decision_period: blocks(self.decide),
				confirm_period: blocks(self.confirm),
				min_enactment_period: blocks(self.enact),
				min_approval: self.approval.clone(),
				min_support: self.support.clone(),
			},
		}
	}
}

impl pallet_referenda::TracksInfo<Balance, BlockNumber> for Tracks {
	type Id = u16;
	type RuntimeOrigin = <RuntimeOrigin as frame_support::traits::OriginTrait>::PalletsOrigin;

	fn tracks() -> impl Iterator<Item = Cow<'static, Track<Self::Id, Balance, BlockNumber>>> {
		RULES.iter().map(|rule| Cow::Owned(rule.track()))
	}

	fn track_for(origin: &Self::RuntimeOrigin) -> Result<Self::Id, ()> {
		match origin {
			OriginCaller::system(frame_system::RawOrigin::Root) => Ok(ROOT),
			OriginCaller::Origins(origin) => Ok(match origin {
				Origin::WhitelistedCaller => WHITELISTED,
				Origin::StakingAdmin => STAKING,
				Origin::TreasurySpender => TREASURY,
				Origin::MarketplaceAdmin => MARKETPLACE,
				Origin::BridgeAdmin => BRIDGE,
				Origin::EmergencyAdmin => EMERGENCY,
			}),
			_ => Err(()),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use pallet_referenda::TracksInfo;

	#[test]
	fn tracks_are_sorted_and_every_origin_has_one() {
		sp_io::TestExternalities::default().execute_with(|| {
			assert_eq!(Tracks::check_integrity(), Ok(()));
			for origin in [
				Origin::WhitelistedCaller,
				Origin::StakingAdmin,
				Origin::TreasurySpender,
				Origin::MarketplaceAdmin,
				Origin::BridgeAdmin,
				Origin::EmergencyAdmin,
			] {
				let id = Tracks::track_for(&origin.into()).unwrap();
				assert!(Tracks::info(id).is_some());
			}
			assert_eq!(Tracks::track_for(&frame_system::RawOrigin::Root.into()), Ok(ROOT));
			assert_eq!(Tracks::track_for(&frame_system::RawOrigin::None.into()), Err(()));
		});
	}

	#[test]
	fn root_needs_more_than_any_other_track_but_nothing_passes_without_a_majority() {
		// Less what fixed-point arithmetic loses in the curves.
		let half = Perbill::from_percent(50) - Perbill::from_parts(1_000);
		for rule in &RULES {
			assert!(rule.approval.threshold(Perbill::one()) >= half, "track {}", rule.id);
			assert!(RULES[0].deposit >= rule.deposit);
		}
	}
}
