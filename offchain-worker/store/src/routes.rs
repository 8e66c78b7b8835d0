//! The store over HTTP. See the crate's documentation for the requests.

use std::{sync::Arc, time::Duration};

use axum::{
	body::{Body, BodyDataStream},
	extract::{Path, State},
	http::{header, HeaderMap, HeaderName, HeaderValue, StatusCode},
	response::{IntoResponse, Response},
	routing::get,
	Router,
};
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use tokio::io::AsyncReadExt;
use tokio_util::io::ReaderStream;

use crate::{
	error::StoreError,
	range::{part, Part},
	store::Store,
	token::{Grant, TokenError},
	upload::Reached,
	Cid,
};

/// The largest content that one `PUT` brings, in bytes. Larger ones are uploaded in pieces.
pub const MAX_PUT: u64 = 1 << 20;
/// How many bytes have come of an upload, or where a piece begins.
pub(crate) const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
/// How many bytes an upload will have.
pub(crate) const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");

/// How long to wait for the next bytes of a body.
const IDLE: Duration = Duration::from_secs(30);
/// How many bytes of a refused body are still taken, and for how long.
const MAX_REST: usize = 8 << 20;
const REST_TIME: Duration = Duration::from_secs(5);
/// How many bytes of an upload go to the disk at once.
const WRITE_SIZE: usize = 256 * 1024;
/// Up to this many bytes, a content is read and sent at once.
pub(crate) const READ_AT_ONCE: u64 = 64 * 1024;

/// The store's routes: `/{cid}`, to be nested where the store shall be, such as `/store`.
///
/// The server has to limit connections and the time for headers; the routes limit bodies.
pub fn routes(store: Store) -> Router {
	// A `HEAD` is answered as a `GET` without body, unless it asks for an upload.
	let content = get(read).head(head).put(put).post(begin).patch(go_on);
	Router::new().route("/{cid}", content).with_state(store)
}

/// A refusal: a status, and why, in words.
struct Refused(StatusCode, String, HeaderMap);

impl Refused {
	fn new(status: StatusCode, words: impl ToString) -> Self {
		Self(status, words.to_string(), HeaderMap::new())
	}
}

impl IntoResponse for Refused {
	fn into_response(self) -> Response {
		(self.0, self.2, format!("{}\n", self.1)).into_response()
	}
}

impl From<StoreError> for Refused {
	fn from(error: StoreError) -> Self {
		let status = match &error {
			StoreError::NotFound(_) => StatusCode::NOT_FOUND,
			StoreError::Token(TokenError::OtherContent) => StatusCode::FORBIDDEN,
			StoreError::Token(_) => StatusCode::UNAUTHORIZED,
			StoreError::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
			StoreError::Full(_) | StoreError::QuotaUsed { .. } | StoreError::DiskFull => {
				StatusCode::INSUFFICIENT_STORAGE
			}
			StoreError::TooManyUploads { .. } => StatusCode::TOO_MANY_REQUESTS,
			StoreError::WrongContent(_) => StatusCode::UNPROCESSABLE_ENTITY,
			StoreError::OtherLength(_) | StoreError::OtherOffset(_) | StoreError::NotOpen => StatusCode::CONFLICT,
			StoreError::InUse(_) | StoreError::Disk(_) => StatusCode::INTERNAL_SERVER_ERROR,
			StoreError::Node(_) => StatusCode::BAD_GATEWAY,
		};
		if status.is_server_error() {
			log::warn!("store: {error}");
		}
		let mut refused = match &error {
			// Where the node is concerns nobody.
			StoreError::Node(_) => Self::new(status, "the store's IPFS node does not give it now; try again later"),
			error => Self::new(status, error),
		};
		if let StoreError::OtherOffset(offset) = error {
			refused.2.insert(UPLOAD_OFFSET, offset.into());
		}
		refused
	}
}

fn parse(cid: &str) -> Result<Cid, Refused> {
	cid.parse().map_err(|error| Refused::new(StatusCode::NOT_FOUND, error))
}

/// What the request's token allows.
fn grant(store: &Store, cid: &str, headers: &HeaderMap) -> Result<Grant, Refused> {
	let cid = parse(cid)?;
	let token = text(headers, header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
	let token = token.ok_or(StoreError::Token(TokenError::Missing))?;
	Ok(store.check_token(token.trim(), &cid).map_err(StoreError::Token)?)
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
	headers.get(name)?.to_str().ok()
}

fn number(headers: &HeaderMap, name: HeaderName) -> Option<u64> {
	text(headers, name)?.parse().ok()
}

async fn read(State(store): State<Store>, Path(cid): Path<String>, headers: HeaderMap) -> Result<Response, Refused> {
	let cid = parse(&cid)?;
	let size = store.contains(&cid).await.ok_or(StoreError::NotFound(cid))?;
	let (mut response, part) = describe(&cid, size, &headers);
	let (first, count) = match part {
		Part::All if response.status() == StatusCode::OK => (0, size),
		Part::Bytes(first, last) => (first, last - first + 1),
		_ => return Ok(response),
	};
	let mut content = store.open_part(&cid, first, count).await?;
	*response.body_mut() = if count <= READ_AT_ONCE {
		let mut bytes = Vec::with_capacity(count as usize);
		content.read_to_end(&mut bytes).await.map_err(StoreError::from)?;
		Body::from(bytes)
	} else {
		Body::from_stream(ReaderStream::with_capacity(content, WRITE_SIZE))
	};
	Ok(response)
}

async fn head(State(store): State<Store>, Path(cid): Path<String>, headers: HeaderMap) -> Result<Response, Refused> {
	if headers.contains_key(header::AUTHORIZATION) {
		let grant = grant(&store, &cid, &headers)?;
		let reached = store.reached(grant).await?.ok_or(Refused::new(StatusCode::NOT_FOUND, StoreError::NotOpen))?;
		return Ok(progress(StatusCode::OK, reached));
	}
	let cid = parse(&cid)?;
	let size = store.contains(&cid).await.ok_or(StoreError::NotFound(cid))?;
	Ok(describe(&cid, size, &headers).0)
}

/// The answer about a content, without its body, and which part of it is to be sent.
fn describe(cid: &Cid, size: u64, headers: &HeaderMap) -> (Response, Part) {
	let etag = format!("\"{cid}\"");
	let known = text(headers, header::IF_NONE_MATCH);
	let unchanged = known.is_some_and(|tags| tags.split(',').any(|tag| tag.trim() == etag || tag.trim() == "*"));
	let same = text(headers, header::IF_RANGE).is_none_or(|tag| tag == etag);
	let part = if same { part(text(headers, header::RANGE), size) } else { Part::All };
	let (status, length) = match part {
		_ if unchanged => (StatusCode::NOT_MODIFIED, None),
		Part::All => (StatusCode::OK, Some(size)),
		Part::Bytes(first, last) => (StatusCode::PARTIAL_CONTENT, Some(last - first + 1)),
		Part::None => (StatusCode::RANGE_NOT_SATISFIABLE, Some(0)),
	};
	let mut response = status.into_response();
	let out = response.headers_mut();
	let range = match part {
		_ if unchanged => None,
		Part::All => None,
		Part::Bytes(first, last) => Some(format!("bytes {first}-{last}/{size}")),
		Part::None => Some(format!("bytes */{size}")),
	};
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
	(response, if unchanged { Part::None } else { part })
}

fn progress(status: StatusCode, reached: Reached) -> Response {
	let headers = [
		(UPLOAD_OFFSET, HeaderValue::from(reached.offset)),
		(UPLOAD_LENGTH, HeaderValue::from(reached.length)),
		(header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
	];
	(status, headers).into_response()
}

async fn put(State(store): State<Store>, Path(cid): Path<String>, headers: HeaderMap, body: Body) -> Response {
	let mut body = body.into_data_stream();
	let result = put_body(&store, &cid, &headers, &mut body).await;
	answer(result, body).await
}

async fn put_body(
	store: &Store,
	cid: &str,
	headers: &HeaderMap,
	body: &mut BodyDataStream,
) -> Result<Response, Refused> {
	let grant = grant(store, cid, headers)?;
	let limit = grant.max_size.min(MAX_PUT);
	let too_large = || {
		let words = match limit {
			MAX_PUT => format!("more than {MAX_PUT} bytes: upload it in pieces, with POST and PATCH"),
			_ => StoreError::TooLarge(limit).to_string(),
		};
		Refused::new(StatusCode::PAYLOAD_TOO_LARGE, words)
	};
	let declared = number(headers, header::CONTENT_LENGTH);
	if declared.is_some_and(|length| length > limit) {
		return Err(too_large());
	}
	let mut bytes = BytesMut::with_capacity(declared.unwrap_or(0) as usize);
	while let Some(chunk) = next(body).await? {
		if (bytes.len() + chunk.len()) as u64 > limit {
			return Err(too_large());
		}
		bytes.extend_from_slice(&chunk);
	}
	let length = bytes.len() as u64;
	store.put_granted(grant, bytes.freeze()).await?;
	Ok(progress(StatusCode::CREATED, Reached { offset: length, length }))
}

async fn begin(State(store): State<Store>, Path(cid): Path<String>, headers: HeaderMap) -> Result<Response, Refused> {
	let grant = grant(&store, &cid, &headers)?;
	let length = number(&headers, UPLOAD_LENGTH).ok_or_else(|| {
		Refused::new(StatusCode::LENGTH_REQUIRED, "Upload-Length is missing: the content's size, in bytes")
	})?;
	let reached = store.begin(grant, length).await?;
	Ok(progress(if reached.is_complete() { StatusCode::OK } else { StatusCode::CREATED }, reached))
}

async fn go_on(State(store): State<Store>, Path(cid): Path<String>, headers: HeaderMap, body: Body) -> Response {
	let mut body = body.into_data_stream();
	let result = go_on_with(&store, &cid, &headers, &mut body).await;
	answer(result, body).await
}

async fn go_on_with(
	store: &Store,
	cid: &str,
	headers: &HeaderMap,
	body: &mut BodyDataStream,
) -> Result<Response, Refused> {
	let grant = grant(store, cid, headers)?;
	let offset = number(headers, UPLOAD_OFFSET).ok_or_else(|| {
		Refused::new(StatusCode::BAD_REQUEST, "Upload-Offset is missing: where this piece begins, in bytes")
	})?;
	let turn = Arc::new(store.go_on(grant, offset).await?);
	let length = turn.length();
	if number(headers, header::CONTENT_LENGTH).unwrap_or(0) > length - offset {
		return Err(StoreError::TooLarge(length).into());
	}
	let mut reached = Reached { offset, length };
	let mut waiting = BytesMut::new();
	loop {
		let chunk = next(body).await;
		if let Ok(Some(chunk)) = &chunk {
			waiting.extend_from_slice(chunk);
			if waiting.len() < WRITE_SIZE {
				continue;
			}
		}
		// Also what came before a break is kept.
		if !waiting.is_empty() {
			reached = turn.write(waiting.split().freeze()).await?;
		}
		if chunk?.is_none() {
			break;
		}
	}
	Ok(progress(if reached.is_complete() { StatusCode::CREATED } else { StatusCode::NO_CONTENT }, reached))
}

/// The answer to a request with a body. A refusal waits for a moderate rest of the body: many clients read no answer
/// before they have sent everything.
async fn answer(result: Result<Response, Refused>, mut body: BodyDataStream) -> Response {
	if result.is_err() {
		let rest = async {
			let mut left = MAX_REST;
			while let Some(Ok(chunk)) = body.next().await {
				let Some(less) = left.checked_sub(chunk.len()) else { break };
				left = less;
			}
		};
		// Too late is as good as at its end.
		let _ = tokio::time::timeout(REST_TIME, rest).await;
	}
	result.into_response()
}

/// The next bytes of a body, if they come in time.
async fn next(body: &mut BodyDataStream) -> Result<Option<Bytes>, Refused> {
	match tokio::time::timeout(IDLE, body.next()).await {
		Ok(None) => Ok(None),
		Ok(Some(Ok(chunk))) => Ok(Some(chunk)),
		Ok(Some(Err(error))) => Err(Refused::new(StatusCode::BAD_REQUEST, format!("the body broke off: {error}"))),
		Err(_) => {
			let words = format!("nothing came for {} s; go on from Upload-Offset", IDLE.as_secs());
			Err(Refused::new(StatusCode::REQUEST_TIMEOUT, words))
		}
	}
}
