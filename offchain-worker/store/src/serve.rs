//! The store over HTTP. The crate's documentation lists the requests.

mod body;
mod describe;
mod range;
mod refusal;
mod request;

use axum::{
	body::{Body, BodyDataStream},
	extract::{Path, State},
	http::{header, HeaderMap, StatusCode},
	response::Response,
	routing::get,
	Router,
};
use bytes::BytesMut;
use tokio::io::AsyncReadExt;
use tokio_util::io::ReaderStream;
use tracing::instrument;

use self::{
	body::{answer, next},
	range::Part,
	refusal::Refusal,
	request::{grant, parse},
};
use crate::{
	disk::upload::Reached,
	error::StoreError,
	http::headers::{number, UPLOAD_LENGTH, UPLOAD_OFFSET},
	sizes::{CHUNK, MAX_PUT, READ_AT_ONCE},
	Store,
};

/// Returns the store's routes: `/{cid}`, to be nested where the store is to be, such as `/store`.
///
/// The server has to limit connections and the time for headers; the routes limit bodies.
pub fn routes(store: Store) -> Router {
	// A `HEAD` is answered as a `GET` without body, unless it asks for an upload.
	let content = get(read).head(head).put(put).post(begin).patch(resume);
	Router::new().route("/{cid}", content).with_state(store)
}

#[instrument(level = "debug", skip_all, fields(%cid))]
async fn read(State(store): State<Store>, Path(cid): Path<String>, headers: HeaderMap) -> Result<Response, Refusal> {
	let cid = parse(&cid)?;
	let size = store.contains(&cid).await.ok_or(StoreError::NotFound(cid))?;
	let (mut response, part) = describe::content(&cid, size, &headers);
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
		Body::from_stream(ReaderStream::with_capacity(content, CHUNK))
	};
	Ok(response)
}

#[instrument(level = "debug", skip_all, fields(%cid))]
async fn head(State(store): State<Store>, Path(cid): Path<String>, headers: HeaderMap) -> Result<Response, Refusal> {
	if headers.contains_key(header::AUTHORIZATION) {
		let grant = grant(&store, &cid, &headers)?;
		let reached = store.reached(grant).await?.ok_or(Refusal::new(StatusCode::NOT_FOUND, StoreError::NotOpen))?;
		return Ok(describe::upload(StatusCode::OK, reached));
	}
	let cid = parse(&cid)?;
	let size = store.contains(&cid).await.ok_or(StoreError::NotFound(cid))?;
	Ok(describe::content(&cid, size, &headers).0)
}

#[instrument(level = "debug", skip_all, fields(%cid))]
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
) -> Result<Response, Refusal> {
	let grant = grant(store, cid, headers)?;
	let limit = grant.max_size.min(MAX_PUT);
	let too_large = || {
		let words = match limit {
			MAX_PUT => format!("more than {MAX_PUT} bytes: upload it in pieces, with POST and PATCH"),
			_ => StoreError::TooLarge(limit).to_string(),
		};
		Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, words)
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
	Ok(describe::upload(StatusCode::CREATED, Reached::all(length)))
}

#[instrument(level = "debug", skip_all, fields(%cid))]
async fn begin(State(store): State<Store>, Path(cid): Path<String>, headers: HeaderMap) -> Result<Response, Refusal> {
	let grant = grant(&store, &cid, &headers)?;
	let length = number(&headers, UPLOAD_LENGTH).ok_or_else(|| {
		Refusal::new(StatusCode::LENGTH_REQUIRED, "Upload-Length is missing: send the content's size, in bytes")
	})?;
	let reached = store.begin(grant, length).await?;
	let status = if reached.is_complete() { StatusCode::OK } else { StatusCode::CREATED };
	Ok(describe::upload(status, reached))
}

#[instrument(level = "debug", skip_all, fields(%cid))]
async fn resume(State(store): State<Store>, Path(cid): Path<String>, headers: HeaderMap, body: Body) -> Response {
	let mut body = body.into_data_stream();
	let result = resume_with(&store, &cid, &headers, &mut body).await;
	answer(result, body).await
}

async fn resume_with(
	store: &Store,
	cid: &str,
	headers: &HeaderMap,
	body: &mut BodyDataStream,
) -> Result<Response, Refusal> {
	let grant = grant(store, cid, headers)?;
	let offset = number(headers, UPLOAD_OFFSET).ok_or_else(|| {
		Refusal::new(StatusCode::BAD_REQUEST, "Upload-Offset is missing: send where this piece begins, in bytes")
	})?;
	let turn = store.resume(grant, offset).await?;
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
			if waiting.len() < CHUNK {
				continue;
			}
		}
		// What came before a break is kept too.
		if !waiting.is_empty() {
			reached = store.write(&turn, waiting.split().freeze()).await?;
		}
		if chunk?.is_none() {
			break;
		}
	}
	let status = if reached.is_complete() { StatusCode::CREATED } else { StatusCode::NO_CONTENT };
	Ok(describe::upload(status, reached))
}
