//! Calls as modules of strangers make them: with any arguments, on any memory.

use std::{fs, path::Path};

use proptest::{collection::vec, prelude::*};

use super::{
	tree::{Node, Root, Tree},
	*,
};
use crate::{guest::MemoryMeter, Grants, Job, Limits, Stop};

/// How many arguments a call has at most.
const ARGUMENTS: usize = 9;
/// How large the memory is, in bytes.
const MEMORY_SIZE: usize = 4_096;
/// What paths are made of, at the beginning of the memory.
const PATHS: &[u8] = b"a/b/../c.//./../..\0\xffa/a/b/";

/// Numbers at the end of their range.
const LARGE: &[u64] = &[0xffff_ffff, 0x1f_ffff_ffff, i64::MAX as u64 - 4_000, i64::MAX as u64, u64::MAX];

type Call = fn(&mut GuestMemory<'_>, &mut World, [u64; ARGUMENTS]) -> Result<()>;

macro_rules! calls {
	($($part:ident { $($name:ident($($argument:ident: $type:ty),+);)* })*) => { [$($(
		(stringify!($name), (|guest: &mut GuestMemory<'_>, world: &mut World, arguments: [u64; ARGUMENTS]| {
			let mut arguments = arguments.into_iter();
			$part::$name(guest, world, $(arguments.next().unwrap_or_default() as $type),+)
		}) as Call),
	)*)*] };
}

/// Returns all calls that have arguments and do something.
#[allow(clippy::unnecessary_cast, reason = "some arguments have this type already")]
fn calls() -> Vec<(&'static str, Call)> {
	let calls = calls!(
		surroundings {
			args_get(list: u32, text: u32);
			args_sizes_get(count: u32, bytes: u32);
			environ_get(list: u32, text: u32);
			environ_sizes_get(count: u32, bytes: u32);
			clock_res_get(id: u32, resolution: u32);
			clock_time_get(id: u32, precision: u64, time: u32);
			poll_oneoff(subscriptions: u32, events: u32, count: u32, ready: u32);
			random_get(at: u32, bytes: u32);
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
			path_open(
				fd: u32, follow: u32, path: u32, bytes: u32, how: u32, base: u64, inheriting: u64, flags: u32, new: u32
			);
			path_readlink(fd: u32, path: u32, bytes: u32, buffer: u32, size: u32, used: u32);
			path_remove_directory(fd: u32, path: u32, bytes: u32);
			path_rename(from_fd: u32, from: u32, from_bytes: u32, to_fd: u32, to: u32, to_bytes: u32);
			path_unlink_file(fd: u32, path: u32, bytes: u32);
		}
	);
	calls.to_vec()
}

/// Returns a call with arguments, of which many mean something.
fn call() -> impl Strategy<Value = ((&'static str, Call), [u64; ARGUMENTS])> {
	let argument = || {
		prop_oneof![
			6 => 0..8_u64,
			3 => 0..PATHS.len() as u64,
			2 => 0..2 * MEMORY_SIZE as u64,
			1 => prop::sample::select(LARGE),
			1 => any::<u64>(),
		]
	};
	// Without a file of OUT, most calls do nothing.
	let open = (0..PATHS.len() as u64, 1..4_u64, 0..16_u64).prop_map(|(path, bytes, how)| {
		let path_open = calls().into_iter().find(|(name, _)| *name == "path_open").unwrap();
		(path_open, [4, 0, path, bytes, how, u64::MAX, 0, how & 1, MEMORY_SIZE as u64 - 4])
	});
	let any = (prop::sample::select(calls()), vec(argument(), ARGUMENTS));
	prop_oneof![
		1 => open,
		4 => any.prop_map(|(call, arguments)| (call, std::array::from_fn(|index| arguments[index]))),
	]
}

fn job<'a>(limits: &'a Limits, input: &'a Path, output: &'a Path) -> Job<'a> {
	let (args, env): (&[String], &[(String, String)]) = (&[], &[]);
	let grants = Grants::default();
	Job { app: input, args, env, input, output, limits, grants, seed: [0; 32], hash_memory: false }
}

#[test]
fn calls_stay_in_their_directories_and_are_never_this_machines_fault() {
	let directory = tempfile::tempdir().unwrap();
	let (input, output) = (directory.path().join("in"), directory.path().join("out"));
	fs::create_dir(&input).unwrap();
	fs::write(input.join("a"), "input").unwrap();
	let limits = Limits { memory: 1 << 20, output: 1 << 16, files: 8, log: 64, ..Limits::default() };
	proptest!(|(calls in vec(call(), 0..12), filling in vec(any::<u8>(), 64))| {
		// Of a case that failed.
		let _ = fs::remove_dir_all(&output);
		fs::create_dir(&output).unwrap();
		let mut world = World::new(&job(&limits, &input, &output), Stop::new()).unwrap();
		let mut memory = [PATHS, &filling].concat();
		memory.resize(MEMORY_SIZE, 0);
		for ((name, call), arguments) in calls {
			match call(&mut GuestMemory::new(&mut memory), &mut world, arguments) {
				Err(Fail::Halt(Halt::Host(why))) => prop_assert!(false, "{name}{arguments:?}: {why}"),
				Err(Fail::Halt(_)) => break,
				Ok(()) | Err(Fail::Errno(_)) => {}
			}
		}
		drop(world);
		prop_assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2, "something was written elsewhere");
		prop_assert_eq!(fs::read_to_string(input.join("a")).unwrap(), "input");
		prop_assert_eq!(fs::read_dir(&input).unwrap().count(), 1);
	});
}

#[test]
fn path_is_of_plain_names() {
	let directory = tempfile::tempdir().unwrap();
	let tree = Tree::new(directory.path(), directory.path(), 0, 0, MemoryMeter::new(0));
	let part = prop_oneof![3 => "[a-c]{1,2}", 2 => Just("..".to_owned()), 1 => ".{0,2}", 1 => "a{250,260}"];
	let path = vec(part, 0..8).prop_map(|parts| parts.join("/"));
	proptest!(|(path in path, is_below in any::<bool>())| {
		let root = Node::root(Root::Output);
		let from = if is_below { root.child("a") } else { root };
		let Ok(node) = tree.resolve(&from, &path) else { return Ok(()) };
		prop_assert!(node.root == Root::Output && node.names.len() <= 32, "{node:?}");
		for name in &node.names {
			let is_plain = !name.is_empty() && name != "." && name != ".." && !name.contains(['/', '\0']);
			prop_assert!(is_plain && name.len() <= 255, "{name:?}");
		}
	});
}
