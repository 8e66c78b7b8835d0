//! Random histories: random calls by random people, with jumps in time. After each block every invariant is checked, that
//! nobody gained or lost what it must not ([`oracles`]), and that proxies did only what they are for. Nothing may panic.
//! That blocks book no more weight than they may is what FRAME enforces by the same numbers; what calls take is measured
//! by [`weights`](crate::weights).
//!
//! Most calls are made so that they can succeed; some are by the wrong person, at the wrong time, or malformed. A history
//! in which some kind of call never succeeded has not tried it, and counts as failed.

mod actions;
pub mod oracles;
mod orders;
mod population;
mod proxied;
pub mod rules;
mod world;

use std::{
	collections::{BTreeMap, BTreeSet},
	fmt,
	panic::{catch_unwind, AssertUnwindSafe},
};

use frame_support::traits::GetCallMetadata;
use rand::{rngs::StdRng, Rng, SeedableRng};
use rlc_primitives::TaskId;
use rlc_runtime::{timing::DAY, RuntimeCall};

use crate::chain;
use actions::Act;
use oracles::Oracles;
use proxied::Proxied;
use world::World;

/// The most extrinsics in a block.
const MOST_IN_A_BLOCK: u32 = 40;

/// From so many extrinsics on, each kind of call is expected to have succeeded: some rarely do, and then the history goes
/// on for them, up to four times as long.
const ENOUGH: u64 = 10_000;

/// The pallets all of whose calls are tried, one of them by governance, and which an account that several share calls.
const TRIED: [&str; 3] = ["Registry", "Marketplace", "Poco"];

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

	/// Counts a call that was sent: whether it was valid, and whether it succeeded.
	fn count(&mut self, call: String, valid: bool, succeeded: bool) {
		let tally = self.calls.entry(call).or_default();
		tally.sent += 1;
		tally.valid += u64::from(valid);
		tally.succeeded += u64::from(succeeded);
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
	let mut oracles = state.execute_with(|| Oracles::new(world.people.iter().map(|person| person.account())));
	while summary.extrinsics < extrinsics
		|| (extrinsics >= ENOUGH && summary.extrinsics < extrinsics.saturating_mul(4) && summary.untried().is_some())
	{
		// What panics here is the runtime, or a check that did not hold; the history ends with it.
		let played = catch_unwind(AssertUnwindSafe(|| {
			state.execute_with(|| block(&mut world, &mut oracles, &mut random, &mut summary))
		}));
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
	if extrinsics >= ENOUGH {
		if let Some(call) = summary.untried() {
			return Err(format!("seed {seed}: {call} never succeeded"));
		}
	}
	Ok(summary)
}

/// Returns the calls that a long history has to try.
fn tried() -> impl Iterator<Item = String> {
	let calls =
		|pallet: &'static str| RuntimeCall::get_call_names(pallet).iter().map(move |call| format!("{pallet}.{call}"));
	TRIED.into_iter().flat_map(calls)
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
fn block(world: &mut World, oracles: &mut Oracles, random: &mut StdRng, summary: &mut Summary) -> Result<(), String> {
	summary.blocks += 1;
	for (call, succeeded) in world.govern(random) {
		summary.count(name(&call), true, succeeded);
	}
	let stopped = rules::is_work_stopped();
	let count = random.gen_range(1..=MOST_IN_A_BLOCK);
	let mut kinds = Vec::new();
	let mut sent = Vec::new();
	let mut given_up = BTreeSet::new();
	let empty_slots = world.empty_slots(random);
	world.look_ahead(empty_slots);
	for _ in 0..count {
		let act = world.act(random);
		kinds.push((names(&act), Proxied::of(&act)));
		note_given_up(&act.call, &mut given_up);
		sent.push(world.sign(act));
	}
	summary.extrinsics += sent.len() as u64;
	let results = chain::block_after(empty_slots, sent);
	// The first extrinsic sets the time; one that is not valid has no index.
	let mut index = 0;
	for ((names, proxied), result) in kinds.into_iter().zip(&results) {
		let accepted = chain::accepted(result);
		let (valid, succeeded) = (accepted.is_ok(), accepted == Ok(true));
		index += u32::from(valid);
		for name in names {
			summary.count(name, valid, succeeded);
		}
		if let Some(proxied) = proxied {
			let done = succeeded && proxied.result(index)?.is_ok();
			summary.count(proxied.name(), valid, done);
		}
	}
	if let Some((promise, text)) = oracles.look(stopped, &given_up).first() {
		return Err(format!("{promise:?}: {text}"));
	}
	world.look();
	summary.days = world.age() / DAY;
	Ok(())
}

/// Notes which tasks a call gives up, itself or by a call within it.
fn note_given_up(call: &RuntimeCall, tasks: &mut BTreeSet<TaskId>) {
	use pallet_utility::Call::{batch, batch_all, force_batch};
	match call {
		RuntimeCall::Poco(pallet_poco::Call::abandon { task }) => {
			tasks.insert(task.id());
		}
		RuntimeCall::Utility(batch { calls } | batch_all { calls } | force_batch { calls }) => {
			calls.iter().for_each(|call| note_given_up(call, tasks));
		}
		RuntimeCall::Proxy(pallet_proxy::Call::proxy { call, .. })
		| RuntimeCall::Multisig(pallet_multisig::Call::as_multi_threshold_1 { call, .. }) => note_given_up(call, tasks),
		_ => {}
	}
}

/// Returns what a call is counted as: itself, and, if an account makes it that several share, another one.
fn names(act: &Act) -> Vec<String> {
	let mut names = vec![name(&act.call)];
	if let RuntimeCall::Multisig(pallet_multisig::Call::as_multi_threshold_1 { call, .. }) = &act.call {
		let pallet = call.get_call_metadata().pallet_name;
		if TRIED.contains(&pallet) {
			names.push(format!("Multisig with {pallet}"));
		}
	}
	names
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
	fn defensive_failure_ends_a_history() {
		let _ = log::set_logger(&Alarm);
		log::set_max_level(log::LevelFilter::Error);
		let panic = catch_unwind(|| log::error!(target: "runtime::defensive", "a bug")).expect_err("it panics");
		assert!(panic.downcast_ref::<String>().is_some_and(|text| text.contains("a bug")));
		log::error!("anything else is as usual");
		assert!(tried().any(|call| call == "Poco.reveal_batch") && tried().any(|call| call == "Poco.deliver"));
	}

	#[test]
	fn one_seed_is_one_history() {
		let calls = || format!("{}", run(7, 300).expect("no violation"));
		assert_eq!(calls(), calls());
	}
}
