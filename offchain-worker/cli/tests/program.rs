//! The program as people run it: answers, refusals in one line, exit codes.

use std::{
	fs,
	net::TcpListener,
	path::Path,
	process::{Command, Output, Stdio},
	time::{Duration, Instant},
};

use serde_json::Value;

/// The program with a home of its own, and no node.
fn rlc(home: &Path, arguments: &[&str]) -> Command {
	let mut command = Command::new(env!("CARGO_BIN_EXE_rlc"));
	command.args(arguments).env_clear().env("XDG_DATA_HOME", home).stdin(Stdio::null());
	command
}

fn run(home: &Path, arguments: &[&str]) -> Output {
	rlc(home, arguments).output().unwrap()
}

fn stdout(output: &Output) -> String {
	assert!(output.status.success(), "{output:?}");
	String::from_utf8(output.stdout.clone()).unwrap()
}

/// The one line that a refusal says.
fn refusal(output: &Output, code: i32) -> String {
	assert_eq!(output.status.code(), Some(code), "{output:?}");
	assert!(output.stdout.is_empty(), "{output:?}");
	let text = String::from_utf8(output.stderr.clone()).unwrap();
	let lines: Vec<_> = text.lines().filter(|line| line.starts_with("error: ")).collect();
	assert_eq!((lines.len(), text.trim_end().lines().last()), (1, lines.last().copied()), "{text}");
	assert!(!text.contains("panicked") && !text.contains("RUST_BACKTRACE"), "{text}");
	lines[0].into()
}

/// An address where nobody listens.
fn closed_port() -> String {
	let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
	format!("ws://127.0.0.1:{port}")
}

fn password(home: &Path, text: &str) -> String {
	let path = home.join("password");
	fs::write(&path, text).unwrap();
	path.to_str().unwrap().into()
}

#[test]
fn accounts_are_created_listed_exported_and_removed() {
	let home = tempfile::tempdir().unwrap();
	let home = home.path();
	let file = password(home, "secret\n");
	let made = stdout(&run(home, &["account", "create", "me", "--password-file", &file, "--json"]));
	let made: Value = serde_json::from_str(&made).unwrap();
	assert_eq!(made["secret"].as_str().unwrap().split(' ').count(), 12);
	let listed: Value = serde_json::from_str(&stdout(&run(home, &["account", "list", "--json"]))).unwrap();
	assert_eq!((&listed[0]["name"], &listed[0]["account"]), (&made["name"], &made["account"]));
	let exported = stdout(&run(home, &["account", "export", "me", "--password-file", &file]));
	assert_eq!(exported.trim_end(), made["secret"]);
	assert!(refusal(&run(home, &["account", "remove", "me"]), 1).contains("--yes"));
	assert!(stdout(&run(home, &["account", "remove", "me", "--yes"])).contains("is removed"));
	assert!(stdout(&run(home, &["account", "list"])).contains("There are no accounts yet"));
}

#[test]
fn secrets_are_imported_from_files_and_the_environment_has_the_password() {
	let home = tempfile::tempdir().unwrap();
	let home = home.path();
	let secret = home.join("secret");
	fs::write(&secret, "bottom drive obey lake curtain smoke basket hold race lonely fit walk//Alice\n").unwrap();
	let import = ["account", "import", "alice", "--secret-file", secret.to_str().unwrap()];
	let said = stdout(&rlc(home, &import).env("RLC_PASSWORD", "x").output().unwrap());
	assert_eq!(said.trim_end(), "alice is 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY");
	assert!(refusal(&rlc(home, &import).env("RLC_PASSWORD", "x").output().unwrap(), 1).contains("already"));
}

#[test]
fn a_wrong_password_is_one_line() {
	let home = tempfile::tempdir().unwrap();
	let home = home.path();
	let create = ["account", "import", "me", "--suri", "//Me"];
	stdout(&rlc(home, &create).env("RLC_PASSWORD", "right").output().unwrap());
	let file = password(home, "wrong");
	let line = refusal(&run(home, &["account", "export", "me", "--password-file", &file]), 1);
	assert!(line.starts_with("error: wrong password for me; "), "{line}");
	let line = refusal(&run(home, &["account", "export", "me"]), 1);
	assert!(line.contains("--password-file") && line.contains("RLC_PASSWORD"), "{line}");
}

#[test]
fn an_unreachable_node_is_one_line_that_names_it() {
	let home = tempfile::tempdir().unwrap();
	let node = closed_port();
	let deal = format!("0x{}", "11".repeat(32));
	for command in [
		&["account", "show", "//Alice"] as &[_],
		&["account", "send", "//Bob", "1", "--account", "//Alice"],
		&["orderbook"],
		&["deal", "show", &deal],
		&["task", "logs", &format!("{deal}:0"), "--account", "//Alice"],
	] {
		let line = refusal(&run(home.path(), &[command, &["--node", &node]].concat()), 1);
		assert!(line.contains(&node) && line.contains("rlc up"), "{line}");
	}
}

#[test]
fn an_unreachable_scheduler_is_one_line_that_names_it() {
	let home = tempfile::tempdir().unwrap();
	let url = closed_port().replace("ws://", "http://");
	let line = refusal(&run(home.path(), &["scheduler", "workers", "--scheduler", &url]), 1);
	assert!(line.contains(&url), "{line}");
}

#[test]
fn mistakes_on_the_command_line_are_one_line_and_exit_code_2() {
	let home = tempfile::tempdir().unwrap();
	for (arguments, said) in [
		(&["fly"] as &[_], "unrecognized subcommand 'fly'"),
		(&["account", "send", "//Bob", "1.5ETH"], "is no amount; write 1.5"),
		(&["account", "send", "//Bob"], "required arguments were not provided: <AMOUNT>"),
		(&["app", "run", "0x12"], "this is no app; it has 0x and 40 hex digits"),
		(&["deal", "show", "five"], "this is no deal; it has 0x and 64 hex digits"),
		(&["task", "show", "0x12:1"], "this is no task"),
		(&["worker", "run", "--scheduler", "http://x", "--activation", "sometimes"], "sometimes"),
		(&["scheduler", "run"], "required arguments were not provided"),
	] {
		let line = refusal(&run(home.path(), arguments), 2);
		assert!(line.contains(said) && line.ends_with("; see --help"), "{line}");
	}
}

#[test]
fn what_is_missing_is_said_before_the_network_is_needed() {
	let home = tempfile::tempdir().unwrap();
	for (arguments, said) in [
		(
			&["app", "deploy", "/no/such/file.wasm", "--name", "x", "--account", "//Alice"] as &[_],
			"/no/such/file.wasm: ",
		),
		(&["dataset", "deploy", "/no/such/data", "--name", "x", "--account", "//Alice"], "/no/such/data: "),
		(&["order", "publish", "/no/such/order", "--account", "//Alice"], "/no/such/order: "),
		(&["account", "show"], "no account is named; give --account NAME, or set RLC_ACCOUNT"),
		(&["account", "export", "nobody"], "no account is called nobody; "),
		(&["account", "show", "//"], "is no derivation"),
		(&["account", "show", "nobody"], "nobody is no account; "),
		(&["worker", "drain", "--dir", "/no/such/dir"], "give the worker's --dir"),
		(&["worker", "run", "--scheduler", "pool", "--account", "//Alice"], "pool is no scheduler's URL; "),
		(&["up", "--node-binary", "/no/such/node", "--tmp"], "there is no program /no/such/node"),
		(&["up", "--workers", "1", "--liars", "2", "--tmp"], "2 liars are more than the 1 workers"),
	] {
		let line = refusal(&run(home.path(), arguments), 1);
		assert!(line.contains(said), "{line}");
	}
}

#[test]
fn help_completions_and_manual_are_printed() {
	let home = tempfile::tempdir().unwrap();
	let home = home.path();
	assert!(stdout(&run(home, &["--help"])).contains("Examples:"));
	assert!(stdout(&run(home, &["app", "run", "--help"])).contains("--max-price"));
	assert!(stdout(&run(home, &["--version"])).starts_with("rlc "));
	for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
		let script = stdout(&run(home, &["completions", shell]));
		assert!(script.contains("orderbook"), "{shell}");
	}
	assert!(stdout(&run(home, &["man"])).starts_with(".ie"));
	let dir = home.join("man");
	let said = stdout(&run(home, &["man", "--dir", dir.to_str().unwrap(), "--json"]));
	let said: Value = serde_json::from_str(&said).unwrap();
	let pages = said["pages"].as_array().unwrap();
	assert_eq!(fs::read_dir(&dir).unwrap().count(), pages.len());
	assert!(fs::read_to_string(dir.join("rlc-app-run.1")).unwrap().contains("max\\-price"));
}

#[test]
fn a_reader_that_leaves_is_no_error() {
	let home = tempfile::tempdir().unwrap();
	let mut child = rlc(home.path(), &["man"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
	drop(child.stdout.take());
	let output = child.wait_with_output().unwrap();
	assert!(String::from_utf8_lossy(&output.stderr).is_empty(), "{output:?}");
}

#[test]
fn doctor_says_what_is_missing_and_fails() {
	let home = tempfile::tempdir().unwrap();
	let node = closed_port();
	let output = run(home.path(), &["doctor", "--node", &node, "--json"]);
	assert_eq!(output.status.code(), Some(1));
	let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
	assert_eq!(answer["fit"], false);
	let checks = answer["checks"].as_array().unwrap();
	let check = |name: &str| checks.iter().find(|check| check["name"] == name).unwrap().clone();
	assert_eq!((&check("wasm tier")["good"], &check("keystore")["good"]), (&Value::Bool(true), &Value::Bool(true)));
	assert!(check("node")["good"] == false && check("node")["words"].as_str().unwrap().contains(&node));
}

#[test]
fn a_supervised_program_ends_with_our_standard_input() {
	let home = tempfile::tempdir().unwrap();
	// It says that it has been asked to end; and it is not the supervisor's own end that ends it.
	let script = "trap 'echo asked; exit 3' TERM; echo ready; while :; do sleep 0.1; done";
	let mut command = rlc(home.path(), &["supervise", "--", "/bin/sh", "-c", script]);
	let mut child = command.env("PATH", "/usr/bin:/bin").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
	let mut said = std::io::BufReader::new(child.stdout.take().unwrap());
	let mut line = String::new();
	std::io::BufRead::read_line(&mut said, &mut line).unwrap();
	assert_eq!(line, "ready\n");
	drop(child.stdin.take());
	let begin = Instant::now();
	let status = child.wait().unwrap();
	assert_eq!(status.code(), Some(3));
	assert!(begin.elapsed() < Duration::from_secs(10), "it did not have to be killed");
	line.clear();
	std::io::BufRead::read_line(&mut said, &mut line).unwrap();
	assert_eq!(line, "asked\n");
}

#[test]
fn a_supervised_programs_exit_code_is_handed_on() {
	let home = tempfile::tempdir().unwrap();
	let supervise = |program: &[&str]| {
		let mut child =
			rlc(home.path(), &[&["supervise", "--"], program].concat()).stdin(Stdio::piped()).spawn().unwrap();
		let lifeline = child.stdin.take();
		let status = child.wait().unwrap();
		drop(lifeline);
		status.code()
	};
	assert_eq!(supervise(&["/bin/sh", "-c", "exit 7"]), Some(7));
	assert_eq!(supervise(&["/bin/sh", "-c", "kill -9 $$"]), Some(137));
	assert_eq!(supervise(&["/no/such/program"]), Some(1));
}

#[test]
fn up_says_which_part_died_and_leaves_nothing_running() {
	let home = tempfile::tempdir().unwrap();
	let home = home.path();
	let node = home.join("rlc-node");
	fs::write(&node, "#!/bin/sh\necho cannot start this way\nexit 5\n").unwrap();
	fs::set_permissions(&node, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
	let port = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
	let (rpc, scheduler) = (port(), port());
	let node = node.to_str().unwrap();
	let up = ["up", "--tmp", "--node-binary", node, "--rpc-port", &rpc, "--scheduler-port", &scheduler];
	let line = refusal(&run(home, &up), 1);
	assert!(line.contains("node ended with exit code 5") && line.contains("cannot start this way"), "{line}");
}

#[test]
fn up_does_not_take_a_port_that_is_taken() {
	let home = tempfile::tempdir().unwrap();
	let taken = TcpListener::bind("127.0.0.1:0").unwrap();
	let port = taken.local_addr().unwrap().port().to_string();
	let line = refusal(&run(home.path(), &["up", "--tmp", "--node-binary", "/bin/true", "--rpc-port", &port]), 1);
	assert!(line.contains(&format!("port {port} is in use")) && line.contains("--rpc-port"), "{line}");
}
