//! One run of a container, from its directory to its removal.

use std::{
	fs::{self, Permissions},
	os::unix::fs::PermissionsExt,
	path::{Path, PathBuf},
	sync::Arc,
	time::Instant,
};

use serde_json::Value;
use tokio::{process::Child, task, time};
use tracing::warn;

use super::{
	bundle::Bundle,
	devices::Device,
	environment::environment,
	ids::Ids,
	machine::Machine,
	mounts,
	network::{self, Slirp},
	output,
	readable::check_readable,
	runc::Runc,
	streams::{finish, read},
};
use crate::{image::Image, Ending, Error, Job, Limits, Run, Stop, Used, GUEST_INPUT, GUEST_OUTPUT};

/// Shows in the log of `runc` that the program of the image cannot be started.
const NO_PROGRAM: &str = "exec: ";

/// What a container gets beside what it may use.
#[derive(Clone, Debug)]
pub struct Granted {
	/// What gives it a network, if it is granted one.
	pub network: Option<Slirp>,
	/// The devices that it may open.
	pub devices: Vec<Device>,
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
	input: PathBuf,
	output: PathBuf,
	limits: Limits,
	granted: Granted,
}

impl Prepared {
	/// Prepares the container of a job.
	///
	/// # Errors
	///
	/// [`Error::App`], if image and job name no program, or cannot be given to one.
	pub fn new(name: String, state: &Path, image: Arc<Image>, job: &Job<'_>, granted: Granted) -> Result<Self, Error> {
		let settings = &image.settings;
		let own = if job.args.is_empty() { &settings.command } else { job.args };
		let args: Vec<_> = settings.entrypoint.iter().chain(own).cloned().collect();
		if args.is_empty() {
			return Err(Error::App("neither the image nor the request names a program to run".into()));
		}
		let environment = environment(&settings.environment, job.environment()?);
		let absolute = |path: &Path| {
			let found = path.canonicalize().map_err(Error::io("find", path))?;
			// The configuration is JSON, where other paths cannot be written.
			found.to_str().ok_or_else(|| Error::Host(format!("the path {} is not UTF-8", found.display())))?;
			Ok::<_, Error>(found)
		};
		let directory = state.join("runs").join(&name);
		Ok(Self {
			mounted: directory.join("out"),
			name,
			directory,
			args,
			environment,
			input: absolute(job.input)?,
			output: absolute(job.output)?,
			limits: job.limits.clone(),
			granted,
			image,
		})
	}

	/// Runs it, and removes what was made for it.
	pub async fn run(self, machine: Arc<Machine>, stop: Stop) -> Result<Run, Error> {
		let ids = Arc::new(machine.ids.take(&self.directory)?);
		let config = self.config(&ids, machine.cgroups.swap);
		let this = Arc::new(self);
		let run = this.clone().run_inside(&machine, ids.clone(), config, &stop).await;
		let deleted = machine.runc.delete(&this.name).await;
		let removed = blocking(move || this.remove()).await;
		match deleted.and(removed) {
			Ok(()) => {
				if let Some(ids) = Arc::into_inner(ids) {
					ids.free();
				}
			}
			// Until then, nobody else gets its users.
			Err(error) => warn!("something is left of a container; the next start removes it: {error}"),
		}
		run
	}

	async fn run_inside(
		self: Arc<Self>,
		machine: &Machine,
		ids: Arc<Ids>,
		config: Value,
		stop: &Stop,
	) -> Result<Run, Error> {
		let this = self.clone();
		blocking(move || this.make(&ids, &config)).await?;
		let Some(slirp) = &self.granted.network else { return self.clone().run_container(machine, stop).await };
		let network = slirp.start(&self.name).await?;
		let run = self.clone().run_container(machine, stop).await;
		match (run, network.end().await) {
			// An app is not to blame for failing without the network that it was granted.
			(Ok(Run { ending: Ending::Exited(1..), .. }), Err(lost)) => Err(lost),
			(run, ended) => {
				if let Err(lost) = ended {
					warn!("a container had no network for a while: {lost}");
				}
				run
			}
		}
	}

	async fn run_container(self: Arc<Self>, machine: &Machine, stop: &Stop) -> Result<Run, Error> {
		let log = self.directory.join("log");
		let start = Instant::now();
		let mut child = machine.runc.run(&self.name, &self.directory, &log)?;
		let stdout = read(child.stdout.take(), self.limits.log);
		let stderr = read(child.stderr.take(), self.limits.log);
		let ended = tokio::select! {
			code = code(&mut child) => Ok(code?),
			() = time::sleep(self.limits.time) => Err(Ending::TimedOut),
			() = stop.stopped() => Err(Ending::Stopped),
		};
		if ended.is_err() {
			machine.runc.kill(&self.name, &mut child).await?;
		}
		let time = start.elapsed();
		let (kills, memory) = machine.cgroups.memory(&self.name);
		let written = [finish(stdout).await, finish(stderr).await];
		let ending = match ended {
			Err(ending) => ending,
			Ok(code) if code != 0 && kills > 0 => Ending::OutOfMemory,
			Ok(code) => {
				if let Some(cause) = Runc::errors(&log).filter(|_| code != 0) {
					let whose = if cause.contains(NO_PROGRAM) { Error::App } else { Error::Host };
					return Err(whose(cause));
				}
				let this = self.clone();
				blocking(move || this.collect(code)).await?
			}
		};
		Ok(Run::new(ending, written, Used { time, fuel: 0, memory }))
	}

	fn config(&self, ids: &Ids, swap: bool) -> Value {
		let network = self.granted.network.as_ref().map(|_| network::namespace(&self.name));
		let files = network::FILES.map(|(name, location, _)| (self.directory.join(name), location));
		let input = mounts::input(&self.name);
		let mut mounts = vec![(input.as_path(), GUEST_INPUT, false), (self.mounted.as_path(), GUEST_OUTPUT, true)];
		if network.is_some() {
			mounts.extend(files.iter().map(|(file, location)| (file.as_path(), *location, false)));
		}
		Bundle {
			name: &self.name,
			args: &self.args,
			environment: &self.environment,
			directory: self.image.settings.directory.as_deref().unwrap_or("/"),
			ids,
			mounts: &mounts,
			limits: &self.limits,
			network: network.as_deref(),
			devices: &self.granted.devices,
			swap,
		}
		.config()
	}

	/// Makes its directory.
	fn make(&self, ids: &Ids, config: &Value) -> Result<(), Error> {
		output::create(&self.mounted, &self.limits, ids)?;
		check_readable(&self.input)?;
		mounts::make(&self.name, ids, &self.image.root, Some(&self.input), &self.granted.devices)?;
		if self.granted.network.is_some() {
			for (name, _, text) in network::FILES {
				let file = self.directory.join(name);
				let written = fs::write(&file, text);
				// The container's user is a stranger here, whatever the umask.
				let written = written.and_then(|()| fs::set_permissions(&file, Permissions::from_mode(0o644)));
				written.map_err(Error::io("write", &file))?;
			}
		}
		let file = self.directory.join("config.json");
		fs::write(&file, config.to_string()).map_err(Error::io("write", &file))
	}

	/// Copies what it wrote, and says how it ended.
	fn collect(&self, code: i32) -> Result<Ending, Error> {
		let failed_for_space = code != 0 && output::is_full(&self.mounted);
		if failed_for_space || !output::copy(&self.mounted, &self.output, &self.limits)? {
			return Ok(Ending::OutOfDisk);
		}
		Ok(Ending::Exited(code))
	}

	fn remove(&self) -> Result<(), Error> {
		output::remove(&self.mounted);
		mounts::remove(&self.name)?;
		if self.granted.network.is_some() {
			network::remove(&self.name)?;
		}
		fs::remove_dir_all(&self.directory).map_err(Error::io("remove", &self.directory))
	}
}

/// Returns the exit code of the container's program, as `runc` passes it on.
async fn code(child: &mut Child) -> Result<i32, Error> {
	let status = child.wait().await.map_err(|error| Error::Host(format!("runc is lost: {error}")))?;
	status.code().ok_or_else(|| Error::Host(format!("runc was killed: {status}")))
}

/// Runs work that waits for the disk on a thread that may.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
	task::spawn_blocking(work)
		.await
		.unwrap_or_else(|error| Err(Error::Host(format!("work on the disk broke off: {error}"))))
}
