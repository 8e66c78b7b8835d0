//! A node of the RLC chain: a program, and a library that other programs embed.
//!
//! # Code map
//!
//! | module | what it is about |
//! |---|---|
//! | [`cli`] | the command line: flags, subcommands, help |
//! | [`command`] | what each subcommand does |
//! | [`chain_spec`] | which chain: `dev`, `local`, `testnet`, `mainnet`, or a file |
//! | [`preflight`] | what is checked before anything starts: ports, folders, seeds |
//! | [`service`] | the parts of a running node, wired together |
//! | [`metrics`] | the chain's own business, as an operator watches it |
//! | [`worker`] | a worker that runs in the node |
//! | [`rpc`] | the RPC namespaces that this node adds to the standard ones |
//! | [`embedded`] | a whole node inside someone else's program |
//! | [`error`] | everything that can go wrong, and how it is told in one line |
//!
//! # What does not happen here
//!
//! - No rule of the chain is written here. They are all in `rlc-runtime`, which the node runs as Wasm, at genesis too.
//! - Nothing outside [`command`] writes to the terminal, sets up logging or any other state of the process, so that
//!   several nodes live in one process.
//! - Bad input never panics: it becomes an [`Error`], checked before start wherever a library would panic later.

#![deny(missing_docs)]

pub mod chain_spec;
pub mod cli;
pub mod command;
pub mod embedded;
pub mod error;
pub mod metrics;
pub mod preflight;
pub mod rpc;
pub mod service;
pub mod worker;

pub use command::run;
pub use error::Error;

/// The README's example, as a test.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
