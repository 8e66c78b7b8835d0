//! One run of a container, from its directory to its removal.

use std::{
	fs, io,
	path::{Path, PathBuf},
	sync::{
		atomic::{AtomicBool, Ordering},
		Arc, Mutex, PoisonError,
	},
	time::{Duration, Instant},
};

use serde_json::Value;
use tokio::{process::Child, time};
use tracing::{info, warn};

use super::{
	allowance::Taken,
	blocking,
	bundle::Bundle,
	cgroups::{GroupMount, Shortage},
	devices::{Layer, Lease},
	environment::{environment, usual},
	fault::{Fault, Kind, Program},
	files::Source,
	hosts,
	ids::Ids,
	leftovers::remove_run,
	machine::Machine,
	mounts,
	network::{self, Internet},
	output::{self, Target},
	readable::check_readable,
	root,
	runc::Runc,
	scratch,
	streams::{finish, read},
	sys,
};
use crate::{
	image::Image,
	tail::{Tail, Written},
	Ending, Error, Job, Limits, Run, Stop, Tap, Used, GUEST_INPUT, GUEST_OUTPUT,
};

/// How often a container that does not end is killed again before `runc` is, and how long it is waited for each time.
const KILLS: u32 = 10;
const BETWEEN_KILLS: Duration = Duration::from_millis(100);
/// How often it is tried again to end one that was given up.
const BETWEEN_ENDS: Duration = Duration::from_secs(10);
/// The least memory with which a run is begun, in bytes: some files are written for it before its program begins.
const LEAST_MEMORY: u64 = 1 << 20;
/// What a container exits with if its program could not be executed at last, by version of `runc`.
const EXEC_FAILED: [i32; 2] = [1, 255];

/// What a container gets beside what it may use.
#[derive(Debug)]
pub struct Granted {
	/// What gives it a network, if it is granted one.
	pub network: Option<Internet>,
	/// The devices that it has, if it is granted some.
	pub gpus: Option<Lease>,
	/// Its part of what all runs may take, if that is counted.
	#[allow(dead_code, reason = "it is only held")]
	pub room: Option<Taken>,
}

/// A container to be. It owns all that it needs, so that it can outlive its caller.
pub struct Prepared {
	name: String,
	/// The directory of the run.
	directory: PathBuf,
	/// Where OUT is while it runs.
	mounted: PathBuf,
	args: Vec<String>,
	environment: Vec<String>,
	/// Kept from being removed while it runs.
	image: Arc<Image>,
	input: Source,
	output: Mutex<Box<dyn Target + Send>>,
	limits: Limits,
	/// What is told what it writes.
	tap: Option<Tap>,
	granted: Granted,
	/// What it has of these devices.
	layer: Option<Layer>,
	/// Whether something of it could not be ended.
	goes_on: AtomicBool,
}

impl Prepared {
	/// Prepares the container of a job, of which input and output are given apart.
	///
	/// # Errors
	///
	/// [`Error::App`], if image and job name no program, or cannot be given to one; [`Error::OtherMachine`], if links of the
	/// image lead away what this machine's devices need.
	pub fn new(
		name: String,
		state: &Path,
		image: Arc<Image>,
		job: &Job<'_>,
		(input, output): (Source, Box<dyn Target + Send>),
		granted: Granted,
	) -> Result<Self, Error> {
		let (settings, start) = (&image.settings, &image.start);
		let own = if job.args.is_empty() { &settings.command } else { job.args };
		let args: Vec<_> = settings.entrypoint.iter().chain(own).cloned().collect();
		if args.is_empty() {
			return Err(Error::App("neither the image nor the request names a program to run".into()));
		}
		let usual = usual(&start.home, job.limits.cpus);
		let mut environment = environment(&usual, &settings.environment, &job.environment()?);
		let layer = granted.gpus.as_ref().map(|lease| Layer::new(mounts::devices(&name), lease.edits()));
		if let Some(layer) = &layer {
			layer.set_environment(&mut environment);
			layer.check(&image.root)?;
		}
		let directory = state.join("runs").join(&name);
		Ok(Self {
			mounted: directory.join("out"),
			name,
			directory,
			args,
			environment,
			input,
			output: Mutex::new(output),
			limits: job.limits.clone(),
			tap: job.tap.cloned(),
			granted,
			layer,
			goes_on: AtomicBool::new(false),
			image,
		})
	}

	/// Runs it, and removes what was made for it.
	pub async fn run(self, machine: Arc<Machine>, stop: Stop) -> Result<Run, Error> {
		if self.limits.memory < LEAST_MEMORY {
			return Ok(Run::unbegun(Ending::OutOfMemory));
		}
		let this = Arc::new(self);
		let looked = this.clone();
		if let Some(fault) = blocking(move || Ok(looked.refusal())).await? {
			return run_of(fault, Used::default());
		}
		let ids = Arc::new(machine.ids.take(&this.directory)?);
		let seen = machine.cgroups.seen(&this.name);
		let config = this.config(&ids, &machine, &seen);
		let run = this.clone().run_inside(&machine, ids.clone(), (config, seen), &stop).await;
		if this.goes_on.load(Ordering::Relaxed) {
			// Nobody waits for that.
			tokio::spawn(this.give_back_at_last(machine, ids));
		} else {
			this.give_back(machine, ids).await;
		}
		run
	}

	/// Waits until nothing of it goes on, such as what waits for a broken disk, and gives back what it has only then: another
	/// run with its users could be changed by it, and it takes its memory still.
	async fn give_back_at_last(self: Arc<Self>, machine: Arc<Machine>, ids: Arc<Ids>) {
		// What was just killed has ended in a moment: the next run may wait for its room.
		let mut ended = self.end_all(&machine).await;
		if !ended {
			warn!(run = %self.name, "something of a container goes on; its users and its room stay taken until it ends");
		}
		while !ended {
			time::sleep(BETWEEN_ENDS).await;
			ended = self.end_all(&machine).await;
		}
		info!(run = %self.name, "all of the container has ended at last");
		self.give_back(machine, ids).await;
	}

	/// Ends all of it, its network too. Returns whether nothing goes on.
	async fn end_all(self: &Arc<Self>, machine: &Machine) -> bool {
		let (this, groups) = (self.clone(), machine.cgroups.clone());
		let ended = blocking(move || Ok(network::end_all(&this.name) && groups.end(&this.name).is_ok()));
		ended.await.unwrap_or(false)
	}

	/// Removes what was made for it, and gives back its users; its room as well, when it is dropped. Nothing of it goes on.
	async fn give_back(self: Arc<Self>, machine: Arc<Machine>, ids: Arc<Ids>) {
		match blocking(move || self.remove(&machine)).await {
			Ok(()) => {
				if let Some(ids) = Arc::into_inner(ids) {
					ids.free();
				}
			}
			// Until then, nobody else gets its users.
			Err(error) => warn!("something is left of a container; the next start removes it: {error}"),
		}
	}

	async fn run_inside(
		self: Arc<Self>,
		machine: &Machine,
		ids: Arc<Ids>,
		(config, seen): (Value, Vec<GroupMount>),
		stop: &Stop,
	) -> Result<Run, Error> {
		let (this, own) = (self.clone(), ids.clone());
		blocking(move || this.make(&own, &seen, &config)).await?;
		let Some(internet) = &self.granted.network else { return self.clone().run_container(machine, stop).await };
		let network = internet.start(&self.name, &ids, &self.directory).await.inspect_err(|_| {
			// Of what was begun, something may go on.
			self.goes_on.store(true, Ordering::Relaxed);
		})?;
		let run = self.clone().run_container(machine, stop).await;
		match (run, network.end().await) {
			(run, Ok(None)) => run,
			// An app is not to blame for failing without the network that it was granted.
			(Ok(Run { ending: Ending::Exited(1..), .. }), Ok(Some(lost))) => Err(lost),
			(run, Ok(Some(lost))) => {
				warn!("a container had no network for a while: {lost}");
				run
			}
			(run, Err(error)) => {
				warn!("the network of a container goes on: {error}");
				self.goes_on.store(true, Ordering::Relaxed);
				run
			}
		}
	}

	async fn run_container(self: Arc<Self>, machine: &Machine, stop: &Stop) -> Result<Run, Error> {
		let log = self.directory.join("log");
		let start = Instant::now();
		let mut child = machine.start(&self.name, &self.directory, &log)?;
		let [stdout, stderr] = Tail::both(self.limits.log, self.tap.as_ref());
		let (stdout, stderr) = (read(child.stdout.take(), stdout), read(child.stderr.take(), stderr));
		let ended = tokio::select! {
			code = code(&mut child) => Ok(code),
			() = time::sleep(self.limits.time) => Err(Ending::TimedOut),
			() = stop.stopped() => Err(Ending::Stopped),
		};
		if ended.is_err() {
			self.kill(machine, &mut child).await;
		}
		let time = start.elapsed();
		let memory = machine.cgroups.memory(&self.name);
		// Whatever became of `runc`: nothing of the container goes on.
		self.end(machine).await?;
		let written = [finish(stdout).await, finish(stderr).await];
		let used = Used { time, fuel: 0, memory: memory.peak };
		if memory.shortage == Some(Shortage::OfMachine) && !matches!(ended, Err(Ending::Stopped)) {
			// Whatever it went on to do, even well: another machine's run of it has all of its processes.
			let why = "its memory was short, so the kernel killed a process of the app, which was within its own limit";
			return Err(Error::Host(why.into()));
		}
		let code = match ended {
			Err(ending) => return Ok(Run::new(ending, written, used)),
			Ok(code) => code?,
		};
		if code != 0 && memory.shortage.is_some() {
			return Ok(Run::new(Ending::OutOfMemory, written, used));
		}
		if let Some(fault) = self.failure(machine, code, &log, &written).await? {
			return run_of(fault, used);
		}
		let this = self.clone();
		Ok(Run::new(blocking(move || this.collect(code)).await?, written, used))
	}

	/// Kills a container until `runc` sees its end. It may have ended by itself, or be about to begin.
	async fn kill(&self, machine: &Machine, child: &mut Child) {
		for _ in 0..KILLS {
			let (cgroups, name) = (machine.cgroups.clone(), self.name.clone());
			let killed = blocking(move || {
				cgroups.kill(&name);
				Ok(())
			});
			if killed.await.is_ok() && time::timeout(BETWEEN_KILLS, child.wait()).await.is_ok() {
				return;
			}
		}
		// It has ended, or does not end, as the group will show.
		let _ = child.kill().await;
	}

	/// Ends what is in the container's control group, and removes it.
	async fn end(&self, machine: &Machine) -> Result<(), Error> {
		let (cgroups, name) = (machine.cgroups.clone(), self.name.clone());
		let failed = |error| Error::Host(format!("a container was killed, and does not end: {error}"));
		let ended = blocking(move || cgroups.end(&name).map_err(failed)).await;
		if let Err(error) = &ended {
			self.goes_on.store(true, Ordering::Relaxed);
			if let Some(lease) = &self.granted.gpus {
				lease.lose(&format!("the container that had it may still run: {error}"));
			}
		}
		ended
	}

	/// Returns what is wrong with the program, by what can be found in the container.
	fn fault(&self) -> Option<Fault> {
		let program = Program {
			name: &self.args[0],
			environment: &self.environment,
			directory: &self.image.start.directory,
			root: &self.image.root,
			input: &self.input.path(),
			devices: self.layer.iter().flat_map(|layer| layer.paths()).collect(),
		};
		program.fault()
	}

	/// Returns why it is not to be run at all, wherever it would: what `runc` makes of it depends on the machine.
	fn refusal(&self) -> Option<Fault> {
		if let Some(unusable) = &self.image.start.unusable {
			return Some(Fault { code: unusable.code, words: unusable.why.clone(), kind: Kind::Unfit });
		}
		self.fault().filter(|fault| fault.kind == Kind::Refused)
	}

	/// Returns what is wrong with the image, if that is why the program did not run.
	///
	/// # Errors
	///
	/// [`Error::Host`], if it did not run for another reason.
	async fn failure(
		self: &Arc<Self>,
		machine: &Machine,
		code: i32,
		log: &Path,
		written: &[Written; 2],
	) -> Result<Option<Fault>, Error> {
		if code == 0 {
			return Ok(None);
		}
		let cause = Runc::errors(log);
		let has_begun = cause.is_none() && machine.runc.knows(&self.name);
		if has_begun && !EXEC_FAILED.contains(&code) {
			return Ok(None);
		}
		// What has begun has found its program, but not all that this needs.
		let this = self.clone();
		let fault = blocking(move || Ok(this.fault())).await?;
		if let Some(fault) = fault.filter(|fault| !has_begun || !matches!(fault.kind, Kind::Missing | Kind::Unsure)) {
			return Ok(Some(fault));
		}
		match cause {
			Some(cause) => Err(Error::Host(cause)),
			None if has_begun => Ok(None),
			None => {
				let said = String::from_utf8_lossy(&written[1].end).trim().to_owned();
				Err(Error::Host(format!("runc did not begin, and ended with {code}: {said}")))
			}
		}
	}

	fn config(&self, ids: &Ids, machine: &Machine, seen: &[GroupMount]) -> Value {
		let network = self.granted.network.as_ref().map(|_| network::namespace(&self.directory));
		let input = mounts::input(&self.name);
		let mounts = [(input.as_path(), GUEST_INPUT, false), (self.mounted.as_path(), GUEST_OUTPUT, true)];
		Bundle {
			name: &self.name,
			group: &machine.cgroups.path(&self.name),
			args: &self.args,
			environment: &self.environment,
			directory: &self.image.start.directory,
			user: &self.image.start.user,
			ids,
			mounts: &mounts,
			seen,
			limits: &self.limits,
			network: network.as_deref(),
			layer: self.layer.as_ref(),
			swap: machine.cgroups.swap,
		}
		.config()
	}

	/// Makes its directory.
	fn make(&self, ids: &Ids, seen: &[GroupMount], config: &Value) -> Result<(), Error> {
		output::create(&self.mounted, &self.limits, ids)?;
		if let Ok(below) = Path::new(&self.image.start.directory).strip_prefix(GUEST_OUTPUT) {
			output::create_below(&self.mounted, below, ids)?;
		}
		// Who opened a directory has checked it.
		if let Source::Path(path) = &self.input {
			check_readable(path)?;
		}
		let input = self.input.path();
		mounts::make(&self.name, ids, &self.limits, &self.image.root, Some(&input), self.layer.as_ref())?;
		let root = mounts::root(&self.name);
		self.furnish(&root, ids, seen).map_err(Error::io("furnish", &root))?;
		let file = self.directory.join("config.json");
		fs::write(&file, config.to_string()).map_err(Error::io("write", &file))
	}

	/// Puts into its root directory what programs expect of a machine.
	fn furnish(&self, root: &Path, ids: &Ids, seen: &[GroupMount]) -> io::Result<()> {
		sys::make(&scratch::sys(&mounts::scratch(&self.name)), &self.limits, seen)?;
		let root = root::enter(root)?;
		for (path, text) in hosts::files(self.granted.network.as_ref().map(Internet::resolvers)) {
			root::write(&root, Path::new(path), &text, ids.user())?;
		}
		let own = self.image.start.own.iter();
		own.map(Path::new).try_for_each(|directory| root::give(&root, directory, ids.user()))
	}

	/// Copies what it wrote, and says how it ended.
	fn collect(&self, code: i32) -> Result<Ending, Error> {
		// Too many bytes never get here: the kernel ends such a run. Too many files do.
		if code != 0 && mounts::is_full(&mounts::scratch(&self.name)) {
			return Ok(Ending::OutOfMemory);
		}
		let failed_for_space = code != 0 && mounts::is_full(&self.mounted);
		let mut target = self.output.lock().unwrap_or_else(PoisonError::into_inner);
		if failed_for_space || !output::copy(&self.mounted, &mut **target, &self.limits)? {
			return Ok(Ending::OutOfDisk);
		}
		Ok(Ending::Exited(code))
	}

	fn remove(&self, machine: &Machine) -> Result<(), Error> {
		machine.runc.forget(&self.name)?;
		remove_run(&self.name, &self.directory)
	}
}

/// Returns the run of a program that could not run for this reason.
fn run_of(fault: Fault, used: Used) -> Result<Run, Error> {
	if matches!(fault.kind, Kind::OtherMachine | Kind::Unsure) {
		return Err(Error::OtherMachine(fault.words));
	}
	let written = [Written::default(), Written::of(fault.words.as_bytes())];
	Ok(Run::new(Ending::Exited(fault.code), written, used))
}

/// Returns the exit code of the container's program, as `runc` passes it on.
async fn code(child: &mut Child) -> Result<i32, Error> {
	let status = child.wait().await.map_err(|error| Error::Host(format!("runc is lost: {error}")))?;
	status.code().ok_or_else(|| Error::Host(format!("runc was killed: {status}")))
}
