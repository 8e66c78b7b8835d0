//! A node that is started again.

use crate::common::program::{path, Running};

/// What a node says before it needs the runtime for that.
const BUILDS: &str = "Building the genesis block";

#[test]
fn node_builds_the_genesis_block_at_its_first_start_alone() {
	let folder = tempfile::tempdir().expect("a folder");
	let quiet = ["--no-mdns", "--no-prometheus", "--no-telemetry", "--port", "0", "--rpc-port", "0"];
	let arguments = ["--dev", "--base-path", path(folder.path())];
	for times in [1, 0] {
		let mut node = Running::start(&[&arguments[..], &quiet].concat());
		node.says("proposing at ", 1);
		assert_eq!(node.said().matches(BUILDS).count(), times, "{}", node.said());
		node.stop();
	}
}
