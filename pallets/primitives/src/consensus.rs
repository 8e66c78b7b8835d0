//! When enough workers agree.
//!
//! A worker with score `s` errs with probability `ε = k / s` at most, `k = 3`, and so counts with the weight
//! `(1 − ε) / ε = s / 3 − 1`, a new worker with 2. Workers that agree multiply their weights. The credibility of a result
//! is its group's value in the total, and must exceed `1 − 1 / trust`.
//!
//! What a dishonest part of a pool can do: workers that hold a share of the weight equal to the others' can stop a result
//! from being accepted for as long as the contribution window is open. To have a wrong result accepted, the colluders'
//! product of weights must exceed `trust − 1` times all that honest contributors said, one more included.
//!
//! Source: `IexecPoco2Facet.contribute`, `checkConsensus`, and the note `iExec_PoCo_and_trustmanagement_v1.pdf`. Numbers
//! have 256 bits, as there, and what would overflow is refused.

use sp_core::U256;

use crate::money::Score;

/// The weight of a new worker and of a worker with few successes is this less one.
const LEAST_SHARE: Score = 3;

/// What a score is divided by: `k`.
const K: Score = 3;

/// The total before any contribution. It stands for the results that nobody found.
pub const INITIAL_TOTAL: U256 = U256::one();

/// A number exceeded 256 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overflow;

/// Returns the weight of a worker with this score: `max(score / 3, 3) − 1`, at least 2.
pub fn weight(score: Score) -> u64 {
	score.checked_div(K).unwrap_or_default().max(LEAST_SHARE).saturating_sub(1)
}

/// Returns the value of a result's group, when the workers with these weights agree on it: their product; 0 for nobody.
///
/// # Errors
///
/// [`Overflow`] above 256 bits.
pub fn group(weights: impl IntoIterator<Item = u64>) -> Result<U256, Overflow> {
	weights.into_iter().try_fold(U256::zero(), raise)
}

/// Returns a group's value after one more contribution: `max(group, 1) · weight`.
///
/// # Errors
///
/// [`Overflow`] above 256 bits.
pub fn raise(group: U256, weight: u64) -> Result<U256, Overflow> {
	group.max(U256::one()).checked_mul(weight.into()).ok_or(Overflow)
}

/// Returns the total after a group went from `before` to `after`.
///
/// # Errors
///
/// [`Overflow`] above 256 bits, or if `before` was not part of the total.
pub fn total(total: U256, before: U256, after: U256) -> Result<U256, Overflow> {
	total.checked_sub(before).and_then(|others| others.checked_add(after)).ok_or(Overflow)
}

/// Returns whether a group has consensus: `group · trust > total · (trust − 1)`. A trust of 0 counts as 1.
///
/// # Errors
///
/// [`Overflow`] above 256 bits.
pub fn is_reached(group: U256, total: U256, trust: u64) -> Result<bool, Overflow> {
	let trust = U256::from(trust.max(1));
	let least = total.checked_mul(trust.saturating_sub(U256::one())).ok_or(Overflow)?;
	Ok(group.checked_mul(trust).ok_or(Overflow)? > least)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn weight_grows_from_two() {
		let cases =
			[(0, 2), (8, 2), (9, 2), (11, 2), (12, 3), (14, 3), (15, 4), (300, 99), (u64::MAX, u64::MAX / 3 - 1)];
		for (score, expected) in cases {
			assert_eq!(weight(score), expected, "score {score}");
		}
	}

	#[test]
	fn new_workers_needed_for_a_trust() {
		// 2ⁿ · trust > (1 + 2ⁿ) · (trust − 1), so 2ⁿ > trust − 1.
		for (trust, workers) in [(0, 1), (1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (8, 3), (9, 4), (100, 7)] {
			let needed = (1..).find(|n| {
				let value = group(vec![2; *n]).unwrap();
				is_reached(value, value + 1, trust).unwrap()
			});
			assert_eq!(needed, Some(workers), "trust {trust}");
		}
	}

	#[test]
	fn numbers_above_256_bits_are_refused() {
		assert_eq!(group(vec![u64::MAX; 4]).map(|value| value.bits()), Ok(256));
		assert_eq!(group(vec![u64::MAX; 5]), Err(Overflow));
		assert_eq!(raise(U256::MAX, 1), Ok(U256::MAX));
		assert_eq!(raise(U256::MAX, 2), Err(Overflow));
		assert_eq!(total(U256::MAX, U256::zero(), U256::one()), Err(Overflow));
		assert_eq!(total(U256::one(), U256::from(2), U256::zero()), Err(Overflow));
		assert_eq!(is_reached(U256::MAX, U256::MAX, 2), Err(Overflow));
		assert_eq!(is_reached(U256::one(), U256::MAX, 3), Err(Overflow));
		assert_eq!(is_reached(U256::MAX, U256::MAX, 1), Ok(true));
	}

	proptest! {
		#[test]
		fn weight_is_as_defined_and_monotone(score: u64) {
			prop_assert_eq!(weight(score), (score / 3).max(3) - 1);
			prop_assert!(weight(score) <= weight(score.saturating_add(1)));
		}

		#[test]
		fn group_is_a_product_in_any_order(mut weights in prop::collection::vec(2u64..1_000, 1..20)) {
			let value = group(weights.clone()).unwrap();
			prop_assert_eq!(value, weights.iter().fold(U256::one(), |product, weight| product * *weight));
			weights.reverse();
			prop_assert_eq!(group(weights).unwrap(), value);
		}

		#[test]
		fn more_agreement_never_loses_consensus(
			mine in 1u128..1 << 100, others in 1u128..1 << 100, trust in 0u64..1_000, weight in 2u64..1_000,
		) {
			let (mine, all) = (U256::from(mine), U256::from(mine) + U256::from(others));
			let more = raise(mine, weight).unwrap();
			let reached = is_reached(mine, all, trust).unwrap();
			prop_assert!(!reached || is_reached(more, total(all, mine, more).unwrap(), trust).unwrap());
		}

		#[test]
		fn more_trust_is_never_easier(mine in 1u128..1 << 100, others in 1u128..1 << 100, trust in 0u64..1_000_000) {
			let (mine, all) = (U256::from(mine), U256::from(mine) + U256::from(others));
			prop_assert!(!is_reached(mine, all, trust + 1).unwrap() || is_reached(mine, all, trust).unwrap());
		}

		#[test]
		fn two_results_never_have_consensus_from_trust_two_on(
			one in 1u128..1 << 100, other in 1u128..1 << 100, trust in 2u64..1_000,
		) {
			let (one, other) = (U256::from(one), U256::from(other));
			let all = one + other + 1;
			prop_assert!(!(is_reached(one, all, trust).unwrap() && is_reached(other, all, trust).unwrap()));
		}
	}
}
