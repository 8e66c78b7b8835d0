//! What the pallets ask of one another. The runtime connects them; no pallet names another.
//!
//! One file for each kind of neighbor. Accounts and amounts are the chain's own, since the hashes of orders and results
//! are defined over them. An `On…` trait states the weight of its hook, and the caller adds it.

mod assets;
mod deals;
mod enclaves;
mod escrow;
mod feeds;
mod proxies;
mod results;
mod stops;
mod task_charge;
mod tasks;

pub use assets::{Assets, WorkerpoolPolicy};
pub use deals::{Deals, OnDealOpened};
pub use enclaves::EnclaveRegistry;
pub use escrow::{Escrow, Movement, MovementKind, OpenLocks};
pub use feeds::{Feeds, Outbox};
pub use proxies::Proxies;
pub use results::{Delivery, OnResult};
pub use stops::Stops;
pub use task_charge::TaskCharge;
pub use tasks::{OnTaskClosed, Outcome};
