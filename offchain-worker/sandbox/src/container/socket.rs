//! The socket of a container service: for one user alone, where nobody else can put something in its place.

use std::{
	fs,
	io::{self, ErrorKind},
	os::unix::{
		fs::{lchown, FileTypeExt, MetadataExt},
		net::{UnixListener, UnixStream},
	},
	path::{Path, PathBuf},
};

use rustix::{
	fs::{fchmod, Mode},
	net::{bind, listen, socket_with, AddressFamily, SocketAddrUnix, SocketFlags, SocketType},
	process::geteuid,
};

/// How many connections may wait to be accepted.
const WAITING: i32 = 128;
/// What others than the owner of a directory may write, and the bit that keeps them from what is not theirs.
const OTHERS_WRITE: u32 = 0o022;
const STICKY: u32 = 0o1000;

/// Makes the socket at a path, for a user. One that nobody listens at any longer is replaced. It does not block.
///
/// # Errors
///
/// If it cannot be made, or another user could replace it while it is made: what is done to it would be done to a file of
/// that user's choice.
pub fn make(path: &Path, user: u32) -> io::Result<UnixListener> {
	let path = checked(path)?;
	if path.symlink_metadata().is_ok_and(|data| data.file_type().is_socket()) {
		if UnixStream::connect(&path).is_ok() {
			return Err(io::Error::new(ErrorKind::AddrInUse, "another process listens there"));
		}
		fs::remove_file(&path)?;
	}
	let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
	let socket = socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
	// Linux gives the file the mode of the socket, so there is no moment at which others may connect.
	fchmod(&socket, Mode::RUSR | Mode::WUSR)?;
	bind(&socket, &SocketAddrUnix::new(&path)?)?;
	lchown(&path, Some(user), None)?;
	listen(&socket, WAITING)?;
	Ok(socket.into())
}

/// Returns the path without links on the way, once it is sure that nobody but this user and root can change what it leads
/// through.
fn checked(path: &Path) -> io::Result<PathBuf> {
	let name =
		path.file_name().ok_or_else(|| io::Error::new(ErrorKind::InvalidInput, "it is not the name of a file"))?;
	let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
	let parent = parent.canonicalize()?;
	for directory in parent.ancestors() {
		let data = directory.symlink_metadata()?;
		let is_ours = data.uid() == 0 || data.uid() == geteuid().as_raw();
		if !is_ours || (data.mode() & OTHERS_WRITE != 0 && data.mode() & STICKY == 0) {
			let why =
				format!("others can write to {}; take a directory of root's, such as /run/rlc", directory.display());
			return Err(io::Error::new(ErrorKind::PermissionDenied, why));
		}
	}
	Ok(parent.join(name))
}

#[cfg(test)]
mod tests {
	use std::{
		fs::Permissions,
		os::unix::fs::{chown, symlink, PermissionsExt},
	};

	use super::*;

	fn own() -> u32 {
		geteuid().as_raw()
	}

	fn is_denied(path: &Path) -> bool {
		matches!(make(path, own()), Err(error) if error.kind() == ErrorKind::PermissionDenied)
	}

	#[test]
	fn socket_is_its_users_alone_from_the_beginning() {
		let directory = tempfile::tempdir().unwrap();
		let path = directory.path().join("socket");
		let _listener = make(&path, own()).unwrap();
		let data = path.symlink_metadata().unwrap();
		assert_eq!((data.mode() & 0o7777, data.uid()), (0o600, own()));
		assert!(UnixStream::connect(&path).is_ok());
	}

	#[test]
	fn link_at_its_place_is_neither_followed_nor_removed() {
		let directory = tempfile::tempdir().unwrap();
		let (path, victim) = (directory.path().join("socket"), directory.path().join("victim"));
		fs::write(&victim, "mine").unwrap();
		fs::set_permissions(&victim, Permissions::from_mode(0o640)).unwrap();
		symlink(&victim, &path).unwrap();
		assert!(make(&path, own()).is_err());
		assert_eq!(victim.metadata().unwrap().mode() & 0o7777, 0o640);
		assert_eq!((fs::read_to_string(&victim).unwrap(), fs::read_link(&path).unwrap()), ("mine".into(), victim));
	}

	#[test]
	fn directory_that_others_can_write_is_refused() {
		let directory = tempfile::tempdir().unwrap();
		let below = directory.path().join("a/b");
		fs::create_dir_all(&below).unwrap();
		let set = |path: &Path, mode| fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
		for (mode, is_refused) in [(0o777, true), (0o775, true), (0o1777, false), (0o755, false)] {
			// The directory itself, and one above it.
			for changed in [&below, &directory.path().join("a")] {
				set(changed, mode);
				assert_eq!(is_denied(&below.join("socket")), is_refused, "{mode:o} {}", changed.display());
				set(changed, 0o755);
			}
		}
	}

	#[test]
	fn directory_of_the_worker_is_refused() {
		let directory = tempfile::tempdir().unwrap();
		let worker = directory.path().join("worker");
		fs::create_dir_all(worker.join("below")).unwrap();
		if let Err(error) = chown(&worker, Some(12345), None) {
			rlc_testing::skip!("needs runc: it needs root too: {error}");
		}
		assert!(is_denied(&worker.join("socket")) && is_denied(&worker.join("below/socket")));
	}
}
