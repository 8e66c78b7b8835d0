//! What an answer says of a content, or of an upload.

use axum::{
	http::{header, HeaderMap, HeaderName, HeaderValue, StatusCode},
	response::{IntoResponse, Response},
};

use super::{
	range::{requested, Part},
	request::text,
};
use crate::{
	disk::upload::Reached,
	http::headers::{UPLOAD_LENGTH, UPLOAD_OFFSET},
	Cid,
};

/// Returns the answer about a content, without its body, and the part of it that is to be sent.
pub(super) fn content(cid: &Cid, size: u64, headers: &HeaderMap) -> (Response, Part) {
	let etag = format!("\"{cid}\"");
	let known = text(headers, header::IF_NONE_MATCH);
	let is_known = known.is_some_and(|tags| tags.split(',').any(|tag| tag.trim() == etag || tag.trim() == "*"));
	let is_same = text(headers, header::IF_RANGE).is_none_or(|tag| tag == etag);
	let part = if is_same { requested(text(headers, header::RANGE), size) } else { Part::All };
	let (status, length, range) = match part {
		_ if is_known => (StatusCode::NOT_MODIFIED, None, None),
		Part::All => (StatusCode::OK, Some(size), None),
		Part::Bytes(first, last) => {
			(StatusCode::PARTIAL_CONTENT, Some(last - first + 1), Some(format!("bytes {first}-{last}/{size}")))
		}
		Part::None => (StatusCode::RANGE_NOT_SATISFIABLE, Some(0), Some(format!("bytes */{size}"))),
	};
	let mut response = status.into_response();
	let out = response.headers_mut();
	// All of it is ASCII without control characters.
	let value = |text: String| HeaderValue::try_from(text).expect("CIDs and numbers are good in headers");
	out.insert(header::ETAG, value(etag));
	out.extend(range.map(|range| (header::CONTENT_RANGE, value(range))));
	out.extend(length.map(|length| (header::CONTENT_LENGTH, length.into())));
	for (name, text) in [
		(header::ACCEPT_RANGES, "bytes"),
		(header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
		(header::CONTENT_TYPE, "application/octet-stream"),
		// What somebody stored is never shown as a page of this server.
		(header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
	] {
		out.insert(name, HeaderValue::from_static(text));
	}
	(response, if is_known { Part::None } else { part })
}

/// Returns the answer about an upload.
pub(super) fn upload(status: StatusCode, reached: Reached) -> Response {
	let headers: [(HeaderName, HeaderValue); 3] = [
		(UPLOAD_OFFSET, reached.offset.into()),
		(UPLOAD_LENGTH, reached.length.into()),
		(header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
	];
	(status, headers).into_response()
}

#[cfg(test)]
mod parsing {
	use super::*;
	use crate::http::headers::number;
	use proptest::{collection::vec, prelude::*};
	use rlc_testing::spoiled;

	fn cid() -> Cid {
		Cid::of_sha256([1; 32])
	}

	/// Returns headers that ask for a part, with what may stand in them.
	fn said() -> impl Strategy<Value = Vec<(HeaderName, Vec<u8>)>> {
		let names = vec![header::RANGE, header::IF_RANGE, header::IF_NONE_MATCH];
		let range = (0..20_u64, 0..20_u64).prop_map(|(first, last)| format!("bytes={first}-{last}"));
		let tag = prop::sample::select(vec![format!("\"{}\"", cid()), "*".into(), "\"a\", \"b\"".into()]);
		let value = spoiled(prop_oneof![range, tag].prop_map(String::into_bytes));
		vec((prop::sample::select(names), value), 0..4)
	}

	proptest! {
		#[test]
		fn answer_says_what_it_sends(said in said(), size in prop_oneof![4 => 0..20_u64, 1 => any::<u64>()]) {
			let mut headers = HeaderMap::new();
			for (name, value) in said {
				if let Ok(value) = HeaderValue::from_bytes(&value) {
					headers.append(name, value);
				}
			}
			let (response, part) = content(&cid(), size, &headers);
			let length = number(response.headers(), header::CONTENT_LENGTH);
			let range = text(response.headers(), header::CONTENT_RANGE).map(str::to_owned);
			match (response.status(), part) {
				(StatusCode::OK, Part::All) => prop_assert_eq!((length, range), (Some(size), None)),
				(StatusCode::PARTIAL_CONTENT, Part::Bytes(first, last)) => {
					prop_assert!(first <= last && last < size);
					let expected = format!("bytes {first}-{last}/{size}");
					prop_assert_eq!((length, range), (Some(last - first + 1), Some(expected)));
				}
				(StatusCode::RANGE_NOT_SATISFIABLE, Part::None) => {
					prop_assert_eq!((length, range), (Some(0), Some(format!("bytes */{size}"))));
				}
				(StatusCode::NOT_MODIFIED, Part::None) => prop_assert_eq!((length, range), (None, None)),
				other => prop_assert!(false, "{other:?}"),
			}
		}
	}
}
