//! A program that tries ways out of a sandbox, by their names in `ways-out.txt`.
//!
//! Each is tried by a process of its own, which may die of it. A line for each: its name, and `open`, or why it is shut.
//! A way is open if the system does what it asks, or refuses only what it asks it of: a module that is none, a file that is
//! not there. So nothing that runs this without a sandbox is harmed.
//!
//! The environment says where things are: `WAYS_IMAGE`, `WAYS_IN` and `WAYS_OUT` are directories, `WAYS_SECRET` is a file
//! outside, `WAYS_VICTIM` a process, `WAYS_SOCKET` an abstract socket, `WAYS_PORT` one on 127.0.0.1.

#[path = "ways/calls.rs"]
mod calls;
#[path = "ways/files.rs"]
mod files;
#[path = "ways/kernel.rs"]
mod kernel;
#[path = "ways/mounts.rs"]
mod mounts;
#[path = "ways/processes.rs"]
mod processes;
#[path = "ways/sockets.rs"]
mod sockets;

use std::{env, path::PathBuf, process::exit};

use calls::Tried;

fn main() {
	let args: Vec<_> = env::args().skip(1).collect();
	match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
		["rights"] => exit(i32::from(processes::effective_user() != 0)),
		["debug"] => processes::debug(),
		["tree"] => files::tree(),
		_ => args.iter().for_each(|name| println!("{name} {}", tried(name))),
	}
}

/// Tries a way in a process of its own, and says how it ended.
fn tried(name: &str) -> String {
	match processes::apart(|| attempt(name)) {
		Ok(()) => "open".into(),
		Err(why) => why,
	}
}

fn attempt(name: &str) -> Tried {
	let subjects = [sockets::attempt, mounts::attempt, kernel::attempt, processes::attempt, files::attempt];
	subjects.iter().find_map(|attempt| attempt(name)).unwrap_or_else(|| panic!("{name}?"))
}

/// Returns what the environment says.
fn told(name: &str) -> String {
	env::var(name).unwrap_or_else(|_| panic!("{name} is not set"))
}

/// Returns a file in a directory that the environment names.
fn at(directory: &str, name: &str) -> PathBuf {
	PathBuf::from(told(directory)).join(name)
}
