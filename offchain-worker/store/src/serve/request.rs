//! What a request says: headers, the content's name, the token.

use axum::http::{header, HeaderMap, HeaderName, StatusCode};

use super::refusal::Refusal;
use crate::{
	error::StoreError,
	token::{Grant, TokenError},
	Cid, Store,
};

/// Reads the content's name.
pub(super) fn parse(cid: &str) -> Result<Cid, Refusal> {
	cid.parse().map_err(|error| Refusal::new(StatusCode::NOT_FOUND, error))
}

/// Returns what the request's token allows.
pub(super) fn grant(store: &Store, cid: &str, headers: &HeaderMap) -> Result<Grant, Refusal> {
	let cid = parse(cid)?;
	let token = text(headers, header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
	let token = token.ok_or(StoreError::Token(TokenError::Missing))?;
	Ok(store.check_token(token.trim(), &cid).map_err(StoreError::Token)?)
}

/// Returns a header's text.
pub(super) fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
	headers.get(name)?.to_str().ok()
}
