//! Showing what apps write while they run, if the scheduler asks for it.

use std::time::Duration;

use jsonrpsee::{core::client::Error as RpcError, ws_client::WsClient};
use rlc_protocol::worker::{Session, WorkerRpcClient, MAX_SHOWN};
use tokio::time::sleep;

use super::broken::Broken;
use crate::shows::Shows;

/// How often something is shown.
const EVERY: Duration = Duration::from_secs(1);

/// Shows what apps write, as far as it is wanted, until something breaks.
pub(super) async fn show(client: &WsClient, session: Session, shows: &Shows) -> Broken {
	loop {
		shows.wanted().await;
		sleep(EVERY).await;
		let shown = shows.take(MAX_SHOWN);
		if shown.is_empty() {
			continue;
		}
		match client.shown(session, shown).await {
			// It is lost, which costs nobody anything.
			Err(RpcError::Call(refusal)) => tracing::debug!("what apps write was refused: {refusal}"),
			Err(error) => return error.into(),
			Ok(()) => {}
		}
	}
}
