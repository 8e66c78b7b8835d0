//! Amounts of RLC, as people write them.

use std::{fmt, str::FromStr};

use rlc_primitives::{Balance, MAX_SUPPLY, RLC};

/// How many digits follow the point: an RLC is 10⁹ nRLC.
const DECIMALS: usize = 9;

/// An amount, in nRLC. Written as RLC: `1.5 RLC`. Read as `1.5RLC`, `1.5` or `1500000000nRLC`, spaces allowed, up to all RLC
/// that can exist.
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
	/// It is more than there can be.
	#[error("{0:?} is more than the {most} RLC that can exist; write a smaller amount", most = MAX_SUPPLY / RLC)]
	TooLarge(String),
	/// It is more than there can be, unless nRLC are meant, in which iExec's tools count.
	#[error(
		"{0:?} is more than the {most} RLC that can exist; if nRLC are meant, write {1}nRLC",
		most = MAX_SUPPLY / RLC
	)]
	Unit(String, Balance),
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
		let decimals = match unit.to_ascii_lowercase().as_str() {
			"" | "rlc" => DECIMALS,
			"nrlc" => 0,
			_ => return Err(wrong()),
		};
		let (whole, part) = (whole.replace('_', ""), part.unwrap_or_default().replace('_', ""));
		if part.len() > decimals {
			return Err(InvalidAmount::TooFine(text.into()));
		}
		let possible = |digits: &str| digits.parse::<Balance>().ok().filter(|nrlc| *nrlc <= MAX_SUPPLY);
		match possible(&format!("{whole}{part:0<decimals$}")) {
			Some(nrlc) => Ok(Self(nrlc)),
			None => Err(match possible(&whole) {
				Some(nrlc) if part.is_empty() => InvalidAmount::Unit(text.into(), nrlc),
				_ => InvalidAmount::TooLarge(text.into()),
			}),
		}
	}
}

/// An amount, or all there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HowMuch {
	/// All there is.
	All,
	/// So much.
	Exactly(Amount),
}

impl FromStr for HowMuch {
	type Err = InvalidAmount;

	fn from_str(text: &str) -> Result<Self, InvalidAmount> {
		if text.trim().eq_ignore_ascii_case("all") {
			return Ok(Self::All);
		}
		text.parse().map(Self::Exactly)
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
		for text in [
			"", "RLC", ".5", "5.", "1,5", "-1", "+1", "1e9", "1.5e3", "1.5ETH", "1gwei", "1mRLC", "1µRLC", "0x10",
			"1.2.3", "1 2", "1 000", "_", "_1", "1._", "１", "1１", "１RLC", "٣", "1nRLC2", "NaN", "inf",
		] {
			assert_eq!(text.parse::<Amount>(), Err(InvalidAmount::Form(text.into())), "{text}");
		}
		for text in ["0.0000000001", "1.5nRLC"] {
			assert_eq!(text.parse::<Amount>(), Err(InvalidAmount::TooFine(text.into())), "{text}");
		}
	}

	#[test]
	fn more_than_can_exist_is_refused() {
		assert_eq!("87000000".parse(), Ok(Amount(MAX_SUPPLY)));
		assert_eq!(format!("{MAX_SUPPLY}nRLC").parse(), Ok(Amount(MAX_SUPPLY)));
		let much = Balance::MAX.to_string();
		for text in
			["87000000.000000001", "1000000000.5", &format!("{}nRLC", MAX_SUPPLY + 1), &much, &format!("{much}0nRLC")]
		{
			assert_eq!(text.parse::<Amount>(), Err(InvalidAmount::TooLarge(text.into())), "{text}");
		}
	}

	#[test]
	fn price_as_iexec_s_tools_write_it_is_told_apart() {
		for text in ["1000000000", "1_000_000_000", "1000000000 RLC"] {
			let refused = text.parse::<Amount>().unwrap_err();
			assert_eq!(refused, InvalidAmount::Unit(text.into(), RLC));
			assert!(refused.to_string().ends_with("write 1000000000nRLC"), "{refused}");
		}
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
		assert_eq!(Amount(MAX_SUPPLY).to_string().parse(), Ok(Amount(MAX_SUPPLY)));
	}
}

#[cfg(test)]
mod parsing {
	use super::*;
	use proptest::prelude::*;
	use rlc_testing::spoiled_text;

	proptest! {
		#[test]
		fn amount_has_one_form(text in spoiled_text((0..=2 * MAX_SUPPLY).prop_map(|nrlc| Amount(nrlc).to_string()))) {
			if let Ok(amount) = text.parse::<Amount>() {
				prop_assert_eq!(amount.to_string().parse(), Ok(amount));
			}
		}

		#[test]
		fn amount_comes_back_as_it_was(nrlc in 0..=MAX_SUPPLY) {
			prop_assert_eq!(Amount(nrlc).to_string().parse(), Ok(Amount(nrlc)));
			prop_assert_eq!(format!("{nrlc}nRLC").parse(), Ok(Amount(nrlc)));
		}
	}
}
