//! What the kernel counted.

use std::{
	fs, io,
	path::{Path, PathBuf},
};

use rustix::process::{kill_process, Pid, Signal};

use super::unavailable::Unavailable;

/// The two versions of control groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
	One,
	Two,
}

/// The control groups of this machine.
#[derive(Clone, Debug)]
pub struct Cgroups {
	root: PathBuf,
	version: Version,
	/// Whether memory on disk can be counted, and there is any.
	pub swap: bool,
}

/// Returns the group of a container, below the root of the control groups.
pub fn path(name: &str) -> String {
	format!("/rlc/{name}")
}

impl Cgroups {
	/// Finds them.
	///
	/// # Errors
	///
	/// [`Unavailable::NoCgroups`].
	pub fn find() -> Result<Self, Unavailable> {
		let swaps = fs::read_to_string("/proc/swaps").unwrap_or_default();
		Self::find_in(Path::new("/sys/fs/cgroup"), swaps.lines().count() > 1)
	}

	fn find_in(root: &Path, swap: bool) -> Result<Self, Unavailable> {
		let needed = ["memory", "cpu", "pids"];
		let missing = |path: PathBuf| Unavailable::NoCgroups(path.display().to_string());
		if let Ok(controllers) = fs::read_to_string(root.join("cgroup.controllers")) {
			for controller in needed {
				if !controllers.split_whitespace().any(|name| name == controller) {
					return Err(missing(root.join(controller)));
				}
			}
			return Ok(Self { root: root.into(), version: Version::Two, swap });
		}
		for controller in needed {
			if !root.join(controller).is_dir() {
				return Err(missing(root.join(controller)));
			}
		}
		let counted = root.join("memory/memory.memsw.limit_in_bytes").exists();
		Ok(Self { root: root.into(), version: Version::One, swap: swap && counted })
	}

	/// Kills what is in the groups of a container, and removes them, as far as `runc` has not.
	///
	/// # Errors
	///
	/// If something is still there, as right after killing.
	pub fn remove(&self, name: &str) -> io::Result<()> {
		let path = path(name);
		let path = path.trim_start_matches('/');
		// Version one has a hierarchy for each controller; beside version two there may be some.
		let below = fs::read_dir(&self.root)?.flatten().map(|hierarchy| hierarchy.path());
		for group in
			below.chain([self.root.clone()]).map(|hierarchy| hierarchy.join(path)).filter(|group| group.is_dir())
		{
			let processes = fs::read_to_string(group.join("cgroup.procs")).unwrap_or_default();
			for process in processes.lines().filter_map(|line| line.parse().ok()).filter_map(Pid::from_raw) {
				// It may have ended by now.
				let _ = kill_process(process, Signal::KILL);
			}
			match fs::remove_dir(group) {
				Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
				_ => {}
			}
		}
		Ok(())
	}

	/// Returns how often the kernel killed a process of a container for memory, and the most memory that it used, in bytes;
	/// 0 if the kernel does not say. Call it before the container is deleted.
	pub fn memory(&self, name: &str) -> (u64, u64) {
		let (group, events, peak) = match self.version {
			Version::One => (self.root.join("memory"), "memory.oom_control", "memory.max_usage_in_bytes"),
			Version::Two => (self.root.clone(), "memory.events", "memory.peak"),
		};
		let read = |file: &str| {
			fs::read_to_string(group.join(path(name).trim_start_matches('/')).join(file)).unwrap_or_default()
		};
		(field(&read(events), "oom_kill"), read(peak).trim().parse().unwrap_or(0))
	}
}

/// Returns a number in lines of `name number`.
fn field(text: &str, name: &str) -> u64 {
	let numbers = text.lines().filter_map(|line| line.split_once(' ')).filter(|(field, _)| *field == name);
	numbers.filter_map(|(_, number)| number.trim().parse::<u64>().ok()).sum()
}

#[cfg(test)]
mod tests {
	use super::*;

	fn write(root: &Path, file: &str, text: &str) {
		let file = root.join(file);
		fs::create_dir_all(file.parent().unwrap()).unwrap();
		fs::write(file, text).unwrap();
	}

	#[test]
	fn version_one_is_read() {
		let root = tempfile::tempdir().unwrap();
		for controller in ["memory", "pids"] {
			fs::create_dir(root.path().join(controller)).unwrap();
		}
		assert!(
			matches!(Cgroups::find_in(root.path(), true), Err(Unavailable::NoCgroups(path)) if path.ends_with("cpu"))
		);
		fs::create_dir(root.path().join("cpu")).unwrap();
		let groups = Cgroups::find_in(root.path(), true).unwrap();
		assert!(!groups.swap);
		write(root.path(), "memory/rlc/a/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n");
		write(root.path(), "memory/rlc/a/memory.max_usage_in_bytes", "4096\n");
		assert_eq!((groups.memory("a"), groups.memory("b")), ((3, 4096), (0, 0)));
	}

	#[test]
	fn version_two_is_read() {
		let root = tempfile::tempdir().unwrap();
		write(root.path(), "cgroup.controllers", "cpuset cpu io memory hugetlb\n");
		assert!(Cgroups::find_in(root.path(), true).is_err());
		write(root.path(), "cgroup.controllers", "cpuset cpu io memory hugetlb pids\n");
		let groups = Cgroups::find_in(root.path(), true).unwrap();
		assert!(groups.swap);
		write(root.path(), "rlc/a/memory.events", "low 0\nhigh 0\nmax 9\noom 2\noom_kill 1\noom_group_kill 0\n");
		write(root.path(), "rlc/a/memory.peak", "8192\n");
		assert_eq!(groups.memory("a"), (1, 8192));
	}
}
