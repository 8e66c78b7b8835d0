#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]
#![cfg_attr(
	not(feature = "std"),
	deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::as_conversions, clippy::panic)
)]

extern crate alloc;

pub mod chain;
pub mod consensus;
pub mod deal;
pub mod eip712;
pub mod ethereum;
pub mod ids;
pub mod money;
pub mod orders;
pub mod settlement;
pub mod signature;
pub mod supply;
pub mod tag;
pub mod task;
pub mod traits;

pub use chain::{
	AccountId, AccountPublic, Address, Balance, Block, BlockNumber, Hash, Header, Moment, Nonce, Signature,
};
pub use deal::{Category, Deal, Params, Settlement};
pub use ids::{
	AppId, CallbackId, CategoryId, DatasetId, DealId, GroupId, OrderHash, ResultDigest, ResultHash, ResultSeal, TaskId,
	WorkerpoolId,
};
pub use orders::{AppOrder, DatasetOrder, Order, OrderKind, RequestOrder, Restriction, WorkerpoolOrder};
pub use signature::{OrderSignature, SigningDomain};
pub use supply::{MAX_SUPPLY, NRLC, RLC};
pub use tag::Tag;
pub use task::{Contribution, Task};
