//! Parts of mock runtimes that the tests of the pallets share: a dev-dependency, and never a part of a chain.
//!
//! | part | for |
//! |---|---|
//! | [`system!`], [`system_and_balances!`] | the settings of the pallets below every mock |
//! | [`new_chain`] | a chain in memory, from its genesis state on |
//! | [`Clock`], [`Brakes`] | time that tests set, calls that tests stop |
//! | [`people`] | accounts with names, and keys |
//! | [`offchain`] | a validator's off-chain worker, with a clock and a pool |
//!
//! A mock keeps what makes it this pallet's: its neighbors' fakes, its amounts, its cast.

mod brakes;
mod chain;
mod clock;
mod configs;
pub mod offchain;
pub mod people;

pub use brakes::Brakes;
pub use chain::new_chain;
pub use clock::Clock;
