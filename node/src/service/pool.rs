//! Where transactions wait, and the tasks that work on them.

use futures::{
	future::{pending, BoxFuture},
	FutureExt,
};
use sc_service::{Configuration, SpawnEssentialTaskHandle};
use sp_core::traits::SpawnEssentialNamed;

use super::{client::Parts, types::Pool};

/// Opens an empty pool.
pub fn open(config: &Configuration, parts: &Parts) -> Pool {
	let tasks = PoolTasks(parts.tasks.spawn_essential_handle());
	sc_transaction_pool::Builder::new(tasks, parts.client.clone(), config.role.is_authority().into())
		.with_options(config.transaction_pool.clone())
		.with_prometheus(config.prometheus_registry())
		.build()
}

/// Spawns the pool's tasks, which the node cannot do without.
#[derive(Clone)]
struct PoolTasks(SpawnEssentialTaskHandle);

impl SpawnEssentialNamed for PoolTasks {
	/// Spawns a task that never gives its thread back while there is a pool. It ends when the node stops and drops the pool,
	/// which would be logged as the failure of an essential task. So it waits then until it is told to end, as others do. If
	/// it panics, it has failed; an end of any other cause is not told from that of the pool.
	fn spawn_essential_blocking(
		&self,
		name: &'static str,
		group: Option<&'static str>,
		future: BoxFuture<'static, ()>,
	) {
		self.0.spawn_essential_blocking(name, group, future.then(|()| pending::<()>()).boxed());
	}

	fn spawn_essential(&self, name: &'static str, group: Option<&'static str>, future: BoxFuture<'static, ()>) {
		self.0.spawn_essential(name, group, future);
	}
}
