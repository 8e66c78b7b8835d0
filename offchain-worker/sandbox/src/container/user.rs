//! The user of containers.

/// The user and group of apps in their namespace, as numbers: `nobody` of most images. On this machine, each run has
/// others: see `ids`.
pub const USER: u32 = 65534;
