//! What benchmarks need of other pallets.

use rlc_primitives::{AccountId, Balance, Moment};

/// Sets up accounts and time for benchmarks. The runtime knows how.
pub trait BenchmarkHelper {
	/// Gives an account free RLC, in nRLC.
	fn endow(who: &AccountId, amount: Balance);

	/// Sets the chain's time, in ms.
	fn set_time(now: Moment);
}
