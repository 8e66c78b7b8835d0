//! What an account has at stake, and what it can do with it.

use rlc_chain::{Chain, Stake, StakingTerms};
use rlc_json::Account;
use rlc_primitives::{AccountId, Balance};

use crate::{
	amount::Amount,
	failure::{failure, Failure, Result},
};

/// Returns what an account has at stake.
///
/// # Errors
///
/// If it has nothing, or the node does not answer.
pub(crate) async fn of(chain: &Chain, who: &AccountId) -> Result<Stake> {
	chain.stake(who).await?.ok_or_else(|| {
		failure!(StakeMissing, "{} has bonded nothing", Account(who.clone());
			"bond RLC first, with `rlc staking bond AMOUNT`")
	})
}

/// Fails if a stake is too small for what its account wants to do.
///
/// # Errors
///
/// How much is missing.
pub(crate) fn suffices(stake: &Stake, least: Balance, what: &str) -> Result<()> {
	if stake.active >= least {
		return Ok(());
	}
	let (active, least, missing) = (Amount(stake.active), Amount(least), Amount(least.saturating_sub(stake.active)));
	Err(failure!(StakeShort, "{active} is at stake, but it takes at least {least} to {what}";
		"bond {missing} more with `rlc staking bond`"))
}

/// Returns the least that has to stay at stake for what the account does; 0 if it neither validates nor nominates.
pub(crate) fn least(stake: &Stake, terms: &StakingTerms) -> Balance {
	if stake.validates.is_some() {
		terms.least_to_validate
	} else if stake.nominates.is_empty() {
		0
	} else {
		terms.least_to_nominate
	}
}

/// Returns why an account cannot take so much out of its stake; `None` if it can.
pub(crate) fn unbonding_refused(stake: &Stake, value: Balance, terms: &StakingTerms) -> Option<Failure> {
	let (active, least) = (stake.active, least(stake, terms));
	if value == 0 || value > active {
		return Some(failure!(StakeShort, "{} is at stake, so {} cannot be unbonded", Amount(active), Amount(value);
			"ask for less, or for all"));
	}
	let left = active.saturating_sub(value);
	(left < least).then(|| {
		failure!(StakeShort, "{} would stay at stake, but what the account does takes at least {}", Amount(left), Amount(least);
			"unbond all, or end that first with `rlc staking stop`")
	})
}

/// Returns how much of what was unbonded can be withdrawn in an era, in nRLC.
pub(crate) fn withdrawable(stake: &Stake, era: u32) -> Balance {
	let free = stake.unlocking.iter().filter(|(_, from)| *from <= era);
	free.fold(0, |sum: Balance, (value, _)| sum.saturating_add(*value))
}

#[cfg(test)]
pub(crate) mod tests {
	use super::*;
	use rlc_chain::{Perbill, ValidatorPrefs};

	pub const TERMS: StakingTerms = StakingTerms {
		least_to_validate: 1_000,
		least_to_nominate: 100,
		least_commission: Perbill::from_percent(5),
		era: 30,
		wait: 28,
		history: 84,
		era_length: 86_400_000,
	};

	fn nominator(active: Balance) -> Stake {
		Stake { total: active, active, nominates: vec![AccountId::new([1; 32])], ..Stake::default() }
	}

	#[test]
	fn what_an_account_does_takes_a_least_stake() {
		let idle = Stake { active: 50, ..Stake::default() };
		let prefs = ValidatorPrefs { commission: TERMS.least_commission, blocked: false };
		let validator = Stake { validates: Some(prefs), ..idle.clone() };
		assert_eq!([&idle, &nominator(500), &validator].map(|stake| least(stake, &TERMS)), [0, 100, 1_000]);
		let short = suffices(&idle, TERMS.least_to_nominate, "nominate").unwrap_err();
		assert_eq!(short.code(), "stake.short");
		assert!(short.to_string().contains("bond 0.00000005 RLC more"), "{short}");
		assert!(suffices(&nominator(100), TERMS.least_to_nominate, "nominate").is_ok());
	}

	#[test]
	fn stake_below_the_least_is_refused_before_the_chain_does() {
		let refused = |value| unbonding_refused(&nominator(500), value, &TERMS).is_some();
		assert_eq!([0, 1, 400, 401, 500, 501].map(refused), [true, false, false, true, true, true]);
		let idle = Stake { active: 500, ..Stake::default() };
		assert_eq!(unbonding_refused(&idle, 500, &TERMS), None);
	}

	#[test]
	fn what_waited_long_enough_can_be_withdrawn() {
		let stake = Stake { unlocking: vec![(5, 29), (7, 30), (9, 31)], ..Stake::default() };
		assert_eq!([28, 30, 40].map(|era| withdrawable(&stake, era)), [0, 12, 21]);
	}
}
