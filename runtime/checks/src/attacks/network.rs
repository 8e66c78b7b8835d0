//! The networks that attacks are played on, and their validators' off-chain workers.

use std::{
	sync::{Arc, Mutex},
	thread,
	time::{Duration, SystemTime, UNIX_EPOCH},
};

use rlc_primitives::Moment;
use serde_json::json;
use sp_core::offchain::{testing::TestOffchainExt, OffchainWorkerExt, Timestamp, TransactionPool, TransactionPoolExt};

use crate::chain;

/// The longest time between two blocks, in ms: the chain does not take a longer one for time that passed.
pub const LONGEST_GAP: Moment = 60_000;

/// The network that an attack is played on: the local preset, whose accounts are rich, with other lengths.
#[derive(Clone, Copy)]
pub struct Network {
	/// The preset.
	pub preset: &'static str,
	/// Milliseconds of a slot.
	pub slot_ms: Moment,
	/// Slots of a session.
	pub session_slots: u64,
}

impl Network {
	/// Slots and sessions of a live network.
	pub const LIVE: Self = Self { preset: rlc_runtime::presets::LOCAL, slot_ms: 2_000, session_slots: 7_200 };

	/// The same with a block a minute, for what takes hours.
	pub const MINUTES: Self = Self { slot_ms: LONGEST_GAP, session_slots: 240, ..Self::LIVE };

	/// The same with sessions of ten slots, for elections.
	pub const SHORT_SESSIONS: Self = Self { session_slots: 10, ..Self::LIVE };

	/// Returns the chain at its first block, with what an off-chain worker needs, and what one submitted.
	pub fn start(&self) -> (sp_io::TestExternalities, Submitted) {
		let mut patch = rlc_runtime::presets::preset(self.preset).expect("the preset exists");
		let lengths = &mut patch["timing"]["lengths"];
		lengths["slotMs"] = json!(self.slot_ms);
		lengths["sessionSlots"] = json!(self.session_slots);
		lengths["speedup"] = json!(1);
		let mut state = chain::genesis(patch);
		let submitted = Submitted::default();
		let (offchain, shared) = TestOffchainExt::with_offchain_db(state.offchain_db());
		// The clock of the machine: the test's own one stands still.
		let clock = Arc::downgrade(&shared);
		thread::spawn(move || {
			while let Some(shared) = clock.upgrade() {
				let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
				shared.write().timestamp = Timestamp::from_unix_millis(now.try_into().unwrap_or(u64::MAX));
				drop(shared);
				thread::sleep(Duration::from_millis(1));
			}
		});
		state.register_extension(OffchainWorkerExt::new(offchain));
		state.register_extension(TransactionPoolExt::new(submitted.clone()));
		(state, submitted)
	}
}

/// What an off-chain worker submitted.
#[derive(Clone, Default)]
pub struct Submitted(Arc<Mutex<Vec<Vec<u8>>>>);

impl Submitted {
	/// Returns all of it, and forgets it.
	pub fn take(&self) -> Vec<Vec<u8>> {
		self.0.lock().map(|mut all| std::mem::take(&mut *all)).unwrap_or_default()
	}
}

impl TransactionPool for Submitted {
	fn submit_transaction(&mut self, extrinsic: Vec<u8>) -> Result<(), ()> {
		self.0.lock().map_err(drop)?.push(extrinsic);
		Ok(())
	}
}
