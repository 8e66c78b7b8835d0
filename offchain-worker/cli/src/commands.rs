//! The commands: one file for each, with its arguments, its help with an example, and its action.
//!
//! A file such as `app.rs` only dispatches to those of its folder. No command imports another.

pub(crate) mod account;
pub(crate) mod app;
pub(crate) mod completions;
pub(crate) mod dataset;
pub(crate) mod deal;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod estimate;
pub(crate) mod explain;
pub(crate) mod gov;
pub(crate) mod man;
pub(crate) mod order;
pub(crate) mod orderbook;
pub(crate) mod scheduler;
pub(crate) mod staking;
pub(crate) mod supervise;
pub(crate) mod task;
pub(crate) mod up;
pub(crate) mod worker;
pub(crate) mod workerpool;
