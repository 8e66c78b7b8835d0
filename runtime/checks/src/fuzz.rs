//! Random histories: random calls by random people, with jumps in time. After each block every invariant is checked, and
//! that the block weighed no more than a block may. Nothing may panic.
//!
//! Most calls are made so that they can succeed; some are by the wrong person, at the wrong time, or malformed. A history
//! in which some kind of call never succeeded has not tried it, and counts as failed.

mod actions;
mod orders;
mod world;

use std::{
	collections::BTreeMap,
	fmt,
	panic::{catch_unwind, AssertUnwindSafe},
};

use frame_support::{dispatch::DispatchClass, traits::GetCallMetadata};
use rand::{rngs::StdRng, Rng, SeedableRng};
use rlc_runtime::{configs::system::Weights, RuntimeCall, System};

use crate::chain;
use world::World;

/// The most extrinsics in a block.
const MOST_IN_A_BLOCK: u32 = 40;

/// From so many extrinsics on, each kind of call is expected to have succeeded: some rarely do, and then the history goes
/// on for them, up to four times as long.
const ENOUGH: u64 = 10_000;

/// The pallets all of whose calls are tried.
const TRIED: [&str; 3] = ["Registry", "Marketplace", "Poco"];

/// The calls of these that are not: the one is governance's, the other is for results that a receiver refused, and there
/// is no receiver yet.
const UNTRIED: [&str; 2] = ["Marketplace.add_category", "Poco.deliver"];

/// How a kind of call fared.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
	/// How often it was sent.
	pub sent: u64,
	/// How often it was valid, as an extrinsic.
	pub valid: u64,
	/// How often it succeeded.
	pub succeeded: u64,
}

/// What happened in a history.
#[derive(Clone, Debug, Default)]
pub struct Summary {
	/// Blocks made.
	pub blocks: u32,
	/// Extrinsics sent.
	pub extrinsics: u64,
	/// Days of chain time.
	pub days: u64,
	/// By pallet and call.
	pub calls: BTreeMap<String, Tally>,
}

impl Summary {
	/// Returns a kind of call that never succeeded, if there is one.
	fn untried(&self) -> Option<String> {
		let succeeded = |call: &String| self.calls.get(call).is_some_and(|tally| tally.succeeded > 0);
		tried().chain(self.calls.keys().cloned()).find(|call| !succeeded(call))
	}
}

impl fmt::Display for Summary {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		writeln!(f, "{:<40} {:>8} {:>8} {:>9}", "call", "sent", "valid", "succeeded")?;
		for (call, tally) in &self.calls {
			writeln!(f, "{call:<40} {:>8} {:>8} {:>9}", tally.sent, tally.valid, tally.succeeded)?;
		}
		let Self { blocks, extrinsics, days, .. } = self;
		write!(f, "{extrinsics} extrinsics in {blocks} blocks over {days} days: 0 violations, 0 panics")
	}
}

/// Plays a history until so many extrinsics were sent.
///
/// # Errors
///
/// The first violation, with the block in which it was found; or a kind of call that never succeeded.
pub fn run(seed: u64, extrinsics: u64) -> Result<Summary, String> {
	// Somebody else's logger stays; `cargo test` has none.
	if log::set_logger(&Alarm).is_ok() {
		log::set_max_level(log::LevelFilter::Error);
	}
	let mut random = StdRng::seed_from_u64(seed);
	let mut summary = Summary::default();
	let mut state = chain::chain(rlc_runtime::presets::DEVELOPMENT);
	let mut world = state.execute_with(World::new);
	while summary.extrinsics < extrinsics
		|| (extrinsics >= ENOUGH && summary.extrinsics < extrinsics.saturating_mul(4) && summary.untried().is_some())
	{
		// What panics here is the runtime, or a check that did not hold; the history ends with it.
		let played =
			catch_unwind(AssertUnwindSafe(|| state.execute_with(|| block(&mut world, &mut random, &mut summary))));
		let block = summary.blocks;
		match played {
			Ok(Ok(())) => {}
			Ok(Err(violation)) => return Err(format!("seed {seed}, block {block}: {violation}")),
			Err(panic) => {
				let text = panic.downcast_ref::<String>().cloned();
				let text = text.or(panic.downcast_ref::<&str>().map(|text| text.to_string())).unwrap_or_default();
				return Err(format!("seed {seed}, block {block}: {text}"));
			}
		}
	}
	match summary.untried() {
		Some(call) if extrinsics >= ENOUGH => Err(format!("seed {seed}: {call} never succeeded")),
		_ => Ok(summary),
	}
}

/// Returns the calls that a long history has to try.
fn tried() -> impl Iterator<Item = String> {
	let calls =
		|pallet: &'static str| RuntimeCall::get_call_names(pallet).iter().map(move |call| format!("{pallet}.{call}"));
	TRIED.into_iter().flat_map(calls).filter(|call| !UNTRIED.contains(&call.as_str()))
}

/// Panics where code meets what its author took for impossible, which it otherwise only logs.
struct Alarm;

impl log::Log for Alarm {
	fn enabled(&self, metadata: &log::Metadata) -> bool {
		metadata.target() == "runtime::defensive"
	}

	fn log(&self, record: &log::Record) {
		assert!(!self.enabled(record.metadata()), "{}: {}", record.module_path().unwrap_or_default(), record.args());
	}

	fn flush(&self) {}
}

/// Makes a block of random extrinsics.
fn block(world: &mut World, random: &mut StdRng, summary: &mut Summary) -> Result<(), String> {
	summary.blocks += 1;
	let count = random.gen_range(1..=MOST_IN_A_BLOCK);
	let mut calls = Vec::new();
	let mut sent = Vec::new();
	for _ in 0..count {
		let (by, call) = world.act(random);
		calls.push(name(&call));
		sent.push(world.sign(&by, call));
	}
	summary.extrinsics += sent.len() as u64;
	let empty_slots = world.empty_slots(random);
	let results = chain::block_after(empty_slots, sent);
	for (call, result) in calls.into_iter().zip(&results) {
		let tally = summary.calls.entry(call).or_default();
		tally.sent += 1;
		if let Ok(succeeded) = chain::accepted(result) {
			tally.valid += 1;
			tally.succeeded += u64::from(succeeded);
		}
	}
	world.look();
	summary.days = world.age() / (24 * 60 * 60 * 1_000);

	let used = System::block_weight();
	let limits = Weights::get();
	let normal = *used.get(DispatchClass::Normal);
	match limits.get(DispatchClass::Normal).max_total {
		// What is mandatory, such as the election of validators, may fill a block and more.
		Some(most) if normal.any_gt(most) => Err(format!("I11: extrinsics weigh {normal}, more than {most}")),
		_ => Ok(()),
	}
}

/// Returns the pallet and the name of a call.
fn name(call: &RuntimeCall) -> String {
	let metadata = call.get_call_metadata();
	format!("{}.{}", metadata.pallet_name, metadata.function_name)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_impossible_ends_a_history() {
		let _ = log::set_logger(&Alarm);
		log::set_max_level(log::LevelFilter::Error);
		let panic = catch_unwind(|| log::error!(target: "runtime::defensive", "a bug")).expect_err("it panics");
		assert!(panic.downcast_ref::<String>().is_some_and(|text| text.contains("a bug")));
		log::error!("anything else is as usual");
		assert!(tried().any(|call| call == "Poco.reveal_batch"));
	}

	#[test]
	fn one_seed_is_one_history() {
		let calls = || format!("{}", run(7, 300).expect("no violation"));
		assert_eq!(calls(), calls());
	}
}
