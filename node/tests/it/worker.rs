//! The worker beside a node: a process of its own, which waits for the node, comes back, and ends with it.

use std::{
	fs,
	io::Write,
	net::{SocketAddr, TcpStream},
	os::unix::fs::PermissionsExt,
	path::Path,
	time::{Duration, Instant},
};

use rustix::process::Signal;

use crate::common::program::{path, rlc_node, runs, signal, stderr, Running};

/// How long a worker may outlive its node: 2 s, and as much again for a machine that is busy.
const LAST: Duration = Duration::from_secs(4);

/// What a worker says that waits for a node which has no blocks.
const WAITS: &str = "the node has no block yet but the first; waiting for it";

/// A scheduler that is not there: port 9 is discard's, which nobody serves any more.
const NOBODY: &str = "http://127.0.0.1:9";

/// Starts a node that is not in sync: the chain has no validator. It has a worker.
fn lonely_node(folder: &Path) -> Running {
	let quiet = ["--no-mdns", "--no-prometheus", "--no-telemetry", "--port", "0", "--rpc-port", "0"];
	let worker = ["--worker", NOBODY, "--worker-key", "//Worker//1"];
	let chain = ["--chain", "local", "--base-path", path(folder)];
	Running::start(&[&chain[..], &quiet, &worker].concat())
}

/// Waits until a process has ended.
fn ends(pid: u32) {
	let begin = Instant::now();
	while runs(pid) {
		assert!(begin.elapsed() < LAST, "it outlives its node");
		std::thread::sleep(Duration::from_millis(20));
	}
}

#[test]
fn worker_waits_for_its_node_comes_back_when_it_is_killed_and_ends_with_the_node() {
	let folder = tempfile::tempdir().expect("a folder");
	let mut node = lonely_node(folder.path());
	let worker = node.starts(None);
	node.says(WAITS, 1);
	assert!(!node.said().contains("works for"), "it takes no tasks of the past: {}", node.said());

	signal(worker, Signal::KILL);
	node.says("the worker is started again", 1);
	let again = node.starts(Some(worker));
	node.says(WAITS, 2);
	let status = fs::read_to_string(format!("/proc/{again}/status")).expect("it runs");
	let score = fs::read_to_string(format!("/proc/{again}/oom_score_adj")).expect("it runs");
	assert_eq!(score.trim(), "1000", "it goes first when memory is short");
	let cores = |status: &str| {
		let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed:")).expect("a mask").to_owned();
		list.chars().filter_map(|digit| digit.to_digit(16)).map(u32::count_ones).sum::<u32>()
	};
	let all = cores(&fs::read_to_string("/proc/self/status").expect("this process runs"));
	assert_eq!(cores(&status), (all - 1).max(1), "a core is the node's");

	node.kill();
	ends(again);
}

/// Asks for a WebSocket, without a secret, and holds the connection.
fn stranger(address: SocketAddr) -> TcpStream {
	let request = format!(
		"GET / HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
		 Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
	);
	let mut stream = TcpStream::connect(address).expect("everybody can connect");
	stream.write_all(request.as_bytes()).expect("a request");
	stream
}

#[test]
fn others_on_the_machine_do_not_keep_a_worker_from_its_node() {
	let folder = tempfile::tempdir().expect("a folder");
	let mut node = lonely_node(folder.path());
	let worker = node.starts(None);
	node.says(WAITS, 1);
	let arguments = fs::read_to_string(format!("/proc/{worker}/cmdline")).expect("it runs");
	let mut arguments = arguments.split('\0').skip_while(|argument| *argument != "--worker-node");
	let address = arguments.nth(1).and_then(|url| url.strip_prefix("ws://")).expect("an address");
	let address: SocketAddr = address.parse().expect("what everybody can see has no secret in it");

	signal(worker, Signal::KILL);
	ends(worker);
	// Until the node has seen that its connections are gone, and before it starts the worker again.
	std::thread::sleep(Duration::from_millis(200));
	let _held: Vec<_> = (0..100).map(|_| stranger(address)).collect();
	node.says(WAITS, 2);
}

#[test]
fn worker_ends_with_a_node_that_is_asked_to_stop() {
	let folder = tempfile::tempdir().expect("a folder");
	let mut node = lonely_node(folder.path());
	let worker = node.starts(None);
	node.says(WAITS, 1);
	node.stop();
	assert!(!runs(worker), "the node waits for it");
	assert!(!node.said().contains("started again"), "{}", node.said());
}

#[test]
fn worker_is_refused_where_it_could_do_harm() {
	let folder = tempfile::tempdir().expect("a folder");
	let phrase = folder.path().join("phrase");
	fs::write(&phrase, "//Worker//1").expect("a file");
	fs::set_permissions(&phrase, fs::Permissions::from_mode(0o644)).expect("ours");
	let chain = ["--chain", "local", "--base-path", path(folder.path()), "--worker", NOBODY, "--worker-key"];
	for (more, expected) in [
		(&["//Worker//1", "--validator"][..], "--unsafe-worker-beside-validator"),
		(&["//Worker//1", "--alice"], "--unsafe-worker-beside-validator"),
		(&[path(&phrase)], "chmod 600"),
		(&["/no/such/file"], "No such file"),
		(&[path(&phrase), "--worker-password-file", "/no/such/file"], "the password in /no/such/file"),
	] {
		let output = rlc_node(&[&chain[..], more].concat());
		let text = stderr(&output);
		assert!(!output.status.success() && text.contains(expected) && text.lines().count() == 1, "{more:?}: {text}");
	}
}
