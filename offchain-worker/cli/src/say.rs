//! What is said about things of the domain, to people and to programs: one file for each kind of thing.
//!
//! Commands order the steps, and ask here for the words. Nothing here talks to a node or a scheduler.

pub(crate) mod account;
pub(crate) mod asset;
pub(crate) mod book;
pub(crate) mod deal;
pub(crate) mod gov;
pub(crate) mod order;
pub(crate) mod quote;
pub(crate) mod scheduler;
pub(crate) mod staking;
pub(crate) mod task;
pub(crate) mod votes;
pub(crate) mod worker;
