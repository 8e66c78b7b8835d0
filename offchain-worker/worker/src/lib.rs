#![doc = include_str!("../README.md")]

pub mod activation;
mod actor;
mod clock;
pub mod config;
mod containers;
mod delivery;
mod dirs;
mod disk;
mod environment;
mod error;
mod handle;
mod journal;
mod link;
mod machine;
mod messages;
mod metrics;
mod next;
mod node;
mod offer;
mod plan;
mod plans;
mod ports;
mod record;
mod results;
mod run;
mod scratch;
mod seen;
mod shows;
mod start;
mod sync;
#[cfg(test)]
mod testing;
mod tips;
pub mod trial;

pub use activation::{Activation, InvalidActivation};
pub use config::{Config, Containers, InvalidShare, Misbehavior, Share, CONTAINER_SERVICE, IPFS_GATEWAY};
pub use error::Error;
pub use handle::Handle;
pub use journal::JournalError;
pub use machine::usable_memory;
pub use rlc_sandbox::{compile_if_asked, Compiler, GpuClear, Gpus, NetworkProgram};
pub use rlc_store::{IpNet, Proxy};
pub use start::start;
