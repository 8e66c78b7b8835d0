//! What a container costs from its start to its end, beside what `runc` alone costs. The app does nothing, as `true`.
//!
//! ```text
//! cargo bench -p rlc-sandbox --bench containers    # as root
//! ```
//!
//! Both run the same program, from files that are there already, by turns. What the tier has beside `runc`: users, mounts and
//! a control group of the run's own, OUT, and a copy of the result.

#[path = "../tests/common/mod.rs"]
mod common;

use std::{
	env, fs,
	path::Path,
	process::{self, Command, Stdio},
	time::{Duration, Instant},
};

use common::{
	containers::{image, probe},
	program, Room,
};
use rlc_sandbox::{ContainerTier, Ending};
use serde_json::json;

/// Runs that are measured, after some that are not.
const RUNS: usize = 100;
const WARMING: usize = 5;

#[tokio::main]
async fn main() {
	// Cargo passes `--bench`; `cargo test --benches` does not, and wants no measurement.
	if !env::args().any(|argument| argument == "--bench") {
		return;
	}
	let room = tempfile::tempdir().expect("there is room");
	let Some(tier) = probe(&room.path().join("tier")).await else { return };
	let bundle = room.path().join("bundle");
	make_bundle(&bundle);
	let (mut of_tier, mut of_runc) = (Vec::new(), Vec::new());
	for run in 0..WARMING + RUNS {
		let times = (run_in_tier(&tier).await, run_by_runc(&bundle, run));
		if run >= WARMING {
			of_tier.push(times.0);
			of_runc.push(times.1);
		}
	}
	println!("{:<48} {:>8} {:>8} {:>8}", "a container that does nothing, in ms", "p50", "lowest", "highest");
	let tier = show("  in the tier", of_tier);
	let runc = show("  by runc alone, of a minimal bundle", of_runc);
	println!("{:<48} {:>8.2}", "  ratio of the p50", tier / runc);
}

/// Prints how long runs took. Returns the median, in ms.
fn show(what: &str, mut times: Vec<Duration>) -> f64 {
	times.sort();
	let [p50, lowest, highest] = [RUNS / 2, 0, RUNS - 1].map(|at| times[at].as_secs_f64() * 1_000.0);
	println!("{what:<48} {p50:>8.1} {lowest:>8.1} {highest:>8.1}");
	p50
}

/// Returns how long a run takes. Directories are made outside of that time, as a worker does it.
async fn run_in_tier(tier: &ContainerTier) -> Duration {
	let room = Room::new();
	let begin = Instant::now();
	let run = room.container(tier, image(), &["nothing"]).await.expect("it runs");
	let time = begin.elapsed();
	assert_eq!(run.ending, Ending::Exited(0));
	time
}

/// Makes a bundle of the same program, with what a program needs and nothing that limits it.
fn make_bundle(directory: &Path) {
	let root = directory.join("root");
	for point in ["dev", "proc"] {
		fs::create_dir_all(root.join(point)).expect("there is room");
	}
	fs::copy(program(), root.join("app")).expect("there is room");
	let namespaces = ["pid", "ipc", "uts", "mount", "network"].map(|kind| json!({ "type": kind }));
	let config = json!({
		"ociVersion": "1.0.2",
		"root": { "path": "root", "readonly": true },
		"process": {
			"terminal": false, "user": { "uid": 0, "gid": 0 }, "args": ["/app", "nothing"], "env": ["PATH=/"], "cwd": "/",
		},
		"mounts": [
			{ "destination": "/proc", "type": "proc", "source": "proc" },
			{ "destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["mode=755", "size=64k"] },
		],
		"linux": { "namespaces": namespaces },
	});
	fs::write(directory.join("config.json"), config.to_string()).expect("there is room");
}

/// Returns how long `runc` takes for a run of a bundle.
fn run_by_runc(bundle: &Path, run: usize) -> Duration {
	let mut runc = Command::new("runc");
	runc.arg("--root").arg(bundle.join("state")).arg("run").arg("--bundle").arg(bundle);
	runc.arg(format!("rlc-bench-{}-{run}", process::id())).stdin(Stdio::null()).stdout(Stdio::null());
	let begin = Instant::now();
	let status = runc.status().expect("there is runc");
	let time = begin.elapsed();
	assert!(status.success(), "runc: {status}");
	time
}
