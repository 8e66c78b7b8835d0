//! What apps, datasets and workerpools have in common: they are registered, shown, sold and transferred.

mod catalog;
mod deployed;
mod kind;
mod location;
mod named;
mod offer;
mod registry;
mod sale;

pub(crate) use catalog::Catalog;
pub(crate) use deployed::{deployed, offer, SellAtOnce};
pub(crate) use location::{upload, Location};
pub(crate) use named::{earlier, found, named, AssetName};
pub(crate) use offer::{requesters, AppOffer, Beside, DatasetOffer, WorkerpoolOffer, PROMISED_TRUST};
pub(crate) use registry::{deregister, name, register, registered, show, transfer};
pub(crate) use sale::{names, publish, publish_as, unpublish};
