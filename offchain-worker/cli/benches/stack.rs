//! What the whole stack does in time: from a request to its verified result, tasks a second, workers at a time, lost
//! workers.
//!
//! ```text
//! make bench
//! make bench-crowd                                # 10,000 workers at a scheduler, beside the goals
//! cargo bench --bench stack -- latency            # only this
//! ```
//!
//! Real programs on this machine: one node, one scheduler, some workers, and `rlc` as people type it. All share the
//! machine's processors, which is part of what is measured. Each line is the median of five, with the lowest and the
//! highest; latencies have their percentiles.

#[path = "stack/crowd.rs"]
mod crowd;
#[path = "../tests/stack/mod.rs"]
mod stack;

use std::{
	fs,
	time::{Duration, Instant, SystemTime},
};

use rlc_protocol::{requester::SchedulerRpcClient, version::SPOKEN, worker::Step};
use rustix::process::{getrlimit, setrlimit, Resource, Rlimit};
use stack::{eventually, process::Process, worker, Seal, Stack, RUNTIME};

/// How often each is measured.
const RUNS: usize = 5;
/// How many workers, one after the other, run tasks of which each takes its time; and how many tasks each. With more of them,
/// a worker has a score for which fewer have to agree.
const ROUNDS: usize = 10;
const TASKS_EACH: usize = 10;
/// Tasks in a bag.
const TASKS: u64 = 5_000;
/// Workers at a time.
const CROWD: u32 = 1_000;
/// Workers at a time that do nothing, for which there are goals.
const CONNECTED: u32 = 10_000;
/// How long they do nothing.
const IDLE: Duration = Duration::from_secs(30);
/// The goals for their scheduler: its memory in MB, and its processor time in cores.
const MOST_MEMORY: f64 = 600.0;
const MOST_CORES: f64 = 0.5;

fn main() {
	// Cargo passes `--bench`; `cargo test --benches` passes something else, and wants no measurement.
	let arguments: Vec<_> = std::env::args().skip(1).collect();
	if !arguments.iter().any(|argument| argument == "--bench") {
		return;
	}
	let names: Vec<_> = arguments.iter().filter(|argument| !argument.starts_with("--")).collect();
	let named = |name: &str| names.iter().any(|argument| *argument == name);
	let wanted = |name: &str| names.is_empty() || named(name);
	println!("{:<56} {:>9} {:>9} {:>9}", format!("medians of {RUNS}"), "median", "lowest", "highest");
	RUNTIME.block_on(async {
		if wanted("latency") {
			println!("no-op task, from the request to its verified result, s");
			latency(Seal::Slots, 1, "  1 s blocks, trust 1 (goal: p50 of 1.60)").await;
			latency(Seal::Slots, 3, "  1 s blocks, trust 3, two workers").await;
			latency(Seal::Instant, 1, "  instant seal, trust 1").await;
			latency(Seal::Instant, 3, "  instant seal, trust 3, two workers").await;
		}
		if wanted("bags") {
			bags(Seal::Instant, "instant seal").await;
			bags(Seal::Slots, "1 s blocks").await;
		}
		if wanted("lost") {
			lost().await;
		}
		if wanted("crowd") {
			many_workers().await;
		}
		// Only if it is asked for: it takes what the machine has.
		if named("connected") {
			connected().await;
		}
	});
}

/// Prints what was measured, in one line.
fn line(what: &str, mut values: Vec<f64>) {
	values.sort_by(f64::total_cmp);
	let (median, lowest, highest) = (values[values.len() / 2], values[0], values[values.len() - 1]);
	let digits = if median >= 100.0 { 0 } else { 2 };
	println!("{what:<56} {median:>9.digits$} {lowest:>9.digits$} {highest:>9.digits$}");
}

/// Prints the median of what was measured, and what all but one in a hundred stay below.
fn percentiles(what: &str, mut values: Vec<f64>) {
	values.sort_by(f64::total_cmp);
	// By the nearest rank.
	let percentile = |percent: usize| values[(values.len() * percent).div_ceil(100) - 1];
	println!("{what:<46} p50 {:>6.2}   p99 {:>6.2}   of {}", percentile(50), percentile(99), values.len());
}

/// Prints what was measured beside the most that it is to be.
fn goal(what: &str, value: f64, most: f64) {
	let verdict = if value <= most { "reached" } else { "MISSED" };
	println!("{what:<56} {value:>9.2}   goal {most:>6.2}: {verdict}");
}

/// Measures tasks from `rlc app run` to their verified results, asked for at all times of a slot alike: one after the other,
/// each would be asked for right after a block, which is the worst time. Each worker has no score when it begins: two have to
/// agree above trust 1.
async fn latency(seal: Seal, trust: u32, what: &str) {
	let mut stack = Stack::start(seal).await;
	let trust_text = trust.to_string();
	let mut took = Vec::new();
	for _ in 0..ROUNDS {
		let workers = stack.new_workers(trust.min(2), "").await;
		// The first run of a worker compiles the app.
		for run in 0..=TASKS_EACH {
			let output = stack.room();
			if seal == Seal::Slots {
				part_of_slot(run, TASKS_EACH).await;
			}
			let begin = Instant::now();
			stack.run("noop.wasm", &["--trust", &trust_text], &output).await.expect("it has a result");
			assert_eq!(fs::read_to_string(output.join("r")).expect("the result is there"), "done\n");
			took.extend((run > 0).then(|| begin.elapsed().as_secs_f64()));
		}
		for number in workers {
			stack.worker(number).kill();
			// Else it seems to be there for a moment, and is given the next task.
			stack.left(number).await;
		}
	}
	percentiles(what, took);
	stack.dismiss_workers();
	stack.audit().await;
}

/// Waits until this part of a slot has gone by. Slots of a second begin with the seconds.
async fn part_of_slot(part: usize, parts: usize) {
	let now =
		SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("the clock is right").subsec_millis() as usize;
	let wanted = part % parts * 1_000 / parts;
	tokio::time::sleep(Duration::from_millis(((wanted + 1_000 - now) % 1_000) as u64)).await;
}

/// Measures deals of many tasks for two workers.
async fn bags(seal: Seal, blocks: &str) {
	let mut stack = Stack::start(seal).await;
	let workers = stack.new_workers(2, "").await;
	let scheduler = stack.connect().await;
	let (mut dispatched, mut settled, mut costs) = (Vec::new(), Vec::new(), [const { Vec::new() }; 3]);
	for run in 0..=RUNS {
		let before = costs_of(&stack, &workers);
		let bought = stack.buy("noop.wasm", TASKS, &[]).await;
		let begin = Instant::now();
		eventually("all tasks have workers", || async {
			let info = scheduler.info(Some(SPOKEN)).await.ok()?;
			(info.waiting == 0 && info.running > 0 || stack.open(bought).await == 0).then_some(())
		})
		.await;
		let all_dispatched = begin.elapsed();
		stack.until_open(bought, 0).await;
		let all_settled = begin.elapsed();
		if run == 0 {
			continue;
		}
		dispatched.push(TASKS as f64 / all_dispatched.as_secs_f64());
		settled.push(TASKS as f64 / all_settled.as_secs_f64());
		for ((cost, after), before) in costs.iter_mut().zip(costs_of(&stack, &workers)).zip(before) {
			cost.push((after - before).as_secs_f64() * 1_000.0 / TASKS as f64);
		}
	}
	println!("bags of {TASKS} no-op tasks, trust 1, {blocks}");
	line("  tasks dispatched a second", dispatched);
	line("  tasks settled a second", settled);
	let [node, scheduler, workers] = costs;
	line("  processor time a task: node, ms", node);
	line("  scheduler, ms", scheduler);
	line("  both workers, ms", workers);
	stack.dismiss_workers();
	stack.audit().await;
}

/// Returns the processor time of node, scheduler, and all workers.
fn costs_of(stack: &Stack, workers: &[u32]) -> [Duration; 3] {
	let time = |process: &Process| process.used().0;
	[time(&stack.node), time(&stack.scheduler), workers.iter().map(|number| time(&stack.workers[number])).sum()]
}

/// Measures how long it takes until another worker has begun when one is killed while it computes. A worker counts as
/// lost when three heartbeats of a second are missing.
async fn lost() {
	let mut stack = Stack::start(Seal::Instant).await;
	let mut took = Vec::new();
	for _ in 0..RUNS {
		let number = stack.new_workers(1, "--slots 1").await[0];
		// Long enough to be killed in.
		let picture = ["--args", "--width 640 --height 400 --strips 1 --samples 16"];
		let bought = stack.buy("render.wasm", 1, &picture).await;
		let mut watch = stack.follow(bought.task(0)).await;
		watch.step(&worker(number), Step::Computing).await;
		let second = stack.new_workers(1, "--slots 1").await[0];
		stack.worker(number).kill();
		let begin = Instant::now();
		watch.step(&worker(second), Step::Started).await;
		took.push(begin.elapsed().as_secs_f64());
		assert_eq!(stack.closed(bought).await, 1);
		stack.dismiss_workers();
	}
	line("worker killed: until another one has begun, s", took);
	stack.audit().await;
}

/// Measures what a scheduler needs for many workers that do nothing.
async fn many_workers() {
	let stack = Stack::start(Seal::Instant).await;
	let megabytes = |stack: &Stack| stack.scheduler.used().1 as f64 / f64::from(1 << 20);
	let alone = megabytes(&stack);
	let begin = Instant::now();
	let crowd = crowd::Crowd::join(&stack, CROWD).await;
	println!("{:<56} {:>9.2}", format!("{CROWD} workers join, s"), begin.elapsed().as_secs_f64());
	let (mut memory, mut time) = (Vec::new(), Vec::new());
	for _ in 0..RUNS {
		let before = stack.scheduler.used().0;
		tokio::time::sleep(Duration::from_secs(4)).await;
		memory.push(megabytes(&stack));
		time.push((stack.scheduler.used().0 - before).as_secs_f64() / 4.0 * 100.0);
	}
	crowd.leave().await;
	line("memory of a scheduler without workers, MiB", vec![alone]);
	line("with 1,000 workers and their heartbeats, MiB", memory);
	line("  processor time, percent of a core", time);
}

/// Measures what a scheduler needs for [`CONNECTED`] workers that do nothing, beside the goals.
async fn connected() {
	// One for each end of a connection, each in a process of its own.
	allow_files(u64::from(CONNECTED) * 2);
	let stack = Stack::start(Seal::Instant).await;
	let begin = Instant::now();
	let crowd = crowd::Crowd::join(&stack, CONNECTED).await;
	println!("{:<56} {:>9.2}", format!("{CONNECTED} workers join, s"), begin.elapsed().as_secs_f64());
	let scheduler = stack.connect().await;
	eventually("the scheduler knows all of them", || async {
		let info = scheduler.info(Some(SPOKEN)).await.ok()?;
		(info.workers >= CONNECTED).then_some(())
	})
	.await;
	let before = stack.scheduler.used().0;
	tokio::time::sleep(IDLE).await;
	let (after, memory) = stack.scheduler.used();
	let info = scheduler.info(Some(SPOKEN)).await.expect("it answers");
	assert!(info.workers >= CONNECTED, "only {} are left", info.workers);
	crowd.leave().await;
	goal(&format!("memory of a scheduler with {CONNECTED} workers, MB"), memory as f64 / 1e6, MOST_MEMORY);
	let cores = (after - before).as_secs_f64() / IDLE.as_secs_f64();
	goal(&format!("  processor time over {} s, cores", IDLE.as_secs()), cores, MOST_CORES);
}

/// Lets this process, and each that it starts, have so many files open.
fn allow_files(count: u64) {
	let limit = getrlimit(Resource::Nofile);
	if limit.current.is_none_or(|current| current >= count) {
		return;
	}
	let maximum = limit.maximum.map(|maximum| maximum.max(count));
	let raised = setrlimit(Resource::Nofile, Rlimit { current: Some(count), maximum });
	raised.unwrap_or_else(|error| panic!("this needs {count} open files: {error}; raise the limit, or be root"));
}
