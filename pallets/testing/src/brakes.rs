//! Calls that governance stopped, as far as a test goes.

use frame_support::{pallet_prelude::ValueQuery, storage_alias};
use rlc_primitives::traits::Stops;

/// The names of the calls that are stopped. `*`: all of them.
#[storage_alias]
type Stopped = StorageValue<Brakes, Vec<String>, ValueQuery>;

/// Stops the calls that a test names. None at first.
pub struct Brakes;

impl Brakes {
	/// Stops this call, and no other.
	pub fn stop(call: &str) {
		Stopped::put(vec![call.to_string()]);
	}

	/// Stops every call.
	pub fn stop_all() {
		Self::stop("*");
	}

	/// Lets every call through again.
	pub fn release() {
		Stopped::kill();
	}
}

impl Stops for Brakes {
	fn is_stopped(call: &'static str) -> bool {
		Stopped::get().iter().any(|name| name == call || name == "*")
	}
}
