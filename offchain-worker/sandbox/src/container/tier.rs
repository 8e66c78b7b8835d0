//! The tier itself: containers of this process, or of a container service.

use std::path::Path;

use rlc_disk::Budget;
use tokio::sync::watch;

use super::{
	allowance::Allowance,
	devices::{GpuState, Gpus, NoDevice},
	files::Files,
	local::Local,
	network::{NetworkConfig, NoNetwork},
	remote::Remote,
	unavailable::Unavailable,
	wire::Offer,
};
use crate::{Error, Job, Run, Stop};

/// Runs images. Cheap to clone; clones share what was unpacked.
#[derive(Clone)]
pub struct ContainerTier(pub(super) Where);

/// Who runs the containers.
#[derive(Clone)]
pub(super) enum Where {
	Here(Local),
	There(Remote),
}

impl ContainerTier {
	/// Looks whether this process can run containers, by running one. `state` is a directory for this purpose only: what a
	/// crash left in it is removed, as by [`clean`](crate::clean).
	///
	/// # Errors
	///
	/// [`Unavailable`], which says why not and what to do.
	pub async fn probe(state: &Path) -> Result<Self, Unavailable> {
		Local::probe(state).await.map(|tier| Self(Where::Here(tier)))
	}

	/// Takes the tier of the [`ContainerService`](crate::ContainerService) at a socket, so that this process needs no
	/// rights. The service need not stay: each run asks it anew.
	///
	/// # Errors
	///
	/// [`Unavailable::NoService`].
	pub async fn connect(socket: &Path) -> Result<Self, Unavailable> {
		Remote::connect(socket).await.map(|tier| Self(Where::There(tier)))
	}

	/// Returns what all runs may take at a time, if that is another process's to say.
	pub fn allowance(&self) -> Option<Allowance> {
		match &self.0 {
			Where::Here(_) => None,
			Where::There(tier) => Some(tier.offer().allowance),
		}
	}

	/// Lets containers whose [`Job::grants`] say so reach the internet: by TCP, UDP and names, over IPv4. Neither this
	/// machine, at any of its addresses, nor what is near it. Looks whether that works here, by making such a network, or
	/// whether the service has one. That closes what its own configuration does and what this one denies; all else is its
	/// own.
	///
	/// # Errors
	///
	/// [`NoNetwork`], which says why not and what to do.
	pub async fn with_network(self, config: NetworkConfig) -> Result<Self, NoNetwork> {
		Ok(Self(match self.0 {
			Where::Here(tier) => Where::Here(tier.with_network(config).await?),
			Where::There(tier) => Where::There(tier.with_network(&config)?),
		}))
	}

	/// Lets containers whose [`Job::grants`] say so have these devices of this machine: each container as many as it is
	/// granted, and none that another one has. Clears them first. A service gives those that it was started with, whichever
	/// these are.
	///
	/// # Errors
	///
	/// [`NoDevice`], which says what is wrong with one.
	pub async fn with_gpus(self, gpus: &Gpus) -> Result<Self, NoDevice> {
		Ok(Self(match self.0 {
			Where::Here(tier) => Where::Here(tier.with_gpus(gpus).await?),
			Where::There(tier) => Where::There(tier.with_gpus()?),
		}))
	}

	/// Returns what is done with each of these devices, now and later; `None` without any. Of a service's, it is looked after
	/// each run that has some.
	pub fn gpus(&self) -> Option<watch::Receiver<Vec<GpuState>>> {
		match &self.0 {
			Where::Here(tier) => tier.gpus(),
			Where::There(tier) => tier.gpus(),
		}
	}

	/// Returns which devices a service can give, and what was done with each when it was asked: none, if it is this process
	/// that runs the containers.
	pub fn service_gpus(&self) -> Vec<(String, GpuState)> {
		let Where::There(tier) = &self.0 else { return Vec::new() };
		let Offer { gpus, gpu_names, .. } = tier.offer();
		let states = gpus.iter().flatten().cloned().enumerate();
		let name = |index: usize| gpu_names.get(index).cloned().unwrap_or_else(|| format!("device {index}"));
		states.map(|(index, state)| (name(index), state)).collect()
	}

	/// Has unpacked images draw from this budget. Those that no container runs give way for other parts. A service's are on
	/// its own disk, and draw from its own.
	pub fn with_disk(self, disk: Budget) -> Self {
		Self(match self.0 {
			Where::Here(tier) => Where::Here(tier.with_disk(disk)),
			there @ Where::There(_) => there,
		})
	}

	/// Runs an image to its end, and removes all that was made for it. If the future is dropped, the run is stopped.
	///
	/// The image is unpacked at its first use, which may take as long as [`Limits::time`](crate::Limits::time) too. A
	/// service takes it as one file only.
	///
	/// # Errors
	///
	/// [`Error::App`], if it is not an image that can run; [`Error::OtherMachine`], if it is for machines of another kind;
	/// [`Error::Host`], if the machine fails, or if the job is granted what this tier does not have.
	pub async fn run(&self, job: &Job<'_>, stop: &Stop) -> Result<Run, Error> {
		match &self.0 {
			Where::Here(tier) => tier.run(job, Files::of(job)?, stop).await,
			Where::There(tier) => tier.run(job, stop).await,
		}
	}
}
