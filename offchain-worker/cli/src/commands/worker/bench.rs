//! `rlc worker bench`: what this machine does.

use std::{
	io::Write,
	path::{Path, PathBuf},
	time::{Duration, Instant},
};

use clap::Args;
use rlc_protocol::{requester::SchedulerRpcClient, version::SPOKEN};
use rlc_sandbox::{Compiler, WasmTier};
use serde_json::json;

use crate::{
	answer::Answer,
	failure::{disk, failure, Result},
	pool,
	table::{fields, size, span},
};

/// How much is written to measure a disk, in bytes.
const SIZE: u64 = 64 << 20;
/// How often the way to a scheduler is measured.
const PINGS: u32 = 5;

/// Measure what this machine does: processor, disk, network
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc worker bench
  rlc worker bench --scheduler https://pool.example.org --json")]
pub(crate) struct Bench {
	/// Measure the disk that holds this directory
	#[arg(long, value_name = "DIR", default_value = ".")]
	pub dir: PathBuf,
	/// Measure the way to this scheduler
	#[arg(long, value_name = "URL")]
	pub scheduler: Option<String>,
}

/// Measures the processor, the disk, and the way to a scheduler.
pub(crate) async fn run(Bench { dir, scheduler }: Bench) -> Result<Answer> {
	let speed = tokio::task::spawn_blocking(|| WasmTier::new(Compiler::unlimited(), None).map(|tier| tier.speed()));
	let speed = speed.await.map_err(|error| failure!(Internal, "the benchmark did not end: {error}"))?;
	let speed = speed.map_err(|error| failure!(TierFailed, "the wasm tier does not run: {error}"))?;
	let cores = std::thread::available_parallelism().map_or(1, usize::from);
	let measured = dir.clone();
	let written = tokio::task::spawn_blocking(move || disk_speed(&measured));
	let written = written.await.map_err(|error| failure!(Internal, "the benchmark did not end: {error}"))?;
	let written = written.map_err(disk(&dir))?;
	let network = match scheduler {
		Some(url) => Some(round_trip(&url).await?),
		None => None,
	};
	let text = fields([
		("processor", format!("{} million wasm instructions a second on each of {cores} cores", speed / 1_000_000)),
		("disk", format!("writes {} a second, with sync", size(written))),
		("network", network.map(|ms| format!("{} to the scheduler and back", span(ms))).unwrap_or_default()),
	]);
	let json =
		json!({ "cores": cores, "instructionsPerSecond": speed, "diskBytesPerSecond": written, "roundTrip": network });
	Ok(Answer::new(text, json))
}

/// Returns how many bytes a second arrive on the disk.
fn disk_speed(dir: &Path) -> std::io::Result<u64> {
	let mut file = tempfile::tempfile_in(dir)?;
	let block = vec![0x5A; 1 << 20];
	let begin = Instant::now();
	for _ in 0..SIZE / block.len() as u64 {
		file.write_all(&block)?;
	}
	file.sync_all()?;
	Ok((SIZE as f64 / begin.elapsed().as_secs_f64().max(0.001)) as u64)
}

/// Returns the shortest round trip to a scheduler, in ms.
async fn round_trip(url: &str) -> Result<u64> {
	let scheduler = pool::connect(url).await?;
	let mut shortest = Duration::MAX;
	for _ in 0..PINGS {
		let begin = Instant::now();
		scheduler.info(Some(SPOKEN)).await.map_err(|error| pool::refused(&error))?;
		shortest = shortest.min(begin.elapsed());
	}
	Ok(u64::try_from(shortest.as_millis()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn disk_has_a_speed() {
		assert!(disk_speed(tempfile::tempdir().unwrap().path()).unwrap() > 0);
	}
}
