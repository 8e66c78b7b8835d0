//! The tier itself.

use std::{
	path::{Path, PathBuf},
	sync::Arc,
};

use tokio::time;
use tracing::Instrument;

use super::{
	devices::{Device, NoDevice},
	machine::Machine,
	names,
	network::{NoNetwork, Slirp},
	probe,
	run::{Granted, Prepared},
	unavailable::Unavailable,
};
use crate::{image::Image, Ending, Error, Grants, Job, Run, Stop};

/// Runs images. Cheap to clone; clones share what was unpacked.
#[derive(Clone)]
pub struct ContainerTier {
	machine: Arc<Machine>,
	/// What gives containers a network, if there is something.
	network: Option<Slirp>,
	/// The devices that containers may be given.
	devices: Vec<Device>,
}

impl ContainerTier {
	/// Looks whether containers can be run here, by running one. `state` is a directory for this purpose only: what a crash
	/// left in it is removed, as by [`clean`](crate::clean).
	///
	/// # Errors
	///
	/// [`Unavailable`], which says why not and what to do.
	pub async fn probe(state: &Path) -> Result<Self, Unavailable> {
		let machine = Arc::new(probe::probe(state).await?);
		Ok(Self { machine, network: None, devices: Vec::new() })
	}

	/// Lets containers whose [`Job::grants`] say so reach the internet: by TCP, UDP and names, over IPv4. Not private
	/// networks, and of this machine only what its public addresses offer to everybody. Looks whether that works here, by
	/// making such a network.
	///
	/// # Errors
	///
	/// [`NoNetwork`], which says why not and what to do.
	pub async fn with_network(self) -> Result<Self, NoNetwork> {
		let slirp = Slirp::find()?;
		slirp.try_out(&self.machine.directory).await.map_err(|error| NoNetwork::Failed(error.to_string()))?;
		Ok(Self { network: Some(slirp), ..self })
	}

	/// Lets containers whose [`Job::grants`] say so open these character devices of this machine, by these paths: graphics
	/// processors.
	///
	/// # Errors
	///
	/// [`NoDevice`], which says what is wrong with one.
	pub fn with_gpus(self, devices: &[PathBuf]) -> Result<Self, NoDevice> {
		let devices = devices.iter().map(|path| Device::find(path)).collect::<Result<_, _>>()?;
		Ok(Self { devices, ..self })
	}

	/// Runs an image to its end, and removes all that was made for it. If the future is dropped, the run is stopped.
	///
	/// The image is unpacked at its first use, which may take as long as [`Limits::time`](crate::Limits::time) too.
	///
	/// # Errors
	///
	/// [`Error::App`], if it is not an image that can run here; [`Error::Host`], if the machine fails, or if the job is
	/// granted what this tier does not have.
	pub async fn run(&self, job: &Job<'_>, stop: &Stop) -> Result<Run, Error> {
		let granted = self.granted(job.grants)?;
		let image = match self.image(job, stop).await? {
			Ok(image) => image,
			Err(ending) => return Ok(Run::unbegun(ending)),
		};
		let prepared = Prepared::new(names::unique(), &self.machine.directory, image, job, granted)?;
		let stop = StopOnDrop(stop.child());
		// On its own, so that it is cleaned up even if nobody waits any longer.
		let run = tokio::spawn(prepared.run(self.machine.clone(), stop.0.clone()).in_current_span());
		run.await.unwrap_or_else(|error| Err(Error::Host(format!("the run of the container ended: {error}"))))
	}

	/// Returns what a job gets.
	fn granted(&self, grants: Grants) -> Result<Granted, Error> {
		let missing = |what: &str| Err(Error::Host(format!("the app is granted {what}")));
		if grants.network && self.network.is_none() {
			return missing(
				"a network, but containers have none here; let the worker give them one, or have it refuse such apps",
			);
		}
		if grants.gpu && self.devices.is_empty() {
			return missing("graphics processors, but there are none here; name their devices to the worker");
		}
		Ok(Granted {
			network: self.network.clone().filter(|_| grants.network),
			devices: if grants.gpu { self.devices.clone() } else { Vec::new() },
		})
	}

	/// Returns the unpacked image, or why it was not waited for. Unpacking continues then, for the next job.
	async fn image(&self, job: &Job<'_>, stop: &Stop) -> Result<Result<Arc<Image>, Ending>, Error> {
		let (machine, app) = (self.machine.clone(), job.app.to_owned());
		let unpacked = tokio::task::spawn_blocking(move || machine.unpack(&app));
		tokio::select! {
			unpacked = unpacked => {
				unpacked.unwrap_or_else(|_| Err(Error::App("unpacking the image panicked".into()))).map(Ok)
			}
			() = stop.stopped() => Ok(Err(Ending::Stopped)),
			() = time::sleep(job.limits.time) => Ok(Err(Ending::TimedOut)),
		}
	}
}

struct StopOnDrop(Stop);

impl Drop for StopOnDrop {
	fn drop(&mut self) {
		self.0.stop();
	}
}
