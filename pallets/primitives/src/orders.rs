//! Orders: what the four sides of a deal offer or ask for, with the fields of iExec's `IexecLibOrders_v5.sol`.
//!
//! One file for each kind. Where a struct of iExec's has an address, an order here has
//! - the id of an asset, which is 20 bytes on both sides;
//! - an account of 32 bytes. iExec's tools can name one only if it belongs to an Ethereum key, so an order that names
//!   another account has no EIP-712 form ([`NotExpressible`]), and is signed natively;
//! - a [`Restriction`], or, for the workerpools of a request, a [`PoolRestriction`].

mod any;
mod app;
mod dataset;
mod pools;
mod request;
mod restriction;
mod workerpool;

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::H256;

pub use any::AnyOrder;
pub use app::AppOrder;
pub use dataset::DatasetOrder;
pub use pools::PoolRestriction;
pub use request::RequestOrder;
pub use restriction::{Member, Restriction};
pub use workerpool::WorkerpoolOrder;

pub use crate::eip712::NotExpressible;

/// The side of a deal that an order stands for. The byte is part of what is signed: never change one.
#[derive(
	Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum OrderKind {
	/// An app's owner sells runs of it.
	#[codec(index = 0)]
	App,
	/// A dataset's owner sells uses of it.
	#[codec(index = 1)]
	Dataset,
	/// A scheduler sells computing.
	#[codec(index = 2)]
	Workerpool,
	/// A requester asks for tasks.
	#[codec(index = 3)]
	Request,
}

impl OrderKind {
	/// The four kinds, by their numbers.
	pub const ALL: [Self; 4] = [Self::App, Self::Dataset, Self::Workerpool, Self::Request];

	/// Returns the kind's name in JSON, metrics and messages: one lowercase word.
	pub const fn name(self) -> &'static str {
		match self {
			Self::App => "app",
			Self::Dataset => "dataset",
			Self::Workerpool => "workerpool",
			Self::Request => "request",
		}
	}
}

/// What the four kinds of orders have in common.
pub trait Order: Encode {
	/// The side of a deal that the order stands for.
	const KIND: OrderKind;

	/// Returns how many tasks the order is good for. Of an order without volume nothing can be consumed.
	fn volume(&self) -> u64;

	/// Returns the EIP-712 struct hash, byte for byte as `IexecLibOrders_v5.hash`.
	///
	/// # Errors
	///
	/// [`NotExpressible`] if iExec's structure has no room for what the order says.
	fn struct_hash(&self) -> Result<H256, NotExpressible>;
}
