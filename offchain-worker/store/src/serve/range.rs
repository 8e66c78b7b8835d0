//! The part of a content that a request asks for.

use crate::http::headers::digits as number;

/// What a `Range` header asks of a content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
	/// All of it; also if several parts are asked for, or the header is not understood.
	All,
	/// From one byte to another, both included.
	Bytes(u64, u64),
	/// Nothing that is there.
	None,
}

/// Returns the part of a content of `size` bytes that a header asks for.
pub(super) fn requested(header: Option<&str>, size: u64) -> Part {
	let Some((first, last)) = header
		.and_then(|header| header.trim().strip_prefix("bytes="))
		.filter(|range| !range.contains(','))
		.and_then(|range| range.trim().split_once('-'))
	else {
		return Part::All;
	};
	match (first, last) {
		("", count) => match number(count) {
			None => Part::All,
			Some(0) => Part::None,
			Some(_) if size == 0 => Part::None,
			Some(count) => Part::Bytes(size.saturating_sub(count), size - 1),
		},
		(first, last) => {
			let first = number(first);
			let last = if last.is_empty() { Some(u64::MAX) } else { number(last) };
			match (first, last) {
				(Some(first), Some(last)) if first > last => Part::All,
				(Some(first), Some(_)) if first >= size => Part::None,
				(Some(first), Some(last)) => Part::Bytes(first, last.min(size - 1)),
				_ => Part::All,
			}
		}
	}
}

#[cfg(test)]
mod parsing {
	use super::*;
	use proptest::prelude::*;
	use rlc_testing::spoiled_text;

	fn ranges() -> impl Strategy<Value = String> {
		let number = || {
			let number = prop_oneof![3 => 0..20_u64, 1 => any::<u64>()].prop_map(|number| number.to_string());
			prop_oneof![4 => number, 1 => Just(String::new())]
		};
		(number(), number()).prop_map(|(first, last)| format!("bytes={first}-{last}"))
	}

	proptest! {
		#[test]
		fn part_is_within_the_content(
			header in spoiled_text(ranges()),
			size in prop_oneof![3 => 0..20_u64, 1 => any::<u64>()],
		) {
			if let Part::Bytes(first, last) = requested(Some(&header), size) {
				prop_assert!(first <= last && last < size);
				prop_assert_eq!(requested(Some(&format!("bytes={first}-{last}")), size), Part::Bytes(first, last));
			}
		}

		#[test]
		fn range_in_order_is_understood(first in 0..20_u64, more in 0..20_u64, size in 1..20_u64) {
			let expected = if first < size { Part::Bytes(first, (first + more).min(size - 1)) } else { Part::None };
			prop_assert_eq!(requested(Some(&format!("bytes={first}-{}", first + more)), size), expected);
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn parts_are_those_of_rfc_9110() {
		for (header, size, expected) in [
			("bytes=0-0", 10, Part::Bytes(0, 0)),
			("bytes=2-5", 10, Part::Bytes(2, 5)),
			("bytes=2-", 10, Part::Bytes(2, 9)),
			("bytes=2-100", 10, Part::Bytes(2, 9)),
			("bytes=-3", 10, Part::Bytes(7, 9)),
			("bytes=-30", 10, Part::Bytes(0, 9)),
			("bytes=10-", 10, Part::None),
			("bytes=-0", 10, Part::None),
			("bytes=0-", 0, Part::None),
			("bytes=-1", 0, Part::None),
		] {
			assert_eq!(requested(Some(header), size), expected, "{header} of {size}");
		}
	}

	#[test]
	fn what_is_not_understood_is_everything() {
		assert_eq!(requested(None, 10), Part::All);
		for header in
			["", "bytes", "bytes=", "bytes=-", "bytes=5-2", "bytes=0-1,3-4", "bytes=+1-2", "bytes=a-b", "items=0-1"]
		{
			assert_eq!(requested(Some(header), 10), Part::All, "{header}");
		}
		assert_eq!(requested(Some("bytes=0-99999999999999999999"), 10), Part::All);
	}
}
