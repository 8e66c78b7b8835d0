//! Which devices the machine's owner means, and what there is.

use std::{
	collections::BTreeSet,
	fs,
	path::{Path, PathBuf},
};

use super::{gpu::Gpu, specs::Specs, Gpus, NoDevice};

/// Stands for all devices that are found.
const AUTO: &str = "auto";
/// The class of graphics processors among what specifications describe.
const CLASS: &str = "gpu";
/// Where nodes for computing are, of drivers that need nothing more; and what their names begin with.
const RENDER: (&str, &str) = ("/dev/dri", "renderD");

/// Finds the devices that are meant. `auto` may find none.
///
/// # Errors
///
/// [`NoDevice`], which says what is wrong with one.
pub fn find(gpus: &Gpus) -> Result<Vec<Gpu>, NoDevice> {
	let specs = Specs::read(&gpus.specifications);
	let mut found = Vec::<Gpu>::new();
	for choice in &gpus.choices {
		match choice.as_str() {
			AUTO => found.extend(all(&specs, Path::new(RENDER.0))),
			path if path.starts_with('/') => found.push(Gpu::at(Path::new(path))?),
			name => found.push(named(&specs, name)?),
		}
	}
	for (index, one) in found.iter().enumerate() {
		if let Some(other) = found[..index].iter().find(|other| one.is_part_of(other) || other.is_part_of(one)) {
			return Err(NoDevice::Overlap(other.name.clone(), one.name.clone()));
		}
	}
	Ok(found)
}

fn named(specs: &Specs, name: &str) -> Result<Gpu, NoDevice> {
	match specs.devices.get(name) {
		Some(Ok(gpu)) => Ok(gpu.clone()),
		Some(Err(why)) => Err(NoDevice::Unusable { name: name.into(), why: why.clone() }),
		None => {
			let names: Vec<_> = specs.devices.keys().map(String::as_str).collect();
			let unread = specs.unread.iter().map(|(path, why)| format!("; {} is not read: {why}", path.display()));
			let there =
				if names.is_empty() { "there are none".into() } else { format!("there are {}", names.join(", ")) };
			let there = format!("{there}{}", unread.collect::<String>());
			Err(NoDevice::Unknown { name: name.into(), there })
		}
	}
}

/// Returns each graphics processor once: of names that stand for one device the shortest, and no name that stands for more
/// than one of the others does. Those that no specification describes are found by their nodes.
fn all(specs: &Specs, nodes: &Path) -> Vec<Gpu> {
	let class = |gpu: &&Gpu| gpu.name.split_once('=').is_some_and(|(kind, _)| kind.ends_with(&format!("/{CLASS}")));
	let mut described: Vec<&Gpu> = specs.devices.values().flatten().filter(class).collect();
	described.sort_by_key(|gpu| (gpu.own.len(), gpu.name.len(), &gpu.name));
	let mut found = Vec::<Gpu>::new();
	for gpu in described {
		if !found.iter().any(|other| other.is_part_of(gpu)) {
			found.push(gpu.clone());
		}
	}
	found.sort_by(|one, other| one.name.cmp(&other.name));
	let known: BTreeSet<_> =
		specs.devices.values().flatten().flat_map(|gpu| &gpu.edits.nodes).map(|node| node.number).collect();
	found.extend(render_nodes(nodes).into_iter().filter(|gpu| gpu.own.is_disjoint(&known)));
	found
}

fn render_nodes(directory: &Path) -> Vec<Gpu> {
	let entries = fs::read_dir(directory).into_iter().flatten().flatten();
	let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
	paths.retain(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(RENDER.1)));
	paths.sort();
	paths.iter().filter_map(|path| Gpu::at(path).ok()).collect()
}

/// What graphics processors and other devices a machine has for containers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survey {
	/// The devices.
	pub devices: Vec<FoundGpu>,
	/// Files and directories of specifications that are not read, and why.
	pub unread: Vec<(PathBuf, String)>,
}

/// A device that a machine has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundGpu {
	/// Its name, as a worker is given it.
	pub name: String,
	/// The specification that describes it.
	pub source: Option<PathBuf>,
	/// The nodes that a container gets; or why it can get none.
	pub nodes: Result<Vec<String>, String>,
	/// Whether `auto` stands for it too. Otherwise it is not a graphics processor, or has another name, or parts that have.
	pub is_auto: bool,
	/// What its specification names and containers do not get.
	pub left_out: Vec<String>,
}

/// Looks what devices there are for containers, in these directories of specifications and among nodes.
pub fn survey(specifications: &[PathBuf]) -> Survey {
	let specs = Specs::read(specifications);
	let auto = all(&specs, Path::new(RENDER.0));
	let found = |gpu: &Gpu| FoundGpu {
		name: gpu.name.clone(),
		source: gpu.source.clone(),
		nodes: Ok(gpu.edits.nodes.iter().map(|node| node.path.clone()).collect()),
		is_auto: auto.iter().any(|one| one.name == gpu.name),
		left_out: gpu.left_out.clone(),
	};
	let mut devices: Vec<_> = specs
		.devices
		.iter()
		.map(|(name, gpu)| match gpu {
			Ok(gpu) => found(gpu),
			Err(why) => FoundGpu {
				name: name.clone(),
				source: None,
				nodes: Err(why.clone()),
				is_auto: false,
				left_out: Vec::new(),
			},
		})
		.collect();
	devices.extend(auto.iter().filter(|gpu| gpu.source.is_none()).map(found));
	Survey { devices, unread: specs.unread }
}

#[cfg(test)]
mod tests {
	use super::*;

	fn gpu(name: &str, own: &[u32]) -> Gpu {
		let own = own.iter().map(|minor| (195, *minor)).collect();
		Gpu { name: name.into(), source: None, own, edits: Default::default(), left_out: Vec::new() }
	}

	fn specs(gpus: &[Gpu]) -> Specs {
		let devices = gpus.iter().map(|gpu| (gpu.name.clone(), Ok(gpu.clone()))).collect();
		Specs { devices, unread: Vec::new() }
	}

	#[test]
	fn auto_names_each_device_once() {
		let specs = specs(&[
			gpu("nvidia.com/gpu=0", &[0]),
			gpu("nvidia.com/gpu=GPU-8a1d", &[0]),
			gpu("nvidia.com/gpu=1", &[1]),
			gpu("nvidia.com/gpu=all", &[0, 1]),
			// Each has a node that all of them need, as AMD's have.
			gpu("amd.com/gpu=0", &[7, 10]),
			gpu("amd.com/gpu=1", &[7, 11]),
			gpu("example.com/nic=0", &[20]),
		]);
		let found = all(&specs, Path::new("/no/such"));
		let names: Vec<_> = found.iter().map(|gpu| &*gpu.name).collect();
		assert_eq!(names, ["amd.com/gpu=0", "amd.com/gpu=1", "nvidia.com/gpu=0", "nvidia.com/gpu=1"]);
	}

	#[test]
	fn one_device_is_not_given_under_two_names() {
		let find = |choices: &[&str]| {
			let choices = choices.iter().map(|choice| choice.to_string()).collect();
			find(&Gpus { specifications: Vec::new(), ..Gpus::new(choices, super::super::GpuClear::Driver) })
		};
		assert_eq!(find(&["/dev/zero", "/dev/full"]).unwrap().len(), 2);
		assert!(matches!(find(&["/dev/zero", "/dev/full", "/dev/zero"]), Err(NoDevice::Overlap(..))));
		let unknown = find(&["nvidia.com/gpu=0"]).unwrap_err().to_string();
		assert!(unknown.contains("no specification describes it; there are none"), "{unknown}");
	}
}
