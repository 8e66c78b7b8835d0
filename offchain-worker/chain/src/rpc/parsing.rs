//! Answers of nodes that are not what they should be.

use codec::Encode;
use proptest::{collection::vec, prelude::*};
use rlc_testing::{spoiled, spoiled_text};

use super::*;

/// What a runtime may answer.
type Answer = (u32, Vec<u8>, Option<u64>);

proptest! {
	#[test]
	fn bytes_have_one_text(text in spoiled_text(vec(any::<u8>(), 0..8).prop_map(|bytes| hexadecimal(&bytes)))) {
		let json = serde_json::to_string(&text).unwrap();
		if let Ok(Bytes(bytes)) = serde_json::from_str::<Bytes>(&json) {
			prop_assert_eq!(hexadecimal(&bytes), text.to_ascii_lowercase());
		}
	}

	#[test]
	fn answer_is_read_to_its_end(bytes in spoiled(any::<Answer>().prop_map(|answer| answer.encode()))) {
		match decode_all::<Answer>("a question", &bytes) {
			Ok(answer) => prop_assert_eq!(answer.encode(), bytes),
			Err(error) => prop_assert!(matches!(error, Error::BadAnswer { .. }), "{error}"),
		}
	}
}
