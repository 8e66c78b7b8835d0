//! A validator's search in a book full of hostile offers and hopeless requests: the honest request is matched, and no run
//! takes longer than it may. On the real runtime, with the machine's own clock.
//!
//! Run it with `--nocapture` for the numbers: after how many blocks depends on the machine.

use std::{sync::Arc, time::Instant};

use codec::Decode;
use frame_support::traits::{fungible::Mutate, Get, Hooks};
use pallet_marketplace::{Call, Config};
use rlc_checks::{assets, chain};
use rlc_primitives::{
	record::LeastRecord, AccountId, AnyOrder, AppId, AppOrder, CategoryId, GroupId, OrderHash, PoolRestriction,
	RequestOrder, Restriction, Tag, WorkerpoolId, WorkerpoolOrder, RLC,
};
use rlc_runtime::{
	presets, Balances, Marketplace, Registry, Runtime, RuntimeCall, RuntimeOrigin, System, UncheckedExtrinsic,
};
use sp_core::{H160, H256};

/// In the list of offers that admit everybody, and in that of the others.
const HOSTILE: u64 = 10_000;

/// All of them pay more than the honest one.
const HOPELESS: u64 = 1_000;

/// After this many blocks, the search has long seen all of the book on any machine.
const MOST_BLOCKS: u32 = 40;

/// What the machine may take from a run for other things, in ms.
const NOISE: u128 = 20;

const DEVELOPER: AccountId = AccountId::new([11; 32]);
const SCHEDULER: AccountId = AccountId::new([12; 32]);
const REQUESTER: AccountId = AccountId::new([13; 32]);
const ATTACKER: AccountId = AccountId::new([66; 32]);
const ACCOMPLICE: AccountId = AccountId::new([67; 32]);
const PAUPER: AccountId = AccountId::new([68; 32]);

fn by(who: &AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who.clone())
}

fn publish(who: &AccountId, order: impl Into<AnyOrder>) -> OrderHash {
	let order = order.into();
	let hash = order.hash(&Marketplace::signing_domain());
	Marketplace::publish_order(by(who), Box::new(order)).expect("the order is published");
	hash
}

fn salt(n: u64) -> H256 {
	H256::from_low_u64_be(n)
}

fn app(owner: &AccountId, n: u64) -> AppId {
	let app = assets::app(n);
	let id = AppId::derive(owner, &app);
	Registry::register_app(by(owner), app).expect("the app is registered");
	id
}

fn workerpool(owner: &AccountId, n: u64) -> WorkerpoolId {
	let description = assets::description(n);
	let id = WorkerpoolId::derive(owner, &description);
	Registry::register_workerpool(by(owner), description).expect("the workerpool is registered");
	id
}

/// Returns an offer to do anything for nothing.
fn offer(workerpool: WorkerpoolId, n: u64) -> WorkerpoolOrder {
	WorkerpoolOrder {
		workerpool,
		price: 0,
		volume: u64::MAX,
		tag: Tag(H256::repeat_byte(0xFF)),
		category: CategoryId(0),
		trust: u64::MAX,
		app_restrict: Restriction::Anyone,
		dataset_restrict: Restriction::Anyone,
		requester_restrict: Restriction::Anyone,
		salt: salt(n),
	}
}

fn app_order(app: AppId) -> AppOrder {
	AppOrder {
		app,
		price: 0,
		volume: u64::MAX,
		tag: Tag::NONE,
		dataset_restrict: Restriction::Anyone,
		workerpool_restrict: Restriction::Anyone,
		requester_restrict: Restriction::Anyone,
		salt: salt(0),
	}
}

fn request(app: AppId, requester: &AccountId, n: u64) -> RequestOrder {
	RequestOrder {
		app,
		app_max_price: 0,
		dataset: None,
		dataset_max_price: 0,
		workerpool: PoolRestriction::Anyone,
		workerpool_max_price: RLC,
		requester: requester.clone(),
		volume: 3,
		tag: Tag::NONE,
		category: CategoryId(0),
		trust: 5,
		beneficiary: None,
		callback: None,
		params: b"{}".to_vec().try_into().expect("short"),
		salt: salt(n),
		payer: None,
		expiry: None,
	}
}

/// Half of the open offers do not deliver the trust, and half are a pool's that was given away since; half of the
/// others are for somebody else, and half for a group of nobody's.
fn hostile_offers() {
	let (own, sold) = (workerpool(&ATTACKER, 1), workerpool(&ATTACKER, 2));
	for n in 0..HOSTILE {
		let open = if n % 2 == 0 { WorkerpoolOrder { trust: 1, ..offer(own, n) } } else { offer(sold, n) };
		publish(&ATTACKER, open);
		let requester_restrict = if n % 2 == 0 {
			Restriction::Exactly(ACCOMPLICE)
		} else {
			Restriction::Group(GroupId(H160::repeat_byte(9)))
		};
		publish(&ATTACKER, WorkerpoolOrder { requester_restrict, ..offer(own, HOSTILE + n) });
	}
	let asset = pallet_registry::AssetId::Workerpool(sold);
	Registry::transfer(by(&ATTACKER), asset, ACCOMPLICE).expect("the pool is given away");
}

/// Publishes requests of five kinds, a fifth each: for a trust that nobody delivers, without RLC to pay, for an app that
/// nobody offers, for the pools of a group without members, and for a record that no pool has.
fn hopeless_requests(honest: AppId) {
	let unoffered = app(&ATTACKER, 1);
	for n in 0..HOPELESS {
		let order = RequestOrder { workerpool_max_price: 2 * RLC, ..request(honest, &ATTACKER, n) };
		let order = match n % 5 {
			0 => RequestOrder { trust: u64::MAX, ..order },
			1 => RequestOrder { requester: PAUPER, ..order },
			2 => RequestOrder { app: unoffered, ..order },
			3 => RequestOrder { workerpool: PoolRestriction::Group(GroupId(H160::repeat_byte(9))), ..order },
			_ => {
				let least = LeastRecord { completed: RLC, max_failed: 100 };
				RequestOrder { workerpool: PoolRestriction::new(Restriction::Anyone, Some(least)), ..order }
			}
		};
		let who = order.requester.clone();
		publish(&who, order);
	}
	let left = Balances::free_balance(PAUPER) - 1;
	let to_nobody = pallet_balances::Call::<Runtime>::transfer_allow_death { dest: ATTACKER.into(), value: left };
	let spent = sp_runtime::traits::Dispatchable::dispatch(RuntimeCall::from(to_nobody), by(&PAUPER));
	assert!(spent.is_ok(), "the pauper spends what it has");
}

#[test]
fn honest_request_is_matched_in_a_book_full_of_others() {
	let mut chain = chain::chain(presets::DEVELOPMENT);
	let clock = Instant::now();
	let watch = Arc::new(move || 1_000 + u64::try_from(clock.elapsed().as_millis()).expect("not that long"));
	let submitted = pallet_testing::offchain::validator(&mut chain, watch);

	let mine = chain.execute_with(|| {
		System::set_block_number(1);
		frame_system::BlockHash::<Runtime>::insert(0, H256::repeat_byte(1));
		for (who, amount) in [
			(DEVELOPER, 10 * RLC),
			(SCHEDULER, 100 * RLC),
			(REQUESTER, 10 * RLC),
			(ATTACKER, 1_000_000 * RLC),
			(ACCOMPLICE, RLC),
			(PAUPER, 100 * RLC),
		] {
			Balances::mint_into(&who, amount).expect("the supply is not used up");
		}
		let honest = app(&DEVELOPER, 7);
		publish(&DEVELOPER, app_order(honest));
		hostile_offers();
		hopeless_requests(honest);
		let pool = workerpool(&SCHEDULER, 8);
		let offer = WorkerpoolOrder { price: RLC, trust: 10, tag: Tag::NONE, ..offer(pool, 0) };
		publish(&SCHEDULER, offer);
		let request = request(honest, &REQUESTER, 0);
		let begun = Instant::now();
		let estimate = Marketplace::estimate(request.clone());
		println!("estimate: {:?}, found: {}", begun.elapsed(), estimate.is_some());
		publish(&REQUESTER, request)
	});
	// As on a node, where only a block's own changes are not in the database.
	chain.commit_all().expect("the state is committed");

	let budget: u64 = <Runtime as Config>::SearchTime::get();
	let budget = u128::from(budget);
	let mut found = false;
	for block in 1..=MOST_BLOCKS {
		let took = chain.execute_with(|| {
			System::set_block_number(1 + block);
			let begun = Instant::now();
			Marketplace::offchain_worker(1 + block);
			begun.elapsed()
		});
		let matches: Vec<_> = submitted()
			.iter()
			.filter_map(|bytes| match UncheckedExtrinsic::decode(&mut &bytes[..]).expect("an extrinsic").function {
				RuntimeCall::Marketplace(Call::match_published { request, .. }) => Some(request),
				_ => None,
			})
			.collect();
		println!("block {block}: {took:?}, {} matches", matches.len());
		assert!(took.as_millis() <= budget + NOISE, "a run took {took:?}");
		if matches.contains(&mine) {
			println!("found in block {block}");
			found = true;
			break;
		}
	}
	assert!(found, "the honest request was not found");
}
