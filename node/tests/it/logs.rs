//! The log of the program, as programs read it.

use serde_json::Value;

use crate::common::program::{path, rlc_node, stderr};

/// Runs a command that logs and ends, with these arguments beside.
fn export(arguments: &[&str]) -> (bool, String) {
	let folder = tempfile::tempdir().expect("a folder");
	let command = ["export-blocks", "--dev", "--base-path", path(folder.path()), "--from", "0", "/dev/null"];
	let output = rlc_node(&[&command[..], arguments].concat());
	(output.status.success(), stderr(&output))
}

#[test]
fn json_log_has_an_object_a_line() {
	let (success, log) = export(&["--log-format", "json", "-l", "sc_service=debug"]);
	assert!(success && !log.is_empty(), "{log}");
	for line in log.lines() {
		let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
		for field in ["timestamp", "level", "target", "message"] {
			assert!(line[field].is_string(), "{field} of {line}");
		}
	}
}

#[test]
fn log_is_text_unless_told_otherwise() {
	let (success, log) = export(&[]);
	assert!(success && !log.is_empty(), "{log}");
	assert!(log.lines().all(|line| !line.starts_with('{')), "{log}");
}

#[test]
fn unknown_format_is_refused() {
	let (success, said) = export(&["--log-format", "xml"]);
	assert!(!success && said.starts_with("error: ") && said.contains("xml"), "{said}");
	assert_eq!(said.lines().count(), 1, "{said}");
}
