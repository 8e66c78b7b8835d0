//! Where `runc` looks for a program: as Go does (`exec.LookPath`), by the variables of the container.

use std::path::{Component, Path, PathBuf};

/// How many directories PATH may have. Each is looked at, and no program needs so many.
pub const MOST_DIRECTORIES: usize = 1_000;
/// A path that is as long as this is too long for the kernel, in bytes.
const TOO_LONG: usize = 4_096;

/// Where a program may be.
#[derive(Debug, PartialEq, Eq)]
pub struct Candidate {
	/// Its path, from the root directory on.
	pub path: PathBuf,
	/// Whether it is looked for there because of a directory of PATH that is not absolute. Versions of `runc` differ in whether
	/// they execute what they find so.
	pub is_relative: bool,
}

/// Returns where a program of this name is looked for that begins in this directory, or `None` if PATH has too many directories.
pub fn candidates(name: &str, directory: &Path, environment: &[String]) -> Option<Vec<Candidate>> {
	if name.is_empty() || name.ends_with('/') {
		return Some(Vec::new());
	}
	let candidate = |path: &Path, is_relative| {
		let is_short = path.as_os_str().len() < TOO_LONG;
		is_short.then(|| Candidate { path: directory.join(path), is_relative })
	};
	if name.contains('/') {
		return Some(candidate(Path::new(name), false).into_iter().collect());
	}
	let path = environment.iter().rev().find_map(|variable| variable.strip_prefix("PATH=")).unwrap_or_default();
	if path.is_empty() {
		return Some(Vec::new());
	}
	if path.split(':').nth(MOST_DIRECTORIES).is_some() {
		return None;
	}
	let paths = path.split(':').map(|directory| cleaned(&Path::new(directory).join(name)));
	Some(paths.filter_map(|path| candidate(&path, path.is_relative())).collect())
}

/// Returns a path without `.` and `..`, as Go has it: by its text, wherever its links lead.
fn cleaned(path: &Path) -> PathBuf {
	let mut cleaned = PathBuf::new();
	for component in path.components() {
		match component {
			Component::CurDir => {}
			Component::ParentDir if cleaned.file_name().is_some() => {
				cleaned.pop();
			}
			Component::ParentDir if cleaned.has_root() => {}
			component => cleaned.push(component),
		}
	}
	cleaned
}

#[cfg(test)]
mod tests {
	use super::*;

	fn candidates(path: &str, name: &str) -> Option<Vec<(String, bool)>> {
		let environment = ["PATH=/before".to_owned(), format!("PATH={path}")];
		let all = super::candidates(name, Path::new("/start"), &environment)?;
		Some(all.into_iter().map(|one| (one.path.to_str().unwrap().to_owned(), one.is_relative)).collect())
	}

	#[test]
	fn program_is_looked_for_in_the_directories_of_the_last_path() {
		for (path, found) in [
			("/opt:/bin/", &[("/opt/app", false), ("/bin/app", false)][..]),
			("/none/../proc/./self:/..", &[("/proc/self/app", false), ("/app", false)]),
			(
				":.:..:a/../../b",
				&[("/start/app", true), ("/start/app", true), ("/start/../app", true), ("/start/../b/app", true)],
			),
			("", &[]),
		] {
			let found: Vec<_> = found.iter().map(|(path, is_relative)| ((*path).to_owned(), *is_relative)).collect();
			assert_eq!(candidates(path, "app"), Some(found), "{path}");
		}
	}

	#[test]
	fn path_of_a_program_is_taken_as_it_is() {
		for (name, found) in [("/a/../app", "/a/../app"), ("./app", "/start/./app")] {
			assert_eq!(candidates("/bin", name), Some(vec![(found.to_owned(), false)]));
		}
		for name in ["", "app/", &format!("{}/app", "/n".repeat(2_048))] {
			assert_eq!(candidates("/bin", name), Some(Vec::new()));
		}
	}

	#[test]
	fn search_is_bounded() {
		assert_eq!(candidates(&["/a"; MOST_DIRECTORIES].join(":"), "app").unwrap().len(), MOST_DIRECTORIES);
		assert_eq!(candidates(&["/a"; MOST_DIRECTORIES + 1].join(":"), "app"), None);
		assert_eq!(candidates(&"n".repeat(5_000), "app"), Some(Vec::new()), "the kernel takes no longer path");
	}
}
