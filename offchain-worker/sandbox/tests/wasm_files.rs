//! Files of apps in the Wasm tier: where they are, and how many there may be.

mod common;

use std::{fs, os::unix::fs::symlink};

use common::{
	text,
	wasm::{run, run_text},
	Room,
};
use rlc_sandbox::Ending;

#[tokio::test]
async fn files_behave_as_files_do() {
	let room = Room::new();
	let run = run(&room, &["files-work"]).await;
	assert_eq!((run.ending, text(&run.stdout)), (Ending::Exited(0), "fine\n"), "{}", text(&run.stderr));
	assert_eq!(room.left(), ["other"]);
}

#[tokio::test]
async fn temporary_files_count_and_are_gone_after_the_run() {
	let room = Room::new();
	let run = self::run(&room, &["scratch", "600000"]).await;
	assert_eq!(run.ending, Ending::Exited(0), "each file gives its space back: {}", text(&run.stderr));
	assert_eq!(text(&run.stdout), "/tmp [\"iexec_in\", \"iexec_out\", \"relative\", \"tmp\"]\n");
	assert_eq!(room.left(), ["part"]);
	let run = self::run(&Room::new(), &["scratch", "1100000"]).await;
	assert_eq!(run.ending, Ending::OutOfDisk, "they count as files in OUT do");
}

#[tokio::test]
async fn app_can_say_where_temporary_files_are() {
	let mut room = Room::new();
	room.env.push(("TMPDIR".into(), "/iexec_out".into()));
	let run = run(&room, &["scratch", "10"]).await;
	assert!(text(&run.stdout).starts_with("/iexec_out "), "{}", text(&run.stdout));
	assert_eq!(room.left(), ["6.tmp", "part"]);
}

/// The rights that the library of Go asks for, to read and to write.
#[tokio::test]
async fn files_open_with_the_rights_that_go_asks_for() {
	let opened = |file: &'static str, rights: u64| async move {
		let module = format!(
			r#"(module
				(import "wasi_snapshot_preview1" "path_open"
					(func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
				(import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
				(memory (export "memory") 1)
				(data (i32.const 0) "{file}")
				(func (export "_start")
					(call $exit (call $open (i32.const 5) (i32.const 1) (i32.const 0) (i32.const {length}) (i32.const 0)
						(i64.const {rights}) (i64.const {rights}) (i32.const 0) (i32.const 100)))))"#,
			length = file.len(),
		);
		run_text(&Room::new(), &module).await.unwrap().ending
	};
	let (reading, writing) = (0x0ff7_febe, 0x0fff_ffff);
	assert_eq!(opened("iexec_in/question.txt", reading).await, Ending::Exited(0));
	assert_eq!(opened("iexec_in/question.txt", writing).await, Ending::Exited(69), "IN is read-only");
	assert_eq!(opened("iexec_in", reading).await, Ending::Exited(0));
	assert_eq!(opened("iexec_out", reading).await, Ending::Exited(0));
}

#[tokio::test]
async fn reading_at_the_last_position_of_a_file_reads_nothing() {
	let module = r#"(module
		(import "wasi_snapshot_preview1" "path_open"
			(func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
		(import "wasi_snapshot_preview1" "fd_seek" (func $seek (param i32 i64 i32 i32) (result i32)))
		(import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
		(import "wasi_snapshot_preview1" "fd_pread" (func $pread (param i32 i32 i32 i64 i32) (result i32)))
		(import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
		(memory (export "memory") 1)
		(data (i32.const 0) "iexec_in/question.txt")
		;; One buffer of 16 bytes, and how many were read, before.
		(data (i32.const 104) "\c8\00\00\00\10\00\00\00\07\00\00\00\07\00\00\00")
		(func $check (param $errno i32)
			(if (local.get $errno) (then (call $exit (local.get $errno)))))
		(func (export "_start")
			(call $check (call $open (i32.const 5) (i32.const 1) (i32.const 0) (i32.const 21) (i32.const 0)
				(i64.const 0x0ff7febe) (i64.const 0x0ff7febe) (i32.const 0) (i32.const 100)))
			(call $check (call $pread (i32.load (i32.const 100)) (i32.const 104) (i32.const 1)
				(i64.const 0x7ffffffffffffffc) (i32.const 112)))
			(call $check (call $seek (i32.load (i32.const 100)) (i64.const 0x7fffffffffffffff) (i32.const 0)
				(i32.const 128)))
			(call $check (call $read (i32.load (i32.const 100)) (i32.const 104) (i32.const 1) (i32.const 116)))
			(call $check (i32.or (i32.load (i32.const 112)) (i32.load (i32.const 116))))))"#;
	assert_eq!(run_text(&Room::new(), module).await.unwrap().ending, Ending::Exited(0));
}

#[tokio::test]
async fn what_is_in_out_counts_as_memory() {
	let room = || Room::with(|limits| (limits.memory, limits.output) = (64 << 20, 1 << 30));
	let written = run(&room(), &["write", "20000000"]).await;
	assert_eq!(written.ending, Ending::Exited(0));
	assert!(written.used.memory > 20_000_000, "{:?}", written.used);
	let run = run(&room(), &["write", "200000000"]).await;
	assert_eq!(run.ending, Ending::OutOfMemory);
	assert!(run.used.memory <= 64 << 20, "{:?}", run.used);
}

#[tokio::test]
async fn too_many_bytes_end_a_run() {
	let room = Room::new();
	assert_eq!(run(&room, &["write", "1048576"]).await.ending, Ending::Exited(0));
	for (what, bytes) in
		[("write", "1048577"), ("write", "100000000000"), ("sparse", "1048577"), ("sparse", "1000000000000")]
	{
		let room = Room::new();
		assert_eq!(run(&room, &[what, bytes]).await.ending, Ending::OutOfDisk, "{what} {bytes}");
		let left: u64 = room.left().iter().map(|name| fs::metadata(room.output().join(name)).unwrap().len()).sum();
		assert!(left <= 1 << 20, "{left}");
	}
}

#[tokio::test]
async fn too_many_files_end_a_run() {
	let room = Room::with(|limits| limits.files = 100);
	assert_eq!(run(&room, &["files", "/iexec_out", "100"]).await.ending, Ending::Exited(0));
	let room = Room::with(|limits| limits.files = 100);
	assert_eq!(run(&room, &["files", "/iexec_out", "101"]).await.ending, Ending::OutOfDisk);
	assert_eq!(room.left().len(), 100);
}

#[tokio::test]
async fn directories_and_descriptors_are_bounded() {
	let (deep, open) = (run(&Room::new(), &["deep"]).await, run(&Room::new(), &["open"]).await);
	assert_eq!((deep.ending, text(&deep.stdout)), (Ending::Exited(0), "32\n"));
	assert_eq!((open.ending, text(&open.stdout)), (Ending::Exited(0), "1018\n"), "with what is open at first");
}

#[tokio::test]
async fn nothing_but_in_and_out_is_reached() {
	let room = Room::new();
	let secret = room.directory.path().join("secret");
	fs::create_dir(&secret).unwrap();
	fs::write(secret.join("key"), "secret").unwrap();
	symlink(secret.join("key"), room.input().join("link")).unwrap();
	symlink(&secret, room.input().join("links")).unwrap();
	let run = run(&room, &["escape"]).await;
	assert_eq!(run.ending, Ending::Exited(0), "{}", text(&run.stderr));
	assert!(text(&run.stdout).lines().count() > 15);
	for line in text(&run.stdout).lines() {
		assert!(line.ends_with(": false"), "{line}");
	}
	assert_eq!(room.left(), [""; 0]);
	assert_eq!(fs::read_to_string(room.input().join("question.txt")).unwrap(), "six by nine");
}
