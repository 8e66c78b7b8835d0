//! Rights, processes outside, and those of one run.

use std::{
	ffi::c_int,
	fs,
	io::{self, Read, Write},
	os::unix::process::CommandExt,
	process::{self, Command},
	thread,
	time::Duration,
};

use super::{at, calls::*, told};

const SIGKILL: usize = 9;
const TIOCSTI: usize = 0x5412;
const CAP_SYS_ADMIN: u32 = 1 << 21;
const PTRACE_PEEKDATA: usize = 2;
const PTRACE_ATTACH: usize = 16;
const PTRACE_DETACH: usize = 17;
const PTRACE_SEIZE: usize = 0x4206;
/// How many processes a fork bomb makes here.
const BOMB: usize = 600;

extern "C" {
	fn fork() -> c_int;
	fn geteuid() -> u32;
	fn pause() -> c_int;
	fn setpgid(process: c_int, group: c_int) -> c_int;
	fn waitpid(process: c_int, status: *mut c_int, options: c_int) -> c_int;
}

pub fn attempt(name: &str) -> Option<Tried> {
	Some(match name {
		"setuid" => does(SETUID, [0]),
		"setgroups" => does(SETGROUPS, [1, pointer(&0_u32)]),
		"capset" => {
			let rights = [CAP_SYS_ADMIN, CAP_SYS_ADMIN, 0, 0, 0, 0];
			does(CAPSET, [pointer(&[0x2008_0522_u32, 0]), pointer(&rights)])
		}
		// Returns only if it cannot be run.
		"setuid-program" => Err(number(Command::new(at("WAYS_IMAGE", "suid")).arg("rights").exec())),
		"priority" => does(SETPRIORITY, [0, 0, -20_isize as usize]),
		"oom-score" => fs::write("/proc/self/oom_score_adj", "-1000").map_err(number),
		"terminal" => (0..3).map(|descriptor| does(IOCTL, [descriptor, TIOCSTI, path("x")])).fold(Err(0), Result::or),
		"ptrace-outside" => does(PTRACE, [PTRACE_SEIZE, victim(), 0, 0]),
		// Whatever is at that address.
		"readv-outside" => reaches(read_memory(victim(), 8, &mut [0; 8]), &[EFAULT]),
		"signal-outside" => does(KILL, [victim(), 0]),
		"pidfd-outside" => does(PIDFD_OPEN, [victim(), 0]),
		"environ-outside" => fs::read(format!("/proc/{}/environ", victim())).map(drop).map_err(number),
		"fork-bomb" => fork_bomb(),
		"memory-bomb" => {
			let all: Vec<_> = (0..512).map(|_| vec![1_u8; 1 << 20]).collect();
			std::hint::black_box(&all);
			Ok(())
		}
		_ => return None,
	})
}

fn victim() -> usize {
	told("WAYS_VICTIM").parse().unwrap()
}

pub fn effective_user() -> u32 {
	unsafe { geteuid() }
}

/// Makes another process, which does this and ends. Returns its number.
fn other(work: impl FnOnce()) -> c_int {
	match unsafe { fork() } {
		0 => {
			work();
			process::exit(0)
		}
		process => process,
	}
}

/// Does something in another process, which may die of it. All that it starts is ended.
pub fn apart(work: impl FnOnce() -> Tried) -> Result<(), String> {
	let (mut reader, mut writer) = io::pipe().unwrap();
	let child = other(move || {
		unsafe { setpgid(0, 0) };
		if let Err(error) = work() {
			writer.write_all(io::Error::from_raw_os_error(error).to_string().as_bytes()).unwrap();
			process::exit(1);
		}
	});
	assert!(child > 0, "there is no process left");
	let mut status = 0;
	unsafe { waitpid(child, &mut status, 0) };
	let _ = does(KILL, [-(child as isize) as usize, SIGKILL]);
	// The first process of a container inherits them.
	while unsafe { waitpid(-1, &mut 0, 0) } > 0 {}
	match status {
		0 => Ok(()),
		signal @ 1..=127 => Err(format!("killed by signal {signal}")),
		_ => {
			let mut why = String::new();
			reader.read_to_string(&mut why).unwrap();
			Err(if why.is_empty() { format!("ended with {status:#x}") } else { why })
		}
	}
}

fn fork_bomb() -> Tried {
	for _ in 0..BOMB {
		let child = other(|| {
			unsafe { pause() };
		});
		if child < 0 {
			return Err(number(io::Error::last_os_error()));
		}
	}
	Ok(())
}

/// Reads memory of another process.
fn read_memory(process: usize, address: usize, to: &mut [u8; 8]) -> Tried {
	let (here, there) = ([to.as_mut_ptr() as usize, to.len()], [address, to.len()]);
	does(PROCESS_READV, [process, pointer(&here), 1, pointer(&there), 1, 0])
}

/// Reads memory of another process of the same run, in both ways that debuggers have.
pub fn debug() {
	let secret = Box::new(0x0123_4567_89ab_cdef_u64);
	let child = other(|| thread::sleep(Duration::from_secs(1000))) as usize;
	let address = pointer(&*secret);
	let mut read = [0; 8];
	read_memory(child, address, &mut read).unwrap();
	println!("process_vm_readv {:x}", u64::from_ne_bytes(read));
	does(PTRACE, [PTRACE_ATTACH, child, 0, 0]).unwrap();
	unsafe { waitpid(child as c_int, &mut 0, 0) };
	let mut word = 0_u64;
	does(PTRACE, [PTRACE_PEEKDATA, child, address, &raw mut word as usize]).unwrap();
	println!("ptrace {word:x}");
	does(PTRACE, [PTRACE_DETACH, child, 0, 0]).unwrap();
	does(KILL, [child, SIGKILL]).unwrap();
}
