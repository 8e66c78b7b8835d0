//! How long a run lives: no longer than what it is for, however that ends.
//!
//! They run where a container can be run, and where `RLC_REQUIRE` says so they must. Processes are looked for in control
//! groups, so that none hides by its name or its parent.

mod common;

use std::{
	env, fs,
	path::{Path, PathBuf},
	process::{Child, Command, Stdio},
	time::{Duration, Instant},
};

use common::{
	containers::{image, probe, served, wait_until, Served},
	Room,
};
use rlc_sandbox::{Allowance, ContainerService, ContainerTier, Ending, Error, Stop, Unavailable};
use rlc_testing::skip;

/// A process of a run that is there after this is a fault.
const AT_MOST: Duration = Duration::from_secs(2);
/// Other things that it leaves take a few programs to remove, each of which waits for its turn on a busy machine.
const BESIDE: Duration = Duration::from_secs(60);
/// Set for the processes that are killed here: the directory of their tier, or the socket of a service.
const STATE: &str = "RLC_TEST_STATE";
const SOCKET: &str = "RLC_TEST_SOCKET";
const ALLOWANCE: Allowance = Allowance { runs: 8, memory: 4 << 30, cpus: 64.0 };

/// Returns the directories of a tier's control group that are there.
fn groups(state: &Path) -> Vec<PathBuf> {
	let Ok(group) = fs::read_to_string(state.join("group")) else { return Vec::new() };
	let hierarchies = fs::read_dir("/sys/fs/cgroup").unwrap().flatten().map(|entry| entry.path());
	let all = hierarchies.chain([PathBuf::from("/sys/fs/cgroup")]).map(|root| root.join(group.trim_start_matches('/')));
	all.filter(|path| path.is_dir()).collect()
}

/// Returns the processes in a tier's control group, below `part` of it.
fn processes(state: &Path, part: impl Fn(&str) -> bool) -> Vec<i32> {
	let mut all = Vec::new();
	for group in groups(state) {
		for below in fs::read_dir(group).into_iter().flatten().flatten().filter(|entry| entry.path().is_dir()) {
			if part(&below.file_name().to_string_lossy()) {
				let text = fs::read_to_string(below.path().join("cgroup.procs")).unwrap_or_default();
				all.extend(text.lines().filter_map(|line| line.parse::<i32>().ok()));
			}
		}
	}
	all.sort();
	all.dedup();
	all
}

fn containers(state: &Path) -> Vec<i32> {
	processes(state, |part| part != "programs")
}

fn programs(state: &Path) -> Vec<i32> {
	processes(state, |part| part == "programs")
}

/// Returns what is mounted for a tier's runs.
fn mounts(state: &Path) -> usize {
	let runs = state.join("runs");
	let mounts = fs::read_to_string("/proc/self/mounts").unwrap();
	mounts.lines().filter(|line| line.contains(runs.to_str().unwrap())).count()
}

/// Returns what is left of the runs of a tier: processes, groups that could have some, mounts.
fn left(state: &Path) -> (Vec<i32>, Vec<PathBuf>, usize) {
	(processes(state, |_| true), groups(state), mounts(state))
}

async fn assert_nothing_survives(state: &Path, what: &str) {
	let killed = Instant::now();
	while left(state) != (Vec::new(), Vec::new(), 0) {
		let limit = if processes(state, |_| true).is_empty() { BESIDE } else { AT_MOST };
		assert!(killed.elapsed() < limit, "{what}: {:?}", left(state));
		tokio::time::sleep(Duration::from_millis(10)).await;
	}
	println!("{what}: nothing is left after {:?}", killed.elapsed());
}

/// Returns a directory for a tier, by a path without links.
fn directory() -> (tempfile::TempDir, PathBuf) {
	let directory = tempfile::tempdir().unwrap();
	let state = directory.path().canonicalize().unwrap();
	(directory, state)
}

/// Starts a test of this program as a process that can be killed.
fn start(test: &str, state: &Path, socket: &Path) -> Child {
	let mut command = Command::new(env::current_exe().unwrap());
	command.args(["--exact", test, "--ignored"]).env(STATE, state).env(SOCKET, socket);
	command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn kill(process: i32) {
	let process = rustix::process::Pid::from_raw(process).unwrap();
	let _ = rustix::process::kill_process(process, rustix::process::Signal::KILL);
}

async fn taken_over(state: &Path) -> ContainerTier {
	loop {
		match ContainerTier::probe(state).await {
			// A program that another test starts right now still has what this one's test had open.
			Err(Unavailable::Taken(_)) => {}
			tier => break tier.unwrap(),
		}
	}
}

/// Runs an app that sleeps.
async fn sleep(tier: &ContainerTier) -> Result<rlc_sandbox::Run, Error> {
	Room::new().container(tier, image(), &["sleep", "1000"]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "other tests start it"]
async fn worker_that_is_root() {
	let Some(state) = env::var_os(STATE) else { return };
	sleep(&taken_over(Path::new(&state)).await).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "other tests start it"]
async fn worker_of_a_service() {
	let Some(socket) = env::var_os(SOCKET) else { return };
	sleep(&ContainerTier::connect(Path::new(&socket)).await.unwrap()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "other tests start it"]
async fn service() {
	let Some((state, socket)) = env::var_os(STATE).zip(env::var_os(SOCKET)) else { return };
	let tier = taken_over(Path::new(&state)).await;
	let service = ContainerService::new(tier, ALLOWANCE, 0).unwrap();
	let listener = service.bind(Path::new(&socket)).unwrap();
	service.serve(listener, std::future::pending()).await;
}

/// A step of a run, and whether the runs of a tier have come to it.
type Step = (&'static str, fn(&Path) -> bool);

/// The steps of a run, as they can be seen from outside.
const STEPS: [Step; 4] = [
	("its directory is made", |state| fs::read_dir(state.join("runs")).is_ok_and(|runs| runs.count() == 1)),
	("OUT is mounted", |state| mounts(state) > 0),
	("runc is started", |state| !programs(state).is_empty()),
	("the app runs", |state| {
		let runs = fs::read_dir(state.join("runs")).into_iter().flatten().flatten();
		!containers(state).is_empty() && runs.count() == 1
	}),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_survives_a_worker_that_is_killed() {
	for (step, is_reached) in STEPS {
		let (_directory, state) = directory();
		let Some(tier) = probe(&state).await else { return };
		drop(tier);
		let mut worker = start("worker_that_is_root", &state, Path::new(""));
		// Its own trial makes a run, too.
		wait_until("the tier is there", || state.join("images").exists()).await;
		wait_until(step, || is_reached(&state)).await;
		worker.kill().unwrap();
		worker.wait().unwrap();
		assert_nothing_survives(&state, step).await;
		let _tier = taken_over(&state).await;
		assert_eq!(fs::read_dir(state.join("runs")).unwrap().count(), 0, "{step}: the next start cleans up");
	}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_survives_a_runc_that_is_killed() {
	let (_directory, state) = directory();
	let Some(tier) = probe(&state).await else { return };
	for when in [0, 5, 10, 20, 40, 80, 500] {
		let killed = async {
			wait_until("runc is started", || !programs(&state).is_empty()).await;
			tokio::time::sleep(Duration::from_millis(when)).await;
			programs(&state).into_iter().for_each(kill);
			Instant::now()
		};
		let (run, killed) = tokio::join!(sleep(&tier), killed);
		assert!(killed.elapsed() < BESIDE, "after {when} ms");
		assert!(matches!(&run, Err(Error::Host(cause)) if cause.contains("runc")), "after {when} ms: {run:?}");
		assert_eq!((containers(&state), mounts(&state)), (vec![], 0), "after {when} ms");
	}
	let run = Room::new().container(&tier, image(), &["nothing"]).await.unwrap();
	assert_eq!(run.ending, Ending::Exited(0), "the tier goes on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn reaper_that_is_killed_is_started_again() {
	let (_directory, state) = directory();
	let Some(tier) = probe(&state).await else { return };
	let reapers = || {
		let processes = fs::read_dir("/proc").unwrap().flatten();
		let reapers = processes.filter(|process| {
			let line = fs::read(process.path().join("cmdline")).unwrap_or_default();
			let mut arguments = line.split(|byte| *byte == 0);
			arguments.clone().any(|one| one == b"rlc-reaper")
				&& arguments.any(|one| one == state.as_os_str().as_encoded_bytes())
		});
		reapers.filter_map(|process| process.file_name().to_str()?.parse::<i32>().ok()).collect::<Vec<_>>()
	};
	let [first] = reapers()[..] else { panic!("{:?}", reapers()) };
	kill(first);
	wait_until("it has ended", || reapers().is_empty()).await;
	let run = Room::new().container(&tier, image(), &["nothing"]).await.unwrap();
	assert_eq!((run.ending, reapers().len()), (Ending::Exited(0), 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_survives_a_worker_without_rights_that_is_killed() {
	let (_directory, state) = directory();
	let Some(served) = served(&state, ALLOWANCE).await else { return };
	let (tier, socket) = (&served.tier, &served.socket);
	for (step, is_reached) in STEPS {
		let mut worker = start("worker_of_a_service", Path::new(""), socket);
		wait_until(step, || is_reached(&state)).await;
		worker.kill().unwrap();
		worker.wait().unwrap();
		let killed = Instant::now();
		while !containers(&state).is_empty() || mounts(&state) > 0 {
			let limit = if containers(&state).is_empty() { BESIDE } else { AT_MOST };
			assert!(killed.elapsed() < limit, "{step}: {:?}", left(&state));
			tokio::time::sleep(Duration::from_millis(10)).await;
		}
	}
	let run = Room::new().container(tier, image(), &["nothing"]).await.unwrap();
	assert_eq!(run.ending, Ending::Exited(0), "the service goes on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_survives_a_service_that_is_killed() {
	for (step, is_reached) in STEPS {
		let (_directory, state) = directory();
		let Some(tier) = probe(&state).await else { return };
		drop(tier);
		let socket = state.join("socket");
		let mut service = start("service", &state, &socket);
		wait_until("it listens", || socket.exists()).await;
		let tier = loop {
			// It may not be its user's yet.
			match ContainerTier::connect(&socket).await {
				Ok(tier) => break tier,
				Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
			}
		};
		let killed = async {
			wait_until(step, || is_reached(&state)).await;
			service.kill().unwrap();
			service.wait().unwrap();
			assert_nothing_survives(&state, step).await;
		};
		let (run, ()) = tokio::join!(sleep(&tier), killed);
		assert!(matches!(&run, Err(Error::Host(cause)) if cause.contains("service is gone")), "{step}: {run:?}");
		let _tier = taken_over(&state).await;
		assert_eq!(fs::read_dir(state.join("runs")).unwrap().count(), 0, "{step}: the next start cleans up");
	}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn service_that_stops_ends_its_runs_and_does_not_blame_them() {
	let (_directory, state) = directory();
	let Some(Served { tier, stop, ended, .. }) = served(&state, ALLOWANCE).await else { return };
	let stopped = async {
		wait_until("the app runs", || !containers(&state).is_empty()).await;
		drop(stop);
		ended.await.unwrap();
	};
	let (run, ()) = tokio::join!(sleep(&tier), stopped);
	assert!(matches!(&run, Err(Error::Host(_))), "{run:?}");
	assert_nothing_survives(&state, "it has stopped").await;
}

/// The group of a unit, as systemd makes it for `Delegate=yes`, on a machine without systemd.
struct Unit(&'static str);

impl Drop for Unit {
	fn drop(&mut self) {
		for hierarchy in fs::read_dir("/sys/fs/cgroup").unwrap().flatten() {
			for below in ["/rlc", ""] {
				let _ = fs::remove_dir(hierarchy.path().join(format!("{}{below}", self.0)));
			}
		}
	}
}

/// Returns the processes of a group and of those below it, as systemd finds them.
fn all_of(group: &Path) -> Vec<i32> {
	let text = fs::read_to_string(group.join("cgroup.procs")).unwrap_or_default();
	let below = fs::read_dir(group).into_iter().flatten().flatten().filter(|entry| entry.path().is_dir());
	let below = below.flat_map(|entry| all_of(&entry.path()));
	text.lines().filter_map(|line| line.parse().ok()).chain(below).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn runs_of_a_unit_are_in_its_group_and_end_with_it() {
	let (_directory, state) = directory();
	let Some(tier) = probe(&state).await else { return };
	drop(tier);
	let (unit, tracked) = (Unit("rlc-test.service"), Path::new("/sys/fs/cgroup/systemd/rlc-test.service"));
	if !Path::new("/sys/fs/cgroup/systemd").is_dir() {
		skip!("needs cgroups: there is no hierarchy of version one for systemd");
	}
	fs::create_dir_all(tracked).unwrap();
	rustix::fs::setxattr(tracked, "trusted.delegate", b"1", rustix::fs::XattrFlags::empty()).unwrap();
	let mut worker = Command::new("sh")
		.args(["-c", r#"echo $$ >"$0" && exec "$@""#])
		.arg(tracked.join("cgroup.procs"))
		.arg(env::current_exe().unwrap())
		.args(["--exact", "worker_that_is_root", "--ignored"])
		.env(STATE, &state)
		.stdout(Stdio::null())
		.stderr(Stdio::null())
		.spawn()
		.unwrap();
	wait_until("the tier is there", || state.join("images").exists()).await;
	wait_until("the app runs", || !containers(&state).is_empty()).await;
	let group = fs::read_to_string(state.join("group")).unwrap();
	assert!(group.starts_with("/rlc-test.service/rlc/"), "{group}");
	let all = all_of(tracked);
	let mine = containers(&state);
	assert!(mine.iter().all(|process| all.contains(process)), "{mine:?} of {all:?}");
	// As `KillMode=control-group` does it, reaper and all.
	while !all_of(tracked).is_empty() {
		all_of(tracked).into_iter().for_each(kill);
		let _ = worker.try_wait();
	}
	worker.wait().unwrap();
	assert_eq!((containers(&state), programs(&state)), (vec![], vec![]));
	let tier = taken_over(&state).await;
	assert_eq!(mounts(&state), 0, "the next start cleans up");
	drop((tier, unit));
}

/// A process in a group below the run's keeps that from being removed, as one does that waits for a broken disk.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn run_that_does_not_end_keeps_its_users_and_its_room() {
	if !Path::new("/sys/fs/cgroup/freezer").is_dir() {
		skip!("needs cgroups: version two kills what is in groups below as well");
	}
	let (_directory, state) = directory();
	let Some(served) = served(&state, Allowance { runs: 1, ..ALLOWANCE }).await else { return };
	let mut waiting = Command::new("sleep").arg("1000").spawn().unwrap();
	let tier = &served.tier;
	let users = || {
		let links = fs::read_dir("/run/rlc-containers/ids").unwrap().flatten().map(|link| fs::read_link(link.path()));
		links.filter(|run| run.as_ref().is_ok_and(|run| run.starts_with(&state))).count()
	};
	let (room, stop) = (Room::new(), Stop::new());
	let (input, output, args) = (room.input(), room.output(), ["sleep".to_string(), "1000".to_string()]);
	let job = room.job(image(), &args, &input, &output);
	let held = async {
		// Not `runc` in its place, whatever that is called: it removes its groups when it cannot start, with whatever is in them.
		let is_app = |process: &i32| {
			fs::read_to_string(format!("/proc/{process}/comm")).is_ok_and(|name| name.trim_end() == "app")
		};
		wait_until("the app runs", || containers(&state).iter().any(is_app)).await;
		let all = groups(&state).into_iter().flat_map(|group| fs::read_dir(group).unwrap().flatten());
		let mut runs = all.filter(|entry| entry.path().is_dir() && entry.file_name() != "programs");
		let below = runs.next().unwrap().path().join("below");
		fs::create_dir(&below).unwrap();
		fs::write(below.join("cgroup.procs"), waiting.id().to_string()).unwrap();
		stop.stop();
		below
	};
	let (run, below) = tokio::join!(tier.run(&job, &stop), held);
	assert!(matches!(&run, Err(Error::Host(cause)) if cause.contains("does not end")), "{run:?}");
	assert_eq!(users(), 1);
	let refused = Room::new().container(tier, image(), &["nothing"]).await;
	assert!(matches!(&refused, Err(Error::Host(cause)) if cause.contains("is full")), "{refused:?}");
	waiting.kill().unwrap();
	waiting.wait().unwrap();
	fs::remove_dir(below).unwrap();
	wait_until("it ends at last", || users() == 0).await;
	let run = Room::new().container(tier, image(), &["nothing"]).await.unwrap();
	assert_eq!((run.ending, mounts(&state)), (Ending::Exited(0), 0));
}

/// A group above the run's has less memory than the run may use, as if the machine had no more.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn run_for_which_the_machine_has_too_little_memory_is_not_blamed() {
	let (_directory, state) = directory();
	let Some(tier) = probe(&state).await else { return };
	let run = Room::new().container(&tier, image(), &["memory", "150000000"]).await.unwrap();
	assert_eq!(run.ending, Ending::Exited(0), "it stays within its own limit");
	let files = ["memory.max", "memory.limit_in_bytes"];
	let limits: Vec<_> = groups(&state).iter().flat_map(|group| files.map(|file| group.join(file))).collect();
	let Some(limit) = limits.iter().find(|file| file.exists()) else { panic!("{limits:?}") };
	fs::write(limit, (64 << 20).to_string()).unwrap();
	let run = Room::new().container(&tier, image(), &["memory", "150000000"]).await;
	assert!(matches!(&run, Err(Error::Host(cause)) if cause.contains("memory was short")), "{run:?}");
	assert_eq!((containers(&state), mounts(&state)), (vec![], 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn stopped_run_ends_at_once() {
	let (_directory, state) = directory();
	let Some(tier) = probe(&state).await else { return };
	let (room, stop) = (Room::new(), Stop::new());
	let (input, output, args) = (room.input(), room.output(), ["sleep".to_string(), "1000".to_string()]);
	let job = room.job(image(), &args, &input, &output);
	let stopped = async {
		wait_until("the app runs", || !containers(&state).is_empty()).await;
		stop.stop();
		Instant::now()
	};
	let (run, stopped) = tokio::join!(tier.run(&job, &stop), stopped);
	assert_eq!((run.unwrap().ending, containers(&state)), (Ending::Stopped, vec![]));
	assert!(stopped.elapsed() < BESIDE);
}
