#![doc = include_str!("../README.md")]

pub mod address;
pub mod admin;
pub mod each;
pub mod needs;
pub mod params;
#[cfg(test)]
mod parsing;
pub mod pool;
pub mod requester;
pub mod signing;
pub mod version;
pub mod worker;

pub use needs::Needs;
pub use params::{InvalidParams, RequestParams, Unrepeatable, Unservable, Unsupported};
pub use pool::PoolDescription;
pub use rlc_json::Account;
pub use rlc_primitives::work::TaskRef;
