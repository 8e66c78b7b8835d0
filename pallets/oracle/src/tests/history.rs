//! What a feed's values do when a new one comes.

use rlc_primitives::oracle::{Quality, RoundFailure, Status, Value};

use crate::types::{History, Update, MAX_PAST};

const JUMP: Option<u32> = Some(2_000);

fn update(round: u64, number: i128) -> Update {
	let value = Value::Number(number);
	Update { round, date: round * 1_000, value, quality: Quality::default(), quartiles: None }
}

fn with(numbers: &[i128]) -> History {
	let mut history = History::default();
	for (round, number) in (1..).zip(numbers) {
		history.take(update(round, *number), JUMP);
	}
	history
}

fn latest(history: &History) -> Option<i128> {
	history.latest.as_ref().and_then(|update| update.value.number())
}

#[test]
fn first_value_and_small_changes_are_taken() {
	assert_eq!(latest(&with(&[100, 120, 96])), Some(96));
}

#[test]
fn jump_is_held_until_the_next_value_confirms_it() {
	let mut history = with(&[100, 121]);
	assert_eq!((latest(&history), history.status(1_000_000, true, 0)), (Some(100), Status::Held));
	assert!(history.take(update(3, 119), JUMP));
	assert_eq!((latest(&history), history.held.is_none()), (Some(119), true));
}

#[test]
fn jump_that_is_not_confirmed_is_dropped() {
	let mut history = with(&[100, 1_000]);
	assert!(history.take(update(3, 101), JUMP));
	assert_eq!((latest(&history), history.held.is_none()), (Some(101), true));
	let mut wild = with(&[100, 1_000]);
	assert!(!wild.take(update(3, 5_000), JUMP));
	assert_eq!((latest(&wild), wild.held.map(|held| held.round)), (Some(100), Some(3)));
}

#[test]
fn value_that_is_held_is_not_repeated_under_an_older_date() {
	let history = with(&[100, 1_000]);
	assert_eq!(history.date, 2_000, "the next is later than what is held");
}

#[test]
fn each_bound_of_past_values_is_kept() {
	let history = with(&[100; 20]);
	let rounds: Vec<_> = history.past.iter().map(|past| past.round).collect();
	assert_eq!(rounds.len(), MAX_PAST as usize);
	assert_eq!((rounds[0], rounds[15], history.latest.map(|latest| latest.round)), (4, 19, Some(20)));
}

#[test]
fn status_says_what_is_wrong_with_a_value() {
	let mut history = with(&[100]);
	let at = |history: &History, is_funded, now| history.status(5_000, is_funded, now);
	assert_eq!(History::default().status(5_000, true, 0), Status::Empty);
	assert_eq!(at(&history, false, 6_000), Status::Fresh);
	assert_eq!(at(&history, true, 6_001), Status::Stale);
	assert_eq!(at(&history, false, 6_001), Status::Unfunded);
	history.failure = Some(RoundFailure::TooFewReports);
	assert_eq!(at(&history, true, 6_000), Status::Fresh, "a failure alone makes no value worse");
	assert_eq!(at(&history, true, 6_001), Status::Failed(RoundFailure::TooFewReports));
	history.failure = Some(RoundFailure::OutOfBounds);
	assert_eq!(at(&history, true, 1_000), Status::Failed(RoundFailure::OutOfBounds), "it is wrong, and known to be");
}
