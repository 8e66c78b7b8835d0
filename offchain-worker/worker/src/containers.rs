//! The container tier, with what the machine's owner lets apps have beside computing.

use std::path::Path;

use rlc_sandbox::ContainerTier;

use crate::{
	config::{Config, Containers},
	error::Error,
};

/// Returns the tier, or why there is none. `dir` is its directory.
///
/// # Errors
///
/// [`Error::NoContainers`], [`Error::NoNetwork`], [`Error::NoDevice`], if the owner lets apps have what the machine cannot
/// give them: the pool would be told of it, and its tasks fail.
pub(crate) async fn tier(config: &Config, dir: &Path) -> Result<Result<ContainerTier, String>, Error> {
	let probed = match config.containers {
		Containers::Off => Err("container images are not run by this worker".to_owned()),
		Containers::Auto => ContainerTier::probe(dir).await.map_err(|why| why.to_string()),
	};
	let mut tier = match probed {
		Ok(tier) => tier,
		Err(why) if config.network || !config.gpu_devices.is_empty() => return Err(Error::NoContainers(why)),
		Err(why) => {
			tracing::info!("container images are not run: {why}");
			return Ok(Err(why));
		}
	};
	if config.network {
		tier = tier.with_network().await?;
	}
	Ok(Ok(tier.with_gpus(&config.gpu_devices)?))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[tokio::test]
	async fn what_only_containers_have_is_refused_without_them() {
		let none = Config { containers: Containers::Off, ..crate::testing::config("/nowhere") };
		let nowhere = Path::new("/nowhere");
		assert!(matches!(tier(&none, nowhere).await, Ok(Err(why)) if why.contains("not run by this worker")));
		let gpu_devices = vec!["/dev/null".into()];
		for wanting in [Config { network: true, ..none.clone() }, Config { gpu_devices, ..none.clone() }] {
			let refused = tier(&wanting, nowhere).await.err().unwrap();
			assert!(matches!(&refused, Error::NoContainers(_)), "{refused}");
			assert!(refused.to_string().contains("or start the worker without"), "{refused}");
		}
	}
}
