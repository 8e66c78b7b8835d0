//! Why a request had no answer.

use std::error::Error;

use reqwest::Url;
use rlc_service::one_line;
use tokio_rustls::rustls;

use super::request::{host_of, InvalidRequest};
use crate::{
	client::{causes, is_timeout},
	guard::ClosedHost,
};

/// What kept a request from being answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebErrorKind {
	/// It is not a request that is made here.
	Invalid,
	/// It may not be made to that host.
	NotAllowed,
	/// Too many others are under way, or wait for the same host.
	Busy,
	/// The server does not show that it is the host: its certificate is not valid.
	Untrusted,
	/// The host cannot be reached, or does not answer as it should.
	Unreachable,
	/// It took longer than allowed.
	TimedOut,
	/// The answer is larger than allowed.
	TooLarge,
}

/// Why a request had no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{words}")]
pub struct WebError {
	/// What kept it.
	pub kind: WebErrorKind,
	/// The same in words, in one line.
	pub words: String,
}

impl WebError {
	pub(super) fn new(kind: WebErrorKind, words: impl Into<String>) -> Self {
		Self { kind, words: words.into() }
	}

	/// Says what an error of a request, or of reading its answer, means.
	pub(super) fn of(url: &Url, error: &(dyn Error + 'static)) -> Self {
		let host = host_of(url);
		if causes(error).any(|cause| cause.is::<ClosedHost>()) {
			let words = format!("{host}: it is private, near this machine, or denied here");
			return Self::new(WebErrorKind::NotAllowed, words);
		}
		let is_untrusted = |error: &rustls::Error| matches!(error, rustls::Error::InvalidCertificate(_));
		let kind = if causes(error).filter_map(|cause| cause.downcast_ref::<rustls::Error>()).any(is_untrusted) {
			WebErrorKind::Untrusted
		} else if is_timeout(error) {
			WebErrorKind::TimedOut
		} else {
			WebErrorKind::Unreachable
		};
		// The rest of the URL may be a secret.
		let words = one_line(error).replace(url.as_str(), &host);
		Self::new(kind, format!("{host}: {words}"))
	}
}

impl From<InvalidRequest> for WebError {
	fn from(error: InvalidRequest) -> Self {
		Self::new(WebErrorKind::Invalid, error.to_string())
	}
}
