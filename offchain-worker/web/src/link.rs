//! A connection, and who is at its other end.

use std::{
	io,
	net::SocketAddr,
	pin::Pin,
	sync::Arc,
	task::{Context, Poll},
};

use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::{
	client::legacy::connect::{Connected, Connection},
	rt::TokioIo,
};
use reqwest::Response;
use sha2::{Digest, Sha256};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

/// Who gave an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
	/// The address that was checked and connected to, also if that was done by a proxy.
	pub address: SocketAddr,
	/// The SHA-256 of each certificate that the server showed, its own first. Empty without TLS.
	pub certificates: Arc<[[u8; 32]]>,
}

impl Peer {
	/// Returns who gave an answer of [`Guarded`](super::Guarded).
	pub fn of(answer: &Response) -> Option<&Self> {
		answer.extensions().get::<Self>()
	}
}

/// A connection, and who is at its other end.
pub(crate) struct Link {
	io: Io,
	peer: Peer,
}

enum Io {
	Clear(TokioIo<TcpStream>),
	Secure(Box<TokioIo<TlsStream<TcpStream>>>),
}

impl Link {
	pub(crate) fn clear(stream: TcpStream, address: SocketAddr) -> Self {
		let peer = Peer { address, certificates: Arc::default() };
		Self { io: Io::Clear(TokioIo::new(stream)), peer }
	}

	pub(crate) fn secure(stream: TlsStream<TcpStream>, address: SocketAddr) -> Self {
		let shown = stream.get_ref().1.peer_certificates().unwrap_or_default();
		let certificates = shown.iter().map(|one| Sha256::digest(one).into()).collect();
		Self { io: Io::Secure(Box::new(TokioIo::new(stream))), peer: Peer { address, certificates } }
	}
}

impl Connection for Link {
	fn connected(&self) -> Connected {
		let connected = match &self.io {
			Io::Clear(io) => io.inner().connected(),
			Io::Secure(io) => io.inner().get_ref().0.connected(),
		};
		connected.extra(self.peer.clone())
	}
}

impl Read for Link {
	fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
		match &mut self.get_mut().io {
			Io::Clear(io) => Pin::new(io).poll_read(cx, buffer),
			Io::Secure(io) => Pin::new(&mut **io).poll_read(cx, buffer),
		}
	}
}

impl Write for Link {
	fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
		match &mut self.get_mut().io {
			Io::Clear(io) => Pin::new(io).poll_write(cx, bytes),
			Io::Secure(io) => Pin::new(&mut **io).poll_write(cx, bytes),
		}
	}

	fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
		match &mut self.get_mut().io {
			Io::Clear(io) => Pin::new(io).poll_flush(cx),
			Io::Secure(io) => Pin::new(&mut **io).poll_flush(cx),
		}
	}

	fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
		match &mut self.get_mut().io {
			Io::Clear(io) => Pin::new(io).poll_shutdown(cx),
			Io::Secure(io) => Pin::new(&mut **io).poll_shutdown(cx),
		}
	}
}
