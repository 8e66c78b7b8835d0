//! Binding an address. What goes wrong there is the user's to mend, so the error says how.

use std::{
	fs,
	future::Future,
	io::{self, ErrorKind},
	net::SocketAddr,
	os::unix::fs::PermissionsExt,
	path::{Path, PathBuf},
};

use tokio::{
	io::{AsyncRead, AsyncWrite},
	net::{TcpListener, TcpStream, UnixListener, UnixStream},
};

/// What connections come from.
pub trait Accept: Send + Sync + 'static {
	/// A connection.
	type Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static;

	/// Waits for the next one.
	fn accept(&self) -> impl Future<Output = io::Result<Self::Stream>> + Send;
}

impl Accept for Listener {
	type Stream = TcpStream;

	async fn accept(&self) -> io::Result<TcpStream> {
		let (stream, _) = self.socket.accept().await?;
		// Answers are small and awaited. Without it they are only later.
		let _ = stream.set_nodelay(true);
		Ok(stream)
	}
}

impl Accept for LocalListener {
	type Stream = UnixStream;

	async fn accept(&self) -> io::Result<UnixStream> {
		Ok(self.socket.accept().await?.0)
	}
}

/// A socket in the file system, which only its owner can connect to. Its file is removed when it is dropped.
#[derive(Debug)]
pub struct LocalListener {
	socket: UnixListener,
	path: PathBuf,
}

impl Drop for LocalListener {
	fn drop(&mut self) {
		let _ = fs::remove_file(&self.path);
	}
}

/// A socket that cannot be listened on. The text is one line, and says what to do.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {} for {purpose}: {error}; choose another file, of at most 100 characters, in a directory of this \
	 user's", path.display())]
pub struct LocalListenError {
	/// The file that was asked for.
	pub path: PathBuf,
	/// What it is for.
	pub purpose: &'static str,
	/// The system's answer.
	pub error: io::Error,
}

/// Binds a socket in the file system. One that a program left which does not run any more is replaced.
///
/// # Errors
///
/// [`LocalListenError`], if the file cannot be used.
pub async fn bind_local(path: &Path, purpose: &'static str) -> Result<LocalListener, LocalListenError> {
	let failed = |error| LocalListenError { path: path.into(), purpose, error };
	let is_left_over = UnixStream::connect(path).await.is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused);
	if is_left_over {
		fs::remove_file(path).map_err(failed)?;
	}
	let socket = UnixListener::bind(path).map_err(failed)?;
	let listener = LocalListener { socket, path: path.into() };
	fs::set_permissions(path, fs::Permissions::from_mode(0o600)).map_err(failed)?;
	Ok(listener)
}

use crate::Tls;

/// A bound address: connections wait there until [`http::serve`](crate::http::serve) takes them.
#[derive(Debug)]
pub struct Listener {
	socket: TcpListener,
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
	async fn socket_is_its_owner_s_and_replaces_one_that_was_left() {
		let dir = std::env::temp_dir().join(format!("rlc-listen-{}", std::process::id()));
		fs::create_dir_all(&dir).unwrap();
		let path = dir.join("admin.sock");
		let first = bind_local(&path, "tests").await.unwrap();
		assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
		let refused = bind_local(&path, "tests").await.unwrap_err().to_string();
		assert!(refused.contains("admin.sock for tests"), "{refused}");
		drop(first);
		assert!(!path.exists());
		// As a program that is killed leaves it.
		drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
		assert!(path.exists());
		drop(bind_local(&path, "tests").await.unwrap());
		fs::remove_dir_all(&dir).unwrap();
	}

	#[tokio::test]
	async fn address_of_another_machine_says_what_to_do() {
		let refused = bind("192.0.2.1:0".parse().unwrap(), "tests").await.unwrap_err().to_string();
		assert!(refused.contains("choose one of its own"), "{refused}");
	}
}
