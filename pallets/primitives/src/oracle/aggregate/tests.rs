//! What bad seats can do to a value, and what they cannot.

use alloc::vec;

use proptest::prelude::*;

use super::*;
use crate::oracle::ONE;

fn numbers(of: &[i128]) -> Vec<Value> {
	of.iter().map(|number| Value::Number(*number)).collect()
}

fn agreed(values: &[Value], seats: u8) -> Result<Agreed, RoundFailure> {
	Agreed::of(&values.iter().collect::<Vec<_>>(), seats)
}

fn text(of: &str) -> Value {
	Value::Text(of.as_bytes().to_vec().try_into().unwrap())
}

#[test]
fn panel_has_one_more_than_three_seats_for_each_that_may_be_bad() {
	let sizes: Vec<_> = (0..=255).filter(|seats| is_panel(*seats)).collect();
	assert_eq!(sizes, [1, 4, 7, 10, 13, 16, 19, 22, 25, 28, 31]);
	assert_eq!([1, 4, 7, 31].map(|seats| (faults(seats), quorum(seats))), [(0, 1), (1, 3), (2, 5), (10, 21)]);
}

#[test]
fn security_is_the_smallest_bonds_of_one_more_than_may_be_bad() {
	assert_eq!(security(4, vec![5, 1, 9, 3]), 4);
	assert_eq!(security(1, vec![7]), 7);
	assert_eq!(security(4, vec![]), 0);
	assert_eq!(security(4, vec![Balance::MAX; 4]), Balance::MAX, "saturates");
}

#[test]
fn median_is_the_lower_one_and_quartiles_are_reports() {
	let quartiles = Quartiles::of(vec![40, 10, 30, 20]).unwrap();
	assert_eq!(quartiles, Quartiles { low: 10, median: 20, high: 40 });
	let five = Quartiles::of(vec![1, 2, 3, 4, 5]).unwrap();
	assert_eq!((five.low, five.median, five.high), (2, 3, 4));
	assert_eq!(Quartiles::of(vec![]), None);
}

#[test]
fn spread_is_in_basis_points_of_the_median() {
	let spread = |low, median, high| Quartiles { low, median, high }.spread_bp();
	assert_eq!(spread(99, 100, 101), 200);
	assert_eq!(spread(-101, -100, -99), 200);
	assert_eq!((spread(0, 0, 0), spread(-1, 0, 1)), (0, u32::MAX));
	assert_eq!(spread(i128::MIN, 1, i128::MAX), u32::MAX);
}

#[test]
fn report_far_from_the_others_is_an_outlier_and_one_near_the_median_is_not() {
	let quartiles = Quartiles { low: 999, median: 1_000, high: 1_001 };
	assert_eq!([990, 1_010, 989, 1_011].map(|number| quartiles.is_outlier(number)), [false, false, true, true]);
	assert!(Quartiles { low: 0, median: 0, high: 0 }.is_outlier(i128::MIN));
}

#[test]
fn texts_need_the_same_from_a_quorum() {
	let (yes, no) = (text("yes"), text("no"));
	let split = [yes.clone(), yes.clone(), no.clone(), no.clone()];
	assert_eq!(agreed(&split, 4), Err(RoundFailure::ValuesDiffer));
	let most = agreed(&[no.clone(), yes.clone(), yes.clone(), yes.clone()], 4).unwrap();
	assert_eq!((&most.value, most.is_outlier(&no), most.is_outlier(&yes)), (&yes, true, false));
	assert_eq!(agreed(&[yes.clone(), yes], 4), Err(RoundFailure::TooFewReports));
}

#[test]
fn change_from_zero_is_never_a_deviation_and_always_a_jump() {
	let (zero, one) = (Value::Number(0), Value::Number(ONE));
	assert!(!deviates(&zero, &one, 1) && jumps(&zero, &one, 10_000) && !jumps(&zero, &zero, 1));
	assert!(deviates(&one, &zero, 10_000) && !jumps(&one, &zero, 10_000));
}

#[test]
fn deviation_is_a_part_of_the_last_value() {
	let by = |new, bp| deviates(&Value::Number(10_000), &Value::Number(new), bp);
	assert!(by(10_050, 50) && by(9_950, 50) && !by(10_049, 50) && !by(20_000, 0));
	let half = |new| deviates_half(&Value::Number(10_000), &Value::Number(new), 50);
	assert!(half(10_025) && !half(10_024));
	assert!(deviates(&text("a"), &text("b"), 1) && !deviates(&text("a"), &text("b"), 0));
	assert!(deviates(&Value::Number(i128::MIN), &Value::Number(i128::MAX), 10_000), "no overflow");
}

#[test]
fn dates_of_most_reports_win() {
	assert_eq!(busiest_span(vec![90_000, 10_000, 12_000, 15_000]), Some(10_000));
	assert_eq!(busiest_span(vec![1, 100_000]), Some(100_000), "the latest of equals");
	assert_eq!((busiest_span(vec![]), median_date(vec![])), (None, None));
	assert_eq!(median_date(vec![4, 1, 3, 2]), Some(2));
}

/// A panel, the bad seats' reports, and the honest ones'.
fn panel() -> impl Strategy<Value = (u8, Vec<i128>, Vec<i128>)> {
	(1u8..=10).prop_flat_map(|f| {
		let (bad, honest) = (usize::from(f), 2 * usize::from(f) + 1);
		(Just(3 * f + 1), prop::collection::vec(any::<i128>(), bad), prop::collection::vec(any::<i128>(), honest))
	})
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

	/// O6, whichever reports are there: those of all seats, or any `2f + 1`.
	#[test]
	fn o6_bad_seats_never_move_a_value_out_of_the_honest_range(
		(seats, bad, honest) in panel(), left_out in any::<prop::sample::Index>(), size in any::<prop::sample::Index>(),
	) {
		let mut reports: Vec<_> = bad.iter().map(|n| (false, *n)).chain(honest.iter().map(|n| (true, *n))).collect();
		let by = left_out.index(reports.len());
		reports.rotate_left(by);
		let least = usize::from(quorum(seats));
		reports.truncate(least + size.index(reports.len() - least + 1));
		let values = numbers(&reports.iter().map(|(_, number)| *number).collect::<Vec<_>>());
		let Some(median) = agreed(&values, seats).unwrap().value.number() else { panic!("not a number") };
		let shown = || reports.iter().filter(|(honest, _)| *honest).map(|(_, number)| *number);
		prop_assert!(shown().min() <= Some(median) && Some(median) <= shown().max());
	}

	#[test]
	fn no_number_makes_a_comparison_panic(low: i128, median: i128, high: i128, bp: u32) {
		let quartiles = Quartiles { low, median, high };
		let _ = (quartiles.spread_bp(), quartiles.is_outlier(low));
		let (last, new) = (Value::Number(median), Value::Number(high));
		prop_assert!(!deviates(&last, &last, bp) && !jumps(&last, &last, bp));
		let _ = (deviates(&last, &new, bp), jumps(&last, &new, bp));
	}

	/// Bad seats choose their dates last, and cannot keep the honest from being enough.
	#[test]
	fn dates_of_bad_seats_never_leave_too_few((seats, bad, honest) in panel()) {
		let date = |number: &i128| Moment::try_from(number.rem_euclid(1 << 40)).unwrap();
		let near = |number: &i128| (1 << 39) + date(number) % MAX_DATE_SPAN;
		let dates: Vec<_> = bad.iter().map(date).chain(honest.iter().map(near)).collect();
		let first = busiest_span(dates.clone()).unwrap();
		let within = dates.iter().filter(|date| (first..=first + MAX_DATE_SPAN).contains(*date)).count();
		prop_assert!(within >= usize::from(quorum(seats)));
	}
}
