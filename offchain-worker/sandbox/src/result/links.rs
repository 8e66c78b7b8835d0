//! Where paths lead in OUT, as the app sees it: symbolic links in them are followed there, and nowhere else on this machine.

use std::{
	collections::VecDeque,
	ffi::OsString,
	fs, io,
	path::{Component, Path, PathBuf},
};

use crate::{
	job::{MOST_LINKS, MOST_STEPS},
	GUEST_OUTPUT,
};

/// Why a path leads to no file or directory in OUT. Each is the app's fault: nothing else writes there.
#[derive(Debug, thiserror::Error)]
pub enum Astray {
	/// It leads out of OUT.
	#[error("leads out of {GUEST_OUTPUT}")]
	Outside,
	/// There is nothing.
	#[error("leads nowhere")]
	Nowhere,
	/// Links lead to each other.
	#[error("leads around in a circle")]
	Circle,
	/// Too many names are on the way: a result has many links, and each is followed.
	#[error("leads through more than {MOST_STEPS} names")]
	TooFar,
	/// No file can be named so.
	#[error("cannot be followed: {0}")]
	Invalid(io::Error),
}

/// Returns where a path leads in OUT, whose own path is `output`: absolute as in the app, or seen from OUT. No part of the
/// answer below `output` is a link. Nothing may write to OUT any longer.
///
/// # Errors
///
/// [`Astray`].
pub fn follow(output: &Path, path: &Path) -> Result<PathBuf, Astray> {
	let mut found = Vec::new();
	let mut ahead = VecDeque::new();
	put_ahead(path, &mut found, &mut ahead)?;
	let (mut steps, mut followed) = (0, 0);
	while let Some(name) = ahead.pop_front() {
		steps += 1;
		if steps > MOST_STEPS {
			return Err(Astray::TooFar);
		}
		if name == ".." {
			found.pop().ok_or(Astray::Outside)?;
			continue;
		}
		let here = output.join(found.iter().collect::<PathBuf>()).join(&name);
		let kind = fs::symlink_metadata(&here).map_err(astray)?.file_type();
		if !kind.is_symlink() {
			found.push(name);
			continue;
		}
		followed += 1;
		if followed > MOST_LINKS {
			return Err(Astray::Circle);
		}
		put_ahead(&fs::read_link(&here).map_err(astray)?, &mut found, &mut ahead)?;
	}
	Ok(output.join(found.iter().collect::<PathBuf>()))
}

/// Puts the names of a path before those that are still ahead. An absolute one begins at OUT again.
fn put_ahead(path: &Path, found: &mut Vec<OsString>, ahead: &mut VecDeque<OsString>) -> Result<(), Astray> {
	let relative = if path.is_absolute() {
		found.clear();
		path.strip_prefix(GUEST_OUTPUT).map_err(|_| Astray::Outside)?
	} else {
		path
	};
	for component in relative.components().rev() {
		match component {
			Component::Normal(name) => ahead.push_front(name.to_owned()),
			Component::ParentDir => ahead.push_front("..".into()),
			Component::CurDir => {}
			Component::RootDir | Component::Prefix(_) => return Err(Astray::Outside),
		}
	}
	Ok(())
}

fn astray(error: io::Error) -> Astray {
	match error.kind() {
		io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Astray::Nowhere,
		_ => Astray::Invalid(error),
	}
}

#[cfg(test)]
mod tests {
	use std::os::unix::fs::symlink;

	use super::*;

	/// Follows a path in an OUT with these links, `dir/file`, and a secret beside it.
	fn followed(links: &[(&str, &str)], path: &str) -> Result<String, Astray> {
		let directory = tempfile::tempdir().unwrap();
		let output = directory.path().join("out");
		fs::create_dir_all(output.join("dir")).unwrap();
		fs::write(output.join("dir/file"), "").unwrap();
		fs::write(directory.path().join("secret"), "").unwrap();
		for (link, target) in links {
			symlink(target, output.join(link)).unwrap();
		}
		let found = follow(&output, Path::new(path))?;
		Ok(found.strip_prefix(&output).unwrap().to_str().unwrap().to_owned())
	}

	#[test]
	fn links_lead_where_the_app_sees_them_lead() {
		for (link, target) in [
			("link", "dir/file"),
			("link", "/iexec_out/dir/file"),
			("dir/link", "file"),
			("dir/link", "../dir/./file"),
			("dir/link", "/iexec_out/dir/../dir/file"),
		] {
			assert_eq!(followed(&[(link, target)], link).unwrap(), "dir/file", "{target}");
		}
		let two = [("one", "dir"), ("two", "one/file")];
		assert_eq!(followed(&two, "two").unwrap(), "dir/file");
		assert_eq!(followed(&two, "/iexec_out/one/../one").unwrap(), "dir");
	}

	#[test]
	fn nothing_outside_of_out_is_looked_at() {
		for target in ["../secret", "/etc/passwd", "/", "..", "dir/../../secret", "/iexec_out/../etc", "/iexec_output"]
		{
			assert!(matches!(followed(&[("link", target)], "link"), Err(Astray::Outside)), "{target}");
		}
	}

	#[test]
	fn links_are_not_followed_too_far() {
		let around = "dir/../".repeat(50);
		let names: Vec<_> = (0..30).map(|number| (number.to_string(), format!("{around}{}", number + 1))).collect();
		let mut links: Vec<_> = names.iter().map(|(link, target)| (link.as_str(), target.as_str())).collect();
		links.push(("30", "dir/file"));
		assert_eq!(followed(&links, "26").unwrap(), "dir/file");
		assert!(matches!(followed(&links, "0"), Err(Astray::TooFar)));
		assert!(matches!(followed(&[], &"dir/../".repeat(300)), Err(Astray::TooFar)));
	}

	#[test]
	fn links_to_nothing_and_circles_end() {
		for target in ["none", "dir/file/x", "dir/none/.."] {
			assert!(matches!(followed(&[("link", target)], "link"), Err(Astray::Nowhere)), "{target}");
		}
		let circle = [("one", "two"), ("two", "dir/../one")];
		assert!(matches!(followed(&circle, "one"), Err(Astray::Circle)));
		let long = "x".repeat(300);
		assert!(matches!(followed(&[], &long), Err(Astray::Invalid(_))));
	}
}
