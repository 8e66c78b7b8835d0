//! What apps, datasets and workerpools have in common: they are registered, shown, sold and transferred.

mod kind;
mod location;
mod offer;
mod registry;
mod sale;

pub(crate) use location::{upload, Location};
pub(crate) use offer::{requesters, AppOffer, DatasetOffer, WorkerpoolOffer, PROMISED_TRUST};
pub(crate) use registry::{name, register, registered, show, transfer};
pub(crate) use sale::{own_orders, publish, publish_as, unpublish};
