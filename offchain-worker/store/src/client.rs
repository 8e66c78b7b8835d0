//! Uploads to a store and downloads from it, through breaks of the connection and restarts of the store.

pub(crate) mod download;
pub(crate) mod retries;
mod upload;

use std::{
	net::SocketAddr,
	path::{Path, PathBuf},
	sync::Arc,
	time::Duration,
};

use bytes::Bytes;
use reqwest::{Method, Url};
use rlc_web::Reach;
use tracing::instrument;

use self::{
	download::{download, Download, PartFile},
	upload::{Source, Upload},
};
use crate::{
	error::{FetchError, FetchErrorKind, UploadError},
	http::{url::content_url, web::Web},
	Cid,
};

/// How large a download may be, and how long it may take.
#[derive(Clone, Copy, Debug)]
pub struct DownloadLimits {
	/// The largest size, in bytes.
	pub max_size: u64,
	/// The longest time.
	pub timeout: Duration,
}

impl Default for DownloadLimits {
	/// Allows 16 GiB within a day.
	fn default() -> Self {
		Self { max_size: 16 << 30, timeout: Duration::from_secs(24 * 3600) }
	}
}

/// A client of stores. Clones share its connections.
#[derive(Clone)]
pub struct Client {
	stores: Arc<[Url]>,
	web: Web,
}

impl Client {
	/// Makes a client of the stores at these servers, such as the `url` of a workerpool: `https://host:port` for
	/// `https://host:port/store/CID`. Uploads go to the first store. Downloads come from the first that has the content, or
	/// from where it sends the client: into private networks only if it is in one itself.
	///
	/// # Errors
	///
	/// [`FetchErrorKind::Unreachable`], if HTTP cannot be used at all.
	pub fn new(stores: impl IntoIterator<Item = Url>) -> Result<Self, FetchError> {
		let stores: Arc<[Url]> = stores.into_iter().collect();
		Ok(Self { web: Web::new(stores.iter(), Reach::default())?.trusting_own(), stores })
	}

	/// Makes a client of the store at a server that a stranger names: it is connected to at these addresses alone, which were
	/// checked, wherever its name leads by now. It cannot lead the client into private networks.
	///
	/// # Errors
	///
	/// [`FetchErrorKind::Unreachable`], if HTTP cannot be used at all.
	pub fn at(store: Url, addresses: &[SocketAddr]) -> Result<Self, FetchError> {
		let web = Web::new([&store], Reach::default())?.at(&store, addresses)?;
		Ok(Self { web, stores: Arc::from([store]) })
	}

	/// Uploads bytes under their name, as a token allows.
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
		self.upload(cid, token, Source::Bytes(bytes.into()), progress).await
	}

	/// Uploads a file under its name, as a token allows. What an earlier upload brought is not sent again.
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
		self.upload(cid, token, Source::File(file, size), progress).await
	}

	/// Downloads a content, and checks it. What an earlier download brought, in `to` with `.part` added, is not asked for
	/// again. The file is there only once it is whole and right. Returns its size, in bytes.
	///
	/// `progress` is told how many bytes are there, and of how many; 0 of an unknown number.
	///
	/// # Errors
	///
	/// [`FetchError`]: that of the first store that says more than that it does not have the content.
	pub async fn download(
		&self,
		cid: &Cid,
		to: &Path,
		limits: DownloadLimits,
		progress: impl Fn(u64, u64) + Send + Sync,
	) -> Result<u64, FetchError> {
		let all = self.download_from_any(cid, to, limits.max_size, &progress);
		tokio::time::timeout(limits.timeout, all).await.unwrap_or_else(|_| {
			let words =
				format!("{cid} took longer than {} s; the next download resumes it", limits.timeout.as_secs_f32());
			Err(FetchError::new(FetchErrorKind::TimedOut, words))
		})
	}

	#[instrument(name = "download", skip_all, fields(%cid))]
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
		let mut part = PartFile::open(&PathBuf::from(path), &expected).await?;
		let mut error = FetchError::new(FetchErrorKind::NotFound, format!("{cid} is in none of the stores"));
		for store in self.stores.iter() {
			let url = content_url(store, cid);
			let wanted = Download { method: Method::GET, url, expected: &expected, max_size, progress };
			match download(&self.web, &wanted, &mut part).await {
				Ok(()) => {
					let size = part.size();
					part.finish(to).await?;
					return Ok(size);
				}
				Err(new) if error.kind == FetchErrorKind::NotFound => error = new,
				Err(_) => (),
			}
		}
		// Only what a later download can resume is kept.
		if part.size() == 0 || matches!(error.kind, FetchErrorKind::WrongChecksum | FetchErrorKind::TooLarge) {
			part.remove().await;
		}
		Err(error)
	}

	#[instrument(skip_all, fields(%cid))]
	async fn upload(
		&self,
		cid: &Cid,
		token: &str,
		source: Source,
		progress: impl Fn(u64, u64),
	) -> Result<(), UploadError> {
		let store = self.stores.first().ok_or(UploadError::NoStore)?;
		Upload::new(&self.web, store, cid, token).run(source, &progress).await
	}
}
