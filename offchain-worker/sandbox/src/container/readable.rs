//! Whether the input of a container can be read there.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use crate::Error;

/// Checks that everybody can read IN, as the container's user is nobody in particular. Nothing is changed to make it so:
/// its files may be links to others that somebody else relies on.
///
/// # Errors
///
/// [`Error::Host`], which names a file that is not readable.
pub fn check_readable(path: &Path) -> Result<(), Error> {
	let data = path.symlink_metadata().map_err(Error::io("read", path))?;
	let needed = match data.file_type() {
		kind if kind.is_dir() => 0o005,
		kind if kind.is_file() => 0o004,
		_ => return Ok(()),
	};
	if data.permissions().mode() & needed != needed {
		let why = "not readable for everybody, as input of containers must be; give it mode 755 or 644";
		return Err(Error::Host(format!("{} is {why}", path.display())));
	}
	if data.is_dir() {
		for entry in fs::read_dir(path).map_err(Error::io("read", path))? {
			check_readable(&entry.map_err(Error::io("read", path))?.path())?;
		}
	}
	Ok(())
}
