//! Speaking TLS to clients, with a certificate of one's own.

use std::{
	io::{self, IoSlice},
	path::{Path, PathBuf},
	pin::Pin,
	sync::Arc,
	task::{Context, Poll},
	time::Duration,
};

use tokio::{
	io::{AsyncRead, AsyncWrite, ReadBuf},
	time::timeout,
};
use tokio_rustls::{
	rustls::{
		crypto::ring,
		pki_types::{pem::PemObject, CertificateDer, PrivateKeyDer},
		ServerConfig,
	},
	server::TlsStream,
	TlsAcceptor,
};

/// Why a certificate and its key cannot be used. The text is one line, and says what to do.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
	/// A file cannot be read.
	#[error("{path} cannot be read: {reason}; give a file in PEM", path = .path.display())]
	File {
		/// The file.
		path: PathBuf,
		/// Why.
		reason: String,
	},
	/// They do not fit together, or are of a kind that is not spoken.
	#[error("the certificate in {path} cannot be used: {reason}; give the key that belongs to it", path = .path.display())]
	Certificate {
		/// The certificate's file.
		path: PathBuf,
		/// Why.
		reason: String,
	},
}

/// What a server shows to its clients: a certificate, with those that it was signed with, and its key.
#[derive(Clone)]
pub struct Tls(TlsAcceptor);

impl std::fmt::Debug for Tls {
	// It holds a key.
	fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		out.debug_struct("Tls").finish_non_exhaustive()
	}
}

impl Tls {
	/// Reads a certificate, followed by those that it was signed with, and its key, from files in PEM.
	///
	/// # Errors
	///
	/// [`TlsError`].
	pub fn read(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
		let unread = |path: &Path, reason: String| TlsError::File { path: path.into(), reason };
		let chain = CertificateDer::pem_file_iter(certificate).and_then(|all| all.collect::<Result<Vec<_>, _>>());
		let chain = chain.map_err(|error| unread(certificate, error.to_string()))?;
		if chain.is_empty() {
			return Err(unread(certificate, "there is no certificate in it".into()));
		}
		let key = PrivateKeyDer::from_pem_file(key).map_err(|error| unread(key, error.to_string()))?;
		let unusable = |reason: String| TlsError::Certificate { path: certificate.into(), reason };
		let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
		let builder = builder.with_safe_default_protocol_versions().map_err(|error| unusable(error.to_string()))?;
		let config = builder.with_no_client_auth().with_single_cert(chain, key);
		let mut config = config.map_err(|error| unusable(error.to_string()))?;
		config.alpn_protocols = vec![b"http/1.1".to_vec()];
		Ok(Self(TlsAcceptor::from(Arc::new(config))))
	}
}

/// A connection, as its client wants it.
pub(crate) enum Stream<S> {
	/// In clear text.
	Clear(S),
	/// Encrypted.
	Encrypted(Box<TlsStream<S>>),
}

/// Speaks TLS over a connection, if that is asked for.
///
/// # Errors
///
/// If the client does not speak it, or not within this time.
pub(crate) async fn accept<S: AsyncRead + AsyncWrite + Unpin>(
	stream: S,
	tls: Option<&Tls>,
	limit: Duration,
) -> io::Result<Stream<S>> {
	let Some(Tls(acceptor)) = tls else { return Ok(Stream::Clear(stream)) };
	let accepted = timeout(limit, acceptor.accept(stream)).await?;
	Ok(Stream::Encrypted(Box::new(accepted?)))
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Stream<S> {
	fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
		match self.get_mut() {
			Self::Clear(stream) => Pin::new(stream).poll_read(cx, into),
			Self::Encrypted(stream) => Pin::new(stream).poll_read(cx, into),
		}
	}
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Stream<S> {
	fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
		match self.get_mut() {
			Self::Clear(stream) => Pin::new(stream).poll_write(cx, bytes),
			Self::Encrypted(stream) => Pin::new(stream).poll_write(cx, bytes),
		}
	}

	fn poll_write_vectored(
		self: Pin<&mut Self>,
		cx: &mut Context<'_>,
		parts: &[IoSlice<'_>],
	) -> Poll<io::Result<usize>> {
		match self.get_mut() {
			Self::Clear(stream) => Pin::new(stream).poll_write_vectored(cx, parts),
			Self::Encrypted(stream) => Pin::new(stream).poll_write_vectored(cx, parts),
		}
	}

	fn is_write_vectored(&self) -> bool {
		match self {
			Self::Clear(stream) => stream.is_write_vectored(),
			Self::Encrypted(stream) => stream.is_write_vectored(),
		}
	}

	fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
		match self.get_mut() {
			Self::Clear(stream) => Pin::new(stream).poll_flush(cx),
			Self::Encrypted(stream) => Pin::new(stream).poll_flush(cx),
		}
	}

	fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
		match self.get_mut() {
			Self::Clear(stream) => Pin::new(stream).poll_shutdown(cx),
			Self::Encrypted(stream) => Pin::new(stream).poll_shutdown(cx),
		}
	}
}
