//! The paths of an archive, in their order.

use super::ArchiveError;

/// What the next path of an archive has to agree with.
#[derive(Default)]
pub(super) struct Paths {
	/// The path before.
	last: Vec<u8>,
	/// The lengths of those earlier paths with which it begins.
	prefixes: Vec<usize>,
}

impl Paths {
	/// Takes the next path. Returns how many files and directories it adds to those before: paths below one directory
	/// follow each other.
	///
	/// # Errors
	///
	/// [`ArchiveError::NotCanonical`], if no tree of files has these paths in this order.
	pub(super) fn take(&mut self, path: &[u8]) -> Result<u32, ArchiveError> {
		if !is_plain(path) {
			return Err(ArchiveError::NotCanonical("a path is absolute, empty, or leads out"));
		}
		if self.last.as_slice() >= path {
			return Err(ArchiveError::NotCanonical("its files are not in order"));
		}
		let shared = self.last.iter().zip(path).take_while(|(one, other)| one == other).count();
		self.prefixes.retain(|length| *length <= shared);
		if shared > 0 && shared == self.last.len() {
			self.prefixes.push(shared);
		}
		if self.prefixes.iter().any(|length| path.get(*length) == Some(&b'/')) {
			return Err(ArchiveError::NotCanonical("a file is a directory, too"));
		}
		let directories = path.iter().skip(shared).filter(|byte| **byte == b'/').count();
		self.last = path.to_vec();
		Ok(u32::try_from(directories).unwrap_or(u32::MAX).saturating_add(1))
	}
}

/// Returns whether a path names a file below the directory that it is joined to, in one way only.
fn is_plain(path: &[u8]) -> bool {
	path.split(|byte| *byte == b'/').all(|part| !part.is_empty() && part != b"." && part != b"..")
}

#[cfg(test)]
mod tests {
	use super::*;

	/// Returns what each path adds.
	fn added(paths: &[&str]) -> Result<Vec<u32>, ArchiveError> {
		let mut taken = Paths::default();
		paths.iter().map(|path| taken.take(path.as_bytes())).collect()
	}

	#[test]
	fn each_directory_counts_once() {
		let paths = ["a", "b/c/d", "b/c/e", "b/c0", "b/d/e", "b0/c"];
		assert_eq!(added(&paths).unwrap(), [1, 3, 1, 1, 2, 2]);
	}

	#[test]
	fn no_path_is_a_file_and_a_directory() {
		for paths in [&["a", "a/b"][..], &["a", "a-b", "a/c"], &["a/b", "a/b-c/d", "a/b/c"]] {
			assert!(matches!(added(paths), Err(ArchiveError::NotCanonical(_))), "{paths:?}");
		}
		assert!(added(&["a-b", "a/b", "aa/b"]).is_ok());
	}

	#[test]
	fn paths_are_plain_and_in_order() {
		for paths in [&[""][..], &["/a"], &["a/"], &["a//b"], &["./a"], &["a/../b"], &["b", "a"], &["a", "a"]] {
			assert!(matches!(added(paths), Err(ArchiveError::NotCanonical(_))), "{paths:?}");
		}
	}
}
