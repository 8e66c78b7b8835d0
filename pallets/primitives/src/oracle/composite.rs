//! Feeds of feeds: their values are computed when they are read, in 256 bits, and never stored.

// SCALE's derives number variants that hold something with casts.
#![cfg_attr(not(feature = "std"), allow(clippy::cast_possible_truncation))]

use alloc::vec::Vec;

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::U256;

use super::ONE;
use crate::FeedId;

/// How deep feeds of feeds may be: one of panels' feeds is 1 deep.
pub const MAX_DEPTH: u8 = 3;

/// How a feed is made of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum Composite {
	/// One times another.
	#[codec(index = 0)]
	Product(FeedId, FeedId),
	/// One divided by another.
	#[codec(index = 1)]
	Quotient(FeedId, FeedId),
	/// 1 divided by one.
	#[codec(index = 2)]
	Inverse(FeedId),
}

impl Composite {
	/// Returns the feeds that it is made of, in order.
	pub fn legs(&self) -> Vec<FeedId> {
		match self {
			Self::Product(one, other) | Self::Quotient(one, other) => Vec::from([*one, *other]),
			Self::Inverse(one) => Vec::from([*one]),
		}
	}

	/// Returns its value of the values of its feeds, in order, all times 10¹⁸, rounded toward 0. `None` if it has none: a
	/// division by 0, more than 128 bits, or another number of values.
	pub fn of(&self, values: &[i128]) -> Option<i128> {
		match (self, values) {
			(Self::Product(..), [one, other]) => mul_div(*one, *other, ONE),
			(Self::Quotient(..), [one, other]) => mul_div(*one, ONE, *other),
			(Self::Inverse(_), [one]) => mul_div(ONE, ONE, *one),
			_ => None,
		}
	}
}

/// Returns `one · other / divisor`, rounded toward 0.
fn mul_div(one: i128, other: i128, divisor: i128) -> Option<i128> {
	let product = U256::from(one.unsigned_abs()).checked_mul(other.unsigned_abs().into())?;
	let size = u128::try_from(product.checked_div(divisor.unsigned_abs().into())?).ok()?;
	let size = i128::try_from(size).ok()?;
	let negative = one.is_negative() ^ other.is_negative() ^ divisor.is_negative();
	if negative {
		size.checked_neg()
	} else {
		Some(size)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	const ANY: FeedId = FeedId(sp_core::H256::zero());

	#[test]
	fn product_quotient_and_inverse_have_18_decimals() {
		assert_eq!(Composite::Product(ANY, ANY).of(&[2 * ONE, -3 * ONE]), Some(-6 * ONE));
		assert_eq!(Composite::Quotient(ANY, ANY).of(&[ONE, 3 * ONE]), Some(ONE / 3));
		assert_eq!(Composite::Inverse(ANY).of(&[-4 * ONE]), Some(-ONE / 4));
	}

	#[test]
	fn product_of_large_numbers_is_exact_in_between() {
		let large = i128::MAX / 2;
		assert_eq!(Composite::Quotient(ANY, ANY).of(&[large, large]), Some(ONE));
		assert_eq!(Composite::Product(ANY, ANY).of(&[large, ONE]), Some(large));
	}

	#[test]
	fn what_cannot_be_computed_has_no_value() {
		assert_eq!(Composite::Quotient(ANY, ANY).of(&[ONE, 0]), None);
		assert_eq!(Composite::Inverse(ANY).of(&[0]), None);
		assert_eq!(Composite::Product(ANY, ANY).of(&[i128::MAX, i128::MAX]), None);
		assert_eq!(Composite::Product(ANY, ANY).of(&[ONE]), None);
	}

	proptest! {
		#![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

		#[test]
		fn composites_never_panic(one: i128, other: i128) {
			for composite in [Composite::Product(ANY, ANY), Composite::Quotient(ANY, ANY), Composite::Inverse(ANY)] {
				let _ = (composite.of(&[one, other]), composite.of(&[one]));
			}
		}

		#[test]
		fn quotient_undoes_a_product(one in -(1i128 << 60)..1 << 60, other in 1i128..1 << 60) {
			// Exact: `other` is a whole number.
			let product = Composite::Product(ANY, ANY).of(&[one, other * ONE]);
			if let Some(product) = product {
				prop_assert_eq!(Composite::Quotient(ANY, ANY).of(&[product, other * ONE]), Some(one));
			}
		}
	}
}
