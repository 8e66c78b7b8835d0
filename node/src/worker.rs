//! A worker beside the node: a process of its own, with the code of `rlc worker run`.
//!
//! ```text
//! rlc-node --worker URL …                      the node: keys of its own, RPC, database
//!    │  standard input: a pipe with a secret, which the system closes when the node is gone
//!    │  a port of this machine, for whoever knows that secret: RPC without the unsafe methods
//!    ▼
//! rlc-node --worker URL … --worker-node ws://127.0.0.1:PORT      the worker: strangers' programs, its key
//! ```
//!
//! What strangers send is so never compiled or run in the process that has the node's keys, and a worker that takes too
//! much memory is ended before the node is. The worker is the same program, started from the file that the node runs from
//! even if another version has taken its name: it can neither be missing nor be of another version.
//!
//! [`supervisor`] starts it, starts it again when it fails, and ends it. [`child`] is that process, [`limits`] what it may
//! take of the machine, and [`endpoint`] where it reaches its node.
//!
//! An embedded node has no such child: its program is another one. It can run a worker in its own process, over
//! [`InMemory`](crate::InMemory).

mod child;
mod endpoint;
mod limits;
mod supervisor;

pub use child::{run, Child};

use std::{ffi::OsString, net::SocketAddr, path::Path, process::Command};

use substrate_prometheus_endpoint::Registry;

use self::{endpoint::Endpoint, supervisor::Supervisor};
use crate::{metrics::worker::Metrics, service::Node, Error};

/// Starts the worker of a node that runs, on a thread of tokio's. It ends with the node.
///
/// The worker has an endpoint of its own: strangers that take all connections of the others, and other users of this
/// machine, do not keep it from revealing.
///
/// # Errors
///
/// [`Error::BadWorker`] if it does not get a port or a thread; those of the metrics.
pub fn start(node: &mut Node, base_path: &Path, registry: Option<&Registry>) -> Result<(), Error> {
	let wrong = |reason: String| Error::BadWorker { reason };
	let endpoint = Endpoint::open((*node.rpc.handle()).clone().into());
	let endpoint = endpoint.map_err(|error| wrong(format!("no port is there for it: {error}")))?;
	let metrics = Metrics::register(registry).map_err(sc_service::Error::Prometheus)?;
	let arguments = arguments(std::env::args_os().skip(1), endpoint.address(), &base_path.join("worker"));
	let supervisor = Supervisor::start(move || program(&arguments), endpoint.secret().into(), metrics);
	let supervisor = supervisor.map_err(|error| wrong(format!("no thread watches it: {error}")))?;
	// What is given last is dropped first, so that a worker that ends has its node until then.
	node.tasks.keep_alive(endpoint);
	// A node that ends drops its own tasks at once; this waits when it is dropped.
	node.tasks.keep_alive(supervisor);
	Ok(())
}

/// Returns this program, to be started with these arguments.
fn program(arguments: &[OsString]) -> Command {
	// The file that this process runs from, whatever its name leads to by now.
	let mut command = Command::new("/proc/self/exe");
	command.args(arguments);
	command
}

/// Returns the arguments of the worker: those of the node, and where it finds the node and keeps what it has.
fn arguments(node: impl Iterator<Item = OsString>, endpoint: SocketAddr, dir: &Path) -> Vec<OsString> {
	let more: [OsString; 4] =
		["--worker-node".into(), format!("ws://{endpoint}").into(), "--worker-dir".into(), dir.into()];
	node.chain(more).collect()
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::cli::Cli;

	#[test]
	fn worker_is_told_all_that_the_node_was() {
		let node = ["--chain", "spec.json", "--worker", "http://127.0.0.1:1", "--worker-key", "key", "--bootnodes"];
		let peer = "/ip4/127.0.0.1/tcp/1/p2p/12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp";
		let node = node.into_iter().chain([peer]).map(OsString::from);
		let all = arguments(node, SocketAddr::from(([127, 0, 0, 1], 9)), Path::new("/data/worker"));
		let cli = Cli::read(std::iter::once("rlc-node".into()).chain(all)).expect("good arguments");
		let child = cli.worker.child().expect("it is the worker");
		assert_eq!((child.node, child.config.scheduler.as_str()), ("ws://127.0.0.1:9", "http://127.0.0.1:1"));
		assert_eq!(child.config.dir, Path::new("/data/worker"));
	}
}
