//! Files by a pattern, as a shell would expand it.

use glob::{glob_with, MatchOptions};

use super::MOST;
use crate::failure::{failure, Result};

/// As in a shell: `*` matches neither a slash nor a hidden file.
const AS_SHELLS: MatchOptions =
	MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: true };

/// Returns the paths of the files that a pattern matches, in the order of their names. Directories are left out.
///
/// # Errors
///
/// If the pattern is wrong, a directory cannot be read, a path is not text, or none or too many match.
pub(super) fn matching(pattern: &str) -> Result<Vec<String>> {
	let wrong =
		|why: &dyn std::fmt::Display| failure!(EachInvalid, "--input-each {pattern}: {why}"; "check the pattern");
	let mut files = Vec::new();
	for path in glob_with(pattern, AS_SHELLS).map_err(|error| wrong(&error))? {
		let path = path.map_err(|error| wrong(&error))?;
		if !path.is_file() {
			continue;
		}
		if files.len() == MOST {
			return Err(failure!(EachInvalid, "--input-each {pattern}: more than {MOST} files match";
				"narrow the pattern, for several deals"));
		}
		let text = path.to_str().ok_or_else(|| wrong(&format_args!("the name of {} is not text", path.display())))?;
		files.push(text.to_owned());
	}
	if files.is_empty() {
		return Err(
			failure!(EachInvalid, "--input-each {pattern}: no file matches"; "check the pattern and the directory"),
		);
	}
	files.sort_unstable();
	Ok(files)
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::fs;

	#[test]
	fn files_are_sorted_and_directories_and_hidden_files_left_out() {
		let dir = tempfile::tempdir().unwrap();
		for file in ["b.csv", "a.csv", "c.txt", ".d.csv"] {
			fs::write(dir.path().join(file), file).unwrap();
		}
		fs::create_dir_all(dir.path().join("e.csv")).unwrap();
		let pattern = |end: &str| format!("{}/{end}", dir.path().display());
		assert_eq!(matching(&pattern("*.csv")).unwrap(), ["a.csv", "b.csv"].map(&pattern));
		for (end, words) in [("*.png", "no file matches"), ("[", "invalid"), ("***", "wildcard")] {
			let refused = matching(&pattern(end)).unwrap_err();
			assert_eq!(refused.code(), "each.invalid");
			assert!(refused.to_string().to_lowercase().contains(words), "{refused}");
		}
	}
}
