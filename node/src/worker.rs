//! A worker beside the node: a process of its own, with the code of `rlc worker run`.
//!
//! ```text
//! rlc-node --worker URL …                      the node: keys of its own, RPC, database
//!    │  standard input: a pipe that the system closes when the node is gone
//!    │  a port of this machine, for this worker alone: RPC without the unsafe methods
//!    ▼
//! rlc-node --worker URL … --worker-node ws://127.0.0.1:PORT      the worker: strangers' programs, its key
//! ```
//!
//! What strangers send is so never compiled or run in the process that has the node's keys, and a worker that takes too
//! much memory is ended before the node is. The worker is the same program, started from the file that the node runs from
//! even if another version has taken its name: it can neither be missing nor be of another version.
//!
//! [`supervisor`] starts it, starts it again when it fails, and ends it. [`child`] is that process, and [`limits`] what it
//! may take of the machine.
//!
//! An embedded node has no such child: its program is another one. It can run a worker in its own process, over
//! [`InMemory`](crate::InMemory).

mod child;
mod limits;
mod supervisor;

pub use child::{run, Child};

use std::{
	ffi::OsString,
	net::{Ipv4Addr, SocketAddr},
	path::Path,
	process::Command,
};

use sc_service::{
	config::{RpcEndpoint, RpcMethods},
	Configuration,
};
use substrate_prometheus_endpoint::Registry;

use self::supervisor::Supervisor;
use crate::{embedded::addresses, metrics::worker::Metrics, service::Node, Error};

/// How many connections the worker has: one, and the one before it that is not closed yet.
const CONNECTIONS: u32 = 8;

/// Gives the worker an endpoint of its own: strangers that take all connections of the others do not keep it from revealing.
pub fn add_endpoint(config: &mut Configuration) {
	let Some(endpoints) = &mut config.rpc.addr else { return };
	let Some(usual) = endpoints.first().cloned() else { return };
	endpoints.push(RpcEndpoint {
		listen_addr: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
		max_connections: CONNECTIONS,
		rate_limit: None,
		// No web page.
		cors: Some(Vec::new()),
		rpc_methods: RpcMethods::Safe,
		is_optional: false,
		retry_random_port: false,
		..usual
	});
}

/// Starts the worker of a node that runs, which has [an endpoint](add_endpoint) for it. It ends with the node.
///
/// # Errors
///
/// [`Error::BadWorker`] if there is no such endpoint, or no thread for it; those of the metrics.
pub fn start(node: &mut Node, base_path: &Path, registry: Option<&Registry>) -> Result<(), Error> {
	let wrong = |reason: String| Error::BadWorker { reason };
	let endpoint = node.rpc.listen_addresses().last().and_then(addresses::socket_address);
	let endpoint = endpoint.ok_or_else(|| wrong("the node serves no RPC".into()))?;
	let metrics = Metrics::register(registry).map_err(sc_service::Error::Prometheus)?;
	let arguments = arguments(std::env::args_os().skip(1), endpoint, &base_path.join("worker"));
	let supervisor = Supervisor::start(move || program(&arguments), metrics);
	let supervisor = supervisor.map_err(|error| wrong(format!("no thread watches it: {error}")))?;
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
