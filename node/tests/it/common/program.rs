//! The program `rlc-node`, run to its end.

use std::{
	fs,
	io::{Read, Seek},
	path::Path,
	process::{Command, Output, Stdio},
	time::{Duration, Instant},
};

/// No refusal takes nearly as long, but a node that starts by mistake would run forever.
const LIMIT: Duration = Duration::from_secs(120);

/// Runs the program to its end, and returns what it wrote.
pub fn rlc_node(args: &[&str]) -> Output {
	// Files take what the program writes; a pipe would fill up and hold it.
	let capture = || tempfile::tempfile().expect("a temporary file");
	let (mut stdout, mut stderr) = (capture(), capture());
	let mut child = Command::new(env!("CARGO_BIN_EXE_rlc-node"))
		.args(args)
		.stdin(Stdio::null())
		.stdout(stdout.try_clone().expect("a second handle"))
		.stderr(stderr.try_clone().expect("a second handle"))
		.spawn()
		.expect("the program runs");
	let deadline = Instant::now() + LIMIT;
	let status = loop {
		match child.try_wait().expect("a child") {
			Some(status) => break status,
			None if Instant::now() > deadline => {
				child.kill().expect("its own child");
				panic!("rlc-node {} did not end", args.join(" "));
			}
			None => std::thread::sleep(Duration::from_millis(20)),
		}
	};
	Output { status, stdout: content(&mut stdout), stderr: content(&mut stderr) }
}

fn content(file: &mut fs::File) -> Vec<u8> {
	let mut bytes = Vec::new();
	file.rewind().expect("a file");
	file.read_to_end(&mut bytes).expect("a file");
	bytes
}

/// Returns what the program wrote on standard error.
pub fn stderr(output: &Output) -> String {
	String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Runs the program, which must succeed, and returns what it wrote on standard output.
pub fn succeeds(args: &[&str]) -> String {
	let output = rlc_node(args);
	assert!(output.status.success(), "{args:?}: {}", stderr(&output));
	String::from_utf8(output.stdout).expect("text")
}

/// Returns a path as an argument.
pub fn path(path: &Path) -> &str {
	path.to_str().expect("a path in UTF-8")
}
