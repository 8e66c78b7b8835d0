//! `/sys` of a container: how many processors the machine has, and how much of it the run may use.
//!
//! ```text
//! /sys/devices/system/cpu   files made here: which processors there are. How they are built is not told
//! /sys/fs/cgroup            the run's own control group as the kernel shows it, read-only. Under version one, which has a
//!                           directory for each controller, beside files made here that say the same as version two
//! ```
//!
//! Nothing else is there of the kernel's own: it tells much of the machine, and is a way into it.

use std::{
	fs::{self, Permissions},
	io,
	os::unix::fs::PermissionsExt,
	path::Path,
};

use super::cgroups::{quota, GroupMount, GROUPS, PERIOD};
use crate::Limits;

/// Where it is in containers.
pub const SYS: &str = "/sys";
/// Where this machine says which processors there are, and which of its files are copied.
const PROCESSORS: &str = "/sys/devices/system/cpu";
const FILES: [&str; 3] = ["online", "possible", "present"];

/// Fills the directory that becomes `/sys` of a run within these limits, with points to mount on for what it sees of its control
/// group.
///
/// # Errors
///
/// If it cannot be written.
pub fn make(sys: &Path, limits: &Limits, seen: &[GroupMount]) -> io::Result<()> {
	let at = |path: &str| sys.join(path.trim_start_matches(SYS).trim_start_matches('/'));
	let (processors, own) = (at(PROCESSORS), at(GROUPS));
	make_directories(sys, &processors)?;
	make_directories(sys, &own)?;
	for file in FILES {
		// A machine that is a sandbox itself may have none.
		if let Ok(text) = fs::read_to_string(Path::new(PROCESSORS).join(file)) {
			write(&processors.join(file), &text)?;
		}
	}
	for entry in fs::read_dir(PROCESSORS).into_iter().flatten().flatten() {
		if entry.file_name().to_str().is_some_and(is_processor) {
			make_directories(sys, &processors.join(entry.file_name()))?;
		}
	}
	write(&own.join("memory.max"), &format!("{}\n", limits.memory))?;
	write(&own.join("cpu.max"), &format!("{} {PERIOD}\n", quota(limits.cpus)))?;
	seen.iter().try_for_each(|group| make_directories(sys, &at(&group.path)))
}

fn is_processor(name: &str) -> bool {
	let number = name.strip_prefix("cpu").unwrap_or_default();
	!number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit())
}

/// Makes a directory, and those that lead to it from another one, which everybody can read whatever the umask.
fn make_directories(top: &Path, directory: &Path) -> io::Result<()> {
	let missing: Vec<_> = directory.ancestors().take_while(|above| *above != top && !above.exists()).collect();
	for directory in missing.iter().rev() {
		fs::create_dir(directory)?;
		fs::set_permissions(directory, Permissions::from_mode(0o755))?;
	}
	Ok(())
}

fn write(file: &Path, text: &str) -> io::Result<()> {
	fs::write(file, text)?;
	fs::set_permissions(file, Permissions::from_mode(0o644))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn limits_are_told_as_version_two_does_and_groups_have_their_points() {
		let sys = tempfile::tempdir().unwrap();
		let limits = Limits { memory: 512 << 20, cpus: 1.5, ..Limits::default() };
		let seen =
			["/sys/fs/cgroup/memory", GROUPS].map(|path| GroupMount { host: "/group".into(), path: path.into() });
		make(sys.path(), &limits, &seen).unwrap();
		let read = |file: &str| fs::read_to_string(sys.path().join("fs/cgroup").join(file)).unwrap();
		assert_eq!((read("memory.max"), read("cpu.max")), ("536870912\n".into(), "150000 100000\n".into()));
		let memory = sys.path().join("fs/cgroup/memory");
		assert_eq!(memory.metadata().unwrap().permissions().mode() & 0o7777, 0o755);
	}

	#[test]
	fn processors_are_listed_and_nothing_of_them() {
		assert!(is_processor("cpu0") && is_processor("cpu127"));
		assert!(["cpu", "cpufreq", "cpuidle", "0", "cpu1x"].into_iter().all(|name| !is_processor(name)));
		let sys = tempfile::tempdir().unwrap();
		make(sys.path(), &Limits::default(), &[]).unwrap();
		let there = sys.path().join("devices/system/cpu");
		assert!(there.is_dir() && sys.path().read_dir().unwrap().count() == 2);
		if Path::new(PROCESSORS).join("cpu0").exists() {
			assert_eq!(there.join("cpu0").read_dir().unwrap().count(), 0);
			assert_eq!(
				fs::read(there.join("online")).unwrap(),
				fs::read(Path::new(PROCESSORS).join("online")).unwrap()
			);
		}
	}
}
