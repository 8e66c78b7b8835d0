//! What the chain knows of assets, the market, work, money and governance: questions about the best block. Each can fail as every
//! question does, with [`Error::Unreachable`](crate::Error::Unreachable) in the first place.

mod deals;
mod deposits;
mod governance;
mod marketplace;
mod poco;
mod proxies;
mod registry;
mod rlc;
mod staking;
mod stops;

pub use deals::KnownDeal;
pub use deposits::Deposits;
pub use governance::{
	Curve, Deciding, Deposit, Enacted, Ended, Governance, Ongoing, Outcome, Parameter, Referendum, StoredCall, Track,
	Votes,
};
pub use rlc::Funds;
pub use staking::{Stake, StakingTerms};
pub use stops::Stops;
