//! Where a scheduler is, and connections that lead there and nowhere else.
//!
//! A stranger wrote the URL of a workerpool, and its name may lead to one address now and to another one a moment later. So
//! it is looked up once, the addresses are checked, and all connections go to those that were checked.

use std::{io, net::SocketAddr, sync::Arc};

use jsonrpsee::{
	core::ClientError,
	ws_client::{WsClient, WsClientBuilder},
};
use rlc_store::{is_public, Client};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::{
	net::{lookup_host, TcpStream},
	time::timeout,
};
use tokio_rustls::{
	client::TlsStream,
	rustls::{crypto::ring, pki_types::ServerName, ClientConfig},
	TlsConnector,
};

use super::{parsed, rpc_url, PATIENCE};
use crate::failure::{failure, Result};

/// Where a scheduler is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
	/// Its HTTP base.
	pub url: String,
	/// The addresses that were checked, and are connected to. `None`: its user named it, so it may be anywhere.
	checked: Option<Vec<SocketAddr>>,
}

impl From<String> for Place {
	fn from(url: String) -> Self {
		Self { url, checked: None }
	}
}

impl From<&String> for Place {
	fn from(url: &String) -> Self {
		url.clone().into()
	}
}

impl From<&str> for Place {
	fn from(url: &str) -> Self {
		url.to_owned().into()
	}
}

impl From<&Place> for Place {
	fn from(place: &Place) -> Self {
		place.clone()
	}
}

impl Place {
	/// Looks up where the URL of a stranger leads.
	///
	/// # Errors
	///
	/// If that is not known, or is this machine, or in a private network.
	pub(super) async fn of_stranger(url: String) -> Result<Self> {
		let (host, port) = host_and_port(&url)?;
		let found = lookup_host((host.as_str(), port)).await.map_err(
			|error| failure!(SchedulerUnreachable, "the scheduler at {url} is not found ({error})"; "check your network"),
		)?;
		let addresses: Vec<_> = found.collect();
		if addresses.iter().all(|address| is_public(address.ip())) {
			return Ok(Self { url, checked: Some(addresses) });
		}
		Err(failure!(SchedulerPrivate, "the workerpool says that its scheduler is at {url}, in a private network";
			"if you trust its owner, give --allow-private-schedulers"))
	}

	/// Connects to its JSON-RPC.
	///
	/// # Errors
	///
	/// If it does not answer.
	pub(super) async fn connect(&self) -> Result<WsClient> {
		let rpc = rpc_url(&self.url)?;
		// One connection: it follows no redirections, which could lead elsewhere, or to clear text.
		let builder =
			WsClientBuilder::default().connection_timeout(PATIENCE).request_timeout(PATIENCE).max_redirections(1);
		let connected = match &self.checked {
			None => builder.build(rpc).await,
			Some(addresses) => {
				let (host, _) = host_and_port(&self.url)?;
				let late = |_| ClientError::Transport("it takes too long".into());
				timeout(PATIENCE, over_one_of(addresses, &host, &rpc, builder)).await.map_err(late).flatten()
			}
		};
		connected.map_err(|error| {
			failure!(SchedulerUnreachable, "the scheduler at {} does not answer ({error})", self.url; "check that it runs")
		})
	}

	/// Returns its store.
	///
	/// # Errors
	///
	/// If it is not at a URL.
	pub(super) fn store(&self) -> Result<Client> {
		let url = parsed(&self.url)?;
		Ok(match &self.checked {
			None => Client::new([url])?,
			Some(addresses) => Client::at(url, addresses)?,
		})
	}
}

/// Returns the host of a URL, as it is looked up, and the port.
fn host_and_port(url: &str) -> Result<(String, u16)> {
	let url = parsed(url)?;
	let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
	Ok((host.to_owned(), url.port_or_known_default().unwrap_or_default()))
}

/// Connects to a JSON-RPC over the first of these addresses that answers.
async fn over_one_of(
	addresses: &[SocketAddr],
	host: &str,
	rpc: &str,
	builder: WsClientBuilder,
) -> Result<WsClient, ClientError> {
	let failed = |error: io::Error| ClientError::Transport(error.into());
	let stream = TcpStream::connect(addresses).await.map_err(failed)?;
	stream.set_nodelay(true).map_err(failed)?;
	if !rpc.starts_with("wss://") {
		return builder.build_with_stream(rpc, stream).await;
	}
	let stream = encrypted(host, stream).await.map_err(failed)?;
	builder.build_with_stream(rpc, stream).await
}

/// Encrypts a connection to a host, whose certificate is checked as for all other schedulers: by this machine's roots.
async fn encrypted(host: &str, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
	let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
	let config = config.with_safe_default_protocol_versions().map_err(io::Error::other)?;
	let config = config.with_platform_verifier().with_no_client_auth();
	let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
	TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

#[cfg(test)]
mod tests {
	use std::future::Future;

	use rlc_store::{Cid, DownloadLimits};
	use tokio::{io::AsyncReadExt, net::TcpListener};

	use super::*;

	/// A name that leads nowhere: whoever looks it up again does not come to where it led before.
	const NAME: &str = "rebinding.invalid";

	/// Lets something be asked at a place whose address was checked. Returns the first bytes that come there.
	async fn first_bytes<F: Future<Output = ()>>(scheme: &str, ask: impl FnOnce(Place) -> F) -> Vec<u8> {
		let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
		let address = listener.local_addr().unwrap();
		let url = format!("{scheme}://{NAME}:{}", address.port());
		let place = Place { url, checked: Some(vec![address]) };
		let come = async {
			let (mut stream, _) = listener.accept().await.unwrap();
			let mut bytes = vec![0; 4_096];
			let count = stream.read(&mut bytes).await.unwrap();
			bytes.truncate(count);
			bytes
		};
		// The connection ends then, and the question fails.
		let ((), bytes) = timeout(PATIENCE, async { tokio::join!(ask(place), come) }).await.expect("it is asked there");
		bytes
	}

	#[tokio::test]
	async fn what_was_checked_is_connected_to_wherever_the_name_leads_by_now() {
		let is_to_name = |bytes: &[u8]| {
			let text = String::from_utf8_lossy(bytes).to_ascii_lowercase();
			text.contains(&format!("host: {NAME}"))
		};
		let rpc = first_bytes("http", |place| async move { assert!(place.connect().await.is_err()) }).await;
		assert!(is_to_name(&rpc));
		let dir = tempfile::tempdir().unwrap();
		let to = dir.path().join("result");
		let limits = DownloadLimits { timeout: std::time::Duration::from_secs(2), ..DownloadLimits::default() };
		let store = first_bytes("http", |place| async move {
			let store = place.store().unwrap();
			assert!(store.download(&Cid::of_sha256([1; 32]), &to, limits, |_, _| ()).await.is_err());
		})
		.await;
		assert!(is_to_name(&store));
		let encrypted = first_bytes("https", |place| async move { assert!(place.connect().await.is_err()) }).await;
		assert_eq!(encrypted.first(), Some(&0x16), "a handshake of TLS");
		assert!(encrypted.windows(NAME.len()).any(|part| part == NAME.as_bytes()), "for that name");
	}

	#[tokio::test]
	async fn scheduler_in_a_private_network_is_not_believed() {
		for url in ["http://127.0.0.1:9955", "http://[::1]:9955", "https://10.1.2.3", "http://169.254.169.254/latest"] {
			assert_eq!(Place::of_stranger(url.into()).await.unwrap_err().code(), "scheduler.private", "{url}");
		}
		let public = Place::of_stranger("https://1.1.1.1".into()).await.unwrap();
		assert_eq!(public.checked, Some(vec![([1, 1, 1, 1], 443).into()]));
		assert_eq!(Place::of_stranger("pool".into()).await.unwrap_err().code(), "scheduler.url");
	}
}
