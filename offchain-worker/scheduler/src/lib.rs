#![doc = include_str!("../README.md")]

mod admission;
mod chain;
mod config;
mod db;
mod decide;
mod delegations;
mod elsewhere;
mod error;
mod files;
mod metrics;
mod model;
mod node;
mod offer;
mod pool;
mod registration;
mod server;
mod start;
#[cfg(test)]
mod testing;
mod urls;
mod vouching;

pub use config::{Admission, Config, Offer, PoolChoice, Traffic};
pub use db::DbError;
pub use error::Error;
pub use start::{start, Handle};
pub use urls::check_url;
