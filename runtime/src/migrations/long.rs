//! A migration of the runtime that a test network upgrades to. It takes long enough for a node to be killed and to come
//! back in the middle of it.

use frame_support::{
	migrations::{SteppedMigration, SteppedMigrationError},
	weights::WeightMeter,
};

/// How many blocks it takes: three times as many as pass before the node is killed.
const BLOCKS: u32 = 24;

/// Counts blocks: one at each step, and a block makes one step.
pub struct Long;

impl SteppedMigration for Long {
	type Cursor = u32;
	type Identifier = [u8; 4];

	fn id() -> Self::Identifier {
		*b"long"
	}

	fn step(blocks: Option<u32>, _: &mut WeightMeter) -> Result<Option<u32>, SteppedMigrationError> {
		let blocks = blocks.unwrap_or_default().saturating_add(1);
		Ok((blocks < BLOCKS).then_some(blocks))
	}
}
