//! How many subscriptions there may be.

use std::{
	collections::HashMap,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jsonrpsee::core::server::ConnectionId;

use crate::rpc::ask::Refusal;

/// How many subscriptions of these namespaces a connection may have.
pub const EACH: usize = 64;

/// How many all connections together may have.
pub const IN_ALL: usize = 2_048;

/// The subscriptions that there are. Connections are numbered at each address at which the node listens: two with one
/// number share what one may have.
#[derive(Default)]
pub struct Seats(Mutex<Taken>);

#[derive(Default)]
struct Taken {
	each: HashMap<ConnectionId, usize>,
	in_all: usize,
}

impl Seats {
	/// Counts a subscription of a connection, for as long as what this returns lives.
	///
	/// # Errors
	///
	/// [`Refusal::TooManyHere`], [`Refusal::TooManyInAll`].
	pub fn take(self: &Arc<Self>, connection: ConnectionId) -> Result<Seat, Refusal> {
		let mut taken = self.lock();
		if taken.in_all >= IN_ALL {
			return Err(Refusal::TooManyInAll);
		}
		let each = taken.each.entry(connection).or_default();
		if *each >= EACH {
			return Err(Refusal::TooManyHere);
		}
		*each += 1;
		taken.in_all += 1;
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
		taken.in_all = taken.in_all.saturating_sub(1);
		if let Some(each) = taken.each.get_mut(&self.connection) {
			*each = each.saturating_sub(1);
			if *each == 0 {
				taken.each.remove(&self.connection);
			}
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
		assert!(seats.lock().each.is_empty() && seats.lock().in_all == 0, "nothing is left");
	}

	#[test]
	fn all_connections_together_have_so_many_subscriptions() {
		let seats = Arc::new(Seats::default());
		let mut taken: Vec<_> = (0..IN_ALL).map(|n| seats.take(ConnectionId(n / EACH)).expect("a seat")).collect();
		assert_eq!(seats.take(ConnectionId(IN_ALL)).err(), Some(Refusal::TooManyInAll));
		taken.pop();
		assert!(seats.take(ConnectionId(IN_ALL)).is_ok());
	}
}
