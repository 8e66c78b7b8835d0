//! PostgreSQL, for a test.

use std::{
	net::TcpListener,
	path::{Path, PathBuf},
	process::{Child, Command, Stdio},
	time::Duration,
};

use tempfile::TempDir;

/// A PostgreSQL server of its own.
pub struct Postgres {
	server: Child,
	/// Where it answers.
	pub url: String,
	_dir: TempDir,
}

impl Postgres {
	/// Starts one. It refuses to run as root, and runs as `nobody` then.
	pub fn start() -> Self {
		let bin = binaries();
		let dir = tempfile::Builder::new().prefix("rlc-pg").tempdir_in("/tmp").unwrap();
		let data = dir.path().join("data");
		std::fs::create_dir(&data).unwrap();
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
		let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
		let mut server = unprivileged(&bin.join("postgres"));
		// It is killed: what it has in the machine's shared memory would stay.
		server.arg("-D").arg(&data).args(["-c", "dynamic_shared_memory_type=mmap"]);
		server.args(["-h", "127.0.0.1", "-F", "-p", &port.to_string(), "-k"]).arg(dir.path());
		let server = server.current_dir("/").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
		let url = format!("postgres://postgres@127.0.0.1:{port}/postgres");
		let started = Self { server, url, _dir: dir };
		for _ in 0..600 {
			if unprivileged(&bin.join("pg_isready"))
				.args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()])
				.status()
				.unwrap()
				.success()
			{
				return started;
			}
			std::thread::sleep(Duration::from_millis(100));
		}
		panic!("PostgreSQL does not answer at {}", started.url);
	}
}

impl Drop for Postgres {
	fn drop(&mut self) {
		let _ = self.server.kill();
		let _ = self.server.wait();
	}
}

/// The user `nobody` of Debian.
const NOBODY: u32 = 65_534;

/// A command that does not run as root.
fn unprivileged(program: &Path) -> Command {
	use std::os::unix::fs::MetadataExt;
	if std::fs::metadata("/proc/self").unwrap().uid() != 0 {
		return Command::new(program);
	}
	let mut command = Command::new("setpriv");
	command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"]).arg(program);
	command
}

fn binaries() -> PathBuf {
	let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
	let bins = versions.map(|version| version.path().join("bin")).filter(|bin| bin.join("initdb").exists());
	bins.max().expect("this test needs a PostgreSQL server: apt-get install postgresql")
}
