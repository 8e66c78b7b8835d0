//! What benchmarks need from a runtime.

use rlc_primitives::{AccountId, Balance, Deal, DealId, Moment};

/// Opens deals for benchmarks. The runtime knows how.
pub trait BenchmarkHelper {
	/// Records `deal` under `id`, and locks what its payer and its scheduler lock, which they are given. Calls no hook.
	fn open_deal(id: DealId, deal: &Deal);

	/// Gives an account free RLC, in nRLC.
	fn endow(who: &AccountId, amount: Balance);

	/// Sets the chain's time, in ms.
	fn set_time(now: Moment);
}
