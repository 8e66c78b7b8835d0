//! Whose fault it is that an image cannot be unpacked.

use std::io;

use crate::Error;

/// How much of a name is said, in characters.
const MOST_SAID: usize = 200;

/// Returns the fault of an archive.
pub fn bad(cause: impl Into<String>) -> io::Error {
	io::Error::new(io::ErrorKind::InvalidData, cause.into())
}

/// Says which entry of an archive is at fault, if one is.
pub fn of_entry(error: io::Error, path: &[u8]) -> io::Error {
	if error.kind() == io::ErrorKind::InvalidData && error.raw_os_error().is_none() {
		return bad(format!("{}: {error}", quoted(path)));
	}
	error
}

/// Returns a name as it can be shown: a stranger wrote it.
pub fn quoted(name: &[u8]) -> String {
	let text: String = String::from_utf8_lossy(name).chars().take(MOST_SAID).collect();
	format!("{text:?}")
}

/// Tells whose fault an error is. Whatever the operating system says is this machine's: file systems differ in what they take,
/// so what an image may have is checked before they are asked. It is this machine's, too, if there is no room or no time.
/// All others are the archive's.
pub fn whose(error: io::Error) -> Error {
	let is_of_machine =
		error.raw_os_error().is_some() || rlc_disk::is_full(&error) || error.kind() == io::ErrorKind::TimedOut;
	if is_of_machine {
		Error::Host(format!("the image could not be unpacked: {error}"))
	} else {
		Error::App(format!("the image cannot be unpacked: {error}"))
	}
}

/// Returns the fault of an image's description.
pub fn unusable(cause: impl AsRef<str>) -> Error {
	Error::App(format!("the image cannot be used: {}", cause.as_ref()))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn only_what_the_archive_did_is_said_of_an_entry() {
		assert_eq!(of_entry(bad("it is a link"), b"a\x1b[2J").to_string(), r#""a\u{1b}[2J": it is a link"#);
		let full = io::Error::from_raw_os_error(28);
		assert_eq!(of_entry(full, b"a").raw_os_error(), Some(28));
		assert_eq!(quoted(&[b'n'; 999]).len(), MOST_SAID + 2);
	}

	#[test]
	fn what_the_system_says_is_this_machines() {
		assert!(matches!(whose(io::Error::from_raw_os_error(36)), Error::Host(_)));
		assert!(matches!(whose(io::Error::new(io::ErrorKind::TimedOut, "late")), Error::Host(_)));
		assert!(matches!(whose(io::Error::new(io::ErrorKind::StorageFull, "no room")), Error::Host(_)));
		assert!(matches!(whose(bad("it is not an archive")), Error::App(_)));
		assert!(matches!(whose(io::Error::other("a number is not one")), Error::App(_)));
	}
}
