//! Tracks and origins of referenda: which decision needs how much of the RLC's voice.

pub mod bounds;
pub mod enacting;
pub mod origins;
pub mod tracks;
