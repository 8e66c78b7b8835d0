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
	_dir: TempDir,
}

impl Postgres {
	/// Starts one, which answers at a socket in a directory of its own: another program may take a port at any time. The
	/// directory's name is short, as a socket's has to be. PostgreSQL refuses to run as root; then it runs as `nobody`.
	///
	/// `None` where PostgreSQL is not installed.
	pub fn start() -> Option<Self> {
		let Some(bin) = binaries() else { skip!("needs postgres" => None) };
		let dir = tempfile::Builder::new().prefix("rlc-pg").tempdir_in("/tmp").unwrap();
		let data = dir.path().join("data");
		fs::create_dir(&data).unwrap();
		let is_root = unprivileged(&bin.join("initdb")).get_program() == "setpriv";
		if is_root {
			for path in [dir.path(), &data] {
				std::os::unix::fs::chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
			}
		}
		let mut initdb = unprivileged(&bin.join("initdb"));
		initdb.args(["--username=postgres", "--auth=trust", "--no-sync", "--encoding=UTF8", "-D"]).arg(&data);
		let made = initdb.current_dir("/").output().unwrap();
		assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
		let log = dir.path().join("log");
		let mut server = unprivileged(&bin.join("postgres"));
		// It is killed: what it has in the machine's shared memory would stay.
		server.arg("-D").arg(&data).args(["-c", "dynamic_shared_memory_type=mmap"]);
		server.args(["-c", "listen_addresses=", "-F", "-p", PORT, "-k"]).arg(dir.path());
		let errors = File::create(&log).unwrap();
		let server = server.current_dir("/").stdout(Stdio::null()).stderr(errors).spawn().unwrap();
		let socket = dir.path().to_path_buf();
		let url = format!("postgres://postgres@localhost:{PORT}/postgres?host={}", socket.display());
		let mut started = Self { server, url, _dir: dir };
		let said = || fs::read_to_string(&log).unwrap_or_default();
		for _ in 0..600 {
			if let Some(status) = started.server.try_wait().unwrap() {
				panic!("PostgreSQL ended with {status}: {}", said());
			}
			let mut ask = unprivileged(&bin.join("pg_isready"));
			if ask.args(["-q", "-p", PORT, "-h"]).arg(&socket).status().unwrap().success() {
				return Some(started);
			}
			std::thread::sleep(Duration::from_millis(100));
		}
		panic!("PostgreSQL does not answer at {}: {}", started.url, said());
	}
}

impl Drop for Postgres {
	fn drop(&mut self) {
		let _ = self.server.kill();
		let _ = self.server.wait();
	}
}

/// What the socket is named by: nothing listens at the port.
const PORT: &str = "5432";

/// The user `nobody` of Debian.
const NOBODY: u32 = 65_534;

/// Returns a command that does not run as root.
fn unprivileged(program: &Path) -> Command {
	use std::os::unix::fs::MetadataExt;
	if fs::metadata("/proc/self").unwrap().uid() != 0 {
		return Command::new(program);
	}
	let mut command = Command::new("setpriv");
	command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"]).arg(program);
	command
}

/// Returns where Debian installs the programs of the newest server.
fn binaries() -> Option<PathBuf> {
	let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
	let bins = versions.map(|version| version.path().join("bin")).filter(|bin| bin.join("initdb").exists());
	bins.max()
}
