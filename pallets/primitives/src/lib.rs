#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
// SCALE's derives number the variants of an enum with `as`, which rules out denying `as_conversions`: each kind of cast
// between numbers is denied instead, truncation but in files that say why.
#![allow(clippy::as_conversions)]
#![cfg_attr(
	not(feature = "std"),
	deny(
		clippy::cast_lossless,
		clippy::cast_possible_truncation,
		clippy::cast_possible_wrap,
		clippy::cast_precision_loss,
		clippy::cast_sign_loss
	)
)]

extern crate alloc;

pub mod assets;
pub mod chain;
pub mod clock;
pub mod consensus;
mod count;
pub mod deal;
pub mod delegation;
pub mod eip712;
pub mod ethereum;
pub mod failure;
pub mod governance;
pub mod ids;
pub mod market;
pub mod money;
pub mod observed;
pub mod oracle;
pub mod orders;
pub mod record;
pub mod rules;
pub mod settlement;
pub mod signature;
pub mod supply;
pub mod tag;
pub mod task;
pub mod trace;
pub mod traits;
pub mod work;

pub use chain::{
	AccountId, AccountPublic, Address, Balance, Block, BlockNumber, Hash, Header, Moment, Nonce, Signature,
	TIP_TOO_HIGH,
};
pub use clock::{Clock, ClockReading};
pub use count::count;
pub use deal::{Category, Deal, Params, Settlement};
pub use delegation::{Delegation, SchedulerSignature};
pub use failure::AgreedFailure;
pub use ids::{
	AppId, CallbackId, CategoryId, DatasetId, DealId, FeedId, GroupId, OrderHash, ResultDigest, ResultHash, ResultSeal,
	TaskId, WorkerpoolId,
};
pub use observed::{ObservedTask, TaskEvent};
pub use orders::{
	AnyOrder, AppOrder, DatasetOrder, Order, OrderKind, PoolRestriction, RequestOrder, Restriction, WorkerpoolOrder,
};
pub use rules::Rules;
pub use signature::{OrderSignature, SignatureError, SigningDomain};
pub use supply::{MAX_SUPPLY, NRLC, RLC};
pub use tag::Tag;
pub use task::{Contribution, Task};
