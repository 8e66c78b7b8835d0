//! A small internet: this process's network namespace is the machine, and another one is the world outside.
//!
//! ```text
//! machine ── veth ── outside
//!   lo: PUBLIC, PRIVATE    lo: OUTSIDE, MOVING
//! ```

use std::{
	fs::File,
	io::Write,
	net::TcpListener,
	os::fd::AsFd,
	process::{Child, Command, Stdio},
	sync::{
		atomic::{AtomicUsize, Ordering},
		Arc,
	},
	thread,
	time::Duration,
};

use rustix::thread::{move_into_link_name_space, LinkNameSpaceType};

/// The machine's address of the public internet, as a firewall would shield it, and that of a private network.
pub const PUBLIC: &str = "1.2.3.4";
pub const PRIVATE: &str = "192.168.77.1";
/// Another machine on the same link.
pub const NEIGHBOR: &str = "1.9.0.1";
/// Addresses that are outside; the machine takes the second one over while a container runs.
pub const OUTSIDE: &str = "5.6.7.8";
pub const MOVING: &str = "9.8.7.6";

/// That internet. The other namespace is gone when this is dropped.
pub struct SmallInternet {
	outside: Child,
	/// Where both sides answer.
	pub port: u16,
	answers: Arc<AtomicUsize>,
}

impl SmallInternet {
	/// Makes it in this process's network namespace, which must be one of the test's own.
	pub fn make() -> Self {
		let mut outside = Command::new("unshare")
			.args(["--net", "--", "sh", "-c", "echo && read -r _"])
			.stdin(Stdio::piped())
			.stdout(Stdio::piped())
			.spawn()
			.unwrap();
		let mut ready = [0];
		std::io::Read::read_exact(outside.stdout.as_mut().unwrap(), &mut ready).unwrap();
		let process = outside.id();
		for address in [PUBLIC, PRIVATE] {
			ip(&format!("address add {address}/32 dev lo"));
		}
		ip("link set lo up");
		ip(&format!("link add veth0 type veth peer name veth1 netns {process}"));
		ip("address add 1.9.0.2/30 dev veth0");
		ip("link set veth0 up");
		let there = |arguments: &str| {
			let net = format!("--net=/proc/{process}/ns/net");
			let status = Command::new("nsenter").arg(net).arg("ip").args(arguments.split(' ')).status().unwrap();
			assert!(status.success(), "outside: ip {arguments}: {status}");
		};
		there("link set lo up");
		there(&format!("address add {NEIGHBOR}/30 dev veth1"));
		there("link set veth1 up");
		for address in [OUTSIDE, MOVING] {
			there(&format!("address add {address}/32 dev lo"));
		}
		ip(&format!("route add default via {NEIGHBOR}"));
		let port = serve("0.0.0.0:0".into(), "machine", None, Arc::default());
		serve(format!("{PRIVATE}:53"), "machine", None, Arc::default());
		let answers = Arc::new(AtomicUsize::new(0));
		for port in [port, 25] {
			serve(format!("0.0.0.0:{port}"), "outside", Some(process), answers.clone());
		}
		Self { outside, port, answers }
	}

	/// Returns how often the outside has answered.
	pub fn answers(&self) -> usize {
		self.answers.load(Ordering::SeqCst)
	}
}

impl Drop for SmallInternet {
	fn drop(&mut self) {
		self.outside.kill().unwrap();
		self.outside.wait().unwrap();
	}
}

/// Runs `ip` in this process's network namespace.
pub fn ip(arguments: &str) {
	let status = Command::new("ip").args(arguments.split(' ')).status().unwrap();
	assert!(status.success(), "ip {arguments}: {status}");
}

/// Answers whoever connects, here or in the network namespace of a process; counts that. Returns the port.
fn serve(address: String, word: &'static str, inside: Option<u32>, answers: Arc<AtomicUsize>) -> u16 {
	let bind = move || {
		if let Some(process) = inside {
			let namespace = File::open(format!("/proc/{process}/ns/net")).unwrap();
			move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network)).unwrap();
		}
		TcpListener::bind(address).unwrap()
	};
	// A socket stays in the namespace of the thread that made it.
	let listener = thread::spawn(bind).join().unwrap();
	let port = listener.local_addr().unwrap().port();
	thread::spawn(move || {
		for stream in listener.incoming() {
			let mut stream = stream.unwrap();
			stream.set_write_timeout(Some(Duration::from_secs(10))).unwrap();
			let _ = stream.write_all(word.as_bytes());
			answers.fetch_add(1, Ordering::SeqCst);
		}
	});
	port
}
