//! Container images that are tried out: by real containers, without node, scheduler or account.

use std::{
	env, fs,
	path::{Path, PathBuf},
	process::{Command, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

use super::{
	has_containers,
	stack::{app_file, rlc, RUNTIME},
};

/// Where the program works: all that it makes is below.
struct Home(TempDir);

impl Home {
	/// Returns a home; `None` where no containers can be run.
	fn new() -> Option<Self> {
		if !RUNTIME.block_on(has_containers()) {
			return None;
		}
		let home = Self(tempfile::tempdir().unwrap());
		fs::create_dir(home.path("tmp")).unwrap();
		Some(home)
	}

	fn path(&self, name: &str) -> PathBuf {
		self.0.path().join(name)
	}

	/// Tries an app out, its result in `output`. Returns the exit code, and the answer.
	fn try_app(&self, app: &Path, output: &str, arguments: &[&str]) -> (Option<i32>, Value) {
		let mut command = Command::new(rlc());
		command.env_clear().env("XDG_DATA_HOME", self.path("data")).env("TMPDIR", self.path("tmp"));
		// `runc` is looked for there.
		command.envs(env::var_os("PATH").map(|path| ("PATH", path)));
		command.args(["app", "try"]).arg(app).arg("--output").arg(self.path(output)).args(arguments).arg("--json");
		let said = command.stdin(Stdio::null()).output().unwrap();
		assert_eq!(fs::read_dir(self.path("tmp")).unwrap().count(), 0, "what was made for the run is removed");
		let answer = serde_json::from_slice(&said.stdout).unwrap_or_else(|error| panic!("{error}: {said:?}"));
		(said.status.code(), answer)
	}
}

#[test]
fn image_that_is_tried_sees_what_a_worker_would_show_it() {
	let Some(home) = Home::new() else { return };
	let image = app_file("container-hello.tar");
	let notes = home.path("notes.txt");
	fs::write(&notes, "my notes").unwrap();
	let request = ["--args", "in 'a box'", "--input", notes.to_str().unwrap(), "--index", "1", "--tasks", "3"];
	let (code, answer) = home.try_app(&image, "out", &request);
	assert_eq!((code, &answer["failure"]), (Some(0), &Value::Null), "{answer:#}");
	let said = answer["logs"]["stdout"].as_str().unwrap();
	for line in [
		"1: in",
		"2: a box",
		"IEXEC_IN=/iexec_in",
		"IEXEC_TASK_INDEX=1",
		"IEXEC_BOT_SIZE=3",
		"IEXEC_INPUT_FILE_NAME_1=notes.txt",
	] {
		assert!(said.lines().any(|one| one.trim() == line), "{line}: {said}");
	}
	assert!(said.contains("notes.txt: 8 bytes"), "{said}");
	assert_eq!(fs::read_to_string(home.path("out/hello.txt")).unwrap(), said, "the result is unpacked");
	assert!(answer["usage"]["memory"].as_u64() > Some(0), "{answer:#}");

	// An image's layout is the same image.
	let layout = home.path("layout");
	fs::create_dir(&layout).unwrap();
	let unpacked = Command::new("tar").arg("-xf").arg(&image).arg("-C").arg(&layout).status().unwrap();
	assert!(unpacked.success());
	let (code, again) = home.try_app(&layout, "again", &request);
	assert_eq!((code, &again["result"]["digest"]), (Some(0), &answer["result"]["digest"]));
}

#[test]
fn try_of_an_image_fails_where_a_worker_would_report_a_failure() {
	let Some(home) = Home::new() else { return };
	let image = app_file("container-misbehave.tar");
	for (arguments, words) in [
		(&["--args", "exit1"] as &[_], "the app ended with exit code 1; it wrote: error: exit1: as asked"),
		(&["--args", "memory", "--memory", "64M"], "the app wanted more memory than there is"),
		(&["--args", "loop", "--time", "1"], "the app did not end in the category's time"),
		(&["--args", "missing-computed"], "computed.json"),
	] {
		let (code, answer) = home.try_app(&image, "out", arguments);
		assert_eq!(code, Some(1), "{answer:#}");
		let said = answer["failure"].as_str().unwrap();
		assert!(said.contains(words), "{arguments:?}: {said}");
		assert!(!home.path("out").exists());
	}
}
