//! Apps in the Wasm tier: good ones, and one bad one for each limit.

mod common;

use std::{
	fs,
	time::{Duration, Instant},
};

use common::{
	module, text,
	wasm::{run, run_text, tier},
	Room,
};
use rlc_sandbox::{check_module, read_result, Ending, Error, InvalidResult, Output, Stop};
use sha2::{Digest, Sha256};

#[tokio::test]
async fn app_reads_its_input_and_leaves_a_result() {
	let mut room = Room::new();
	room.env.push(("IEXEC_TASK_ID".into(), "0x07".into()));
	let run = run(&room, &["answer", "a b", "c"]).await;
	assert_eq!((&run.ending, text(&run.stdout), text(&run.stderr)), (&Ending::Exited(0), "done\n", "said\n"));
	assert!(run.used.fuel > 1000 && run.used.memory >= 1 << 16, "{:?}", run.used);
	let result = room.output().join("result.txt").canonicalize().unwrap();
	assert_eq!(fs::read_to_string(&result).unwrap(), r#"SIX BY NINE|["a b", "c"]|0x07"#);
	assert_eq!(read_result(&room.output()).unwrap(), Output::Files(result));
}

#[tokio::test]
async fn same_input_gives_the_same_bytes() {
	let observe = |order: &'static [&'static str], seed| async move {
		let mut room = Room::new();
		room.seed = [seed; 32];
		room.env = vec![("B".into(), "1".into()), ("A".into(), "2".into())];
		// Made in another order, at another time, elsewhere.
		for name in order {
			fs::create_dir_all(room.input().join("sub")).unwrap();
			fs::write(room.input().join(name), name).unwrap();
		}
		let run = run(&room, &["observe"]).await;
		assert_eq!(run.ending, Ending::Exited(0), "{}", text(&run.stderr));
		(fs::read(room.output().join("result.txt")).unwrap(), run.stdout, run.used.fuel)
	};
	let one = observe(&["sub/x", "b", "a", "sub/y", "c"], 1).await;
	let two = observe(&["c", "a", "b", "sub/y", "sub/x"], 1).await;
	assert_eq!(text(&one.0), text(&two.0));
	assert_eq!(one, two);
	assert!(text(&one.0).contains("1577836800"), "it is always 2020: {}", text(&one.0));
	let other = observe(&["sub/x", "b", "a", "sub/y", "c"], 2).await;
	assert_ne!(text(&one.0), text(&other.0), "another task has other randomness");
}

#[tokio::test]
async fn sleeping_and_waiting_take_no_time() {
	let start = Instant::now();
	assert_eq!(run(&Room::new(), &["sleep", "100000"]).await.ending, Ending::Exited(0));
	assert_eq!(run(&Room::new(), &["wait"]).await.ending, Ending::Exited(0));
	assert!(start.elapsed() < Duration::from_secs(100));
}

#[tokio::test]
async fn exit_codes_are_told_and_no_result_is_none() {
	let room = Room::new();
	assert_eq!(run(&room, &["exit", "1"]).await.ending, Ending::Exited(1));
	assert_eq!(run(&room, &["exit", "0"]).await.ending, Ending::Exited(0));
	assert!(matches!(read_result(&room.output()), Err(InvalidResult::NoFile)));
}

#[tokio::test]
async fn memory_that_a_module_left_is_hashed_if_it_ended_well() {
	let memory = |args: &'static [&'static str]| async { run(&Room::new(), args).await.memory };
	let (one, again) = (memory(&["observe"]).await, memory(&["observe"]).await);
	assert!(one.is_some());
	assert_eq!(one, again);
	assert_ne!(one, memory(&["exit", "0"]).await, "it did something else");
	assert_eq!(memory(&["exit", "1"]).await, None);
	assert_eq!(memory(&["panic"]).await, None);
}

/// Workers agree on the fuel of runs, which is as the engine counts it. If this fails with another engine, raise the
/// version of the workers' protocol: two workers of a pool that count differently never agree, and one loses its stake.
#[tokio::test]
async fn fuel_and_memory_of_a_run_are_the_same_with_each_version() {
	let text = r#"(module
		(memory (export "memory") 1)
		(func (export "_start") (local $n i32)
			(loop $again
				(i32.store (local.get $n) (i32.mul (local.get $n) (i32.const 7)))
				(br_if $again (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 4))) (i32.const 4000))))))"#;
	let room = Room::new();
	let app = room.directory.path().join("app.wasm");
	fs::write(&app, wat::parse_str(text).unwrap()).unwrap();
	let run = room.wasm(tier(), &app, &[]).await.unwrap();
	assert_eq!((run.ending, run.used.fuel), (Ending::Exited(0), 12_001));
	let mut memory = vec![0; 1 << 16];
	for n in (0..4_000u32).step_by(4) {
		memory[n as usize..][..4].copy_from_slice(&(n * 7).to_le_bytes());
	}
	assert_eq!(run.memory, Some(Sha256::digest(&memory).into()));
}

#[tokio::test]
async fn panic_is_a_trap_that_says_where() {
	let run = run(&Room::new(), &["panic"]).await;
	assert!(text(&run.stderr).contains("as told"));
	assert!(matches!(&run.ending, Ending::Trapped(cause) if cause.contains("unreachable")), "{:?}", run.ending);
}

#[tokio::test]
async fn failing_app_fails_at_the_same_instruction_with_the_same_words() {
	for args in [&["exit", "1"][..], &["panic"], &["memory", "2000000000"]] {
		let traces = [run(&Room::new(), args).await, run(&Room::new(), args).await].map(|run| {
			assert_ne!(run.ending, Ending::Exited(0));
			(run.used.fuel, run.hashes)
		});
		assert_eq!(traces[0], traces[1], "{args:?}");
	}
	let (exit, panic) = (run(&Room::new(), &["exit", "1"]).await, run(&Room::new(), &["panic"]).await);
	assert_eq!(exit.hashes[0], panic.hashes[0], "neither writes to standard output");
	assert_ne!(exit.hashes[1], panic.hashes[1], "a panic has words");
}

#[tokio::test]
async fn endless_app_is_ended_by_time() {
	let room = Room::with(|limits| limits.time = Duration::from_millis(300));
	let run = run(&room, &["loop"]).await;
	assert_eq!(run.ending, Ending::TimedOut);
	assert!(run.used.time >= Duration::from_millis(300));
}

#[tokio::test]
async fn endless_app_is_ended_by_fuel_at_the_same_instruction() {
	let room = Room::with(|limits| limits.fuel = Some(50_000_000));
	let (one, two) = (run(&room, &["loop"]).await, run(&room, &["loop"]).await);
	assert_eq!((one.ending, one.used.fuel), (Ending::OutOfFuel, 50_000_000));
	assert_eq!((two.ending, two.used.fuel), (Ending::OutOfFuel, 50_000_000));
}

#[tokio::test]
async fn endless_app_is_ended_by_its_owner() {
	let (room, stop) = (Room::new(), Stop::new());
	let (input, output, args) = (room.input(), room.output(), ["loop".to_string()]);
	let app = module();
	let job = room.job(&app, &args, &input, &output);
	let (run, ()) = tokio::join!(tier().run(&job, &stop), async {
		let start = Instant::now();
		while !output.join("started").exists() {
			assert!(start.elapsed() < Duration::from_secs(100), "it does not run");
			tokio::time::sleep(Duration::from_millis(10)).await;
		}
		stop.stop();
	});
	assert_eq!(run.unwrap().ending, Ending::Stopped);
	assert_eq!(tier().run(&job, &stop).await.unwrap().ending, Ending::Stopped);
}

#[tokio::test]
async fn dropped_run_ends() {
	let room = Room::with(|limits| limits.fuel = None);
	let (input, output, args) = (room.input(), room.output(), ["loop".to_string()]);
	let app = module();
	let job = room.job(&app, &args, &input, &output);
	// Compiled before, so that what is dropped is the run.
	run(&room, &["nothing"]).await;
	assert!(tokio::time::timeout(Duration::from_millis(300), tier().run(&job, &Stop::new())).await.is_err());
	let running = || {
		let tasks = fs::read_dir("/proc/self/task").unwrap();
		let stats = tasks.filter_map(|task| fs::read_to_string(task.unwrap().path().join("stat")).ok());
		stats.filter(|stat| stat.contains("(rlc-wasm) R")).count()
	};
	// Other tests' runs come and go, so it is waited for a moment without any.
	let start = Instant::now();
	while running() > 0 {
		assert!(start.elapsed() < Duration::from_secs(100), "it still runs");
		tokio::time::sleep(Duration::from_millis(10)).await;
	}
}

#[tokio::test]
async fn greedy_app_is_ended_by_memory() {
	let room = Room::with(|limits| limits.memory = 32 << 20);
	let run = run(&room, &["memory", "100000000"]).await;
	assert_eq!(run.ending, Ending::OutOfMemory);
	assert!(run.used.memory <= 32 << 20 && run.used.memory > 16 << 20);
	assert_eq!(self::run(&Room::new(), &["memory", "100000000"]).await.ending, Ending::Exited(0));
}

#[tokio::test]
async fn app_that_is_refused_memory_may_make_do_with_less() {
	let room = |same| Room::with(|limits| (limits.memory, limits.same_memory) = (100 << 20, same));
	let runs = [run(&room(true), &["make-do", "1073741824"]).await, run(&room(true), &["make-do", "1073741824"]).await];
	assert_eq!(runs[0].ending, Ending::Exited(0), "{}", text(&runs[0].stderr));
	assert_eq!(text(&runs[0].stdout), "67108864\n");
	assert_eq!((runs[0].memory, runs[0].used.fuel), (runs[1].memory, runs[1].used.fuel), "in the same way each time");
	let run = run(&room(false), &["make-do", "1073741824"]).await;
	assert_eq!(run.ending, Ending::OutOfMemory, "with more memory, it would have gone on in another way");
}

#[tokio::test]
async fn only_an_abort_is_blamed_on_memory_that_was_refused() {
	let refused = |then: &'static str| async move {
		let module = format!(
			r#"(module (memory (export "memory") 1)
				(func (export "_start") (drop (memory.grow (i32.const 60000))) {then}))"#
		);
		run_text(&Room::new(), &module).await.unwrap().ending
	};
	assert_eq!(refused("unreachable").await, Ending::OutOfMemory);
	assert_eq!(refused("").await, Ending::Exited(0));
	let divided = refused("(drop (i32.div_u (i32.const 1) (i32.const 0)))").await;
	assert!(matches!(&divided, Ending::Trapped(cause) if cause.contains("divide")), "{divided:?}");
}

#[tokio::test]
async fn memory_and_tables_are_capped_from_the_start() {
	let room = Room::with(|limits| limits.memory = 1 << 20);
	for greedy in [
		r#"(module (memory (export "memory") 17) (func (export "_start")))"#,
		r#"(module (memory (export "memory") 1) (table 1000000 funcref) (func (export "_start")))"#,
		r#"(module (memory (export "memory") 1) (table 1 funcref)
			(func (export "_start")
				(if (i32.eq (table.grow (ref.null func) (i32.const 1000000)) (i32.const -1)) (then unreachable))))"#,
	] {
		assert_eq!(run_text(&room, greedy).await.unwrap().ending, Ending::OutOfMemory, "{greedy}");
	}
}

#[tokio::test]
async fn endless_recursion_ends_a_run() {
	let run = run(&Room::new(), &["recursion"]).await;
	// The guest's own stack, in its memory, or the machine's: whichever is full first.
	assert!(matches!(&run.ending, Ending::Trapped(_) | Ending::OutOfStack), "{:?}", run.ending);
	let module = r#"(module (memory (export "memory") 1)
		(func $deeper (result i32) (i32.add (i32.const 1) (call $deeper)))
		(func (export "_start") (drop (call $deeper))))"#;
	assert_eq!(run_text(&Room::new(), module).await.unwrap().ending, Ending::OutOfStack, "the machine's");
}

#[tokio::test]
async fn of_a_long_log_the_end_is_kept() {
	let room = Room::with(|limits| limits.log = 1000);
	let run = run(&room, &["log", "50000000"]).await;
	assert_eq!((run.ending, run.stdout.len()), (Ending::Exited(0), 1000));
	assert!(text(&run.stdout).ends_with("xxend of output"));
	assert_eq!(text(&run.stderr), "end of error");
}

#[tokio::test]
async fn there_are_no_threads() {
	assert_eq!(text(&run(&Room::new(), &["thread"]).await.stdout), "false\n");
	let threaded = r#"(module (memory (export "memory") 1 2 shared) (func (export "_start")))"#;
	assert!(matches!(run_text(&Room::new(), threaded).await, Err(Error::App(_))));
}

#[tokio::test]
async fn other_files_are_refused_with_the_cause() {
	let memory = r#"(memory (export "memory") 1)"#;
	for (module, cause) in [
		(format!("(module {memory})"), "no function _start"),
		(r#"(module (func (export "_start")))"#.into(), "memory"),
		(
			format!(r#"(module (import "env" "fetch" (func)) {memory} (func (export "_start")))"#),
			"needs the function fetch of env",
		),
		(
			format!(r#"(module (import "wasi_unstable" "fd_read" (func)) {memory} (func (export "_start")))"#),
			"wasm32-wasip1",
		),
		(format!(r#"(module {memory} (func (export "_start") (param i32)))"#), "takes or returns something"),
		(
			format!(r#"(module (import "wasi_snapshot_preview1" "fd_read" (func)) {memory} (func (export "_start")))"#),
			"wrongly",
		),
		("(component)".into(), "component"),
	] {
		match run_text(&Room::new(), &module).await {
			Err(Error::App(said)) => assert!(said.contains(cause), "{said}"),
			other => panic!("{module}: {other:?}"),
		}
	}
	let room = Room::new();
	let app = room.input().join("question.txt");
	assert!(matches!(room.wasm(tier(), &app, &[]).await, Err(Error::App(_))));
	assert!(matches!(room.wasm(tier(), &room.input().join("none"), &[]).await, Err(Error::Host(_))));
}

/// Without a compiler, as when an app is deployed.
#[test]
fn module_that_cannot_run_anywhere_is_known_before_it_is_sold() {
	let check = |text: &str| check_module(&wat::parse_str(text).unwrap());
	let program = r#"(memory (export "memory") 1) (func (export "_start"))"#;
	assert_eq!(check(&format!("(module {program})")), Ok(()));
	let grown = r#"(import "env" "emscripten_notify_memory_growth" (func (param i32)))"#;
	assert_eq!(check(&format!("(module {grown} {program})")), Ok(()));
	for (module, cause) in [
		(format!(r#"(module (import "wasix_32v1" "thread_exit" (func)) {program})"#), "thread_exit of wasix_32v1"),
		("(module)".into(), "no function _start"),
		(r#"(module (memory (export "memory") 1 2 shared) (func (export "_start")))"#.into(), "threads"),
		("(component)".into(), "component"),
	] {
		let said = check(&module).unwrap_err();
		assert!(said.contains(cause), "{said}");
	}
	assert!(check_module(b"\0asm\x01\0\0\0\xff").is_err());
}

#[tokio::test]
async fn module_of_emscripten_may_tell_that_it_grew() {
	let module = r#"(module
		(import "env" "emscripten_notify_memory_growth" (func $grown (param i32)))
		(memory (export "memory") 1)
		(func (export "_start") (drop (memory.grow (i32.const 1))) (call $grown (i32.const 0))))"#;
	assert_eq!(run_text(&Room::new(), module).await.unwrap().ending, Ending::Exited(0));
}

#[tokio::test]
async fn wrong_pointers_are_told_and_harm_nothing() {
	// Each call with addresses beyond the memory; the sum of what they answer must be that of as many EFAULTs.
	let module = r#"(module
		(import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
		(import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
		(import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
		(import "wasi_snapshot_preview1" "fd_readdir" (func $list (param i32 i32 i32 i64 i32) (result i32)))
		(import "wasi_snapshot_preview1" "path_open"
			(func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
		(import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
		(import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
		(memory (export "memory") 1)
		(func (export "_start")
			(local $sum i32)
			(local.set $sum (call $random (i32.const 65535) (i32.const -1)))
			(local.set $sum (i32.add (local.get $sum) (call $args (i32.const -1) (i32.const -1))))
			(local.set $sum (i32.add (local.get $sum)
				(call $write (i32.const 1) (i32.const 65530) (i32.const 1) (i32.const 0))))
			(local.set $sum (i32.add (local.get $sum)
				(call $list (i32.const 3) (i32.const 65000) (i32.const 65000) (i64.const 0) (i32.const 0))))
			(local.set $sum (i32.add (local.get $sum)
				(call $open (i32.const 3) (i32.const 0) (i32.const -5) (i32.const 10) (i32.const 0)
					(i64.const 0) (i64.const 0) (i32.const 0) (i32.const 0))))
			(local.set $sum (i32.add (local.get $sum)
				(call $poll (i32.const -40) (i32.const 0) (i32.const 1) (i32.const 0))))
			(call $exit (local.get $sum))))"#;
	assert_eq!(run_text(&Room::new(), module).await.unwrap().ending, Ending::Exited(6 * 21));
}

#[tokio::test]
async fn module_is_found_again_though_its_file_moved() {
	let module = r#"(module (memory (export "memory") 1) (func (export "_start")))"#;
	for _ in 0..2 {
		assert_eq!(run_text(&Room::new(), module).await.unwrap().ending, Ending::Exited(0));
	}
}

/// The bound is loose, for slow machines and unoptimized builds; the number is printed.
#[tokio::test]
async fn task_that_does_nothing_costs_little() {
	let room = Room::new();
	let module = r#"(module (memory (export "memory") 1) (func (export "_start")))"#;
	run_text(&room, module).await.unwrap();
	let (app, rounds) = (room.directory.path().join("app.wasm"), 200);
	let start = Instant::now();
	for _ in 0..rounds {
		assert_eq!(room.wasm(tier(), &app, &[]).await.unwrap().ending, Ending::Exited(0));
	}
	let each = start.elapsed() / rounds;
	println!("a task that does nothing: {each:?}");
	assert!(each < Duration::from_millis(50), "{each:?}");
}

#[test]
fn speed_is_measured_once() {
	let speed = tier().speed();
	println!("{speed} instructions in a second");
	assert!(speed > 1_000_000, "{speed}");
	assert_eq!(tier().speed(), speed);
}
