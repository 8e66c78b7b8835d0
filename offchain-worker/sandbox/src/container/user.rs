//! The user of containers.

/// The user and group `nobody` of most systems, as numbers. Nothing on this machine belongs to it.
pub const USER: u32 = 65534;
