//! How many task lifecycles a second a node computes, beside plain transfers in the same run.
//!
//! ```text
//! make bench
//! cargo bench --bench lifecycles -- batches     # only transfers, and ways with this in their names
//! ```
//!
//! A node of a development chain runs in this process, with its own database and the runtime as Wasm, and without
//! authoring. This program makes its blocks, as full as their weight and length allow, and imports them: extrinsics
//! with real signatures, made and signed beforehand. What is measured is what one validator computes for its own
//! blocks: executing them and writing their changes to the database. Verifying them afterwards, as every other node
//! does, is measured apart. A lifecycle is all that happens to a task from its delegation until its money has moved;
//! the deals are made before.

#[path = "lifecycles/chain.rs"]
mod chain;
#[path = "lifecycles/modes.rs"]
mod modes;
#[path = "lifecycles/parties.rs"]
mod parties;

use chain::Chain;
use modes::Mode;
use parties::Parties;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Runs that are measured, for each way.
const RUNS: usize = 5;
/// Tasks, or transfers, in a run.
const TASKS: u32 = 1_000;

fn main() -> Result<(), Failure> {
	// Cargo passes `--bench`; `cargo test --benches` passes something else, and wants no measurement.
	if !std::env::args().any(|argument| argument == "--bench") {
		return Ok(());
	}
	tokio::runtime::Runtime::new()?.block_on(measure())
}

/// What the runs of one way gave.
#[derive(Default)]
struct Rates {
	/// A second, those in blocks that were made.
	made: Vec<f64>,
	/// A second, those in blocks that were verified.
	verified: Vec<f64>,
	/// Those that were made for each transfer of the same turn.
	ratio: Vec<f64>,
	per_block: Vec<f64>,
}

async fn measure() -> Result<(), Failure> {
	let node = rlc_node::embedded::NodeBuilder::new("dev").start().await?;
	let mut chain = Chain::new(node.client().clone())?;
	let mut parties = Parties::new(&mut chain)?;

	let filter = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
	let modes = Mode::ALL.into_iter().filter(|mode| mode.is_base() || mode.describe().contains(&filter));
	let mut rates: Vec<_> = modes.map(|mode| (mode, Rates::default())).collect();
	// By turns: how fast the machine is changes in the course of minutes.
	for _ in 0..RUNS {
		let mut base = None;
		for (mode, rates) in &mut rates {
			let phases = mode.prepare(&mut parties, &mut chain, TASKS)?;
			let mut run = chain::Took::default();
			for phase in phases {
				run.add(chain.include(phase)?);
			}
			mode.check(&chain, &parties, TASKS)?;
			let made = f64::from(TASKS) / run.made.as_secs_f64();
			rates.made.push(made);
			rates.verified.push(f64::from(TASKS) / run.verified.as_secs_f64());
			rates.ratio.push(made / *base.get_or_insert(made));
			rates.per_block.push(f64::from(TASKS) / f64::from(run.blocks));
		}
	}
	println!("{RUNS} runs of {TASKS} each, medians; made = executed and written, verified = executed again");
	println!("{:<48} {:>9} {:>11} {:>9} {:>9}", "", "made/s", "verified/s", "ratio", "per block");
	for (mode, rates) in rates {
		let Rates { made, verified, ratio, per_block } = rates;
		let (made, verified, ratio, per_block) = (median(made), median(verified), median(ratio), median(per_block));
		println!("{:<48} {made:>9.0} {verified:>11.0} {ratio:>9.2} {per_block:>9.0}", mode.describe());
	}
	drop(chain);
	node.stop().await?;
	Ok(())
}

fn median(mut rates: Vec<f64>) -> f64 {
	rates.sort_by(f64::total_cmp);
	rates[rates.len() / 2]
}
