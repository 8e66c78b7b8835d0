//! Decimal numbers, exactly.

use std::cmp::Ordering;

/// How many decimals a value keeps.
const DECIMALS: i64 = 18;

/// The digits of the largest `i128`.
const MOST_DIGITS: i64 = 39;

/// The largest exponent that is told apart from larger ones.
const LARGEST_EXPONENT: i64 = 1_000_000_000;

/// A number: `0.DIGITS · 10^point`, with a sign. Equal numbers have one form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
	negative: bool,
	/// From 0 to 9; neither the first nor the last is 0. Empty: the number is 0.
	digits: Vec<u8>,
	point: i64,
}

impl Decimal {
	/// Reads a number as JSON writes it. Exponents beyond ±10⁹ count as that.
	pub(crate) fn parse(text: &str) -> Option<Self> {
		let (negative, rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
		let (mantissa, exponent) = rest.split_once(['e', 'E']).map_or((rest, None), |(one, two)| (one, Some(two)));
		let (whole, fraction) = mantissa.split_once('.').map_or((mantissa, None), |(one, two)| (one, Some(two)));
		let is_whole = is_digits(whole) && (whole == "0" || !whole.starts_with('0'));
		if !is_whole || !fraction.is_none_or(is_digits) {
			return None;
		}
		let exponent = exponent.map_or(Some(0), read_exponent)?;
		let all = whole.bytes().chain(fraction.unwrap_or_default().bytes()).map(|byte| byte - b'0');
		let mut point = i64::try_from(whole.len()).ok()? + exponent;
		let mut digits: Vec<u8> = Vec::new();
		for digit in all {
			if digits.is_empty() && digit == 0 {
				point -= 1;
			} else {
				digits.push(digit);
			}
		}
		digits.truncate(digits.iter().rposition(|digit| *digit != 0).map_or(0, |last| last + 1));
		if digits.is_empty() {
			return Some(Self { negative: false, digits, point: 0 });
		}
		Some(Self { negative, digits, point })
	}

	/// Returns the number times 10¹⁸. What is beyond 18 decimals is cut off, toward zero. `None`: it is too large.
	pub(crate) fn fixed(&self) -> Option<i128> {
		let count = self.point + DECIMALS;
		if self.digits.is_empty() || count <= 0 {
			return Some(0);
		}
		if count > MOST_DIGITS {
			return None;
		}
		let digits = self.digits.iter().copied().chain(std::iter::repeat(0));
		digits.take(usize::try_from(count).ok()?).try_fold(0_i128, |number, digit| {
			let number = number.checked_mul(10)?;
			let digit = i128::from(digit);
			if self.negative {
				number.checked_sub(digit)
			} else {
				number.checked_add(digit)
			}
		})
	}

	/// -1, 0, or 1.
	fn sign(&self) -> i8 {
		match (self.digits.is_empty(), self.negative) {
			(true, _) => 0,
			(false, true) => -1,
			(false, false) => 1,
		}
	}
}

impl Ord for Decimal {
	fn cmp(&self, other: &Self) -> Ordering {
		let sizes = || self.point.cmp(&other.point).then_with(|| self.digits.cmp(&other.digits));
		self.sign().cmp(&other.sign()).then_with(|| if self.negative { sizes().reverse() } else { sizes() })
	}
}

impl PartialOrd for Decimal {
	fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
		Some(self.cmp(other))
	}
}

fn is_digits(text: &str) -> bool {
	!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn read_exponent(text: &str) -> Option<i64> {
	let (negative, digits) = match text.as_bytes().first()? {
		b'-' => (true, &text[1..]),
		b'+' => (false, &text[1..]),
		_ => (false, text),
	};
	if !is_digits(digits) {
		return None;
	}
	let add = |number: i64, byte: u8| (number * 10 + i64::from(byte - b'0')).min(LARGEST_EXPONENT);
	let number = digits.bytes().fold(0, add);
	Some(if negative { -number } else { number })
}

#[cfg(test)]
mod tests {
	use super::*;

	const ONE: i128 = 1_000_000_000_000_000_000;

	fn fixed(text: &str) -> Option<i128> {
		Decimal::parse(text).unwrap().fixed()
	}

	#[test]
	fn decimals_are_exact() {
		for (text, value) in [
			("0", 0),
			("-0", 0),
			("-0.0e5", 0),
			("1", ONE),
			("0.1", ONE / 10),
			("64123.45", 64_123 * ONE + 45 * ONE / 100),
			("-1.5e3", -1_500 * ONE),
			("1.5E-3", 15 * ONE / 10_000),
			("12e+2", 1_200 * ONE),
			("0.000000000000000001", 1),
			("0.0000000000000000019", 1),
			("-0.0000000000000000019", -1),
			("1e-19", 0),
			("9007199254740993", 9_007_199_254_740_993 * ONE),
			("170141183460469231731.687303715884105727", i128::MAX),
			("-170141183460469231731.687303715884105728", i128::MIN),
			("0e999999999999999999999", 0),
			("1e-999999999999999999999", 0),
		] {
			assert_eq!(fixed(text), Some(value), "{text}");
		}
	}

	#[test]
	fn too_large_numbers_are_refused() {
		for text in [
			"170141183460469231731.687303715884105728",
			"1e21",
			"-1e21",
			"1e999999999999999999999",
			"999999999999999999999",
		] {
			assert_eq!(fixed(text), None, "{text}");
		}
	}

	#[test]
	fn only_numbers_of_json_are_read() {
		for text in [
			"", "-", "+1", "01", "1.", ".5", "1e", "1e+", "0x1", "1_000", " 1", "1 ", "NaN", "1,5", "１", "--1",
			"1.2.3",
		] {
			assert_eq!(Decimal::parse(text), None, "{text}");
		}
	}

	#[test]
	fn numbers_are_compared_by_what_they_are_worth() {
		let sorted = ["-1e400", "-10", "-9.5", "-0.1", "0", "1e-400", "0.1", "0.11", "9.5", "10", "1e400"];
		let sorted = sorted.map(|text| Decimal::parse(text).unwrap());
		assert!(sorted.windows(2).all(|pair| pair[0] < pair[1]), "{sorted:?}");
		for (one, same) in [("1", "1.0"), ("100", "1e2"), ("-0", "0"), ("0.10", "1E-1")] {
			assert_eq!(Decimal::parse(one), Decimal::parse(same));
		}
	}
}

#[cfg(test)]
mod parsing {
	use super::*;
	use proptest::prelude::*;
	use rlc_testing::spoiled_text;

	proptest! {
		#[test]
		fn numbers_of_json_alone_are_read(
			text in spoiled_text("-?(0|[1-9][0-9]{0,24})(\\.[0-9]{1,24})?([eE][+-]?[0-9]{1,3})?"),
		) {
			let json = serde_json::from_str::<&serde_json::value::RawValue>(&text);
			let is_number = json.is_ok_and(|raw| raw.get() == text && text.starts_with(|one: char| one == '-' || one.is_ascii_digit()));
			let number = Decimal::parse(&text);
			prop_assert_eq!(number.is_some(), is_number);
			// It is never farther than a unit of the last decimal from what it is.
			if let Some(fixed) = number.and_then(|number| number.fixed()) {
				let about: f64 = text.parse().unwrap();
				let error = (fixed as f64 / 1e18 - about).abs();
				prop_assert!(error <= 1e-17_f64.max(about.abs() * 1e-14), "{} is not {}", text, fixed);
			}
		}
	}
}
