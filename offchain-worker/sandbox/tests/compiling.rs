//! Modules that are made to hurt their compiler, and compilers that something happens to.

mod common;

use std::{
	fs::{self, Permissions},
	io::Write,
	os::unix::{
		fs::PermissionsExt,
		process::{CommandExt, ExitStatusExt},
	},
	path::{Path, PathBuf},
	process::{Child, Command, Stdio},
	time::{Duration, Instant},
};

use common::{
	modules::{calls, loops, module, nothing, sums},
	Room,
};
use rlc_disk::Budget;
use rlc_sandbox::{Compiler, Ending, Error, Run, Stop, WasmTier};
use rustix::process::{kill_process, Pid, Signal};

/// The program that compiles.
const COMPILER: &str = env!("CARGO_BIN_EXE_compile-module");
/// What a compiler's command line begins with.
const ASKED: &str = "compile-wasm-module";
/// How long something that happens soon may take on a slow machine.
const PATIENCE: Duration = Duration::from_secs(100);
/// How long something may be there after its end.
const SOON: Duration = Duration::from_secs(2);
/// The least memory that a compiler gets, in bytes.
const LEAST: u64 = 512 << 20;

/// A job, whose compiler has a memory of its own size, by which it is found.
struct Bench {
	room: Room,
	app: PathBuf,
	compiler_memory: String,
}

impl Bench {
	/// Returns a job for a module. `number` differs between tests: they share a process.
	fn new(number: u64, module: &[u8]) -> Self {
		let memory = LEAST + number * 4_096;
		let room = Room::with(|limits| limits.memory = memory);
		let app = room.directory.path().join("app.wasm");
		fs::write(&app, module).unwrap();
		Self { room, app, compiler_memory: memory.to_string() }
	}

	/// Returns a tier that has nothing compiled yet.
	fn tier(&self) -> WasmTier {
		self.tier_with(COMPILER)
	}

	fn tier_with(&self, compiler: impl Into<PathBuf>) -> WasmTier {
		let cache = self.cache();
		WasmTier::new(Compiler::program(compiler), Some((cache.as_path(), &Budget::unlimited()))).unwrap()
	}

	fn cache(&self) -> PathBuf {
		self.room.directory.path().join("cache")
	}

	/// Returns a program that stands in for the compiler.
	fn script(&self, text: &str) -> PathBuf {
		let path = self.room.directory.path().join("script");
		fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
		fs::set_permissions(&path, Permissions::from_mode(0o700)).unwrap();
		path
	}

	async fn run(&self, tier: &WasmTier) -> Result<Run, Error> {
		self.run_until(tier, &Stop::new()).await
	}

	async fn run_until(&self, tier: &WasmTier, stop: &Stop) -> Result<Run, Error> {
		let (input, output) = (self.room.input(), self.room.output());
		tier.run(&self.room.job(&self.app, &[], &input, &output), stop).await
	}

	/// Returns the compilers of this job, and what they may take.
	fn compilers(&self) -> Vec<Pid> {
		let mut found = Vec::new();
		for entry in fs::read_dir("/proc").unwrap().flatten() {
			let pid = entry.file_name().to_str().and_then(|name| name.parse().ok()).and_then(Pid::from_raw);
			// It may have gone.
			let line = fs::read_to_string(entry.path().join("cmdline")).unwrap_or_default();
			let arguments: Vec<_> = line.split('\0').skip(1).take(2).collect();
			found.extend(pid.filter(|_| arguments == [ASKED, &self.compiler_memory]));
		}
		found
	}

	/// Waits until a compiler is at work.
	async fn compiler(&self) -> Pid {
		let start = Instant::now();
		loop {
			// After a moment it has limited itself, and has its module.
			if let Some(pid) = self.compilers().pop().filter(|pid| processor_time(*pid) > 10) {
				return pid;
			}
			assert!(start.elapsed() < PATIENCE, "nothing is compiled");
			tokio::time::sleep(Duration::from_millis(5)).await;
		}
	}

	/// Waits until no compiler is there.
	async fn no_compiler(&self) {
		let start = Instant::now();
		while !self.compilers().is_empty() {
			assert!(start.elapsed() < SOON, "a compiler is left");
			tokio::time::sleep(Duration::from_millis(5)).await;
		}
	}
}

/// Returns a file of a process.
fn of_process(pid: Pid, file: &str) -> String {
	fs::read_to_string(format!("/proc/{}/{file}", pid.as_raw_nonzero())).unwrap_or_default()
}

/// Returns a number of `/proc/PID/stat`, counted as its manual page does.
fn stat(pid: Pid, field: usize) -> i64 {
	let stat = of_process(pid, "stat");
	let after_name = stat.rsplit(')').next().unwrap_or_default();
	after_name.split_whitespace().nth(field - 3).and_then(|field| field.parse().ok()).unwrap_or_default()
}

/// Returns the processor time that a process has used, in hundredths of a second.
fn processor_time(pid: Pid) -> i64 {
	stat(pid, 14)
}

/// Returns a module of 1 MiB that keeps a processor busy for more than a minute.
fn slow() -> Vec<u8> {
	module(&vec![loops(200, 100); 400])
}

/// Returns a module of ordinary functions that takes a compiler a moment.
fn ordinary() -> Vec<u8> {
	module(&[vec![nothing()], vec![sums(2_000); 1_000]].concat())
}

#[tokio::test]
async fn too_large_module_is_refused_before_it_is_read() {
	let bench = Bench::new(1, b"");
	let mut file = fs::File::create(&bench.app).unwrap();
	// One function of as many bytes, each `unreachable`; what is not written reads as 0.
	file.write_all(b"\0asm\x01\0\0\0\x01\x04\x01\x60\x00\x00\x03\x02\x01\x00\x0a\x85\x80\x80\x64").unwrap();
	file.write_all(b"\x01\x80\x80\x80\x64\x00").unwrap();
	file.set_len(200 << 20).unwrap();
	let refused = bench.run(&bench.tier_with("/nowhere")).await;
	assert!(matches!(&refused, Err(Error::App(cause)) if cause.contains("209715200 bytes, more than")), "{refused:?}");
}

#[tokio::test]
async fn too_large_function_is_refused_before_it_is_compiled() {
	let bench = Bench::new(2, &module(&[nothing(), sums(20 << 20)]));
	let begin = Instant::now();
	let refused = bench.run(&bench.tier()).await;
	assert!(
		matches!(&refused, Err(Error::App(cause)) if cause.contains("function of the module has 209")),
		"{refused:?}"
	);
	assert!(begin.elapsed() < PATIENCE);
	// One that is as large as allowed is compiled.
	let bench = Bench::new(3, &module(&[nothing(), sums((1 << 20) - 16)]));
	assert_eq!(bench.run(&bench.tier()).await.unwrap().ending, Ending::Exited(0));
}

#[tokio::test]
async fn compiler_is_killed_when_its_jobs_time_is_over() {
	let mut bench = Bench::new(4, &slow());
	bench.room.limits.time = Duration::from_secs(1);
	let begin = Instant::now();
	assert_eq!(bench.run(&bench.tier()).await.unwrap().ending, Ending::TimedOut);
	assert!(begin.elapsed() >= Duration::from_secs(1));
	bench.no_compiler().await;
}

#[tokio::test]
async fn compiler_is_killed_when_its_job_is_stopped_or_dropped() {
	let bench = Bench::new(5, &slow());
	let (tier, stop) = (bench.tier(), Stop::new());
	let (run, ()) = tokio::join!(bench.run_until(&tier, &stop), async {
		bench.compiler().await;
		stop.stop();
	});
	assert_eq!(run.unwrap().ending, Ending::Stopped);
	bench.no_compiler().await;
	tokio::select! {
		_ = bench.run(&tier) => panic!("it is compiled"),
		_ = bench.compiler() => {}
	}
	bench.no_compiler().await;
}

#[tokio::test]
async fn module_that_takes_too_much_memory_is_not_compiled() {
	let mut bench = Bench::new(6, &module(&[calls((1 << 20) - 16), nothing()]));
	bench.room.limits.memory = 1;
	let run = bench.run(&bench.tier()).await.unwrap();
	assert!(
		matches!(&run.ending, Ending::Uncompiled(cause) if cause.contains("more than 512 MiB of memory")),
		"{run:?}"
	);
}

#[tokio::test]
async fn compiler_limits_itself_and_inherits_nothing() {
	let bench = Bench::new(7, &slow());
	let look = async {
		let pid = bench.compiler().await;
		let files = fs::read_dir(format!("/proc/{}/fd", pid.as_raw_nonzero())).unwrap().count();
		assert_eq!((files, of_process(pid, "environ")), (3, String::new()));
		assert!(of_process(pid, "status").contains("NoNewPrivs:\t1"));
		assert_eq!(of_process(pid, "oom_score_adj").trim(), "1000");
		assert!(stat(pid, 19) >= 10, "it is nice");
		let limits = of_process(pid, "limits");
		let limit = |name: &str| {
			let line = limits.lines().find_map(|line| line.strip_prefix(name));
			line.and_then(|line| line.split_whitespace().next()).unwrap_or_default().to_owned()
		};
		["Max data size", "Max cpu time", "Max file size", "Max core file size"].map(limit)
	};
	let tier = bench.tier();
	let limits = tokio::select! {
		_ = bench.run(&tier) => panic!("it is compiled"),
		limits = look => limits,
	};
	assert_eq!(limits, [bench.compiler_memory.as_str(), "300", "0", "0"]);
	bench.no_compiler().await;
}

#[tokio::test]
async fn jobs_that_need_one_module_share_its_compiler() {
	let (bench, other) = (Bench::new(8, &ordinary()), Room::new());
	let log = bench.room.directory.path().join("log");
	let script = bench.script(&format!("echo started >> {}; exec {COMPILER} \"$@\"", log.display()));
	let tier = bench.tier_with(script);
	let (one, two) = tokio::join!(bench.run(&tier), other.wasm(&tier, &bench.app, &[]));
	assert_eq!((one.unwrap().ending, two.unwrap().ending), (Ending::Exited(0), Ending::Exited(0)));
	assert_eq!(fs::read_to_string(log).unwrap(), "started\n");
}

#[tokio::test]
async fn job_that_waits_for_a_stopped_one_has_its_module_compiled() {
	let (bench, other, stop) = (Bench::new(9, &ordinary()), Room::new(), Stop::new());
	let first = bench.room.directory.path().join("first");
	// The first compiler makes a directory, and never ends.
	let script = format!("mkdir {} 2>/dev/null && exec sleep 1000; exec {COMPILER} \"$@\"", first.display());
	let tier = bench.tier_with(bench.script(&script));
	let second = async {
		let begin = Instant::now();
		while !first.exists() {
			assert!(begin.elapsed() < PATIENCE, "nothing is compiled");
			tokio::time::sleep(Duration::from_millis(5)).await;
		}
		tokio::join!(other.wasm(&tier, &bench.app, &[]), async { stop.stop() }).0
	};
	let (one, two) = tokio::join!(bench.run_until(&tier, &stop), second);
	assert_eq!((one.unwrap().ending, two.unwrap().ending), (Ending::Stopped, Ending::Exited(0)));
}

#[tokio::test]
async fn killed_compiler_is_this_machines_trouble() {
	let bench = Bench::new(10, &slow());
	let tier = bench.tier();
	let (run, ()) = tokio::join!(bench.run(&tier), async {
		let pid = bench.compiler().await;
		kill_process(pid, Signal::KILL).unwrap();
	});
	assert!(matches!(&run, Err(Error::Host(cause)) if cause.contains("SIGKILL")), "{run:?}");
	bench.no_compiler().await;
}

#[tokio::test]
async fn compiler_that_dies_at_any_step_leaves_nothing() {
	let bench = Bench::new(11, &ordinary());
	for step in [
		"kill -9 $$",
		"head -c 4 >/dev/null; kill -9 $$",
		"head -c 1000 >/dev/null; kill -9 $$",
		"head -c 1000 >/dev/null; head -c 5000000 /dev/zero; kill -9 $$",
		"exec /nowhere",
		"echo wrong >&2; exit 4",
	] {
		let run = bench.run(&bench.tier_with(bench.script(step))).await;
		assert!(matches!(&run, Err(Error::Host(_))), "{step}: {run:?}");
		assert_eq!(fs::read_dir(bench.cache()).unwrap().count(), 0, "{step}");
	}
	let run = bench.run(&bench.tier_with(bench.script("head -c 1000 >/dev/null; echo what; exit 0"))).await;
	assert!(matches!(&run, Err(Error::Host(cause)) if cause.contains("cannot be used")), "{run:?}");
	assert_eq!(bench.run(&bench.tier()).await.unwrap().ending, Ending::Exited(0));
}

/// Starts a compiler by hand, with so many seconds of processor time, and gives it a module.
fn start(module: &[u8], time: u64) -> Child {
	let mut command = Command::new(COMPILER);
	command.args([ASKED, &LEAST.to_string(), &time.to_string()]).process_group(0);
	let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
	let stdin = child.stdin.as_mut().unwrap();
	stdin.write_all(&(module.len() as u64).to_le_bytes()).unwrap();
	stdin.write_all(module).unwrap();
	child
}

#[tokio::test]
async fn compiler_ends_with_its_parent() {
	let mut child = start(&slow(), 300);
	let pid = Pid::from_child(&child);
	let begin = Instant::now();
	while processor_time(pid) < 10 {
		assert!(begin.elapsed() < PATIENCE, "nothing is compiled");
		tokio::time::sleep(Duration::from_millis(5)).await;
	}
	// As the kernel closes it when a process ends, in whatever way.
	drop(child.stdin.take());
	let begin = Instant::now();
	while child.try_wait().unwrap().is_none() {
		assert!(begin.elapsed() < SOON, "it is left");
		tokio::time::sleep(Duration::from_millis(5)).await;
	}
}

#[test]
fn compiler_is_ended_by_its_processor_time() {
	let mut child = start(&slow(), 1);
	// Closed otherwise, before it is waited for.
	let _stdin = child.stdin.take();
	assert_eq!(child.wait().unwrap().signal(), Some(Signal::XCPU.as_raw()));
}

#[tokio::test]
async fn what_was_compiled_serves_the_next_start_unless_it_is_damaged() {
	let bench = Bench::new(12, &ordinary());
	assert_eq!(bench.run(&bench.tier()).await.unwrap().ending, Ending::Exited(0));
	let compiled = only_file(&bench.cache());
	let content = fs::read(&compiled).unwrap();
	// Without a compiler, it must come from there.
	let without_compiler = || bench.tier_with("/nowhere");
	assert_eq!(bench.run(&without_compiler()).await.unwrap().ending, Ending::Exited(0));
	for at in [0, 40, content.len() / 2, content.len() - 1] {
		let mut damaged = content.clone();
		damaged[at] ^= 1;
		fs::write(&compiled, damaged).unwrap();
		assert!(matches!(bench.run(&without_compiler()).await, Err(Error::Host(_))), "{at}: it is not loaded");
	}
	assert_eq!(bench.run(&bench.tier()).await.unwrap().ending, Ending::Exited(0));
	assert_eq!(fs::read(only_file(&bench.cache())).unwrap().len(), content.len(), "it is compiled again");
}

/// Returns the one file of a directory.
fn only_file(directory: &Path) -> PathBuf {
	let mut files = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
	let (file, more) = (files.next().unwrap(), files.next());
	assert_eq!(more, None);
	file
}

#[test]
fn program_that_cannot_compile_is_told_at_once() {
	let tier = WasmTier::new(Compiler::this_program(), None);
	assert!(matches!(tier.map(|_| ()), Err(Error::Host(cause)) if cause.contains("compile_if_asked")));
}
