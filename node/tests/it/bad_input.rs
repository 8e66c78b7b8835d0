//! Bad input to the program: one clear line, an exit code, no panic.

use std::{fs, net::TcpListener};

use crate::common::program::{path, rlc_node, stderr, succeeds};

/// Asserts that the program refuses with one error line; with `quiet`, and with nothing else.
fn refused(args: &[&str], quiet: bool, expected: &str) {
	let output = rlc_node(args);
	let text = stderr(&output);
	assert!(!output.status.success(), "{args:?} succeeded");
	assert!(output.status.code().is_some(), "{args:?} was killed");
	assert!(!text.contains("panicked") && !text.contains("backtrace"), "{args:?}: {text}");
	let errors: Vec<_> = text.lines().filter(|line| line.starts_with("error: ")).collect();
	assert_eq!(errors.len(), 1, "{args:?}: {text}");
	assert!(errors.iter().all(|line| line.contains(expected)), "{args:?}: {text}");
	if quiet {
		assert_eq!(text.lines().count(), 1, "{args:?}: {text}");
	}
}

#[test]
fn chains() {
	let folder = tempfile::tempdir().expect("a folder");
	let garbage = folder.path().join("garbage.json");
	fs::write(&garbage, "{ not a spec").expect("a file");
	refused(&["--chain", "no-such-chain"], true, "no-such-chain");
	refused(&["--chain", path(&garbage)], true, "garbage.json");
	refused(&["--chain", path(folder.path())], true, "not a file");
	refused(&["--chain", "testnet"], true, "--founders");
	refused(&["--chain", "mainnet"], true, "--founders");
	refused(&["build-spec", "--chain", "mainnet", "--raw"], true, "--founders");
	refused(&[], true, "no chain");
	refused(&["export-blocks"], true, "no chain");
	refused(&["build-spec", "--chain", "no-such-chain"], true, "no-such-chain");
}

#[test]
fn founders() {
	let folder = tempfile::tempdir().expect("a folder");
	let file = folder.path().join("founders.json");
	let build = || ["build-spec", "--chain", "testnet", "--founders", path(&file)];
	refused(&build(), true, "founders.json");
	for content in ["nonsense", "[]", r#"[{"account": "//Alice"}]"#] {
		fs::write(&file, content).expect("a file");
		refused(&build(), true, "founders.json");
	}
	refused(&["build-spec", "--chain", "dev", "--founders", path(&file)], true, "validators already");
}

#[test]
fn flags() {
	refused(&["--no-such-flag"], true, "--no-such-flag");
	refused(&["--dev", "--port", "not-a-port"], true, "not-a-port");
	refused(&["--alice", "--bob", "--dev"], true, "--bob");
}

#[test]
fn ports() {
	let holder = TcpListener::bind("127.0.0.1:0").expect("a port");
	let port = holder.local_addr().expect("bound").port().to_string();
	refused(&["--dev", "--rpc-port", &port], true, "--rpc-port");
	refused(&["--dev", "--port", &port], true, "--port");
	refused(&["--dev", "--port", "0", "--prometheus-port", &port], true, "--prometheus-port");
	refused(&["--dev", "--listen-addr", &format!("/ip4/127.0.0.1/tcp/{port}")], true, "cannot listen");
}

#[test]
fn keys() {
	let folder = tempfile::tempdir().expect("a folder");
	let base = path(folder.path());
	refused(&["--dev", "--node-key", "zz"], true, "node key");
	refused(&["--chain", "local", "--alice", "--base-path", base], true, "generate-node-key");
	refused(&["key", "inspect", "not a seed"], true, "secret URI");
	refused(&["key", "inspect", "--scheme", "ed25519", "/no-soft-derivation"], true, "secret URI");
	let insert =
		["key", "insert", "--chain", "local", "--base-path", base, "--key-type", "babe", "--scheme", "sr25519"];
	refused(&[&insert[..], &["--suri", "not a seed"]].concat(), true, "Invalid phrase");
	let key = folder.path().join("node-key");
	fs::write(&key, "too short").expect("a file");
	refused(&["--dev", "--node-key-file", path(&key)], false, "secret key");
}

#[test]
fn folders() {
	let folder = tempfile::tempdir().expect("a folder");
	let file = folder.path().join("file");
	fs::write(&file, "").expect("a file");
	let below = file.join("base");
	refused(&["--dev", "--base-path", path(&below)], true, path(&below));
	refused(&["--dev", "--base-path", "/proc/no-such-folder"], true, "/proc/no-such-folder");
	refused(&["export-blocks", "--dev", "--base-path", path(&below)], true, path(&below));
}

#[test]
fn full_disk() {
	let exabyte_in_mib = "1099511627776";
	refused(&["--dev", "--db-storage-threshold", exabyte_in_mib], false, "disk space");
}

#[test]
fn database_of_another_chain() {
	let folder = tempfile::tempdir().expect("a folder");
	let base = path(folder.path());
	let other = folder.path().join("other.json");
	let spec = succeeds(&["build-spec", "--chain", "dev"]);
	let mut spec: serde_json::Value = serde_json::from_str(&spec).expect("JSON");
	// The same id, hence the same folder, with another genesis: one account has less.
	spec["genesis"]["runtimeGenesis"]["patch"]["balances"]["balances"][5][1] = 77_000_000_000u64.into();
	fs::write(&other, spec.to_string()).expect("a file");

	succeeds(&["export-blocks", "--chain", "dev", "--base-path", base, "--from", "0", "/dev/null"]);
	refused(&["--chain", path(&other), "--base-path", base], false, "another chain");
	refused(
		&["export-blocks", "--chain", path(&other), "--base-path", base, "--from", "0", "/dev/null"],
		false,
		"another chain",
	);
}

#[test]
fn broken_database() {
	let folder = tempfile::tempdir().expect("a folder");
	let database = folder.path().join("chains/rlc_dev/paritydb/full");
	fs::create_dir_all(&database).expect("a folder");
	fs::write(database.join("metadata"), "nonsense").expect("a file");
	refused(&["--dev", "--base-path", path(folder.path())], false, "Bad metadata");
}

#[test]
fn instant_seal_on_a_network() {
	let folder = tempfile::tempdir().expect("a folder");
	let base = path(folder.path());
	refused(&["--chain", "local", "--base-path", base, "--instant-seal"], false, "development");
}

#[test]
fn blocks_that_are_none() {
	let folder = tempfile::tempdir().expect("a folder");
	let base = path(folder.path());
	let file = folder.path().join("blocks");
	fs::write(&file, "nonsense").expect("a file");
	refused(&["import-blocks", "--dev", "--base-path", base, path(&file)], false, "block #1");
	refused(&["import-blocks", "--dev", "--base-path", base, "/no/such/file"], false, "No such file");
	refused(&["check-block", "--dev", "--base-path", base, "12345"], false, "Unknown block");
}

#[test]
fn help_and_version_are_no_mistakes() {
	assert!(succeeds(&["--help"]).contains("Examples:"));
	assert!(succeeds(&["--version"]).contains(env!("CARGO_PKG_VERSION")));
}

#[test]
fn specs_of_all_networks_can_be_built() {
	let local: serde_json::Value =
		serde_json::from_str(&succeeds(&["build-spec", "--chain", "local", "--disable-default-bootnode", "--raw"]))
			.expect("JSON");
	assert!(local["genesis"]["raw"]["top"].is_object());
	assert_eq!(local["bootNodes"], serde_json::json!([]));

	let folder = tempfile::tempdir().expect("a folder");
	let founders = folder.path().join("founders.json");
	fs::write(&founders, founder("//Somebody").to_string()).expect("a file");
	for chain in ["testnet", "mainnet"] {
		let spec = folder.path().join("spec.json");
		succeeds(&["build-spec", "--chain", chain, "--founders", path(&founders), "--raw", "--output", path(&spec)]);
		succeeds(&[
			"export-blocks",
			"--chain",
			path(&spec),
			"--base-path",
			path(folder.path()),
			"--from",
			"0",
			"/dev/null",
		]);
	}
}

/// Returns a founder, all of whose keys come from one seed.
fn founder(seed: &str) -> serde_json::Value {
	let key = |scheme: &str| {
		let text = succeeds(&["key", "inspect", "--scheme", scheme, "--output-type", "json", seed]);
		let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
		json["ss58PublicKey"].clone()
	};
	serde_json::json!([{
		"account": key("sr25519"),
		"babe": key("sr25519"),
		"grandpa": key("ed25519"),
		"authority_discovery": key("sr25519"),
		"beefy": key("ecdsa"),
	}])
}
