//! A program of the stack, that can be killed and started again, and never outlives the tests.

use std::{
	ffi::OsString,
	fs::{self, File},
	io::{Read, Seek, SeekFrom},
	net::TcpListener,
	path::{Path, PathBuf},
	process::{Child, ChildStdin, Command, Stdio},
	sync::atomic::{AtomicU16, Ordering},
	time::{Duration, Instant},
};

use rustix::process::{kill_process, Pid, Signal};

/// How long a program has to appear below its supervisor.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often it is looked.
const AGAIN: Duration = Duration::from_millis(5);
/// How much of the end of a log is shown, in bytes.
const TAIL: u64 = 6_000;
/// Ports below those that the system gives to connections: a program that is started again finds its own free.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// Returns where cargo put the programs.
pub fn binaries() -> PathBuf {
	Path::new(env!("CARGO_BIN_EXE_rlc")).parent().expect("programs are in a directory").to_owned()
}

/// A program with its arguments, running or not.
pub struct Process {
	name: String,
	program: PathBuf,
	arguments: Vec<OsString>,
	log: PathBuf,
	running: Option<Running>,
}

/// It runs below `rlc supervise`, which ends it when the pipe to us is closed, however we end.
struct Running {
	supervisor: Child,
	_lifeline: ChildStdin,
	pid: u32,
}

impl Process {
	/// Starts it. What it writes goes to `NAME.log` in this directory.
	pub fn start(name: &str, logs: &Path, program: PathBuf, arguments: Vec<OsString>) -> Self {
		let log = logs.join(format!("{name}.log"));
		let mut process = Self { name: name.into(), program, arguments, log, running: None };
		process.start_again();
		process
	}

	/// Starts it with the arguments that it had, and these.
	pub fn start_with(&mut self, more: &[&str]) {
		let length = self.arguments.len();
		self.arguments.extend(more.iter().map(OsString::from));
		self.start_again();
		self.arguments.truncate(length);
	}

	/// Starts it with the arguments that it had.
	pub fn start_again(&mut self) {
		assert!(self.running.is_none(), "{} runs already", self.name);
		let log = File::options().create(true).append(true).open(&self.log).unwrap();
		let mut supervisor = Command::new(env!("CARGO_BIN_EXE_rlc"))
			.arg("supervise")
			.arg("--")
			.arg(&self.program)
			.args(&self.arguments)
			.stdin(Stdio::piped())
			.stdout(log.try_clone().unwrap())
			.stderr(log)
			.spawn()
			.unwrap();
		let lifeline = supervisor.stdin.take().unwrap();
		let begin = Instant::now();
		let pid = loop {
			if let Some(pid) = only_child(supervisor.id()) {
				break pid;
			}
			let ended = supervisor.try_wait().unwrap();
			assert!(ended.is_none(), "{} ended at once: {}", self.name, self.tail());
			assert!(begin.elapsed() < PATIENCE, "{} does not start: {}", self.name, self.tail());
			std::thread::sleep(AGAIN);
		};
		self.running = Some(Running { supervisor, _lifeline: lifeline, pid });
	}

	/// Returns its process id, not the supervisor's.
	pub fn pid(&self) -> u32 {
		self.running.as_ref().unwrap_or_else(|| panic!("{} does not run", self.name)).pid
	}

	/// Returns a process that it has started, if there is one.
	pub fn child(&self) -> Option<u32> {
		only_child(self.pid())
	}

	/// Fails if it has ended by itself.
	pub fn must_run(&self) {
		assert!(Path::new("/proc").join(self.pid().to_string()).exists(), "it has ended: {}", self.tail());
	}

	/// Ends it without a warning, as a power cut does.
	pub fn kill(&mut self) {
		let Some(mut running) = self.running.take() else { return };
		signal(running.pid, Signal::KILL);
		running.supervisor.wait().unwrap();
	}

	/// Holds it, as a machine that is put to sleep.
	pub fn pause(&self) {
		signal(self.pid(), Signal::STOP);
	}

	/// Lets it go on.
	pub fn resume(&self) {
		signal(self.pid(), Signal::CONT);
	}

	/// Returns the processor time that it used, and its memory in bytes.
	pub fn used(&self) -> (Duration, u64) {
		let pid = self.pid();
		let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
		// The name in parentheses may hold anything; user and system time are the 12th and 13th field after it.
		let fields: Vec<_> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
		let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
		let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
		let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
		let memory: u64 = memory.trim().trim_end_matches(" kB").parse().unwrap();
		(Duration::from_millis(ticks * 1_000 / rustix::param::clock_ticks_per_second()), memory << 10)
	}

	/// Returns the last lines of its log.
	pub fn tail(&self) -> String {
		let read = || {
			let mut file = File::open(&self.log)?;
			let length = file.metadata()?.len();
			file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
			let mut end = Vec::new();
			file.read_to_end(&mut end)?;
			Ok::<_, std::io::Error>(String::from_utf8_lossy(&end).into_owned())
		};
		format!("──── {} ({})\n{}", self.name, self.log.display(), read().unwrap_or_default())
	}
}

impl Drop for Process {
	fn drop(&mut self) {
		self.kill();
	}
}

/// Ends a process that a program of the stack started.
pub fn kill(pid: u32) {
	signal(pid, Signal::KILL);
}

/// Returns whether a process runs. One that has ended may be kept until its parent takes note.
pub fn runs(pid: u32) -> bool {
	let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
	stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

fn signal(pid: u32, signal: Signal) {
	let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).expect("process ids are positive");
	// It may have ended this very moment.
	let _ = kill_process(pid, signal);
}

/// Returns the process that this one started.
fn only_child(pid: u32) -> Option<u32> {
	let threads = fs::read_dir(format!("/proc/{pid}/task")).ok()?;
	threads.flatten().find_map(|thread| {
		let children = fs::read_to_string(thread.path().join("children")).ok()?;
		children.split_whitespace().next()?.parse().ok()
	})
}

/// Returns a port of this machine where nobody listens.
pub fn free_port() -> u16 {
	static NEXT: AtomicU16 = AtomicU16::new(0);
	let range = PORTS.end - PORTS.start;
	// Another test program may look for ports at the same time: each begins somewhere else.
	let begin = u16::try_from(std::process::id() * 37 % u32::from(range)).expect("it is in a range of ports");
	loop {
		let port = PORTS.start + (begin + NEXT.fetch_add(1, Ordering::Relaxed) % range) % range;
		if TcpListener::bind(("127.0.0.1", port)).is_ok() {
			return port;
		}
	}
}
