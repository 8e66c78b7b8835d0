//! Whether the search still sees honest people's orders.

use rlc_primitives::RLC;

use super::{
	chain::{Chain, PLENTY},
	market::{deals_for, publish},
};

/// Publishes honest requests, and an app and a workerpool that serve them. Returns how many of the requests are not
/// matched after two blocks.
pub fn unmatched(chain: &mut Chain) -> u128 {
	let requester = chain.person("requester", PLENTY);
	let scheduler = chain.person("scheduler", PLENTY);
	let app = chain.app(&requester);
	let pool = chain.pool(&scheduler);
	let offer = chain.app_offer(&app);
	chain.must(&requester, publish(offer).0);
	let offer = chain.pool_offer(&pool, RLC);
	chain.must(&scheduler, publish(offer).0);
	for _ in 0..3 {
		let request = chain.request(&app, &requester, RLC);
		chain.must(&requester, publish(request).0);
	}
	chain.search();
	chain.search();
	3u128.saturating_sub(deals_for(&app) as u128)
}
