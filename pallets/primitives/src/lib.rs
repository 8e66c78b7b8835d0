//! What the pallets, the node and the off-chain programs of the RLC chain agree on.
//!
//! Types and constants only: no storage, no input or output, no dependency on any pallet.
#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]

pub mod chain;
pub mod supply;

pub use chain::{
	AccountId, AccountPublic, Address, Balance, Block, BlockNumber, Hash, Header, Moment, Nonce, Signature,
};
pub use supply::{MAX_SUPPLY, NRLC, RLC};
