//! How each pallet is set up, by theme.

pub mod accounts;
pub mod computing;
pub mod consensus;
pub mod governance;
pub mod money;
pub mod safety;
pub mod staking;
pub mod system;

use rlc_primitives::{Balance, RLC};

/// Returns the deposit for storing `items` entries of `bytes` bytes in all, in nRLC: 0.01 RLC an entry, 0.0001 RLC a
/// byte.
pub const fn deposit(items: u32, bytes: u32) -> Balance {
	items as Balance * RLC / 100 + bytes as Balance * RLC / 10_000
}
