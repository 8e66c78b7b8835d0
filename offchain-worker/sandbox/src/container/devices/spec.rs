//! One specification of the Container Device Interface: its text, checked, and the devices that it describes.

use std::{
	collections::BTreeSet,
	fs,
	os::unix::fs::FileTypeExt,
	path::{Path, PathBuf},
};

use serde::{
	de::{DeserializeOwned, IgnoredAny},
	Deserialize,
};

use super::{
	edits::{Access, Edits, Mount, Node},
	gpu::{self, Gpu},
	hooks::Instead,
	libraries, NoDevice,
};
use crate::{GUEST_INPUT, GUEST_OUTPUT};

/// The minor versions that are understood: of version 0, and of version 1.
const VERSIONS: [(u64, std::ops::RangeInclusive<u64>); 2] = [(0, 3..=8), (1, 0..=1)];

/// What no device may change in a container.
const RESERVED: [&str; 6] = ["/proc", "/sys", "/dev", SERVICES, GUEST_INPUT, GUEST_OUTPUT];
/// Where some services of a machine have their sockets.
const SERVICES: &str = "/tmp";

/// A specification.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Spec {
	cdi_version: String,
	kind: String,
	#[serde(default)]
	annotations: Ignored,
	#[serde(default)]
	devices: Vec<Device>,
	#[serde(default)]
	container_edits: ContainerEdits,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Device {
	name: String,
	#[serde(default)]
	annotations: Ignored,
	#[serde(default)]
	container_edits: ContainerEdits,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct ContainerEdits {
	env: Vec<String>,
	device_nodes: Vec<DeviceNode>,
	net_devices: Vec<Ignored>,
	mounts: Vec<SpecMount>,
	hooks: Vec<Hook>,
	intel_rdt: Option<Ignored>,
	/// Groups that may open nodes and files. Nodes are made for the run, so that it needs none.
	additional_gids: Vec<u32>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct DeviceNode {
	path: String,
	#[serde(default)]
	host_path: Option<String>,
	#[serde(default, rename = "type")]
	kind: String,
	#[serde(default)]
	major: Option<u32>,
	#[serde(default)]
	minor: Option<u32>,
	#[serde(default)]
	file_mode: Option<u32>,
	#[serde(default)]
	permissions: String,
	#[serde(default)]
	uid: Option<u32>,
	#[serde(default)]
	gid: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SpecMount {
	host_path: String,
	container_path: String,
	/// All are mounted alike, whatever is said here.
	#[serde(default)]
	options: Vec<String>,
	#[serde(default, rename = "type")]
	kind: String,
}

/// A program that would be run for a container.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Hook {
	/// When.
	pub hook_name: String,
	/// Which.
	pub path: String,
	/// Its arguments, with its own name.
	#[serde(default)]
	pub args: Vec<String>,
	/// Its environment.
	#[serde(default)]
	pub env: Vec<String>,
	/// How long it may take, in seconds.
	#[serde(default)]
	pub timeout: Option<i64>,
}

/// Something that is there, whatever it is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Ignored;

impl<'de> Deserialize<'de> for Ignored {
	fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		IgnoredAny::deserialize(deserializer).map(|_| Self)
	}
}

/// What a specification describes: a device by its full name, or why it cannot be used.
pub type Described = (String, Result<Gpu, String>);

/// How a specification is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
	Json,
	Yaml,
}

impl Format {
	/// Returns that of a file, by its name: others are not specifications.
	pub fn of(path: &Path) -> Option<Self> {
		match path.extension()?.to_str()? {
			"json" => Some(Self::Json),
			"yaml" => Some(Self::Yaml),
			_ => None,
		}
	}

	fn read<T: DeserializeOwned>(self, text: &str) -> Result<T, String> {
		match self {
			Self::Json => serde_json::from_str(text).map_err(|error| error.to_string()),
			// Its errors show the lines around them.
			Self::Yaml => serde_saphyr::from_str(text)
				.map_err(|error| error.to_string().lines().next().unwrap_or_default().to_owned()),
		}
	}
}

impl Spec {
	/// Reads a specification.
	///
	/// # Errors
	///
	/// What is wrong with it.
	pub fn read(text: &str, format: Format) -> Result<Self, String> {
		let spec: Self = format.read(text)?;
		check_version(&spec.cdi_version)?;
		let (vendor, class) = spec.kind.split_once('/').unwrap_or_default();
		if !is_name(vendor, "._-", false) || !is_name(class, "._-", false) {
			return Err(format!("the kind {:?} is not VENDOR/CLASS, such as nvidia.com/gpu", spec.kind));
		}
		let mut names = BTreeSet::new();
		for device in &spec.devices {
			if !is_name(&device.name, "._-:", true) {
				return Err(format!("{:?} is not a device's name", device.name));
			}
			if !names.insert(&device.name) {
				return Err(format!("there are two devices {:?}", device.name));
			}
		}
		Ok(spec)
	}

	/// Returns its devices by their full names; and of each what it is on this machine, or why it cannot be used.
	pub fn devices(&self, source: &Path) -> Vec<Described> {
		let devices = self.devices.iter().map(|device| {
			let name = format!("{}={}", self.kind, device.name);
			let gpu = self.device(device, &name, source);
			(name, gpu)
		});
		devices.collect()
	}

	fn device(&self, device: &Device, name: &str, source: &Path) -> Result<Gpu, String> {
		let shared = &self.container_edits;
		let (mut edits, mut instead, mut left_out) = (Edits::default(), Instead::default(), Vec::new());
		for part in [shared, &device.container_edits] {
			part.check()?;
			for node in &part.device_nodes {
				edits.nodes.insert(node.find()?);
			}
			for mount in &part.mounts {
				let found = mount.find()?;
				if found.is_none() {
					left_out.push(format!("{} (a service)", mount.host_path));
				}
				edits.mounts.extend(found);
			}
			part.hooks.iter().try_for_each(|hook| instead.add(hook))?;
			edits.environment.extend(part.env.iter().cloned());
		}
		if device.container_edits == ContainerEdits::default() && shared.device_nodes.is_empty() {
			return Err("it is empty".into());
		}
		edits.links.extend(libraries::links(&edits.mounts, &instead.folders));
		edits.links.extend(instead.links);
		// A vendor may have nodes for all devices only, as WSL does: then each name stands for all there is.
		let own = if device.container_edits.device_nodes.is_empty() { shared } else { &device.container_edits };
		let own = own.device_nodes.iter().map(|node| node.find().map(|node| node.number));
		let own = own.collect::<Result<_, _>>()?;
		Ok(Gpu { name: name.into(), source: Some(source.into()), own, edits, left_out })
	}
}

impl ContainerEdits {
	/// Checks what is not looked up on this machine.
	fn check(&self) -> Result<(), String> {
		if !self.net_devices.is_empty() {
			return Err("it moves network interfaces into containers, which is not done here".into());
		}
		if self.intel_rdt.is_some() {
			return Err("it sets classes of Intel RDT, which is not done here".into());
		}
		for variable in &self.env {
			if variable.find('=').is_none_or(|at| at == 0) || variable.contains('\0') {
				return Err(format!("{variable:?} is not a variable as NAME=value"));
			}
		}
		Ok(())
	}
}

impl DeviceNode {
	fn find(&self) -> Result<Node, String> {
		if !matches!(&*self.kind, "" | "c" | "u") {
			return Err(format!("{} has the type {:?}, and only character devices are used", self.path, self.kind));
		}
		let letters = if self.permissions.is_empty() { "rw" } else { &self.permissions };
		if letters.contains(|letter: char| !"rwm".contains(letter)) {
			return Err(format!("{} has the permissions {letters:?}, which are not of the letters rwm", self.path));
		}
		let access = match (letters.contains('r'), letters.contains('w')) {
			(true, true) => Access::Both,
			(true, false) => Access::Read,
			(false, true) => Access::Write,
			(false, false) => return Err(format!("{} can be neither read nor written by its permissions", self.path)),
		};
		let host = self.host_path.as_ref().filter(|path| !path.is_empty()).unwrap_or(&self.path);
		let node = gpu::node(Path::new(&self.path), Path::new(host)).map_err(in_specification)?;
		let (major, minor) = node.number;
		// 0 stands for "not said" in some.
		let is_other = |said: Option<u32>, is: u32| said.is_some_and(|said| said != 0 && said != is);
		if is_other(self.major, major) || is_other(self.minor, minor) {
			return Err(format!(
				"{host} has the numbers {major}:{minor}, and the specification says {}:{}; generate it again",
				self.major.unwrap_or_default(),
				self.minor.unwrap_or_default()
			));
		}
		Ok(Node { access, ..node })
	}
}

/// Returns what is wrong with a node, for the author of a specification.
fn in_specification(error: NoDevice) -> String {
	match error {
		NoDevice::Missing { path, error } => format!("{}: {error}; generate the specification again", path.display()),
		NoDevice::NotADevice(path) => format!("{} is not a character device", path.display()),
		NoDevice::Elsewhere(path) => format!("{} is not below /dev", path.display()),
		other => other.to_string(),
	}
}

impl SpecMount {
	/// Finds what is mounted, or `None` if it is a service: a socket, or where services have theirs, as NVIDIA's MPS has.
	fn find(&self) -> Result<Option<Mount>, String> {
		if !matches!(&*self.kind, "" | "bind" | "none") {
			return Err(format!(
				"{} is a mount of type {:?}, and only bind mounts are made",
				self.container_path, self.kind
			));
		}
		if Path::new(&self.container_path).starts_with(SERVICES) {
			return Ok(None);
		}
		check_path(&self.container_path)?;
		let host = PathBuf::from(&self.host_path);
		if !host.is_absolute() {
			return Err(format!("the mount {:?} is not an absolute path", self.host_path));
		}
		let data = fs::metadata(&host);
		let data = data.map_err(|error| {
			format!("{} is to be mounted: {error}; generate the specification again", host.display())
		})?;
		let kind = data.file_type();
		if kind.is_socket() {
			return Ok(None);
		}
		if !kind.is_file() && !kind.is_dir() {
			return Err(format!("{} is to be mounted, and is neither a file nor a directory", host.display()));
		}
		Ok(Some(Mount { host, path: self.container_path.clone() }))
	}
}

/// Checks the path of something that a device adds to a container's root directory.
///
/// # Errors
///
/// What is wrong with it.
pub fn check_path(text: &str) -> Result<(), String> {
	let path = Path::new(text);
	if !gpu::is_plain(path) || text.contains('\0') {
		return Err(format!("{text:?} is not an absolute path without .. or // in it"));
	}
	match RESERVED.iter().find(|reserved| path.starts_with(reserved) || Path::new(reserved).starts_with(path)) {
		Some(reserved) => Err(format!("{text} may not be changed in containers, because of {reserved}")),
		None => Ok(()),
	}
}

fn check_version(text: &str) -> Result<(), String> {
	let numbers: Option<Vec<u64>> = text.split('.').map(|part| part.parse().ok()).collect();
	let is_known = matches!(numbers.as_deref(), Some([major, minor, _]) if
		VERSIONS.iter().any(|(known, minors)| major == known && minors.contains(minor)));
	if is_known {
		return Ok(());
	}
	Err(format!("its version {text:?} is not understood; those from 0.3.0 to 0.8.0, 1.0.0, and 1.1.0 are"))
}

/// Returns whether this begins and ends with a letter (or a digit), and has only such and these signs between.
fn is_name(text: &str, signs: &str, may_begin_with_digit: bool) -> bool {
	let begins = |one: char| one.is_ascii_alphabetic() || (may_begin_with_digit && one.is_ascii_digit());
	text.starts_with(begins)
		&& text.ends_with(|one: char| one.is_ascii_alphanumeric())
		&& text.chars().all(|one| one.is_ascii_alphanumeric() || signs.contains(one))
}

#[cfg(test)]
mod parsing;
#[cfg(test)]
mod tests;
