//! Calls as modules of strangers make them: with any arguments, on any memory.

use std::{fs, path::Path, sync::Arc};

use proptest::{collection::vec, prelude::*};
use tokio::sync::Semaphore;

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

/// Makes a list of calls.
macro_rules! list {
	($($part:ident { $($name:ident($($argument:ident: $type:ty),*);)* })*) => { [$($(
		(stringify!($name), (|guest: &mut GuestMemory<'_>, world: &mut World, arguments: [u64; ARGUMENTS]| {
			let mut arguments = arguments.into_iter();
			$part::$name(guest, world, $(arguments.next().unwrap_or_default() as $type),*)
		}) as Call),
	)*)*] };
}

/// Returns all calls.
#[allow(
	clippy::unnecessary_cast,
	unused_mut,
	unused_variables,
	reason = "some arguments have this type, or there are none"
)]
fn all_calls() -> Vec<(&'static str, Call)> {
	calls!(list).to_vec()
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
		let path_open = all_calls().into_iter().find(|(name, _)| *name == "path_open").unwrap();
		(path_open, [4, 0, path, bytes, how, u64::MAX, 0, how & 1, MEMORY_SIZE as u64 - 4])
	});
	let any = (prop::sample::select(all_calls()), vec(argument(), ARGUMENTS));
	prop_oneof![
		1 => open,
		4 => any.prop_map(|(call, arguments)| (call, std::array::from_fn(|index| arguments[index]))),
	]
}

fn job<'a>(limits: &'a Limits, input: &'a Path, output: &'a Path) -> Job<'a> {
	let (args, env): (&[String], &[(String, String)]) = (&[], &[]);
	let grants = Grants::default();
	Job { app: input, args, env, input, output, limits, grants, seed: [0; 32], hash_memory: false, tap: None }
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
		let mut world = World::new(&job(&limits, &input, &output), Arc::new(Semaphore::new(100)), Stop::new()).unwrap();
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
		let Ok(node) = tree.resolve(&from, &path, true) else { return Ok(()) };
		prop_assert!(node.is_within(&from) && node.names.len() <= 32, "{node:?}");
		for name in &node.names {
			let is_plain = !name.is_empty() && name != "." && name != ".." && !name.contains(['/', '\0']);
			prop_assert!(is_plain && name.len() <= 255, "{name:?}");
		}
	});
}
