//! The slot and timestamp of the next block, by this machine's clock.
//!
//! ```text
//! the machine's clock   ──────────────┐ goes back by an hour        ┌────── is right again
//!                                     └─────────────────────────────┘
//! a network                           · no block by this machine ·
//! a development chain   ───────────────────────────────────────────────────
//!                                     an hour ahead of the clock
//! ```
//! Validators of a network agree on the time, so one whose clock went back has to wait, or to have it set. A development chain
//! has one node, and nobody to agree with: it goes on from the time of its last block.

use std::sync::{
	atomic::{AtomicU64, Ordering},
	Arc,
};

use rlc_primitives::{Block, Hash};
use sp_consensus_babe::{Slot, SlotDuration};
use sp_inherents::CreateInherentDataProviders;
use sp_runtime::traits::Header as _;
use sp_timestamp::Timestamp;

use super::types::Client;

/// How many slots after the last block a chain goes on whose clock went back. The first of them may begin too soon after that
/// block's timestamp, which can be that of the end of its slot.
const AFTER: u64 = 2;

/// Keeps a chain of one node going when the clock goes back.
#[derive(Clone)]
pub struct Steady {
	client: Arc<Client>,
	/// By how many slots the chain's time is ahead of the machine's.
	ahead: Arc<AtomicU64>,
}

impl Steady {
	/// Returns what keeps this client's chain going.
	pub fn new(client: Arc<Client>) -> Self {
		Self { client, ahead: Arc::default() }
	}

	/// Returns by how many slots the block after this parent is ahead of the machine's clock.
	fn ahead(&self, parent: Hash, now: Slot) -> Result<u64, Box<dyn std::error::Error + Send + Sync>> {
		let parent = self.client.header(parent)?.ok_or("the parent of a new block is not in the database")?;
		if *parent.number() == 0 {
			return Ok(0);
		}
		let last = sc_consensus_babe::find_pre_digest::<Block>(&parent)?.slot();
		let before = self.ahead.load(Ordering::Relaxed);
		let ahead = ahead_of(*now, *last, before);
		self.ahead.store(ahead, Ordering::Relaxed);
		if ahead > before {
			tracing::warn!(
				"this machine's clock is {ahead} slots behind the chain's last block, and may have gone back; the chain goes on \
				 from its own time"
			);
		}
		Ok(ahead)
	}
}

/// Returns by how many slots chain time is to be ahead of the clock, if it was so many before.
fn ahead_of(now: u64, last: u64, before: u64) -> u64 {
	if now > last {
		return 0;
	}
	if now.saturating_add(before) < last {
		return last.saturating_sub(now).saturating_add(AFTER);
	}
	before
}

/// Provides the slot and timestamp of this moment: those of the machine's clock, unless a steady chain is ahead of it.
pub fn clock(
	slot_duration: SlotDuration,
	steady: Option<Steady>,
) -> impl CreateInherentDataProviders<
	Block,
	(),
	InherentDataProviders = (sp_consensus_babe::inherents::InherentDataProvider, sp_timestamp::InherentDataProvider),
> + Clone {
	move |parent, ()| {
		let steady = steady.clone();
		async move {
			let now = Timestamp::current();
			let ahead = match steady {
				Some(steady) => steady.ahead(parent, Slot::from_timestamp(now, slot_duration))?,
				None => 0,
			};
			let shift = ahead.saturating_mul(slot_duration.as_millis());
			let timestamp = Timestamp::new(now.as_millis().saturating_add(shift));
			let slot = sp_consensus_babe::inherents::InherentDataProvider::from_timestamp_and_slot_duration(
				timestamp,
				slot_duration,
			);
			Ok((slot, sp_timestamp::InherentDataProvider::new(timestamp)))
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn clock_that_is_right_is_followed() {
		assert_eq!(ahead_of(101, 100, 0), 0);
		assert_eq!(ahead_of(90_000, 100, 0), 0, "after a pause");
		assert_eq!(ahead_of(100, 100, 0), 0, "this slot has its block");
	}

	#[test]
	fn chain_goes_on_from_its_last_block_when_the_clock_goes_back() {
		let ahead = ahead_of(40, 100, 0);
		assert_eq!(40 + ahead, 102);
		// As time goes by, with blocks or without.
		assert_eq!(ahead_of(41, 102, ahead), ahead);
		assert_eq!(ahead_of(49, 102, ahead), ahead);
		// Once more.
		assert_eq!(30 + ahead_of(30, 110, ahead), 112);
	}

	#[test]
	fn clock_that_is_set_right_is_followed_again() {
		assert_eq!(ahead_of(111, 110, 62), 0);
		assert_eq!(ahead_of(110, 110, 62), 62);
	}
}
