//! The program as people run it: answers, refusals in one line, exit codes.

use std::{
	fs,
	net::TcpListener,
	path::Path,
	process::{Command, Output, Stdio},
	time::{Duration, Instant},
};

use serde_json::Value;

/// Returns the program with a home of its own, and no node.
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

/// Returns the one line that a refusal says.
fn refusal(output: &Output, code: i32) -> String {
	assert_eq!(output.status.code(), Some(code), "{output:?}");
	assert!(output.stdout.is_empty(), "{output:?}");
	let text = String::from_utf8(output.stderr.clone()).unwrap();
	let lines: Vec<_> = text.lines().filter(|line| line.starts_with("error: ")).collect();
	assert_eq!((lines.len(), text.trim_end().lines().last()), (1, lines.last().copied()), "{text}");
	assert!(!text.contains("panicked") && !text.contains("RUST_BACKTRACE"), "{text}");
	lines[0].into()
}

/// Returns an address where no program listens.
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
fn secret_of_an_ethereum_wallet_makes_the_account_that_it_shows() {
	let home = tempfile::tempdir().unwrap();
	let home = home.path();
	let secret = home.join("secret");
	let import = |name: &str, text: &str| {
		fs::write(&secret, text).unwrap();
		let import = ["account", "import", name, "--kind", "ethereum", "--secret-file", secret.to_str().unwrap()];
		rlc(home, &import).env("RLC_PASSWORD", "x").output().unwrap()
	};
	let key = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
	let phrase = "test test test test test test test test test test test junk\n".to_owned();
	for (name, text) in [("phrase", phrase), ("key", format!("0x{key}\n")), ("bare", format!("{key}\r\n"))] {
		let said = stdout(&import(name, &text));
		assert!(said.trim_end().ends_with("which is 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266 in wallets"), "{said}");
	}
	let exported = stdout(&rlc(home, &["account", "export", "phrase"]).env("RLC_PASSWORD", "x").output().unwrap());
	assert_eq!(exported.trim_end(), format!("0x{key}"));
	let refused = refusal(&import("derived", "//Alice"), 1);
	assert!(refused.contains("give the private key as 64 hex digits"), "{refused}");
}

#[test]
fn wrong_password_is_one_line() {
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
fn unreachable_node_is_one_line_that_names_it() {
	let home = tempfile::tempdir().unwrap();
	let node = closed_port();
	let deal = format!("0x{}", "11".repeat(32));
	for command in [
		&["account", "show", "//Alice"] as &[_],
		&["account", "send", "//Bob", "1", "--account", "//Alice"],
		&["account", "proxy", "list", "//Alice"],
		&["orderbook"],
		&["deal", "show", &deal],
		&["task", "logs", &format!("{deal}:0"), "--account", "//Alice"],
	] {
		let line = refusal(&run(home.path(), &[command, &["--node", &node]].concat()), 1);
		assert!(line.contains(&node) && line.contains("rlc up"), "{line}");
	}
}

#[test]
fn account_is_not_its_own_proxy() {
	let home = tempfile::tempdir().unwrap();
	let add = ["account", "proxy", "add", "//Alice", "--type", "worker", "--account", "//Alice"];
	let line = refusal(&run(home.path(), &add), 1);
	assert!(line.contains("not its own proxy"), "{line}");
}

#[test]
fn unreachable_scheduler_is_one_line_that_names_it() {
	let home = tempfile::tempdir().unwrap();
	let url = closed_port().replace("ws://", "http://");
	let line = refusal(&run(home.path(), &["scheduler", "workers", "--scheduler", &url]), 1);
	assert!(line.contains(&url), "{line}");
}

#[test]
fn command_for_a_scheduler_that_does_not_run_says_where_it_was_looked_for() {
	let home = tempfile::tempdir().unwrap();
	let dir = home.path().to_str().unwrap();
	for command in ["pause", "resume", "drain", "ban"] {
		let line = refusal(&run(home.path(), &["scheduler", command, "--dir", dir]), 1);
		assert!(line.contains("admin.sock") && line.contains("scheduler.missing"), "{line}");
	}
}

/// Writes a module that says its arguments, variables and input on standard output, leaves `computed.json` with this
/// text, and ends with this code. Its memory has this many pages.
fn app(dir: &Path, computed: &str, code: i32, pages: u32) -> String {
	let text = computed.replace('"', "\\22");
	let length = computed.len();
	let module = format!(
		r#"(module
			(import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes (param i32 i32) (result i32)))
			(import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
			(import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ_sizes (param i32 i32) (result i32)))
			(import "wasi_snapshot_preview1" "environ_get" (func $environ (param i32 i32) (result i32)))
			(import "wasi_snapshot_preview1" "path_open"
				(func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
			(import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
			(import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
			(import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
			(memory (export "memory") {pages})
			(data (i32.const 0) "computed.json")
			(data (i32.const 20) "notes.txt")
			(data (i32.const 100) "{text}")
			(data (i32.const 500) "the last line\0a")
			(func $put (param $to i32) (param $from i32) (param $length i32)
				(i32.store (i32.const 1000) (local.get $from))
				(i32.store (i32.const 1004) (local.get $length))
				(drop (call $write (local.get $to) (i32.const 1000) (i32.const 1) (i32.const 1008))))
			(func $open (param $dir i32) (param $name i32) (param $length i32) (param $create i32) (param $rights i64)
				(result i32)
				(drop (call $path_open (local.get $dir) (i32.const 0) (local.get $name) (local.get $length)
					(local.get $create) (local.get $rights) (i64.const 0) (i32.const 0) (i32.const 1012)))
				(i32.load (i32.const 1012)))
			(func (export "_start")
				(drop (call $args_sizes (i32.const 1016) (i32.const 1020)))
				(drop (call $args (i32.const 2000) (i32.const 10000)))
				(call $put (i32.const 1) (i32.const 10000) (i32.load (i32.const 1020)))
				(drop (call $environ_sizes (i32.const 1016) (i32.const 1020)))
				(drop (call $environ (i32.const 2000) (i32.const 10000)))
				(call $put (i32.const 1) (i32.const 10000) (i32.load (i32.const 1020)))
				(i32.store (i32.const 1000) (i32.const 10000))
				(i32.store (i32.const 1004) (i32.const 100))
				(drop (call $read (call $open (i32.const 3) (i32.const 20) (i32.const 9) (i32.const 0) (i64.const 2))
					(i32.const 1000) (i32.const 1) (i32.const 1008)))
				(call $put (i32.const 1) (i32.const 10000) (i32.load (i32.const 1008)))
				(call $put (i32.const 2) (i32.const 500) (i32.const 14))
				(call $put (call $open (i32.const 4) (i32.const 0) (i32.const 13) (i32.const 1) (i64.const 64))
					(i32.const 100) (i32.const {length}))
				(call $exit (i32.const {code}))))"#
	);
	let path = dir.join("app.wasm");
	fs::write(&path, wat::parse_str(module).unwrap()).unwrap();
	path.to_str().unwrap().into()
}

const FILES: &str = r#"{"deterministic-output-path": "/iexec_out"}"#;

/// Tries an app out, its result in `home/out`.
fn try_app(home: &Path, app: &str, arguments: &[&str]) -> Output {
	let output = home.join("out");
	run(home, &[&["app", "try", app, "--output", output.to_str().unwrap()], arguments].concat())
}

#[test]
fn app_that_is_tried_sees_what_a_worker_would_show_it() {
	let home = tempfile::tempdir().unwrap();
	let home = home.path();
	let path = |name: &str| home.join(name).to_str().unwrap().to_owned();
	let (notes, data) = (path("notes.txt"), path("data.csv"));
	fs::write(&notes, "my notes").unwrap();
	fs::write(&data, "1,2").unwrap();
	let request = ["--args", "one 'two three'", "--input", &notes, "--dataset", &data, "--index", "2", "--tasks", "5"];
	let app = app(home, FILES, 0, 1);
	let answer = stdout(&try_app(home, &app, &[&request[..], &["--json"]].concat()));
	let answer: Value = serde_json::from_str(&answer).unwrap();
	let said: Vec<_> = answer["logs"]["stdout"].as_str().unwrap().split('\0').collect();
	assert_eq!((&said[..3], said.last()), (&["app", "one", "two three"][..], Some(&"my notes")));
	for variable in [
		"IEXEC_IN=/iexec_in",
		"IEXEC_TASK_INDEX=2",
		"IEXEC_BOT_SIZE=5",
		"IEXEC_DATASET_FILENAME=data.csv",
		"IEXEC_INPUT_FILES_NUMBER=1",
		"IEXEC_INPUT_FILE_NAME_1=notes.txt",
	] {
		assert!(said.contains(&variable), "{variable}: {said:?}");
	}
	assert!(answer["failure"].is_null() && answer["usage"]["fuel"].as_u64() > Some(0), "{answer:#}");
}

#[test]
fn result_of_a_try_is_unpacked_and_has_the_digest_of_its_archive() {
	let home = tempfile::tempdir().unwrap();
	let home = home.path();
	let files = app(home, FILES, 0, 1);
	let said = stdout(&try_app(home, &files, &[]));
	let out = home.join("out");
	assert_eq!(fs::read_to_string(out.join("computed.json")).unwrap(), FILES);
	let packed = rlc_store::archive::pack(&out, std::io::sink()).unwrap();
	let digest = packed.sha256.map(|byte| format!("{byte:02x}")).concat();
	assert!(said.contains("the last line") && said.contains(&format!("0x{digest}")), "{said}");
	// Nothing is overwritten.
	assert!(refusal(&try_app(home, &files, &[]), 1).contains("out exists already; "));

	fs::remove_dir_all(&out).unwrap();
	stdout(&try_app(home, &app(home, r#"{"callback-data": "0x2a"}"#, 0, 1), &[]));
	assert_eq!(fs::read(out.join("callback-data")).unwrap(), [42]);
}

#[test]
fn try_fails_where_a_worker_would_report_a_failure() {
	let home = tempfile::tempdir().unwrap();
	let home = home.path();
	let fails = |app: &str, arguments: &[&str], words: &str| {
		let output = try_app(home, app, arguments);
		let said = String::from_utf8(output.stdout).unwrap();
		assert!(output.status.code() == Some(1) && said.contains(words), "{said}");
		assert!(!home.join("out").exists());
	};
	fails(&app(home, FILES, 7, 1), &[], "the app ended with exit code 7; it wrote: the last line");
	fails(&app(home, "{}", 0, 1), &[], "computed.json must have one of");
	let mebibytes = app(home, FILES, 0, 160);
	fails(&mebibytes, &["--memory", "9M"], "the app wanted more memory than there is");
	stdout(&try_app(home, &mebibytes, &["--memory", "11M"]));
	fs::remove_dir_all(home.join("out")).unwrap();
	let endless = home.join("endless.wasm");
	let text = r#"(module (memory (export "memory") 1) (func (export "_start") (loop $again (br $again))))"#;
	fs::write(&endless, wat::parse_str(text).unwrap()).unwrap();
	fails(endless.to_str().unwrap(), &["--time", "1"], "the app did not end in the category's time");
}

#[test]
fn mistakes_on_the_command_line_are_one_line_and_exit_code_2() {
	let home = tempfile::tempdir().unwrap();
	for (arguments, said) in [
		(&["fly"] as &[_], "unrecognized subcommand 'fly'"),
		(&["account", "send", "//Bob"], "required arguments were not provided: <AMOUNT>"),
		(&["app", "run", "0x12"], "not an app id; write 0x and 40 hex digits"),
		(&["deal", "show", "five"], "not a deal id; write 0x and 64 hex digits"),
		(&["task", "show", "0x12:1"], "not a task; "),
		(&["worker", "run", "--scheduler", "http://x", "--activation", "sometimes"], "sometimes"),
		(&["worker", "run", "--scheduler", "http://x", "--tag", "tee"], "the sandbox has none"),
		(&["worker", "run", "--scheduler", "http://x", "--tag", "network"], "is not set by hand; give --network"),
		(&["worker", "run", "--scheduler", "http://x", "--network", "--no-containers"], "cannot be used with"),
		(&["worker", "run", "--scheduler", "http://x", "--no-containers", "--containers", "/x"], "cannot be used with"),
		(&["worker", "containers"], "--user <USER>"),
		(&["worker", "containers", "--user", "x", "--runs", "0"], "0 is not in"),
		(
			&[
				"worker",
				"run",
				"--scheduler",
				"http://x",
				"--no-containers",
				"--gpu",
				"/dev/x",
				"--gpu-clear",
				"driver",
			],
			"cannot be used with",
		),
		(&["worker", "run", "--scheduler", "http://x", "--gpu", "auto"], "--gpu-clear"),
		(&["worker", "run", "--scheduler", "http://x", "--gpu-clear", "driver"], "--gpu"),
		(&["worker", "run", "--scheduler", "http://x", "--gpu", "auto", "--gpu-clear", " "], "an empty command"),
		(&["scheduler", "run"], "required arguments were not provided"),
		(
			&["scheduler", "run", "--name", "x", "--store-cache", "1"],
			"required arguments were not provided: --ipfs <URL>",
		),
		(
			&["scheduler", "run", "--name", "x", "--only-requester", "//Alice"],
			"required arguments were not provided: --publish-price <AMOUNT>",
		),
		(
			&["scheduler", "run", "--name", "x", "--publish-price", "1", "--only-app", "group:five"],
			"not a group id; write 0x and 40 hex digits",
		),
		(&["app", "try", "x", "--category", "XXL"], "a new chain has no category XXL; "),
		(&["app", "try", "x", "--memory", "50%"], "50% is not a size in bytes; "),
		(&["app", "deploy", "x", "--name", "x", "--ipfs", "http://x", "--store", "http://y"], "cannot be used with"),
		(&["order", "prune"], "required arguments were not provided: <HASH>..."),
	] {
		let line = refusal(&run(home.path(), arguments), 2);
		assert!(line.contains(said) && line.ends_with("; see --help [usage]"), "{line}");
	}
	for wrong in ["1.5ETH", "-5"] {
		let line = refusal(&run(home.path(), &["account", "send", "//Bob", wrong]), 2);
		let whole = format!("error: {wrong:?} is not an amount; write 1.5, 1.5RLC or 1500000000nRLC [amount.invalid]");
		assert_eq!(line, whole);
	}
	let habit = refusal(&run(home.path(), &["account", "send", "//Bob", "1000000000"]), 2);
	assert!(habit.ends_with("if nRLC are meant, write 1000000000nRLC [amount.invalid]"), "{habit}");
}

#[test]
fn image_that_no_worker_takes_is_refused_before_the_network_is_needed() {
	let home = tempfile::tempdir().unwrap();
	let (layout, node) = (home.path().join("layout"), closed_port());
	fs::create_dir(&layout).unwrap();
	fs::write(layout.join("oci-layout"), r#"{"imageLayoutVersion": "1.0.0"}"#).unwrap();
	let deploy = |index: &str, more: &[&str]| {
		fs::write(layout.join("index.json"), index).unwrap();
		let mut command = vec!["app", "deploy", layout.to_str().unwrap(), "--name", "x", "--account", "//Alice"];
		command.extend(["--node", &node]);
		command.extend(more);
		refusal(&run(home.path(), &command), 1)
	};
	let other = r#"{"mediaType": "application/vnd.oci.image.manifest.v1+json", "size": 0,
		"digest": "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"platform": {"os": "linux", "architecture": "s390x"}}"#;
	let other = format!(r#"{{"schemaVersion": 2, "manifests": [{other}]}}"#);
	for (index, said) in [
		(r#"{"schemaVersion": 2, "manifests": []}"#, "the image cannot be used: it holds no image"),
		(other.as_str(), "does not run on this kind of machine: it holds no image for linux/"),
		(other.as_str(), "but for linux/s390x; "),
		(other.as_str(), "--unchecked"),
	] {
		let refused = deploy(index, &[]);
		assert!(refused.contains(said) && refused.contains("[image.invalid]"), "{refused}");
	}
	let unchecked = deploy(&other, &["--unchecked"]);
	assert!(!unchecked.contains("[image.invalid]"), "{unchecked}");
}

#[test]
fn what_is_missing_is_said_before_the_network_is_needed() {
	let home = tempfile::tempdir().unwrap();
	for (arguments, said) in [
		(
			&["app", "deploy", "/no/such/file.wasm", "--name", "x", "--account", "//Alice"] as &[_],
			"/no/such/file.wasm: ",
		),
		(
			&["account", "send", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD", "1", "--account", "//Alice"],
			"has a wrong checksum: a digit is mistyped, or its case; ",
		),
		(
			&["account", "send", "0x0000000000000000000000000000000000000000", "1", "--account", "//Alice"],
			"is nobody's account",
		),
		(&["app", "try", "/no/such/file.wasm"], "/no/such/file.wasm: "),
		(&["app", "try", "/", "--output", "/no/such/dir"], "/ is not a file; "),
		(&["app", "try", "docker://alpine"], "\"alpine\" is not an image of a registry; "),
		(&["app", "try", "/dev/null", "--output", "/"], "/ exists already; "),
		(&["app", "try", "x", "--index", "1"], "has no task 1; "),
		(&["app", "try", "x", "--args", "'open"], "--args: "),
		(&["dataset", "deploy", "/no/such/data", "--name", "x", "--account", "//Alice"], "/no/such/data: "),
		(&["order", "publish", "/no/such/order", "--account", "//Alice"], "/no/such/order: "),
		(&["account", "send", "//Bob", "0", "--account", "//Alice"], "nothing would be sent; give more than 0"),
		(&["account", "show"], "no account is named; give --account NAME, or set RLC_ACCOUNT"),
		(&["account", "history"], "no account is named; "),
		(&["deal", "list"], "no account is named; "),
		(&["deal", "list", "nobody"], "no account is called nobody; "),
		(&["app", "list", "--owner", "nobody"], "no account is called nobody; "),
		(&["staking", "status"], "no account is named; "),
		(&["gov", "propose", "ItemDeposit=0", "--account", "//Alice"], "choose a value from 0.0001 RLC to 1 RLC"),
		(&["gov", "propose", "marketplace.retention=91d", "--account", "//Alice"], "cannot be 91 d: it would fail"),
		(&["gov", "propose", "Retention=a week", "--account", "//Alice"], "not a time; write 7d, 12h, 30min, 90s"),
		(&["gov", "propose", "StakeRate=1", "--track", "staking-admin"], "may not make Parameters.set_parameter"),
		(&["staking", "bond", "0", "--account", "//Alice"], "nothing would be bonded; give more than 0"),
		(&["account", "export", "nobody"], "no account is called nobody; "),
		(&["account", "show", "//"], "is not a derivation"),
		(&["account", "show", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD"], "has a wrong checksum"),
		(&["account", "show", "nobody"], "no account is called nobody; "),
		(&["worker", "containers", "--user", "nobody at all"], "give the number that `id -u` prints"),
		(&["worker", "drain", "--dir", "/no/such/dir"], "give the worker's --dir"),
		(&["worker", "run", "--scheduler", "pool", "--account", "//Alice"], "pool is not the URL of a scheduler; "),
		(&["up", "--node-binary", "/no/such/node", "--tmp"], "there is no program /no/such/node"),
		(&["up", "--workers", "1", "--liars", "2", "--tmp"], "2 liars are more than the 1 workers"),
	] {
		let line = refusal(&run(home.path(), arguments), 1);
		assert!(line.contains(said), "{line}");
	}
}

#[test]
fn failures_in_json_have_code_message_and_hint() {
	let home = tempfile::tempdir().unwrap();
	let failure = |arguments: &[&str], code: i32| {
		let output = run(home.path(), &[arguments, &["--json"]].concat());
		assert_eq!(output.status.code(), Some(code), "{output:?}");
		assert!(output.stdout.is_empty(), "{output:?}");
		let text = String::from_utf8(output.stderr).unwrap();
		serde_json::from_str::<Value>(text.lines().last().unwrap()).unwrap()
	};
	let missing = failure(&["account", "show"], 1);
	assert_eq!(missing["code"], "account.missing");
	assert_eq!(missing["message"], "no account is named");
	assert_eq!(missing["hint"], "give --account NAME, or set RLC_ACCOUNT");
	let wrong = failure(&["fly"], 2);
	assert_eq!((&wrong["code"], &wrong["hint"]), (&"usage".into(), &"see --help".into()));
}

#[test]
fn programs_read_json_in_the_form_that_was_promised() {
	let home = tempfile::tempdir().unwrap();
	let home = home.path();
	let golden = |name: &str| {
		let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
		serde_json::from_slice::<Value>(&fs::read(file).unwrap()).unwrap()
	};
	let missing = run(home, &["account", "show", "--json"]);
	assert_eq!(serde_json::from_slice::<Value>(&missing.stderr).unwrap(), golden("error.json"));
	let import = ["account", "import", "alice", "--suri", "//Alice", "--json"];
	let made = stdout(&rlc(home, &import).env("RLC_PASSWORD", "x").output().unwrap());
	let listed: Value = serde_json::from_str(&stdout(&run(home, &["account", "list", "--json"]))).unwrap();
	assert_eq!(listed, golden("account-list.json"));
	assert_eq!(serde_json::from_str::<Value>(&made).unwrap(), listed[0]);
}

#[test]
fn text_of_a_stranger_commands_no_terminal() {
	let home = tempfile::tempdir().unwrap();
	let hostile = "\u{1b}]0;title\u{7}\u{9b}2J\nerror: all is well";
	for json in [&[] as &[&str], &["--json"]] {
		let output = run(home.path(), &[&["explain", hostile, "--node", &closed_port()], json].concat());
		let said = String::from_utf8(output.stderr).unwrap();
		assert!(!said.chars().any(|one| one.is_control() && one != '\n'), "{said:?}");
		assert!(said.lines().all(|line| line != "error: all is well"), "{said}");
		assert!(said.contains("title"), "it is still told: {said}");
	}
}

#[test]
fn empty_password_seals_nothing() {
	let home = tempfile::tempdir().unwrap();
	let home = home.path();
	let file = password(home, "\n");
	let line = refusal(&run(home, &["account", "create", "me", "--password-file", &file]), 1);
	assert!(line.ends_with("[password.empty]"), "{line}");
	assert!(stdout(&run(home, &["account", "list"])).contains("There are no accounts yet"));
}

#[test]
fn codes_are_explained_without_a_node() {
	let home = tempfile::tempdir().unwrap();
	let home = home.path();
	let line = refusal(&run(home, &["account", "export", "nobody"]), 1);
	let code = line.rsplit_once('[').unwrap().1.trim_end_matches(']');
	assert_eq!(code, "account.unknown");
	let page = stdout(&run(home, &["explain", code]));
	assert!(page.starts_with(code) && page.contains("What to do: "), "{page}");
	assert!(stdout(&run(home, &["explain"])).contains(code));
	let node = closed_port();
	assert!(refusal(&run(home, &["explain", "no.such", "--node", &node]), 1).contains("there is no code no.such; "));
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
fn reader_that_leaves_is_not_an_error() {
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
fn doctor_says_which_graphics_processors_containers_can_have() {
	let home = tempfile::tempdir().unwrap();
	let [cdi, worker] = ["cdi", "worker"].map(|name| home.path().join(name));
	std::fs::create_dir_all(worker.join("containers")).unwrap();
	std::fs::create_dir(&cdi).unwrap();
	let device = |name: &str, node: &str| {
		let nodes = serde_json::json!([{ "path": "/dev/gpu0", "hostPath": node }]);
		serde_json::json!({ "name": name, "containerEdits": { "deviceNodes": nodes } })
	};
	let devices = [device("0", "/dev/full"), device("1", "/dev/none")];
	let spec = serde_json::json!({ "cdiVersion": "0.6.0", "kind": "example.com/gpu", "devices": devices });
	std::fs::write(cdi.join("a.json"), spec.to_string()).unwrap();
	std::fs::write(cdi.join("b.yaml"), "kind: [").unwrap();
	std::fs::write(worker.join("containers/devices-out-of-use"), "example.com/gpu=0 is out of use: busy\n").unwrap();
	let dirs = [cdi.to_str().unwrap(), worker.to_str().unwrap()];
	let output =
		run(home.path(), &["doctor", "--node", &closed_port(), "--cdi-dir", dirs[0], "--dir", dirs[1], "--json"]);
	let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
	let checks = answer["checks"].as_array().unwrap().iter().filter(|check| check["name"] == "graphics");
	let said: Vec<_> = checks.map(|check| (check["good"] == true, check["words"].as_str().unwrap())).collect();
	for (good, words) in [
		(true, "example.com/gpu=0 of"),
		(false, "example.com/gpu=1: /dev/none: No such file"),
		(false, "b.yaml is not read"),
		(false, "the worker says: example.com/gpu=0 is out of use: busy"),
	] {
		assert!(said.iter().any(|(is, text)| *is == good && text.contains(words)), "{words} in {said:?}");
	}
}

#[test]
fn supervised_program_ends_with_standard_input() {
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
fn exit_code_of_supervised_program_is_passed_on() {
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
