//! A node of the RLC chain: a program, and a library that other programs embed.
//!
//! # Code map
//!
//! | module | what it is about |
//! |---|---|
//! | [`embedded`] | a whole node inside someone else's program |
//! | [`chain_spec`] | which chain: `dev`, `local`, `testnet`, `mainnet`, or a file |
//! | [`metrics`] | the chain's own business, as an operator watches it |
//! | [`rpc`] | the RPC namespaces that this node adds to the standard ones |
//! | [`Error`] | everything that can go wrong, and how it is told in one line |
//! | `cli`, `command` | the command line, and what each subcommand does |
//! | `preflight` | what is checked before anything starts: ports, folders, seeds |
//! | `service` | the parts of a running node, wired together; the types that they are made of are in `service/types.rs` |
//! | `watchdog` | telling systemd that the node works on |
//! | `worker` | a worker beside the node, in a process of its own |
//! | `logs` | the log: as Substrate writes it, or as JSON |
//! | `in_memory` | the node's RPC without a connection |
//! | `defaults` | what the program and embedded nodes have in common |
//!
//! # What does not happen here
//!
//! - No rule of the chain is written here. They are all in `rlc-runtime`, which the node runs as Wasm, at genesis too.
//! - Nothing outside `command` writes to the terminal, sets up logging or any other state of the process, so that
//!   several nodes live in one process. What `command` runs as the worker of a node has a process of its own.
//! - Bad input never panics: it becomes an [`Error`], checked before start wherever a library would panic later.

#![deny(missing_docs)]

pub mod chain_spec;
pub mod embedded;
pub mod metrics;
pub mod rpc;

mod cli;
mod command;
mod defaults;
mod error;
mod in_memory;
mod logs;
mod preflight;
mod service;
mod watchdog;
mod worker;

pub use command::run;
pub use error::Error;
pub use in_memory::InMemory;
pub use service::types::Client;

/// The example of `docs/embedding.md`, as a test.
#[cfg(doctest)]
#[doc = include_str!("../../docs/embedding.md")]
pub struct Readme;
