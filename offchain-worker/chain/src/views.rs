//! What the chain knows of assets, the market, work and money: questions about the best block. Each can fail as every
//! question does, with [`Error::Unreachable`](crate::Error::Unreachable) in the first place.

mod deals;
mod deposits;
mod marketplace;
mod poco;
mod proxies;
mod registry;
mod rlc;
mod staking;

pub use deals::KnownDeal;
pub use deposits::Deposits;
pub use rlc::Funds;
pub use staking::{Stake, StakingTerms};
