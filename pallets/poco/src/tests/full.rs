//! Tasks with as many contributors as there can be.

use frame_support::{assert_noop, assert_ok};
use rlc_primitives::{task::MAX_CONTRIBUTORS, RLC};

use crate::{mock::*, Delegates, Error, Work};

#[test]
fn sixty_four_agree_and_are_paid() {
	test(|| {
		// 2⁶⁴ · trust > (2⁶⁴ + 1) · (trust − 1) needs all of them.
		let task = open(deal(u64::MAX));
		let delegates: Vec<u8> = (30..=93).collect();
		assert_ok!(delegate(task, &delegates));
		for n in 1..=64 {
			assert!(stored_len(task) < MAX_CONTRIBUTORS as usize);
			assert_ok!(contribute(n, task, 1));
		}
		for n in 1..=64 {
			assert_ok!(reveal(n, task, 1));
		}
		// ⌊900 / 64⌋ each; the rest is the scheduler's.
		assert!((1..=64).all(|n| books(&worker(n)) == (RLC + 14, 0) && score(&worker(n)) == 1));
		assert_eq!(books(&scheduler()), (300 + 1_000 - 64 * 14, 0));
		assert_eq!(Work::<Test>::iter().count() + Delegates::<Test>::iter().count(), 0);
	});
}

fn stored_len(task: crate::TaskRef) -> usize {
	crate::Tasks::<Test>::get(task.id()).map_or(0, |task| task.contributions.len())
}

#[test]
fn sixty_fifth_is_refused() {
	test(|| {
		let task = open(deal(u64::MAX));
		for n in 1..=64 {
			assert_ok!(contribute(n, task, n));
		}
		assert_noop!(contribute(65, task, 65), Error::<Test>::TooManyContributors);
		at(10 * T);
		idle();
		assert!((1..=64).all(|n| books(&worker(n)) == (RLC, 0)));
	});
}
