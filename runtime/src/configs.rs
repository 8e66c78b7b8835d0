//! How each pallet is set up, by theme.

pub mod accounts;
pub mod computing;
pub mod consensus;
pub mod deposits;
pub mod governance;
pub mod money;
pub mod safety;
pub mod staking;
pub mod system;
