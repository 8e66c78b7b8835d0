//! From a path to a node, without leaving the directory that it is seen from.

use std::{borrow::Cow, fs};

use super::{check, Kind, Node, Root, Tree, LONGEST_NAME, LONGEST_PATH};
use crate::{
	guest::Halt,
	wasi::{
		errno::Errno,
		fail::{Fail, Result},
	},
};

/// The longest text of a path, in bytes: that of Linux. A module's memory can hold one of more names than ours could.
const LONGEST_TEXT: usize = 4096;
/// Most symbolic links that a path may lead through.
const MOST_LINKS: usize = 32;

impl Tree {
	/// Returns the node that a path means, seen from a directory. It may not exist. `follow`: if it is a symbolic link, what
	/// that leads to.
	pub fn resolve(&self, from: &Node, path: &str, follow: bool) -> Result<Node> {
		check_text(path)?;
		let is_directory = path.ends_with('/');
		let mut node = from.clone();
		// What is still to be walked, the next name last.
		let mut left: Vec<_> = path.split('/').rev().map(Cow::Borrowed).collect();
		let mut links = 0;
		while let Some(name) = left.pop() {
			match &*name {
				"" | "." => continue,
				".." if node.depth() == from.depth() => return Err(Errno::NOTCAPABLE.into()),
				".." => {
					node.leave();
					continue;
				}
				name if name.len() > LONGEST_NAME => return Err(Errno::NAMETOOLONG.into()),
				name => node.enter(name),
			}
			let is_last = left.iter().all(|name| name.is_empty());
			if is_last && !follow && !is_directory {
				continue;
			}
			if let Some(target) = self.target(&node)? {
				links += 1;
				if links > MOST_LINKS {
					return Err(Errno::LOOP.into());
				}
				node.leave();
				left.extend(target.split('/').rev().map(|name| Cow::Owned(name.to_owned())));
			}
		}
		check(node.size())?;
		if is_directory && self.find(&node)?.is_some_and(|stat| stat.kind != Kind::Directory) {
			return Err(Errno::NOTDIR.into());
		}
		Ok(node)
	}

	/// Returns where a node leads, if it is a symbolic link that the module made.
	pub fn target(&self, node: &Node) -> Result<Option<String>> {
		if !self.has_links || node.root == Root::Input || node.is_fixed() {
			return Ok(None);
		}
		check(node.size())?;
		match self.find(node) {
			Ok(Some(stat)) if stat.kind == Kind::Link => {}
			// The call that uses the path fails.
			Ok(_) | Err(Fail::Errno(Errno::NOTDIR)) => return Ok(None),
			Err(fail) => return Err(fail),
		}
		let target = fs::read_link(self.host(node)?)?.into_os_string().into_string();
		Ok(Some(target.map_err(|_| Halt::Host("a link is not what the module wrote".into()))?))
	}
}

fn check_text(path: &str) -> Result<()> {
	let errno = match path {
		"" => Errno::NOENT,
		path if path.len() > LONGEST_TEXT => Errno::NAMETOOLONG,
		path if path.starts_with('/') => Errno::NOTCAPABLE,
		path if path.contains('\0') => Errno::INVAL,
		_ => return Ok(()),
	};
	Err(errno.into())
}

/// Fails if a symbolic link must not lead there: it begins in its own directory.
pub fn check_target(target: &str) -> Result<()> {
	// Less than a path may have: XFS takes no longer one.
	if target.len() >= LONGEST_PATH {
		return Err(Errno::NAMETOOLONG.into());
	}
	check_text(target)
}
