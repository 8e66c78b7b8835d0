//! Replays every recorded file, and shows that a disagreement is found and told.

use std::{
	fs,
	path::{Path, PathBuf},
};

use rlc_checks::replay;
use serde_json::Value;

fn recorded() -> Vec<PathBuf> {
	let folder = Path::new("../../vectors/poco");
	let mut files: Vec<_> =
		fs::read_dir(folder).expect("the vectors").map(|entry| entry.expect("a file").path()).collect();
	files.sort();
	files
}

#[test]
fn iexecs_contracts_are_followed_step_by_step() {
	let files = recorded();
	let summary = replay::files(&files).unwrap_or_else(|disagreement| panic!("{disagreement}"));
	assert!(summary.files == files.len() && summary.steps > 1_000, "{summary}");
	println!("{summary}");
}

/// Returns a copy of the first recorded file in which something else happened.
fn falsified(name: &str, falsify: impl FnOnce(&mut Value)) -> PathBuf {
	let text = fs::read_to_string(&recorded()[0]).expect("a file");
	let mut file: Value = serde_json::from_str(&text).expect("JSON");
	falsify(&mut file);
	let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
	fs::write(&path, file.to_string()).expect("the target folder can be written");
	path
}

/// Returns the first accepted step of a kind, in the first scenario.
fn first_accepted<'a>(file: &'a mut Value, operation: &str) -> &'a mut Value {
	let steps = file["scenarios"][0]["steps"].as_array_mut().expect("steps");
	steps.iter_mut().find(|step| step["op"] == operation && step["ok"] == true).expect("such a step")
}

#[test]
fn disagreement_is_told_with_scenario_step_and_field() {
	let refused = falsified("refused.json", |file| first_accepted(file, "match")["ok"] = false.into());
	let error = replay::files(&[refused]).expect_err("the chain accepts what was said to be refused");
	assert!(
		error.contains("scenario mixed-11-0, step") && error.contains("expected refused, found accepted"),
		"{error}"
	);

	let richer = falsified("richer.json", |file| {
		let changed = &mut first_accepted(file, "match")["changed"];
		changed["accounts"]["scheduler"] = serde_json::json!(["1", "2"]);
	});
	let error = replay::files(&[richer]).expect_err("the scheduler has something else");
	assert!(error.contains("state.accounts.scheduler") && error.contains("expected"), "{error}");
}

#[test]
fn what_is_no_scenario_is_refused() {
	let missing = replay::files(&["no/such/file.json"]).expect_err("no file");
	assert!(missing.starts_with("no/such/file.json: "), "{missing}");
	let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("broken.json");
	fs::write(&path, "{").expect("the target folder can be written");
	assert!(replay::files(&[&path]).expect_err("broken").contains("not JSON"));
	let without =
		falsified("without.json", |file| drop(file["scenarios"][0].as_object_mut().unwrap().remove("policy")));
	assert!(replay::files(&[without]).expect_err("incomplete").contains("worker_stake_ratio"));
}
