//! Blocks, made by the native runtime.

use std::time::Duration;

use codec::Encode;
use frame_support::dispatch::{DispatchClass, GetDispatchInfo};
use rlc_runtime::{configs::system::Weights, Executive, System, UncheckedExtrinsic};
use sp_runtime::transaction_validity::{InvalidTransaction, TransactionValidityError};

use super::{duration, Scene};
use crate::{
	attacks::{chain::Chain, network::Network},
	chain,
};

/// The most extrinsics that are made for a block.
const MOST: usize = 4_000;

/// How many are made first, to see what one is booked at.
const FEW: usize = 2;

/// A block of one call.
pub struct Block {
	/// What the state holds when the first extrinsic is applied: each key, and its value.
	pub state: Vec<(Vec<u8>, Vec<u8>)>,
	/// The extrinsics, encoded.
	pub extrinsics: Vec<Vec<u8>>,
	/// What they were booked at before they were dispatched.
	pub(super) declared: Duration,
	/// What the block had booked for them in the end.
	pub(super) booked: Duration,
}

/// Fills a block with a call.
pub(super) fn full(scene: &Scene) -> Result<Block, String> {
	let room = Weights::get().get(DispatchClass::Normal).max_total.unwrap_or(Weights::get().max_block);
	let room = if scene.is_free { room / 2 } else { room };
	let few = play(scene, FEW)?;
	// What a block has room for depends on what is booked in the end, which is less.
	let each = few.booked.max(Duration::from_nanos(1)) / u32::try_from(few.extrinsics.len().max(1)).unwrap_or(1);
	let most = duration(room.ref_time()).as_nanos() / each.as_nanos().max(1);
	play(scene, usize::try_from(most).unwrap_or(MOST).clamp(1, MOST))
}

/// Makes a block of this many calls, or as many of them as it has room for.
fn play(scene: &Scene, count: usize) -> Result<Block, String> {
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
fn fill(scene: &Scene, extrinsics: Vec<UncheckedExtrinsic>) -> Result<Block, String> {
	let booked = || System::block_weight().get(DispatchClass::Normal).ref_time();
	let base = Weights::get().get(DispatchClass::Normal).base_extrinsic;
	chain::begin_block(0);
	let mut block = Block { state: state(), extrinsics: Vec::new(), declared: Duration::ZERO, booked: Duration::ZERO };
	let before = booked();
	for extrinsic in extrinsics {
		let encoded = extrinsic.encode();
		let declared = extrinsic.get_dispatch_info().total_weight().saturating_add(base);
		match Executive::apply_extrinsic(extrinsic) {
			Ok(Ok(())) => {}
			Err(TransactionValidityError::Invalid(InvalidTransaction::ExhaustsResources)) => break,
			refused => return Err(format!("{}: call {} is refused: {refused:?}", scene.call, block.extrinsics.len())),
		}
		block.extrinsics.push(encoded);
		block.declared += duration(declared.ref_time());
	}
	block.booked = duration(booked() - before);
	chain::end_block();
	Ok(block)
}

/// Returns each key of the state, and its value.
fn state() -> Vec<(Vec<u8>, Vec<u8>)> {
	let mut state = Vec::new();
	let mut key = Vec::new();
	while let Some(next) = sp_io::storage::next_key(&key) {
		let value = sp_io::storage::get(&next).unwrap_or_default();
		state.push((next.clone(), value.into()));
		key = next;
	}
	state
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::weights::ALL;

	#[test]
	fn every_scene_fills_a_block() {
		for scene in ALL {
			let block = play(scene, FEW).unwrap();
			// Of batches whose worst case fills half a block there is room for one.
			assert!((1..=FEW).contains(&block.extrinsics.len()), "{}", scene.call);
			// What each declares is cut to whole ns, what all book only once.
			let declared = block.declared + Duration::from_nanos(FEW as u64);
			assert!(declared >= block.booked && block.booked > Duration::ZERO, "{}", scene.call);
		}
	}
}
