//! A container is the machine that programs expect: names, directories to write, limits to read, users, terminals.
//!
//! They run where a container can be run, and where `RLC_REQUIRE` says so they must.

mod common;

use std::{
	fs,
	path::{Path, PathBuf},
};

use common::{
	containers::{image, packed_with, probe},
	program, text, Room,
};
use rlc_sandbox::{ContainerTier, Ending, Run};
use serde_json::{json, Value};
use tempfile::TempDir;

/// A tier of a test's own.
struct Machine {
	directory: TempDir,
	tier: ContainerTier,
}

impl Machine {
	async fn new() -> Option<Self> {
		let directory = tempfile::tempdir().unwrap();
		let tier = probe(&directory.path().join("state")).await?;
		Some(Self { directory, tier })
	}

	/// Returns an image of the app, with a few files, that wants to be run like this.
	fn image(&self, settings: &Value) -> PathBuf {
		let app = fs::read(program()).unwrap();
		let users = b"root:x:0:0:root:/root:/bin/sh\nalice:x:1000:100::/home/alice:/bin/sh\n";
		let files: [(&str, &[u8]); 8] = [
			("app", &app),
			("etc/passwd", users),
			("data/whole", b"whole"),
			("data/longer", b"long"),
			("data/named", b"named"),
			("data/gone", b"gone"),
			("data/deep/file", b"file"),
			("data/tree/file", b"file"),
		];
		let file = self.directory.path().join("image.tar");
		fs::write(&file, packed_with(&files, settings)).unwrap();
		file
	}

	async fn run(&self, room: &Room, image: &Path, args: &[&str]) -> Run {
		room.container(&self.tier, image, args).await.unwrap()
	}

	/// Runs the app of an image to a good end, and returns what it says.
	async fn said(&self, settings: &Value, args: &[&str]) -> String {
		let run = self.run(&Room::new(), &self.image(settings), args).await;
		assert_eq!(run.ending, Ending::Exited(0), "{}", text(&run.stderr));
		text(&run.stdout).to_owned()
	}
}

/// Returns settings with the app as entrypoint.
fn settings(more: &Value) -> Value {
	let mut settings = json!({ "Entrypoint": ["/app"] });
	settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
	settings
}

#[tokio::test]
async fn container_knows_localhost_and_its_own_name() {
	let Some(machine) = Machine::new().await else { return };
	let said = machine.said(&settings(&json!({})), &["read", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf"]).await;
	let lines: Vec<_> = said.lines().collect();
	assert!(lines[0].contains(r"127.0.0.1\tlocalhost task\n"), "{said}");
	assert_eq!(lines[1], r#"/etc/hostname Ok("task\n")"#);
	assert!(lines[2].contains("timeout:1"), "{said}");
}

#[tokio::test]
async fn temporary_and_shared_files_have_the_memory_that_was_bought() {
	let Some(machine) = Machine::new().await else { return };
	for path in ["/tmp/large", "/dev/shm/large", "/work/large"] {
		let fill = ["fill", path, "150000000"];
		assert_eq!(machine.run(&Room::new(), image(), &fill).await.ending, Ending::Exited(0), "{path}");
		let small = Room::with(|limits| limits.memory = 64 << 20);
		let run = machine.run(&small, image(), &fill).await;
		assert_eq!(run.ending, Ending::OutOfMemory, "{path}");
		assert!(run.used.memory <= 64 << 20, "{path}: {:?}", run.used);
	}
}

/// There is a file for each 16 KiB of memory: far more than the kernel counts for one, so it ends no such run by itself.
#[tokio::test]
async fn files_beside_out_are_as_many_as_there_is_memory_for() {
	let Some(machine) = Machine::new().await else { return };
	for (count, ending) in [("10000", Ending::Exited(0)), ("20000", Ending::OutOfMemory)] {
		let run = machine.run(&Room::new(), image(), &["files", "/tmp", count]).await;
		assert_eq!(run.ending, ending, "{count}: {}", text(&run.stderr));
		assert!(run.used.memory < 256 << 20, "{count}: {:?}", run.used);
	}
}

#[tokio::test]
async fn working_directory_home_and_volumes_can_be_written() {
	let Some(machine) = Machine::new().await else { return };
	let settings = settings(&json!({
		"User": "alice", "WorkingDir": "work", "Volumes": { "/var/lib/store": {} }, "Env": ["HOME=/srv/alice"],
	}));
	let create =
		["create", ".", "/srv/alice", "/var/lib/store", "/data/deep", "/tmp", "/", "/iexec_in", "/sys", "/proc"];
	let said = machine.said(&settings, &create).await;
	let able: Vec<_> = said.lines().filter_map(|line| line.strip_suffix(" true")).collect();
	assert_eq!(able, [".", "/srv/alice", "/var/lib/store", "/data/deep", "/tmp", "/"], "{said}");
}

#[tokio::test]
async fn program_can_begin_and_write_below_out() {
	let Some(machine) = Machine::new().await else { return };
	let (room, settings) = (Room::new(), settings(&json!({ "WorkingDir": "/iexec_out/a/b" })));
	let run = machine.run(&room, &machine.image(&settings), &["create", "."]).await;
	assert_eq!((run.ending, text(&run.stdout)), (Ending::Exited(0), ". true\n"));
	assert_eq!(fs::read_to_string(room.output().join("a/b/new")).unwrap(), "new");
}

#[tokio::test]
async fn what_a_run_changes_of_its_image_is_gone_with_it() {
	let Some(machine) = Machine::new().await else { return };
	let settings = settings(&json!({}));
	let changed = "write true\nappend true\nrename true\nremove true\ncreate true\nreplace true\n";
	for _ in 0..2 {
		assert_eq!(machine.said(&settings, &["change"]).await, changed, "the next run finds all as it was");
	}
	let read =
		["read", "/data/whole", "/data/longer", "/data/named", "/data/gone", "/data/deep/new", "/data/tree/file"];
	let said = machine.said(&settings, &read).await;
	let kept: Vec<_> = said.lines().map(|line| line.split_once(' ').unwrap().1).collect();
	assert_eq!(
		kept,
		[r#"Ok("whole")"#, r#"Ok("long")"#, r#"Ok("named")"#, r#"Ok("gone")"#, "Err(NotFound)", r#"Ok("file")"#]
	);
}

#[tokio::test]
async fn users_are_those_of_the_image_and_never_root() {
	let Some(machine) = Machine::new().await else { return };
	for (user, uid, gid, home) in [
		("alice", 1000, 100, "/home/alice"),
		("1000:7", 1000, 7, "/home/alice"),
		("4242", 4242, 65534, "/tmp"),
		("", 65534, 65534, "/root"),
		("root:root", 65534, 65534, "/root"),
	] {
		let said = machine.said(&settings(&json!({ "User": user, "WorkingDir": "/data" })), &["who"]).await;
		let expected = format!(
			"Umask: 0022\nUid: {uid}\nGid: {gid}\ndirectory /data\nHOME={home}\nHOSTNAME=task\nOMP_NUM_THREADS=1\n"
		);
		assert_eq!(said, expected, "{user}");
		let able = machine.said(&settings(&json!({ "User": user })), &["create", home]).await;
		assert_eq!(able, format!("{home} true\n"), "{user}");
	}
}

#[tokio::test]
async fn limits_and_processors_can_be_read_and_not_written() {
	let Some(machine) = Machine::new().await else { return };
	let limits = Room::with(|limits| (limits.memory, limits.cpus) = (512 << 20, 1.5));
	let files = ["memory.max", "cpu.max"].map(|file| format!("/sys/fs/cgroup/{file}"));
	let one = Path::new("/sys/fs/cgroup/memory/memory.limit_in_bytes");
	let of_kernel = one.exists().then(|| one.to_str().unwrap());
	let args: Vec<_> = ["read"].into_iter().chain(files.iter().map(String::as_str)).chain(of_kernel).collect();
	let run = machine.run(&limits, image(), &args).await;
	let said: Vec<_> = text(&run.stdout).lines().map(|line| line.split_once(' ').unwrap().1).collect();
	let memory = r#"Ok("536870912\n")"#;
	assert_eq!(said[..2], [memory, r#"Ok("150000 100000\n")"#]);
	assert!(said[2..].iter().all(|said| *said == memory), "the kernel says the same: {said:?}");
	let there = ["create", "/sys", "/sys/fs/cgroup", "/sys/fs/cgroup/memory", "/sys/devices/system/cpu"];
	assert!(!machine.said(&settings(&json!({})), &there).await.contains("true"));
	let processors = "/sys/devices/system/cpu/online";
	if let Ok(online) = fs::read_to_string(processors) {
		let said = machine.said(&settings(&json!({})), &["read", processors]).await;
		assert_eq!(said, format!("{processors} Ok({online:?})\n"));
	}
}

#[tokio::test]
async fn container_has_terminals_of_its_own_but_not_all() {
	let Some(machine) = Machine::new().await else { return };
	assert_eq!(machine.said(&settings(&json!({})), &["terminal"]).await, "64 true\n");
}

/// As Docker has it.
#[tokio::test]
async fn exit_code_says_how_the_app_failed() {
	let Some(machine) = Machine::new().await else { return };
	for (more, args, code, said) in [
		(json!({}), ["exit", "7"], 7, ""),
		(json!({}), ["crash", ""], 128 + 11, ""),
		(json!({ "User": "bob" }), ["exit", "0"], 125, "its user \"bob\" is not in its /etc/passwd"),
		(json!({ "Volumes": { "/app": {} } }), ["exit", "0"], 125, "its volume /app cannot be a directory"),
		(json!({ "WorkingDir": "/app" }), ["exit", "0"], 126, "its working directory /app cannot be one"),
		(json!({ "Entrypoint": ["/none"] }), ["exit", "0"], 127, "no such program"),
	] {
		let run = machine.run(&Room::new(), &machine.image(&settings(&more)), &args).await;
		assert_eq!(run.ending, Ending::Exited(code), "{more}: {}", text(&run.stderr));
		assert!(text(&run.stderr).contains(said), "{more}: {}", text(&run.stderr));
	}
}

/// The words of a program are a list, or what a shell is given; an empty word stands for none.
#[tokio::test]
async fn entry_points_have_both_forms() {
	let Some(machine) = Machine::new().await else { return };
	for (entrypoint, command, args, code) in [
		(json!(["/app", "exit"]), json!(["3"]), &[][..], 3),
		(json!(["/app", "exit"]), json!(["3"]), &["4"], 4),
		(json!([""]), json!(["/app", "exit", "5"]), &[], 5),
		(json!(null), json!(["/app", "exit", "5"]), &["/app", "exit", "6"], 6),
		(json!(["/app", "exit", "7"]), json!(null), &["ignored"], 7),
	] {
		let settings = json!({ "Entrypoint": entrypoint, "Cmd": command });
		let run = machine.run(&Room::new(), &machine.image(&settings), args).await;
		assert_eq!(run.ending, Ending::Exited(code), "{settings}: {}", text(&run.stderr));
	}
}
