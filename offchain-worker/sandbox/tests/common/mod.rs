//! What the tests of both tiers share: an app, and rooms to run it in.

#![allow(dead_code)] // Each test program uses a part of it.

pub mod containers;
pub mod internet;
pub mod modules;
pub mod wasm;

use std::{
	collections::hash_map::DefaultHasher,
	fs,
	hash::{Hash, Hasher},
	path::{Path, PathBuf},
	process::Command,
	time::Duration,
};

use rlc_sandbox::{ContainerTier, Error, Grants, Job, Limits, Run, Stop, WasmTier};
use tempfile::TempDir;

/// What the app of the tests is made from: its files, the first of which has the others.
const GUEST: [(&str, &str); 1] = [("guest.rs", include_str!("../guest/guest.rs"))];
/// The same of the app that tries ways out.
const WAYS: [(&str, &str); 7] = [
	("ways.rs", include_str!("../guest/ways.rs")),
	("ways/calls.rs", include_str!("../guest/ways/calls.rs")),
	("ways/files.rs", include_str!("../guest/ways/files.rs")),
	("ways/kernel.rs", include_str!("../guest/ways/kernel.rs")),
	("ways/mounts.rs", include_str!("../guest/ways/mounts.rs")),
	("ways/processes.rs", include_str!("../guest/ways/processes.rs")),
	("ways/sockets.rs", include_str!("../guest/ways/sockets.rs")),
];
/// For programs that need no library.
const STATIC: [&str; 2] = ["-C", "target-feature=+crt-static"];

/// The directories of a run, and what it may use.
pub struct Room {
	pub directory: TempDir,
	pub env: Vec<(String, String)>,
	pub limits: Limits,
	pub grants: Grants,
	pub seed: [u8; 32],
}

impl Room {
	/// Returns a room with `question.txt` in IN.
	pub fn new() -> Self {
		let directory = tempfile::tempdir().unwrap();
		fs::create_dir(directory.path().join("in")).unwrap();
		fs::create_dir(directory.path().join("out")).unwrap();
		fs::write(directory.path().join("in/question.txt"), "six by nine").unwrap();
		let limits = Limits { time: Duration::from_secs(600), memory: 256 << 20, output: 1 << 20, ..Limits::default() };
		Self { directory, env: Vec::new(), limits, grants: Grants::default(), seed: [7; 32] }
	}

	/// Returns a room with other limits.
	pub fn with(limits: impl FnOnce(&mut Limits)) -> Self {
		let mut room = Self::new();
		limits(&mut room.limits);
		room
	}

	pub fn input(&self) -> PathBuf {
		self.directory.path().join("in")
	}

	pub fn output(&self) -> PathBuf {
		self.directory.path().join("out")
	}

	pub async fn wasm(&self, tier: &WasmTier, app: &Path, args: &[&str]) -> Result<Run, Error> {
		let args: Vec<_> = args.iter().map(|arg| arg.to_string()).collect();
		let (input, output) = (self.input(), self.output());
		tier.run(&self.job(app, &args, &input, &output), &Stop::new()).await
	}

	pub async fn container(&self, tier: &ContainerTier, app: &Path, args: &[&str]) -> Result<Run, Error> {
		let args: Vec<_> = args.iter().map(|arg| arg.to_string()).collect();
		let (input, output) = (self.input(), self.output());
		tier.run(&self.job(app, &args, &input, &output), &Stop::new()).await
	}

	pub fn job<'a>(&'a self, app: &'a Path, args: &'a [String], input: &'a Path, output: &'a Path) -> Job<'a> {
		let (limits, grants) = (&self.limits, self.grants);
		Job { app, args, env: &self.env, input, output, limits, grants, seed: self.seed, hash_memory: true, tap: None }
	}

	/// Returns what is in OUT, sorted.
	pub fn left(&self) -> Vec<String> {
		let entries = fs::read_dir(self.output()).unwrap();
		let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
		names.sort();
		names
	}
}

/// Returns the app as a module.
pub fn module() -> PathBuf {
	compiled(&GUEST, "wasm", &["--target", "wasm32-wasip1"])
}

/// Returns the app as a program that needs no library.
pub fn program() -> PathBuf {
	compiled(&GUEST, "bin", &STATIC)
}

/// Returns the app that tries ways out, as such a program.
pub fn ways() -> PathBuf {
	compiled(&WAYS, "bin", &STATIC)
}

/// Compiles an app once for all tests, until its source changes. Returns the file.
fn compiled(sources: &[(&str, &str)], kind: &str, options: &[&str]) -> PathBuf {
	let mut hasher = DefaultHasher::new();
	(sources, options).hash(&mut hasher);
	let directory = Path::new(env!("CARGO_TARGET_TMPDIR"));
	let file = directory.join(format!("guest-{:016x}.{kind}", hasher.finish()));
	if !file.exists() {
		// Several tests may do so at once, so it appears whole.
		let new = tempfile::tempdir_in(directory).unwrap();
		let compiled = new.path().join("guest");
		let source = Path::new("tests/guest").join(sources[0].0);
		let compiler = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
		let mut command = Command::new(compiler);
		command.args(["--edition", "2021", "-O", "-C", "debuginfo=0"]).args(options);
		let output = command.arg("-o").arg(&compiled).arg(source).output().unwrap();
		assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
		fs::rename(compiled, &file).unwrap();
	}
	file
}

pub fn text(bytes: &[u8]) -> &str {
	std::str::from_utf8(bytes).unwrap()
}
