//! Roles that are asked to stop before they have begun.

use std::{
	net::TcpListener,
	process::{Command, Stdio},
	time::Duration,
};

use rustix::process::{kill_process, Pid, Signal};

#[test]
fn roles_that_wait_for_their_node_stop_in_order_when_they_are_asked_to() {
	let home = tempfile::tempdir().unwrap();
	let dir = home.path().join("role");
	let dir = dir.to_str().unwrap();
	// It takes connections, and says nothing.
	let node = TcpListener::bind("127.0.0.1:0").unwrap();
	node.set_nonblocking(true).unwrap();
	let url = format!("ws://{}", node.local_addr().unwrap());
	let roles: [&[&str]; 2] =
		[&["worker", "run", "--scheduler", "http://127.0.0.1:1"], &["scheduler", "run", "--name", "mine"]];
	for role in roles {
		let mut child = Command::new(env!("CARGO_BIN_EXE_rlc"))
			.args(role)
			.args(["--dir", dir, "--account", "//Alice", "--node", &url])
			.env_clear()
			.env("XDG_DATA_HOME", home.path())
			.stdin(Stdio::null())
			.stdout(Stdio::piped())
			.stderr(Stdio::piped())
			.spawn()
			.unwrap();
		// From when it calls, it waits.
		let connection = loop {
			match node.accept() {
				Ok(connection) => break connection,
				Err(_) => assert_eq!(child.try_wait().unwrap(), None, "{role:?} ends by itself"),
			}
			std::thread::sleep(Duration::from_millis(10));
		};
		kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
		let output = child.wait_with_output().unwrap();
		assert!(output.status.success(), "{output:?}");
		assert!(String::from_utf8_lossy(&output.stdout).contains("has stopped"), "{output:?}");
		drop(connection);
	}
}
