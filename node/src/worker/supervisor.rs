//! Starts the worker, starts it again when it fails, and ends it.

use std::{
	io::{self, Write},
	os::unix::process::CommandExt,
	process::{Child, Command, ExitStatus, Stdio},
	sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
	thread,
	time::{Duration, Instant},
};

use rlc_service::Backoff;
use rustix::process::{kill_process, Pid, Signal};

use crate::metrics::worker::Metrics;

/// How long to wait before a worker that failed is started again: what it contributed has to be revealed in time.
const BACKOFF: Backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(60));
/// A worker that ran for this long was well: its next failure is a first one.
const STEADY: Duration = Duration::from_secs(300);
/// How often it is looked whether the worker runs.
const LOOK: Duration = Duration::from_millis(100);
/// How long a node that ends waits for its worker: as long as the worker gives to what runs, and a little more.
const STOP_PATIENCE: Duration = Duration::from_secs(12);

/// Keeps a worker running until this is dropped, which waits for its end.
pub struct Supervisor {
	/// Dropped to stop it.
	stop: Option<Sender<()>>,
	/// Closed when it has ended.
	ended: Receiver<()>,
}

impl Supervisor {
	/// Starts the worker that `command` starts, on a thread of its own. Its standard input has a line with the secret, and
	/// lasts as long as this process.
	///
	/// # Errors
	///
	/// The system's, if there is no thread.
	pub fn start(command: impl Fn() -> Command + Send + 'static, secret: String, metrics: Metrics) -> io::Result<Self> {
		let (stop, stopped) = mpsc::channel();
		let (end, ended) = mpsc::channel();
		thread::Builder::new().name("worker".into()).spawn(move || {
			let _end: Sender<()> = end;
			Watch { command, secret, metrics, stopped }.run();
		})?;
		Ok(Self { stop: Some(stop), ended })
	}
}

impl Drop for Supervisor {
	fn drop(&mut self) {
		drop(self.stop.take());
		// Nothing is ever sent.
		let _ = self.ended.recv();
	}
}

/// How a worker ended.
enum End {
	/// By itself.
	Exited(ExitStatus),
	/// The node ends.
	Stopped,
}

struct Watch<Start> {
	command: Start,
	secret: String,
	metrics: Metrics,
	stopped: Receiver<()>,
}

impl<Start: Fn() -> Command> Watch<Start> {
	fn run(self) {
		let mut waits = BACKOFF.waits();
		loop {
			let begin = Instant::now();
			match self.once() {
				Ok(End::Stopped) => return,
				Ok(End::Exited(status)) if status.success() => {
					tracing::info!("the worker has finished its tasks, as its scheduler asked; the node goes on");
					return;
				}
				Ok(End::Exited(status)) => tracing::error!("the worker has ended ({status}); the node goes on"),
				Err(error) => tracing::error!("the worker cannot be started: {error}"),
			}
			if begin.elapsed() >= STEADY {
				waits.reset();
			}
			let wait = waits.next_wait().unwrap_or(STEADY);
			if self.is_stopped_within(wait) {
				return;
			}
			self.metrics.restarts.inc();
			tracing::warn!("the worker is started again");
		}
	}

	/// Starts the worker, and waits until it or the node ends.
	fn once(&self) -> io::Result<End> {
		let mut child = (self.command)()
			// Its other end closes with this process, however that ends.
			.stdin(Stdio::piped())
			// Ctrl-C is for the node, which then ends its worker.
			.process_group(0)
			.spawn()?;
		tracing::info!("the worker runs as process {}", child.id());
		if let Some(input) = &mut child.stdin {
			// It fails if the worker has ended already, which is seen below.
			let _ = writeln!(input, "{}", self.secret);
		}
		self.metrics.up.set(1);
		let ended = self.watch(&mut child);
		self.metrics.up.set(0);
		ended
	}

	fn watch(&self, child: &mut Child) -> io::Result<End> {
		loop {
			if let Some(status) = child.try_wait()? {
				return Ok(End::Exited(status));
			}
			if self.is_stopped_within(LOOK) {
				stop(child)?;
				return Ok(End::Stopped);
			}
		}
	}

	/// Returns whether the worker is to stop, which is waited for so long.
	fn is_stopped_within(&self, time: Duration) -> bool {
		self.stopped.recv_timeout(time) != Err(RecvTimeoutError::Timeout)
	}
}

/// Asks a worker to end, and ends it if it does not.
fn stop(child: &mut Child) -> io::Result<()> {
	let begin = Instant::now();
	// It is not waited for yet, so that its number is no other process's.
	if let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
		// It may have ended this very moment.
		let _ = kill_process(pid, Signal::TERM);
	}
	while child.try_wait()?.is_none() {
		if begin.elapsed() > STOP_PATIENCE {
			tracing::warn!("the worker does not stop in time and is killed; what is in hand resumes at its next start");
			child.kill()?;
			child.wait()?;
			return Ok(());
		}
		thread::sleep(LOOK);
	}
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::{fs, path::Path};

	/// Longer than anything here takes, on any machine.
	const LONG: Duration = Duration::from_secs(60);
	/// What the worker is told.
	const SECRET: &str = "between us";

	/// Starts what stands for a worker: a script that knows `$log`, a file.
	fn start(log: &Path, script: &str) -> (Supervisor, Metrics) {
		let metrics = Metrics::register(None).expect("no registry");
		let script = format!("log={}; {script}", log.display());
		let command = move || {
			let mut command = Command::new("sh");
			command.args(["-c", &script]);
			command
		};
		(Supervisor::start(command, SECRET.into(), metrics.clone()).expect("a thread"), metrics)
	}

	fn until(what: &str, is_so: impl Fn() -> bool) {
		let begin = Instant::now();
		while !is_so() {
			assert!(begin.elapsed() < LONG, "it takes too long until {what}");
			thread::sleep(Duration::from_millis(10));
		}
	}

	fn lines(log: &Path) -> usize {
		fs::read_to_string(log).unwrap_or_default().lines().count()
	}

	#[test]
	fn worker_that_fails_is_started_again() {
		let folder = tempfile::tempdir().expect("a folder");
		let log = folder.path().join("log");
		let (supervisor, metrics) = start(&log, "echo begun >>$log; [ $(wc -l <$log) = 3 ] && cat; exit 1");
		until("it runs for the third time", || lines(&log) == 3 && metrics.up.get() == 1);
		assert_eq!(metrics.restarts.get(), 2);
		drop(supervisor);
		assert_eq!(metrics.up.get(), 0);
	}

	#[test]
	fn killed_worker_comes_back() {
		let folder = tempfile::tempdir().expect("a folder");
		let log = folder.path().join("log");
		let (supervisor, metrics) = start(&log, "echo $$ >>$log; [ $(wc -l <$log) = 1 ] && kill -KILL $$; cat");
		until("it is back", || lines(&log) == 2 && metrics.up.get() == 1);
		assert_eq!(metrics.restarts.get(), 1);
		drop(supervisor);
	}

	#[test]
	fn worker_that_has_finished_is_left_in_peace() {
		let folder = tempfile::tempdir().expect("a folder");
		let log = folder.path().join("log");
		let (supervisor, metrics) = start(&log, "echo begun >>$log");
		until("its end is seen", || supervisor.ended.try_recv() == Err(mpsc::TryRecvError::Disconnected));
		assert_eq!((lines(&log), metrics.restarts.get(), metrics.up.get()), (1, 0, 0));
	}

	#[test]
	fn ending_node_asks_its_worker_and_waits_for_it() {
		let folder = tempfile::tempdir().expect("a folder");
		let log = folder.path().join("log");
		let script = "trap 'echo stopped >>$log; exit 143' TERM; echo begun >>$log; while :; do sleep 0.1; done";
		let (supervisor, _metrics) = start(&log, script);
		until("it runs", || lines(&log) == 1);
		drop(supervisor);
		assert_eq!(lines(&log), 2, "it had its last words");
	}

	#[test]
	fn worker_is_told_the_secret_whenever_it_starts() {
		let folder = tempfile::tempdir().expect("a folder");
		let log = folder.path().join("log");
		let script = "read -r line; echo \"$line\" >>$log; [ $(wc -l <$log) = 1 ] && exit 1; cat";
		let (supervisor, _metrics) = start(&log, script);
		until("it is told twice", || lines(&log) == 2);
		assert_eq!(fs::read_to_string(&log).expect("it writes there"), format!("{SECRET}\n{SECRET}\n"));
		drop(supervisor);
	}

	#[test]
	fn worker_has_a_process_group_of_its_own_and_an_input_that_lasts_as_the_node_does() {
		let folder = tempfile::tempdir().expect("a folder");
		let log = folder.path().join("log");
		let script = "cut -d ' ' -f 5 /proc/$$/stat >>$log; echo $$ >>$log; cat; echo end >>$log";
		let (supervisor, _metrics) = start(&log, script);
		until("it runs", || lines(&log) == 2);
		let begun = fs::read_to_string(&log).expect("it writes there");
		let (group, pid) = begun.trim().split_once('\n').expect("two lines");
		assert_eq!(group, pid);
		thread::sleep(3 * LOOK);
		assert_eq!(lines(&log), 2, "its input has not ended");
		drop(supervisor);
	}
}
