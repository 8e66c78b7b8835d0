//! What benchmarks need of other pallets.

use rlc_primitives::{AccountId, Balance, Deal, DealId, Moment};

/// Opens deals for benchmarks. The runtime knows how.
pub trait BenchmarkHelper {
	/// Records `deal` under `id`, gives its payer and its scheduler what they lock for it, and locks that. Calls no hook.
	fn open_deal(id: DealId, deal: &Deal);

	/// Lets attempts at tasks of this deal be paid this much, in nRLC.
	fn allow_attempts(deal: &Deal, amount: Balance);

	/// Gives an account free RLC, in nRLC.
	fn endow(who: &AccountId, amount: Balance);

	/// Gives an account as many proxies as it can have, each for every call. Returns the one that a search finds last.
	fn name_proxies(who: &AccountId) -> AccountId;

	/// Sets the chain's time, in ms.
	fn set_time(now: Moment);
}
