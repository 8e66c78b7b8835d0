//! What benchmarks need of other pallets.

use rlc_primitives::{AccountId, Balance, Deal, DealId, Moment};

/// Opens deals for benchmarks. The runtime knows how.
pub trait BenchmarkHelper {
	/// Records `deal` under `id`, and locks what its payer and its scheduler lock, which they are given. Calls no hook.
	fn open_deal(id: DealId, deal: &Deal);

	/// Lets attempts at tasks of this deal be paid so much, in nRLC.
	fn allow_attempts(deal: &Deal, amount: Balance);

	/// Gives an account free RLC, in nRLC.
	fn endow(who: &AccountId, amount: Balance);

	/// Names as many proxies of an account as it can have, which may do everything for it. Returns the one that is found
	/// last.
	fn name_proxies(who: &AccountId) -> AccountId;

	/// Sets the chain's time, in ms.
	fn set_time(now: Moment);
}
