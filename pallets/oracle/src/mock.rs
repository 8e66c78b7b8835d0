//! The smallest runtime around the pallet, and the people of its tests.

use frame_support::{
	assert_ok, parameter_types,
	traits::{
		fungible::{Inspect, InspectHold},
		tokens::imbalance::ResolveTo,
		ConstU32, ConstU64, Hooks,
	},
	weights::Weight,
	PalletId,
};
use pallet_testing::Brakes;
pub use pallet_testing::Clock;
use rlc_primitives::{
	oracle::{
		value::{sealed, seat_payload},
		Definition, Demand, Observation, Panel, Policy, ReadError, Reading, Seating, Source, Value, ONE,
	},
	traits::{Feeds as _, Outbox},
	AccountId, Balance, FeedId, Hash, Moment, RLC,
};
use sp_core::{ed25519, Pair, H256};
use sp_runtime::DispatchResult;

use crate::types::{Publication, ReportOf, RevealOf, SealOf, SignedObservation};

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeTask,
		RuntimeHoldReason,
		RuntimeFreezeReason
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(2)]
	pub type Oracle = crate;
}

pallet_testing::system_and_balances!(Test);

/// Creates feeds.
pub const OWNER: AccountId = AccountId::new([1; 32]);
/// Asks for values, and publishes them.
pub const READER: AccountId = AccountId::new([2; 32]);
/// Stands by.
pub const STRANGER: AccountId = AccountId::new([3; 32]);
/// Gets what is seized.
pub const TREASURY: AccountId = AccountId::new([20; 32]);

/// When the tests begin, in ms.
pub const START: Moment = 1_000_000_000;
/// What a report is paid, in nRLC.
pub const REWARD: Balance = 1_000;
/// The least bond, in nRLC.
pub const BOND: Balance = 100 * RLC;
/// The heartbeat, the window and the maximum age of feeds, in ms.
pub const HEARTBEAT: Moment = 60_000;
pub const WINDOW: Moment = 10_000;
pub const MAX_AGE: Moment = 120_000;
/// How long a bond stays, in ms.
pub const NOTICE: Moment = 7 * 24 * 60 * 60 * 1_000;

parameter_types! {
	pub const OraclePalletId: PalletId = PalletId(*b"rlc/orac");
	pub Treasury: AccountId = TREASURY;
	pub Genesis: Hash = H256::repeat_byte(0x6E);
	pub const FeedDeposit: Balance = 1_000_000;
	pub const ByteDeposit: Balance = 10_000;
	pub const LeastBond: Balance = BOND;
	pub storage Session: u32 = 1;
	/// The rounds of feeds that were sent to Ethereum.
	pub storage Sent: Vec<(FeedId, u64)> = Vec::new();
}

/// Notes what it is given.
pub struct Letterbox;

impl Outbox for Letterbox {
	fn send(feed: &FeedId, reading: &Reading) {
		Sent::set(&[Sent::get(), vec![(*feed, reading.round)]].concat());
	}

	fn weight() -> Weight {
		Weight::from_parts(7, 0)
	}
}

impl crate::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Treasury = ResolveTo<Treasury, Balances>;
	type Outbox = Letterbox;
	type Stops = Brakes;
	type Time = Clock;
	type Session = Session;
	type Genesis = Genesis;
	type PalletId = OraclePalletId;
	type FeedDeposit = FeedDeposit;
	type ByteDeposit = ByteDeposit;
	type LeastBond = LeastBond;
	type Notice = ConstU64<NOTICE>;
	type MaxCandidates = ConstU32<31>;
	type MaxBatch = ConstU32<100>;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Helper;
}

#[cfg(feature = "runtime-benchmarks")]
pub struct Helper;

#[cfg(feature = "runtime-benchmarks")]
impl crate::BenchmarkHelper for Helper {
	fn endow(who: &AccountId, amount: Balance) {
		use frame_support::traits::fungible::Mutate;
		Balances::set_balance(who, amount);
	}

	fn set_time(now: Moment) {
		Clock::set(now);
	}
}

/// Returns the account of a seat.
pub fn seat(number: u8) -> AccountId {
	AccountId::new([100 + number; 32])
}

/// Returns the key of a seat.
pub fn key(number: u8) -> ed25519::Pair {
	ed25519::Pair::from_seed(&[100 + number; 32])
}

/// Returns a chain on which everybody has 10,000 RLC.
pub fn oracle() -> sp_io::TestExternalities {
	let people = [OWNER, READER, STRANGER].into_iter().chain((0..70).map(seat));
	let balances = people.map(|who| (who, 10_000 * RLC)).collect();
	let mut chain = pallet_testing::new_chain::<Test>(RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig { balances, ..Default::default() },
		..Default::default()
	});
	chain.execute_with(|| Clock::set(START));
	chain
}

/// Returns the same, with a keystore.
#[cfg(feature = "runtime-benchmarks")]
pub fn with_keystore() -> sp_io::TestExternalities {
	use sp_keystore::{testing::MemoryKeystore, KeystoreExt};
	let mut chain = oracle();
	chain.register_extension(KeystoreExt::new(MemoryKeystore::new()));
	chain
}

/// Runs `test` and checks the invariants after it: O8 to the nRLC.
pub fn test(test: impl FnOnce()) {
	oracle().execute_with(|| {
		test();
		check_invariants();
	});
}

/// Checks the pallet's invariants, and O8 to the nRLC: nobody has sent the account anything.
pub fn check_invariants() {
	Oracle::do_try_state().expect("the invariants hold after every test");
	assert_eq!(Balances::total_balance(&Oracle::account()), Oracle::promised(), "O8");
}

/// Returns a feed of a number that this many named seats report.
pub fn named(seats: u8) -> Definition {
	let accounts = (0..seats).map(seat).collect::<Vec<_>>().try_into().unwrap();
	with_panel(Seating::Named(accounts))
}

/// Returns a feed of a number that as many seats report, those with the highest bonds.
pub fn open(seats: u8) -> Definition {
	with_panel(Seating::Open(seats))
}

fn with_panel(seating: Seating) -> Definition {
	let source = Source {
		url: b"https://api.example.com/price".to_vec().try_into().unwrap(),
		path: b"$.price".to_vec().try_into().unwrap(),
		..Source::default()
	};
	Definition {
		sources: vec![source].try_into().unwrap(),
		policy: Policy::Panel(Panel { seating, bond: 0 }),
		heartbeat: HEARTBEAT,
		deviation: 100,
		max_age: MAX_AGE,
		min_sources: 1,
		reward: REWARD,
		window: WINDOW,
		min: None,
		max: None,
		max_jump: None,
		ethereum: false,
	}
}

/// Has the owner create a feed that can pay ten rounds.
pub fn created(definition: Definition) -> FeedId {
	let (feed, prepaid) = (definition.feed_id(), definition.round_cost() * 10);
	assert_ok!(Oracle::create_feed(signed(&OWNER), Box::new(definition), prepaid));
	feed
}

/// Has a feed created, and its named seats, or as many candidates, taken. Values may have the date of now.
pub fn seated(definition: Definition) -> FeedId {
	let seats = definition.seats();
	let feed = created(definition);
	(0..seats).for_each(|number| {
		assert_ok!(take_seat(feed, number, BOND));
	});
	Clock::advance(3_000);
	feed
}

/// Has a feed created, with a first value: a number, in units.
pub fn valued(definition: Definition, number: i128) -> FeedId {
	let seats = definition.seats();
	let feed = seated(definition);
	(0..seats).for_each(|seat| {
		assert_ok!(report(feed, seat, number));
	});
	feed
}

/// Has all of a panel's seats report a number after the next heartbeat.
pub fn next_value(feed: FeedId, seats: u8, number: i128) {
	Clock::advance(HEARTBEAT);
	(0..seats).for_each(|seat| {
		assert_ok!(report(feed, seat, number));
	});
}

pub fn signed(who: &AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who.clone())
}

/// Takes a seat as it should be.
pub fn take_seat(feed: FeedId, number: u8, bond: Balance) -> DispatchResult {
	let proof = key(number).sign(seat_payload(Genesis::get(), feed, &seat(number)).as_bytes());
	let url = b"http://127.0.0.1:9000".to_vec().try_into().unwrap();
	Oracle::take_seat(signed(&seat(number)), feed, bond, url, key(number).public(), proof)
}

/// Returns the time, in ms.
pub fn now() -> Moment {
	<Clock as frame_support::traits::Time>::now()
}

/// Returns a number of units, seen now.
pub fn seen(number: i128) -> Observation {
	seen_at(number, now())
}

/// Returns a number of units, seen at some time.
pub fn seen_at(number: i128, date: Moment) -> Observation {
	Observation { date, value: Value::Number(number * ONE), evidence: H256::repeat_byte(0xE5) }
}

/// Has a seat report a number, seen now, without claiming anything.
pub fn report(feed: FeedId, number: u8, value: i128) -> DispatchResult {
	report_as(number, ReportOf { feed, observation: seen(value), claims: false })
}

/// Has a seat claim that the value deviates.
pub fn claim_deviation(feed: FeedId, number: u8, value: i128) -> DispatchResult {
	report_as(number, ReportOf { feed, observation: seen(value), claims: true })
}

/// Has a seat report.
pub fn report_as(number: u8, report: ReportOf) -> DispatchResult {
	let batch = vec![report].try_into().unwrap();
	Oracle::report_many(signed(&seat(number)), batch).map(|_| ()).map_err(|refusal| refusal.error)
}

/// Has a seat commit to a number, seen now.
pub fn commit(feed: FeedId, number: u8, observation: &Observation) -> DispatchResult {
	let seal = seal_of(feed, number, observation);
	let batch = vec![SealOf { feed, seal, claims: false }].try_into().unwrap();
	Oracle::commit_many(signed(&seat(number)), batch).map(|_| ()).map_err(|refusal| refusal.error)
}

/// Returns what a seat commits to in the round that is open, or the next.
pub fn seal_of(feed: FeedId, number: u8, observation: &Observation) -> Hash {
	let rounds = crate::Values::<Test>::get(feed).map_or(0, |history| history.rounds);
	let round = crate::Rounds::<Test>::get(feed).map_or(rounds + 1, |round| round.number);
	sealed(observation.payload(Genesis::get(), feed), &seat(number), round, salt(number))
}

/// Returns what hides a seat's commitments.
pub fn salt(number: u8) -> H256 {
	H256::repeat_byte(number)
}

/// Has a seat show what it committed to.
pub fn reveal(feed: FeedId, number: u8, observation: Observation) -> DispatchResult {
	let batch = vec![RevealOf { feed, observation, salt: salt(number) }].try_into().unwrap();
	Oracle::reveal_many(signed(&seat(number)), batch).map(|_| ()).map_err(|refusal| refusal.error)
}

/// Returns an observation that a seat signed.
pub fn signed_by(feed: FeedId, number: u8, observation: Observation) -> SignedObservation {
	let signature = key(number).sign(observation.payload(Genesis::get(), feed).as_bytes());
	SignedObservation { reporter: seat(number), observation, signature }
}

/// Returns what seats say, each one number of units, seen now.
pub fn publication(feed: FeedId, numbers: &[(u8, i128)], pays: bool) -> Publication {
	let observations = numbers.iter().map(|(number, value)| signed_by(feed, *number, seen(*value)));
	Publication { feed, observations: observations.collect::<Vec<_>>().try_into().unwrap(), pays }
}

/// Has the reader publish.
pub fn publish(publication: Publication) -> DispatchResult {
	Oracle::publish_many(signed(&READER), vec![publication].try_into().unwrap())
}

/// Reads a feed with no demands of one's own.
pub fn read(feed: FeedId) -> Result<Reading, ReadError> {
	Oracle::read(&feed, &Demand::default())
}

/// Returns a feed's number, in units.
pub fn number(feed: FeedId) -> Option<i128> {
	read(feed).ok()?.value.number().map(|number| number / ONE)
}

/// Has a block's idle weight used.
pub fn idle() {
	Oracle::on_idle(1, Weight::MAX);
}

/// Returns the free nRLC.
pub fn free(who: &AccountId) -> Balance {
	Balances::balance(who)
}

/// Returns the nRLC held as deposits.
pub fn deposits(who: &AccountId) -> Balance {
	Balances::balance_on_hold(&crate::HoldReason::Feed.into(), who)
}

/// Returns what a feed can pay for rounds, in nRLC.
pub fn prepaid(feed: FeedId) -> Balance {
	crate::Panels::<Test>::get(feed).map_or(0, |panel| panel.prepaid)
}

/// Returns what a seat has earned, in nRLC.
pub fn earned(feed: FeedId, number: u8) -> Balance {
	let panel = crate::Panels::<Test>::get(feed).unwrap();
	let on_panel = panel.member(&seat(number)).map_or(0, |member| member.earned);
	on_panel + crate::Seats::<Test>::get(feed, seat(number)).map_or(0, |seat| seat.earned)
}
