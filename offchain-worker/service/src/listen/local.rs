//! Sockets in the file system, for programs of the same user.

use std::{
	fs,
	io::{self, ErrorKind},
	net::IpAddr,
	os::unix::fs::PermissionsExt,
	path::{Path, PathBuf},
};

use tokio::net::{UnixListener, UnixStream};

use super::Accept;

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

impl Accept for LocalListener {
	type Stream = UnixStream;

	async fn accept(&self) -> io::Result<(UnixStream, Option<IpAddr>)> {
		let (stream, _) = self.socket.accept().await?;
		Ok((stream, None))
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

/// Binds a socket in the file system. One that was left by a program that no longer runs is replaced.
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

#[cfg(test)]
mod tests {
	use super::*;
	use std::os::unix::net::UnixListener as StdListener;

	#[tokio::test]
	async fn socket_is_its_owner_s_and_has_one_listener() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("admin.sock");
		let first = bind_local(&path, "tests").await.unwrap();
		assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
		let refused = bind_local(&path, "tests").await.unwrap_err().to_string();
		assert!(refused.contains("admin.sock for tests"), "{refused}");
		drop(first);
		assert!(!path.exists());
	}

	#[tokio::test]
	async fn socket_that_a_killed_program_left_is_replaced() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("admin.sock");
		drop(StdListener::bind(&path).unwrap());
		assert!(path.exists());
		drop(bind_local(&path, "tests").await.unwrap());
		assert!(!path.exists());
	}
}
