//! Whom staking admits: how many, and with how much at stake.
//!
//! An election that finds more candidates than it can look at is an error: no era ends, nobody is paid, and nothing is
//! slashed or unbonded until governance has repaired it. FRAME expects the chain to admit fewer, and does so only if it
//! is told how many. A genesis tells it here, after staking's own; an earlier chain is told by a migration.
//!
//! ```text
//! candidates ≤ max_validator_count  <  ELECTION_CANDIDATES
//! candidates + nominators           ≤  ELECTION_VOTERS       so nobody who bonded is left out
//! seats      ≤ MaxValidators        ≤  candidates that can be admitted
//! ```
//!
//! `docs/staking.md` argues the values. [`check_upstream`] checks the limits of upstream pallets.

mod upstream;

use frame_support::traits::Get;
use pallet_staking::{
	ChillThreshold, MaxNominatorsCount, MaxValidatorsCount, MinCommission, MinNominatorBond, MinValidatorBond,
};
use rlc_primitives::{Balance, RLC};
use sp_runtime::{Perbill, Percent};

use crate::configs::staking::{MaxValidators, ELECTION_CANDIDATES, ELECTION_VOTERS};

pub use pallet::*;
pub use upstream::check_upstream;

/// How many may validate and nominate, and with how much.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Limits {
	/// The least that a validator has at stake, in nRLC.
	pub min_validator_bond: Balance,
	/// The least that a nominator has at stake, in nRLC.
	pub min_nominator_bond: Balance,
	/// The most candidates, elected or not.
	pub max_validator_count: u32,
	/// The most nominators.
	pub max_nominator_count: u32,
	/// The part of these counts above which anyone may remove those who have less than the minimum at stake.
	pub chill_threshold: Percent,
	/// The least part of its nominators' rewards that a validator keeps.
	pub min_commission: Perbill,
}

impl Default for Limits {
	fn default() -> Self {
		Self {
			min_validator_bond: 10_000 * RLC,
			min_nominator_bond: 500 * RLC,
			max_validator_count: 150,
			max_nominator_count: 850,
			chill_threshold: Percent::from_percent(75),
			min_commission: Perbill::from_percent(5),
		}
	}
}

impl Limits {
	/// Makes the limits of the chain at least as strict as these.
	pub fn impose<T: Config>(&self) {
		MinValidatorBond::<T>::mutate(|least| *least = self.min_validator_bond.max(*least));
		MinNominatorBond::<T>::mutate(|least| *least = self.min_nominator_bond.max(*least));
		MinCommission::<T>::mutate(|least| *least = self.min_commission.max(*least));
		let at_most = |most: &mut Option<u32>, limit: u32| *most = Some(most.unwrap_or(limit).min(limit));
		MaxValidatorsCount::<T>::mutate(|most| at_most(most, self.max_validator_count));
		MaxNominatorsCount::<T>::mutate(|most| at_most(most, self.max_nominator_count));
		ChillThreshold::<T>::mutate(|threshold| *threshold = Some(threshold.unwrap_or(self.chill_threshold)));
	}

	/// Says what is wrong with limits under which an election could fail for its size, or leave somebody out.
	///
	/// # Errors
	///
	/// The first thing that is wrong.
	pub fn check(&self) -> Result<(), &'static str> {
		let Self { max_validator_count: candidates, max_nominator_count: nominators, .. } = *self;
		if candidates >= ELECTION_CANDIDATES {
			return Err("more candidates can be admitted than an election looks at");
		}
		if candidates.saturating_add(nominators) > ELECTION_VOTERS {
			return Err("more voters can be admitted than an election looks at");
		}
		if candidates < <MaxValidators as Get<u32>>::get() {
			return Err("fewer candidates can be admitted than may be elected");
		}
		if self.min_validator_bond == 0 || self.min_nominator_bond == 0 {
			return Err("anyone can validate or nominate with nothing at stake");
		}
		Ok(())
	}
}

/// Returns how many validators an election must find, or the last set goes on: four, the least that tolerate one that
/// fails, or a majority of fewer `founders`.
pub fn fewest_validators(founders: u32) -> u32 {
	(founders / 2).saturating_add(1).min(founders).clamp(1, 4)
}

#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use frame_support::pallet_prelude::*;
	use frame_system::pallet_prelude::BlockNumberFor;
	use pallet_staking::{Ledger, Validators};

	#[pallet::config]
	pub trait Config: frame_system::Config + pallet_staking::Config<CurrencyBalance = Balance> {}

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T> {
		/// This network's limits.
		pub limits: Limits,
		#[serde(skip)]
		pub _config: core::marker::PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		/// # Panics
		///
		/// If elections of this chain could fail for their size, or a founder has less at stake than it admits.
		fn build(&self) {
			// FRAME's benchmarks, which run as Wasm, bond next to nothing and ask for no commission.
			if cfg!(all(feature = "runtime-benchmarks", not(feature = "std"))) {
				return;
			}
			let checked = self.limits.check();
			assert!(checked.is_ok(), "staking: {checked:?}");
			self.limits.impose::<T>();
			Validators::<T>::translate_values(|mut prefs: pallet_staking::ValidatorPrefs| {
				prefs.commission = prefs.commission.max(self.limits.min_commission);
				Some(prefs)
			});
			for founder in Validators::<T>::iter_keys() {
				let staked = Ledger::<T>::get(&founder).map_or(0, |ledger| ledger.active);
				assert!(staked >= self.limits.min_validator_bond, "staking: a founder has only {staked} nRLC at stake");
			}
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert_eq!(Limits::default().check(), Ok(()));
			assert_eq!(check_upstream(), Ok(()));
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::elections_can_succeed()
		}
	}

	#[cfg(feature = "try-runtime")]
	impl<T: Config> Pallet<T> {
		/// Checks E8: neither those who are registered nor those who may be yet make an election fail.
		fn elections_can_succeed() -> Result<(), sp_runtime::TryRuntimeError> {
			Limits {
				min_validator_bond: MinValidatorBond::<T>::get(),
				min_nominator_bond: MinNominatorBond::<T>::get(),
				max_validator_count: MaxValidatorsCount::<T>::get().unwrap_or(u32::MAX),
				max_nominator_count: MaxNominatorsCount::<T>::get().unwrap_or(u32::MAX),
				chill_threshold: ChillThreshold::<T>::get().unwrap_or_default(),
				min_commission: MinCommission::<T>::get(),
			}
			.check()?;
			ensure!(Validators::<T>::count() <= ELECTION_CANDIDATES, "elections fail: there are too many candidates");
			Ok(())
		}
	}
}
