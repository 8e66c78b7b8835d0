//! What a service manager is told: that a daemon is ready, and that it works on.
//!
//! systemd takes a unit of `Type=notify` for started once it is told so. If the unit has `WatchdogSec=`, systemd restarts it
//! when it has heard nothing for that long. So the loop that does the work tells it, turn by turn. A timer of its own would
//! go on telling while the work stands still.
//!
//! ```
//! # use rlc_service::{ServiceManager, Watchdog};
//! let manager = ServiceManager::of_process();
//! let mut watchdog = Watchdog::new(manager.as_ref());
//! for _turn in 0..3 {
//!     // … the work …
//!     watchdog.beat();
//! }
//! ```

use std::{
	env,
	ffi::{OsStr, OsString},
	io,
	os::{
		linux::net::SocketAddrExt,
		unix::{
			ffi::OsStrExt,
			net::{SocketAddr, UnixDatagram},
		},
	},
	process,
	time::{Duration, Instant},
};

/// A service manager that wants to know how a daemon is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceManager {
	address: OsString,
	limit: Option<Duration>,
}

impl ServiceManager {
	/// Returns the one that hears at this socket: a path, or `@` and a name outside of the file system. It takes the daemon for
	/// hung once that is silent for `limit`; `None`: never.
	pub fn at(address: impl Into<OsString>, limit: Option<Duration>) -> Self {
		Self { address: address.into(), limit }
	}

	/// Returns that of this process, as `NOTIFY_SOCKET`, `WATCHDOG_USEC`, and `WATCHDOG_PID` name it, if there is one. For
	/// programs that are one daemon and nothing else: parts of a program must not speak for the whole. Source: `sd_notify(3)`,
	/// `sd_watchdog_enabled(3)`.
	pub fn of_process() -> Option<Self> {
		let address = env::var_os("NOTIFY_SOCKET").filter(|address| !address.is_empty())?;
		let number = |name| env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
		let is_for_us = number("WATCHDOG_PID").is_none_or(|pid| pid == u64::from(process::id()));
		Some(Self { address, limit: number("WATCHDOG_USEC").filter(|_| is_for_us).map(Duration::from_micros) })
	}

	fn connect(&self) -> io::Result<UnixDatagram> {
		let socket = UnixDatagram::unbound()?;
		match self.address.as_bytes().strip_prefix(b"@") {
			Some(name) => socket.connect_addr(&SocketAddr::from_abstract_name(name)?)?,
			None => socket.connect(OsStr::new(&self.address))?,
		}
		// A manager that does not read must not stop the work.
		socket.set_nonblocking(true)?;
		Ok(socket)
	}
}

/// Tells a service manager how a daemon is, if there is one that wants to know.
#[derive(Debug, Default)]
pub struct Watchdog {
	/// Leads to the manager.
	socket: Option<UnixDatagram>,
	/// How often it is told that the daemon works on. `None`: it does not want to know.
	every: Option<Duration>,
	/// When it was last told. `None`: it does not know yet that the daemon is ready.
	told: Option<Instant>,
}

impl Watchdog {
	/// Returns one that tells this manager, or nobody.
	pub fn new(manager: Option<&ServiceManager>) -> Self {
		let Some(manager) = manager else { return Self::default() };
		let connected = manager.connect();
		let socket = connected.inspect_err(|error| {
			tracing::error!("the service manager cannot be told that this program works: {error}")
		});
		Self { socket: socket.ok(), every: manager.limit.map(|limit| limit / 3), told: None }
	}

	/// Says that the daemon works on, and the first time that it is ready. Call it at each turn of the loop that does the work,
	/// however often that is.
	pub fn beat(&mut self) {
		let Some(socket) = &self.socket else { return };
		let message: &[u8] = match (self.told, self.every) {
			(None, _) => b"READY=1\nWATCHDOG=1",
			(Some(told), Some(every)) if told.elapsed() >= every => b"WATCHDOG=1",
			_ => return,
		};
		match socket.send(message) {
			Ok(_) => self.told = Some(Instant::now()),
			// It is told at the next turn.
			Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
			Err(error) => {
				tracing::warn!("the service manager is not told that this program works on: {error}");
				self.told = Some(Instant::now());
			}
		}
	}

	/// Returns how often [`beat`](Self::beat) is needed, if the manager wants to know.
	pub fn every(&self) -> Option<Duration> {
		self.every
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	/// Returns a manager's socket, and what tells it.
	fn manager(limit: Option<Duration>) -> (UnixDatagram, Watchdog) {
		let dir = tempfile::tempdir().unwrap();
		let address = dir.path().join("notify");
		let socket = UnixDatagram::bind(&address).unwrap();
		socket.set_nonblocking(true).unwrap();
		(socket, Watchdog::new(Some(&ServiceManager::at(address, limit))))
	}

	/// Returns what the manager was told.
	fn told(manager: &UnixDatagram) -> Vec<String> {
		let mut bytes = [0; 100];
		let texts = std::iter::from_fn(|| {
			let count = manager.recv(&mut bytes).ok()?;
			Some(String::from_utf8(bytes[..count].to_vec()).unwrap())
		});
		texts.collect()
	}

	#[test]
	fn manager_hears_that_it_is_ready_and_then_that_it_works_on() {
		let (manager, mut watchdog) = manager(Some(Duration::from_secs(300)));
		assert_eq!(told(&manager), [""; 0]);
		watchdog.beat();
		watchdog.beat();
		assert_eq!(told(&manager), ["READY=1\nWATCHDOG=1"], "the next one is due much later");
		watchdog.told = Instant::now().checked_sub(Duration::from_secs(101));
		watchdog.beat();
		watchdog.beat();
		assert_eq!(told(&manager), ["WATCHDOG=1"]);
	}

	#[test]
	fn manager_that_does_not_watch_hears_that_it_is_ready_only() {
		let (manager, mut watchdog) = manager(None);
		for _ in 0..3 {
			watchdog.beat();
		}
		assert_eq!(told(&manager), ["READY=1\nWATCHDOG=1"]);
	}

	#[test]
	fn manager_may_be_outside_of_the_file_system() {
		let name = format!("rlc-watchdog-{}", process::id());
		let manager = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
		manager.set_nonblocking(true).unwrap();
		Watchdog::new(Some(&ServiceManager::at(format!("@{name}"), None))).beat();
		assert_eq!(told(&manager).len(), 1);
	}

	#[test]
	fn manager_that_does_not_read_stops_nothing() {
		let (manager, mut watchdog) = manager(Some(Duration::ZERO));
		for _ in 0..10_000 {
			watchdog.beat();
		}
		drop(manager);
		watchdog.beat();
	}

	#[test]
	fn without_a_manager_nobody_is_told() {
		Watchdog::new(None).beat();
		Watchdog::new(Some(&ServiceManager::at("/nowhere/notify", None))).beat();
	}
}
