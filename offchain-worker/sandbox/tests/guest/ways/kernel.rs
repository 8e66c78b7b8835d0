//! What changes the kernel, or asks much of it.

use std::{
	fs::{self, File},
	io::{self, Read},
	path::Path,
};

use super::{at, calls::*};

const SESSION: usize = -3_i32 as usize;
const PROCESS: usize = -2_i32 as usize;
const TIOCSETD: usize = 0x5423;
const S_IFCHR: usize = 0o020_000;
const S_IFBLK: usize = 0o060_000;

pub fn attempt(name: &str) -> Option<Tried> {
	Some(match name {
		"add-key" => does(ADD_KEY, [path("user"), path("rlc"), path("x"), 1, PROCESS]),
		"keyctl" => does(KEYCTL, [0, SESSION, 1]),
		"request-key" => reaches(does(REQUEST_KEY, [path("user"), path("rlc-none"), 0, 0]), &[ENOKEY]),
		"io-uring" => does(IO_URING_SETUP, [1, [0_u64; 16].as_mut_ptr() as usize]),
		// An array of one element.
		"bpf" => does(BPF, [0, pointer(&[2_u32, 4, 4, 1]), 16]),
		// The clock of a processor, for this process.
		"perf" => {
			does(PERF_EVENT_OPEN, [pointer(&[1 | 64_u64 << 32, 0, 0, 0, 0, 0, 0, 0]), 0, usize::MAX, usize::MAX, 0])
		}
		"userfaultfd" => does(USERFAULTFD, [0o2_000_000 | 1]),
		"vmsplice" => vmsplice(),
		// More parts than a kernel can have.
		"kexec" => reaches(does(KEXEC_LOAD, [0, 17, 0, 0]), &[EINVAL]),
		"init-module" => reaches(does(INIT_MODULE, [pointer(&0_u8), 0, path("")]), &[ENOEXEC]),
		"finit-module" => reaches(does(FINIT_MODULE, [usize::MAX, path(""), 0]), &[EBADF]),
		"delete-module" => reaches(does(DELETE_MODULE, [path("rlc_none"), 0]), &[ENOENT]),
		"syslog" => does(SYSLOG, [3, [0_u8; 64].as_mut_ptr() as usize, 64]),
		// Without the second of the numbers that mean it.
		"reboot" => reaches(does(REBOOT, [0xfee1_dead, 0, 0, 0]), &[EINVAL]),
		// To no other time.
		"settimeofday" => does(SETTIMEOFDAY, [0, 0]),
		"clock-adjtime" => adjust_clock(),
		"personality" => does(PERSONALITY, [0x0040_0000]),
		"iopl" => on_x86(172, [3, 0]),
		"modify-ldt" => on_x86(154, [0, [0_u64; 2].as_mut_ptr() as usize, 16]),
		"call-32" => old::call_32(),
		"call-x32" => on_x86(0x4000_0000 + 39, []),
		"mknod-char" => mknod("char", S_IFCHR, 0x0103),
		"mknod-block" => mknod("block", S_IFBLK, 0x0800),
		"open-disk" => open_disk(),
		"open-kmsg" => opens_to_write("/dev/kmsg"),
		"open-mem" => opens("/dev/mem"),
		"open-tun" => opens("/dev/net/tun"),
		"line-discipline" => line_discipline(),
		"open-fuse" => opens("/dev/fuse"),
		"core-pattern" => opens_to_write("/proc/sys/kernel/core_pattern"),
		"modprobe-path" => opens_to_write("/proc/sys/kernel/modprobe"),
		"sysctl" => opens_to_write("/proc/sys/vm/overcommit_memory"),
		"sysrq" => opens_to_write("/proc/sysrq-trigger"),
		"uevent-helper" => opens_to_write("/sys/kernel/uevent_helper"),
		"power-state" => opens_to_write("/sys/power/state"),
		"kcore" => reads("/proc/kcore"),
		"kmsg" => opens("/proc/kmsg"),
		"proc-keys" => reads("/proc/keys"),
		"cgroup-procs" => in_cgroups("cgroup.procs"),
		"release-agent" => in_cgroups("release_agent"),
		"cgroup-name" => cgroup_name(),
		_ => return None,
	})
}

/// Makes a call that only x86-64 has.
fn on_x86<const N: usize>(number: i64, arguments: [usize; N]) -> Tried {
	if cfg!(target_arch = "x86_64") {
		does(number, arguments)
	} else {
		Err(0)
	}
}

mod old {
	use super::Tried;

	/// Asks for the number of this process, as programs of 32 bits do.
	#[cfg(target_arch = "x86_64")]
	pub fn call_32() -> Tried {
		let mut result = 20_isize;
		unsafe {
			std::arch::asm!("int 0x80", inout("rax") result, out("r8") _, out("r9") _, out("r10") _, out("r11") _)
		};
		if result > 0 {
			Ok(())
		} else {
			Err(-result as i32)
		}
	}

	#[cfg(not(target_arch = "x86_64"))]
	pub fn call_32() -> Tried {
		Err(0)
	}
}

fn vmsplice() -> Tried {
	let (_reader, writer) = io::pipe().map_err(number)?;
	let page = [0_u8; 64];
	does(VMSPLICE, [descriptor(&writer), pointer(&[pointer(&page), page.len()]), 1, 0])
}

/// Sets the clock's speed to what it is.
fn adjust_clock() -> Tried {
	let mut clock = [0_u64; 32];
	does(ADJTIMEX, [clock.as_mut_ptr() as usize])?;
	// `ADJ_FREQUENCY`.
	clock[0] = 2;
	does(ADJTIMEX, [clock.as_mut_ptr() as usize])
}

fn mknod(name: &str, kind: usize, device: usize) -> Tried {
	does(MKNODAT, [HERE, path(at("WAYS_OUT", name)), kind | 0o600, device])
}

/// Sets that of a terminal to what it is.
fn line_discipline() -> Tried {
	let terminal = File::options().read(true).write(true).open("/dev/ptmx").map_err(number)?;
	does(IOCTL, [descriptor(&terminal), TIOCSETD, pointer(&0_i32)])
}

fn open_disk() -> Tried {
	let partitions = fs::read_to_string("/proc/partitions").map_err(number)?;
	let names = partitions.lines().skip(2).filter_map(|line| line.split_whitespace().nth(3));
	let mut why = Err(ENOENT);
	for name in names {
		match opens(format!("/dev/{name}")) {
			Ok(()) => return Ok(()),
			error => why = error,
		}
	}
	why
}

fn reads(path: &str) -> Tried {
	let mut first = [0];
	match File::open(path).and_then(|mut file| file.read(&mut first)).map_err(number)? {
		0 => Err(0),
		_ => Ok(()),
	}
}

/// Opens a file of one of the groups, wherever they are mounted.
fn in_cgroups(name: &str) -> Tried {
	let root = Path::new("/sys/fs/cgroup");
	let below = fs::read_dir(root).map_err(number)?.flatten().map(|entry| entry.path());
	let files = [root.to_owned()].into_iter().chain(below).map(|group| group.join(name));
	let mut why = Err(ENOENT);
	for file in files {
		match opens_to_write(file) {
			Ok(()) => return Ok(()),
			error => why = error,
		}
	}
	why
}

fn cgroup_name() -> Tried {
	let groups = fs::read_to_string("/proc/self/cgroup").map_err(number)?;
	match groups.lines().all(|line| line.ends_with(":/")) {
		true => Err(0),
		false => Ok(()),
	}
}
