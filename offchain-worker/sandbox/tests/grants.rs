//! What containers get beside computing: a network. Graphics processors are in `gpus.rs`.
//!
//! They run where a container can be run, and where `RLC_REQUIRE` says so they must. No test needs an internet: they
//! make a small one.

mod common;

use std::{
	env,
	path::Path,
	process::{self, Command, Stdio},
};

use common::{
	containers::{image, networking, probe, serve, users_of_networks, wait_until, with_network},
	internet::{ip, SmallInternet, MOVING, NEIGHBOR, OUTSIDE, PRIVATE, PUBLIC},
	text, Room,
};
use rlc_sandbox::{Allowance, ContainerTier, Ending, Error, Grants, NetworkConfig, NetworkProgram, Perimeter, Run};
use rlc_testing::skip;

/// What an operator denies beside what is near.
const DENIED: &str = "131.1.0.0/16";
/// Set where there is a network of the test's own.
const SMALL_INTERNET: &str = "RLC_TEST_SMALL_INTERNET";

/// Returns what a container says of its network.
async fn look(tier: &ContainerTier, network: bool, addresses: &[String]) -> Run {
	let room = Room { grants: Grants { network, gpus: 0 }, ..Room::new() };
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
names "options timeout:1 attempts:1"
1.1.1.1:80 NetworkUnreachable
"#;
	let there = ["1.1.1.1:80".to_owned()];
	assert_eq!(text(&look(&tier, false, &there).await.stdout), without);
	let Some(tier) = with_network(&tier, NetworkConfig::default()).await else { return };
	assert_eq!(text(&look(&tier, false, &there).await.stdout), without, "the tier has one, the job does not");
}

#[tokio::test]
async fn what_the_tier_does_not_have_is_this_machines_trouble() {
	let directory = tempfile::tempdir().unwrap();
	let Some(tier) = probe(directory.path()).await else { return };
	for (grants, what) in [
		(Grants { network: true, gpus: 0 }, "the app is granted a network"),
		(Grants { network: false, gpus: 1 }, "the app is granted graphics processors"),
	] {
		let room = Room { grants, ..Room::new() };
		let run = room.container(&tier, image(), &["nothing"]).await;
		assert!(matches!(&run, Err(Error::Host(cause)) if cause.contains(what)), "{run:?}");
	}
}

#[test]
fn network_reaches_the_internet_and_nothing_near() {
	let itself = env::current_exe().unwrap();
	let mut there = Command::new("unshare");
	there.args(["--net", "--"]).arg(itself).args(["--exact", "small_internet", "--ignored", "--nocapture"]);
	// What it skips, it says on standard error.
	match there.env(SMALL_INTERNET, "1").stderr(Stdio::inherit()).output() {
		Ok(output) if output.status.success() => {
			let said = String::from_utf8_lossy(&output.stdout);
			assert!(said.contains("1 passed"), "small_internet: {said}");
		}
		failed if !rustix::process::geteuid().is_root() => skip!("needs netns: {failed:?}"),
		failed => panic!("{failed:?}"),
	}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "another test starts it"]
async fn small_internet() {
	if env::var_os(SMALL_INTERNET).is_none() {
		return;
	}
	let directory = tempfile::tempdir().unwrap();
	let Some(tier) = probe(directory.path()).await else { return };
	let internet = SmallInternet::make();
	for program in NetworkProgram::ALL {
		let config = NetworkConfig {
			perimeter: Perimeter::new([DENIED.parse().unwrap()]),
			resolvers: vec![PRIVATE.parse().unwrap()],
			program: Some(program),
		};
		let Some(tier) = with_network(&tier, config).await else { return };
		assert_eq!(networking(process::id()), 0, "after the trial");
		reaches_the_internet_alone(&tier, internet.port).await;
		follows_the_addresses_of_the_machine(&tier, &internet).await;
		service_denies_what_its_worker_denies(tier, directory.path(), internet.port).await;
		assert_eq!(networking(process::id()), 0, "after the runs");
	}
}

/// What a container reaches, whatever carries its packets.
async fn reaches_the_internet_alone(tier: &ContainerTier, port: u16) {
	let to = |how: &str, address: &str| format!("{how}{address}:{port}");
	let mut asked = vec![to("", OUTSIDE), to("udp%", OUTSIDE), to("tap0%", OUTSIDE)];
	// The machine as its network sees it, its private side, what its neighbors have, what the operator denies; the network's
	// gateway, and the server of names that slirp4netns has; a service of the cloud.
	let shut = [PUBLIC, PRIVATE, NEIGHBOR, "131.1.0.1", "10.0.2.2", "10.0.2.3", "169.254.169.254", "168.63.129.16"];
	for address in shut {
		asked.extend(["", "udp%", "tap0%"].map(|how| to(how, address)));
	}
	asked.extend([to("", "127.0.0.1"), format!("{OUTSIDE}:25"), format!("{PRIVATE}:53"), format!("udp%{PRIVATE}:53")]);
	let mut expected = format!(
		"interfaces [\"lo\", \"tap0\"]\ndefault [\"tap0\"]\nnames \"nameserver {PRIVATE}\"\n\
		 {OUTSIDE}:{port} says outside\nudp%{OUTSIDE}:{port} is sent to\ntap0%{OUTSIDE}:{port} says outside\n"
	);
	for address in shut {
		expected += &format!(
			"{address}:{port} ConnectionRefused\nudp%{address}:{port} PermissionDenied\n\
			 tap0%{address}:{port} ConnectionRefused\n"
		);
	}
	expected += &format!(
		"127.0.0.1:{port} ConnectionRefused\n{OUTSIDE}:25 ConnectionRefused\n{PRIVATE}:53 says machine\n\
		 udp%{PRIVATE}:53 is sent to\n"
	);
	// Two at a time do not disturb each other.
	let (one, two) = tokio::join!(look(tier, true, &asked), look(tier, true, &asked));
	assert_eq!((text(&one.stdout), text(&two.stdout)), (&*expected, &*expected));
}

/// What the service itself denies stays shut, too.
async fn service_denies_what_its_worker_denies(tier: ContainerTier, state: &Path, port: u16) {
	let served = serve(tier, state, Allowance { runs: 2, memory: 1 << 30, cpus: 64.0 }).await;
	let asked = [format!("{OUTSIDE}:{port}"), format!("131.1.0.1:{port}")];
	for (denied, outside) in [(None, "says outside"), (Some("5.6.0.0/16"), "ConnectionRefused")] {
		let config = NetworkConfig::new(denied.map(|range| range.parse().unwrap()), Vec::new(), None);
		let tier = served.tier.clone().with_network(config).await.unwrap();
		let run = look(&tier, true, &asked).await;
		let said: Vec<_> = text(&run.stdout).lines().skip(3).collect();
		assert_eq!(said, [format!("{} {outside}", asked[0]), format!("{} ConnectionRefused", asked[1])], "{denied:?}");
	}
	drop(served.stop);
	served.ended.await.unwrap();
}

/// An address that the machine gets while a container runs is shut for it.
async fn follows_the_addresses_of_the_machine(tier: &ContainerTier, internet: &SmallInternet) {
	let before = internet.answers();
	let moves = async {
		wait_until("it was reached", || internet.answers() > before).await;
		let users = users_of_networks(process::id());
		assert!(users.len() > 1 && users.iter().all(|user| *user >= 1 << 16), "they are nobody outside: {users:?}");
		ip(&format!("address add {MOVING}/32 dev lo"));
	};
	let asked = [format!("until%{MOVING}:{}", internet.port)];
	let (run, ()) = tokio::join!(look(tier, true, &asked), moves);
	ip(&format!("address del {MOVING}/32 dev lo"));
	let said = text(&run.stdout).lines().last().unwrap().to_owned();
	assert_eq!(said, format!("{} answered true and then ConnectionRefused", asked[0]));
}
