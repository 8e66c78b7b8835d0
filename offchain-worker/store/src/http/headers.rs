//! Headers of uploads in pieces, and what numbers in headers say. Servers and clients of stores agree on them.

use reqwest::header::{HeaderMap, HeaderName};

/// How many bytes have come of an upload, or where a piece begins.
pub(crate) const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
/// How many bytes an upload will have.
pub(crate) const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");

/// Returns a header's number; `None` also if there are several, or it is anything but decimal digits.
pub(crate) fn number(headers: &HeaderMap, name: HeaderName) -> Option<u64> {
	let mut values = headers.get_all(name).iter();
	let value = values.next().filter(|_| values.next().is_none())?;
	digits(value.to_str().ok()?)
}

/// Returns the number that decimal digits write.
pub(crate) fn digits(text: &str) -> Option<u64> {
	// `u64`'s own reading would take a sign.
	text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod parsing {
	use super::*;
	use proptest::prelude::*;
	use reqwest::header::HeaderValue;
	use rlc_testing::spoiled;

	proptest! {
		#[test]
		fn header_of_one_number_is_read_as_written(value in spoiled(any::<u64>().prop_map(|it| it.to_string().into_bytes()))) {
			let mut headers = HeaderMap::new();
			let Ok(value) = HeaderValue::from_bytes(&value) else { return Ok(()) };
			headers.append(UPLOAD_OFFSET, value.clone());
			if let Some(number) = number(&headers, UPLOAD_OFFSET) {
				let written = value.to_str().unwrap().trim_start_matches('0');
				let read = number.to_string();
				prop_assert_eq!(written, read.trim_start_matches('0'));
			}
			headers.append(UPLOAD_OFFSET, value);
			prop_assert_eq!(number(&headers, UPLOAD_OFFSET), None, "which of them counts?");
		}
	}
}
