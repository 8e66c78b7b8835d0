//! PostgreSQL, for a test.

use std::{
	fs::{self, File},
	path::{Path, PathBuf},
	process::{Child, Command, Stdio},
	time::Duration,
};

use rlc_testing::skip;
use tempfile::TempDir;

/// A PostgreSQL server of its own.
pub struct Postgres {
	/// Whether it runs or was killed.
	server: Option<Child>,
	/// Where it answers.
	pub url: String,
	/// Where its data and its socket are.
	pub dir: TempDir,
	bin: PathBuf,
	port: String,
	options: Vec<String>,
}

impl Postgres {
	/// Starts one, which answers at a socket in a directory of its own: another program may take a port at any time.
	/// PostgreSQL refuses to run as root; then it runs as `nobody`.
	///
	/// `None` where PostgreSQL is not installed.
	pub fn start() -> Option<Self> {
		let Some(bin) = binaries() else { skip!("needs postgres" => None) };
		let dir = directory();
		make(&bin, &dir);
		Some(Self::serve(&bin, dir, PORT, &["-c", "listen_addresses="]).unwrap_or_else(|error| panic!("{error}")))
	}

	/// Returns its process id.
	pub fn id(&self) -> u32 {
		self.server.as_ref().expect("it was not killed").id()
	}

	/// Starts a server over the data in a directory. The socket is named by the port.
	///
	/// # Errors
	///
	/// In words, if it ends, or does not answer.
	pub fn serve(bin: &Path, dir: TempDir, port: &str, options: &[&str]) -> Result<Self, String> {
		let url = format!("postgres://postgres@localhost:{port}/postgres?host={}", dir.path().display());
		let options = options.iter().map(|option| (*option).to_owned()).collect();
		let mut postgres = Self { server: None, url, dir, bin: bin.into(), port: port.into(), options };
		postgres.launch()?;
		Ok(postgres)
	}

	/// Kills it, as a machine does that loses its power.
	pub fn kill(&mut self) {
		if let Some(mut server) = self.server.take() {
			let _ = server.kill();
			let _ = server.wait();
		}
	}

	/// Starts it again over the same data.
	pub fn start_again(&mut self) {
		let mut failed = String::new();
		for _ in 0..100 {
			match self.launch() {
				Ok(()) => return,
				// What the killed server had started ends a little later.
				Err(error) => failed = error,
			}
			self.kill();
			std::thread::sleep(Duration::from_millis(100));
		}
		panic!("{failed}");
	}

	/// Returns what it answers, as plain text.
	pub fn ask(&self, sql: &str) -> String {
		let mut psql = unprivileged(&self.bin.join("psql"));
		psql.args([
			"--no-psqlrc",
			"--tuples-only",
			"--no-align",
			"--username=postgres",
			"--port",
			&self.port,
			"--host",
		]);
		run(psql.arg(self.dir.path()).args(["--command", sql, "postgres"]))
	}

	/// Starts it, and waits until it answers.
	fn launch(&mut self) -> Result<(), String> {
		let log = self.dir.path().join("log");
		let mut server = unprivileged(&self.bin.join("postgres"));
		// It is killed: what it has in the machine's shared memory would stay.
		server.arg("-D").arg(data(&self.dir)).args(["-c", "dynamic_shared_memory_type=mmap", "-F", "-k"]);
		server.arg(self.dir.path()).args(["-p", &self.port]).args(&self.options);
		let errors = File::create(&log).unwrap();
		self.server = Some(server.current_dir("/").stdout(Stdio::null()).stderr(errors).spawn().unwrap());
		let said = || fs::read_to_string(&log).unwrap_or_default();
		for _ in 0..600 {
			if let Some(status) = self.server.as_mut().and_then(|server| server.try_wait().unwrap()) {
				return Err(format!("PostgreSQL ended with {status}: {}", said()));
			}
			let mut ask = unprivileged(&self.bin.join("pg_isready"));
			if ask.args(["-q", "-p", &self.port, "-h"]).arg(self.dir.path()).status().unwrap().success() {
				return Ok(());
			}
			std::thread::sleep(Duration::from_millis(100));
		}
		Err(format!("PostgreSQL, process {}, does not answer at {}: {}", self.id(), self.url, said()))
	}
}

impl Drop for Postgres {
	fn drop(&mut self) {
		self.kill();
	}
}

/// What sockets are named by, if nothing listens at a port.
pub const PORT: &str = "5432";

/// The user `nobody` of Debian.
const NOBODY: u32 = 65_534;

/// Returns a directory for a server. Its name is short, as a socket's has to be.
pub fn directory() -> TempDir {
	let dir = tempfile::Builder::new().prefix("rlc-pg").tempdir_in("/tmp").unwrap();
	let data = data(&dir);
	fs::DirBuilder::new().create(&data).unwrap();
	for path in [dir.path(), &data] {
		own(path);
	}
	dir
}

/// Returns where a server has its data.
pub fn data(dir: &TempDir) -> PathBuf {
	dir.path().join("data")
}

/// Makes a file or directory the server's.
pub fn own(path: &Path) {
	use std::os::unix::fs::{chown, PermissionsExt};
	if is_root() {
		chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
	}
	let mode = if path.is_dir() { 0o700 } else { 0o600 };
	fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Makes an empty database.
pub fn make(bin: &Path, dir: &TempDir) {
	let mut initdb = unprivileged(&bin.join("initdb"));
	initdb.args(["--username=postgres", "--auth=trust", "--no-sync", "--encoding=UTF8", "-D"]).arg(data(dir));
	let made = initdb.current_dir("/").output().unwrap();
	assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
}

/// Runs a command that has to succeed. Returns what it wrote.
pub fn run(command: &mut Command) -> String {
	let output = command.current_dir("/").output().unwrap();
	assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
	String::from_utf8_lossy(&output.stdout).trim().into()
}

fn is_root() -> bool {
	use std::os::unix::fs::MetadataExt;
	fs::metadata("/proc/self").unwrap().uid() == 0
}

/// Returns a command that does not run as root.
pub fn unprivileged(program: &Path) -> Command {
	if !is_root() {
		return Command::new(program);
	}
	let mut command = Command::new("setpriv");
	command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"]).arg(program);
	command
}

/// Returns where Debian installs the programs of the newest server.
pub fn binaries() -> Option<PathBuf> {
	let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
	let bins = versions.map(|version| version.path().join("bin")).filter(|bin| bin.join("initdb").exists());
	bins.max()
}
