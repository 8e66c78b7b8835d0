//! One run of a container, from its directory to its removal.

use std::{
	fs::{self, Permissions},
	os::unix::fs::PermissionsExt,
	path::{Path, PathBuf},
	sync::Arc,
	time::Instant,
};

use serde_json::Value;
use tokio::{
	io::{AsyncRead, AsyncReadExt},
	process::Child,
	task::{self, JoinHandle},
	time,
};

use super::{
	bundle::Bundle,
	devices::Device,
	network::{self, Slirp},
	output,
	runc::Runc,
	Inner,
};
use crate::{image::Image, tail::Tail, Ending, Error, Job, Limits, Run, Stop, Used, GUEST_INPUT, GUEST_OUTPUT};

/// What is read of a stream at once, in bytes.
const CHUNK: usize = 64 << 10;
/// What programs expect, if the image says nothing of it.
const USUAL: [&str; 2] = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/tmp"];
/// How `runc` says that the program of the image cannot be started.
const NO_PROGRAM: &str = "exec: ";

/// What a container gets beside what it may use.
#[derive(Clone, Debug)]
pub struct Granted {
	/// What gives it a network.
	pub network: Option<Slirp>,
	/// What it may open.
	pub devices: Vec<Device>,
}

/// A container to be. All that it needs is its own, so that it can outlive who asked for it.
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
	/// The container of a job.
	///
	/// # Errors
	///
	/// [`Error::App`], if image and job name no program, or cannot be given to one.
	pub fn new(name: String, state: &Path, image: Arc<Image>, job: &Job<'_>, granted: Granted) -> Result<Self, Error> {
		let settings = &image.settings;
		let own = if job.args.is_empty() { &settings.command } else { job.args };
		let args: Vec<_> = settings.entrypoint.iter().chain(own).cloned().collect();
		if args.is_empty() {
			return Err(Error::App("the image says no program to start, and the request neither".into()));
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
	pub async fn run(self, tier: Arc<Inner>, stop: Stop) -> Result<Run, Error> {
		let config = self.config(tier.cgroups.swap);
		let this = Arc::new(self);
		let run = this.clone().run_inside(&tier, config, &stop).await;
		let deleted = tier.runc.delete(&this.name).await;
		let removed = blocking(move || this.remove()).await;
		if let Err(error) = deleted.and(removed) {
			log::warn!("something is left of a container; the next start removes it: {error}");
		}
		run
	}

	async fn run_inside(self: Arc<Self>, tier: &Inner, config: Value, stop: &Stop) -> Result<Run, Error> {
		let this = self.clone();
		blocking(move || this.make(&config)).await?;
		let Some(slirp) = &self.granted.network else { return self.clone().run_container(tier, stop).await };
		let network = slirp.start(&self.name).await?;
		let run = self.clone().run_container(tier, stop).await;
		match (run, network.end().await) {
			// No app is to blame for what it says of a network that was not there.
			(Ok(Run { ending: Ending::Exited(1..), .. }), Err(lost)) => Err(lost),
			(run, ended) => {
				if let Err(lost) = ended {
					log::warn!("a container had no network for a while: {lost}");
				}
				run
			}
		}
	}

	async fn run_container(self: Arc<Self>, tier: &Inner, stop: &Stop) -> Result<Run, Error> {
		let log = self.directory.join("log");
		let start = Instant::now();
		let mut child = tier.runc.run(&self.name, &self.directory, &log)?;
		let stdout = read(child.stdout.take(), self.limits.log);
		let stderr = read(child.stderr.take(), self.limits.log);
		let ended = tokio::select! {
			code = code(&mut child) => Ok(code?),
			() = time::sleep(self.limits.time) => Err(Ending::TimedOut),
			() = stop.stopped() => Err(Ending::Stopped),
		};
		if ended.is_err() {
			tier.runc.kill(&self.name, &mut child).await?;
		}
		let time = start.elapsed();
		let (kills, memory) = tier.cgroups.memory(&self.name);
		let (stdout, stderr) = (finish(stdout).await, finish(stderr).await);
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
		Ok(Run { ending, stdout, stderr, used: Used { time, fuel: 0, memory } })
	}

	fn config(&self, swap: bool) -> Value {
		let network = self.granted.network.as_ref().map(|_| network::namespace(&self.name));
		let files = network::FILES.map(|(name, place, _)| (self.directory.join(name), place));
		let mut mounts = vec![(self.input.as_path(), GUEST_INPUT, false), (self.mounted.as_path(), GUEST_OUTPUT, true)];
		if network.is_some() {
			mounts.extend(files.iter().map(|(file, place)| (file.as_path(), *place, false)));
		}
		Bundle {
			name: &self.name,
			args: &self.args,
			environment: &self.environment,
			directory: self.image.settings.directory.as_deref().unwrap_or("/"),
			root: &self.image.root,
			mounts: &mounts,
			limits: &self.limits,
			network: network.as_deref(),
			devices: &self.granted.devices,
			swap,
		}
		.config()
	}

	/// Makes its directory.
	fn make(&self, config: &Value) -> Result<(), Error> {
		output::create(&self.mounted, &self.limits)?;
		check_readable(&self.input)?;
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

	/// Takes what it wrote.
	fn collect(&self, code: i32) -> Result<Ending, Error> {
		let failed_for_space = code != 0 && output::is_full(&self.mounted);
		if failed_for_space || !output::copy(&self.mounted, &self.output, &self.limits)? {
			return Ok(Ending::OutOfDisk);
		}
		Ok(Ending::Exited(code))
	}

	fn remove(&self) -> Result<(), Error> {
		output::remove(&self.mounted);
		if self.granted.network.is_some() {
			network::remove(&self.name)?;
		}
		fs::remove_dir_all(&self.directory).map_err(Error::io("remove", &self.directory))
	}
}

/// The image's variables, then ours. Of two with one name, programs take either, so only ours stays.
fn environment(of_image: &[String], ours: Vec<String>) -> Vec<String> {
	let usual = USUAL.map(str::to_owned);
	let mut all = Vec::new();
	for more in [&usual[..], of_image, &ours] {
		all.retain(|old: &String| more.iter().all(|new| name(new) != name(old)));
		all.extend_from_slice(more);
	}
	all
}

fn name(variable: &str) -> &str {
	variable.split('=').next().unwrap_or_default()
}

/// The exit code of the container's program, as `runc` passes it on.
async fn code(child: &mut Child) -> Result<i32, Error> {
	let status = child.wait().await.map_err(|error| Error::Host(format!("runc is lost: {error}")))?;
	status.code().ok_or_else(|| Error::Host(format!("runc was killed: {status}")))
}

/// Reads a stream to its end, and keeps the end.
pub fn read(stream: Option<impl AsyncRead + Unpin + Send + 'static>, limit: usize) -> JoinHandle<Vec<u8>> {
	tokio::spawn(async move {
		let (mut tail, mut chunk) = (Tail::new(limit), vec![0; CHUNK]);
		if let Some(mut stream) = stream {
			while let Ok(count @ 1..) = stream.read(&mut chunk).await {
				tail.push(&chunk[..count]);
			}
		}
		tail.into_bytes()
	})
}

/// What was kept of it.
pub async fn finish(stream: JoinHandle<Vec<u8>>) -> Vec<u8> {
	stream.await.unwrap_or_default()
}

/// The container's user is nobody in particular, so everybody must be able to read IN. Nothing is changed to make it so:
/// its files may be links to others that somebody else relies on.
fn check_readable(path: &Path) -> Result<(), Error> {
	let data = path.symlink_metadata().map_err(Error::io("read", path))?;
	let needed = match data.file_type() {
		kind if kind.is_dir() => 0o005,
		kind if kind.is_file() => 0o004,
		_ => return Ok(()),
	};
	if data.permissions().mode() & needed != needed {
		let why = "not readable for everybody, as input of containers must be; give it mode 755 or 644";
		return Err(Error::Host(format!("{} is {why}", path.display())));
	}
	if data.is_dir() {
		for entry in fs::read_dir(path).map_err(Error::io("read", path))? {
			check_readable(&entry.map_err(Error::io("read", path))?.path())?;
		}
	}
	Ok(())
}

/// For what waits for the disk.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
	task::spawn_blocking(work)
		.await
		.unwrap_or_else(|error| Err(Error::Host(format!("work on the disk ended: {error}"))))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_jobs_variables_win_over_the_images_and_those_over_the_usual() {
		let of_image = ["PATH=/opt".to_owned(), "A=1".to_owned(), "B=2".to_owned()];
		let all = environment(&of_image, vec!["B=3".to_owned(), "C=4".to_owned()]);
		assert_eq!(all, ["HOME=/tmp", "PATH=/opt", "A=1", "B=3", "C=4"]);
	}
}
