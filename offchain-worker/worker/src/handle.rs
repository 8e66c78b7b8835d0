//! The handle of a running worker.

use std::{net::SocketAddr, sync::Arc};

use rlc_protocol::worker::Resources;
use tokio::sync::{mpsc, watch};

use crate::{error::Error, messages::Message};

/// How a worker ended.
pub(crate) type Exit = Result<(), Arc<Error>>;

/// A running worker. It goes on when this is dropped.
#[derive(Debug)]
pub struct Handle {
	pub(crate) actor: mpsc::UnboundedSender<Message>,
	pub(crate) exited: watch::Receiver<Option<Exit>>,
	pub(crate) resources: Resources,
	pub(crate) metrics: Option<SocketAddr>,
}

impl Handle {
	/// Ends the worker now, and returns when it has ended. What runs is stopped; what is in hand resumes at the next start.
	///
	/// # Errors
	///
	/// As of [`exited`](Self::exited).
	pub async fn stop(&self) -> Result<(), Arc<Error>> {
		// It may have ended already.
		let _ = self.actor.send(Message::Stop);
		self.exited().await
	}

	/// Lets the worker take nothing more, and end when all that is in hand is done: computed, revealed and handed over.
	pub fn drain(&self) {
		// It may have ended already.
		let _ = self.actor.send(Message::Drain);
	}

	/// Returns when the worker has ended: it was stopped, or drained and done.
	///
	/// # Errors
	///
	/// If it ended because its journal could not be written.
	pub async fn exited(&self) -> Result<(), Arc<Error>> {
		let mut exited = self.exited.clone();
		let result = exited.wait_for(Option::is_some).await.map(|result| result.clone());
		let unknown = || Err(Arc::new(Error::Inside("it is not known how it ended".into())));
		result.ok().flatten().unwrap_or_else(unknown)
	}

	/// Returns what the worker offers to its pool.
	pub fn resources(&self) -> &Resources {
		&self.resources
	}

	/// Returns where `/metrics` and `/healthz` are served.
	pub fn metrics(&self) -> Option<SocketAddr> {
		self.metrics
	}
}
