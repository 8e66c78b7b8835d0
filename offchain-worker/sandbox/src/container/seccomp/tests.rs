//! The list, beside the containers project's.

use std::{collections::HashSet, env, fs, path::PathBuf};

use rlc_testing::skip;
use serde::Deserialize;

use super::*;

/// The profile of the containers project: `containers-common`, as Debian ships it.
#[derive(Deserialize)]
struct Theirs {
	syscalls: Vec<Rule>,
}

#[derive(Deserialize)]
struct Rule {
	names: Vec<String>,
	action: String,
	args: Option<Vec<Condition>>,
	#[serde(default)]
	includes: When,
	#[serde(default)]
	excludes: When,
}

/// When a rule counts, or does not.
#[derive(Default, Deserialize)]
#[serde(default)]
struct When {
	caps: Vec<String>,
	arches: Vec<String>,
}

#[derive(Deserialize)]
struct Condition {
	index: u32,
	value: u64,
	op: String,
}

impl Rule {
	/// Returns whether it counts for a program without capabilities.
	fn counts(&self) -> bool {
		let here = match env::consts::ARCH {
			"x86_64" => "amd64",
			"aarch64" => "arm64",
			other => other,
		};
		let is_here = |arches: &[String]| arches.iter().any(|arch| arch == here);
		self.includes.caps.is_empty()
			&& (self.includes.arches.is_empty() || is_here(&self.includes.arches))
			&& !is_here(&self.excludes.arches)
	}

	fn is_unconditional(&self) -> bool {
		self.args.as_ref().is_none_or(Vec::is_empty)
	}

	/// Returns whether its conditions hold whenever the arguments are as these say.
	fn holds_for(&self, arguments: &[Argument]) -> bool {
		self.args.iter().flatten().all(|condition| {
			arguments.iter().filter(|(index, ..)| *index == condition.index).any(|(_, bits, value)| {
				match condition.op.as_str() {
					"SCMP_CMP_EQ" => *bits == LONG && *value == condition.value,
					"SCMP_CMP_NE" => condition.value & bits != *value,
					op => panic!("{op}?"),
				}
			})
		})
	}
}

impl Theirs {
	/// Reads it from where the package has it, or `scripts/setup.sh --test` has put it.
	fn find() -> Option<Self> {
		let data = env::var_os("XDG_DATA_HOME").map(PathBuf::from);
		let data = data.or_else(|| env::home_dir().map(|home| home.join(".local/share")));
		let ours = data.map(|data| data.join("rlc/seccomp.json"));
		let text = [Some("/usr/share/containers/seccomp.json".into()), ours]
			.into_iter()
			.flatten()
			.find_map(|path| fs::read_to_string(path).ok())?;
		Some(serde_json::from_str(&text).unwrap())
	}

	/// Returns whether it allows a call without capabilities, whenever its arguments are as these say.
	fn allows(&self, name: &str, arguments: &[Argument]) -> bool {
		let rules = || self.syscalls.iter().filter(|rule| rule.counts() && rule.names.iter().any(|one| one == name));
		let is_refused = rules().any(|rule| rule.action != "SCMP_ACT_ALLOW" && rule.is_unconditional());
		!is_refused && rules().any(|rule| rule.action == "SCMP_ACT_ALLOW" && rule.holds_for(arguments))
	}
}

#[test]
fn nothing_is_allowed_that_the_containers_project_does_not_allow() {
	let Some(theirs) = Theirs::find() else {
		skip!("needs seccomp: there is no seccomp.json; run scripts/setup.sh --test")
	};
	// It is read as it is meant.
	assert!(theirs.allows("read", &[]) && theirs.allows("personality", &[(0, LONG, 0)]));
	assert!(!theirs.allows("personality", &[]) && !theirs.allows("bpf", &[]) && !theirs.allows("none", &[]));
	assert!(theirs.allows("socket", &[(0, INT, 1)]) && !theirs.allows("socket", &[]), "NETLINK_AUDIT");
	for name in allowed() {
		// Names of other architectures are no calls here.
		assert!(theirs.allows(name, &[]) || (name == "arch_prctl" && cfg!(not(target_arch = "x86_64"))), "{name}");
	}
	for (name, arguments) in restricted() {
		assert!(theirs.allows(name, &arguments), "{name} {arguments:?}");
	}
}

#[test]
fn each_call_is_named_once() {
	let names = allowed();
	let unique: HashSet<_> = names.iter().collect();
	assert_eq!(unique.len(), names.len());
	for (name, _) in restricted() {
		assert!(!unique.contains(&name), "{name} is restricted, so it cannot be allowed");
	}
}

/// Returns whether the profile lets a program make a call with these arguments, as the kernel applies it.
fn lets<const N: usize>(call: &str, arguments: [u64; N]) -> bool {
	let profile = profile();
	let rules = profile["syscalls"].as_array().unwrap();
	let mut named = rules.iter().filter(|rule| rule["names"].as_array().unwrap().iter().any(|name| name == call));
	named.any(|rule| {
		rule["args"].as_array().into_iter().flatten().all(|condition| {
			assert_eq!(condition["op"], "SCMP_CMP_MASKED_EQ");
			let [index, bits, value] = ["index", "value", "valueTwo"].map(|name| condition[name].as_u64().unwrap());
			arguments[index as usize] & bits == value
		})
	})
}

#[test]
fn sockets_of_the_internet_are_of_tcp_and_udp() {
	// `SOCK_CLOEXEC` and `SOCK_NONBLOCK` change nothing, nor do bits that the kernel does not read.
	for (flags, above) in [(0, 0), (FLAGS, 0), (0o2_000_000, 1 << 32)] {
		for family in [2, 10] {
			let socket = |kind: u64, protocol: u64| lets("socket", [family | above, kind | flags, protocol | above]);
			assert!(socket(1, 0) && socket(1, 6) && socket(2, 0) && socket(2, 17), "{family} {flags:o}");
			// Streams: SCTP, SMC, MPTCP, and any other; datagrams: ping, L2TP, UDP-Lite.
			for protocol in [1, 17, 33, 132, 256, 262] {
				assert!(!socket(1, protocol), "{family} {flags:o} {protocol}");
			}
			for protocol in [1, 6, 58, 115, 136] {
				assert!(!socket(2, protocol), "{family} {flags:o} {protocol}");
			}
			// Raw, DCCP, and SCTP of its own kind.
			assert!([3, 5, 6].into_iter().all(|kind| !socket(kind, 0)), "{family} {flags:o}");
		}
	}
	assert!(lets("socket", [1, 1, 0]) && lets("socket", [16, 3, 0]) && !lets("socket", [16, 3, 16]));
}

#[test]
fn all_is_asked_of_a_terminal_but_another_line_discipline() {
	for above in [0, 1 << 32, u64::MAX << 32] {
		assert!(!lets("ioctl", [3, SET_DISCIPLINE | above, 0]));
		// `TCGETS`, `TIOCGWINSZ`, `TIOCGETD`, `FIONREAD`, and a device's own.
		for request in [0, 0x5401, 0x5413, 0x5424, 0x541b, 0xc030_5423, 0xffff_ffff] {
			assert!(lets("ioctl", [3, request | above, 0]), "{request:x}");
		}
	}
}

#[test]
fn pages_that_no_limit_counts_are_not_there() {
	// `MAP_PRIVATE`, `MAP_ANONYMOUS`, `MAP_NORESERVE`; `MFD_CLOEXEC`, `MFD_ALLOW_SEALING`; `IPC_CREAT`.
	let calls = |huge: bool| {
		let with = |usual: u64, bit: u64| usual | if huge { bit } else { 0 };
		[
			lets("mmap", [0, 4_096, 3, with(0x4022, 0x4_0000)]),
			lets("memfd_create", [0, with(3, 4)]),
			lets("shmget", [0, 4_096, with(0o1_600, 0o4_000)]),
		]
	};
	assert_eq!((calls(false), calls(true)), ([true; 3], [false; 3]));
	// Of two megabytes, and of one gigabyte.
	assert!(!lets("mmap", [0, 4_096, 3, 0x4_0022 | (21 << 26)]) && !lets("memfd_create", [0, 4 | (30 << 26)]));
}

#[test]
fn programs_can_be_what_the_containers_project_lets_them_be() {
	for personality in [0, 8, 0x2_0000, 0x2_0008, 0xffff_ffff] {
		assert!(lets("personality", [personality, 0, 0]), "{personality:x}");
	}
	// `ADDR_NO_RANDOMIZE`, `READ_IMPLIES_EXEC`.
	for personality in [0x4_0000, 0x40_0000, 0x4_0008, 1 << 32] {
		assert!(!lets("personality", [personality, 0, 0]), "{personality:x}");
	}
}

#[test]
fn what_has_a_history_of_holes_is_not_there() {
	let profile = profile();
	assert_eq!(profile["defaultAction"], "SCMP_ACT_ERRNO");
	assert_eq!(profile["architectures"], Value::Null);
	let names: HashSet<_> = allowed().into_iter().chain(restricted().into_iter().map(|(name, _)| name)).collect();
	let holes =
		"add_key bpf clone3 delete_module finit_module fsmount fsopen init_module io_uring_setup kexec_load keyctl \
		mount mount_setattr move_mount name_to_handle_at open_by_handle_at open_tree perf_event_open pivot_root reboot \
		request_key setns socketcall umount2 unshare userfaultfd vmsplice";
	for name in holes.split_whitespace() {
		assert!(!names.contains(name), "{name}");
	}
}
