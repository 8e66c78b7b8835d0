//! Which number a transaction gets.

use std::time::Duration;

use rlc_primitives::Nonce;
use tokio::time::Instant;

/// After a pause of this length the node is asked: it knows of forks, and of others who send with the same key.
const FRESH: Duration = Duration::from_secs(10);

/// The next number, as far as it is known here.
#[derive(Debug, Default)]
pub(super) struct Nonces {
	next: Option<(Nonce, Instant)>,
}

impl Nonces {
	/// Returns the next number; `None`: ask the node.
	pub(super) fn next(&self, now: Instant) -> Option<Nonce> {
		let (next, since) = self.next?;
		(now.saturating_duration_since(since) < FRESH).then_some(next)
	}

	/// Remembers that the node took a transaction with this number.
	pub(super) fn used(&mut self, nonce: Nonce, now: Instant) {
		self.next = Some((nonce.saturating_add(1), now));
	}

	/// Forgets the count, which may be wrong: a transaction was lost, or refused for its number.
	pub(super) fn forget(&mut self) {
		self.next = None;
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn burst_is_counted_without_the_node() {
		let (mut nonces, now) = (Nonces::default(), Instant::now());
		assert_eq!(nonces.next(now), None, "the first number is the node's");
		nonces.used(7, now);
		assert_eq!(nonces.next(now), Some(8));
		nonces.used(8, now);
		assert_eq!(nonces.next(now + FRESH / 2), Some(9));
	}

	#[test]
	fn after_a_pause_the_node_is_asked() {
		let (mut nonces, now) = (Nonces::default(), Instant::now());
		nonces.used(7, now);
		assert_eq!(nonces.next(now + FRESH), None);
	}

	#[test]
	fn after_a_loss_the_node_is_asked() {
		let (mut nonces, now) = (Nonces::default(), Instant::now());
		nonces.used(7, now);
		nonces.forget();
		assert_eq!(nonces.next(now), None);
		nonces.used(7, now);
		assert_eq!(nonces.next(now), Some(8));
	}
}
