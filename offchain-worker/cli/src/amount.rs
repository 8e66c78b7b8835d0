//! Amounts of RLC, as people write them.

use std::{fmt, str::FromStr};

use rlc_primitives::{Balance, RLC};

/// How many digits follow the point: an RLC is 10⁹ nRLC.
const DECIMALS: usize = 9;

/// An amount, in nRLC. Written as RLC: `1.5 RLC`. Read as `1.5RLC`, `1.5` or `1500000000nRLC`, spaces allowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Amount(pub Balance);

/// Why a text is not an amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidAmount {
	/// It is not of the form.
	#[error("{0:?} is not an amount; write 1.5, 1.5RLC or 1500000000nRLC")]
	Form(String),
	/// It has more than nine digits after the point.
	#[error("{0:?} is finer than 1 nRLC; at most {DECIMALS} digits may follow the point")]
	TooFine(String),
	/// It exceeds 128 bits.
	#[error("{0:?} is more RLC than can exist; write a smaller amount")]
	TooLarge(String),
}

impl FromStr for Amount {
	type Err = InvalidAmount;

	fn from_str(text: &str) -> Result<Self, InvalidAmount> {
		let wrong = || InvalidAmount::Form(text.into());
		let trimmed = text.trim();
		let unit = trimmed.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(trimmed.len());
		let (number, unit) = trimmed.split_at(unit);
		let number = number.trim_end();
		let is_number = |part: &str| {
			let is_digit = |one: u8| one.is_ascii_digit() || one == b'_';
			part.starts_with(|first: char| first.is_ascii_digit()) && part.bytes().all(is_digit)
		};
		let (whole, part) = number.split_once('.').map_or((number, None), |(whole, part)| (whole, Some(part)));
		if !is_number(whole) || part.is_some_and(|part| !is_number(part)) {
			return Err(wrong());
		}
		let (whole, part) = (whole.replace('_', ""), part.unwrap_or_default().replace('_', ""));
		let parse = |digits: &str| digits.parse::<Balance>().map_err(|_| InvalidAmount::TooLarge(text.into()));
		if unit.eq_ignore_ascii_case("nrlc") {
			return if part.is_empty() { parse(&whole).map(Self) } else { Err(InvalidAmount::TooFine(text.into())) };
		}
		if !unit.is_empty() && !unit.eq_ignore_ascii_case("rlc") {
			return Err(wrong());
		}
		if part.len() > DECIMALS {
			return Err(InvalidAmount::TooFine(text.into()));
		}
		let part = parse(&format!("{part:0<DECIMALS$}"))?;
		let whole = parse(&whole)?.checked_mul(RLC);
		whole.and_then(|whole| whole.checked_add(part)).map(Self).ok_or_else(|| InvalidAmount::TooLarge(text.into()))
	}
}

impl fmt::Display for Amount {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let (whole, part) = (self.0 / RLC, self.0 % RLC);
		if part == 0 {
			return f.pad(&format!("{whole} RLC"));
		}
		let part = format!("{part:0DECIMALS$}");
		f.pad(&format!("{whole}.{} RLC", part.trim_end_matches('0')))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn amounts_are_read_in_each_form() {
		for (text, nrlc) in [
			("1", RLC),
			("1.5RLC", RLC * 3 / 2),
			("1.5 RLC", RLC * 3 / 2),
			("1500nRLC", 1_500),
			("1_000rlc", RLC * 1_000),
			("0.000000001", 1),
			(" 0 ", 0),
			("7nrlc", 7),
		] {
			assert_eq!(text.parse(), Ok(Amount(nrlc)), "{text}");
		}
	}

	#[test]
	fn text_that_is_not_an_amount_is_refused() {
		for text in
			["", "RLC", ".5", "5.", "1,5", "-1", "+1", "1e9", "1.5ETH", "0x10", "1.2.3", "1 2", "_", "_1", "1._"]
		{
			assert_eq!(text.parse::<Amount>(), Err(InvalidAmount::Form(text.into())), "{text}");
		}
		for text in ["0.0000000001", "1.5nRLC"] {
			assert_eq!(text.parse::<Amount>(), Err(InvalidAmount::TooFine(text.into())), "{text}");
		}
		let much = Balance::MAX.to_string();
		assert_eq!(much.parse::<Amount>(), Err(InvalidAmount::TooLarge(much.clone())));
		assert_eq!(format!("{much}0nRLC").parse::<Amount>(), Err(InvalidAmount::TooLarge(format!("{much}0nRLC"))));
	}

	#[test]
	fn amounts_are_written_as_rlc_and_read_back() {
		for (nrlc, text) in [
			(0, "0 RLC"),
			(RLC, "1 RLC"),
			(RLC * 3 / 2, "1.5 RLC"),
			(1, "0.000000001 RLC"),
			(10 * RLC + 10, "10.00000001 RLC"),
		] {
			assert_eq!(Amount(nrlc).to_string(), text);
			assert_eq!(text.parse(), Ok(Amount(nrlc)));
		}
		assert_eq!(Amount(Balance::MAX).to_string().parse(), Ok(Amount(Balance::MAX)));
	}
}

#[cfg(test)]
mod parsing {
	use super::*;
	use proptest::prelude::*;
	use rlc_testing::spoiled_text;

	proptest! {
		#[test]
		fn amount_has_one_form(text in spoiled_text(any::<Balance>().prop_map(|nrlc| Amount(nrlc).to_string()))) {
			if let Ok(amount) = text.parse::<Amount>() {
				prop_assert_eq!(amount.to_string().parse(), Ok(amount));
			}
		}

		#[test]
		fn amount_comes_back_as_it_was(nrlc in any::<Balance>()) {
			prop_assert_eq!(Amount(nrlc).to_string().parse(), Ok(Amount(nrlc)));
			prop_assert_eq!(format!("{nrlc}nRLC").parse(), Ok(Amount(nrlc)));
		}
	}
}
