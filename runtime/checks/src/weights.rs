//! Blocks full of one call each: what the calls are booked at, and what they take.
//!
//! Weights are what a block has room for, so a call that takes longer than it is booked at lets blocks come late. Here the
//! heaviest calls of the market and of PoCo fill blocks, as signed extrinsics with real signatures, up to what a block has
//! room for. The runtime is native and its state in memory, so what a database takes is added: each key that the block
//! changes is read and written once, at the prices that weights are made of. What is read and not changed is left out.
//!
//! ```text
//! booked ÷ (measured + changed keys · (read + write))      1 to 2; below 1, a call is booked too low
//! ```
//!
//! The times are the machine's, so `make weigh` runs this alone, on a quiet machine, and CI does not.

mod scenes;

use std::{
	collections::BTreeMap,
	fmt,
	time::{Duration, Instant},
};

use frame_support::{
	dispatch::{DispatchClass, GetDispatchInfo},
	weights::{constants::WEIGHT_REF_TIME_PER_MILLIS, RuntimeDbWeight},
};
use rlc_runtime::{configs::system::Weights, Executive, Runtime, System, UncheckedExtrinsic};
use sp_io::hashing::{twox_128, twox_64};
use sp_runtime::transaction_validity::{InvalidTransaction, TransactionValidityError};

use crate::{
	attacks::{chain::Chain, network::Network},
	chain,
};

/// The least that a call is booked at, in parts of what it takes: with less, blocks come late.
const LEAST_BOOKED: f64 = 1.0;

/// The most that a call is booked at, in parts of what it takes: with more, blocks stay half empty, and senders pay for it.
const MOST_BOOKED: f64 = 2.0;

/// The most extrinsics that are made for a block.
const MOST: usize = 4_000;

/// How many are made first, to see what one is booked at.
const FEW: usize = 2;

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

/// What a block of one call came to.
pub struct Measured {
	scene: &'static Scene,
	calls: usize,
	/// What the calls were booked at before they were dispatched.
	declared: Duration,
	/// What the block had booked for them in the end.
	booked: Duration,
	/// What they took.
	took: Duration,
	/// How many keys they changed.
	changed: u64,
}

impl Measured {
	/// Returns what a database takes for what was changed.
	fn database(&self) -> Duration {
		let RuntimeDbWeight { read, write } = <Runtime as frame_system::Config>::DbWeight::get();
		duration(self.changed * (read + write))
	}

	/// Returns what was booked, in parts of what it took.
	pub fn ratio(&self) -> f64 {
		self.booked.as_secs_f64() / (self.took + self.database()).as_secs_f64()
	}
}

/// Fills a block with each call of these names, or with each of all if there are none, and hands over what it came to.
///
/// # Errors
///
/// If there is no call of a name, if a call is refused, or if one is booked too low or too high, after all were measured.
pub fn run(only: &[String], mut show: impl FnMut(&Measured)) -> Result<String, String> {
	if let Some(unknown) = only.iter().find(|name| ALL.iter().all(|scene| scene.call != **name)) {
		let all: Vec<_> = ALL.iter().map(|scene| scene.call).collect();
		return Err(format!("there is no call `{unknown}` here; choose from {}", all.join(", ")));
	}
	let mut ratios = Vec::new();
	for scene in ALL.into_iter().filter(|scene| only.is_empty() || only.iter().any(|name| name == scene.call)) {
		let measured = measure(scene)?;
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

/// Fills a block with a call.
fn measure(scene: &'static Scene) -> Result<Measured, String> {
	let room = Weights::get().get(DispatchClass::Normal).max_total.unwrap_or(Weights::get().max_block);
	let room = if scene.is_free { room / 2 } else { room };
	let few = play(scene, FEW)?;
	// What a block has room for depends on what is booked in the end, which is less.
	let each = few.booked.max(Duration::from_nanos(1)) / u32::try_from(few.calls.max(1)).unwrap_or(1);
	let most = duration(room.ref_time()).as_nanos() / each.as_nanos().max(1);
	play(scene, usize::try_from(most).unwrap_or(MOST).clamp(1, MOST))
}

/// Makes a block of this many calls, or as many of them as it has room for.
fn play(scene: &'static Scene, count: usize) -> Result<Measured, String> {
	let (mut state, submitted) = Network::LIVE.start();
	let extrinsics = state.execute_with(|| {
		let mut chain = Chain::new(submitted);
		chain.stop_checking();
		(scene.make)(&mut chain, count)
	});
	// As on a node, where only a block's own changes are not in the database.
	state.commit_all().map_err(|error| format!("{}: {error}", scene.call))?;
	state.execute_with(|| fill(scene, extrinsics))
}

/// Makes a block of these extrinsics, up to the first for which there is no room.
fn fill(scene: &'static Scene, extrinsics: Vec<UncheckedExtrinsic>) -> Result<Measured, String> {
	let booked = || System::block_weight().get(DispatchClass::Normal).ref_time();
	let base = Weights::get().get(DispatchClass::Normal).base_extrinsic;
	let mut measured = Measured {
		scene,
		calls: 0,
		declared: Duration::ZERO,
		booked: Duration::ZERO,
		took: Duration::ZERO,
		changed: 0,
	};
	chain::begin_block(0);
	let state = hashed_state();
	let before = booked();
	for extrinsic in extrinsics {
		let declared = extrinsic.get_dispatch_info().total_weight().saturating_add(base);
		let begin = Instant::now();
		let result = Executive::apply_extrinsic(extrinsic);
		let took = begin.elapsed();
		match result {
			Ok(Ok(())) => {}
			Err(TransactionValidityError::Invalid(InvalidTransaction::ExhaustsResources)) => break,
			refused => return Err(format!("{}: call {} is refused: {refused:?}", scene.call, measured.calls)),
		}
		measured.calls += 1;
		measured.declared += duration(declared.ref_time());
		measured.took += took;
	}
	measured.booked = duration(booked() - before);
	measured.changed = changes(&state, &hashed_state());
	chain::end_block();
	Ok(measured)
}

/// Returns what each key holds, hashed: of all but what a block keeps of itself while it is made.
fn hashed_state() -> BTreeMap<Vec<u8>, [u8; 8]> {
	let system = twox_128(b"System");
	let accounts = [system, twox_128(b"Account")].concat();
	let mut state = BTreeMap::new();
	let mut key = Vec::new();
	while let Some(next) = sp_io::storage::next_key(&key) {
		if !next.starts_with(&system) || next.starts_with(&accounts) {
			let value = sp_io::storage::get(&next).unwrap_or_default();
			state.insert(next.clone(), twox_64(&value));
		}
		key = next;
	}
	state
}

/// Returns how many keys are new, gone, or hold something else.
fn changes(before: &BTreeMap<Vec<u8>, [u8; 8]>, after: &BTreeMap<Vec<u8>, [u8; 8]>) -> u64 {
	let changed = after.iter().filter(|(key, value)| before.get(*key) != Some(value)).count();
	let gone = before.keys().filter(|key| !after.contains_key(*key)).count();
	(changed + gone) as u64
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
		let times = [self.declared, self.booked, self.took, self.database()];
		let [declared, booked, took, database] = times.map(|time| time.as_secs_f64() * 1_000.0);
		write!(f, "{call:<32} {items:>5} {:>6} {declared:>12.1} {booked:>12.1} {took:>12.1}", self.calls)?;
		write!(f, " {database:>12.1} {:>6.2}", self.ratio())
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn every_scene_fills_a_block() {
		for scene in ALL {
			let measured = play(scene, FEW).unwrap();
			// Of batches whose worst case fills half a block there is room for one.
			assert!((1..=FEW).contains(&measured.calls), "{}", scene.call);
			// What each declares is cut to whole ns, what all book only once.
			let declared = measured.declared + Duration::from_nanos(FEW as u64);
			assert!(declared >= measured.booked && measured.booked > Duration::ZERO, "{}", scene.call);
		}
	}

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
		let refused = run(&["contribute_all".into()], |_| panic!("nothing is measured"));
		assert!(
			refused.is_err_and(|message| message.contains("`contribute_all`") && message.contains("contribute_batch"))
		);
	}
}
