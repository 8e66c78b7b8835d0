//! The system calls of WASI preview 1, by which a module asks for anything.
//!
//! The machine does not show through them: clocks and randomness are virtual, directories are sorted, file times and
//! inode numbers are made up, and a failure of the machine ends the run instead of being told to the module.
//!
//! ```text
//! descriptor 3  /iexec_in    IN, read-only
//!            4  /iexec_out   OUT
//!            5  /            the same two, tmp, and what the module makes: gone after the run
//! ```
//!
//! | module | what |
//! |---|---|
//! | `world` | all that a module can reach |
//! | `fail`, `errno` | how a call can fail |
//! | `memory` | the module's memory |
//! | `clock`, `random` | time and chance |
//! | `surroundings` | calls about arguments, environment, time, chance, and the end |
//! | `tree` | `/` with IN and OUT: paths that cannot leave it, links, times, quotas |
//! | `rights` | what programs ask to do with what they open |
//! | `descriptors` | what is open |
//! | `files`, `paths` | calls about what is open; calls about what has a name |
//!
//! Confinement: a path is made of names only. `..` is resolved beforehand, and cannot leave the directory that the path is
//! seen from. Symbolic links that a module makes are resolved here in the same way, and the machine never follows one; those
//! in IN are not followed at all. Nothing else writes to the directories while it runs.

/// Hands all calls but `proc_exit` to another macro, behind what else is given: by module, each with its arguments.
macro_rules! calls {
	($into:ident $($more:tt)*) => {
		$into! { $($more)*
			surroundings {
				args_get(list: u32, text: u32);
				args_sizes_get(count: u32, bytes: u32);
				environ_get(list: u32, text: u32);
				environ_sizes_get(count: u32, bytes: u32);
				clock_res_get(id: u32, resolution: u32);
				clock_time_get(id: u32, precision: u64, time: u32);
				poll_oneoff(subscriptions: u32, events: u32, count: u32, ready: u32);
				proc_raise(signal: u32);
				random_get(at: u32, bytes: u32);
				sched_yield();
				sock_accept(fd: u32, flags: u32, new: u32);
				sock_recv(fd: u32, list: u32, count: u32, flags: u32, read: u32, out: u32);
				sock_send(fd: u32, list: u32, count: u32, flags: u32, written: u32);
				sock_shutdown(fd: u32, how: u32);
			}
			files {
				fd_advise(fd: u32, offset: u64, bytes: u64, advice: u32);
				fd_allocate(fd: u32, offset: u64, bytes: u64);
				fd_close(fd: u32);
				fd_datasync(fd: u32);
				fd_fdstat_get(fd: u32, stat: u32);
				fd_fdstat_set_flags(fd: u32, flags: u32);
				fd_fdstat_set_rights(fd: u32, base: u64, inheriting: u64);
				fd_filestat_get(fd: u32, stat: u32);
				fd_filestat_set_size(fd: u32, bytes: u64);
				fd_filestat_set_times(fd: u32, accessed: u64, modified: u64, flags: u32);
				fd_pread(fd: u32, list: u32, count: u32, offset: u64, read: u32);
				fd_prestat_dir_name(fd: u32, name: u32, bytes: u32);
				fd_prestat_get(fd: u32, stat: u32);
				fd_pwrite(fd: u32, list: u32, count: u32, offset: u64, written: u32);
				fd_read(fd: u32, list: u32, count: u32, read: u32);
				fd_readdir(fd: u32, buffer: u32, bytes: u32, cookie: u64, used: u32);
				fd_renumber(from: u32, to: u32);
				fd_seek(fd: u32, offset: i64, whence: u32, position: u32);
				fd_sync(fd: u32);
				fd_tell(fd: u32, position: u32);
				fd_write(fd: u32, list: u32, count: u32, written: u32);
			}
			paths {
				path_create_directory(fd: u32, path: u32, bytes: u32);
				path_filestat_get(fd: u32, follow: u32, path: u32, bytes: u32, stat: u32);
				path_filestat_set_times(
					fd: u32, follow: u32, path: u32, bytes: u32, accessed: u64, modified: u64, flags: u32
				);
				path_link(from_fd: u32, follow: u32, from: u32, from_bytes: u32, to_fd: u32, to: u32, to_bytes: u32);
				path_open(
					fd: u32, follow: u32, path: u32, bytes: u32, how: u32, base: u64, inheriting: u64, flags: u32, new: u32
				);
				path_readlink(fd: u32, path: u32, bytes: u32, buffer: u32, size: u32, used: u32);
				path_remove_directory(fd: u32, path: u32, bytes: u32);
				path_rename(from_fd: u32, from: u32, from_bytes: u32, to_fd: u32, to: u32, to_bytes: u32);
				path_symlink(target: u32, target_bytes: u32, fd: u32, path: u32, bytes: u32);
				path_unlink_file(fd: u32, path: u32, bytes: u32);
			}
		}
	};
}

mod clock;
mod descriptors;
mod errno;
mod fail;
mod files;
mod memory;
#[cfg(test)]
mod parsing;
mod paths;
mod random;
mod rights;
mod surroundings;
mod tree;
mod world;

use wasmtime::{Caller, Extern, Linker};

pub use self::world::World;
use self::{
	errno::Errno,
	fail::{Fail, Result},
	memory::GuestMemory,
};
use crate::guest::{Halt, MEMORY};

/// The name under which modules import the calls.
pub const MODULE: &str = "wasi_snapshot_preview1";
/// The one call that does not return.
const EXIT: &str = "proc_exit";

/// Gives a module's calls their meaning. Each function gets the module's memory, its world, and the call's arguments.
macro_rules! link {
	($linker:ident, $($part:ident { $($name:ident($($argument:ident: $type:ty),*);)* })*) => { $($(
		$linker.func_wrap(MODULE, stringify!($name), |mut caller: Caller<'_, World>, $($argument: $type),*| {
			enter(&mut caller, |guest, world| $part::$name(guest, world, $($argument),*))
		})?;
	)*)* };
}

/// Makes a list of the names of calls.
macro_rules! names {
	($($part:ident { $($name:ident($($argument:ident: $type:ty),*);)* })*) => { [$($(stringify!($name),)*)*] };
}

/// Returns whether there is a call of this name.
pub fn is_call(name: &str) -> bool {
	name == EXIT || calls!(names).contains(&name)
}

/// Links all calls.
///
/// # Errors
///
/// If two have one name.
pub fn provide(linker: &mut Linker<World>) -> wasmtime::Result<()> {
	calls!(link linker,);
	linker.func_wrap(MODULE, EXIT, |code: i32| -> wasmtime::Result<()> { Err(Halt::Exit(code).into()) })?;
	Ok(())
}

/// Does a call, and tells its outcome as modules expect it.
fn enter(
	caller: &mut Caller<'_, World>,
	call: impl FnOnce(&mut GuestMemory<'_>, &mut World) -> Result<()>,
) -> wasmtime::Result<u32> {
	// It is checked when the module is loaded, so it is there.
	let Some(Extern::Memory(memory)) = caller.get_export(MEMORY) else { return Ok(Errno::FAULT.0.into()) };
	let (bytes, world) = memory.data_and_store_mut(caller);
	match call(&mut GuestMemory::new(bytes), world) {
		Ok(()) => Ok(0),
		Err(Fail::Errno(errno)) => Ok(errno.0.into()),
		Err(Fail::Halt(halt)) => Err(halt.into()),
	}
}
