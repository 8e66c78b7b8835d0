//! What only the user of this program may read.

use std::{
	ffi::OsString,
	fs::{self, DirBuilder, OpenOptions, Permissions},
	io,
	os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
	path::Path,
};

/// What SQLite puts beside a file, by the ends of their names.
const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// Makes a directory that only this user may enter, with those above it that are missing. One that is there is closed to
/// others, if it is this user's.
///
/// # Errors
///
/// The system's.
pub fn private_dir(path: &Path) -> io::Result<()> {
	DirBuilder::new().recursive(true).mode(0o700).create(path)?;
	close(path, 0o700)
}

/// Makes an empty file that only this user may read. One that is there keeps its content, and is closed to others, if it is
/// this user's. It is not opened: closing it again would end this process's locks on it.
///
/// # Errors
///
/// The system's.
pub fn private_file(path: &Path) -> io::Result<()> {
	match OpenOptions::new().create_new(true).write(true).mode(0o600).open(path) {
		Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
		_ => close(path, 0o600),
	}
}

/// The same for a database of SQLite, with the files beside it. New ones get the rights of the database.
///
/// # Errors
///
/// The system's.
pub fn private_database(path: &Path) -> io::Result<()> {
	private_file(path)?;
	for end in BESIDE {
		let mut name = OsString::from(path);
		name.push(end);
		match close(Path::new(&name), 0o600) {
			Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
			_ => {}
		}
	}
	Ok(())
}

fn close(path: &Path, mode: u32) -> io::Result<()> {
	match fs::set_permissions(path, Permissions::from_mode(mode)) {
		// It is another user's, who knows to whom it is open.
		Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
		done => done,
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn mode(path: &Path) -> u32 {
		fs::metadata(path).unwrap().permissions().mode() & 0o7777
	}

	#[test]
	fn nobody_else_may_enter_or_read() {
		let dir = tempfile::tempdir().unwrap();
		let inner = dir.path().join("above/inner");
		private_dir(&inner).unwrap();
		let file = inner.join("file");
		private_file(&file).unwrap();
		assert_eq!([mode(&dir.path().join("above")), mode(&inner), mode(&file)], [0o700, 0o700, 0o600]);
	}

	#[test]
	fn what_was_open_to_others_is_closed_and_keeps_its_content() {
		let dir = tempfile::tempdir().unwrap();
		let [file, log] = ["file", "file-wal"].map(|name| dir.path().join(name));
		for path in [&file, &log] {
			fs::write(path, "secret").unwrap();
			fs::set_permissions(path, Permissions::from_mode(0o644)).unwrap();
		}
		fs::set_permissions(dir.path(), Permissions::from_mode(0o755)).unwrap();
		private_dir(dir.path()).unwrap();
		private_database(&file).unwrap();
		assert_eq!((mode(dir.path()), mode(&file), mode(&log)), (0o700, 0o600, 0o600));
		assert_eq!(fs::read_to_string(&file).unwrap(), "secret");
	}
}
