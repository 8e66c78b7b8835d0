//! Validators kept busy: requests and offers that seem to meet, and whose every combination fails when it is tried out.

use rlc_primitives::{CategoryId, DatasetId, DatasetOrder, RequestOrder, Restriction, WorkerpoolOrder, RLC};
use rlc_runtime::RuntimeCall;

use super::{
	chain::{Chain, PLENTY},
	market::publish,
	network::Network,
	toll::Toll,
	Attack,
};
use crate::assets;

pub const ATTACK: Attack = Attack {
	name: "hopeless-requests",
	promise: "E7",
	about: "136 orders that seem to meet and never do, in five categories",
	network: Network::LIVE,
	play,
};

/// How many offers of each side, and how many requests in each category.
const OFFERS: usize = 8;
const REQUESTS: usize = 16;

/// The longest that a validator may search after a block, in ms: the budget, and the step in which it ends.
const MOST: u128 = 250;

fn play(chain: &mut Chain) -> Toll {
	let mallory = chain.person("mallory", PLENTY);
	let scheduler = chain.person("poor", PLENTY);
	let helper = chain.person("helper", RLC);
	chain.watch(&[&mallory, &scheduler, &helper], &[]);
	let app = chain.app(&mallory);
	let pool = chain.pool(&scheduler);
	let dataset = assets::dataset(chain.salt());
	let data = DatasetId::derive(&mallory.account(), &dataset);
	chain.must(&mallory, pallet_registry::Call::register_dataset { dataset });

	let mut own: Vec<RuntimeCall> = Vec::new();
	for _ in 0..OFFERS {
		own.push(publish(chain.app_offer(&app)).0);
		let offer = DatasetOrder {
			dataset: data,
			price: 0,
			volume: u64::MAX,
			tag: Default::default(),
			app_restrict: Restriction::Anyone,
			workerpool_restrict: Restriction::Anyone,
			requester_restrict: Restriction::Anyone,
			salt: chain.some_salt(),
		};
		own.push(publish(offer).0);
	}
	let mut poor = Vec::new();
	for category in (0..5).map(CategoryId) {
		for _ in 0..OFFERS {
			poor.push(publish(WorkerpoolOrder { category, ..chain.pool_offer(&pool, 100) }).0);
		}
		for _ in 0..REQUESTS {
			let request = RequestOrder { category, dataset: Some(data), ..chain.request(&app, &mallory, 100) };
			own.push(publish(request).0);
		}
	}
	for (who, calls) in [(&mallory, own), (&scheduler, poor)] {
		for some in calls.chunks(20) {
			chain.send_all(who, some.to_vec());
		}
	}
	let dest = helper.account().into();
	chain.send(&scheduler, pallet_balances::Call::transfer_all { dest, keep_alive: true });
	let took = chain.search().as_millis();
	chain.toll().with_harm("ms that a validator searches after a block", took, MOST)
}
