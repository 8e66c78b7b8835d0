//! Stakes: what is bonded, what comes back when, and what the chain asks.

use rlc_chain::{Perbill, Stake, StakingTerms, ValidatorPrefs};
use rlc_json::{Account, Candidate, Decimal, StakeStatus, Unlocking};
use rlc_primitives::{AccountId, Balance};

use crate::{
	amount::Amount,
	answer::Answer,
	stake::withdrawable,
	table::{fields, span, table},
};

/// Returns a part in percent.
pub(crate) fn in_percent(part: Perbill) -> f64 {
	f64::from(part.deconstruct()) / 10_000_000.0
}

/// Writes a part as percent: `5 %`.
pub(crate) fn percent(part: Perbill) -> String {
	format!("{} %", in_percent(part))
}

/// Says how long an era is.
pub(crate) fn era(terms: &StakingTerms) -> String {
	span(terms.era_length)
}

/// Says how long an unbonded stake waits.
pub(crate) fn wait(terms: &StakingTerms) -> String {
	let length = span(terms.era_length.saturating_mul(terms.wait.into()));
	format!("{} eras, about {length}", terms.wait)
}

/// Says when an era begins that is so many eras away.
pub(crate) fn in_eras(eras: u32, terms: &StakingTerms) -> String {
	format!("in about {}", span(terms.era_length.saturating_mul(eras.into())))
}

/// Says what can be done with a stake that does nothing yet.
pub(crate) fn next(stake: &Stake, terms: &StakingTerms) -> String {
	if stake.validates.is_some() || !stake.nominates.is_empty() {
		return String::new();
	}
	let (nominate, validate) = (terms.least_to_nominate, terms.least_to_validate);
	if stake.active < nominate {
		return format!("; it takes {} to nominate, {} to validate", Amount(nominate), Amount(validate));
	}
	"; it earns nothing until you run `rlc staking nominate VALIDATOR`, or `rlc staking validate`".into()
}

/// Shows what an account has at stake, and what the chain asks.
pub(crate) fn status(who: AccountId, stake: &Stake, terms: &StakingTerms) -> Answer {
	let account = Account(who);
	let nominates: Vec<_> = stake.nominates.iter().cloned().map(Account).collect();
	let does = match (&stake.validates, nominates.as_slice()) {
		(Some(prefs), _) => format!("validates, for a commission of {}", percent(prefs.commission)),
		(None, []) => "neither validates nor nominates".into(),
		(None, named) => {
			format!("nominates {}", named.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
		}
	};
	let waiting = stake.unlocking.iter().filter(|(_, from)| *from > terms.era);
	let waiting = waiting.map(|(value, from)| format!("{} {}", Amount(*value), in_eras(from - terms.era, terms)));
	let free = withdrawable(stake, terms.era);
	let withdraw = if free == 0 { String::new() } else { format!("{}: `rlc staking withdraw`", Amount(free)) };
	let text = fields([
		("account", account.to_string()),
		("at stake", format!("{}{}", Amount(stake.active), next(stake, terms))),
		("does", does),
		("unbonding", waiting.collect::<Vec<_>>().join(", ")),
		("can be withdrawn", withdraw),
		("era", format!("{}, an era is about {}", terms.era, era(terms))),
		("least to nominate", Amount(terms.least_to_nominate).to_string()),
		(
			"least to validate",
			format!("{}, commission at least {}", Amount(terms.least_to_validate), percent(terms.least_commission)),
		),
		("wait to unbond", wait(terms)),
	]);
	let unlocking = stake.unlocking.iter().map(|(value, era)| Unlocking { value: Decimal(*value), era: *era });
	let json = StakeStatus {
		account,
		active: Decimal(stake.active),
		total: Decimal(stake.total),
		withdrawable: Decimal(free),
		unlocking: unlocking.collect(),
		commission: stake.validates.map(|prefs| in_percent(prefs.commission)),
		nominates,
		era: terms.era,
		era_length: terms.era_length,
		wait: terms.wait,
		least_to_nominate: Decimal(terms.least_to_nominate),
		least_to_validate: Decimal(terms.least_to_validate),
		least_commission: in_percent(terms.least_commission),
	};
	Answer::new(text, json)
}

/// Lists the candidates, on which terms they validate, and with what stake of their own.
pub(crate) fn candidates(lines: &[(AccountId, ValidatorPrefs, Balance)]) -> Answer {
	let json = lines.iter().map(|(who, prefs, own)| Candidate {
		account: Account(who.clone()),
		commission: in_percent(prefs.commission),
		blocked: prefs.blocked,
		stake: Decimal(*own),
	});
	let json: Vec<_> = json.collect();
	if lines.is_empty() {
		return Answer::new("There are no candidates.", json);
	}
	let rows = lines.iter().map(|(who, prefs, own)| {
		let note = if prefs.blocked { "admits no new nominators" } else { "" };
		[Account(who.clone()).to_string(), percent(prefs.commission), Amount(*own).to_string(), note.into()]
	});
	Answer::new(table(["VALIDATOR", "COMMISSION", "OWN STAKE", "NOTE"], rows), json)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::stake::tests::TERMS;

	#[test]
	fn status_says_what_comes_back_and_when() {
		let stake = Stake { total: 700, active: 600, unlocking: vec![(40, 30), (60, 33)], ..Stake::default() };
		let answer = status(AccountId::new([1; 32]), &stake, &TERMS);
		for said in [
			"0.0000006 RLC; it earns nothing until you run `rlc staking nominate VALIDATOR`",
			"neither validates nor nominates",
			"0.00000006 RLC in about 3 d",
			"0.00000004 RLC: `rlc staking withdraw`",
			"28 eras, about 28 d",
			"commission at least 5 %",
		] {
			assert!(answer.text.contains(said), "{said}: {}", answer.text);
		}
	}

	#[test]
	fn programs_read_a_stake_in_the_form_that_was_promised() {
		let promised: serde_json::Value =
			serde_json::from_str(include_str!("../../tests/golden/staking-status.json")).unwrap();
		let prefs = ValidatorPrefs { commission: Perbill::from_parts(52_500_000), blocked: false };
		let stake = Stake {
			total: 700,
			active: 600,
			unlocking: vec![(40, 30), (60, 33)],
			validates: Some(prefs),
			nominates: vec![AccountId::new([2; 32])],
			..Stake::default()
		};
		let answer = status(AccountId::new([1; 32]), &stake, &TERMS);
		assert_eq!(answer.json, promised, "fields may be added, but none is renamed or removed");
		let idle = status(AccountId::new([1; 32]), &Stake::default(), &TERMS);
		assert!(idle.json["commission"].is_null(), "{}", idle.json);
	}

	#[test]
	fn stake_that_is_too_small_is_told_what_is_missing() {
		let stake = Stake { active: 99, ..Stake::default() };
		assert!(next(&stake, &TERMS).contains("it takes 0.0000001 RLC to nominate"));
		let nominator = Stake { nominates: vec![AccountId::new([1; 32])], ..stake };
		assert_eq!(next(&nominator, &TERMS), "");
	}

	#[test]
	fn candidates_are_listed_with_their_terms() {
		let prefs = |blocked| ValidatorPrefs { commission: Perbill::from_parts(52_500_000), blocked };
		let (one, other) = (AccountId::new([1; 32]), AccountId::new([2; 32]));
		let answer = candidates(&[(one, prefs(false), 7), (other, prefs(true), 8)]);
		assert!(answer.text.contains("5.25 %") && answer.text.contains("admits no new nominators"), "{}", answer.text);
		let promised: serde_json::Value =
			serde_json::from_str(include_str!("../../tests/golden/staking-candidates.json")).unwrap();
		assert_eq!(answer.json, promised, "fields may be added, but none is renamed or removed");
	}
}
