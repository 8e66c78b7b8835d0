//! Stops the node when it can no longer keep what it learns.
//!
//! Consensus only logs a block that it could not write, and tries the next. A node that goes on like that answers with
//! old data, and a validator misses its slots while the reason stays hidden.

use std::{path::PathBuf, sync::Arc, time::Duration};

use sc_client_api::AuxStore;
use sc_service::TaskManager;
use sc_storage_monitor::{StorageMonitorParams, StorageMonitorService};

use super::types::Backend;
use crate::Error;

/// How often the database is tried. One write of eight bytes.
const PERIOD: Duration = Duration::from_secs(10);
/// The entry that is written.
const HEARTBEAT_KEY: &[u8] = b"rlc:heartbeat";

/// Watches the free space of the database's disk, and whether the database takes writes.
///
/// # Errors
///
/// [`Error::DiskFull`] if there is too little space to begin with.
pub fn watch(
	tasks: &TaskManager,
	backend: Arc<Backend>,
	path: Option<PathBuf>,
	space: StorageMonitorParams,
) -> Result<(), Error> {
	if let Some(path) = path {
		StorageMonitorService::try_spawn(space, path.clone(), &tasks.spawn_essential_handle())
			.map_err(|source| Error::DiskFull { path, source })?;
	}
	tasks.spawn_essential_handle().spawn("database-heartbeat", None, heartbeat(backend));
	Ok(())
}

/// Ends when a write fails. The database reports the failure of earlier writes, which happen in its background, at the
/// next one; this makes sure that there is a next one, and that its failure is noticed.
async fn heartbeat(backend: Arc<Backend>) {
	let mut beats = 0u64;
	loop {
		tokio::time::sleep(PERIOD).await;
		beats = beats.wrapping_add(1);
		if let Err(error) = backend.insert_aux(&[(HEARTBEAT_KEY, &beats.to_le_bytes()[..])], &[]) {
			tracing::error!("The database cannot be written, so the node stops: {error}");
			return;
		}
	}
}
