//! Talking to a scheduler on this machine as its operator.

use std::path::PathBuf;

use clap::Args;
use jsonrpsee::ws_client::{WsClient, WsClientBuilder};
use rlc_json::Account;
use rlc_keystore::data_home;
use rlc_primitives::AccountId;
use tokio::net::UnixStream;

use crate::{
	context::Context,
	failure::{failure, Result},
	pool,
};

/// The socket's name in a scheduler's directory.
const SOCKET: &str = "admin.sock";

/// Which scheduler on this machine.
#[derive(Debug, Args)]
pub(super) struct Here {
	/// The scheduler's directory, as given to `rlc scheduler run` [default: that of --account: the workerpool's owner, by name
	/// or address, even if a proxy signs for it]
	#[arg(long, value_name = "DIR")]
	pub dir: Option<PathBuf>,

	/// The scheduler's socket, as given to `rlc scheduler run` [default: admin.sock in --dir]
	#[arg(long, value_name = "FILE", conflicts_with = "dir")]
	pub admin: Option<PathBuf>,
}

impl Here {
	/// Connects to it.
	///
	/// # Errors
	///
	/// If no scheduler takes commands there.
	pub(super) async fn connect(&self, context: &Context) -> Result<WsClient> {
		let socket = match &self.admin {
			Some(socket) => socket.clone(),
			None => directory(self.dir.as_ref(), || context.account(context.named()?))?.join(SOCKET),
		};
		let stream = UnixStream::connect(&socket).await.map_err(|error| {
			failure!(SchedulerMissing, "no scheduler takes commands at {}: {error}", socket.display();
				"run this as the user of `rlc scheduler run`, with its --dir, or with the workerpool's owner as --account")
		})?;
		let client = WsClientBuilder::default().request_timeout(pool::PATIENCE);
		client.build_with_stream("ws://localhost", stream).await.map_err(|error| pool::refused(&error))
	}
}

/// Returns a scheduler's directory: the given one, or that of the workerpool's owner.
///
/// # Errors
///
/// If none is given, and neither an owner nor a directory for it is known.
pub(super) fn directory(given: Option<&PathBuf>, owner: impl FnOnce() -> Result<AccountId>) -> Result<PathBuf> {
	if let Some(dir) = given {
		return Ok(dir.clone());
	}
	let home = data_home().ok_or_else(|| failure!(HomeMissing, "no directory for it is known"; "give --dir"))?;
	Ok(home.join(format!("scheduler-{}", Account(owner()?))))
}
