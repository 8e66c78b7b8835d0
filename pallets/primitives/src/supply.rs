//! The RLC token: its units and its cap.

use crate::Balance;

/// The smallest unit of RLC: 10⁻⁹ RLC. Every amount on chain is a whole number of these.
pub const NRLC: Balance = 1;

/// One RLC, in nRLC. RLC has 9 decimals, as its ERC-20 on Ethereum.
pub const RLC: Balance = 1_000_000_000 * NRLC;

/// The most RLC that may ever exist, in nRLC: 87,000,000 RLC, as on Ethereum. Invariant I1.
pub const MAX_SUPPLY: Balance = 87_000_000 * RLC;
