//! Which calls governance has stopped.

/// Knows which of a pallet's calls governance has stopped for now. What is stopped is not free either, and the chain
/// does not do by itself what nobody may do.
pub trait Stops {
	/// Returns whether the pallet's call of this name is stopped.
	fn is_stopped(call: &'static str) -> bool;
}

/// Nothing can be stopped.
impl Stops for () {
	fn is_stopped(_: &'static str) -> bool {
		false
	}
}
