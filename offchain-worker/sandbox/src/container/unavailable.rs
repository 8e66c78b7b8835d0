//! Why there is no container tier.

use std::path::PathBuf;

/// Why there is no container tier on this machine, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
	/// There is no `runc`.
	#[error("no containers: there is no runc in PATH; install it (Debian, Ubuntu: apt-get install runc)")]
	NoRunc,
	/// This process lacks the rights.
	#[error(
		"no containers: they need root, or a service that has it: start `rlc worker containers` beside the \
		 worker, or do without the container tier"
	)]
	NoRights,
	/// Runs cannot have users of their own.
	#[error(
		"no containers: this machine lets no user namespaces be made; set user.max_user_namespaces (sysctl) to 1000 or \
		 more, and take a kernel with CONFIG_USER_NS"
	)]
	NoUserNamespaces,
	/// There are no users for runs.
	#[error("no containers: there are no users for them in {0}")]
	NoIds(String),
	/// The kernel does not count what processes use.
	#[error("no containers: {0} is missing; mount the cgroup file systems (systemd does) with memory, cpu and pids")]
	NoCgroups(String),
	/// Another process uses the same directory.
	#[error("no containers: another process uses {0}; stop it, or use another directory")]
	Taken(PathBuf),
	/// The directory cannot be used.
	#[error("no containers: {0}")]
	Directory(String),
	/// The service that runs containers for this process cannot be used.
	#[error(
		"no containers: the container service at {} cannot be used: {why}; see that `rlc worker containers` runs there for \
		 this user", socket.display()
	)]
	NoService {
		/// Its socket.
		socket: PathBuf,
		/// What is wrong.
		why: String,
	},
	/// All is there, and still no container starts.
	#[error("no containers: a trial did not start: {0}")]
	Failed(String),
}
