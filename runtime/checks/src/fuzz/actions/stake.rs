//! Staking by people who have other things to do, too.

use pallet_staking::{Call as Staking, Ledger, RewardDestination, ValidatorPrefs, Validators};
use rand::{rngs::StdRng, seq::SliceRandom, Rng};
use rlc_primitives::Balance;
use rlc_runtime::{limits::Limits, Runtime, RuntimeCall};
use sp_runtime::Perbill;

use super::{signed, Act};
use crate::{fuzz::world::World, people::Person};

/// Of how many candidates the one is chosen that somebody nominates.
const NOMINATED: usize = 20;

impl World {
	/// Bonds, stands for election, nominates, and leaves.
	pub(super) fn stake(&mut self, random: &mut StdRng) -> Option<Act> {
		let Limits { min_validator_bond: for_seat, min_nominator_bond: for_vote, min_commission, .. } =
			Limits::default();
		let value = match random.gen_range(0..4) {
			0 => random.gen_range(1..for_vote),
			1 => random.gen_range(for_vote..for_seat),
			_ => random.gen_range(for_seat..2 * for_seat),
		};
		let (least, call): (Balance, RuntimeCall) = match random.gen_range(0..9) {
			0 | 1 => {
				let bond = Staking::bond { value, payee: RewardDestination::Staked };
				return signed(self.anyone(random), bond);
			}
			2 => (1, Staking::bond_extra { max_additional: value }.into()),
			3 | 4 => {
				let commission = if random.gen_ratio(1, 5) { min_commission / 2u32 } else { Perbill::from_percent(50) };
				let prefs = ValidatorPrefs { commission, blocked: false };
				(for_seat, Staking::validate { prefs }.into())
			}
			5 => {
				let candidates: Vec<_> = Validators::<Runtime>::iter_keys().take(NOMINATED).collect();
				let candidate = candidates.choose(random).filter(|_| random.gen_ratio(4, 5)).cloned();
				let target = candidate.unwrap_or_else(|| self.anyone(random).account());
				(for_vote, Staking::nominate { targets: vec![target.into()] }.into())
			}
			6 => (1, Staking::chill {}.into()),
			7 => (1, Staking::withdraw_unbonded { num_slashing_spans: 0 }.into()),
			_ => (1, Staking::unbond { value }.into()),
		};
		let by = self.staker(least, random);
		// If all of it were at stake, none of its RLC would vest, and a bond would pay for a task.
		let bonds_more = matches!(call, RuntimeCall::Staking(Staking::bond_extra { .. }));
		if bonds_more && by.account() == self.vesting().account() {
			return None;
		}
		signed(by, call)
	}

	/// Returns somebody who has this much at stake, in nRLC, mostly.
	fn staker(&self, least: Balance, random: &mut StdRng) -> Person {
		let staked = |who: &Person| Ledger::<Runtime>::get(who.account()).map_or(0, |ledger| ledger.active);
		let stakers: Vec<_> = self.people.iter().filter(|who| staked(who) >= least).collect();
		let staker = stakers.choose(random).map(|who| who.account());
		self.mostly(staker, random)
	}
}
