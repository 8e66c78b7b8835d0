//! The system calls that apps may make.

use serde_json::{json, Value};

/// Those that may be made with any arguments.
const ALLOWED: &str = include_str!("seccomp.txt");
/// "No such call". Programs cope with it, as older kernels say so.
const ENOSYS: u32 = 38;

/// What an argument must be: its index, the bits that are looked at, and what they are.
type Argument = (u32, u64, u64);

/// All bits, and those of an `int`: the kernel ignores what is above.
const LONG: u64 = u64::MAX;
const INT: u64 = 0xffff_ffff;

/// `AF_UNIX`, `AF_INET`, `AF_INET6`, `AF_NETLINK`.
const UNIX: Argument = (0, INT, 1);
const INET: Argument = (0, INT, 2);
const INET6: Argument = (0, INT, 10);
const NETLINK: Argument = (0, INT, 16);
/// `SOCK_STREAM`, `SOCK_DGRAM`, `SOCK_RAW`, `SOCK_SEQPACKET`, with any flags.
const STREAM: Argument = (1, SOCKET_TYPE, 1);
const DATAGRAM: Argument = (1, SOCKET_TYPE, 2);
const RAW: Argument = (1, SOCKET_TYPE, 3);
const SEQUENCE: Argument = (1, SOCKET_TYPE, 5);
const SOCKET_TYPE: u64 = INT & !FLAGS;
/// `SOCK_CLOEXEC`, `SOCK_NONBLOCK`.
const FLAGS: u64 = 0o2_004_000;
/// Which protocol of the kind, as there are kinds of streams and of datagrams beside TCP and UDP: `0`, which is these two;
/// `IPPROTO_TCP`; `IPPROTO_UDP`. For any other, such as SCTP, the kernel loads a module for any program that asks,
/// however few rights it has.
const USUAL: Argument = (2, INT, 0);
const TCP: Argument = (2, INT, 6);
const UDP: Argument = (2, INT, 17);
/// `NETLINK_ROUTE`, by which programs list the interfaces.
const ROUTE: Argument = (2, INT, 0);
/// All of `CLONE_NEWNS`, `NEWCGROUP`, `NEWUTS`, `NEWIPC`, `NEWUSER`, `NEWPID`, `NEWNET`: namespaces. `clone3`, whose flags
/// no filter sees, is not there; programs fall back to `clone`.
const NEW_NAMESPACES: u64 = 0x7e02_0000;
/// `S_IFMT`, and of it a plain file in both ways to say it, a pipe, a socket: anything but a device.
const KIND: u64 = 0o170_000;
const FILES: [u64; 4] = [0, 0o100_000, 0o010_000, 0o140_000];
/// `PER_LINUX`, `PER_LINUX32`, both with `UNAME26`, and the question.
const PERSONALITIES: [u64; 5] = [0, 8, 0x2_0000, 0x2_0008, 0xffff_ffff];
/// `TIOCSETD`, which changes what the kernel makes of the bytes of a terminal: code for modems and radios, with a history of
/// holes, whose modules the kernel loads for anyone who asks. A run has terminals of its own.
const SET_DISCIPLINE: u64 = 0x5423;

/// `MAP_HUGETLB`, `MFD_HUGETLB`, `SHM_HUGETLB`: pages that a machine may have set apart, which no limit of memory counts, and which
/// are there on some machines only.
const HUGE_MAPPING: Argument = (3, 0x4_0000, 0);
const HUGE_FILE: Argument = (1, 4, 0);
const HUGE_SEGMENT: Argument = (2, 0o4_000, 0);

/// Returns the calls that may be made with some arguments. Each line is one way to make them.
fn restricted() -> Vec<(&'static str, Vec<Argument>)> {
	let mut calls = vec![
		("socket", vec![UNIX, STREAM]),
		("socket", vec![UNIX, DATAGRAM]),
		("socket", vec![UNIX, SEQUENCE]),
		("socket", vec![NETLINK, RAW, ROUTE]),
		("socket", vec![NETLINK, DATAGRAM, ROUTE]),
		("socketpair", vec![UNIX]),
		("clone", vec![(0, NEW_NAMESPACES, 0)]),
		("mmap", vec![HUGE_MAPPING]),
		("memfd_create", vec![HUGE_FILE]),
		("shmget", vec![HUGE_SEGMENT]),
	];
	for family in [INET, INET6] {
		for (kind, protocol) in [(STREAM, USUAL), (STREAM, TCP), (DATAGRAM, USUAL), (DATAGRAM, UDP)] {
			calls.push(("socket", vec![family, kind, protocol]));
		}
	}
	calls.extend(FILES.map(|kind| ("mknod", vec![(1, KIND, kind)])));
	calls.extend(FILES.map(|kind| ("mknodat", vec![(2, KIND, kind)])));
	calls.extend(PERSONALITIES.map(|personality| ("personality", vec![(0, LONG, personality)])));
	// All but one: a filter cannot say so of some bits of an argument alone. So a request differs from it in one bit, or another.
	calls.extend((0..32).map(|bit| 1 << bit).map(|bit| ("ioctl", vec![(1, bit, !SET_DISCIPLINE & bit)])));
	calls
}

fn allowed() -> Vec<&'static str> {
	let lines = ALLOWED.lines().filter(|line| !line.starts_with('#'));
	lines.flat_map(str::split_whitespace).collect()
}

/// Returns the profile, as the runtime specification has it.
pub fn profile() -> Value {
	let mut calls = vec![json!({ "names": allowed(), "action": "SCMP_ACT_ALLOW" })];
	calls.extend(restricted().iter().map(|(name, arguments)| {
		let arguments: Vec<_> = arguments
			.iter()
			.map(
				|(index, bits, value)| json!({ "index": index, "value": bits, "valueTwo": value, "op": "SCMP_CMP_MASKED_EQ" }),
			)
			.collect();
		json!({ "names": [name], "action": "SCMP_ACT_ALLOW", "args": arguments })
	}));
	// No architecture is named, so it is the machine's own alone: 32-bit calls, which would get around the restrictions, end
	// the program.
	json!({ "defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": ENOSYS, "syscalls": calls })
}

#[cfg(test)]
mod tests;
