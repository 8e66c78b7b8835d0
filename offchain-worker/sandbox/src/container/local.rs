//! Containers that this process runs itself.

use std::{
	path::Path,
	sync::{Arc, Weak},
};

use rlc_disk::Budget;
use rlc_perimeter::IpNet;
use tokio::{sync::watch, time};
use tracing::Instrument;

use super::{
	devices::{GpuState, Gpus, Lease, Ledger, NoDevice},
	files::{Files, Source},
	machine::Machine,
	names,
	network::{Internet, NetworkConfig, NoNetwork},
	probe,
	run::{Granted, Prepared},
	unavailable::Unavailable,
};
use crate::{image::Image, job::StopOnDrop, Ending, Error, Grants, Job, Run, Stop};

/// Runs images in this process. Clones share what was unpacked.
#[derive(Clone)]
pub struct Local {
	machine: Arc<Machine>,
	/// What gives containers a network, if there is something.
	network: Option<Internet>,
	/// The devices that containers may be given, if there may be some.
	gpus: Option<Arc<Ledger>>,
	/// From what unpacked images draw.
	disk: Budget,
}

impl Local {
	/// See [`ContainerTier::probe`](super::ContainerTier::probe).
	pub async fn probe(state: &Path) -> Result<Self, Unavailable> {
		let machine = Arc::new(probe::probe(state).await?);
		Ok(Self { machine, network: None, gpus: None, disk: Budget::unlimited() })
	}

	/// See [`ContainerTier::with_network`](super::ContainerTier::with_network).
	pub async fn with_network(self, config: NetworkConfig) -> Result<Self, NoNetwork> {
		let internet = Internet::find(config, &self.machine.ids, &self.machine.directory).await?;
		Ok(Self { network: Some(internet), ..self })
	}

	/// See [`ContainerTier::with_gpus`](super::ContainerTier::with_gpus).
	pub async fn with_gpus(self, gpus: &Gpus) -> Result<Self, NoDevice> {
		let ledger = Ledger::open(gpus, &self.machine.directory).await?;
		Ok(Self { gpus: Some(ledger), ..self })
	}

	/// See [`ContainerTier::with_disk`](super::ContainerTier::with_disk).
	pub fn with_disk(self, disk: Budget) -> Self {
		let giver: Weak<Machine> = Arc::downgrade(&self.machine);
		disk.give_way_by(giver);
		Self { disk, ..self }
	}

	/// See [`ContainerTier::gpus`](super::ContainerTier::gpus).
	pub fn gpus(&self) -> Option<watch::Receiver<Vec<GpuState>>> {
		self.gpus.as_ref().map(|ledger| ledger.watch())
	}

	/// Returns the names of these devices.
	pub fn gpu_names(&self) -> Vec<String> {
		self.gpus.as_ref().map(|ledger| ledger.names()).unwrap_or_default()
	}

	/// Returns whether containers can be given a network.
	pub fn has_network(&self) -> bool {
		self.network.is_some()
	}

	/// Returns the same tier, whose networks do not reach these either.
	pub fn denying(&self, more: Vec<IpNet>) -> Self {
		let network = self.network.clone().map(|internet| internet.denying(more));
		Self { network, ..self.clone() }
	}

	/// Runs a job, with other files than its own. See [`ContainerTier::run`](super::ContainerTier::run).
	pub async fn run(&self, job: &Job<'_>, files: Files, stop: &Stop) -> Result<Run, Error> {
		check_grants(job.grants, self.network.is_some(), self.gpus.is_some())?;
		let image = match self.image(files.image, job, stop).await? {
			Ok(image) => image,
			Err(ending) => return Ok(Run::unbegun(ending)),
		};
		let gpus = match self.lease(job, stop).await? {
			Ok(gpus) => gpus,
			Err(ending) => return Ok(Run::unbegun(ending)),
		};
		let granted = Granted { network: self.network.clone().filter(|_| job.grants.network), gpus, room: files.room };
		let files = (files.input, files.output);
		let prepared = Prepared::new(names::unique(), &self.machine.directory, image, job, files, granted)?;
		let stop = StopOnDrop(stop.child());
		// On its own, so that it is cleaned up even if nobody waits any longer.
		let run = tokio::spawn(prepared.run(self.machine.clone(), stop.0.clone()).in_current_span());
		run.await.unwrap_or_else(|error| Err(Error::Host(format!("the run of the container ended: {error}"))))
	}

	/// Waits for the devices that a job is granted, or returns why they were not waited for.
	async fn lease(&self, job: &Job<'_>, stop: &Stop) -> Result<Result<Option<Lease>, Ending>, Error> {
		let Some(ledger) = self.gpus.as_ref().filter(|_| job.grants.gpus > 0) else { return Ok(Ok(None)) };
		tokio::select! {
			lease = ledger.take(job.grants.gpus) => lease.map(|lease| Ok(Some(lease))),
			() = stop.stopped() => Ok(Err(Ending::Stopped)),
			// It is not the app that took so long.
			() = time::sleep(job.limits.time) => {
				Err(Error::Host("no graphics processor became free in the time that the app has".into()))
			}
		}
	}

	/// Returns the unpacked image, or why it was not waited for. Unpacking ends when nobody waits for it any longer.
	async fn image(&self, app: Source, job: &Job<'_>, stop: &Stop) -> Result<Result<Arc<Image>, Ending>, Error> {
		let time = time::sleep(job.limits.time);
		tokio::pin!(time);
		let hashing = StopOnDrop(stop.child());
		let digest = tokio::select! {
			digest = self.machine.digest(app.clone(), hashing.0.clone()) => digest?,
			() = stop.stopped() => return Ok(Err(Ending::Stopped)),
			() = &mut time => return Ok(Err(Ending::TimedOut)),
		};
		if let Some(image) = self.machine.unpacked(&digest) {
			return Ok(Ok(image));
		}
		let unpacking = self.machine.unpack(digest, app, self.disk.clone());
		let at_once = unpacking.has_begun();
		tokio::select! {
			image = unpacking.done() => image.map(|image| image.ok_or(Ending::TimedOut)),
			() = stop.stopped() => Ok(Err(Ending::Stopped)),
			() = &mut time => {
				if at_once {
					return Ok(Err(Ending::TimedOut));
				}
				// It is not the app that took so long.
				Err(Error::Host("other images were unpacked for too much of the time that the app has".into()))
			}
		}
	}
}

/// Checks that what a job is granted is there: a network, graphics processors.
///
/// # Errors
///
/// [`Error::Host`], which says what is missing.
pub fn check_grants(grants: Grants, network: bool, gpus: bool) -> Result<(), Error> {
	let missing = |what: &str| Err(Error::Host(format!("the app is granted {what}")));
	if grants.network && !network {
		return missing(
			"a network, but containers have none here; let the worker give them one, or have it refuse such apps",
		);
	}
	if grants.gpus > 0 && !gpus {
		return missing("graphics processors, but there are none here; name their devices to the worker");
	}
	Ok(())
}
