//! Blocks of IPFS, from the node and from gateways. None of them is believed.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use bytes::{Bytes, BytesMut};
use reqwest::{Method, StatusCode, Url};
use rlc_web::shown;
use tracing::debug;

use super::config::FetchConfig;
use crate::{
	client::retries::BACKOFF,
	error::{FetchError, FetchErrorKind},
	http::web::{failure, RequestFailure, Web},
	ipfs::{block_url, gateway_url, name::BlockName},
};

/// The largest block, in bytes: that of IPFS.
const MAX_BLOCK: usize = 2 << 20;
/// The most blocks that are read for one file: 64 GiB in blocks of the usual size. Links can lead to one block very often.
const MAX_BLOCKS: u32 = 1 << 18;

/// Where blocks come from.
enum Server<'a> {
	Node(&'a Url),
	Gateway(&'a Url),
}

/// Reads the blocks of one file.
pub(super) struct Blocks<'a> {
	web: &'a Web,
	servers: Vec<Server<'a>>,
	/// The server that had the last block.
	first: AtomicUsize,
	/// How many blocks may still be read.
	left: AtomicU32,
	is_patient: bool,
}

impl<'a> Blocks<'a> {
	/// Reads from the node, and then from gateways; each is asked again for a while.
	pub(super) fn from_all(web: &'a Web, config: &'a FetchConfig) -> Self {
		let node = config.ipfs.iter().map(Server::Node);
		Self::of(web, node.chain(config.gateways.iter().map(Server::Gateway)).collect(), true)
	}

	/// Reads from gateways, each of which is asked once.
	pub(super) fn from_gateways(web: &'a Web, config: &'a FetchConfig) -> Self {
		Self::of(web, config.gateways.iter().map(Server::Gateway).collect(), false)
	}

	fn of(web: &'a Web, servers: Vec<Server<'a>>, is_patient: bool) -> Self {
		Self { web, servers, first: AtomicUsize::new(0), left: AtomicU32::new(MAX_BLOCKS), is_patient }
	}

	/// Returns a block.
	///
	/// # Errors
	///
	/// [`FetchError`], if no server gives it out, or too many were read.
	pub(super) async fn get(&self, name: &BlockName) -> Result<Bytes, FetchError> {
		let less = |left: u32| left.checked_sub(1);
		if self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_err() {
			let words = format!("a file in IPFS has more than {MAX_BLOCKS} blocks; add it again in larger ones");
			return Err(FetchError::new(FetchErrorKind::NotAllowed, words));
		}
		if let Some(inline) = name.inline() {
			return Ok(Bytes::copy_from_slice(inline));
		}
		let mut waits = BACKOFF.waits();
		loop {
			let error = match self.try_all(name).await {
				Ok(block) => return Ok(block),
				Err(RequestFailure::Final(error)) => return Err(error),
				Err(RequestFailure::Again(error)) => error,
			};
			let Some(wait) = waits.next_wait().filter(|_| self.is_patient) else { return Err(error) };
			debug!("{error}; again in {} ms", wait.as_millis());
			tokio::time::sleep(wait).await;
		}
	}

	/// Asks each server once, the last one that had a block first.
	async fn try_all(&self, name: &BlockName) -> Result<Bytes, RequestFailure> {
		let words = format!("{name} is in IPFS, and neither a node nor a gateway is set up here; name one");
		let mut failed = RequestFailure::Final(FetchError::new(FetchErrorKind::NotAllowed, words));
		let count = self.servers.len();
		let first = self.first.load(Ordering::Relaxed);
		for turn in 0..count {
			let number = (first + turn) % count;
			match self.ask(&self.servers[number], name).await {
				Ok(block) => {
					self.first.store(number, Ordering::Relaxed);
					return Ok(block);
				}
				// That one may have it later says more than that another never will.
				Err(_) if matches!(failed, RequestFailure::Again(_)) => {}
				Err(error) => failed = error,
			}
		}
		Err(failed)
	}

	async fn ask(&self, server: &Server<'_>, name: &BlockName) -> Result<Bytes, RequestFailure> {
		let (method, url) = match server {
			Server::Node(rpc) => (Method::POST, block_url(rpc, name)),
			Server::Gateway(gateway) => (Method::GET, gateway_url(gateway, name)),
		};
		let mut response = self.web.request(method, &url, 0, None).await?;
		if response.status() != StatusCode::OK {
			let words = format!("{} answers {} to a request for a block", shown(&url), response.status());
			return Err(RequestFailure::Final(FetchError::new(FetchErrorKind::Unreachable, words)));
		}
		let mut block = BytesMut::new();
		while let Some(chunk) = response.chunk().await.map_err(|error| failure(&url, &error))? {
			if block.len() + chunk.len() > MAX_BLOCK {
				return Err(RequestFailure::Final(FetchError::too_large(&shown(&url), MAX_BLOCK as u64)));
			}
			block.extend_from_slice(&chunk);
		}
		if !name.is_of(&block) {
			let words = format!("{} gives out another block than it is asked for", shown(&url));
			return Err(RequestFailure::Final(FetchError::new(FetchErrorKind::WrongChecksum, words)));
		}
		Ok(block.freeze())
	}
}
