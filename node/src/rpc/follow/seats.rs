//! How many subscriptions there may be.
//!
//! Each connection has a few of its own, and more as long as there are some left for all. So whoever takes all that is left
//! does not refuse the others theirs. There are as many connections as the server accepts (`--rpc-max-connections`), which
//! bounds all of them together. They are not counted by address: the server tells none, and behind a proxy all have one.

use std::{
	collections::HashMap,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jsonrpsee::core::server::ConnectionId;

use crate::rpc::ask::Refusal;

/// How many subscriptions of these namespaces a connection may have.
pub const EACH: usize = 64;

/// How many of these a connection has in any case.
pub const OWN: usize = 8;

/// How many all connections together may have beyond their own.
pub const SHARED: usize = 2_048;

/// The subscriptions that there are. Connections are numbered at each address at which the node listens: two with one
/// number share what one may have. The worker's port is not one of them: it serves the methods that work in memory, which
/// have seats of their own.
#[derive(Default)]
pub struct Seats(Mutex<Taken>);

#[derive(Default)]
struct Taken {
	each: HashMap<ConnectionId, usize>,
	/// How many of all these are beyond their connection's own.
	shared: usize,
}

impl Seats {
	/// Counts a subscription of a connection, for as long as what this returns lives.
	///
	/// # Errors
	///
	/// [`Refusal::TooManyHere`], [`Refusal::TooManyInAll`].
	pub fn take(self: &Arc<Self>, connection: ConnectionId) -> Result<Seat, Refusal> {
		let mut taken = self.lock();
		let before = taken.each.get(&connection).copied().unwrap_or_default();
		if before >= EACH {
			return Err(Refusal::TooManyHere);
		}
		if before >= OWN {
			if taken.shared >= SHARED {
				return Err(Refusal::TooManyInAll);
			}
			taken.shared += 1;
		}
		taken.each.insert(connection, before + 1);
		Ok(Seat { seats: self.clone(), connection })
	}

	fn lock(&self) -> MutexGuard<'_, Taken> {
		// It is never left half changed.
		self.0.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

/// A subscription that is counted.
pub struct Seat {
	seats: Arc<Seats>,
	connection: ConnectionId,
}

impl Drop for Seat {
	fn drop(&mut self) {
		let mut taken = self.seats.lock();
		let before = taken.each.remove(&self.connection).unwrap_or_default();
		// Those beyond its own are given back first, whichever this was.
		if before > OWN {
			taken.shared = taken.shared.saturating_sub(1);
		}
		if before > 1 {
			taken.each.insert(self.connection, before - 1);
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn connection_has_so_many_subscriptions_and_no_more() {
		let seats = Arc::new(Seats::default());
		let mut taken: Vec<_> = (0..EACH).map(|_| seats.take(ConnectionId(1)).expect("a seat")).collect();
		assert_eq!(seats.take(ConnectionId(1)).err(), Some(Refusal::TooManyHere));
		let other = seats.take(ConnectionId(2)).expect("another connection's");
		taken.pop();
		taken.push(seats.take(ConnectionId(1)).expect("one was given back"));
		drop((taken, other));
		assert!(seats.lock().each.is_empty());
		assert_eq!(seats.lock().shared, 0, "nothing is left");
	}

	#[test]
	fn whoever_takes_all_that_is_shared_leaves_the_others_their_own() {
		let seats = Arc::new(Seats::default());
		let greedy = 0..=SHARED / (EACH - OWN);
		let mut taken = Vec::new();
		for connection in greedy.clone() {
			taken.extend((0..EACH).map_while(|_| seats.take(ConnectionId(connection)).ok()));
		}
		assert_eq!(taken.len(), SHARED + OWN * greedy.count(), "they have all that is shared");

		let other = ConnectionId(SHARED);
		let own: Vec<_> = (0..OWN).map(|_| seats.take(other).expect("its own")).collect();
		assert_eq!(seats.take(other).err(), Some(Refusal::TooManyInAll));
		taken.pop();
		let shared = seats.take(other).expect("one was given back");
		assert_eq!(seats.take(other).err(), Some(Refusal::TooManyInAll));
		drop((taken, own, shared));
		assert!(seats.lock().each.is_empty());
		assert_eq!(seats.lock().shared, 0, "nothing is left");
	}
}
