//! What the chain says has happened.

mod balances;
mod marketplace;
mod poco;
mod registry;
mod rlc;

use codec::Decode;
use rlc_primitives::{BlockNumber, Hash};
use scale_info::TypeInfo;
use sp_runtime::DispatchError;

pub use self::{
	balances::BalancesEvent, marketplace::MarketplaceEvent, poco::PocoEvent, registry::RegistryEvent, rlc::RlcEvent,
};
use crate::{Clock, Failure};

/// Something that happened: a pallet, named as on the chain, and one of its events.
#[derive(Clone, Debug, PartialEq, Eq, Decode, TypeInfo)]
pub enum Event {
	/// To apps, datasets, workerpools and groups.
	Registry(RegistryEvent),
	/// To orders and deals.
	Marketplace(MarketplaceEvent),
	/// To tasks.
	Poco(PocoEvent),
	/// To the money of deals, contributions and tasks.
	Rlc(RlcEvent),
	/// To balances: payments.
	Balances(BalancesEvent),
	/// An extrinsic of the block did what it was to do.
	#[codec(skip)]
	ExtrinsicSuccess,
	/// A proxy's call for another account was made, and failed; its extrinsic did not.
	#[codec(skip)]
	ProxiedFailed {
		/// Why.
		failure: Failure,
	},
	/// An extrinsic of the block failed.
	#[codec(skip)]
	ExtrinsicFailed {
		/// Why.
		failure: Failure,
	},
}

/// Turns a pallet's event into an [`Event`].
macro_rules! events {
	($($pallet:ident($event:ty)),*) => { $(
		impl From<$event> for Event {
			fn from(event: $event) -> Self {
				Self::$pallet(event)
			}
		}
	)* };
}
events!(
	Registry(RegistryEvent),
	Marketplace(MarketplaceEvent),
	Poco(PocoEvent),
	Rlc(RlcEvent),
	Balances(BalancesEvent)
);

/// What the frame around the pallets says, as the chain encodes it.
#[derive(Decode, TypeInfo)]
pub(crate) enum FrameEvent {
	System(SystemEvent),
	Proxy(ProxyEvent),
}

/// What proxies do.
#[derive(Decode, TypeInfo)]
pub(crate) enum ProxyEvent {
	ProxyExecuted { result: Result<(), DispatchError> },
}

/// What the frame itself says of extrinsics.
#[derive(Decode, TypeInfo)]
pub(crate) enum SystemEvent {
	ExtrinsicSuccess,
	ExtrinsicFailed { dispatch_error: DispatchError },
}

/// What was being done when something happened.
#[derive(Decode, TypeInfo)]
pub(crate) enum Phase {
	ApplyExtrinsic(u32),
	Finalization,
	Initialization,
}

impl Phase {
	/// Returns the extrinsic, if it was one.
	pub(crate) fn extrinsic(&self) -> Option<u32> {
		match self {
			Self::ApplyExtrinsic(index) => Some(*index),
			Self::Finalization | Self::Initialization => None,
		}
	}
}

/// A block, with what happened in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockEvents {
	/// Its height.
	pub number: BlockNumber,
	/// Its hash.
	pub hash: Hash,
	/// The block before.
	pub parent: Hash,
	/// Its times, and how PoCo time goes on from it.
	pub clock: Clock,
	/// What happened, in its order, each with the index of the extrinsic that did it; `None`: the chain itself.
	pub events: Vec<(Option<u32>, Event)>,
}
