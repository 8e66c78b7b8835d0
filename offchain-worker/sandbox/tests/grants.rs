//! What containers get beside computing: a network, graphics processors.
//!
//! They run where a container can be run, and where `RLC_REQUIRE` says so they must. No test needs an internet: they
//! make a small one.

mod common;

use std::{
	env,
	io::Write,
	net::TcpListener,
	os::unix::fs::FileTypeExt,
	path::{Path, PathBuf},
	process::{self, Command},
	thread,
};

use common::{
	containers::{image, namespaces, probe, programs, with_network},
	text, Room,
};
use rlc_sandbox::{ContainerTier, Ending, Error, Grants, NoDevice, Run};
use rlc_testing::skip;

/// In a namespace of its own, so that nothing of this machine's network is changed: an address of the public internet,
/// and one of a private network.
const PUBLIC: &str = "1.2.3.4";
const PRIVATE: &str = "192.168.77.1";
/// Set where that is.
const SMALL_INTERNET: &str = "RLC_TEST_SMALL_INTERNET";

/// Returns what a container says of its network.
async fn look(tier: &ContainerTier, network: bool, addresses: &[String]) -> Run {
	let room = Room { grants: Grants { network, gpu: false }, ..Room::new() };
	let args: Vec<_> = ["network"].into_iter().chain(addresses.iter().map(String::as_str)).collect();
	let run = room.container(tier, image(), &args).await.unwrap();
	assert_eq!(run.ending, Ending::Exited(0), "{}", text(&run.stderr));
	run
}

#[tokio::test]
async fn without_a_grant_there_is_no_network() {
	let directory = tempfile::tempdir().unwrap();
	let Some(tier) = probe(directory.path()).await else { return };
	let without = r#"interfaces ["lo"]
default []
names ""
1.1.1.1:80 NetworkUnreachable
"#;
	let there = ["1.1.1.1:80".to_owned()];
	assert_eq!(text(&look(&tier, false, &there).await.stdout), without);
	let Some(tier) = with_network(&tier).await else { return };
	assert_eq!(text(&look(&tier, false, &there).await.stdout), without, "the tier has one, the job does not");
}

#[tokio::test]
async fn what_the_tier_does_not_have_is_this_machines_trouble() {
	let directory = tempfile::tempdir().unwrap();
	let Some(tier) = probe(directory.path()).await else { return };
	for (grants, what) in [
		(Grants { network: true, gpu: false }, "the app is granted a network"),
		(Grants { network: false, gpu: true }, "the app is granted graphics processors"),
	] {
		let room = Room { grants, ..Room::new() };
		let run = room.container(&tier, image(), &["nothing"]).await;
		assert!(matches!(&run, Err(Error::Host(cause)) if cause.contains(what)), "{run:?}");
	}
}

#[test]
fn network_reaches_the_internet_and_nothing_private() {
	let itself = env::current_exe().unwrap();
	let mut there = Command::new("unshare");
	there.args(["--net", "--"]).arg(itself).args(["--exact", "small_internet", "--ignored", "--nocapture"]);
	match there.env(SMALL_INTERNET, "1").status() {
		Ok(status) if status.success() => {}
		failed if !rustix::process::geteuid().is_root() => skip!("needs netns: {failed:?}"),
		failed => panic!("{failed:?}"),
	}
}

fn ip(arguments: &str) {
	let status = Command::new("ip").args(arguments.split(' ')).status().unwrap();
	assert!(status.success(), "ip {arguments}: {status}");
}

/// Answers who connects, at any address of the machine; returns the port.
fn serve() -> u16 {
	let listener = TcpListener::bind("0.0.0.0:0").unwrap();
	let port = listener.local_addr().unwrap().port();
	thread::spawn(move || {
		for stream in listener.incoming() {
			let _ = stream.unwrap().write_all(b"hello");
		}
	});
	port
}

#[tokio::test]
#[ignore = "another test starts it"]
async fn small_internet() {
	if env::var_os(SMALL_INTERNET).is_none() {
		return;
	}
	let directory = tempfile::tempdir().unwrap();
	let Some(tier) = probe(directory.path()).await else { return };
	let Some(tier) = with_network(&tier).await else { return };
	assert_eq!((namespaces(process::id()).len(), programs(process::id())), (0, 0), "after the trial");
	ip("link set lo up");
	for address in [PUBLIC, PRIVATE] {
		ip(&format!("address add {address}/32 dev lo"));
	}
	let port = serve();
	// The machine as its network sees it; its private side; its loopback behind the gateway; its own name; a neighbor
	// and a service of the cloud, neither of which is there, so they would time out or be refused.
	let to = [PUBLIC, PRIVATE, "10.0.2.2", "127.0.0.1", "10.1.2.3", "169.254.169.254"];
	let to = to.map(|address| format!("{address}:{port}"));
	let expected = format!(
		r#"interfaces ["lo", "tap0"]
default ["tap0"]
names "nameserver 10.0.2.3"
{PUBLIC}:{port} says hello
{PRIVATE}:{port} HostUnreachable
10.0.2.2:{port} NetworkUnreachable
127.0.0.1:{port} ConnectionRefused
10.1.2.3:{port} HostUnreachable
169.254.169.254:{port} HostUnreachable
"#
	);
	// Two at a time do not disturb each other.
	let (one, two) = tokio::join!(look(&tier, true, &to), look(&tier, true, &to));
	assert_eq!((text(&one.stdout), text(&two.stdout)), (&*expected, &*expected));
	assert_eq!((namespaces(process::id()).len(), programs(process::id())), (0, 0), "after the runs");
}

/// Returns a device of this machine that containers do not have by themselves, and that does nothing when it is opened.
fn spare_device() -> Option<PathBuf> {
	let devices = ["/dev/fuse", "/dev/loop-control", "/dev/hwrng"].map(PathBuf::from);
	let found = devices.into_iter().find(|path| path.metadata().is_ok_and(|data| data.file_type().is_char_device()));
	if found.is_none() {
		skip!("needs device" => None);
	}
	found
}

#[tokio::test]
async fn devices_are_there_for_those_that_are_granted_them() {
	let directory = tempfile::tempdir().unwrap();
	let Some(tier) = probe(directory.path()).await else { return };
	let Some(device) = spare_device() else { return };
	let tier = tier.with_gpus(std::slice::from_ref(&device)).unwrap();
	for (gpu, said) in [(true, "there true opens true\n"), (false, "there false opens false\n")] {
		let room = Room { grants: Grants { network: false, gpu }, ..Room::new() };
		let run = room.container(&tier, image(), &["device", device.to_str().unwrap()]).await.unwrap();
		assert_eq!((&run.ending, text(&run.stdout)), (&Ending::Exited(0), said));
	}
}

#[tokio::test]
async fn other_files_are_refused_as_devices_at_the_start() {
	let directory = tempfile::tempdir().unwrap();
	let Some(tier) = probe(directory.path()).await else { return };
	for (path, said) in [
		("/etc/passwd", "by its path below /dev"),
		("/dev/shm", "it is not a character device"),
		("/dev/none", "name a device that exists"),
	] {
		let error: NoDevice = tier.clone().with_gpus(&[Path::new(path).into()]).err().unwrap();
		assert!(error.to_string().contains(said), "{error}");
	}
}
