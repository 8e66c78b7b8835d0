//! Pinning: adding to a location which bytes are there now, so that everyone who fetches it gets these bytes, or none.

use std::{io, path::PathBuf};

use reqwest::{header::CONTENT_LENGTH, Method, StatusCode, Url};
use rlc_service::blocking;
use rlc_web::{shown, Proxy, Reach};
use tracing::debug;

use super::{
	location::{Location, PIN},
	sources::read_file,
};
use crate::{
	client::{retries::BACKOFF, DownloadLimits},
	error::{FetchError, FetchErrorKind},
	http::{
		headers::number,
		web::{failure, RequestFailure, Web},
	},
	Cid, HashKind,
};

/// Returns a location with the SHA-256 of what is there now, or the location itself if it is pinned already. Keeps nothing of
/// what it reads. Follows a URL into private networks only if the URL itself is in one: the caller has chosen it. With a
/// proxy it follows none there.
///
/// `progress` is told how many bytes have come, and how many there are; 0 if that is not known.
///
/// # Errors
///
/// [`FetchError`].
pub async fn pin(
	location: &str,
	limits: DownloadLimits,
	proxy: Option<Proxy>,
	progress: impl Fn(u64, u64) + Send + Sync,
) -> Result<String, FetchError> {
	let (target, known) = Location::parse(location)?;
	if known.is_some() {
		return Ok(location.into());
	}
	let cid = match target {
		Location::Content(_) | Location::Ipfs { .. } => return Ok(location.into()),
		Location::Web(url) => of_url(&url, limits, proxy, &progress).await?,
		Location::File(path) => of_file(path, limits.max_size).await?,
	};
	let bare = location.trim().split('#').next().unwrap_or_default();
	Ok(format!("{bare}{PIN}{}", hex::encode(cid.digest())))
}

async fn of_file(path: PathBuf, max_size: u64) -> Result<Cid, FetchError> {
	blocking(move || read_file(&path, &mut io::sink(), max_size)).await
}

async fn of_url(
	url: &Url,
	limits: DownloadLimits,
	proxy: Option<Proxy>,
	progress: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<Cid, FetchError> {
	let web = Web::new([], Reach { proxy, ..Reach::default() })?.trusting(url.clone());
	let read = async {
		let mut waits = BACKOFF.waits();
		loop {
			match attempt(&web, url, limits.max_size, progress).await {
				Ok(cid) => return Ok(cid),
				Err(RequestFailure::Final(error)) => return Err(error),
				Err(RequestFailure::Again(error)) => {
					let Some(wait) = waits.next_wait() else { return Err(error) };
					debug!("{error}; again in {} ms", wait.as_millis());
					tokio::time::sleep(wait).await;
				}
			}
		}
	};
	tokio::time::timeout(limits.timeout, read).await.unwrap_or_else(|_| {
		let words = format!("{} took longer than {} s", shown(url), limits.timeout.as_secs_f32());
		Err(FetchError::new(FetchErrorKind::TimedOut, words))
	})
}

/// Reads all of a content, from its beginning: what came before a break may be of something else.
async fn attempt(
	web: &Web,
	url: &Url,
	max_size: u64,
	progress: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<Cid, RequestFailure> {
	let too_large = || RequestFailure::Final(FetchError::too_large(&shown(url), max_size));
	let mut response = web.request(Method::GET, url, 0, None).await?;
	if response.status() != StatusCode::OK {
		let words = format!("{} answers {} to a request for all of it", shown(url), response.status());
		return Err(RequestFailure::Final(FetchError::new(FetchErrorKind::Unreachable, words)));
	}
	let declared = number(response.headers(), CONTENT_LENGTH).unwrap_or(0);
	if declared > max_size {
		return Err(too_large());
	}
	let (mut hasher, mut size) = (HashKind::Sha256.hasher(), 0);
	while let Some(chunk) = response.chunk().await.map_err(|error| failure(url, &error))? {
		size += chunk.len() as u64;
		if size > max_size {
			return Err(too_large());
		}
		hasher.update(&chunk);
		progress(size, declared);
	}
	Ok(hasher.finish())
}
