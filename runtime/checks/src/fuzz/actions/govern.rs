//! What governance does between blocks: it pauses calls and the chain, resumes them, and adds categories.

use frame_support::BoundedVec;
use pallet_marketplace::Call;
use rand::{rngs::StdRng, seq::SliceRandom, Rng};
use rlc_runtime::{Runtime, RuntimeCall, RuntimeOrigin, SafeMode};
use sp_runtime::traits::Dispatchable;

use crate::fuzz::world::World;

/// Calls that are paused now and then.
const PAUSED: [(&str, &str); 10] = [
	("Poco", "contribute"),
	("Poco", "reveal"),
	("Poco", "reveal_batch"),
	("Poco", "finalize"),
	("Poco", "reopen"),
	("Poco", "claim"),
	("Poco", "reveal_failure"),
	("Poco", "release"),
	("Marketplace", "match_orders"),
	("Marketplace", "match_published"),
];

impl World {
	/// Does what governance decides before the next block. Returns the calls, and whether each succeeded.
	pub fn govern(&mut self, random: &mut StdRng) -> Vec<(RuntimeCall, bool)> {
		let mut calls: Vec<RuntimeCall> = Vec::new();
		if self.is_stopped() {
			if random.gen_ratio(1, 4) {
				let paused = pallet_tx_pause::PausedCalls::<Runtime>::iter_keys();
				calls.extend(paused.map(|ident| pallet_tx_pause::Call::unpause { ident }.into()));
				if SafeMode::is_entered() {
					calls.push(pallet_safe_mode::Call::force_exit {}.into());
				}
			}
		} else {
			match random.gen_range(0..400) {
				0..=11 => {
					let (pallet, call) = PAUSED.choose(random).copied().unwrap_or_default();
					let name = |text: &str| BoundedVec::truncate_from(text.as_bytes().to_vec());
					calls.push(pallet_tx_pause::Call::pause { full_name: (name(pallet), name(call)) }.into());
				}
				12 | 13 => calls.push(pallet_safe_mode::Call::force_enter {}.into()),
				14 => {
					let name = BoundedVec::truncate_from(format!("random {}", self.next_salt()).into_bytes());
					calls.push(Call::add_category { name, reference_time: random.gen_range(100..100_000) }.into());
				}
				_ => {}
			}
		}
		let done = calls.into_iter().map(|call| {
			let done = call.clone().dispatch(RuntimeOrigin::root()).is_ok();
			(call, done)
		});
		done.collect()
	}

	/// Returns whether work on tasks is stopped, in part or as a whole.
	pub fn is_stopped(&self) -> bool {
		SafeMode::is_entered() || pallet_tx_pause::PausedCalls::<Runtime>::iter_keys().next().is_some()
	}
}
