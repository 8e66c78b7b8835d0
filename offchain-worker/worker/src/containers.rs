//! The container tier, with what the machine's owner lets apps have beside computing.

use std::path::Path;

use rlc_sandbox::{Allowance, ContainerTier, NetworkConfig, NETWORK_MEMORY};

use crate::{
	config::{Config, Containers, CONTAINER_SERVICE},
	disk::{takes_more, Disk},
	error::Error,
	machine::Machine,
};

/// Returns the tier, or why there is none. `dir` is its directory, if the worker runs containers itself: unpacked
/// images draw from the disk's budget then.
///
/// # Errors
///
/// [`Error::NoService`], if there is no service where one was named; [`Error::NoContainers`], [`Error::NoNetwork`],
/// [`Error::NoDevice`], if the owner lets apps have what the machine cannot give them: the pool would be told of it, and its
/// tasks fail.
pub(crate) async fn tier(config: &Config, dir: &Path, disk: &Disk) -> Result<Result<ContainerTier, String>, Error> {
	let probed = match &config.containers {
		Containers::Off => Err("container images are not run by this worker".to_owned()),
		Containers::Service(socket) => Ok(ContainerTier::connect(socket).await.map_err(Error::NoService)?),
		Containers::Auto if Path::new(CONTAINER_SERVICE).exists() => {
			ContainerTier::connect(Path::new(CONTAINER_SERVICE)).await.map_err(|why| why.to_string())
		}
		Containers::Auto => ContainerTier::probe(dir).await.map_err(|why| why.to_string()),
	};
	let mut tier = match probed {
		Ok(tier) => tier.with_disk(disk.budget.clone()),
		// What is owed has to be revealed. Trying containers out takes a few files.
		Err(why) if takes_more(dir).is_err() => {
			tracing::error!("container images are not run before a restart: the disk is full, and {why}");
			return Ok(Err(why));
		}
		Err(why) if config.network || config.gpus.is_some() => return Err(Error::NoContainers(why)),
		Err(why) => {
			tracing::info!("container images are not run: {why}");
			return Ok(Err(why));
		}
	};
	if tier.allowance().is_none() {
		tracing::warn!(
			"this worker is root, with its key and all that it fetches: better let `rlc worker containers` run containers, \
			 and start the worker as another user"
		);
	}
	if config.network {
		tier = tier.with_network(network(config)).await?;
	}
	let Some(gpus) = &config.gpus else { return Ok(Ok(tier)) };
	let tier = tier.with_gpus(gpus).await?;
	if tier.gpus().is_some_and(|states| states.borrow().is_empty()) {
		tracing::warn!("no graphics processor was found, so the pool is told of none; `rlc doctor` says what there is");
	}
	Ok(Ok(tier))
}

/// Returns what the networks of containers are like, if this process makes them. A service denies what is denied here too.
fn network(config: &Config) -> NetworkConfig {
	NetworkConfig::new(config.denied_networks.iter().copied(), config.resolvers.clone(), config.network_program)
}

/// Keeps what tasks get of a machine within what a container service allows, if there is one. Returns how many slots there
/// are at most, if that is said.
pub(crate) fn served(tier: Option<&ContainerTier>, machine: Machine, config: &Config) -> (Machine, Option<u32>) {
	match tier.and_then(ContainerTier::allowance) {
		Some(allowance) => within(&allowance, machine, config.slots, config.network),
		None => (machine, config.slots),
	}
}

/// Keeps it within what a service allows, so that none of the tasks is refused there, with a network or without. Networks
/// leave tasks at least a half.
fn within(allowance: &Allowance, machine: Machine, slots: Option<u32>, network: bool) -> (Machine, Option<u32>) {
	let cores = machine.cores.min(allowance.cpus as u32).max(1);
	let slots = slots.unwrap_or(cores).min(allowance.runs);
	let networks = if network { u64::from(slots) * NETWORK_MEMORY } else { 0 };
	let memory = allowance.memory - networks.min(allowance.memory / 2);
	let within = Machine { cores, memory: machine.memory.min(memory), ..machine };
	if within != machine {
		tracing::info!(
			"tasks get {cores} cores and {} MiB of memory, as the container service allows no more",
			within.memory >> 20
		);
	}
	(within, Some(slots))
}

#[cfg(test)]
mod tests {
	use rlc_sandbox::{GpuClear, Gpus};

	use super::*;
	use crate::dirs::Dirs;

	#[tokio::test]
	async fn what_only_containers_have_is_refused_without_them() {
		let dir = tempfile::tempdir().unwrap();
		let disk = Disk::unlimited(&Dirs::make(dir.path()).unwrap(), 0);
		let none = Config { containers: Containers::Off, ..crate::testing::config(dir.path()) };
		assert!(matches!(tier(&none, dir.path(), &disk).await, Ok(Err(why)) if why.contains("not run by this worker")));
		let gpus = Some(Gpus::new(vec!["/dev/null".into()], GpuClear::Driver));
		for wanting in [Config { network: true, ..none.clone() }, Config { gpus, ..none.clone() }] {
			let refused = tier(&wanting, dir.path(), &disk).await.err().unwrap();
			assert!(matches!(&refused, Error::NoContainers(_)), "{refused}");
			assert!(refused.to_string().contains("or start the worker without"), "{refused}");
		}
	}

	#[tokio::test]
	async fn service_that_was_named_has_to_be_there() {
		let dir = tempfile::tempdir().unwrap();
		let disk = Disk::unlimited(&Dirs::make(dir.path()).unwrap(), 0);
		let named = Containers::Service("/nowhere/containers.sock".into());
		let config = Config { containers: named, ..crate::testing::config(dir.path()) };
		let refused = tier(&config, dir.path(), &disk).await.err().unwrap();
		assert!(matches!(refused, Error::NoService(_)), "{refused}");
		let said = refused.to_string();
		assert!(said.contains("/nowhere/containers.sock") && said.contains("rlc worker containers"), "{said}");
	}

	#[test]
	fn no_more_is_promised_than_the_service_allows() {
		let machine = Machine { cores: 4, memory: 8 << 30, disk: 1 };
		let enough = Allowance { runs: 4, memory: 8 << 30, cpus: 4.0 };
		assert_eq!(within(&enough, machine, None, false), (machine, Some(4)));
		assert_eq!(within(&enough, machine, Some(2), false), (machine, Some(2)));
		assert_eq!(within(&Allowance { runs: 3, ..enough }, machine, None, false), (machine, Some(3)));
		let small = Allowance { runs: 9, memory: 1 << 30, cpus: 2.0 };
		assert_eq!(within(&small, machine, None, false), (Machine { cores: 2, memory: 1 << 30, disk: 1 }, Some(2)));
		let (with_networks, slots) = within(&enough, machine, None, true);
		assert_eq!((with_networks.memory + 4 * NETWORK_MEMORY, slots), (enough.memory, Some(4)));
		assert_eq!(within(&small, machine, None, true).0.memory, 512 << 20, "no more than a half is for networks");
	}
}
