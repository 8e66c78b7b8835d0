//! The whole runtime, as a chain of blocks in memory.

mod common;
mod errors;
mod genesis;
mod governance;
mod migrations;
mod proofs;
mod supply;
mod weights;
