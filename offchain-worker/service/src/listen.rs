//! Binding what connections come to: an address, or a socket in the file system. What goes wrong there is the user's to
//! mend, so the errors say how.

mod local;

use std::{
	future::Future,
	io::{self, ErrorKind},
	net::{IpAddr, SocketAddr},
};

use tokio::{
	io::{AsyncRead, AsyncWrite},
	net::{TcpListener, TcpStream},
};

pub use self::local::{bind_local, LocalListenError, LocalListener};
use crate::Tls;

/// What connections come from.
pub trait Accept: Send + Sync + 'static {
	/// A connection.
	type Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static;

	/// Waits for the next one, and returns from which address it comes: `None` if there are none here, since both sides are
	/// on this machine.
	fn accept(&self) -> impl Future<Output = io::Result<(Self::Stream, Option<IpAddr>)>> + Send;

	/// Returns the certificate to show; `None`: they are in clear text.
	fn tls(&self) -> Option<&Tls> {
		None
	}
}

impl Accept for Listener {
	type Stream = TcpStream;

	async fn accept(&self) -> io::Result<(TcpStream, Option<IpAddr>)> {
		let (stream, from) = self.socket.accept().await?;
		// Answers are small and awaited. Without it they are only later.
		let _ = stream.set_nodelay(true);
		Ok((stream, Some(from.ip())))
	}

	fn tls(&self) -> Option<&Tls> {
		self.tls.as_ref()
	}
}

/// A bound address: connections wait there until [`http::serve`](crate::http::serve) takes them.
#[derive(Debug)]
pub struct Listener {
	socket: TcpListener,
	tls: Option<Tls>,
	address: SocketAddr,
}

impl Listener {
	/// Returns where it listens: with the port that the system chose, if port 0 was asked for.
	pub fn address(&self) -> SocketAddr {
		self.address
	}

	/// Returns the same address, at which TLS is spoken, and nothing else.
	#[must_use]
	pub fn with_tls(self, tls: Tls) -> Self {
		Self { tls: Some(tls), ..self }
	}

	/// Returns whether what goes over its connections is encrypted.
	pub fn is_encrypted(&self) -> bool {
		self.tls.is_some()
	}
}

/// An address that cannot be listened on. The text is one line, and says what to do.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address} for {purpose}: {}", advice(error))]
pub struct ListenError {
	/// The address that was asked for.
	pub address: SocketAddr,
	/// What it is for, such as `metrics`.
	pub purpose: &'static str,
	/// The system's answer.
	pub error: io::Error,
}

/// Binds `address`. `purpose` is for the error: what is served there.
///
/// # Errors
///
/// [`ListenError`], if the address cannot be used.
pub async fn bind(address: SocketAddr, purpose: &'static str) -> Result<Listener, ListenError> {
	let failed = |error| ListenError { address, purpose, error };
	let socket = TcpListener::bind(address).await.map_err(failed)?;
	let address = socket.local_addr().map_err(failed)?;
	Ok(Listener { socket, tls: None, address })
}

fn advice(error: &io::Error) -> String {
	match error.kind() {
		ErrorKind::AddrInUse => "another program uses this port; stop it, or choose another port".into(),
		ErrorKind::AddrNotAvailable => {
			"this machine does not have this address; choose one of its own, or 0.0.0.0 for all of them".into()
		}
		ErrorKind::PermissionDenied => "the system does not allow this port; choose one from 1024 on".into(),
		_ => format!("{error}; choose another address"),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[tokio::test]
	async fn port_that_the_system_chose_is_told() {
		let listener = bind("127.0.0.1:0".parse().unwrap(), "tests").await.unwrap();
		assert_ne!(listener.address().port(), 0);
	}

	#[tokio::test]
	async fn taken_port_says_what_to_do() {
		let listener = bind("127.0.0.1:0".parse().unwrap(), "tests").await.unwrap();
		let refused = bind(listener.address(), "metrics").await.unwrap_err().to_string();
		let address = listener.address();
		assert!(refused.starts_with(&format!("cannot listen on {address} for metrics: another program")), "{refused}");
		assert!(refused.ends_with("choose another port"), "{refused}");
	}

	#[tokio::test]
	async fn address_of_another_machine_says_what_to_do() {
		let refused = bind("192.0.2.1:0".parse().unwrap(), "tests").await.unwrap_err().to_string();
		assert!(refused.contains("choose one of its own"), "{refused}");
	}
}
