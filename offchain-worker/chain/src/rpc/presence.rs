//! Whether the node is there, as far as that was logged.

use std::sync::{
	atomic::{AtomicBool, Ordering},
	Arc,
};

/// Whether it was logged that a node is away. All who follow its blocks over one line share this, so that each change is told
/// once.
#[derive(Clone, Debug, Default)]
pub(super) struct Presence(Arc<AtomicBool>);

impl Presence {
	/// Notes whether the node is away. Returns whether that is new.
	pub(super) fn note(&self, is_away: bool) -> bool {
		self.0.swap(is_away, Ordering::Relaxed) != is_away
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn each_change_is_new_once_however_many_see_it() {
		let one = Presence::default();
		let other = one.clone();
		assert!(!one.note(false), "it was there all along");
		assert!(one.note(true) && !other.note(true) && !one.note(true));
		assert!(other.note(false) && !one.note(false));
		assert!(one.note(true));
	}
}
