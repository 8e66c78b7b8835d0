//! How many runs of an app that does nothing a machine makes in a second, one after another.
//!
//! ```text
//! cargo bench -p rlc-sandbox
//! cargo bench -p rlc-sandbox -- /dev/shm    # where modules write in a worker
//! ```
//!
//! Each line is the median of several rounds, with the lowest and the highest.

use std::{
	fs,
	path::Path,
	time::{Duration, Instant},
};

use rlc_sandbox::{Compiler, Ending, Grants, Job, Limits, Stop, WasmTier};

/// Rounds that are measured, after one that is not.
const ROUNDS: usize = 9;
/// Runs in a round.
const RUNS: u32 = 1_000;

#[tokio::main]
async fn main() {
	// Cargo passes `--bench`; `cargo test --benches` does not, and wants no measurement.
	let arguments: Vec<_> = std::env::args().skip(1).collect();
	if !arguments.iter().any(|argument| argument == "--bench") {
		return;
	}
	let place = arguments.into_iter().find(|argument| !argument.starts_with("--"));
	let room = match place {
		Some(dir) => tempfile::tempdir_in(dir),
		None => tempfile::tempdir(),
	};
	let room = room.expect("there is room");
	let app = room.path().join("noop.wasm");
	fs::write(&app, wat::parse_str(include_str!("noop.wat")).expect("it is a module")).expect("there is room");
	fs::create_dir(room.path().join("in")).expect("there is room");
	let compiler = Compiler::program(env!("CARGO_BIN_EXE_compile-module"));
	let tier = WasmTier::new(compiler, None).expect("modules run here");
	println!("{:<48} {:>8} {:>8} {:>8}", "no-op runs a second, one after another", "median", "lowest", "highest");
	for (what, hash_memory) in [("  with a result", false), ("  with a result for a callback: memory is hashed", true)]
	{
		let mut rates = Vec::new();
		for round in 0..=ROUNDS {
			let time = measure(&tier, room.path(), &app, hash_memory).await;
			rates.extend((round > 0).then(|| f64::from(RUNS) / time.as_secs_f64()));
		}
		rates.sort_by(f64::total_cmp);
		println!("{what:<48} {:>8.0} {:>8.0} {:>8.0}", rates[ROUNDS / 2], rates[0], rates[ROUNDS - 1]);
	}
}

/// Returns how long a round of runs takes. Directories are made and removed outside of that time, as a worker does it.
async fn measure(tier: &WasmTier, room: &Path, app: &Path, hash_memory: bool) -> Duration {
	let (input, out, limits) = (room.join("in"), room.join("out"), Limits::default());
	let outputs: Vec<_> = (0..RUNS).map(|run| out.join(run.to_string())).collect();
	fs::create_dir(&out).expect("there is room");
	for output in &outputs {
		fs::create_dir(output).expect("there is room");
	}
	let begin = Instant::now();
	for output in &outputs {
		let (input, limits, grants, seed) = (input.as_path(), &limits, Grants::default(), [1; 32]);
		let job = Job { app, args: &[], env: &[], input, output, limits, grants, seed, hash_memory, tap: None };
		let run = tier.run(&job, &Stop::new()).await.expect("it runs");
		assert_eq!(run.ending, Ending::Exited(0));
	}
	let time = begin.elapsed();
	fs::remove_dir_all(&out).expect("it is there");
	time
}
