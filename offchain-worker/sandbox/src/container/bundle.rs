//! What `runc` is told.

use std::path::Path;

use serde_json::{json, Value};

use super::seccomp;
use crate::{Limits, GUEST_INPUT, GUEST_OUTPUT};

/// The user and group `nobody` of most systems.
pub const USER: u32 = 65534;
/// The period in which processors are shared out, in µs.
const PERIOD: u64 = 100_000;
/// What the kernel tells of the machine, and what containers need not know.
const MASKED: [&str; 11] = [
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
	"/sys/firmware",
];
const READ_ONLY: [&str; 5] = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

/// A container to be.
pub struct Bundle<'a> {
	/// Its name.
	pub name: &'a str,
	/// The program and its arguments.
	pub args: &'a [String],
	/// `NAME=value` each.
	pub environment: &'a [String],
	/// Where the program starts.
	pub directory: &'a str,
	/// The root directory, on this machine.
	pub root: &'a Path,
	/// Other directories: where they are on this machine and in the container, and whether they can be written.
	pub mounts: &'a [(&'a Path, &'a str, bool)],
	/// What it may use.
	pub limits: &'a Limits,
	/// Whether memory on disk is to be counted too.
	pub swap: bool,
}

impl Bundle<'_> {
	/// The configuration, as the runtime specification of the Open Container Initiative has it.
	pub fn config(&self) -> Value {
		let capabilities = json!([]);
		// Files in memory count too, for who writes them first: OUT, /tmp and /dev/shm. So no task takes more than this.
		let most = self.limits.memory.min(i64::MAX as u64);
		let mut memory = json!({ "limit": most });
		if self.swap {
			memory["swap"] = json!(most);
		}
		// The network's is new and has no interface but its own loopback.
		let namespaces = ["pid", "network", "ipc", "uts", "mount"].map(|kind| json!({ "type": kind }));
		let quota = (f64::from(self.limits.cpus) * PERIOD as f64).max(1_000.0) as u64;
		json!({
			"ociVersion": "1.0.2",
			"hostname": "task",
			"root": { "path": self.root, "readonly": true },
			"process": {
				"terminal": false,
				"user": { "uid": USER, "gid": USER },
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
				],
				"oomScoreAdj": 500,
			},
			"mounts": self.mounts(),
			"linux": {
				"cgroupsPath": super::cgroups::path(self.name),
				"resources": {
					"devices": [{ "allow": false, "access": "rwm" }],
					"memory": memory,
					"cpu": { "quota": quota, "period": PERIOD },
					"pids": { "limit": self.limits.pids },
				},
				"namespaces": namespaces,
				"seccomp": seccomp::profile(),
				"maskedPaths": MASKED,
				"readonlyPaths": READ_ONLY,
			},
		})
	}

	fn mounts(&self) -> Vec<Value> {
		let tmpfs = |path: &str, options: &[&str]| {
			let options: Vec<_> = ["nosuid", "nodev"].iter().chain(options).collect();
			json!({ "destination": path, "type": "tmpfs", "source": "tmpfs", "options": options })
		};
		let mut mounts = vec![
			json!({
				"destination": "/proc", "type": "proc", "source": "proc", "options": ["nosuid", "nodev", "noexec"],
			}),
			json!({
				"destination": "/dev", "type": "tmpfs", "source": "tmpfs",
				"options": ["nosuid", "noexec", "mode=755", "size=64k"],
			}),
			tmpfs("/dev/shm", &["noexec", "mode=1777", "size=16m"]),
			tmpfs("/tmp", &["mode=1777", "size=64m"]),
		];
		for (source, destination, writable) in self.mounts {
			let access = if *writable { "rw" } else { "ro" };
			mounts.push(json!({
				"destination": destination, "type": "bind", "source": source,
				"options": ["rbind", "rprivate", "nosuid", "nodev", access],
			}));
		}
		mounts
	}
}

/// The mounts of IN and OUT.
pub fn mounts<'a>(input: &'a Path, output: &'a Path) -> [(&'a Path, &'a str, bool); 2] {
	[(input, GUEST_INPUT, false), (output, GUEST_OUTPUT, true)]
}
