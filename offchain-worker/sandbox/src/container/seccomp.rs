//! System calls that no app needs.

use serde_json::{json, Value};

/// Calls that change the machine or other processes, or have a history of holes. The kernel refuses most of them without
/// capabilities anyway; this is the second wall.
const DENIED: &[&str] = &[
	"_sysctl",
	"acct",
	"add_key",
	"adjtimex",
	"bpf",
	"chroot",
	"clock_adjtime",
	"clock_settime",
	"create_module",
	"delete_module",
	"fanotify_init",
	"finit_module",
	"fsconfig",
	"fsmount",
	"fsopen",
	"fspick",
	"get_kernel_syms",
	"init_module",
	"io_uring_enter",
	"io_uring_register",
	"io_uring_setup",
	"ioperm",
	"iopl",
	"kexec_file_load",
	"kexec_load",
	"keyctl",
	"lookup_dcookie",
	"mount",
	"mount_setattr",
	"move_mount",
	"name_to_handle_at",
	"nfsservctl",
	"open_by_handle_at",
	"open_tree",
	"perf_event_open",
	"personality",
	"pivot_root",
	"process_vm_readv",
	"process_vm_writev",
	"ptrace",
	"query_module",
	"quotactl",
	"quotactl_fd",
	"reboot",
	"request_key",
	"setdomainname",
	"sethostname",
	"setns",
	"settimeofday",
	"stime",
	"swapoff",
	"swapon",
	"sysfs",
	"syslog",
	"umount",
	"umount2",
	"unshare",
	"uselib",
	"userfaultfd",
	"ustat",
	"vhangup",
	"vm86",
	"vm86old",
];
/// "Not permitted", and "no such call".
const EPERM: u32 = 1;
const ENOSYS: u32 = 38;
/// `clone` that makes namespaces: `CLONE_NEWNS`, `NEWCGROUP`, `NEWUTS`, `NEWIPC`, `NEWUSER`, `NEWPID`, `NEWNET`.
const NEW_NAMESPACES: [u64; 7] =
	[0x0002_0000, 0x0200_0000, 0x0400_0000, 0x0800_0000, 0x1000_0000, 0x2000_0000, 0x4000_0000];

/// Returns a profile that allows all other calls.
pub fn profile() -> Value {
	let mut calls = vec![
		json!({ "names": DENIED, "action": "SCMP_ACT_ERRNO", "errnoRet": EPERM }),
		// Its flags are in memory, where no filter sees them; programs fall back to clone.
		json!({ "names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": ENOSYS }),
	];
	calls.extend(NEW_NAMESPACES.map(|flag| {
		json!({
			"names": ["clone"], "action": "SCMP_ACT_ERRNO", "errnoRet": EPERM,
			"args": [{ "index": 0, "value": flag, "valueTwo": flag, "op": "SCMP_CMP_MASKED_EQ" }],
		})
	}));
	// Calls of any other architecture end the program.
	let architectures: &[&str] = match std::env::consts::ARCH {
		"x86_64" => &["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
		"aarch64" => &["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"],
		// The machine's own, by default.
		_ => &[],
	};
	json!({ "defaultAction": "SCMP_ACT_ALLOW", "architectures": architectures, "syscalls": calls })
}
