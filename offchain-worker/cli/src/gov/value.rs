//! Values that votes set: which bounds they have, and how people write and read them, as amounts, times, or parts of a whole.

use rlc_chain::Data;
use rlc_primitives::{
	governance::{Bounds, ARGUMENTS, PARAMETERS},
	Moment,
};

use crate::{
	amount::Amount,
	failure::{failure, Result},
	table::span,
};

/// The units of times, in ms. A number alone is in ms, as the chain counts.
const UNITS: [(&str, Moment); 6] =
	[("", 1), ("ms", 1), ("s", 1_000), ("min", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

/// Arguments of calls with their bounds: the pallet, the call, the argument.
pub(super) type Limits = &'static [(&'static str, &'static str, &'static str, Bounds)];

/// Returns group and name of the parameter that a call sets, and to what.
pub(super) fn set(call: &Data) -> Option<(&str, &str, &Data)> {
	let ("Parameters", "set_parameter", arguments) = call.as_call()? else { return None };
	let (group, name, set) = arguments.field("key_value")?.as_call()?;
	let [_, value] = set.as_list()? else { return None };
	Some((group, name, value))
}

/// Returns the bounds of a parameter, if this program knows them.
pub(super) fn bounds_of_parameter(group: &str, parameter: &str) -> Option<&'static Bounds> {
	PARAMETERS.iter().find(|(of, name, _)| (*of, *name) == (group, parameter)).map(|(.., bounds)| bounds)
}

/// Returns the bounds of an argument on a track that is not root's, if it has some.
pub(super) fn bounds_of_argument(pallet: &str, call: &str, argument: &str) -> Option<&'static Bounds> {
	bounds_in(ARGUMENTS, pallet, call).find(|(name, _)| *name == argument).map(|(_, bounds)| bounds)
}

/// Returns the arguments of a call that have bounds in a list.
pub(super) fn bounds_in<'a>(
	limits: Limits,
	pallet: &'a str,
	call: &'a str,
) -> impl Iterator<Item = (&'static str, &'static Bounds)> + 'a {
	let its = limits.iter().filter(move |(of, name, ..)| (*of, *name) == (pallet, call));
	its.map(|(.., argument, bounds)| (*argument, bounds))
}

/// Reads a value of the kind that these bounds are of, within them or not.
///
/// # Errors
///
/// If it is of another kind.
pub(crate) fn read(text: &str, bounds: &Bounds) -> Result<Data> {
	Ok(match bounds {
		Bounds::Amount(..) => Data::Amount(text.parse::<Amount>()?.0),
		Bounds::Time(..) => Data::Number(time(text)?.into()),
		// The runtime's type tells how many parts the whole has.
		Bounds::Permill(..) | Bounds::Perbill(..) => Data::Text(text.into()),
	})
}

fn time(text: &str) -> Result<Moment> {
	let trimmed = text.trim();
	let unit = trimmed.find(|one: char| !one.is_ascii_digit()).unwrap_or(trimmed.len());
	let (number, unit) = trimmed.split_at(unit);
	let each = UNITS.iter().find(|(name, _)| *name == unit.trim()).map(|(_, each)| *each);
	let time = number.parse::<Moment>().ok().zip(each).and_then(|(number, each)| number.checked_mul(each));
	time.ok_or_else(|| failure!(ValueInvalid, "{text:?} is not a time"; "write 7d, 12h, 30min, 90s, or a number of ms"))
}

/// Writes a value, as the chain counts it, in the unit of its bounds.
pub(crate) fn said(value: u128, bounds: &Bounds) -> String {
	match bounds {
		Bounds::Amount(..) => Amount(value).to_string(),
		Bounds::Time(..) => {
			let ms = Moment::try_from(value).unwrap_or(Moment::MAX);
			if ms < UNITS[2].1 {
				return span(ms);
			}
			// In the largest unit that it is a whole number of.
			let exact = UNITS.iter().rev().find(|(_, each)| ms % each == 0);
			exact.map_or_else(|| span(ms), |(name, each)| format!("{} {name}", ms / each))
		}
		Bounds::Permill(..) => percent(value, 10_000),
		Bounds::Perbill(..) => percent(value, 10_000_000),
	}
}

/// Writes parts of a whole, of which a hundredth has so many, as percent.
fn percent(parts: u128, hundredth: u32) -> String {
	let parts = u32::try_from(parts).unwrap_or(u32::MAX);
	format!("{} %", f64::from(parts) / f64::from(hundredth))
}

/// Writes bounds: `from 1 d to 90 d`.
pub(crate) fn range(bounds: &Bounds) -> String {
	let (least, most) = bounds.ends();
	format!("from {} to {}", said(least, bounds), said(most, bounds))
}

#[cfg(test)]
mod tests {
	use super::*;
	use rlc_primitives::{
		governance::{COMMISSION, ITEM_DEPOSIT, REFERENCE_TIME, RETENTION, TREASURY_SHARE},
		RLC,
	};

	#[test]
	fn time_is_read_in_each_unit_and_alone_in_ms() {
		for (text, ms) in [
			("7d", 604_800_000),
			("12 h", 43_200_000),
			("30min", 1_800_000),
			("90 s", 90_000),
			("250ms", 250),
			(" 86400000 ", 86_400_000),
		] {
			assert_eq!(read(text, &RETENTION), Ok(Data::Number(ms)), "{text}");
		}
		for wrong in ["", "d", "a week", "7 days", "-1d", "1.5d", "7D", "٧d", "18446744073709551615d", "1 2"] {
			let refused = read(wrong, &RETENTION).unwrap_err();
			assert_eq!(refused.code(), "value.invalid", "{wrong}");
			assert!(refused.to_string().contains("write 7d, 12h"), "{refused}");
		}
	}

	#[test]
	fn amount_is_read_as_everywhere() {
		assert_eq!(read("0.002", &ITEM_DEPOSIT), Ok(Data::Amount(RLC / 500)));
		assert_eq!(read("7nRLC", &ITEM_DEPOSIT), Ok(Data::Amount(7)));
		assert_eq!(read("a lot", &ITEM_DEPOSIT).unwrap_err().code(), "amount.invalid");
	}

	#[test]
	fn bounds_are_said_in_their_unit() {
		assert_eq!(range(&ITEM_DEPOSIT), "from 0.0001 RLC to 1 RLC");
		assert_eq!(range(&RETENTION), "from 1 d to 90 d");
		assert_eq!(range(&REFERENCE_TIME), "from 1 min to 365 d");
		assert_eq!(range(&TREASURY_SHARE), "from 0 % to 50 %");
		assert_eq!(range(&COMMISSION), "from 1 % to 25 %");
	}

	#[test]
	fn value_just_beyond_a_bound_is_not_said_as_the_bound() {
		assert_eq!(said(86_399_999, &RETENTION), "86399999 ms");
		assert_eq!((said(0, &RETENTION), said(500, &RETENTION)), ("0 ms".into(), "500 ms".into()));
		assert_eq!(said(691_200_000, &RETENTION), "8 d");
		assert_eq!(said(500_001, &TREASURY_SHARE), "50.0001 %");
	}
}
