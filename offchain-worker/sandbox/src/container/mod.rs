//! The container tier: runs images with `runc`, removes what is left.
//!
//! | module | what |
//! |---|---|
//! | `bundle` | what `runc` is told: one JSON document per run |
//! | `seccomp` | system calls that no app needs |
//! | `cgroups` | what the kernel counted |
//! | `network` | the internet by `slirp4netns`: one namespace and one process per run that is granted it |
//! | `devices` | graphics processors, for runs that are granted them |
//! | `output` | OUT: memory of a fixed size, copied when the run is over |
//! | `runc` | the program |
//! | `programs` | where programs are, and what a crash left of them |
//! | `probe` | whether all that works here; what a crash left |
//! | `run` | one run, from its directory to its removal |
//!
//! On disk, in the directory of the tier: `lock`, held by the process that uses it; `images/N`; `runs/ID`; `runc`, its
//! own state. And in `/run/netns`, where `ip netns` shows them: the networks of runs, by the same ID.

mod bundle;
mod cgroups;
mod devices;
mod network;
mod output;
mod probe;
mod programs;
mod run;
mod runc;
mod seccomp;

use std::{
	fs::{self, File},
	path::{Path, PathBuf},
	sync::{
		atomic::{AtomicU64, Ordering},
		Arc, LazyLock,
	},
	time::SystemTime,
};

use tokio::time;

use self::{
	cgroups::Cgroups,
	devices::Device,
	network::Slirp,
	run::{Granted, Prepared},
	runc::Runc,
};
pub use self::{devices::NoDevice, network::NoNetwork};
use crate::{
	image::{self, Image},
	kept::{Digests, Kept},
	Ending, Error, Grants, Job, Run, Stop, Used,
};

/// How many unpacked images are kept, and of how many bytes.
const MOST_IMAGES: usize = 16;
const MOST_IMAGE_BYTES: u64 = 32 << 30;

/// Runs images. Cheap to clone; clones share what was unpacked.
#[derive(Clone)]
pub struct ContainerTier {
	inner: Arc<Inner>,
	/// What gives containers a network, if something does.
	network: Option<Slirp>,
	/// What containers may be given.
	devices: Vec<Device>,
}

/// Why there is no container tier on this machine, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
	/// There is no `runc`.
	#[error("no containers: there is no runc in PATH; install it (Debian, Ubuntu: apt-get install runc)")]
	NoRunc,
	/// This process has not the rights.
	#[error("no containers: they need root; start the worker as root, or do without the container tier")]
	NoRights,
	/// The kernel does not count what processes use.
	#[error("no containers: {0} is missing; mount the cgroup file systems (systemd does) with memory, cpu and pids")]
	NoCgroups(String),
	/// Another process uses the same directory.
	#[error("no containers: another process uses {0}; stop it, or use another directory")]
	Taken(PathBuf),
	/// The directory cannot be used.
	#[error("no containers: {0}")]
	Directory(String),
	/// All is there, and still no container starts.
	#[error("no containers: a trial did not start: {0}")]
	Failed(String),
}

#[derive(Debug)]
struct Inner {
	runc: Runc,
	cgroups: Cgroups,
	directory: PathBuf,
	images: Kept<Arc<Image>>,
	digests: Digests,
	/// Held until the last clone is dropped.
	_lock: File,
}

impl ContainerTier {
	/// Looks whether containers can be run here, by running one. `state` is a directory for this purpose only: what is
	/// left in it by a crash is removed, as by [`clean`].
	///
	/// # Errors
	///
	/// [`Unavailable`], which says why not and what to do.
	pub async fn probe(state: &Path) -> Result<Self, Unavailable> {
		let inner = Arc::new(probe::probe(state).await?);
		Ok(Self { inner, network: None, devices: Vec::new() })
	}

	/// The same, but containers whose [`Job::grants`] say so reach the internet: by TCP, UDP and names, over IPv4. Not
	/// private networks, and not this machine, but for what its public addresses offer to everybody. Looks whether that
	/// works here, by making such a network.
	///
	/// # Errors
	///
	/// [`NoNetwork`], which says why not and what to do.
	pub async fn with_network(self) -> Result<Self, NoNetwork> {
		let slirp = Slirp::find()?;
		slirp.try_out(&self.inner.directory).await.map_err(|error| NoNetwork::Failed(error.to_string()))?;
		Ok(Self { network: Some(slirp), ..self })
	}

	/// The same, but containers whose [`Job::grants`] say so may open these character devices of this machine, by these
	/// paths: graphics processors.
	///
	/// # Errors
	///
	/// [`NoDevice`], which says what is wrong with one.
	pub fn with_gpus(self, devices: &[PathBuf]) -> Result<Self, NoDevice> {
		let devices = devices.iter().map(|path| Device::find(path)).collect::<Result<_, _>>()?;
		Ok(Self { devices, ..self })
	}

	/// Run an image to its end, and remove all that was made for it. If the future is dropped, the run is stopped.
	///
	/// It is unpacked at its first use, which may take as long as [`Limits::time`](crate::Limits::time) too.
	///
	/// # Errors
	///
	/// [`Error::App`], if it is no image that can run here; [`Error::Host`], if the machine fails, or if the job is granted
	/// what this tier does not have.
	pub async fn run(&self, job: &Job<'_>, stop: &Stop) -> Result<Run, Error> {
		let granted = self.granted(job.grants)?;
		let image = match self.image(job, stop).await? {
			Ok(image) => image,
			Err(ending) => return Ok(Run { ending, stdout: vec![], stderr: vec![], used: Used::default() }),
		};
		let prepared = Prepared::new(name(), &self.inner.directory, image, job, granted)?;
		let stop = StopOnDrop(stop.child());
		// On its own, so that it is cleaned up even if nobody waits any more.
		let run = tokio::spawn(prepared.run(self.inner.clone(), stop.0.clone()));
		run.await.unwrap_or_else(|error| Err(Error::Host(format!("the run of the container ended: {error}"))))
	}

	/// What a job gets.
	fn granted(&self, grants: Grants) -> Result<Granted, Error> {
		let missing = |what: &str| Err(Error::Host(format!("the app is granted {what}")));
		if grants.network && self.network.is_none() {
			return missing(
				"a network, and containers have none here; let the worker give them one, or not take such apps",
			);
		}
		if grants.gpu && self.devices.is_empty() {
			return missing("graphics processors, and there are none here; name their devices to the worker");
		}
		Ok(Granted {
			network: self.network.clone().filter(|_| grants.network),
			devices: if grants.gpu { self.devices.clone() } else { Vec::new() },
		})
	}

	/// The unpacked image, or why it was not waited for. Unpacking goes on then, for the next job.
	async fn image(&self, job: &Job<'_>, stop: &Stop) -> Result<Result<Arc<Image>, Ending>, Error> {
		let (inner, app) = (self.inner.clone(), job.app.to_owned());
		let unpacked = tokio::task::spawn_blocking(move || inner.unpack(&app));
		tokio::select! {
			unpacked = unpacked => {
				unpacked.unwrap_or_else(|_| Err(Error::App("unpacking the image panicked".into()))).map(Ok)
			}
			() = stop.stopped() => Ok(Err(Ending::Stopped)),
			() = time::sleep(job.limits.time) => Ok(Err(Ending::TimedOut)),
		}
	}
}

impl Inner {
	fn unpack(&self, app: &Path) -> Result<Arc<Image>, Error> {
		let digest = image::digest(app, &self.digests)?;
		self.images.get_or_make(digest, || {
			let (image, bytes) = image::unpack(app, self.directory.join("images").join(name()))?;
			Ok((Arc::new(image), bytes))
		})
	}
}

/// A name for an image or a run, unlike all others of this machine: control groups of one name would be one group. The
/// time tells apart processes of one number, as there are in containers.
fn name() -> String {
	static NUMBER: AtomicU64 = AtomicU64::new(0);
	static START: LazyLock<u32> = LazyLock::new(|| {
		SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.subsec_nanos())
	});
	format!("rlc-{}-{:08x}-{}", std::process::id(), *START, NUMBER.fetch_add(1, Ordering::Relaxed))
}

struct StopOnDrop(Stop);

impl Drop for StopOnDrop {
	fn drop(&mut self) {
		self.0.stop();
	}
}

/// Removes what a crash left in the directory of a tier: containers that still run, networks, mounts, files. Does nothing
/// while a tier uses it. [`ContainerTier::probe`] does it by itself; this is for machines that have no container tier any
/// more.
///
/// # Errors
///
/// [`Error::Host`], if something cannot be removed, or the directory is in use.
pub async fn clean(state: &Path) -> Result<(), Error> {
	if !state.exists() {
		return Ok(());
	}
	let state = state.canonicalize().map_err(Error::io("find", state))?;
	let _lock = probe::lock(&state).map_err(|error| Error::Host(error.to_string()))?;
	probe::remove_all(Runc::find(&state).as_ref(), Cgroups::find().ok().as_ref(), &state).await
}

/// Makes directories, whatever is on the way.
fn create(directory: &Path) -> Result<(), Error> {
	fs::create_dir_all(directory).map_err(Error::io("create", directory))
}
