//! One upload, through breaks of the connection and restarts of the store.

use std::{io::SeekFrom, time::Duration};

use bytes::Bytes;
use reqwest::{
	header::{AUTHORIZATION, RETRY_AFTER},
	Method, RequestBuilder, Response, StatusCode, Url,
};
use rlc_service::{one_line, retry::Waits};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tracing::debug;

use super::retries::BACKOFF;
use crate::{
	error::UploadError,
	http::{
		headers::{number, UPLOAD_LENGTH, UPLOAD_OFFSET},
		url::content_url,
		web::Web,
	},
	sizes::MAX_PUT,
	Cid,
};

/// How many bytes of an upload one request brings: what is sent again after a break, at most.
const PIECE: u64 = 4 << 20;
/// A request with so many bytes is never made smaller. A proxy before a store may refuse more: nginx does at 1 MiB.
const LEAST_PIECE: u64 = 64 << 10;
/// By how much pieces shrink when one is refused for its size.
const SHRINK: u64 = 4;
/// How long an answer of the store may take, with a piece on its way.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(120);
/// How many bytes of an answer's text are read, and how many characters of it an error has.
const MAX_TEXT: usize = 1_000;
const MAX_WORDS: usize = 300;

/// What is uploaded.
pub(super) enum Source {
	/// Bytes in memory.
	Bytes(Bytes),
	/// A file, with its size at the beginning.
	File(tokio::fs::File, u64),
}

impl Source {
	fn size(&self) -> u64 {
		match self {
			Self::Bytes(bytes) => bytes.len() as u64,
			Self::File(_, size) => *size,
		}
	}

	async fn piece(&mut self, offset: u64, length: u64) -> std::io::Result<Bytes> {
		match self {
			Self::Bytes(bytes) => Ok(bytes.slice(offset as usize..(offset + length) as usize)),
			Self::File(file, _) => {
				file.seek(SeekFrom::Start(offset)).await?;
				let mut piece = vec![0; length as usize];
				file.read_exact(&mut piece).await?;
				Ok(piece.into())
			}
		}
	}
}

/// An upload under way.
pub(super) struct Upload<'a> {
	web: &'a Web,
	store: &'a Url,
	url: Url,
	authorization: String,
	waits: Waits,
	/// How many bytes the next request brings, at most.
	piece: u64,
}

/// The store's answer to a request.
enum Answer {
	/// It has this many bytes.
	Has(u64),
	/// The next try has to begin with asking how many it has.
	Ask(String),
	/// It has no room for it now, and may have after this time.
	Later(Duration, String),
	/// It refuses the upload.
	Refused(StatusCode, String),
}

impl<'a> Upload<'a> {
	/// Prepares an upload to a store, as a token allows.
	pub(super) fn new(web: &'a Web, store: &'a Url, cid: &Cid, token: &str) -> Self {
		Self {
			web,
			store,
			url: content_url(store, cid),
			authorization: format!("Bearer {token}"),
			waits: BACKOFF.waits(),
			piece: PIECE,
		}
	}

	/// Uploads all of it. `progress` is told how many bytes are there, and of how many.
	pub(super) async fn run(&mut self, mut source: Source, progress: &impl Fn(u64, u64)) -> Result<(), UploadError> {
		let size = source.size();
		progress(0, size);
		if size > MAX_PUT || !self.at_once(source.piece(0, size).await?).await? {
			self.in_pieces(&mut source, progress).await?;
		}
		progress(size, size);
		Ok(())
	}

	/// Uploads with one request. Returns `false` if that is too large for something on its way.
	async fn at_once(&mut self, bytes: Bytes) -> Result<bool, UploadError> {
		let size = bytes.len() as u64;
		loop {
			match self.send(self.request(Method::PUT).body(bytes.clone())).await {
				Answer::Has(_) => return Ok(true),
				Answer::Refused(StatusCode::PAYLOAD_TOO_LARGE, _) => {
					// Where it cannot be smaller, what opens the upload finds out whether the store itself refuses it.
					self.shrink(size);
					return Ok(false);
				}
				Answer::Ask(words) => self.wait(words).await?,
				Answer::Later(after, words) => return Err(self.later(after, words)),
				Answer::Refused(status, words) => return Err(self.refused(status, words)),
			}
		}
	}

	async fn in_pieces(&mut self, source: &mut Source, progress: &impl Fn(u64, u64)) -> Result<(), UploadError> {
		let size = source.size();
		// How far an upload from before had come: its bytes may be wrong.
		let mut from_before = None;
		'again: loop {
			let mut offset = match self.send(self.request(Method::POST).header(UPLOAD_LENGTH, size)).await {
				Answer::Has(offset) => offset,
				Answer::Refused(StatusCode::UNPROCESSABLE_ENTITY, _) if from_before.is_none() => {
					from_before = Some(0);
					continue;
				}
				Answer::Ask(words) => {
					self.wait(words).await?;
					continue;
				}
				Answer::Later(after, words) => return Err(self.later(after, words)),
				Answer::Refused(status, words) => return Err(self.refused(status, words)),
			};
			let before = *from_before.get_or_insert(offset);
			while offset < size {
				progress(offset, size);
				let length = self.piece.min(size - offset);
				let piece = source.piece(offset, length).await?;
				match self.send(self.request(Method::PATCH).header(UPLOAD_OFFSET, offset).body(piece)).await {
					Answer::Has(now) if now > offset => {
						offset = now;
						self.waits.reset();
					}
					Answer::Has(now) => {
						self.wait(format!("it accepted nothing from byte {now} on")).await?;
						continue 'again;
					}
					Answer::Ask(words) => {
						self.wait(words).await?;
						continue 'again;
					}
					Answer::Refused(StatusCode::UNPROCESSABLE_ENTITY, _) if before > 0 => {
						from_before = Some(0);
						continue 'again;
					}
					// Not the store's answer: it was told the size, and took it.
					Answer::Refused(StatusCode::PAYLOAD_TOO_LARGE, _) if self.shrink(length) => {}
					Answer::Refused(StatusCode::PAYLOAD_TOO_LARGE, _) => return Err(self.in_the_way(length)),
					Answer::Later(after, words) => return Err(self.later(after, words)),
					Answer::Refused(status, words) => return Err(self.refused(status, words)),
				}
			}
			return Ok(());
		}
	}

	/// Makes the next pieces smaller than one of so many bytes that was refused for its size, unless that was the least.
	fn shrink(&mut self, refused: u64) -> bool {
		if refused <= LEAST_PIECE {
			return false;
		}
		self.piece = (refused / SHRINK).max(LEAST_PIECE);
		debug!("{}: requests with {refused} bytes are refused; from now on, they have {}", self.store, self.piece);
		true
	}

	fn request(&self, method: Method) -> RequestBuilder {
		let request = self.web.open().request(method, self.url.clone());
		request.header(AUTHORIZATION, &self.authorization).timeout(ANSWER_TIMEOUT)
	}

	async fn send(&self, request: RequestBuilder) -> Answer {
		let response = match request.send().await {
			Ok(response) => response,
			Err(error) => return Answer::Ask(one_line(&error)),
		};
		let status = response.status();
		let offset = number(response.headers(), UPLOAD_OFFSET);
		match (status, offset) {
			(status, Some(offset)) if status.is_success() => Answer::Has(offset),
			(StatusCode::INSUFFICIENT_STORAGE, _) => match retry_after(&response) {
				Some(after) => Answer::Later(after, words(response).await),
				None => Answer::Refused(status, words(response).await),
			},
			(StatusCode::REQUEST_TIMEOUT | StatusCode::CONFLICT | StatusCode::TOO_MANY_REQUESTS, _) => {
				Answer::Ask(words(response).await)
			}
			(status, _) if status.is_server_error() => Answer::Ask(format!("{status}: {}", words(response).await)),
			(status, _) => Answer::Refused(status, words(response).await),
		}
	}

	async fn wait(&mut self, words: String) -> Result<(), UploadError> {
		let Some(wait) = self.waits.next_wait() else {
			return Err(UploadError::Unreachable { store: self.store.to_string(), words });
		};
		debug!("{}: {words}; again in {} ms", self.store, wait.as_millis());
		tokio::time::sleep(wait).await;
		Ok(())
	}

	fn later(&self, after: Duration, words: String) -> UploadError {
		UploadError::Later { store: self.store.to_string(), words, after }
	}

	fn in_the_way(&self, size: u64) -> UploadError {
		UploadError::InTheWay { store: self.store.to_string(), size }
	}

	fn refused(&self, status: StatusCode, words: String) -> UploadError {
		UploadError::Refused { store: self.store.to_string(), status: status.as_u16(), words }
	}
}

/// Returns when to try again, as an answer says.
fn retry_after(response: &Response) -> Option<Duration> {
	response.headers().get(RETRY_AFTER)?.to_str().ok()?.parse().ok().map(Duration::from_secs)
}

/// Returns the beginning of an answer's text.
async fn words(mut response: Response) -> String {
	let mut bytes = Vec::new();
	while let Ok(Some(chunk)) = response.chunk().await {
		bytes.extend_from_slice(&chunk);
		if bytes.len() >= MAX_TEXT {
			break;
		}
	}
	String::from_utf8_lossy(&bytes).trim().chars().take(MAX_WORDS).collect()
}
