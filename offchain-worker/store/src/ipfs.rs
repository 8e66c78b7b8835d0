//! An IPFS node beside the store, or behind it, through its HTTP RPC; and the blocks of which IPFS consists.

pub(crate) mod name;
pub(crate) mod unixfs;

use std::{path::Path, time::Duration};

use reqwest::{
	multipart::{Form, Part},
	redirect::Policy,
	Body, Client, ClientBuilder, RequestBuilder, Response, StatusCode, Url,
};
use rlc_service::one_line;
use rlc_web::{client, shown, READ_TIMEOUT};
use serde::Deserialize;
use tokio_util::io::ReaderStream;

use self::name::BlockName;
use crate::{
	error::{StoreError, UploadError},
	http::url::below,
};

/// The size of the chunks into which the node cuts files, in bytes. Up to this size, a file's name in IPFS is its [`Cid`](crate::Cid).
const CHUNK: usize = 1 << 20;
/// How long a file may take. The node answers only once it has all of it.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// An IPFS node.
#[derive(Clone)]
pub struct Ipfs {
	rpc: Url,
	client: Client,
	/// For requests that the node answers at once.
	prompt: Client,
}

/// The node's answer to `add`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Added {
	hash: String,
}

impl Ipfs {
	/// Connects to the node with this RPC, such as `http://127.0.0.1:5001`, at the first request.
	///
	/// # Errors
	///
	/// [`UploadError::Unreachable`], if HTTP cannot be used at all.
	pub fn new(rpc: Url) -> Result<Self, UploadError> {
		let client = || client().redirect(Policy::none()).timeout(LONGEST);
		let build = |client: ClientBuilder| {
			let failed =
				|error: reqwest::Error| UploadError::Unreachable { store: shown(&rpc), words: one_line(&error) };
			client.build().map_err(failed)
		};
		let (client, prompt) = (build(client())?, build(client().read_timeout(READ_TIMEOUT))?);
		Ok(Self { rpc, client, prompt })
	}

	/// Adds a file and pins it. Returns its name in IPFS: a location for a [`Fetcher`](crate::Fetcher) that has an IPFS
	/// node. For a file larger than 1 MiB it is not a hash of the file's bytes: state its SHA-256 too where it is used.
	///
	/// # Errors
	///
	/// [`UploadError`]. Nothing is tried again.
	pub async fn add(&self, path: &Path) -> Result<String, UploadError> {
		let file = tokio::fs::File::open(path).await?;
		let part = Part::stream(Body::wrap_stream(ReaderStream::new(file))).file_name("file");
		let options = format!("api/v0/add?cid-version=1&raw-leaves=true&pin=true&chunker=size-{CHUNK}");
		let request = self.client.post(below(&self.rpc, &options)).multipart(Form::new().part("file", part));
		let response = self.send(request).await?;
		let status = response.status();
		let answer = response.bytes().await.map_err(|error| self.unreachable(&error))?;
		// One line of JSON for each file.
		Ok(serde_json::from_slice::<Added>(&answer).map_err(|_| self.refused(status, &answer))?.hash)
	}

	/// Ends the pin of a name, so that the node may remove it. A name that is not pinned counts as unpinned.
	pub(crate) async fn unpin(&self, name: &str) -> Result<(), UploadError> {
		let mut url = below(&self.rpc, "api/v0/pin/rm");
		url.query_pairs_mut().append_pair("arg", name);
		match self.send(self.prompt.post(url)).await {
			Err(UploadError::Refused { words, .. }) if words.contains("not pinned") => Ok(()),
			other => other.map(|_| ()),
		}
	}

	/// Returns this many bytes of what the node has under a name, from one on. It does not look for them elsewhere.
	pub(crate) async fn cat(&self, name: &str, first: u64, count: u64) -> Result<Response, StoreError> {
		let mut url = cat_url(&self.rpc, name);
		let part = [("offset", first.to_string()), ("length", count.to_string()), ("offline", "true".into())];
		url.query_pairs_mut().extend_pairs(part);
		self.send(self.prompt.post(url)).await.map_err(|error| {
			StoreError::Node(match error {
				UploadError::Refused { status, words, .. } => format!("it answers {status} to {name}: {words}"),
				other => other.to_string(),
			})
		})
	}

	async fn send(&self, request: RequestBuilder) -> Result<Response, UploadError> {
		let response = request.send().await.map_err(|error| self.unreachable(&error))?;
		let status = response.status();
		if status.is_success() {
			return Ok(response);
		}
		let words = response.bytes().await.map_err(|error| self.unreachable(&error))?;
		Err(self.refused(status, &words))
	}

	fn unreachable(&self, error: &reqwest::Error) -> UploadError {
		UploadError::Unreachable { store: shown(&self.rpc), words: one_line(error) }
	}

	fn refused(&self, status: StatusCode, words: &[u8]) -> UploadError {
		let words = String::from_utf8_lossy(words).trim().chars().take(200).collect();
		UploadError::Refused { store: shown(&self.rpc), status: status.as_u16(), words }
	}
}

/// Returns where a node's RPC gives out the content of a name.
pub(crate) fn cat_url(rpc: &Url, name: &str) -> Url {
	let mut url = below(rpc, "api/v0/cat");
	url.query_pairs_mut().append_pair("arg", name);
	url
}

/// Returns where a node's RPC gives out a block. The node looks for it elsewhere, too.
pub(crate) fn block_url(rpc: &Url, name: &BlockName) -> Url {
	let mut url = below(rpc, "api/v0/block/get");
	url.query_pairs_mut().append_pair("arg", &name.to_string());
	url
}

/// Returns where a gateway gives out a block, to those that do not trust it.
/// <https://specs.ipfs.tech/http-gateways/trustless-gateway/>
pub(crate) fn gateway_url(gateway: &Url, name: &BlockName) -> Url {
	below(gateway, &format!("ipfs/{name}?format=raw"))
}
