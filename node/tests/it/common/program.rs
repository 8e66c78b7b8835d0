//! The program `rlc-node`, run to its end.

use std::{
	ffi::OsStr,
	fs,
	io::{Read, Seek},
	os::unix::fs::FileExt,
	path::Path,
	process::{Child, Command, Output, Stdio},
	time::{Duration, Instant},
};

use rustix::process::{kill_process, Pid, Signal};

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

/// The program while it runs. It ends with the test.
pub struct Running {
	child: Child,
	log: fs::File,
}

impl Running {
	/// Starts the program.
	pub fn start(args: &[&str]) -> Self {
		Self::start_with(args, &[])
	}

	/// Starts the program with these variables beside its environment.
	pub fn start_with(args: &[&str], variables: &[(&str, &OsStr)]) -> Self {
		let log = tempfile::tempfile().expect("a temporary file");
		let child = Command::new(env!("CARGO_BIN_EXE_rlc-node"))
			.args(args)
			.envs(variables.iter().copied())
			.stdin(Stdio::null())
			.stdout(Stdio::null())
			.stderr(log.try_clone().expect("a second handle"))
			.spawn()
			.expect("the program runs");
		Self { child, log }
	}

	/// Returns what it has written so far. It and what it starts go on where this left the file.
	pub fn said(&self) -> String {
		let mut bytes = Vec::new();
		let mut from = 0;
		let mut part = [0; 4_096];
		loop {
			match self.log.read_at(&mut part, from).expect("a file") {
				0 => return String::from_utf8_lossy(&bytes).into_owned(),
				length => {
					bytes.extend_from_slice(&part[..length]);
					from += length as u64;
				}
			}
		}
	}

	/// Waits until it has said this so many times.
	pub fn says(&mut self, what: &str, times: usize) {
		self.until(what, |node| (node.said().matches(what).count() >= times).then_some(()));
	}

	/// Waits until it has started a process, another one than this. Returns its number.
	pub fn starts(&mut self, but: Option<u32>) -> u32 {
		self.until("it has started its worker", |node| children(node.child.id()).find(|pid| Some(*pid) != but))
	}

	fn until<T>(&mut self, what: &str, find: impl Fn(&Self) -> Option<T>) -> T {
		let begin = Instant::now();
		loop {
			if let Some(found) = find(self) {
				return found;
			}
			let ended = self.child.try_wait().expect("a child");
			assert!(ended.is_none(), "it ended before {what}: {}", self.said());
			assert!(begin.elapsed() < LIMIT, "waited in vain until {what}: {}", self.said());
			std::thread::sleep(Duration::from_millis(20));
		}
	}

	/// Asks it to end, and waits until it has. It must not report a failure then.
	pub fn stop(&mut self) {
		signal(self.child.id(), Signal::TERM);
		let status = self.child.wait().expect("a child");
		let said = self.said();
		assert!(status.success() && !said.contains("Essential task"), "{status}: {said}");
	}

	/// Ends it without a warning.
	pub fn kill(&mut self) {
		// It may have ended.
		let _ = self.child.kill();
		self.child.wait().expect("a child");
	}
}

impl Drop for Running {
	fn drop(&mut self) {
		self.kill();
	}
}

/// Sends a signal to a process.
pub fn signal(pid: u32, signal: Signal) {
	let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).expect("process ids are positive");
	kill_process(pid, signal).expect("it is there");
}

/// Returns whether a process runs. One that has ended may be kept until its parent takes note.
pub fn runs(pid: u32) -> bool {
	let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
	// The name in parentheses may hold anything; the state comes after it.
	stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

/// Returns the processes that a process started.
fn children(pid: u32) -> impl Iterator<Item = u32> {
	let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
	let children = threads.map(|thread| fs::read_to_string(thread.path().join("children")).unwrap_or_default());
	children.flat_map(|pids| pids.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>())
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
