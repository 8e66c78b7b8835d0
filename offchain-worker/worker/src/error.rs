//! Why a worker does not start, or had to end.

use std::{io, path::PathBuf};

use rlc_service::{listen::ListenError, MetricsError};

use crate::journal::JournalError;

/// Why a worker does not start, or had to end.
#[derive(Debug, thiserror::Error)]
pub enum Error {
	/// The scheduler's address is not one.
	#[error("{0:?} is not a scheduler's address; write http://HOST:PORT or https://HOST:PORT")]
	Address(String),
	/// The worker's directory cannot be used.
	#[error("{} cannot be used: {error}; give the worker a directory that it may write to", path.display())]
	Directory {
		/// What in it.
		path: PathBuf,
		/// What the system says.
		error: io::Error,
	},
	/// The journal cannot be used.
	#[error(transparent)]
	Journal(#[from] JournalError),
	/// The chain cannot be asked.
	#[error(transparent)]
	Chain(#[from] rlc_chain::Error),
	/// Apps cannot be run.
	#[error("apps cannot be run here: {0}")]
	Sandbox(#[from] rlc_sandbox::Error),
	/// Apps were to have what only containers have.
	#[error(
		"apps in containers cannot be given a network or graphics processors: {0}; see to that, or start the worker \
		 without them"
	)]
	NoContainers(String),
	/// Containers were to be another process's.
	#[error("{0}; or start the worker without --containers")]
	NoService(rlc_sandbox::Unavailable),
	/// Apps were to have a network.
	#[error("{0}; or start the worker without a network for apps")]
	NoNetwork(#[from] rlc_sandbox::NoNetwork),
	/// Apps were to have a graphics processor.
	#[error("{0}; or start the worker without it")]
	NoDevice(#[from] rlc_sandbox::NoDevice),
	/// Nothing can be fetched.
	#[error("nothing can be fetched here: {0}")]
	Fetch(#[from] rlc_store::FetchError),
	/// The metrics cannot be served.
	#[error(transparent)]
	Listen(#[from] ListenError),
	/// Part of the worker ended by itself.
	#[error("the worker failed inside: {0}")]
	Inside(String),
}

impl From<MetricsError> for Error {
	fn from(error: MetricsError) -> Self {
		Self::Inside(error.to_string())
	}
}
