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
	server: Child,
	/// Where it answers.
	pub url: String,
	/// Where its data and its socket are.
	pub dir: TempDir,
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
		self.server.id()
	}

	/// Starts a server over the data in a directory. The socket is named by the port.
	///
	/// # Errors
	///
	/// In words, if it ends, or does not answer.
	pub fn serve(bin: &Path, dir: TempDir, port: &str, options: &[&str]) -> Result<Self, String> {
		let log = dir.path().join("log");
		let mut server = unprivileged(&bin.join("postgres"));
		// It is killed: what it has in the machine's shared memory would stay.
		server.arg("-D").arg(data(&dir)).args(["-c", "dynamic_shared_memory_type=mmap", "-F", "-k"]).arg(dir.path());
		let errors = File::create(&log).unwrap();
		let server =
			server.args(["-p", port]).args(options).current_dir("/").stdout(Stdio::null()).stderr(errors).spawn();
		let url = format!("postgres://postgres@localhost:{port}/postgres?host={}", dir.path().display());
		let mut started = Self { server: server.unwrap(), url, dir };
		let said = || fs::read_to_string(&log).unwrap_or_default();
		for _ in 0..600 {
			if let Some(status) = started.server.try_wait().unwrap() {
				return Err(format!("PostgreSQL ended with {status}: {}", said()));
			}
			let mut ask = unprivileged(&bin.join("pg_isready"));
			if ask.args(["-q", "-p", port, "-h"]).arg(started.dir.path()).status().unwrap().success() {
				return Ok(started);
			}
			std::thread::sleep(Duration::from_millis(100));
		}
		Err(format!("PostgreSQL, process {}, does not answer at {}: {}", started.id(), started.url, said()))
	}
}

impl Drop for Postgres {
	fn drop(&mut self) {
		let _ = self.server.kill();
		let _ = self.server.wait();
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
