//! Mounts, namespaces, and other views of file systems.

use std::{
	fs::{self, File},
	os::fd::AsRawFd,
	process,
};

use super::{at, calls::*, told};

const MS_REMOUNT: usize = 32;
const MS_BIND: usize = 4096;
const MNT_DETACH: usize = 2;
const OPEN_TREE_CLONE: usize = 1;
const MOUNT_ATTR_NODIRATIME: u64 = 0x80;
const SIGCHLD: usize = 17;
const NEWTIME: usize = 0x80;
const NEWNS: usize = 0x0002_0000;
const NEWUTS: usize = 0x0400_0000;
const NEWUSER: usize = 0x1000_0000;
const NEWNET: usize = 0x4000_0000;

pub fn attempt(name: &str) -> Option<Tried> {
	Some(match name {
		"mount-tmpfs" => mount("tmpfs", "tmpfs", 0),
		"mount-bind" => mount("/", "none", MS_BIND),
		"mount-proc" => mount("proc", "proc", 0),
		"mount-remount" => remount("/".into()),
		// Outside it is no mount.
		"mount-remount-in" => reaches(remount(told("WAYS_IN")), &[EINVAL]),
		"umount" => reaches(does(UMOUNT, [path("/dev/shm"), MNT_DETACH]), &[EINVAL]),
		"pivot-root" => reaches(does(PIVOT_ROOT, [path("/"), path("/")]), &[EBUSY, EINVAL]),
		"fsopen" => does(FSOPEN, [path("tmpfs"), 0]),
		"open-tree" => does(OPEN_TREE, [HERE, path("/"), OPEN_TREE_CLONE]),
		"move-mount" => reaches(does(MOVE_MOUNT, [HERE, path("/none"), HERE, path("/none"), 0]), &[ENOENT]),
		"mount-setattr" => {
			let attributes = [MOUNT_ATTR_NODIRATIME, 0, 0, 0];
			does(MOUNT_SETATTR, [HERE, path("/"), 0, pointer(&attributes), size_of_val(&attributes)])
		}
		"chroot" => does(CHROOT, [path("/")]),
		"open-by-handle" => open_by_handle(),
		"name-to-handle" => {
			let (mut handle, mut mount) = ([128_u32; 34], 0_i32);
			let there = [HERE, path("/"), handle.as_mut_ptr() as usize, &raw mut mount as usize, 0];
			reaches(does(NAME_TO_HANDLE, there), &[EOPNOTSUPP])
		}
		// The format of quotas, by user, of a disk that is not there.
		"quotactl" => reaches(does(QUOTACTL, [0x8000_0400, path("/none"), 0, 0]), &[ENOENT, ENOTBLK]),
		"swapon" => reaches(does(SWAPON, [path("/none"), 0]), &[ENOENT]),
		"swapoff" => reaches(does(SWAPOFF, [path("/none")]), &[ENOENT]),
		"acct" => reaches(does(ACCT, [path("/none")]), &[ENOENT]),
		"fanotify" => does(FANOTIFY_INIT, [4, 0]),
		"unshare-user" => does(UNSHARE, [NEWUSER]),
		"unshare-mount" => does(UNSHARE, [NEWNS]),
		"unshare-net" => does(UNSHARE, [NEWNET]),
		"unshare-time" => does(UNSHARE, [NEWTIME]),
		"clone-user" => forks(call(CLONE, [NEWUSER | SIGCHLD])),
		"clone3-user" => {
			let arguments = [NEWUSER as u64, 0, 0, 0, SIGCHLD as u64, 0, 0, 0];
			forks(call(CLONE3, [pointer(&arguments), size_of_val(&arguments)]))
		}
		"setns" => {
			File::open("/proc/self/ns/uts").map_err(number).and_then(|file| does(SETNS, [descriptor(&file), NEWUTS]))
		}
		"setns-pidfd" => call(PIDFD_OPEN, [process::id() as usize, 0]).and_then(|pidfd| does(SETNS, [pidfd, NEWUTS])),
		"sethostname" => does(SETHOSTNAME, [path("out"), 3]),
		"leaked-file" => leaked_file(),
		"leaked-directory" => opens(format!("{}{}", "../".repeat(20), told("WAYS_SECRET"))),
		"proc-root" => through_root("1").or_else(|_| through_root(&told("WAYS_VICTIM"))),
		_ => return None,
	})
}

/// Mounts on a directory in OUT.
fn mount(what: &str, kind: &str, flags: usize) -> Tried {
	let spot = at("WAYS_OUT", "spot");
	fs::create_dir_all(&spot).map_err(number)?;
	does(MOUNT, [path(what), path(spot), path(kind), flags, 0])
}

fn remount(what: String) -> Tried {
	does(MOUNT, [path("none"), path(what), path("none"), MS_REMOUNT | MS_BIND, 0])
}

/// Opens the root of the file system that the root is on, by its number in ext4 and the like.
fn open_by_handle() -> Tried {
	let root = File::open("/").map_err(number)?;
	let handle: [u32; 4] = [8, 1, 2, 0];
	reaches(does(OPEN_BY_HANDLE, [descriptor(&root), pointer(&handle), 0]), &[ESTALE])
}

/// Ends the other process, if a call has made one.
fn forks(result: Result<usize, i32>) -> Tried {
	match result {
		Ok(0) => process::exit(0),
		result => result.map(drop),
	}
}

fn through_root(process: &str) -> Tried {
	opens(format!("/proc/{process}/root{}", told("WAYS_SECRET")))
}

/// Goes up from each descriptor that whoever started this may have left open.
fn leaked_file() -> Tried {
	// From its own on, they are not leaked.
	let own = File::open("/").map_err(number)?.as_raw_fd();
	let up = path(format!("{}{}", "../".repeat(20), told("WAYS_SECRET")));
	let mut why = Err(EBADF);
	for descriptor in 3..own as usize {
		match does(OPENAT, [descriptor, up, 0]) {
			Ok(()) => return Ok(()),
			error => why = error,
		}
	}
	why
}
