//! The whole runtime, as a chain of blocks in memory.

mod common;
mod deposits;
mod elections;
mod enacting;
mod errors;
mod failures;
mod free_calls;
mod genesis;
mod governance;
mod limits;
mod migrations;
mod proofs;
mod proxies;
mod root;
mod supply;
mod tracks;
mod unattended;
mod weights;
mod work;
