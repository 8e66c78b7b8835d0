//! Money formulas of the Proof-of-Contribution. Amounts are nRLC, divisions round down, nothing overflows silently.
//!
//! Sources: `FacetBase` (the ratios), `IexecPoco1Facet._matchOrders` (stakes), `IexecPoco2Facet.successWork`,
//! `distributeRewards`, `distributeRewardsFast` (the rest).

use alloc::vec::Vec;

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::U256;

use crate::{Balance, Moment, RLC};

/// How often a worker was recently right: 0 for a new one.
pub type Score = u64;

/// What the workerpool's owner stakes, in percent of the workerpool's price.
pub const POOL_STAKE_PERCENT: u32 = 30;

/// An hour, in ms.
const HOUR: Moment = 60 * 60 * 1_000;

/// What a success takes from the kitty, in percent of it.
pub const KITTY_PERCENT: u32 = 10;

/// What a success takes from the kitty at least, in nRLC, unless the kitty has less.
pub const KITTY_MIN: Balance = RLC;

/// Why money cannot be computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum MoneyError {
	/// An amount exceeds 128 bits, which is more RLC than can exist. Lower the prices or the volume.
	Overflow,
	/// A scheduler's share exceeds 100 percent.
	RatioTooHigh,
	/// Rewards were to be distributed and nobody proved a result.
	NobodyProved,
}

/// Returns `floor(amount · percent / 100)`, exact wherever the result has 128 bits.
///
/// # Errors
///
/// [`MoneyError::Overflow`] if it has not.
pub fn percent_of(amount: Balance, percent: u32) -> Result<Balance, MoneyError> {
	mul_div(amount, percent.into(), 100)
}

/// Returns what a task costs its payer: the three prices, summed.
///
/// # Errors
///
/// [`MoneyError::Overflow`] above 128 bits.
pub fn task_price(app: Balance, dataset: Balance, workerpool: Balance) -> Result<Balance, MoneyError> {
	app.checked_add(dataset).and_then(|sum| sum.checked_add(workerpool)).ok_or(MoneyError::Overflow)
}

/// Returns `amount` for each of `volume` tasks.
///
/// # Errors
///
/// [`MoneyError::Overflow`] above 128 bits.
pub fn for_volume(amount: Balance, volume: u64) -> Result<Balance, MoneyError> {
	amount.checked_mul(volume.into()).ok_or(MoneyError::Overflow)
}

/// Returns what the workerpool's owner stakes for a task: 30 percent of the workerpool's price, at least `floor`.
///
/// # Errors
///
/// None that can occur: a part of an amount is an amount.
pub fn pool_stake(workerpool_price: Balance, floor: Balance) -> Result<Balance, MoneyError> {
	Ok(percent_of(workerpool_price, POOL_STAKE_PERCENT)?.max(floor))
}

/// Returns the least stake for a task of this reference time, in ms, at `rate` nRLC for each hour of it.
///
/// # Errors
///
/// [`MoneyError::Overflow`] above 128 bits.
pub fn stake_floor(rate: Balance, reference_time: Moment) -> Result<Balance, MoneyError> {
	mul_div(rate, reference_time.into(), HOUR.into())
}

/// Returns the price of which this stake is 30 percent: the least price that offers are compared by.
pub fn price_of_stake(stake: Balance) -> Balance {
	mul_div(stake, 100, POOL_STAKE_PERCENT.into()).unwrap_or(Balance::MAX)
}

/// Returns what a worker stakes for a contribution: `stake_ratio` percent of the workerpool's price.
///
/// # Errors
///
/// [`MoneyError::Overflow`] above 128 bits, which needs a ratio above 100.
pub fn worker_stake(workerpool_price: Balance, stake_ratio: u32) -> Result<Balance, MoneyError> {
	percent_of(workerpool_price, stake_ratio)
}

/// Returns what a success takes from a kitty: a tenth, at least 1 RLC, at most all.
pub fn kitty_share(kitty: Balance) -> Balance {
	// A tenth of a `Balance` is one, so the fallback is not reached.
	percent_of(kitty, KITTY_PERCENT).unwrap_or(kitty).max(KITTY_MIN).min(kitty)
}

/// Returns the workers' part of `reward`: `floor(reward · (100 − scheduler ratio) / 100)`. The scheduler gets the rest.
///
/// # Errors
///
/// [`MoneyError::RatioTooHigh`] if the scheduler's ratio exceeds 100.
pub fn workers_part(reward: Balance, scheduler_ratio: u8) -> Result<Balance, MoneyError> {
	let percent = 100u32.checked_sub(scheduler_ratio.into()).ok_or(MoneyError::RatioTooHigh)?;
	percent_of(reward, percent)
}

/// What the contributors of a task and its scheduler get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Distribution {
	/// The reward of each contributor, in the order given; 0 for one that proved nothing.
	pub workers: Vec<Balance>,
	/// The workerpool's owner's: what is left after the workers.
	pub scheduler: Balance,
}

/// Distributes a task's reward `R = workerpool price + worker stake · (contributors that proved nothing)`.
///
/// `contributors` holds `log2(weight)` for each contributor who proved the result, and `None` for each other one. With
/// `W` the [workers' part](workers_part) of R, each of the former gets `floor(W · log2w / Σ log2w)`.
///
/// # Errors
///
/// [`MoneyError::NobodyProved`] if no weight remains; [`MoneyError::RatioTooHigh`]; [`MoneyError::Overflow`].
pub fn distribute(
	workerpool_price: Balance,
	worker_stake: Balance,
	scheduler_ratio: u8,
	contributors: &[Option<u32>],
) -> Result<Distribution, MoneyError> {
	let mut reward = workerpool_price;
	let mut weights: Balance = 0;
	for log2_weight in contributors {
		match log2_weight {
			Some(log2_weight) => weights = weights.checked_add((*log2_weight).into()).ok_or(MoneyError::Overflow)?,
			None => reward = reward.checked_add(worker_stake).ok_or(MoneyError::Overflow)?,
		}
	}
	if weights == 0 {
		return Err(MoneyError::NobodyProved);
	}
	let part = workers_part(reward, scheduler_ratio)?;
	let mut scheduler = reward;
	let mut workers = Vec::with_capacity(contributors.len());
	for log2_weight in contributors {
		let share = mul_div(part, log2_weight.unwrap_or(0).into(), weights)?;
		scheduler = scheduler.checked_sub(share).ok_or(MoneyError::Overflow)?;
		workers.push(share);
	}
	Ok(Distribution { workers, scheduler })
}

/// Returns a worker's score after a success of others: `floor(score · 2 / 3)`.
pub fn score_after_fault(score: Score) -> Score {
	// ⌊2s / 3⌋ = s − ⌈s / 3⌉, which cannot overflow.
	score.saturating_sub(score.div_ceil(3))
}

/// Returns `floor(a · b / c)` with 256 bits in between.
pub(crate) fn mul_div(a: Balance, b: Balance, c: Balance) -> Result<Balance, MoneyError> {
	U256::from(a)
		.checked_mul(b.into())
		.and_then(|product| product.checked_div(c.into()))
		.and_then(|quotient| quotient.try_into().ok())
		.ok_or(MoneyError::Overflow)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn stakes_round_down() {
		assert_eq!(pool_stake(12_345, 0), Ok(3_703));
		assert_eq!(pool_stake(3, 0), Ok(0));
		assert_eq!(worker_stake(99, 30), Ok(29));
		assert_eq!(worker_stake(10, 250), Ok(25));
		assert_eq!(worker_stake(Balance::MAX, 100), Ok(Balance::MAX));
		assert_eq!(worker_stake(Balance::MAX, 101), Err(MoneyError::Overflow));
	}

	#[test]
	fn stake_never_falls_below_the_floor() {
		assert_eq!(pool_stake(12_345, 3_704), Ok(3_704));
		assert_eq!(pool_stake(12_345, 3_702), Ok(3_703));
		assert_eq!(pool_stake(0, 50), Ok(50), "work that is sold for nothing has a stake too");
		assert_eq!(stake_floor(12 * RLC, 300_000), Ok(RLC), "five minutes are a twelfth of an hour");
		assert_eq!(stake_floor(11, 300_000), Ok(0), "rounds down");
		assert_eq!(stake_floor(Balance::MAX, HOUR + 1), Err(MoneyError::Overflow));
		assert_eq!((price_of_stake(30), price_of_stake(1), price_of_stake(0)), (100, 3, 0));
		assert_eq!(price_of_stake(Balance::MAX), Balance::MAX);
	}

	#[test]
	fn kitty_pays_a_tenth_but_at_least_one_rlc() {
		for (kitty, share) in [
			(0, 0),
			(1, 1),
			(300, 300),
			(RLC, RLC),
			(RLC + 1, RLC),
			(10 * RLC, RLC),
			(10 * RLC + 9, RLC),
			(11 * RLC, RLC + RLC / 10),
			(Balance::MAX, Balance::MAX / 10),
		] {
			assert_eq!(kitty_share(kitty), share, "kitty {kitty}");
		}
	}

	/// `mixed-11.json`, `deal1:0`: price 99, stake 29 of each worker, scheduler's ratio 100, two proved, one not.
	#[test]
	fn scheduler_with_ratio_100_takes_all() {
		let paid = distribute(99, 29, 100, &[Some(1), Some(1), None]).unwrap();
		assert_eq!(paid, Distribution { workers: vec![0, 0, 0], scheduler: 128 });
	}

	#[test]
	fn rest_goes_to_the_scheduler() {
		// R = 100 + 30, W = ⌊130 · 95 / 100⌋ = 123, of which ⌊123 / 4⌋ and ⌊123 · 3 / 4⌋.
		let paid = distribute(100, 30, 5, &[Some(1), None, Some(3)]).unwrap();
		assert_eq!(paid, Distribution { workers: vec![30, 0, 92], scheduler: 8 });
	}

	#[test]
	fn distribution_without_proof_or_with_a_bad_ratio_is_refused() {
		assert_eq!(distribute(100, 30, 5, &[None, None]), Err(MoneyError::NobodyProved));
		assert_eq!(distribute(100, 30, 5, &[]), Err(MoneyError::NobodyProved));
		assert_eq!(distribute(100, 30, 101, &[Some(1)]), Err(MoneyError::RatioTooHigh));
		assert_eq!(distribute(Balance::MAX, 1, 0, &[Some(1), None]), Err(MoneyError::Overflow));
		assert_eq!(distribute(Balance::MAX, 0, 0, &[Some(u32::MAX)]).unwrap().scheduler, 0);
		assert_eq!(task_price(Balance::MAX, 0, 1), Err(MoneyError::Overflow));
		assert_eq!(for_volume(Balance::MAX, 2), Err(MoneyError::Overflow));
	}

	#[test]
	fn scores_at_their_edges() {
		for (score, after) in
			[(0, 0), (1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (100, 66), (u64::MAX, 12_297_829_382_473_034_410)]
		{
			assert_eq!(score_after_fault(score), after, "score {score}");
		}
	}

	proptest! {
		#[test]
		fn percentage_is_the_exact_floor(amount: u128, percent in 0u32..=100) {
			let exact: u128 = (U256::from(amount) * percent / 100).try_into().unwrap();
			prop_assert_eq!(percent_of(amount, percent), Ok(exact));
			prop_assert!(exact <= amount);
		}

		#[test]
		fn percentage_is_monotone(amount in 0u128..u128::MAX, percent in 0u32..100) {
			let part = percent_of(amount, percent).unwrap();
			prop_assert!(part <= percent_of(amount + 1, percent).unwrap());
			prop_assert!(part <= percent_of(amount, percent + 1).unwrap());
		}

		#[test]
		fn kitty_share_is_within_the_kitty(kitty: u128) {
			let share = kitty_share(kitty);
			prop_assert!(share <= kitty && share >= kitty / 10 && share >= kitty.min(RLC));
		}

		#[test]
		fn task_price_is_paid_for_each_task(app in 0u128..1 << 60, data in 0u128..1 << 60, pool in 0u128..1 << 60, volume: u64) {
			let price = task_price(app, data, pool).unwrap();
			prop_assert_eq!(for_volume(price, volume), Ok((app + data + pool) * u128::from(volume)));
		}

		#[test]
		fn distribution_conserves_money(
			price in 0u128..1 << 100, stake in 0u128..1 << 100, ratio in 0u8..=100,
			contributors in prop::collection::vec(prop::option::of(1u32..64), 1..64),
		) {
			prop_assume!(contributors.iter().any(Option::is_some));
			let paid = distribute(price, stake, ratio, &contributors).unwrap();
			let unproved = contributors.iter().filter(|one| one.is_none()).count() as u128;
			prop_assert_eq!(paid.workers.len(), contributors.len());
			prop_assert_eq!(paid.workers.iter().sum::<u128>() + paid.scheduler, price + stake * unproved);
			for (reward, log2_weight) in paid.workers.iter().zip(&contributors) {
				prop_assert!(log2_weight.is_some() || *reward == 0);
			}
			// The scheduler has its ratio at least, and at most one nRLC a worker more by rounding.
			let least = (price + stake * unproved) * u128::from(ratio) / 100;
			prop_assert!(paid.scheduler >= least && paid.scheduler <= least + 1 + contributors.len() as u128);
		}

		#[test]
		fn heavier_workers_earn_no_less(
			price in 0u128..1 << 100, ratio in 0u8..=100, a in 1u32..64, b in 1u32..64, c in 1u32..64,
		) {
			let paid = distribute(price, 0, ratio, &[Some(a), Some(b), Some(c)]).unwrap();
			prop_assert!(a < b || paid.workers[0] >= paid.workers[1]);
			prop_assert!(b < c || paid.workers[1] >= paid.workers[2]);
		}

		#[test]
		fn fault_costs_a_third(score: u64) {
			prop_assert_eq!(u128::from(score_after_fault(score)), u128::from(score) * 2 / 3);
			prop_assert!(score_after_fault(score) <= score);
			prop_assert!(score_after_fault(score) <= score_after_fault(score.saturating_add(1)));
		}
	}
}
