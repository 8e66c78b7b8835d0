//! What `runc` is told.

use std::path::Path;

use serde_json::{json, Value};

use super::{
	cgroups::{quota, GroupMount, PERIOD},
	devices::Layer,
	hosts,
	ids::Ids,
	mounts, scratch, seccomp, sys,
};
use crate::{image::User, Limits};

/// How many terminals a run can have: the kernel has some thousand for all.
const TERMINALS: u32 = 64;
/// How large a program's stack may be, in bytes: what is usual for Linux, whatever this machine has. How deep a program recurses
/// depends on it, and a quarter of it is for arguments and variables.
const STACK: u64 = 8 << 20;
/// What the kernel tells of the machine that containers need not know.
const MASKED: [&str; 10] = [
	"/proc/acpi",
	"/proc/asound",
	"/proc/interrupts",
	"/proc/kcore",
	"/proc/keys",
	"/proc/latency_stats",
	"/proc/sched_debug",
	"/proc/scsi",
	"/proc/timer_list",
	"/proc/timer_stats",
];
const READ_ONLY: [&str; 5] = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

/// A container to be.
pub struct Bundle<'a> {
	/// Its name.
	pub name: &'a str,
	/// Its control group.
	pub group: &'a str,
	/// The program and its arguments.
	pub args: &'a [String],
	/// `NAME=value` each.
	pub environment: &'a [String],
	/// The directory in which the program starts.
	pub directory: &'a str,
	/// Who the app is.
	pub user: &'a User,
	/// Its users on this machine. Its root directory is where its mounts are.
	pub ids: &'a Ids,
	/// Other directories and files: where they are on this machine and in the container, and whether they can be written.
	pub mounts: &'a [(&'a Path, &'a str, bool)],
	/// What it sees of its control group.
	pub seen: &'a [GroupMount],
	/// What it may use.
	pub limits: &'a Limits,
	/// The network's namespace, as a file. `None`: a new one, with no interface but its own loopback.
	pub network: Option<&'a Path>,
	/// What it has of this machine's devices.
	pub layer: Option<&'a Layer>,
	/// Whether memory on disk is to be counted too.
	pub swap: bool,
}

impl Bundle<'_> {
	/// Returns the configuration, as the runtime specification of the Open Container Initiative has it.
	pub fn config(&self) -> Value {
		let capabilities = json!([]);
		// Files in memory count too, for the group that writes them first: OUT, and all else that is written. So no task takes
		// more.
		let most = self.limits.memory.min(i64::MAX as u64);
		let mut memory = json!({ "limit": most });
		if self.swap {
			memory["swap"] = json!(most);
		}
		let mut namespaces: Vec<Value> =
			["pid", "ipc", "uts", "mount", "user", "cgroup"].map(|kind| json!({ "type": kind })).into();
		namespaces.push(match self.network {
			None => json!({ "type": "network" }),
			Some(path) => json!({ "type": "network", "path": path }),
		});
		let mut may_open = vec![json!({ "allow": false, "access": "rwm" })];
		may_open.extend(self.layer.iter().flat_map(|layer| layer.rules()));
		let [users, groups] = self.ids.mappings(self.user);
		json!({
			"ociVersion": "1.0.2",
			"hostname": hosts::NAME,
			// A layer of the run's own.
			"root": { "path": mounts::root(self.name), "readonly": false },
			"process": {
				"terminal": false,
				// Not what this process has.
				"user": { "uid": self.user.uid, "gid": self.user.gid, "umask": 0o022 },
				"args": self.args,
				"env": self.environment,
				"cwd": self.directory,
				"noNewPrivileges": true,
				"capabilities": {
					"bounding": capabilities, "effective": capabilities, "inheritable": capabilities,
					"permitted": capabilities, "ambient": capabilities,
				},
				"rlimits": [
					{ "type": "RLIMIT_CORE", "soft": 0, "hard": 0 },
					{ "type": "RLIMIT_NOFILE", "soft": 1024, "hard": 4096 },
					{ "type": "RLIMIT_STACK", "soft": STACK, "hard": STACK },
				],
				"oomScoreAdj": 500,
			},
			"mounts": self.mounts(),
			"linux": {
				"cgroupsPath": self.group,
				"resources": {
					"devices": may_open,
					"memory": memory,
					"cpu": { "quota": quota(self.limits.cpus), "period": PERIOD },
					"pids": { "limit": self.limits.pids },
				},
				"namespaces": namespaces,
				"uidMappings": users,
				"gidMappings": groups,
				"seccomp": seccomp::profile(),
				"maskedPaths": MASKED,
				"readonlyPaths": READ_ONLY,
			},
		})
	}

	fn mounts(&self) -> Vec<Value> {
		let own = mounts::scratch(self.name);
		let mut mounts = vec![
			json!({
				"destination": "/proc", "type": "proc", "source": "proc", "options": ["nosuid", "nodev", "noexec"],
			}),
			json!({
				"destination": "/dev", "type": "tmpfs", "source": "tmpfs",
				"options": ["nosuid", "noexec", "mode=755", "size=64k"],
			}),
			json!({
				"destination": "/dev/pts", "type": "devpts", "source": "devpts",
				"options":
					["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", format!("max={TERMINALS}")],
			}),
			bind(&scratch::shm(&own), "/dev/shm", &["noexec", "rw"]),
			bind(&scratch::sys(&own), sys::SYS, &["noexec", "ro"]),
		];
		mounts.extend(self.seen.iter().map(|seen| bind(&seen.host, &seen.path, &["noexec", "ro"])));
		for (source, destination, writable) in self.mounts {
			mounts.push(bind(source, destination, if *writable { &["rw"] } else { &["ro"] }));
		}
		mounts.extend(self.layer.iter().flat_map(|layer| layer.mounts()));
		mounts
	}
}

fn bind(source: &Path, destination: &str, more: &[&str]) -> Value {
	let options: Vec<_> = ["rbind", "rprivate", "nosuid", "nodev"].iter().chain(more).collect();
	json!({ "destination": destination, "type": "bind", "source": source, "options": options })
}

#[cfg(test)]
mod tests {
	use super::*;

	fn config(network: Option<&Path>) -> Value {
		let (ids, user) = (Ids::fixed(100_000), User::default());
		let group = GroupMount { host: "/sys/fs/cgroup/rlc/tier/name".into(), path: "/sys/fs/cgroup".into() };
		Bundle {
			name: "name",
			group: "/rlc/tier/name",
			args: &["app".into()],
			environment: &[],
			directory: "/",
			user: &user,
			ids: &ids,
			mounts: &[(Path::new("/runs/name/out"), "/iexec_out", true), (Path::new("/in"), "/iexec_in", false)],
			seen: &[group],
			limits: &Limits::default(),
			network,
			layer: None,
			swap: false,
		}
		.config()
	}

	fn network(config: &Value) -> &Value {
		let namespaces = config["linux"]["namespaces"].as_array().unwrap();
		namespaces.iter().find(|namespace| namespace["type"] == "network").unwrap()
	}

	#[test]
	fn what_is_not_granted_is_not_there() {
		let config = config(None);
		assert_eq!(network(&config), &json!({ "type": "network" }), "a new one");
		assert_eq!(config["linux"]["resources"]["devices"], json!([{ "allow": false, "access": "rwm" }]));
	}

	#[test]
	fn limits_of_its_processes_are_not_those_of_this_one() {
		let limits = config(None)["process"]["rlimits"].clone();
		let names: Vec<_> = limits.as_array().unwrap().iter().map(|limit| limit["type"].clone()).collect();
		assert_eq!(names, ["RLIMIT_CORE", "RLIMIT_NOFILE", "RLIMIT_STACK"]);
		let stack = json!(8 << 20);
		assert_eq!((&limits[2]["soft"], &limits[2]["hard"]), (&stack, &stack));
	}

	#[test]
	fn network_that_is_granted_is_named() {
		let config = config(Some(Path::new("/runs/name/network")));
		assert_eq!(network(&config), &json!({ "type": "network", "path": "/runs/name/network" }));
	}

	#[test]
	fn only_what_is_the_runs_own_can_be_written() {
		let config = config(None);
		let mounts = config["mounts"].as_array().unwrap();
		let binds = mounts.iter().filter(|mount| mount["type"] == "bind");
		let has = |mount: &Value, option: &str| mount["options"].as_array().unwrap().contains(&json!(option));
		let (writable, others): (Vec<_>, Vec<_>) = binds.partition(|mount| has(mount, "rw"));
		let paths = |mounts: &[&Value]| -> Vec<_> { mounts.iter().map(|mount| mount["destination"].clone()).collect() };
		assert_eq!(paths(&writable), ["/dev/shm", "/iexec_out"]);
		assert_eq!(paths(&others), ["/sys", "/sys/fs/cgroup", "/iexec_in"]);
		assert!(others.iter().all(|mount| has(mount, "ro")));
		assert_eq!(config["root"], json!({ "path": mounts::root("name"), "readonly": false }));
		assert_eq!(config["process"]["user"], json!({ "uid": 65534, "gid": 65534, "umask": 18 }), "not this process's");
	}

	#[test]
	fn namespaces_are_its_own() {
		let config = config(None);
		for kind in ["pid", "ipc", "uts", "mount", "user", "cgroup", "network"] {
			let namespaces = config["linux"]["namespaces"].as_array().unwrap();
			assert!(namespaces.contains(&json!({ "type": kind })), "{kind}");
		}
		assert_eq!(config["linux"]["uidMappings"][1], json!({ "containerID": 65534, "hostID": 100_001, "size": 1 }));
	}
}
