//! Matches that nobody signs, between the block in which a validator finds them and the one that they are for.

use codec::Decode;
use frame_support::{
	assert_noop,
	traits::{Currency, Hooks},
};
use frame_system::RawOrigin;
use pallet_marketplace::{Call, Error, Event, Orders};
use rlc_checks::{
	attacks::{
		chain::{Chain, PLENTY},
		market::{deals_of, publish, App, Pool},
		network::{Network, Submitted},
	},
	people::Person,
};
use rlc_primitives::OrderHash;
use rlc_runtime::{
	configs::computing::{
		parameters::marketplace::{Parameters, StakeRate},
		RuntimeParameters,
	},
	*,
};
use sp_runtime::transaction_validity::{InvalidTransaction, TransactionValidityError};

use crate::common::happened;

/// A request in the book, and two offers that serve it, of which the first is the cheaper one.
struct Market {
	chain: Chain,
	submitted: Submitted,
	requester: Person,
	first: Offer,
	second: Offer,
}

struct Offer {
	pool: Pool,
	hash: OrderHash,
}

impl Market {
	/// Runs `test` on a market whose stake rate, in nRLC, changes once the first offer is in the book. `None`: it stays.
	fn with_stake_rate(rate: Option<Balance>, test: impl FnOnce(Self)) {
		let (mut state, submitted) = Network::LIVE.start();
		state.execute_with(|| {
			let mut chain = Chain::new(submitted.clone());
			let requester = chain.person("requester", PLENTY);
			let app = chain.app(&requester);
			let offer = chain.app_offer(&app);
			chain.must(&requester, publish(offer).0);
			let first = offer_of(&mut chain, "first", 100);
			let key_value = RuntimeParameters::Marketplace(Parameters::StakeRate(StakeRate, rate));
			let call = RuntimeCall::from(pallet_parameters::Call::set_parameter { key_value });
			chain.root(call).expect("root sets it");
			let second = offer_of(&mut chain, "second", RLC / 10);
			ask(&mut chain, &requester, &app);
			test(Self { chain, submitted, requester, first, second });
		});
	}

	/// Has a validator search. Returns the matches that it submits.
	fn found(&self) -> Vec<UncheckedExtrinsic> {
		Marketplace::offchain_worker(System::block_number());
		let decoded = |bytes: Vec<u8>| UncheckedExtrinsic::decode(&mut &bytes[..]).expect("it is a transaction");
		self.submitted.take().into_iter().map(decoded).collect()
	}

	/// Has the first offer's scheduler give away all that is free.
	fn impoverish_first(&mut self) {
		let dest = self.requester.account().into();
		let scheduler = self.first.pool.scheduler.clone();
		self.chain.must(&scheduler, pallet_balances::Call::transfer_all { dest, keep_alive: true });
	}

	/// Returns what each of the three has, and has locked, in nRLC.
	fn wealth(&self) -> [(Balance, Balance); 3] {
		[&self.requester, &self.first.pool.scheduler, &self.second.pool.scheduler]
			.map(|who| (Balances::total_balance(&who.account()), Rlc::locked(who.account())))
	}

	/// Returns how many deals were made of each offer.
	fn deals(&self) -> [usize; 2] {
		[&self.first, &self.second].map(|offer| deals_of(&offer.pool))
	}
}

/// Publishes the offer of a new workerpool at this price.
fn offer_of(chain: &mut Chain, scheduler: &str, price: Balance) -> Offer {
	let scheduler = chain.person(scheduler, PLENTY);
	let pool = chain.pool(&scheduler);
	let (call, hash) = publish(chain.pool_offer(&pool, price));
	chain.must(&scheduler, call);
	Offer { pool, hash }
}

/// Publishes a request of one task.
fn ask(chain: &mut Chain, requester: &Person, app: &App) {
	let request = chain.request(app, requester, RLC);
	chain.must(requester, publish(request).0);
}

/// Returns the hash of the workerpool order of a match.
fn offer_in(matched: &UncheckedExtrinsic) -> OrderHash {
	match matched.function {
		RuntimeCall::Marketplace(Call::match_published { workerpool, .. }) => workerpool,
		_ => panic!("it is a match"),
	}
}

#[test]
fn match_whose_scheduler_lost_its_money_is_refused_and_another_offer_serves_the_request() {
	// Ten times as much as when the first offer was published: its bond is too little for a task, what is free is not.
	Market::with_stake_rate(Some(6 * RLC), |mut market| {
		let found = market.found();
		assert_eq!(found.iter().map(offer_in).collect::<Vec<_>>(), [market.first.hash]);

		market.impoverish_first();
		let before = market.wealth();
		let RuntimeCall::Marketplace(Call::match_published { request, app, dataset, workerpool }) =
			found[0].function.clone()
		else {
			panic!("it is a match")
		};
		assert_noop!(
			Marketplace::match_published(RawOrigin::Authorized.into(), request, app, dataset, workerpool),
			Error::<Runtime>::SchedulerUnfunded
		);
		let refused = Err(TransactionValidityError::from(InvalidTransaction::Call));
		assert_eq!(market.chain.block(found), [refused]);
		assert_eq!((market.wealth(), market.deals()), (before, [0, 0]));
		assert!(Orders::<Runtime>::contains_key(request), "it waits for another");

		// The request rests until the match could be in a block.
		let mut blocks = 0;
		while market.deals() == [0, 0] && blocks < 4 {
			let found = market.found();
			market.chain.block(found);
			blocks += 1;
		}
		assert_eq!(market.deals(), [0, 1], "after {blocks} blocks");
		assert!(!Orders::<Runtime>::contains_key(request));
	});
}

#[test]
fn match_whose_scheduler_has_nothing_but_its_bond_is_made_and_its_offer_leaves_the_book() {
	Market::with_stake_rate(None, |mut market| {
		let found = market.found();
		assert_eq!(found.iter().map(offer_in).collect::<Vec<_>>(), [market.first.hash]);

		market.impoverish_first();
		let order = market.first.hash;
		let bond = Orders::<Runtime>::get(order).expect("it is in the book").bond;
		assert_eq!(market.chain.block(found), [Ok(Ok(()))]);
		assert_eq!(market.deals(), [1, 0]);
		let unfunded = RuntimeEvent::from(Event::<Runtime>::OrderUnfunded { order });
		assert!(happened(|event| *event == unfunded));
		assert!(!Orders::<Runtime>::contains_key(order));
		assert!(bond > 0);
		assert_eq!(market.wealth()[1].1, bond, "the stake of one task");
	});
}
