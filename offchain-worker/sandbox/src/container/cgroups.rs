//! Control groups: where runs are, what the kernel counted, and how all that is in one is ended.
//!
//! ```text
//! /                                   or the group that systemd delegated to this process's unit
//! └── rlc/<tier>                      one for each tier; its reaper ends all below it
//!     ├── programs                    what the tier starts, such as `runc`
//!     └── <run>                       a container
//! ```

use std::{
	fs, io,
	path::{Path, PathBuf},
	thread,
	time::{Duration, Instant},
};

use rustix::{
	fs::getxattr,
	process::{kill_process, Pid, Signal},
};
use tracing::warn;

use super::{names, unavailable::Unavailable};

/// The group of what a tier starts, below its own.
const PROGRAMS: &str = "programs";
/// Where a process is that made room in its own group: version two has no processes beside groups.
const ITSELF: &str = "itself";
/// The same, as the end of a path.
const BELOW_ITSELF: &str = "/itself";
/// How long a group is waited for that was killed: only what waits for a broken device takes longer.
const PATIENCE: Duration = Duration::from_secs(5);
const BETWEEN_KILLS: Duration = Duration::from_millis(1);

/// Where programs look for control groups.
pub const GROUPS: &str = "/sys/fs/cgroup";
/// By which controllers of version one programs find out how much they may use.
const CONTROLLERS: [&str; 5] = ["memory", "cpu", "cpuacct", "cpuset", "pids"];

/// The period in which processors are shared out, in µs.
pub const PERIOD: u64 = 100_000;

/// Returns how much of a [`PERIOD`] so many processors are, in µs.
pub fn quota(cpus: f32) -> u64 {
	(f64::from(cpus) * PERIOD as f64).max(1_000.0) as u64
}

/// The two versions of control groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
	One,
	Two,
}

/// What the kernel counted of a container's memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
	/// The most that it used, in bytes; 0 if the kernel does not say.
	pub peak: u64,
	/// Whose memory was short, if the kernel killed a process of the container for that.
	pub shortage: Option<Shortage>,
}

/// Whose memory was short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortage {
	/// The container's, which met its limit.
	OfContainer,
	/// That of the machine, or of a group which holds more than the container.
	OfMachine,
}

/// What a container sees of its own group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupMount {
	/// Where it is on this machine, once there is the container.
	pub host: PathBuf,
	/// Where it is in the container.
	pub path: String,
}

/// The control groups of a tier.
#[derive(Clone, Debug)]
pub struct Cgroups {
	root: PathBuf,
	version: Version,
	/// Whether memory on disk can be counted, and there is any.
	pub swap: bool,
	/// The group of the tier, below the root: `/rlc/…`.
	tier: String,
}

impl Cgroups {
	/// Finds them, and names a group for a tier.
	///
	/// # Errors
	///
	/// [`Unavailable::NoCgroups`].
	pub fn find() -> Result<Self, Unavailable> {
		let swaps = fs::read_to_string("/proc/swaps").unwrap_or_default();
		let own = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
		Self::find_in(Path::new(GROUPS), swaps.lines().count() > 1, &own)
	}

	/// Finds them below `root`. `own` tells the groups of this process, as the kernel writes them.
	fn find_in(root: &Path, swap: bool, own: &str) -> Result<Self, Unavailable> {
		let needed = ["memory", "cpu", "pids"];
		let missing = |path: PathBuf| Unavailable::NoCgroups(path.display().to_string());
		let (version, swap) = if let Ok(controllers) = fs::read_to_string(root.join("cgroup.controllers")) {
			for controller in needed {
				if !controllers.split_whitespace().any(|name| name == controller) {
					return Err(missing(root.join(controller)));
				}
			}
			(Version::Two, swap)
		} else {
			for controller in needed {
				if !root.join(controller).is_dir() {
					return Err(missing(root.join(controller)));
				}
			}
			(Version::One, swap && root.join("memory/memory.memsw.limit_in_bytes").exists())
		};
		let tier = format!("{}/rlc/{}", delegated(root, version, own), names::unique());
		Ok(Self { root: root.into(), version, swap, tier })
	}

	/// Returns the group of the tier, below the root of the control groups.
	pub fn tier(&self) -> &str {
		&self.tier
	}

	/// Returns the group of a container, below the root of the control groups.
	pub fn path(&self, run: &str) -> String {
		format!("{}/{run}", self.tier)
	}

	/// Returns what a container sees of its own group, so that programs find its limits where they are used to.
	pub fn seen(&self, run: &str) -> Vec<GroupMount> {
		let group = self.path(run);
		if self.version == Version::Two {
			return vec![GroupMount { host: below(&self.root, &group), path: GROUPS.into() }];
		}
		let there = CONTROLLERS.map(|name| (name, self.root.join(name))).into_iter().filter(|(_, path)| path.is_dir());
		let seen =
			|(name, path): (&str, PathBuf)| GroupMount { host: below(&path, &group), path: format!("{GROUPS}/{name}") };
		there.map(seen).collect()
	}

	/// Returns the directories that a group has, or would have: version one has a hierarchy for each controller.
	pub fn directories(&self, group: &str) -> Vec<PathBuf> {
		hierarchies(&self.root, self.version).iter().map(|hierarchy| below(hierarchy, group)).collect()
	}

	/// Makes the group of what the tier starts. Returns the file that takes processes in.
	///
	/// # Errors
	///
	/// If it cannot be made.
	pub fn programs(&self) -> io::Result<PathBuf> {
		let hierarchies = hierarchies(&self.root, self.version);
		// One is enough to end what is there: one that can do so at once, if there is one.
		let home = match self.version {
			Version::Two => Some(self.root.clone()),
			Version::One => {
				let named = |name: &str| hierarchies.iter().find(|path| path.ends_with(name)).cloned();
				["unified", "freezer", "memory"].into_iter().find_map(named)
			}
		};
		let group = below(&home.ok_or(io::ErrorKind::NotFound)?, &self.path(PROGRAMS));
		fs::create_dir_all(&group)?;
		Ok(group.join("cgroup.procs"))
	}

	/// Kills all that is in the group of a container now, if there is one.
	pub fn kill(&self, run: &str) {
		kill(&self.directories(&self.path(run)));
	}

	/// Ends all that is in the group of a container, and removes it, however it was left.
	///
	/// # Errors
	///
	/// If something goes on though it was killed.
	pub fn end(&self, run: &str) -> io::Result<()> {
		end(&self.directories(&self.path(run)), PATIENCE)
	}

	/// Ends all that is in the group of another tier, whose process is gone, and removes it. `tier` is what
	/// [`tier`](Self::tier) was there.
	///
	/// # Errors
	///
	/// If something goes on though it was killed.
	pub fn end_tier(&self, tier: &str) -> io::Result<()> {
		let tops = self.directories(tier);
		let subgroups = tops.iter().flat_map(|top| fs::read_dir(top).into_iter().flatten().flatten());
		let subgroups = subgroups.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
		end(&subgroups.map(|entry| entry.path()).chain(tops.clone()).collect::<Vec<_>>(), PATIENCE)
	}

	/// Returns what the kernel counted of a container's memory. Call it before the container's group is ended.
	///
	/// That the kernel killed a process for memory says nothing about whose memory was short: it kills the processes of
	/// containers, too, if the machine has no more, or a group above theirs. So it is the container's own doing only if its own
	/// limit was in the way. Version two counts those times, one for each process that it kills for them. Version one counts
	/// each time that a limit was met, also when something could be thrown away then; it does not tell more.
	pub fn memory(&self, run: &str) -> Memory {
		let (hierarchy, peak) = match self.version {
			Version::One => (self.root.join("memory"), "memory.max_usage_in_bytes"),
			Version::Two => (self.root.clone(), "memory.peak"),
		};
		let group = below(&hierarchy, &self.path(run));
		let read = |file: &str| fs::read_to_string(group.join(file)).unwrap_or_default();
		let number = |file: &str| read(file).trim().parse::<u64>().unwrap_or(0);
		let (kills, is_own) = match self.version {
			Version::One => {
				let met = ["memory.failcnt", "memory.memsw.failcnt"].into_iter().any(|file| number(file) > 0);
				(field(&read("memory.oom_control"), "oom_kill"), met)
			}
			Version::Two => {
				let events = read("memory.events");
				let kills = field(&events, "oom_kill");
				(kills, field(&events, "oom") >= kills)
			}
		};
		let shortage = if is_own { Shortage::OfContainer } else { Shortage::OfMachine };
		Memory { peak: number(peak), shortage: (kills > 0).then_some(shortage) }
	}
}

fn below(hierarchy: &Path, group: &str) -> PathBuf {
	hierarchy.join(group.trim_start_matches('/'))
}

/// Returns the hierarchies: one of version two; one for each controller of version one, and perhaps a bare one of version two
/// beside them. Names of several controllers are links to one hierarchy.
fn hierarchies(root: &Path, version: Version) -> Vec<PathBuf> {
	if version == Version::Two {
		return vec![root.into()];
	}
	let all = fs::read_dir(root).into_iter().flatten().flatten();
	all.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())).map(|entry| entry.path()).collect()
}

/// Returns the group of this process, if systemd delegated it to its unit, or else nothing. There, stopping the unit ends
/// all runs, and its limits hold for all of them.
fn delegated(root: &Path, version: Version, own: &str) -> String {
	let (prefix, hierarchy) = match version {
		Version::Two => ("0::", root.to_owned()),
		Version::One => ("name=systemd:", root.join("systemd")),
	};
	let path = own.lines().find_map(|line| line.split_once(prefix)).map_or("/", |(_, path)| path);
	let path = path.strip_suffix(BELOW_ITSELF).unwrap_or(path).trim_end_matches('/');
	let group = below(&hierarchy, path);
	let mut mark = [0; 1];
	let is_delegated = ["trusted.delegate", "user.delegate"]
		.iter()
		.any(|name| getxattr(&group, *name, &mut mark).is_ok() && &mark == b"1");
	if path.is_empty() || !is_delegated {
		return String::new();
	}
	if version == Version::Two {
		if let Err(error) = make_room(&group) {
			warn!("the control group of this unit cannot be used for runs: {error}");
			return String::new();
		}
	}
	path.to_owned()
}

/// Moves this process out of its group into one below it, as groups of version two that have groups with limits hold no
/// processes.
fn make_room(group: &Path) -> io::Result<()> {
	let itself = group.join(ITSELF);
	fs::create_dir_all(&itself)?;
	fs::write(itself.join("cgroup.procs"), std::process::id().to_string())
}

/// Kills all that is in these directories of groups, and below them where the kernel does that at once.
fn kill(directories: &[PathBuf]) {
	for directory in directories {
		// Linux 5.14, version two: also what forks at this moment.
		if fs::write(directory.join("cgroup.kill"), "1").is_ok() {
			continue;
		}
		// Version one: nothing forks in a frozen group, and what was killed ends as it thaws.
		let freezer = directory.join("freezer.state");
		let is_frozen = fs::write(&freezer, "FROZEN").is_ok();
		let processes = fs::read_to_string(directory.join("cgroup.procs")).unwrap_or_default();
		for process in processes.lines().filter_map(|line| line.parse().ok()).filter_map(Pid::from_raw) {
			// It may have ended by now.
			let _ = kill_process(process, Signal::KILL);
		}
		if is_frozen {
			let _ = fs::write(&freezer, "THAWED");
		}
	}
}

/// Kills what is in these directories of groups until none of it is left, and removes them.
fn end(directories: &[PathBuf], patience: Duration) -> io::Result<()> {
	let start = Instant::now();
	loop {
		let there: Vec<_> = directories.iter().filter(|directory| directory.is_dir()).cloned().collect();
		kill(&there);
		let mut left = None;
		for directory in &there {
			match fs::remove_dir(directory) {
				Err(error) if error.kind() != io::ErrorKind::NotFound => left = Some(error),
				_ => {}
			}
		}
		match left {
			None => return Ok(()),
			Some(error) if start.elapsed() > patience => return Err(error),
			Some(_) => thread::sleep(BETWEEN_KILLS),
		}
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

	fn version_two() -> tempfile::TempDir {
		let root = tempfile::tempdir().unwrap();
		write(root.path(), "cgroup.controllers", "cpuset cpu io memory hugetlb pids\n");
		root
	}

	#[test]
	fn version_one_is_read() {
		let root = tempfile::tempdir().unwrap();
		for controller in ["memory", "pids"] {
			fs::create_dir(root.path().join(controller)).unwrap();
		}
		let find = || Cgroups::find_in(root.path(), true, "3:pids:/\n1:name=systemd:/\n");
		assert!(matches!(find(), Err(Unavailable::NoCgroups(path)) if path.ends_with("cpu")));
		fs::create_dir(root.path().join("cpu")).unwrap();
		let groups = find().unwrap();
		assert!(!groups.swap && groups.tier().starts_with("/rlc/rlc-"), "{groups:?}");
		let group = format!("memory{}", groups.path("a"));
		write(root.path(), &format!("{group}/memory.max_usage_in_bytes"), "4096\n");
		for file in ["memory.failcnt", "memory.memsw.failcnt"] {
			write(root.path(), &format!("{group}/{file}"), "7\n");
			let shortage = |kills: u32| {
				let text = format!("oom_kill_disable 0\nunder_oom 0\noom_kill {kills}\n");
				write(root.path(), &format!("{group}/memory.oom_control"), &text);
				groups.memory("a")
			};
			assert_eq!(shortage(3), Memory { peak: 4096, shortage: Some(Shortage::OfContainer) }, "{file}");
			assert_eq!(shortage(0).shortage, None, "a limit alone ends nothing");
			write(root.path(), &format!("{group}/{file}"), "0\n");
			assert_eq!(shortage(3).shortage, Some(Shortage::OfMachine), "its limit was never met");
		}
		assert_eq!(groups.memory("b"), Memory::default());
		assert_eq!(groups.directories("/x").len(), 3);
		let seen: Vec<_> = groups.seen("a").into_iter().map(|seen| (seen.host, seen.path)).collect();
		let controller = |name: &str| {
			let host = root.path().join(name).join(groups.path("a").trim_start_matches('/'));
			(host, format!("/sys/fs/cgroup/{name}"))
		};
		assert_eq!(seen, ["memory", "cpu", "pids"].map(controller));
		assert!(groups.programs().unwrap().starts_with(root.path().join("memory")), "there is no freezer");
	}

	#[test]
	fn version_two_is_read() {
		let root = tempfile::tempdir().unwrap();
		write(root.path(), "cgroup.controllers", "cpuset cpu io memory hugetlb\n");
		assert!(Cgroups::find_in(root.path(), true, "0::/\n").is_err());
		let root = version_two();
		let groups = Cgroups::find_in(root.path(), true, "0::/\n").unwrap();
		assert!(groups.swap);
		let group = groups.path("a");
		let seen = GroupMount { host: root.path().join(&group[1..]), path: "/sys/fs/cgroup".into() };
		assert_eq!(groups.seen("a"), [seen]);
		write(root.path(), &format!("{}/memory.peak", &group[1..]), "8192\n");
		let shortage = |met: u32, kills: u32| {
			let events = format!("low 0\nhigh 0\nmax 9\noom {met}\noom_kill {kills}\noom_group_kill 0\n");
			write(root.path(), &format!("{}/memory.events", &group[1..]), &events);
			groups.memory("a")
		};
		assert_eq!(shortage(2, 1), Memory { peak: 8192, shortage: Some(Shortage::OfContainer) });
		assert_eq!((shortage(1, 1).shortage, shortage(2, 0).shortage), (Some(Shortage::OfContainer), None));
		assert_eq!(shortage(0, 1).shortage, Some(Shortage::OfMachine), "its limit was never met");
		assert_eq!(shortage(1, 2).shortage, Some(Shortage::OfMachine), "not for each process that was killed");
	}

	/// By files as the kernel has them: no kernel acts on them here, and they keep the group from being removed.
	#[test]
	fn version_two_is_killed_at_once() {
		let root = version_two();
		let groups = Cgroups::find_in(root.path(), false, "0::/\n").unwrap();
		let file = groups.directories(&groups.path("a"))[0].join("cgroup.kill");
		write(root.path(), file.strip_prefix(root.path()).unwrap().to_str().unwrap(), "");
		groups.kill("a");
		assert_eq!(fs::read_to_string(&file).unwrap(), "1");
		assert!(end(&groups.directories(&groups.path("a")), Duration::ZERO).is_err(), "something is left");
		assert!(groups.end("never there").is_ok());
	}

	#[test]
	fn group_that_is_not_delegated_is_left_alone() {
		let root = version_two();
		fs::create_dir_all(root.path().join("user.slice/session-1.scope")).unwrap();
		let groups = Cgroups::find_in(root.path(), false, "0::/user.slice/session-1.scope\n").unwrap();
		assert!(groups.tier().starts_with("/rlc/"), "{groups:?}");
		assert!(!root.path().join("user.slice/session-1.scope").join(ITSELF).exists());
	}

	#[test]
	fn delegated_group_has_runs_and_process_in_groups_of_their_own() {
		let root = version_two();
		let unit = root.path().join("system.slice/one.service");
		fs::create_dir_all(&unit).unwrap();
		if let Err(error) = rustix::fs::setxattr(&unit, "user.delegate", b"1", rustix::fs::XattrFlags::empty()) {
			rlc_testing::skip!("needs xattr: {error}");
		}
		for own in ["0::/system.slice/one.service\n", "0::/system.slice/one.service/itself\n"] {
			let groups = Cgroups::find_in(root.path(), false, own).unwrap();
			assert!(groups.tier().starts_with("/system.slice/one.service/rlc/"), "{groups:?}");
			let moved = fs::read_to_string(unit.join(ITSELF).join("cgroup.procs")).unwrap();
			assert_eq!(moved, std::process::id().to_string());
		}
	}
}
