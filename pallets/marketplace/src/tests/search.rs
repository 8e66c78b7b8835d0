//! The search: no number of offers that are of no use hides one that is, and no validator's time is anybody's for free.

use std::sync::{
	atomic::{AtomicU64, Ordering::SeqCst},
	Arc,
};

use frame_support::assert_ok;
use rlc_primitives::{
	deal::Settlement,
	record::{LeastRecord, PoolRecord, Tally},
	Balance, GroupId, Restriction, WorkerpoolId,
};
use sp_core::{offchain::StorageKind, H160};

use super::{
	funds::{freeze, heirs_offer, heirs_pool, leave},
	unattended::{on_a_validator, unsigned, with_watch},
	*,
};

/// More than an estimate looks at, or combines, beside what it looks at in any case.
const MANY: u16 = 60;

/// Publishes an offer of the heir's pool after a change.
fn publish(salt: u16, change: impl FnOnce(&mut WorkerpoolOrder)) {
	let salt = H256::from_low_u64_be(salt.into());
	let mut order = WorkerpoolOrder { workerpool: heirs_pool(), price: 1, salt, ..four().workerpool };
	change(&mut order);
	assert_ok!(Market::publish_order(Who::Heir.origin(), boxed(&order)));
}

/// The honest offer is found by an estimate, and by a validator.
fn is_found(four: &Four, work: &dyn Fn() -> Vec<crate::Call<Test>>) {
	assert_eq!(Market::estimate(four.request.clone()).map(|found| found.orders), Some(four.hashes()));
	assert_eq!(work(), vec![unsigned(four.hashes())]);
}

#[test]
fn offers_that_no_stake_is_left_for_hide_nothing() {
	on_a_validator(|work| {
		let four = four().published();
		(1..=MANY).for_each(|salt| {
			heirs_offer(1, salt);
		});
		leave(Who::Heir, 0);
		// The bonds were for less than what is staked today.
		StakeRate::set(&1_200);
		is_found(&four, work);
	});
}

#[test]
fn offers_whose_bonds_vest_hide_nothing() {
	on_a_validator(|work| {
		let four = four().published();
		(1..=MANY).for_each(|salt| {
			heirs_offer(10, salt);
		});
		freeze(Who::Heir);
		is_found(&four, work);
	});
}

#[test]
fn offers_of_a_former_owner_hide_nothing() {
	on_a_validator(|work| {
		let four = four().published();
		(1..=MANY).for_each(|salt| {
			heirs_offer(1, salt);
		});
		Workerpools::insert(heirs_pool(), (Who::Broker.id(), 30, 1, Settlement::Automatic));
		is_found(&four, work);
	});
}

#[test]
fn offers_for_others_hide_nothing() {
	on_a_validator(|work| {
		let four = four().published();
		for salt in 1..=150 {
			publish(salt, |order| order.requester_restrict = Restriction::Exactly(Who::Broker.id()));
		}
		is_found(&four, work);
	});
}

#[test]
fn offers_that_cannot_do_it_hide_nothing() {
	on_a_validator(|work| {
		let four = four().with(|it| it.request.trust = 2).published();
		for salt in 1..=MANY {
			publish(salt, |order| order.trust = 1);
		}
		is_found(&four, work);
	});
}

#[test]
fn offers_whose_group_has_no_such_member_hide_nothing_that_admits_everybody() {
	on_a_validator(|work| {
		let four = four().published();
		for salt in 1..=150 {
			publish(salt, |order| order.requester_restrict = Restriction::Group(GROUP));
		}
		is_found(&four, work);
	});
}

/// Returns the restriction to pools that completed at least this much, and failed at most a tenth.
fn proven(completed: Balance) -> PoolRestriction {
	PoolRestriction::new(Restriction::Anyone, Some(LeastRecord { completed, max_failed: 10 }))
}

fn record(pool: WorkerpoolId, owner: Who, completed: Balance, timed_out: Balance) {
	let tally = Tally { completed, timed_out, ..Tally::default() };
	crate::PoolRecords::<Test>::insert(pool, PoolRecord { tally, ..PoolRecord::new(owner.id()) });
}

#[test]
fn offers_of_pools_with_too_poor_a_record_hide_no_others() {
	let records: [fn(); 2] = [|| (), || record(heirs_pool(), Who::Heir, 900, 101)];
	for give_heirs_pool_a_record in records {
		on_a_validator(|work| {
			let four = four().with(|it| it.request.workerpool = proven(900)).published();
			record(POOL, Who::Scheduler, 900, 100);
			(1..=MANY).for_each(|salt| publish(salt, |_| ()));
			give_heirs_pool_a_record();
			is_found(&four, work);
		});
	}
}

#[test]
fn offer_for_this_requester_is_found_too() {
	on_a_validator(|work| {
		let four =
			four().with(|it| it.workerpool.requester_restrict = Restriction::Exactly(Who::Requester.id())).published();
		is_found(&four, work);
	});
}

#[test]
fn workerpool_that_is_named_is_found_among_its_own_offers() {
	on_a_validator(|work| {
		let four = four().with(|it| it.request.workerpool = PoolRestriction::Exactly(POOL)).published();
		(1..=MANY).for_each(|salt| {
			heirs_offer(1, salt);
		});
		is_found(&four, work);
	});
}

#[test]
fn app_offer_that_grants_a_network_serves_requests_of_trust_1_only() {
	test(|| {
		let network = Tag::from_bits(Tag::NETWORK);
		let four = four().with(|it| (it.workerpool.tag, it.app.tag) = (network, network)).published();
		let is_found = |trust| Market::estimate(RequestOrder { trust, ..four.request.clone() }).is_some();
		assert!(is_found(1) && !is_found(2));
	});
}

#[test]
fn estimate_ends_after_so_many_offers() {
	test(|| {
		let four = four().with(|it| it.request.trust = 2).published();
		EstimateOffers::set(&40);
		(1..=29).for_each(|salt| publish(salt, |order| order.trust = 1));
		assert!(Market::estimate(four.request.clone()).is_some(), "the thirtieth");
		publish(30, |order| order.trust = 1);
		assert_eq!(Market::estimate(four.request), None);
	});
}

#[test]
fn estimate_ends_after_so_many_combinations() {
	test(|| {
		Members::insert(GROUP, rlc_primitives::orders::Member::Account(Who::Requester.id()), ());
		let four = four().with(|it| it.workerpool.requester_restrict = Restriction::Group(GROUP)).published();
		let others = GroupId(H160::repeat_byte(5));
		(1..=9).for_each(|salt| publish(salt, |order| order.requester_restrict = Restriction::Group(others)));
		assert!(Market::estimate(four.request.clone()).is_some(), "the tenth");
		publish(10, |order| order.requester_restrict = Restriction::Group(others));
		assert_eq!(Market::estimate(four.request.clone()), None);
		(11..=20)
			.for_each(|salt| publish(salt, |order| order.requester_restrict = Restriction::Exactly(Who::Heir.id())));
		EstimateCombinations::set(&11);
		assert!(Market::estimate(four.request).is_some(), "who is named needs no look at a group");
	});
}

/// The clock goes on by 1 ms whenever it is looked at.
fn busy_clock() -> (Arc<AtomicU64>, pallet_testing::offchain::Watch) {
	let time = Arc::new(AtomicU64::new(1_000));
	let watch = time.clone();
	(time, Arc::new(move || watch.fetch_add(1, SeqCst)))
}

#[test]
fn search_that_runs_out_of_time_goes_on_in_the_next_block() {
	let (time, watch) = busy_clock();
	with_watch(watch, |work| {
		let four = four().with(|it| it.request.trust = 2).published();
		(1..=300).for_each(|salt| publish(salt, |order| order.trust = 1));
		let mut found = Vec::new();
		let mut blocks = 0;
		while found.is_empty() {
			let begun = time.load(SeqCst);
			found = work(1);
			blocks += 1;
			assert!(time.load(SeqCst) - begun <= 200, "no run takes longer than it may");
			assert!(blocks < 10);
		}
		assert_eq!(found, vec![unsigned(four.hashes())]);
		assert!(blocks > 1);
	});
}

/// Returns how many blocks it takes to match a request behind a hundred others that pay more and cannot be served.
fn blocks_behind_hopeless(make_hopeless: fn(&mut RequestOrder)) -> u64 {
	let (time, watch) = busy_clock();
	let needed = Arc::new(AtomicU64::new(0));
	let told = needed.clone();
	with_watch(watch, |work| {
		for salt in 1..=100 {
			let hopeless = four().with(|it| {
				make_hopeless(&mut it.request);
				it.request.workerpool_max_price = 1_000;
				it.request.salt.0[0] = salt;
			});
			assert_ok!(Market::publish_order(Who::Requester.origin(), boxed(&hopeless.request)));
		}
		let four = four().published();
		let mut blocks = 0;
		loop {
			let begun = time.load(SeqCst);
			let found = work(1);
			blocks += 1;
			assert!(time.load(SeqCst) - begun <= 200, "no run takes longer than it may");
			if found == vec![unsigned(four.hashes())] {
				break;
			}
			assert!(blocks < 10 && found.is_empty());
		}
		told.store(blocks, SeqCst);
	});
	needed.load(SeqCst)
}

#[test]
fn requests_that_run_out_of_time_go_on_in_the_next_block() {
	assert!(blocks_behind_hopeless(|request| request.trust = 1_000) > 1);
}

#[test]
fn requests_for_records_that_no_pool_has_delay_others_no_more_than_other_hopeless_ones() {
	let by_trust = blocks_behind_hopeless(|request| request.trust = 1_000);
	let by_record = blocks_behind_hopeless(|request| request.workerpool = proven(Balance::MAX));
	let by_group = blocks_behind_hopeless(|request| request.workerpool = PoolRestriction::Group(GROUP));
	assert!(by_record <= by_trust && by_record <= by_group, "{by_record}, {by_trust}, {by_group}");
}

#[test]
fn request_that_found_nothing_waits_longer_each_time() {
	with_watch(Arc::new(|| 1), |work| {
		let four = four();
		for (owner, order) in four.owned() {
			if owner != Who::Scheduler {
				assert_ok!(Market::publish_order(owner.origin(), Box::new(order)));
			}
		}
		// It is looked for in the blocks 2, 3, 5, 9 and 17, and then again in 33.
		(2..=20).for_each(|_| assert_eq!(work(1), vec![]));
		assert_ok!(Market::publish_order(Who::Scheduler.origin(), boxed(&four.workerpool)));
		(21..=32).for_each(|_| assert_eq!(work(1), vec![]));
		assert_eq!(work(1), vec![unsigned(four.hashes())]);
	});
}

#[test]
fn request_whose_match_is_on_its_way_is_not_looked_for_at_once() {
	with_watch(Arc::new(|| 1), |work| {
		let found = vec![unsigned(four().published().hashes())];
		assert_eq!((work(1), work(1), work(1)), (found.clone(), vec![], found));
	});
}

#[test]
fn one_run_at_a_time() {
	with_watch(Arc::new(|| 1), |work| {
		four().published();
		let lock = b"rlc/marketplace/search/lock";
		let until = codec::Encode::encode(&sp_core::offchain::Timestamp::from_unix_millis(5_000));
		sp_io::offchain::local_storage_set(StorageKind::PERSISTENT, lock, &until);
		assert_eq!(work(1), vec![]);
		sp_io::offchain::local_storage_clear(StorageKind::PERSISTENT, lock);
		assert_eq!(work(1).len(), 1);
	});
}

#[test]
fn price_below_the_floor_is_no_advantage() {
	test(|| {
		StakeRate::set(&1_200);
		let four = four().with(|it| it.workerpool.price = 0).published();
		heirs_offer(0, 1);
		let best = |request: &RequestOrder| Market::estimate(request.clone()).unwrap().orders.workerpool;
		assert_eq!(best(&four.request), four.hashes().workerpool, "the oldest");
		// A floor of 100 nRLC counts as a price of 333.
		let price: Balance = 333;
		let fair = four.with(|it| (it.workerpool.price, it.workerpool.salt.0[0]) = (price, 1));
		assert_ok!(Market::publish_order(Who::Scheduler.origin(), boxed(&fair.workerpool)));
		let rich = fair.clone().with(|it| it.request.workerpool_max_price = price);
		assert_eq!(Market::estimate(rich.request).unwrap().task_price, 30, "of equal ranks the cheapest");
	});
}

/// What a block refuses, pools refuse for a while.
#[test]
fn offers_and_requesters_are_not_promised_twice_in_a_block() {
	on_a_validator(|work| {
		let four = four().with(|it| (it.workerpool.volume, it.request.volume) = (5, 5)).published();
		let again = four.with(|it| it.request.salt.0[0] = 1);
		assert_ok!(Market::publish_order(Who::Requester.origin(), boxed(&again.request)));
		assert_eq!(work().len(), 1, "the offer is good for one of them");
	});
	on_a_validator(|work| {
		let four = four().with(|it| it.request.volume = 1).published();
		let again = four.with(|it| it.request.salt.0[0] = 1);
		assert_ok!(Market::publish_order(Who::Requester.origin(), boxed(&again.request)));
		leave(Who::Requester, 2 * (2_000 + 2 + 140) - 1);
		assert_eq!(work().len(), 1, "the requester can pay for one of them");
	});
}

/// Offers that are good for one task each hold no request up: another scheduler's serve what they leave.
#[test]
fn requests_that_the_cheapest_scheduler_cannot_serve_go_to_the_next_one() {
	on_a_validator(|work| {
		let four = four().with(|it| it.request.volume = 1).published();
		(1..=10).for_each(|salt| {
			heirs_offer(10, salt);
		});
		leave(Who::Heir, 0);
		for salt in 1..=2 {
			let again = four.clone().with(|it| it.request.salt.0[0] = salt);
			assert_ok!(Market::publish_order(Who::Requester.origin(), boxed(&again.request)));
		}
		let pools: Vec<_> = work()
			.iter()
			.filter_map(|call| match call {
				crate::Call::match_published { workerpool, .. } => crate::Orders::<Test>::get(workerpool),
				_ => None,
			})
			.map(|published| published.owner)
			.collect();
		assert_eq!(pools, [Who::Heir.id(), Who::Scheduler.id(), Who::Scheduler.id()]);
	});
}
