//! Matches that nobody signs, before everything that pays: published in advance, they fill a block.

use frame_system::offchain::CreateAuthorizedTransaction;
use pallet_marketplace::Call as Marketplace;
use rlc_primitives::{OrderHash, RLC};
use rlc_runtime::{Runtime, RuntimeCall};
use sp_keyring::Sr25519Keyring::Bob;

use super::{
	chain::{succeeded, Chain, PLENTY},
	market::publish,
	network::Network,
	toll::Toll,
	Attack,
};

pub const ATTACK: Attack = Attack {
	name: "unsigned-flood",
	promise: "E4",
	about: "300 unsigned matches of own orders against 20 transfers that pay a fee and no tip",
	network: Network::LIVE,
	play,
};

/// How many own requests are matched, and how many transfers others send.
const MATCHES: usize = 300;
const TRANSFERS: usize = 20;

fn play(chain: &mut Chain) -> Toll {
	let mallory = chain.person("mallory", PLENTY);
	let others = chain.people("other", TRANSFERS, PLENTY);
	chain.watch(&[&mallory], &[]);
	let app = chain.app(&mallory);
	let own = chain.pool(&mallory);
	let (publish_app, app_hash) = publish(chain.app_offer(&app));
	let (publish_pool, pool_hash) = publish(chain.pool_offer(&own, 0));
	let requests: Vec<_> = (0..MATCHES).map(|_| publish(chain.request(&app, &mallory, 0))).collect();
	chain.send_all(&mallory, [publish_app, publish_pool]);
	for some in requests.chunks(50) {
		chain.send_all(&mallory, some.iter().map(|(call, _)| call.clone()));
	}
	let unsigned = |request: OrderHash| {
		let call = Marketplace::match_published { request, app: app_hash, dataset: None, workerpool: pool_hash };
		<Runtime as CreateAuthorizedTransaction<RuntimeCall>>::create_authorized_transaction(call.into())
	};
	let mut pool: Vec<_> = requests.iter().map(|(_, request)| unsigned(*request)).collect();
	for other in &others {
		let dest = Bob.to_account_id().into();
		pool.push(chain.sign(other, 0, pallet_balances::Call::transfer_keep_alive { dest, value: RLC / 1_000 }));
	}
	let results = chain.author(&pool);
	let left = results.iter().skip(MATCHES).filter(|result| !result.as_ref().is_some_and(succeeded)).count();
	chain.toll().with_harm("transfers of 20 that found no room", left as u128, 0)
}
