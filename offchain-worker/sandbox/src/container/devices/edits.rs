//! What a device changes in a container.

use std::{
	collections::BTreeSet,
	path::{Path, PathBuf},
};

/// Where a container finds the libraries of drivers, by name. A directory of its own: if the whole directory of a library
/// were searched, programs that bring their own libraries would get the image's instead.
pub const DRIVERS: &str = "/usr/lib/rlc-drivers";

const LIBRARY_PATH: &str = "LD_LIBRARY_PATH";

/// A character device.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node {
	/// Where it is in containers.
	pub path: String,
	/// Where it is here.
	pub host: PathBuf,
	/// Its numbers.
	pub number: (u32, u32),
	/// Whether it can be read, and written.
	pub access: Access,
}

/// What may be done with a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
	Read,
	Write,
	Both,
}

impl Access {
	/// Returns it as control groups have it. Nobody in a container makes nodes.
	pub fn letters(self) -> &'static str {
		match self {
			Self::Read => "r",
			Self::Write => "w",
			Self::Both => "rw",
		}
	}
}

/// A file or directory of this machine that can be read in a container.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mount {
	/// Where it is here.
	pub host: PathBuf,
	/// Where it is in containers.
	pub path: String,
}

/// A symbolic link in a container.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
	/// Where it is.
	pub path: String,
	/// What it says.
	pub target: String,
}

/// What a device changes in a container.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edits {
	/// The devices that it can open.
	pub nodes: BTreeSet<Node>,
	/// What it can read of this machine.
	pub mounts: BTreeSet<Mount>,
	/// Links.
	pub links: BTreeSet<Link>,
	/// `NAME=value` each.
	pub environment: Vec<String>,
}

impl Edits {
	/// Adds those of another device. What both have is there once.
	pub fn join(&mut self, other: &Self) {
		self.nodes.extend(other.nodes.iter().cloned());
		self.mounts.extend(other.mounts.iter().cloned());
		self.links.extend(other.links.iter().cloned());
		for variable in &other.environment {
			if !self.environment.contains(variable) {
				self.environment.push(variable.clone());
			}
		}
	}

	/// Sets variables: the device's win over those of image and job, and its libraries come before others.
	pub fn set_environment(&self, variables: &mut Vec<String>) {
		for own in &self.environment {
			let name = own.split('=').next().unwrap_or_default();
			variables.retain(|other| other.split('=').next() != Some(name));
			variables.push(own.clone());
		}
		if self.links.iter().any(|link| Path::new(&link.path).starts_with(DRIVERS)) {
			let is_path = |variable: &String| variable.split('=').next() == Some(LIBRARY_PATH);
			let value = |variable: &String| variable.split_once('=').map(|(_, value)| value.to_owned());
			let others = variables.iter().rfind(|variable| is_path(variable)).and_then(value);
			variables.retain(|variable| !is_path(variable));
			let others = others.filter(|others| !others.is_empty()).map(|others| format!(":{others}"));
			variables.push(format!("{LIBRARY_PATH}={DRIVERS}{}", others.unwrap_or_default()));
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn variables_of_the_device_win_and_its_libraries_come_first() {
		let library = Link { path: format!("{DRIVERS}/libgpu.so.1"), target: "/opt/libgpu.so.1.2".into() };
		let edits =
			Edits { environment: vec!["VISIBLE=void".into()], links: BTreeSet::from([library]), ..Edits::default() };
		let mut variables = ["A=1", "VISIBLE=all", "LD_LIBRARY_PATH=/image/lib"].map(str::to_owned).to_vec();
		edits.set_environment(&mut variables);
		assert_eq!(variables, ["A=1", "VISIBLE=void", "LD_LIBRARY_PATH=/usr/lib/rlc-drivers:/image/lib"]);
		let mut variables = Vec::new();
		edits.set_environment(&mut variables);
		assert_eq!(variables, ["VISIBLE=void", "LD_LIBRARY_PATH=/usr/lib/rlc-drivers"]);
		Edits::default().set_environment(&mut variables);
		assert_eq!(variables.len(), 2);
	}

	#[test]
	fn what_two_devices_share_is_there_once() {
		let shared = Mount { host: "/lib/a".into(), path: "/lib/a".into() };
		let edits = Edits { mounts: BTreeSet::from([shared]), environment: vec!["A=1".into()], ..Edits::default() };
		let mut both = edits.clone();
		both.join(&edits);
		assert_eq!(both, edits);
	}
}
