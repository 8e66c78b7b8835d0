#![doc = include_str!("../README.md")]

mod calls;
mod chain;
mod clock;
mod data;
mod error;
mod events;
mod extension;
mod extrinsic;
mod follow;
mod key;
mod questions;
mod receipt;
mod rpc;
mod runtime;
mod sender;
mod structure;
mod sync;
mod task_event;
mod views;
mod walk;

pub use calls::{
	BalancesCall, Ballot, Call, GovernanceCall, MarketplaceCall, PocoCall, Proposal, Proxy, ProxyCall, ProxyType,
	RegistryCall, RewardDestination, SessionCall, SessionKeys, StakingCall, ValidatorPrefs, MOST_INLINE,
};
pub use chain::Chain;
pub use data::Data;
pub use error::{Error, Failure};
pub use events::{BalancesEvent, BlockEvents, Event, MarketplaceEvent, PocoEvent, RegistryEvent, RlcEvent};
pub use follow::At;
pub use key::{Key, Scheme};
pub use receipt::Receipt;
pub use rlc_primitives::Clock;
pub use sender::{Bid, Pending, Sender};
pub use sp_runtime::Perbill;
pub use sync::Lag;
pub use views::{
	Curve, Deciding, Deposit, Deposits, Enacted, Ended, Funds, Governance, KnownDeal, Ongoing, Outcome, Parameter,
	Referendum, Stake, StakingTerms, Stops, StoredCall, Track, Votes,
};
pub use walk::Walked;
