//! What keeps an app in its container: the known ways out are shut, and what runs share stays as it is.
//!
//! They run where a container can be run, and where `RLC_REQUIRE` says so they must. The control is this machine itself,
//! as root: it shows that a way would be open without the sandbox.

mod common;

use std::{
	collections::{BTreeMap, BTreeSet, HashSet},
	fs::{self, Permissions},
	net::TcpListener,
	os::{
		linux::net::SocketAddrExt,
		unix::{
			fs::{MetadataExt, PermissionsExt},
			net::{SocketAddr, UnixListener},
		},
	},
	path::{Path, PathBuf},
	process::{Child, Command},
	sync::LazyLock,
	time::Duration,
};

use common::{
	containers::{image, image_of, probe, wait_until, SUID},
	text, ways, Room,
};
use rlc_sandbox::{ContainerTier, Ending, Run, Stop};
use serde_json::Value;

/// The ways, a line each.
const LIST: &str = include_str!("ways-out.txt");
/// Where the tiers of this machine say who their runs are.
const IDS: &str = "/run/rlc-containers/ids";

/// A way out.
struct Way {
	name: &'static str,
	/// Which machines do not have it even without a sandbox, if any.
	lacking: &'static str,
}

fn list() -> Vec<Way> {
	let lines = LIST.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
	let parts = lines.map(|line| line.split('|').map(str::trim).collect::<Vec<_>>());
	parts
		.map(|parts| match parts[..] {
			[name, what, lacking] if !what.is_empty() => Way { name, lacking },
			_ => panic!("{parts:?}"),
		})
		.collect()
}

/// What the ways lead to.
struct Outside {
	/// Holds what the control has instead of image, IN, and OUT, and a secret.
	directory: tempfile::TempDir,
	victim: Child,
	socket: String,
	_listening: UnixListener,
	service: TcpListener,
}

impl Outside {
	fn new() -> Self {
		let directory = tempfile::tempdir().unwrap();
		fs::write(directory.path().join("secret"), "secret").unwrap();
		let start = || Command::new("sleep").arg("1000").spawn().unwrap();
		let mut victim = start();
		// Containers number their processes anew.
		while victim.id() <= 1000 {
			victim.kill().unwrap();
			victim.wait().unwrap();
			victim = start();
		}
		let socket = format!("rlc-ways-{}", victim.id());
		let listening = UnixListener::bind_addr(&SocketAddr::from_abstract_name(&socket).unwrap()).unwrap();
		let service = TcpListener::bind("127.0.0.1:0").unwrap();
		Self { directory, victim, socket, _listening: listening, service }
	}

	/// Tells the app where things are, given where its own are.
	fn environment(&self, image: &str, input: &str, output: &str) -> Vec<(String, String)> {
		let port = self.service.local_addr().unwrap().port();
		[
			("IMAGE", image.to_owned()),
			("IN", input.to_owned()),
			("OUT", output.to_owned()),
			("SECRET", self.directory.path().join("secret").to_str().unwrap().to_owned()),
			("VICTIM", self.victim.id().to_string()),
			("SOCKET", self.socket.clone()),
			("PORT", port.to_string()),
		]
		.map(|(name, value)| (format!("WAYS_{name}"), value))
		.into()
	}
}

impl Drop for Outside {
	fn drop(&mut self) {
		let _ = self.victim.kill();
		let _ = self.victim.wait();
	}
}

/// What a run may do to the layer of its own that it has over its image.
const OWN: [&str; 5] = ["image-write", "image-create", "image-remove", "image-rename", "image-map"];
/// The files of image and IN that the ways are after.
const IMAGE_FILES: [&str; 3] = ["data", "gone", "name"];
const INPUT_FILES: [&str; 2] = ["data", "gone"];

/// Returns an image of the app that tries the ways.
fn ways_image() -> &'static Path {
	static IMAGE: LazyLock<PathBuf> = LazyLock::new(|| {
		let app = fs::read(ways()).unwrap();
		let names = IMAGE_FILES.map(|name| format!("image/{name}"));
		let mut files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b"data"[..])).collect();
		let suid = format!("image/{SUID}");
		files.push((&suid, &app));
		image_of(&ways(), &files)
	});
	&IMAGE
}

/// Returns a room for that app.
fn room(outside: &Outside) -> Room {
	let mut room = Room::with(|limits| {
		(limits.memory, limits.pids, limits.files, limits.log) = (128 << 20, 64, 100, 1 << 20);
		limits.time = Duration::from_secs(120);
	});
	for name in INPUT_FILES {
		fs::write(room.input().join(name), "data").unwrap();
	}
	room.env = outside.environment("/image", "/iexec_in", "/iexec_out");
	room
}

/// Reads what the app says of each way.
fn said(output: &str) -> BTreeMap<&str, &str> {
	output.lines().map(|line| line.split_once(' ').unwrap()).collect()
}

async fn run(tier: &ContainerTier, room: &Room, args: &[&str]) -> Run {
	let run = room.container(tier, ways_image(), args).await.unwrap();
	assert_eq!(run.ending, Ending::Exited(0), "{} {}", text(&run.stdout), text(&run.stderr));
	run
}

#[tokio::test]
async fn known_ways_out_are_shut() {
	let directory = tempfile::tempdir().unwrap();
	let Some(tier) = probe(directory.path()).await else { return };
	let (list, outside) = (list(), Outside::new());
	assert!(list.len() >= 40);
	let room = room(&outside);
	let run = run(&tier, &room, &list.iter().map(|way| way.name).collect::<Vec<_>>()).await;
	let said = said(text(&run.stdout));
	assert_eq!(said.keys().copied().collect::<BTreeSet<_>>(), list.iter().map(|way| way.name).collect());
	let open: Vec<_> = said.iter().filter(|(_, how)| **how == "open").map(|(name, _)| *name).collect();
	assert_eq!(open, [""; 0]);
}

#[test]
fn the_same_ways_are_open_without_the_sandbox() {
	if !rustix::process::geteuid().is_root() {
		rlc_testing::skip!("needs runc: the control needs root too");
	}
	let outside = Outside::new();
	let [image, input, output] = ["image", "in", "out"].map(|name| outside.directory.path().join(name));
	for directory in [&image, &input, &output] {
		fs::create_dir(directory).unwrap();
	}
	for file in IMAGE_FILES.map(|name| image.join(name)).into_iter().chain(INPUT_FILES.map(|name| input.join(name))) {
		fs::write(file, "data").unwrap();
	}
	fs::copy(ways(), image.join(SUID)).unwrap();
	fs::set_permissions(image.join(SUID), Permissions::from_mode(0o4755)).unwrap();
	let path = |path: &Path| path.to_str().unwrap().to_owned();
	let environment = outside.environment(&path(&image), &path(&input), &path(&output));
	let list = list();
	// Mounts and names of its own, so that this machine stays as it is; and a directory that was left open.
	let control = Command::new("unshare")
		.args(["--mount", "--uts", "--ipc", "--", "/bin/sh", "-c", "exec \"$@\" 3</", "sh"])
		.arg(ways())
		.args(list.iter().map(|way| way.name))
		.envs(environment)
		.current_dir(outside.directory.path())
		.output()
		.unwrap();
	assert!(control.status.success(), "{}", text(&control.stderr));
	let said = said(text(&control.stdout));
	for way in &list {
		let how = said[way.name];
		assert!(how == "open" || !way.lacking.is_empty(), "{} is shut without the sandbox too: {how}", way.name);
		if how != "open" {
			println!("no control for {}: {how} ({})", way.name, way.lacking);
		}
	}
}

#[tokio::test]
async fn processes_of_one_run_debug_each_other() {
	let directory = tempfile::tempdir().unwrap();
	let Some(tier) = probe(directory.path()).await else { return };
	let run = run(&tier, &room(&Outside::new()), &["debug"]).await;
	assert_eq!(text(&run.stdout), "process_vm_readv 123456789abcdef\nptrace 123456789abcdef\n");
}

/// Returns what is below a directory: owner, group, rights, size, times, and content.
fn snapshot(directory: &Path) -> BTreeMap<PathBuf, String> {
	let (mut all, mut left) = (BTreeMap::new(), vec![directory.to_owned()]);
	while let Some(path) = left.pop() {
		let data = path.symlink_metadata().unwrap();
		let content = if data.is_file() { fs::read(&path).unwrap() } else { Vec::new() };
		if data.is_dir() {
			left.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
		}
		let hash = <sha2::Sha256 as sha2::Digest>::digest(content);
		let (owner, times) =
			((data.uid(), data.gid()), (data.mtime(), data.mtime_nsec(), data.ctime(), data.ctime_nsec()));
		all.insert(path, format!("{owner:?} {:o} {} {times:?} {}", data.mode(), data.nlink(), hex::encode(hash)));
	}
	all
}

#[tokio::test]
async fn no_run_changes_what_another_run_reads() {
	let directory = tempfile::tempdir().unwrap();
	let Some(tier) = probe(directory.path()).await else { return };
	let (list, outside) = (list(), Outside::new());
	let room = room(&outside);
	let before = run(&tier, &room, &["tree"]).await;
	let images = directory.path().join("images");
	let there = (snapshot(&images), snapshot(&room.input()));
	assert!(there.0.len() > 10 && there.0.values().all(|data| data.starts_with("(0, 0)")), "{there:?}");
	run(&tier, &room, &list.iter().map(|way| way.name).collect::<Vec<_>>()).await;
	let own = run(&tier, &room, &OWN).await;
	assert_eq!(
		said(text(&own.stdout)),
		BTreeMap::from(OWN.map(|way| (way, "open"))),
		"it is as if the image were the run's"
	);
	assert_eq!((snapshot(&images), snapshot(&room.input())), there);
	// Another run of the same image, and of the same input.
	let after = Room { env: room.env.clone(), ..Room::new() };
	fs::remove_dir_all(after.input()).unwrap();
	fs::rename(room.input(), after.input()).unwrap();
	assert_eq!(text(&run(&tier, &after, &["tree"]).await.stdout), text(&before.stdout));
}

/// Returns the runs of a tier that have users of their own.
fn links(state: &Path) -> Vec<PathBuf> {
	let links = fs::read_dir(IDS).into_iter().flatten().flatten().map(|link| link.path());
	links.filter(|link| fs::read_link(link).is_ok_and(|run| run.starts_with(state))).collect()
}

/// Returns the user and group of the app of each run of a tier, as its configuration says.
fn users(state: &Path) -> HashSet<(u64, u64)> {
	let runs = fs::read_dir(state.join("runs")).into_iter().flatten().flatten();
	let configs = runs.filter_map(|run| fs::read(run.path().join("config.json")).ok());
	let configs = configs.filter_map(|config| serde_json::from_slice::<Value>(&config).ok());
	let first = |config: &Value, ids: &str| config["linux"][ids][1]["hostID"].as_u64().unwrap();
	configs.map(|config| (first(&config, "uidMappings"), first(&config, "gidMappings"))).collect()
}

/// Returns the users of this machine as which programs run that were started with these arguments.
fn users_of_programs(arguments: &[&str]) -> HashSet<(u64, u64)> {
	let line: Vec<u8> = arguments.iter().flat_map(|argument| argument.bytes().chain([0])).collect();
	let processes = fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
	let ours = processes.filter(|process| fs::read(process.join("cmdline")).is_ok_and(|one| one == line));
	ours.filter_map(|process| process.metadata().ok()).map(|data| (data.uid().into(), data.gid().into())).collect()
}

#[tokio::test]
async fn runs_have_users_of_their_own() {
	let directory = tempfile::tempdir().unwrap();
	let state = directory.path().canonicalize().unwrap();
	let Some(tier) = probe(&state).await else { return };
	assert_eq!(links(&state), [""; 0].map(PathBuf::from), "after the trial");
	// Nothing else on this machine sleeps for so long.
	let (seconds, stop) = (1_000_000 + std::process::id(), Stop::new());
	let args = ["sleep".to_owned(), seconds.to_string()];
	let program = ["/app", "sleep", &args[1]];
	let rooms: [Room; 3] = std::array::from_fn(|_| Room::new());
	let directories = rooms.each_ref().map(|room| (room.input(), room.output()));
	let jobs: Vec<_> =
		rooms.iter().zip(&directories).map(|(room, (input, output))| room.job(image(), &args, input, output)).collect();
	let run = |number: usize| tier.run(&jobs[number], &stop);
	let (one, two, three, ()) = tokio::join!(run(0), run(1), run(2), async {
		wait_until("they start", || users_of_programs(&program).len() == 3).await;
		assert_eq!(users_of_programs(&program), users(&state), "and the state of each says which");
		assert_eq!(links(&state).len(), 3);
		stop.stop();
	});
	assert_eq!([one, two, three].map(|run| run.unwrap().ending), [Ending::Stopped, Ending::Stopped, Ending::Stopped]);
	assert_eq!(links(&state), [""; 0].map(PathBuf::from), "afterwards");
}
