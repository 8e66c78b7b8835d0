//! The threads of an embedded node.

use std::time::Duration;

use tokio::runtime::Runtime;

use crate::Error;

/// How long the node's tasks have to end.
const STOP_PATIENCE: Duration = Duration::from_secs(60);

/// The node's threads. A tokio runtime must not be dropped on a thread of another one, so this lets go of it instead.
pub(super) struct Threads(Option<Runtime>);

impl Threads {
	pub(super) fn new() -> Result<Self, Error> {
		sc_cli::build_runtime().map(|runtime| Self(Some(runtime))).map_err(|error| Error::Threads(error.to_string()))
	}

	pub(super) fn handle(&self) -> Result<tokio::runtime::Handle, Error> {
		match &self.0 {
			Some(runtime) => Ok(runtime.handle().clone()),
			None => Err(Error::Threads("they have ended".into())),
		}
	}

	/// Waits for the end of all threads.
	pub(super) fn end(mut self) {
		if let Some(runtime) = self.0.take() {
			runtime.shutdown_timeout(STOP_PATIENCE);
		}
	}
}

impl Drop for Threads {
	fn drop(&mut self) {
		if let Some(runtime) = self.0.take() {
			runtime.shutdown_background();
		}
	}
}
