//! What schedulers, workers and requesters say to each other, beside the chain.
//!
//! JSON-RPC over WebSocket: [`worker`] for workers, [`requester`] for everybody else. Nothing of it has to be believed: what
//! counts is on the chain, and this only makes it fast.
//!
//! | written as | what |
//! |---|---|
//! | `0x` and hex digits | ids, hashes, signatures, sessions |
//! | SS58 | accounts |
//! | number | times, in ms since the Unix epoch; durations, in ms; sizes, in bytes |
//! | `{"deal": id, "index": "3"}` | tasks |

pub mod forms;
pub mod needs;
pub mod params;
pub mod pool;
pub mod requester;
pub mod signing;
pub mod worker;

pub use forms::Account;
pub use needs::Needs;
pub use params::{InvalidParams, RequestParams, Unsupported};
pub use pool::PoolDescription;
pub use rlc_primitives::work::TaskRef;
