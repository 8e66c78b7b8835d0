//! System calls, as numbers.

use std::{
	ffi::{c_long, CString},
	fs::{File, OpenOptions},
	io,
	os::{fd::AsRawFd, unix::ffi::OsStrExt},
	path::Path,
};

/// How a way went: the number of the error, if it is shut.
pub type Tried = Result<(), i32>;

extern "C" {
	fn syscall(number: c_long, ...) -> c_long;
}

/// Numbers by name: of x86-64, and of all newer architectures.
macro_rules! numbers {
	($($name:ident $old:literal $new:literal)*) => {
		$(pub const $name: c_long = if cfg!(target_arch = "x86_64") { $old } else { $new };)*
	};
}

numbers! {
	ACCT 163 89            ADD_KEY 248 217         ADJTIMEX 159 171        BPF 321 280          CAPSET 126 91
	CHROOT 161 51          CLONE 56 220            CLONE3 435 435          DELETE_MODULE 176 106
	FANOTIFY_INIT 300 262  FINIT_MODULE 313 273    FSOPEN 430 430          INIT_MODULE 175 105  IOCTL 16 29
	IO_URING_SETUP 425 425 KEXEC_LOAD 246 104      KEYCTL 250 219          KILL 62 129          MKNODAT 259 33
	MMAP 9 222             MOUNT 165 40            MOUNT_SETATTR 442 442   MOVE_MOUNT 429 429
	NAME_TO_HANDLE 303 264 OPENAT 257 56           OPEN_BY_HANDLE 304 265  OPEN_TREE 428 428    PERF_EVENT_OPEN 298 241
	PERSONALITY 135 92     PIDFD_OPEN 434 434      PIVOT_ROOT 155 41       PROCESS_READV 310 270 PTRACE 101 117
	QUOTACTL 179 60        REBOOT 169 142          REQUEST_KEY 249 218     SETGROUPS 116 159    SETHOSTNAME 170 161
	SETNS 308 268          SETPRIORITY 141 140     SETTIMEOFDAY 164 170    SETUID 105 146       SOCKET 41 198
	SPLICE 275 76          SWAPOFF 168 225         SWAPON 167 224          SYSLOG 103 116       UMOUNT 166 39
	UNSHARE 272 97         USERFAULTFD 323 282     UTIMENSAT 280 88        VMSPLICE 278 75
}

/// "The current directory", for calls that take a directory.
pub const HERE: usize = -100_i32 as usize;

pub const ENOENT: i32 = 2;
pub const ENOEXEC: i32 = 8;
pub const EBADF: i32 = 9;
pub const EFAULT: i32 = 14;
pub const ENOTBLK: i32 = 15;
pub const EBUSY: i32 = 16;
pub const EINVAL: i32 = 22;
pub const EOPNOTSUPP: i32 = 95;
pub const ESTALE: i32 = 116;
pub const ENOKEY: i32 = 126;

/// Makes a call with up to six arguments.
pub fn call<const N: usize>(number: c_long, arguments: [usize; N]) -> Result<usize, i32> {
	let mut all = [0; 6];
	all[..N].copy_from_slice(&arguments);
	let [a, b, c, d, e, f] = all;
	match unsafe { syscall(number, a, b, c, d, e, f) } {
		-1 => Err(io::Error::last_os_error().raw_os_error().unwrap_or(0)),
		result => Ok(result as usize),
	}
}

/// Makes a call whose result does not matter.
pub fn does<const N: usize>(number: c_long, arguments: [usize; N]) -> Tried {
	call(number, arguments).map(drop)
}

/// Takes these errors for success: by them, the system refuses what it was asked to work on, and not the work.
pub fn reaches(tried: Tried, content: &[i32]) -> Tried {
	tried.or_else(|error| if content.contains(&error) { Ok(()) } else { Err(error) })
}

/// Returns a path for a call, which is never freed.
pub fn path(path: impl AsRef<Path>) -> usize {
	CString::new(path.as_ref().as_os_str().as_bytes()).unwrap().into_raw() as usize
}

pub fn pointer<T: ?Sized>(to: &T) -> usize {
	std::ptr::from_ref(to).cast::<u8>() as usize
}

pub fn descriptor(file: &impl AsRawFd) -> usize {
	file.as_raw_fd() as usize
}

/// Returns the number of an error of the library.
pub fn number(error: io::Error) -> i32 {
	error.raw_os_error().unwrap_or(0)
}

pub fn opens(path: impl AsRef<Path>) -> Tried {
	File::open(path).map(drop).map_err(number)
}

pub fn opens_to_write(path: impl AsRef<Path>) -> Tried {
	OpenOptions::new().write(true).open(path).map(drop).map_err(number)
}
