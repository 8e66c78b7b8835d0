//! What a worker offers its pool: what the machine has, with the graphics processors that tasks can get.

use std::sync::Arc;

use rlc_protocol::worker::Resources;
use rlc_sandbox::{ContainerTier, GpuState};
use rlc_service::Shutdown;
use tokio::sync::watch;

use crate::{config::Config, machine::Machine, metrics::Metrics};

/// What makes the offer.
pub(crate) struct Offer {
	pub machine: Machine,
	pub config: Config,
	/// The tier, if there is one.
	pub tier: Option<ContainerTier>,
	/// Wasm instructions per second.
	pub speed: u64,
}

impl Offer {
	/// Returns what the worker has now.
	pub fn resources(&self) -> Resources {
		let gpus = |tier: &ContainerTier| tier.gpus().map_or(0, |states| usable(&states.borrow()));
		self.machine.resources(&self.config, self.tier.as_ref().map(gpus), self.speed)
	}

	/// Follows the graphics processors until the shutdown: counts those that tasks can get, and tells `resources` when one
	/// is lost.
	pub async fn follow(self, resources: watch::Sender<Resources>, metrics: Arc<Metrics>, shutdown: Shutdown) {
		let Some(mut states) = self.tier.as_ref().and_then(ContainerTier::gpus) else { return };
		let follow = async {
			loop {
				let (usable, all) = {
					let states = states.borrow_and_update();
					(usable(&states), states.len())
				};
				metrics.gpus(usable, all);
				let now = self.resources();
				// The rest is others' to change.
				resources.send_if_modified(|offered| {
					let told = (offered.gpus, offered.tag);
					(offered.gpus, offered.tag) = (now.gpus, now.tag);
					told != (now.gpus, now.tag)
				});
				// Fails only without the tier, which is here.
				if states.changed().await.is_err() {
					return;
				}
			}
		};
		shutdown.unless_stopped(follow).await;
	}
}

/// Returns how many graphics processors tasks can get.
fn usable(states: &[GpuState]) -> u32 {
	states.iter().filter(|state| state.is_usable()).count().try_into().unwrap_or(u32::MAX)
}
