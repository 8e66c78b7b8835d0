//! The compiler itself, in a process of its own.

use std::{
	fs,
	io::{self, Read, Write},
	os::unix::process::ExitStatusExt,
	process::{self, ExitStatus},
	sync::atomic::{AtomicBool, Ordering},
	thread,
};

use rustix::{
	process::{getrlimit, nice, setrlimit, Resource, Rlimit, Signal},
	thread::set_no_new_privs,
};

use crate::wasm::{
	compile::{check_size, compile},
	engine::engine,
};

/// The first argument of a program that is to compile a module. The memory and the processor time that this may take
/// follow, in bytes and in seconds.
pub const ASKED: &str = "compile-wasm-module";

/// Exit codes: the module is refused; this process cannot work. The third is that of a program that panicked.
const REFUSED: i32 = 3;
const UNABLE: i32 = 4;
const PANICKED: i32 = 101;
/// How a process ends of itself by something that went wrong inside.
const CRASHES: [Signal; 6] = [Signal::ABORT, Signal::SEGV, Signal::BUS, Signal::ILL, Signal::FPE, Signal::TRAP];

/// How much more important every other process is.
const NICE: i32 = 10;
/// How soon the kernel ends this process if memory is short: first. Its worker owes results.
const FIRST_TO_GO: &str = "1000";
/// Most threads. Each may have a function at hand that takes much memory.
const MOST_THREADS: usize = 4;
/// What address space has beside memory, in bytes: the program, and what is reserved and not used.
const RESERVED: u64 = 4 << 30;
/// Files that it may have open: pipes, and those that it limits itself by.
const FILES: u64 = 16;

/// Whether this program begins with [`compile_if_asked`].
static CAN_BE_ASKED: AtomicBool = AtomicBool::new(false);

/// Compiles a module and ends the process, if it was started for that by a [`Compiler`](super::Compiler). Else does
/// nothing.
///
/// A program that runs modules calls this first in its main function, before it starts threads or opens files: it starts
/// itself anew for each module that it has to compile.
pub fn compile_if_asked() {
	let mut arguments = std::env::args().skip(1);
	if arguments.next().is_none_or(|first| first != ASKED) {
		CAN_BE_ASKED.store(true, Ordering::Relaxed);
		return;
	}
	let mut number = || arguments.next()?.parse().ok();
	let code = match (number(), number()) {
		(Some(memory), Some(time)) => work(memory, time).err(),
		_ => Some((UNABLE, "it is not told what it may take".into())),
	};
	let code = code.map_or(0, |(code, words)| {
		// Nobody may be there to read it any more.
		let _ = writeln!(io::stderr(), "{words}");
		code
	});
	process::exit(code);
}

/// Returns whether this program can be started as a compiler.
pub fn can_be_asked() -> bool {
	CAN_BE_ASKED.load(Ordering::Relaxed)
}

/// How a compiler ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
	/// With machine code.
	Compiled,
	/// What it was given is not a module.
	Refused,
	/// It took more than its processor time.
	OutOfTime,
	/// It crashed: by a defect, or since it got no more memory.
	Failed,
	/// Otherwise, by no fault of the module: it was killed, or could not begin.
	Lost,
}

impl End {
	/// Returns what an exit code or a signal means.
	pub fn of(status: ExitStatus) -> Self {
		let crashed = |signal| CRASHES.iter().any(|crash| crash.as_raw() == signal);
		match (status.code(), status.signal()) {
			(Some(0), _) => Self::Compiled,
			(Some(REFUSED), _) => Self::Refused,
			(Some(PANICKED), _) => Self::Failed,
			(_, Some(signal)) if signal == Signal::XCPU.as_raw() => Self::OutOfTime,
			(_, Some(signal)) if crashed(signal) => Self::Failed,
			_ => Self::Lost,
		}
	}
}

/// Compiles the module of standard input to standard output. Fails with an exit code, and what to say.
fn work(memory: u64, time: u64) -> Result<(), (i32, String)> {
	let unable = |error: io::Error| (UNABLE, error.to_string());
	confine(memory, time).map_err(unable)?;
	let threads = thread::available_parallelism().map_or(1, |cores| cores.get()).min(MOST_THREADS);
	let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
	pool.map_err(|error| (UNABLE, error.to_string()))?;
	let module = read_module().map_err(unable)?;
	end_with_parent().map_err(unable)?;
	let engine = engine().map_err(|error| (UNABLE, error.to_string()))?;
	let code = compile(&engine, &module).map_err(|why| (REFUSED, why))?;
	io::stdout().write_all(&code).and_then(|()| io::stdout().flush()).map_err(unable)
}

/// Limits this process to what compiling takes.
fn confine(memory: u64, time: u64) -> io::Result<()> {
	close_inherited()?;
	// Some systems do not let it, and it works all the same.
	let _ = fs::write("/proc/self/oom_score_adj", FIRST_TO_GO);
	nice(NICE)?;
	set_no_new_privs(true)?;
	// The first is what takes memory, and is what a module runs into. The second covers what the first does not count.
	limit(Resource::Data, memory, memory)?;
	limit(Resource::As, memory.saturating_add(RESERVED), memory.saturating_add(RESERVED))?;
	// A signal tells of the first. At the second, the process is killed.
	limit(Resource::Cpu, time, time.saturating_add(1))?;
	limit(Resource::Fsize, 0, 0)?;
	limit(Resource::Core, 0, 0)?;
	limit(Resource::Nofile, FILES, FILES)
}

/// Sets a limit, unless it is narrower already.
fn limit(resource: Resource, current: u64, maximum: u64) -> io::Result<()> {
	let now = getrlimit(resource);
	let maximum = now.maximum.map_or(maximum, |now| now.min(maximum));
	let current = now.current.map_or(current, |now| now.min(current)).min(maximum);
	Ok(setrlimit(resource, Rlimit { current: Some(current), maximum: Some(maximum) })?)
}

/// Closes all files but the standard streams: those that a library of the parent left open for children.
#[allow(unsafe_code)]
fn close_inherited() -> io::Result<()> {
	if fs::read_dir("/proc/self/task")?.count() > 1 {
		return Err(io::Error::other("main must call compile_if_asked before it starts threads"));
	}
	let names = fs::read_dir("/proc/self/fd")?.map(|entry| Ok(entry?.file_name()));
	let names = names.collect::<io::Result<Vec<_>>>()?;
	for fd in names.iter().filter_map(|name| name.to_str()?.parse().ok()).filter(|fd| *fd > 2) {
		// SAFETY: this process has one thread, which has opened nothing yet, so nobody uses the file.
		unsafe { rustix::io::close(fd) }
	}
	Ok(())
}

/// Reads a module: how many bytes it has, and the bytes.
fn read_module() -> io::Result<Vec<u8>> {
	let (mut stdin, mut size) = (io::stdin().lock(), [0; 8]);
	stdin.read_exact(&mut size)?;
	let size = u64::from_le_bytes(size);
	check_size(size).map_err(io::Error::other)?;
	let mut module = vec![0; size as usize];
	stdin.read_exact(&mut module)?;
	Ok(module)
}

/// Ends this process when the parent ends or does not wait any longer: standard input ends then. The signal that Linux
/// offers for this comes when the thread ends that started a process, and threads come and go.
fn end_with_parent() -> io::Result<()> {
	let wait = || {
		let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
		process::exit(UNABLE);
	};
	thread::Builder::new().name("parent".into()).spawn(wait).map(|_| ())
}
