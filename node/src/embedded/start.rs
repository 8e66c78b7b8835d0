//! Starts a node as it was described.

use std::path::Path;

use futures::{channel::oneshot, FutureExt};
use tempfile::TempDir;
use tokio::sync::watch;

use super::{
	builder::{Chain, Keys, NodeBuilder},
	threads::Threads,
	Node,
};
use crate::{chain_spec, preflight, service, Error};

impl NodeBuilder {
	/// Starts the node and returns when it runs.
	///
	/// # Errors
	///
	/// Whatever [`Error`] describes: the chain, the seed, the folder, the ports, the database.
	pub async fn start(self) -> Result<Node, Error> {
		let spec = match &self.chain {
			Chain::Named(name) => chain_spec::load(name)?,
			Chain::Given(spec) => (**spec).clone(),
		};
		if let Keys::Seed(seed) = &self.keys {
			preflight::seed(seed)?;
		}
		let temporary = match &self.base_path {
			Some(_) => None,
			None => Some(temporary_folder()?),
		};
		let base_path = match (&self.base_path, &temporary) {
			(Some(path), _) => path.clone(),
			(None, Some(folder)) => folder.path().into(),
			(None, None) => std::env::temp_dir(),
		};
		preflight::folder(&base_path)?;

		let runtime = Threads::new()?;
		let handle = runtime.handle()?;
		let (mut config, options) = self.into_service(spec, base_path.clone(), handle.clone());
		let database = config.database.path().map_or_else(|| base_path.clone(), Path::to_path_buf);
		let starting = handle.spawn(async move {
			preflight::ports(&mut config, preflight::Chosen { rpc: true, p2p: true, metrics: true })?;
			service::start(config, options)
		});
		let service::Node { mut tasks, client, network, rpc } =
			starting.await.map_err(|error| Error::Threads(error.to_string()))??;

		let (exit_tx, exit) = watch::channel(None);
		let (stop, stopped) = oneshot::channel::<()>();
		let supervisor = runtime.handle()?.spawn(async move {
			let failure = futures::select! {
				ended = tasks.future().fuse() => ended.err().map(|error| error.to_string()),
				_ = stopped.fuse() => None,
			};
			drop(tasks);
			// Nobody may be waiting.
			let _ = exit_tx.send(Some(failure.unwrap_or_else(|| "it was told to".into())));
		});
		Ok(Node { rpc, network, client, base_path, database, exit, stop, supervisor, runtime, temporary })
	}
}

fn temporary_folder() -> Result<TempDir, Error> {
	tempfile::Builder::new()
		.prefix("rlc-node-")
		.tempdir()
		.map_err(|source| Error::NotWritable { path: std::env::temp_dir(), source })
}
