//! The specifications of this machine, from the directories that the standard names.

use std::{
	collections::BTreeMap,
	fs, io,
	os::unix::fs::MetadataExt,
	path::{Path, PathBuf},
};

use super::{
	gpu::Gpu,
	spec::{Described, Format, Spec},
};

/// The largest specification, in bytes: NVIDIA's have 100 kB.
const MOST_BYTES: u64 = 16 << 20;

/// What the specifications of this machine describe.
#[derive(Debug, Default)]
pub struct Specs {
	/// The devices by name, or why they cannot be used.
	pub devices: BTreeMap<String, Result<Gpu, String>>,
	/// The files and directories that are not read, and why.
	pub unread: Vec<(PathBuf, String)>,
}

impl Specs {
	/// Reads all specifications in these directories. What a later directory describes replaces the same of an earlier one.
	pub fn read(directories: &[PathBuf]) -> Self {
		let mut specs = Self::default();
		for directory in directories {
			match files(directory) {
				Ok(files) => specs.add(files),
				Err(why) => specs.unread.push((directory.clone(), why)),
			}
		}
		specs
	}

	/// Adds what the files of one directory describe.
	fn add(&mut self, files: Vec<PathBuf>) {
		let mut found = BTreeMap::<String, (PathBuf, Result<Gpu, String>)>::new();
		for file in files {
			let devices = match read(&file) {
				Ok(devices) => devices,
				Err(why) => {
					self.unread.push((file, why));
					continue;
				}
			};
			for (name, gpu) in devices {
				let gpu = match found.get(&name) {
					None => gpu,
					Some((other, _)) => {
						Err(format!("{} and {} both describe it; remove one", other.display(), file.display()))
					}
				};
				found.insert(name, (file.clone(), gpu));
			}
		}
		self.devices.extend(found.into_iter().map(|(name, (_, gpu))| (name, gpu)));
	}
}

/// Returns the specifications in a directory, sorted; none if it does not exist.
fn files(directory: &Path) -> Result<Vec<PathBuf>, String> {
	let directory = match directory.canonicalize() {
		Ok(directory) => directory,
		Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
		Err(error) => return Err(error.to_string()),
	};
	directory.ancestors().try_for_each(check_owner)?;
	let entries = fs::read_dir(&directory).and_then(|entries| entries.collect::<Result<Vec<_>, _>>());
	let entries = entries.map_err(|error| error.to_string())?;
	let mut files: Vec<_> =
		entries.iter().map(fs::DirEntry::path).filter(|path| Format::of(path).is_some() && !path.is_dir()).collect();
	files.sort();
	Ok(files)
}

/// Reads a specification, and returns what it describes.
fn read(file: &Path) -> Result<Vec<Described>, String> {
	let Some(format) = Format::of(file) else { return Err("its name ends neither with .json nor with .yaml".into()) };
	let target = file.canonicalize().map_err(|error| error.to_string())?;
	target.ancestors().try_for_each(check_owner)?;
	let data = fs::metadata(&target).map_err(|error| error.to_string())?;
	if !data.is_file() || data.len() > MOST_BYTES {
		return Err(format!("it is not a file of at most {MOST_BYTES} bytes"));
	}
	let text = fs::read_to_string(&target).map_err(|error| error.to_string())?;
	Ok(Spec::read(&text, format)?.devices(file))
}

/// Checks that nobody but root, or this process's user, can change a file or what a directory has: a specification decides
/// what containers see of this machine.
fn check_owner(path: &Path) -> Result<(), String> {
	/// Only its owner removes a file from such a directory.
	const STICKY: u32 = 0o1000;
	/// Its group and others may write.
	const OTHERS_WRITE: u32 = 0o022;
	let data = fs::metadata(path).map_err(|error| format!("{}: {error}", path.display()))?;
	let own = rustix::process::geteuid().as_raw();
	let is_open = data.mode() & OTHERS_WRITE != 0 && !(data.is_dir() && data.mode() & STICKY != 0);
	if is_open || ![0, own].contains(&data.uid()) {
		let path = path.display();
		return Err(format!(
			"others than root can change {path}; make it root's (chown root {path}; chmod go-w {path})"
		));
	}
	Ok(())
}

#[cfg(test)]
mod tests {
	use std::{fs::Permissions, os::unix::fs::PermissionsExt};

	use super::*;

	fn spec(name: &str, host: &str) -> String {
		format!(
			r#"{{"cdiVersion": "0.5.0", "kind": "example.com/gpu", "devices": [{{"name": "{name}",
			"containerEdits": {{"deviceNodes": [{{"path": "/dev/gpu", "hostPath": "{host}"}}]}}}}]}}"#
		)
	}

	#[test]
	fn later_directory_wins_and_two_of_one_directory_do_not() {
		let root = tempfile::tempdir().unwrap();
		let [etc, run] = ["etc", "run"].map(|name| root.path().join(name));
		let write = |path: PathBuf, text: String| {
			fs::create_dir_all(path.parent().unwrap()).unwrap();
			fs::write(&path, text).unwrap();
			fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
		};
		write(etc.join("a.json"), spec("0", "/dev/full"));
		write(etc.join("b.json"), spec("1", "/dev/full"));
		write(etc.join("c.yaml"), spec("1", "/dev/full"));
		write(etc.join("notes.txt"), "anything".into());
		write(etc.join("bad.json"), "{".into());
		write(run.join("d.json"), spec("0", "/dev/zero"));
		let specs = Specs::read(&[etc.clone(), run, root.path().join("none")]);
		let numbers = |name: &str| specs.devices[name].as_ref().map(|gpu| gpu.own.first().copied().unwrap());
		assert_eq!(numbers("example.com/gpu=0"), Ok((1, 5)), "that of the later directory");
		assert!(numbers("example.com/gpu=1").unwrap_err().contains("both describe it"));
		assert_eq!(
			specs.unread.iter().map(|(path, _)| path).collect::<Vec<_>>(),
			[&etc.canonicalize().unwrap().join("bad.json")]
		);
	}

	#[test]
	fn what_others_can_change_is_not_read() {
		let root = tempfile::tempdir().unwrap();
		let file = root.path().join("a.json");
		fs::write(&file, spec("0", "/dev/full")).unwrap();
		for (path, mode, safe) in [(file.as_path(), 0o664, 0o644), (root.path(), 0o777, 0o755)] {
			fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
			let specs = Specs::read(&[root.path().into()]);
			assert!(specs.devices.is_empty(), "{path:?}");
			assert!(specs.unread[0].1.contains("others than root"), "{:?}", specs.unread);
			fs::set_permissions(path, Permissions::from_mode(safe)).unwrap();
		}
		assert_eq!(Specs::read(&[root.path().into()]).devices.len(), 1);
	}
}
