//! Uploads to a store and downloads from it, through breaks of the connection and restarts of the store.

use std::{
	io::SeekFrom,
	path::{Path, PathBuf},
	sync::Arc,
	time::Duration,
};

use bytes::Bytes;
use reqwest::{header::AUTHORIZATION, Method, RequestBuilder, Response, StatusCode, Url};
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use crate::{
	download::{download, Job, Part},
	error::{in_full, FetchError, FetchErrorKind, UploadError},
	ipfs::below,
	retry::Retries,
	routes::{MAX_PUT, UPLOAD_LENGTH, UPLOAD_OFFSET},
	web::Web,
	Cid,
};

/// How many bytes of an upload one request brings: what is sent again after a break, at most.
const PIECE: u64 = 4 << 20;

/// How long an answer of the store may take, with a piece on its way.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(120);

/// How much a download may be.
#[derive(Clone, Copy, Debug)]
pub struct DownloadLimits {
	/// The largest size, in bytes.
	pub max_size: u64,
	/// The longest time.
	pub timeout: Duration,
}

impl Default for DownloadLimits {
	/// 16 GiB within a day.
	fn default() -> Self {
		Self { max_size: 16 << 30, timeout: Duration::from_secs(24 * 3600) }
	}
}

/// A client of stores. Cloning shares its connections.
#[derive(Clone)]
pub struct Client {
	stores: Arc<[Url]>,
	web: Web,
}

impl Client {
	/// A client of the stores at these servers, such as the `url` of a workerpool: `https://host:port` for
	/// `https://host:port/store/CID`. Uploads go to the first; downloads come from the first that has the content, or from
	/// where it sends the client: into private networks only if it is in one itself.
	///
	/// # Errors
	///
	/// [`FetchErrorKind::Unreachable`], if HTTP cannot be used at all.
	pub fn new(stores: impl IntoIterator<Item = Url>) -> Result<Self, FetchError> {
		let stores: Arc<[Url]> = stores.into_iter().collect();
		Ok(Self { web: Web::new(stores.iter(), false)?.trusting_own(), stores })
	}

	/// Upload bytes under their name, as a token allows.
	///
	/// `progress` is told how many bytes are there, and of how many.
	///
	/// # Errors
	///
	/// [`UploadError`].
	pub async fn upload_bytes(
		&self,
		cid: &Cid,
		token: &str,
		bytes: impl Into<Bytes>,
		progress: impl Fn(u64, u64),
	) -> Result<(), UploadError> {
		self.upload(cid, token, Content::Bytes(bytes.into()), progress).await
	}

	/// Upload a file under its name, as a token allows. What an earlier upload brought is not sent again.
	///
	/// `progress` is told how many bytes are there, and of how many.
	///
	/// # Errors
	///
	/// [`UploadError`].
	pub async fn upload_file(
		&self,
		cid: &Cid,
		token: &str,
		path: &Path,
		progress: impl Fn(u64, u64),
	) -> Result<(), UploadError> {
		let file = tokio::fs::File::open(path).await?;
		let size = file.metadata().await?.len();
		self.upload(cid, token, Content::File(file, size), progress).await
	}

	/// Download a content, and check it. What an earlier download brought, in `to` with `.part` added, is not asked for
	/// again. The file is there only once it is whole and right. Returns its size, in bytes.
	///
	/// `progress` is told how many bytes are there, and of how many; 0 of an unknown number.
	///
	/// # Errors
	///
	/// [`FetchError`]: the first store's that has more to say than that it does not have the content.
	pub async fn download(
		&self,
		cid: &Cid,
		to: &Path,
		limits: DownloadLimits,
		progress: impl Fn(u64, u64) + Send + Sync,
	) -> Result<u64, FetchError> {
		let all = self.download_from_any(cid, to, limits.max_size, &progress);
		tokio::time::timeout(limits.timeout, all).await.unwrap_or_else(|_| {
			let words = format!("{cid} took longer than {} s; the next download goes on", limits.timeout.as_secs_f32());
			Err(FetchError::new(FetchErrorKind::TimedOut, words))
		})
	}

	async fn download_from_any(
		&self,
		cid: &Cid,
		to: &Path,
		max_size: u64,
		progress: &(dyn Fn(u64, u64) + Send + Sync),
	) -> Result<u64, FetchError> {
		let expected = [*cid];
		let mut path = to.as_os_str().to_owned();
		path.push(".part");
		let mut part = Part::open(&PathBuf::from(path), &expected).await?;
		let mut error = FetchError::new(FetchErrorKind::NotFound, format!("{cid} is in none of the stores"));
		for store in self.stores.iter() {
			let url = content_url(store, cid);
			let job = Job { method: Method::GET, url, expected: &expected, max_size, progress };
			match download(&self.web, &job, &mut part).await {
				Ok(()) => {
					let size = part.size();
					part.arrive(to).await?;
					return Ok(size);
				}
				Err(new) if error.kind == FetchErrorKind::NotFound => error = new,
				Err(_) => (),
			}
		}
		// Only what a later download can go on with is kept.
		if part.size() == 0 || matches!(error.kind, FetchErrorKind::WrongChecksum | FetchErrorKind::TooLarge) {
			part.remove().await;
		}
		Err(error)
	}

	async fn upload(
		&self,
		cid: &Cid,
		token: &str,
		mut content: Content,
		progress: impl Fn(u64, u64),
	) -> Result<(), UploadError> {
		let store = self.stores.first().ok_or(UploadError::NoStore)?;
		let mut upload = Upload {
			web: &self.web,
			store,
			url: content_url(store, cid),
			authorization: format!("Bearer {token}"),
			retries: Retries::default(),
		};
		let size = content.size();
		progress(0, size);
		if size <= MAX_PUT {
			upload.at_once(content.piece(0, size).await?).await?;
		} else {
			upload.in_pieces(&mut content, &progress).await?;
		}
		progress(size, size);
		Ok(())
	}
}

/// Where a store at a server has a content.
pub(crate) fn content_url(store: &Url, cid: &Cid) -> Url {
	below(store, &format!("store/{cid}"))
}

/// What is uploaded.
enum Content {
	Bytes(Bytes),
	/// With its size at the beginning.
	File(tokio::fs::File, u64),
}

impl Content {
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
struct Upload<'a> {
	web: &'a Web,
	store: &'a Url,
	url: Url,
	authorization: String,
	retries: Retries,
}

/// The store's answer to a request.
enum Answer {
	/// It has so many bytes.
	Has(u64),
	/// The next try has to begin with asking how many it has.
	Ask(String),
	/// It does not take it.
	No(StatusCode, String),
}

impl Upload<'_> {
	async fn at_once(&mut self, bytes: Bytes) -> Result<(), UploadError> {
		loop {
			match self.send(self.request(Method::PUT).body(bytes.clone())).await {
				Answer::Has(_) => return Ok(()),
				Answer::Ask(words) => self.wait(words).await?,
				Answer::No(status, words) => return Err(self.refused(status, words)),
			}
		}
	}

	async fn in_pieces(&mut self, content: &mut Content, progress: &impl Fn(u64, u64)) -> Result<(), UploadError> {
		let size = content.size();
		// How far an upload from before had come: its bytes may be wrong.
		let mut from_before = None;
		'again: loop {
			let mut offset = match self.send(self.request(Method::POST).header(UPLOAD_LENGTH, size)).await {
				Answer::Has(offset) => offset,
				Answer::No(StatusCode::UNPROCESSABLE_ENTITY, _) if from_before.is_none() => {
					from_before = Some(0);
					continue;
				}
				Answer::Ask(words) => {
					self.wait(words).await?;
					continue;
				}
				Answer::No(status, words) => return Err(self.refused(status, words)),
			};
			let before = *from_before.get_or_insert(offset);
			while offset < size {
				progress(offset, size);
				let piece = content.piece(offset, PIECE.min(size - offset)).await?;
				match self.send(self.request(Method::PATCH).header(UPLOAD_OFFSET, offset).body(piece)).await {
					Answer::Has(now) if now > offset => {
						offset = now;
						self.retries.reset();
					}
					Answer::Has(now) => {
						self.wait(format!("it took nothing from byte {now} on")).await?;
						continue 'again;
					}
					Answer::Ask(words) => {
						self.wait(words).await?;
						continue 'again;
					}
					Answer::No(StatusCode::UNPROCESSABLE_ENTITY, _) if before > 0 => {
						from_before = Some(0);
						continue 'again;
					}
					Answer::No(status, words) => return Err(self.refused(status, words)),
				}
			}
			return Ok(());
		}
	}

	fn request(&self, method: Method) -> RequestBuilder {
		let request = self.web.open().request(method, self.url.clone());
		request.header(AUTHORIZATION, &self.authorization).timeout(ANSWER_TIMEOUT)
	}

	async fn send(&self, request: RequestBuilder) -> Answer {
		let response = match request.send().await {
			Ok(response) => response,
			Err(error) => return Answer::Ask(in_full(&error)),
		};
		let status = response.status();
		let offset = response.headers().get(UPLOAD_OFFSET).and_then(|offset| offset.to_str().ok()?.parse().ok());
		match (status, offset) {
			(status, Some(offset)) if status.is_success() => Answer::Has(offset),
			(StatusCode::INSUFFICIENT_STORAGE, _) => Answer::No(status, words(response).await),
			(StatusCode::REQUEST_TIMEOUT | StatusCode::CONFLICT | StatusCode::TOO_MANY_REQUESTS, _) => {
				Answer::Ask(words(response).await)
			}
			(status, _) if status.is_server_error() => Answer::Ask(format!("{status}: {}", words(response).await)),
			(status, _) => Answer::No(status, words(response).await),
		}
	}

	async fn wait(&mut self, words: String) -> Result<(), UploadError> {
		let Some(wait) = self.retries.failed() else {
			return Err(UploadError::Unreachable { store: self.store.to_string(), words });
		};
		log::debug!("upload to {}: {words}; again in {} ms", self.store, wait.as_millis());
		tokio::time::sleep(wait).await;
		Ok(())
	}

	fn refused(&self, status: StatusCode, words: String) -> UploadError {
		UploadError::Refused { store: self.store.to_string(), status: status.as_u16(), words }
	}
}

/// The beginning of an answer's text.
async fn words(mut response: Response) -> String {
	let mut bytes = Vec::new();
	while let Ok(Some(chunk)) = response.chunk().await {
		bytes.extend_from_slice(&chunk);
		if bytes.len() >= 1_000 {
			break;
		}
	}
	String::from_utf8_lossy(&bytes).trim().chars().take(300).collect()
}
