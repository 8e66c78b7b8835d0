//! Blocks full of one call each: what the calls are booked at, and what they take.
//!
//! Weights are what a block has room for, so a call that takes longer than it is booked at lets blocks come late. Here the
//! heaviest calls of the market and of PoCo fill blocks, as signed extrinsics with real signatures, up to what a block has
//! room for. The native runtime makes the extrinsics, and says what is booked for them. The caller executes the blocks with
//! the runtime that validators run, and says what they take: the time in memory, and how many keys each extrinsic reads and
//! writes, at the prices that weights are made of.
//!
//! ```text
//! booked ÷ (measured + keys read · read + keys written · write)      1 to 2; below 1, a call is booked too low
//! ```
//!
//! The times are the machine's, so `make weigh` runs this alone, on a quiet machine, and CI does not.

mod blocks;
mod scenes;

use std::{fmt, ops::AddAssign, time::Duration};

use frame_support::weights::{constants::WEIGHT_REF_TIME_PER_MILLIS, RuntimeDbWeight};
use rlc_runtime::{Runtime, UncheckedExtrinsic};

use crate::attacks::chain::Chain;
pub use blocks::Block;

/// The least that a call is booked at, in parts of what it takes: with less, blocks come late.
const LEAST_BOOKED: f64 = 1.0;

/// The most that a call is booked at, in parts of what it takes: with more, blocks stay half empty, and senders pay for it.
const MOST_BOOKED: f64 = 2.0;

/// A call that fills blocks.
pub struct Scene {
	/// What it is called.
	pub call: &'static str,
	/// How many items one extrinsic brings.
	pub items: usize,
	/// Whether it is free, so that half a block has room for it.
	pub is_free: bool,
	/// Sets everything up, and returns this many extrinsics.
	make: fn(&mut Chain, usize) -> Vec<UncheckedExtrinsic>,
}

/// Every scene.
pub const ALL: [&Scene; 12] = [
	&scenes::CONTRIBUTE,
	&scenes::CONTRIBUTE_BATCH,
	&scenes::REVEAL,
	&scenes::REVEAL_BATCH,
	&scenes::REVEAL_FAILURE,
	&scenes::DIRECT_BATCH,
	&scenes::REPORT_FAILURE,
	&scenes::DELEGATE,
	&scenes::ABANDON,
	&scenes::PRUNE,
	&scenes::MATCH_ORDERS,
	&scenes::PUBLISH_ORDER,
];

/// What extrinsics take.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
	/// The time in memory.
	pub took: Duration,
	/// How many keys they read, each extrinsic for itself.
	pub reads: u64,
	/// How many keys they write, each extrinsic for itself.
	pub writes: u64,
}

impl Cost {
	/// Returns what a database takes.
	fn database(&self) -> Duration {
		let RuntimeDbWeight { read, write } = <Runtime as frame_system::Config>::DbWeight::get();
		duration(self.reads * read + self.writes * write)
	}
}

impl AddAssign for Cost {
	fn add_assign(&mut self, other: Self) {
		self.took += other.took;
		self.reads += other.reads;
		self.writes += other.writes;
	}
}

/// What a block of one call came to.
pub struct Measured {
	scene: &'static Scene,
	block: Block,
	cost: Cost,
}

impl Measured {
	/// Returns what was booked, in parts of what it took.
	fn ratio(&self) -> f64 {
		self.block.booked.as_secs_f64() / (self.cost.took + self.cost.database()).as_secs_f64()
	}
}

/// Fills a block with each call of these names, or with each of all if there are none, has it executed, and hands over what
/// it came to.
///
/// # Errors
///
/// If there is no call of a name, if a call is refused, or if one is booked too low or too high, after all were measured.
pub fn run(
	only: &[String],
	mut execute: impl FnMut(&Block) -> Result<Cost, String>,
	mut show: impl FnMut(&Measured),
) -> Result<String, String> {
	if let Some(unknown) = only.iter().find(|name| ALL.iter().all(|scene| scene.call != **name)) {
		let all: Vec<_> = ALL.iter().map(|scene| scene.call).collect();
		return Err(format!("there is no call `{unknown}` here; choose from {}", all.join(", ")));
	}
	let mut ratios = Vec::new();
	for scene in ALL.into_iter().filter(|scene| only.is_empty() || only.iter().any(|name| name == scene.call)) {
		let block = blocks::full(scene)?;
		let cost = execute(&block).map_err(|error| format!("{}: {error}", scene.call))?;
		let measured = Measured { scene, block, cost };
		ratios.push((scene.call, measured.ratio()));
		show(&measured);
	}
	judge(&ratios)
}

/// Returns how the calls are booked, in parts of what they take.
///
/// # Errors
///
/// Those that are booked too low or too high.
fn judge(ratios: &[(&str, f64)]) -> Result<String, String> {
	let is_wrong = |ratio: &f64| !(LEAST_BOOKED..=MOST_BOOKED).contains(ratio);
	let wrong: Vec<_> = ratios.iter().filter(|(_, ratio)| is_wrong(ratio)).collect();
	if !wrong.is_empty() {
		let wrong: Vec<_> = wrong.iter().map(|(call, ratio)| format!("{call} at {ratio:.2}")).collect();
		let wrong = wrong.join(", ");
		return Err(format!(
			"not booked at {LEAST_BOOKED:.1} to {MOST_BOOKED:.1} times of what they take: {wrong}; on a quiet machine, \
			measure weights again with `make weights`"
		));
	}
	let (least, most) =
		ratios.iter().fold((f64::MAX, 0.0_f64), |(least, most), (_, one)| (least.min(*one), most.max(*one)));
	Ok(format!("{} calls: booked {least:.1} to {most:.1} times of what they take", ratios.len()))
}

/// Returns the time that a weight stands for, which is in picoseconds.
fn duration(ref_time: u64) -> Duration {
	Duration::from_nanos(ref_time / (WEIGHT_REF_TIME_PER_MILLIS / 1_000_000))
}

/// Returns the first line of the table.
pub fn head() -> String {
	let [call, items, calls] = ["call", "items", "calls"];
	let [declared, booked, took, database, ratio] = ["declared ms", "booked ms", "measured ms", "database ms", "ratio"];
	format!("{call:<32} {items:>5} {calls:>6} {declared:>12} {booked:>12} {took:>12} {database:>12} {ratio:>6}")
}

impl fmt::Display for Measured {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		let Scene { call, items, .. } = self.scene;
		let times = [self.block.declared, self.block.booked, self.cost.took, self.cost.database()];
		let [declared, booked, took, database] = times.map(|time| time.as_secs_f64() * 1_000.0);
		write!(f, "{call:<32} {items:>5} {:>6} {declared:>12.1} {booked:>12.1}", self.block.extrinsics.len())?;
		write!(f, " {took:>12.1} {database:>12.1} {:>6.2}", self.ratio())
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn call_that_is_booked_too_low_or_too_high_fails() {
		let booked = judge(&[("reveal", 1.0), ("prune", 2.0)]).unwrap();
		assert_eq!(booked, "2 calls: booked 1.0 to 2.0 times of what they take");
		for wrong in [0.99, 2.01, f64::NAN] {
			let message = judge(&[("reveal", 1.5), ("prune", wrong)]).unwrap_err();
			assert!(message.contains("prune at") && !message.contains("reveal"), "{message}");
		}
	}

	#[test]
	fn unknown_call_is_named() {
		let refused = run(&["contribute_all".into()], |_| panic!("nothing is executed"), |_| ());
		assert!(
			refused.is_err_and(|message| message.contains("`contribute_all`") && message.contains("contribute_batch"))
		);
	}
}
