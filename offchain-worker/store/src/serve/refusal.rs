//! Refusals: an HTTP status, and the reason in words.

use axum::{
	http::{header, HeaderMap, StatusCode},
	response::{IntoResponse, Response},
};
use tracing::warn;

use crate::{error::StoreError, http::headers::UPLOAD_OFFSET, token::TokenError};

/// How long a client waits before it tries again what there is no room for now, in seconds.
const RETRY_AFTER: u64 = 60;

/// A refusal of a request.
pub(super) struct Refusal {
	status: StatusCode,
	words: String,
	headers: HeaderMap,
}

impl Refusal {
	pub(super) fn new(status: StatusCode, words: impl ToString) -> Self {
		Self { status, words: words.to_string(), headers: HeaderMap::new() }
	}
}

impl IntoResponse for Refusal {
	fn into_response(self) -> Response {
		(self.status, self.headers, format!("{}\n", self.words)).into_response()
	}
}

impl From<StoreError> for Refusal {
	fn from(error: StoreError) -> Self {
		let status = status(&error);
		if is_ours(&error) {
			warn!("{error}");
		}
		match error {
			// Where the node is concerns nobody.
			StoreError::Node(_) => Self::new(status, "the store's IPFS node does not deliver it now; try again later"),
			StoreError::OtherOffset(offset) => {
				let mut refusal = Self::new(status, error);
				refusal.headers.insert(UPLOAD_OFFSET, offset.into());
				refusal
			}
			error => {
				let is_temporary = error.is_temporary();
				let mut refusal = Self::new(status, error);
				if is_temporary {
					refusal.headers.insert(header::RETRY_AFTER, RETRY_AFTER.into());
				}
				refusal
			}
		}
	}
}

/// Returns whether the store's owner has to do something about it. Of quotas that are used up, the metrics tell: whoever may
/// upload can be refused as often as it wants, and is not to fill the log.
fn is_ours(error: &StoreError) -> bool {
	matches!(error, StoreError::DiskFull | StoreError::InUse(_) | StoreError::Disk(_) | StoreError::Node(_))
}

fn status(error: &StoreError) -> StatusCode {
	match error {
		StoreError::NotFound(_) => StatusCode::NOT_FOUND,
		StoreError::Token(TokenError::OtherContent) => StatusCode::FORBIDDEN,
		StoreError::Token(_) => StatusCode::UNAUTHORIZED,
		StoreError::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
		StoreError::Full(_) | StoreError::QuotaUsed { .. } | StoreError::DiskFull => StatusCode::INSUFFICIENT_STORAGE,
		StoreError::TooManyUploads { .. } => StatusCode::TOO_MANY_REQUESTS,
		StoreError::WrongContent(_) => StatusCode::UNPROCESSABLE_ENTITY,
		StoreError::OtherLength(_) | StoreError::OtherOffset(_) | StoreError::NotOpen => StatusCode::CONFLICT,
		StoreError::InUse(_) | StoreError::Disk(_) => StatusCode::INTERNAL_SERVER_ERROR,
		StoreError::Node(_) => StatusCode::BAD_GATEWAY,
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn refusals_that_uploaders_bring_about_are_not_logged() {
		let quota = StoreError::QuotaUsed { who: "mallory".into(), quota: 1 };
		for theirs in [quota, StoreError::Full(1), StoreError::TooLarge(1), StoreError::NotOpen] {
			assert!(!is_ours(&theirs), "{theirs}");
		}
		assert!(is_ours(&StoreError::DiskFull));
	}
}
