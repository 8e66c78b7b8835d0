//! Two PostgreSQL servers, of which one follows the other, for a test.

use std::{
	fs,
	path::{Path, PathBuf},
	process::Command,
	time::Duration,
};

use rlc_testing::skip;
use tempfile::TempDir;

use super::postgres::{binaries, data, directory, make, run, unprivileged, Postgres, PORT};

/// A primary, and a standby that has all that the primary confirmed.
pub struct Cluster {
	/// Names both.
	pub url: String,
	bin: PathBuf,
	primary: Option<Postgres>,
	standby: Postgres,
	/// The processes that were stopped.
	frozen: String,
}

impl Drop for Cluster {
	fn drop(&mut self) {
		if !self.frozen.is_empty() {
			// What is stopped does not notice that its server is gone.
			let _ = Command::new("sh").args(["-c", &format!("kill -KILL {}", self.frozen)]).status();
		}
	}
}

impl Cluster {
	/// Starts both. `None` where PostgreSQL is not installed.
	pub fn start() -> Option<Self> {
		let Some(bin) = binaries() else { skip!("needs postgres" => None) };
		let dir = directory();
		make(&bin, &dir);
		let serve = |dir: TempDir| {
			let server = Postgres::serve(&bin, dir, PORT, &["-c", "listen_addresses="]);
			server.unwrap_or_else(|error| panic!("{error}"))
		};
		let primary = serve(dir);
		let copy = directory();
		let mut backup = unprivileged(&bin.join("pg_basebackup"));
		backup.args(["--checkpoint=fast", "--write-recovery-conf", "--no-sync", "--username=postgres", "--host"]);
		run(backup.arg(primary.dir.path()).arg("--pgdata").arg(data(&copy)));
		let standby = serve(copy);
		let cluster =
			Self { url: url(&[&primary, &standby]), bin, primary: Some(primary), standby, frozen: String::new() };
		// Not before: the standby would wait for a standby of its own, once it is promoted.
		cluster.ask("ALTER SYSTEM SET synchronous_standby_names = '*'");
		cluster.ask("SELECT pg_reload_conf()");
		for _ in 0..300 {
			if cluster.ask("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == "1" {
				return Some(cluster);
			}
			std::thread::sleep(Duration::from_millis(100));
		}
		panic!("the standby does not follow");
	}

	/// Kills the primary, and promotes the standby.
	pub fn fail_over(&mut self) {
		self.primary = None;
		self.promote();
	}

	/// Stops the primary in the middle of what it does, and promotes the standby. As if its machine were gone: connections
	/// stay, and nothing is heard of them.
	pub fn freeze(&mut self) {
		let primary = self.primary.as_ref().expect("it was not killed").id();
		// First the one that starts the others.
		run(Command::new("sh").args(["-c", &format!("kill -STOP {primary}")]));
		let all: Vec<_> = [primary].into_iter().chain(children_of(primary)).map(|id| id.to_string()).collect();
		self.frozen = all.join(" ");
		run(Command::new("sh").args(["-c", &format!("kill -STOP {}", self.frozen)]));
		self.promote();
	}

	fn promote(&self) {
		let mut promote = unprivileged(&self.bin.join("pg_ctl"));
		run(promote.args(["promote", "--wait", "--timeout=60", "--pgdata"]).arg(data(&self.standby.dir)));
	}

	/// Asks the primary.
	fn ask(&self, sql: &str) -> String {
		self.primary.as_ref().expect("it was not killed").ask(sql)
	}
}

/// Returns the processes that a process has started.
fn children_of(parent: u32) -> Vec<u32> {
	let is_child = |id: &u32| {
		let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
		status.lines().any(|line| line.strip_prefix("PPid:").is_some_and(|id| id.trim() == parent.to_string()))
	};
	let all = fs::read_dir("/proc").unwrap().flatten();
	let all = all.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
	all.filter(is_child).collect()
}

/// Returns the URL of several servers, each by its socket.
fn url(servers: &[&Postgres]) -> String {
	let escaped = |dir: &Path| dir.display().to_string().replace('/', "%2F");
	let hosts: Vec<_> = servers.iter().map(|server| escaped(server.dir.path())).collect();
	format!("postgres://postgres@{}/postgres", hosts.join(","))
}
