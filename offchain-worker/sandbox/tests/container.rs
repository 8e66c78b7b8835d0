//! Apps in the container tier: good ones, and one bad one for each limit.
//!
//! They run where a container can be run, and where `RLC_REQUIRE` says so they must.

mod common;

use std::{
	env,
	fs::{self, Permissions},
	os::unix::fs::{symlink, MetadataExt, PermissionsExt},
	path::{Path, PathBuf},
	process::{Command, Stdio},
	time::{Duration, Instant},
};

use common::{
	containers::{image, networking, packed, packed_in, probe, wait_until, with_network},
	text, Room,
};
use rlc_sandbox::{
	clean, read_result, ContainerTier, Ending, Error, Grants, Job, NetworkConfig, Output, Run, Stop, Tap, Unavailable,
};
use tokio::sync::OnceCell;

/// Returns the tier, if there is one here.
async fn tier() -> Option<&'static ContainerTier> {
	static TIER: OnceCell<Option<ContainerTier>> = OnceCell::const_new();
	TIER.get_or_init(|| async { probe(&state()).await }).await.as_ref()
}

fn state() -> PathBuf {
	Path::new(env!("CARGO_TARGET_TMPDIR")).join("containers")
}

/// Runs the app of the tests; `None` where there is no tier.
async fn run(room: &Room, args: &[&str]) -> Option<Run> {
	Some(room.container(tier().await?, image(), args).await.unwrap())
}

/// Runs the app, or ends the test if there is no tier.
macro_rules! run {
	($room:expr, $args:expr) => {
		match run($room, $args).await {
			Some(run) => run,
			None => return,
		}
	};
}

#[tokio::test]
async fn app_reads_its_input_and_leaves_a_result() {
	let mut room = Room::new();
	room.env.push(("IEXEC_TASK_ID".into(), "0x07".into()));
	let run = run!(&room, &["answer", "a b", "c"]);
	assert_eq!((&run.ending, text(&run.stdout), text(&run.stderr)), (&Ending::Exited(0), "done\n", "said\n"));
	assert!(run.used.memory > 0 && run.used.time > Duration::ZERO, "{:?}", run.used);
	let result = room.output().join("result.txt").canonicalize().unwrap();
	assert_eq!(fs::read_to_string(&result).unwrap(), r#"SIX BY NINE|["a b", "c"]|0x07"#);
	assert_eq!(read_result(&room.output()).unwrap(), Output::Files(result));
}

#[tokio::test]
async fn image_says_what_runs_and_the_request_may_say_how() {
	let without = run!(&Room::new(), &[]);
	assert_eq!(without.ending, Ending::Exited(42));
	assert_eq!(run!(&Room::new(), &["exit", "3"]).ending, Ending::Exited(3));
}

#[tokio::test]
async fn app_is_nobody_and_sees_nothing() {
	let run = run!(&Room::new(), &["see"]);
	assert_eq!(run.ending, Ending::Exited(0), "{}", text(&run.stderr));
	let expected = [
		"Uid: 65534 65534 65534 65534",
		"Gid: 65534 65534 65534 65534",
		"Groups:",
		"CapEff: 0000000000000000",
		"CapBnd: 0000000000000000",
		"NoNewPrivs: 1",
		"Seccomp: 2",
		"interfaces 1",
		"root true",
		"tmp true",
		"processes 1",
		"connect false",
		"disks false",
		"kernel false",
		"keys false",
		"directory /work",
		"variable yes",
	];
	assert_eq!(text(&run.stdout).lines().collect::<Vec<_>>(), expected);
}

/// Where an app may write beside OUT: what it has there is its own, and gone with it.
const OWN: [&str; 6] = ["/etc/passwd", "/iexec_out/../../etc/passwd", "relative", "../x", "/iexec_output", "/new"];

#[tokio::test]
async fn nothing_outside_is_written_or_read() {
	let room = Room::new();
	let secret = room.directory.path().join("secret");
	fs::create_dir(&secret).unwrap();
	fs::write(secret.join("key"), "secret").unwrap();
	symlink(secret.join("key"), room.input().join("link")).unwrap();
	symlink(&secret, room.input().join("links")).unwrap();
	let run = run!(&room, &["escape"]);
	assert_eq!(run.ending, Ending::Exited(0), "{}", text(&run.stderr));
	assert!(text(&run.stdout).lines().count() > 15);
	for line in text(&run.stdout).lines() {
		let (what, done) = line.split_once(": ").unwrap();
		assert_eq!(done == "true", OWN.contains(&what.trim_start_matches("write ")), "{line}");
	}
	assert_eq!(room.left(), [""; 0]);
}

#[tokio::test]
async fn program_gets_what_every_kernel_gives_and_no_more() {
	let Some(tier) = tier().await else { return };
	let word = "a".repeat(100_000);
	let mut args = vec!["exit", "3"];
	args.extend([word.as_str(); 7]);
	assert_eq!(Room::new().container(tier, image(), &args).await.unwrap().ending, Ending::Exited(3));
	args.push(&word);
	let refused = Room::new().container(tier, image(), &args).await;
	assert!(matches!(&refused, Err(Error::App(why)) if why.contains("too long")), "{refused:?}");
}

#[tokio::test]
async fn run_that_has_too_little_memory_to_begin_is_out_of_memory() {
	for memory in [0, 1, 4_096, 20_000] {
		let room = Room::with(|limits| limits.memory = memory);
		assert_eq!(run!(&room, &["exit", "0"]).ending, Ending::OutOfMemory, "{memory}");
	}
}

#[tokio::test]
async fn endless_app_is_ended_by_time() {
	let room = Room::with(|limits| limits.time = Duration::from_secs(1));
	let run = run!(&room, &["loop"]);
	assert_eq!(run.ending, Ending::TimedOut);
	assert!(run.used.time >= Duration::from_secs(1));
}

#[tokio::test]
async fn endless_app_is_ended_by_its_owner() {
	// A tier of its own, where nothing else runs.
	let directory = tempfile::tempdir().unwrap();
	let Some(tier) = probe(directory.path()).await else { return };
	let (room, stop) = (Room::new(), Stop::new());
	let (input, output, args) = (room.input(), room.output(), ["loop".to_string()]);
	let job = room.job(image(), &args, &input, &output);
	let runs = || fs::read_dir(directory.path().join("runs")).into_iter().flatten().flatten();
	let (run, ()) = tokio::join!(tier.run(&job, &stop), async {
		wait_until("it runs", || runs().any(|run| run.path().join("out/started").exists())).await;
		stop.stop();
	});
	assert_eq!(run.unwrap().ending, Ending::Stopped);
}

#[tokio::test]
async fn greedy_app_is_ended_by_memory() {
	let room = Room::with(|limits| (limits.memory, limits.files) = (64 << 20, 100));
	let run = run!(&room, &["memory", "1000000000"]);
	assert_eq!(run.ending, Ending::OutOfMemory);
	assert!(run.used.memory <= 70 << 20, "{:?}", run.used);
	assert_eq!(run!(&Room::new(), &["memory", "100000000"]).ending, Ending::Exited(0));
}

#[tokio::test]
async fn what_is_in_out_counts_as_memory() {
	let room = Room::with(|limits| (limits.memory, limits.output) = (64 << 20, 1 << 30));
	assert_eq!(run!(&room, &["write", "20000000"]).ending, Ending::Exited(0));
	let room = Room::with(|limits| (limits.memory, limits.output) = (64 << 20, 1 << 30));
	let run = run!(&room, &["write", "200000000"]);
	assert_eq!(run.ending, Ending::OutOfMemory);
	assert!(run.used.memory <= 64 << 20, "{:?}", run.used);
}

#[tokio::test]
async fn input_is_read_as_it_is() {
	let Some(tier) = tier().await else { return };
	let room = Room::new();
	let (cached, linked) = (room.directory.path().join("cached"), room.input().join("question.txt"));
	fs::rename(&linked, &cached).unwrap();
	fs::hard_link(&cached, &linked).unwrap();
	let mode = || fs::metadata(&cached).unwrap().mode() & 0o7777;
	fs::set_permissions(&cached, Permissions::from_mode(0o400)).unwrap();
	let run = room.container(tier, image(), &["answer"]).await;
	assert!(matches!(&run, Err(Error::Host(cause)) if cause.contains("question.txt is not readable")), "{run:?}");
	assert_eq!(mode(), 0o400);
	fs::set_permissions(&cached, Permissions::from_mode(0o444)).unwrap();
	assert_eq!(room.container(tier, image(), &["answer"]).await.unwrap().ending, Ending::Exited(0));
	assert_eq!(mode(), 0o444);
}

#[tokio::test]
async fn too_many_bytes_are_not_taken() {
	let room = Room::new();
	assert_eq!(run!(&room, &["write", "1048576"]).ending, Ending::Exited(0));
	assert_eq!(fs::metadata(room.output().join("large")).unwrap().len(), 1 << 20);
	for (what, bytes) in
		[("write", "1048577"), ("write", "200000000"), ("sparse", "1048577"), ("sparse", "1000000000000")]
	{
		let room = Room::with(|limits| limits.files = 100);
		assert_eq!(run!(&room, &[what, bytes]).ending, Ending::OutOfDisk, "{what} {bytes}");
		let left: u64 = room.left().iter().map(|name| fs::metadata(room.output().join(name)).unwrap().len()).sum();
		assert!(left <= 1 << 20, "{left}");
	}
}

#[tokio::test]
async fn too_many_or_too_deep_files_are_not_taken() {
	let room = Room::with(|limits| limits.files = 100);
	assert_eq!(run!(&room, &["files", "/iexec_out", "100"]).ending, Ending::Exited(0));
	assert_eq!(room.left().len(), 100);
	let room = Room::with(|limits| limits.files = 100);
	assert_eq!(run!(&room, &["files", "/iexec_out", "101"]).ending, Ending::OutOfDisk);
	assert_eq!(run!(&Room::new(), &["deep"]).ending, Ending::OutOfDisk);
}

#[tokio::test]
async fn fork_bomb_fizzles() {
	let room = Room::with(|limits| limits.pids = 32);
	let run = run!(&room, &["fork"]);
	assert_eq!(run.ending, Ending::Exited(0), "{}", text(&run.stderr));
	let children: u32 = text(&run.stdout).trim().parse().unwrap();
	assert!(children > 0 && children < 32, "{children}");
}

#[tokio::test]
async fn tap_is_told_what_an_app_writes() {
	let Some(tier) = tier().await else { return };
	let (room, tap) = (Room::new(), Tap::new(100));
	let (input, output, args) = (room.input(), room.output(), ["answer", "a b", "c"].map(String::from));
	let job = Job { tap: Some(&tap), ..room.job(image(), &args, &input, &output) };
	let run = tier.run(&job, &Stop::new()).await.unwrap();
	assert_eq!(run.ending, Ending::Exited(0));
	let told = tap.take(100).streams;
	assert_eq!((text(&told[0]), text(&told[1])), ("done\n", "said\n"));
}

#[tokio::test]
async fn of_a_long_log_the_end_is_kept() {
	let room = Room::with(|limits| limits.log = 1000);
	let run = run!(&room, &["log", "50000000"]);
	assert_eq!((run.ending, run.stdout.len()), (Ending::Exited(0), 1000));
	assert!(text(&run.stdout).ends_with("xxend of output"));
	assert_eq!(text(&run.stderr), "end of error");
}

#[tokio::test]
async fn what_is_left_belongs_to_the_worker() {
	let room = Room::new();
	let run = run!(&room, &["links"]);
	assert_eq!(run.ending, Ending::Exited(0), "{}", text(&run.stderr));
	assert_eq!(room.left(), ["link", "private", "second"]);
	let data = fs::metadata(room.output().join("private")).unwrap();
	assert_eq!((data.uid(), data.nlink(), data.mode() & 0o7111), (fs::metadata("/proc/self").unwrap().uid(), 1, 0));
	assert_eq!(fs::read_to_string(room.output().join("second")).unwrap(), "mine");
	assert!(fs::symlink_metadata(room.output().join("link")).unwrap().is_symlink());
}

#[tokio::test]
async fn image_without_its_program_is_the_apps_fault() {
	let Some(tier) = tier().await else { return };
	let room = Room::new();
	let file = room.directory.path().join("image.tar");
	// As Docker has it: 127 if there is none, 126 if it cannot be executed.
	let small = [&b"\x7fELF\x01"[..], &[0; 64]].concat();
	for (files, program, code, said) in [
		(&[("text", &b"no program"[..])], "/none", 127, "/none"),
		(&[("text", b"no program")], "none", 127, "none"),
		(&[("text", b"no program")], "/text", 126, "/text: it is neither a program nor a script"),
		(&[("text", b"#!/bin/none\n")], "/text", 127, "no interpreter /bin/none"),
		(&[("text", b"#!/proc/self/exe features\n")], "/text", 126, "no interpreter may be below /proc"),
		(&[("text", &small)], "/text", 126, "not a program for 64-bit Linux"),
		(&[("tmp/x", b"no directory")], "/tmp", 126, "/tmp: it is not a file"),
	] {
		fs::write(&file, packed(files, &[program])).unwrap();
		let run = room.container(tier, &file, &[]).await.unwrap();
		assert_eq!(run.ending, Ending::Exited(code), "{program}: {}", text(&run.stderr));
		assert!(text(&run.stderr).contains(said), "{program}: {}", text(&run.stderr));
	}
	let run = room.container(tier, &room.input().join("question.txt"), &[]).await;
	assert!(matches!(run, Err(Error::App(_))), "{run:?}");
	// For MIPS, where it may run.
	let other = [&b"\x7fELF\x02\x01"[..], &[0; 12], &[8, 0], &[0; 44]].concat();
	fs::write(&file, packed(&[("other", &other)], &["/other"])).unwrap();
	let run = room.container(tier, &file, &[]).await;
	assert!(matches!(&run, Err(Error::OtherMachine(why)) if why.contains("another kind of machine")), "{run:?}");
}

/// None of these is this machine's trouble, and none depends on what `runc` says.
#[tokio::test]
async fn program_that_is_nowhere_in_the_container_is_the_apps_fault() {
	let Some(tier) = tier().await else { return };
	let room = Room::new();
	let file = room.directory.path().join("image.tar");
	fs::write(room.input().join("data"), "data").unwrap();
	for (program, code) in [
		("/iexec_in/none", 127),
		("/iexec_in/data", 126),
		("/iexec_out/none", 127),
		("/tmp/none", 127),
		("/dev/null", 126),
		("/dev/none", 126),
		("/proc/none", 126),
		("/proc/self/exe", 126),
	] {
		fs::write(&file, packed(&[("text", b"no program")], &[program])).unwrap();
		let run = room.container(tier, &file, &[]).await.unwrap();
		assert_eq!(run.ending, Ending::Exited(code), "{program}: {}", text(&run.stderr));
	}
}

#[tokio::test]
async fn image_whose_directory_cannot_be_is_at_fault() {
	let Some(tier) = tier().await else { return };
	let program = fs::read(common::program()).unwrap();
	for (directory, code) in [
		("/none/made", 0),
		("work", 0),
		("./work/", 0),
		("/sys", 0),
		("/proc", 0),
		("/dev", 0),
		("/iexec_in", 0),
		("/iexec_out/made", 0),
		("/tmp/made", 0),
		("/app", 126),
		("/app/below", 126),
		("/proc/none", 126),
		("/dev/null", 126),
		("/sys/fs/cgroup", 126),
		("/iexec_in/none", 126),
		("/none/../proc/none", 126),
	] {
		let room = Room::new();
		let file = room.directory.path().join("image.tar");
		fs::write(&file, packed_in(&[("app", &program)], &["/app"], directory)).unwrap();
		let run = room.container(tier, &file, &["nothing"]).await.unwrap();
		assert_eq!(run.ending, Ending::Exited(code), "{directory}: {}", text(&run.stderr));
	}
}

/// The bound is loose, for slow machines; the number is printed.
#[tokio::test]
async fn task_that_does_nothing_costs_little() {
	let room = Room::new();
	run!(&room, &["nothing"]);
	let (start, rounds) = (Instant::now(), 10);
	for _ in 0..rounds {
		assert_eq!(run!(&room, &["nothing"]).ending, Ending::Exited(0));
	}
	println!("a container that does nothing: {:?}", start.elapsed() / rounds);
	assert!(start.elapsed() < Duration::from_secs(60));
}

#[tokio::test]
async fn several_run_at_once_and_none_sees_the_other() {
	let rooms: [Room; 4] = std::array::from_fn(|_| Room::new());
	let [one, two, three, four] = &rooms;
	let runs = tokio::join!(run(one, &["see"]), run(two, &["see"]), run(three, &["answer"]), run(four, &["exit", "1"]));
	let (Some(one), Some(two), Some(three), Some(four)) = runs else { return };
	assert!(text(&one.stdout).contains("processes 1\n") && text(&two.stdout).contains("processes 1\n"));
	assert_eq!((three.ending, four.ending), (Ending::Exited(0), Ending::Exited(1)));
}

/// Returns the containers that `runc` has in a tier's directory, and the directories of its runs.
fn there(state: &Path) -> (usize, usize) {
	let count = |part: &str| fs::read_dir(state.join(part)).map_or(0, Iterator::count);
	(count("runc"), count("runs"))
}

#[tokio::test]
async fn dropped_run_is_ended_and_removed() {
	let directory = tempfile::tempdir().unwrap();
	let Some(tier) = probe(directory.path()).await else { return };
	let room = Room::new();
	let (input, output, args) = (room.input(), room.output(), ["sleep".to_string(), "1000".to_string()]);
	let job = room.job(image(), &args, &input, &output);
	let stop = Stop::new();
	{
		let mut run = std::pin::pin!(tier.run(&job, &stop));
		let started = wait_until("it starts", || there(directory.path()) == (1, 1));
		tokio::select! { _ = &mut run => panic!("it ended"), () = started => {} }
	}
	wait_until("it ends", || there(directory.path()) == (0, 0)).await;
	assert!(matches!(ContainerTier::probe(directory.path()).await, Err(rlc_sandbox::Unavailable::Taken(_))));
	assert!(clean(directory.path()).await.is_err());
	drop(tier);
	// The run itself may hold the tier a moment longer.
	let start = Instant::now();
	while let Err(error) = clean(directory.path()).await {
		assert!(start.elapsed() < Duration::from_secs(100), "{error}");
		tokio::time::sleep(Duration::from_millis(20)).await;
	}
	assert!(!directory.path().join("images").exists());
}

const VICTIM: &str = "RLC_TEST_VICTIM";

/// Runs forever, with a network where there can be one, to be killed by the test below.
#[tokio::test]
#[ignore = "another test starts it"]
async fn victim() {
	let Some(state) = env::var_os(VICTIM) else { return };
	let tier = loop {
		match ContainerTier::probe(Path::new(&state)).await {
			// A program that another test starts right now still has what this one's test had open.
			Err(Unavailable::Taken(_)) => tokio::time::sleep(Duration::from_millis(20)).await,
			tier => break tier.unwrap(),
		}
	};
	let with_network = tier.clone().with_network(NetworkConfig::default()).await;
	let grants = Grants { network: with_network.is_ok(), gpus: 0 };
	let room = Room { grants, ..Room::new() };
	room.container(&with_network.unwrap_or(tier), image(), &["sleep", "1000"]).await.unwrap();
}

#[tokio::test]
async fn what_a_crash_left_is_removed() {
	let directory = tempfile::tempdir().unwrap();
	let state = directory.path().canonicalize().unwrap();
	let Some(tier) = probe(&state).await else { return };
	let has_network = with_network(&tier, NetworkConfig::default()).await.is_some();
	// The victim takes the directory over.
	drop(tier);
	let mut victim = Command::new(env::current_exe().unwrap())
		.args(["--exact", "victim", "--ignored"])
		.env(VICTIM, &state)
		.stdout(Stdio::null())
		.stderr(Stdio::null())
		.spawn()
		.unwrap();
	let victim_id = victim.id();
	let name = format!("rlc-{victim_id}-");
	// OUT, and what is mounted by the name of the run.
	let mounts = || fs::read_to_string("/proc/self/mounts").unwrap();
	let mounted = || mounts().contains(state.to_str().unwrap()) && mounts().contains(&name);
	let users = || {
		let links = fs::read_dir("/run/rlc-containers/ids").unwrap().map(|link| fs::read_link(link.unwrap().path()));
		links.filter(|run| run.as_ref().is_ok_and(|run| run.starts_with(&state))).count()
	};
	let cgroups = || {
		let groups = ["/sys/fs/cgroup/memory/rlc", "/sys/fs/cgroup/rlc"];
		let entries = groups.into_iter().filter_map(|group| fs::read_dir(group).ok()).flatten();
		entries.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with(&*name)).count()
	};
	let runs = || there(&state) == (1, 1) && mounted() && users() == 1 && cgroups() > 0;
	wait_until("it starts", || runs() && (networking(victim_id) > 0) == has_network).await;
	// At any moment: `runc` may be about to make the container, or long be done.
	tokio::time::sleep(Duration::from_millis(u64::from(victim_id % 8) * 10)).await;
	victim.kill().unwrap();
	victim.wait().unwrap();
	assert_eq!(there(&state), (1, 1));
	wait_until("its network ends with it", || networking(victim_id) == 0).await;
	// A `runc` that lost its caller may yet make what it had begun; a later cleaning removes that too.
	for _ in 0..50 {
		clean(&state).await.unwrap();
		if there(&state) == (0, 0) && !mounts().contains(&name) && cgroups() == 0 {
			break;
		}
		tokio::time::sleep(Duration::from_millis(100)).await;
	}
	assert_eq!(there(&state), (0, 0));
	assert!(!mounts().contains(state.to_str().unwrap()) && !mounts().contains(&name));
	assert_eq!((users(), cgroups()), (0, 0));
	assert!(probe(&state).await.is_some());
}
