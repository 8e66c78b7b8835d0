//! Feeds with full panels, as benchmarks find them. They are put into storage as they are.

use alloc::{vec, vec::Vec};

use frame_support::traits::Get;
use rlc_primitives::{
	oracle::{
		definition::{MAX_DEFINITION, MAX_SEATS},
		value::{sealed, seat_payload, MAX_TEXT},
		Composite, Definition, JsonPath, Observation, Panel as PanelPolicy, Policy, Quality, Seating, Source, Value,
		ValueKind, ONE,
	},
	AccountId, Balance, FeedId, Moment, RLC,
};
use sp_core::{crypto::KeyTypeId, ed25519, H256};
use sp_io::crypto::{ed25519_generate, ed25519_sign};
use sp_runtime::BoundedVec;

use super::BenchmarkHelper;
use crate::{
	types::{
		Candidate, DueKey, Feed, History, Member, Panel, Past, Payer, Publication, Report, ReportOf, ReporterUrl,
		RevealOf, Round, SealOf, Sealed, Seat, SignedObservation, Terms, Update, MAX_MISSES, MAX_PAST,
	},
	Agenda, Callbacks, Candidates, Config, Definitions, Feeds, Pallet, Panels, Rounds, Seats, Values,
};

pub const NOW: Moment = 1_000_000_000;
pub const WINDOW: Moment = 10_000;
pub const BOND: Balance = 10_000 * RLC;
pub const PREPAID: Balance = 10 * RLC;
/// How many rounds a feed has had.
pub const ROUNDS: u64 = 100;

const KEY_TYPE: KeyTypeId = KeyTypeId(*b"orac");
const REWARD: Balance = RLC / 1_000;
const SALT: H256 = H256::repeat_byte(9);

/// Returns who calls, but for seats.
pub fn me() -> AccountId {
	AccountId::new([0xAA; 32])
}

/// Returns the account of a seat.
pub fn nth(number: u32) -> AccountId {
	account(1, number)
}

fn account(kind: u8, number: u32) -> AccountId {
	let mut bytes = [kind; 32];
	bytes[..4].copy_from_slice(&number.to_be_bytes());
	AccountId::new(bytes)
}

fn any_key(number: u32) -> ed25519::Public {
	let bytes: [u8; 32] = nth(number).into();
	ed25519::Public::from_raw(bytes)
}

/// Sets the time, and gives everybody RLC, the pallet's account too.
pub fn start<T: Config>() {
	T::BenchmarkHelper::set_time(NOW);
	let seats = (0..MAX_SEATS).map(nth);
	for who in seats.chain([me(), Pallet::<T>::account()]) {
		T::BenchmarkHelper::endow(&who, 1_000_000 * RLC);
	}
}

pub fn url() -> ReporterUrl {
	let mut url = b"https://".to_vec();
	url.resize(128, b'a');
	BoundedVec::truncate_from(url)
}

fn text(byte: u8) -> Value {
	Value::Text(BoundedVec::truncate_from(vec![byte; MAX_TEXT as usize]))
}

/// Returns a definition as long as can be, of texts that 31 named seats report.
pub fn longest() -> Definition {
	let url = |bytes: usize| {
		let mut url = b"https://a.b/".to_vec();
		url.resize(bytes, b'a');
		BoundedVec::truncate_from(url)
	};
	let path: JsonPath = BoundedVec::truncate_from(b"$.a".to_vec());
	let source = |bytes| Source { url: url(bytes), path: path.clone(), kind: ValueKind::String, ..Default::default() };
	let named = (0..MAX_SEATS).map(nth).collect::<Vec<_>>();
	let with = |last: usize| {
		let seating = Seating::Named(BoundedVec::truncate_from(named.clone()));
		let sources = vec![source(1_000), source(1_000), source(last)];
		definition(sources, Policy::Panel(PanelPolicy { seating, bond: 0 }), 0)
	};
	let rest = MAX_DEFINITION as usize - codec::Encode::encoded_size(&with(100));
	with(100 + rest.min(900))
}

fn definition(sources: Vec<Source>, policy: Policy, number: u32) -> Definition {
	Definition {
		sources: BoundedVec::truncate_from(sources),
		policy,
		// Its number makes it another feed.
		heartbeat: 1_000_000 + Moment::from(number),
		deviation: 1,
		max_age: 100_000_000,
		min_sources: 1,
		reward: REWARD,
		window: WINDOW,
		min: None,
		max: None,
		max_jump: None,
		ethereum: true,
	}
}

/// A feed with its panel.
pub struct Scene {
	pub number: u32,
	pub is_open: bool,
	pub seats: u32,
	pub members: u32,
}

impl Scene {
	/// Returns one with 31 named seats, all taken.
	pub fn named(number: u32) -> Self {
		Self { number, is_open: false, seats: MAX_SEATS, members: MAX_SEATS }
	}

	/// Returns one with an open panel of 31, and as many candidates as can be.
	pub fn open(number: u32) -> Self {
		Self { is_open: true, ..Self::named(number) }
	}

	/// Returns the same with fewer seats.
	pub fn of_seats(self, seats: u32) -> Self {
		Self { seats, members: seats, ..self }
	}

	/// Puts it into storage.
	pub fn put<T: Config>(self) -> FeedId {
		let seating = if self.is_open {
			Seating::Open(self.seats as u8)
		} else {
			Seating::Named(BoundedVec::truncate_from((0..self.seats).map(nth).collect()))
		};
		let sources = longest().sources.into_inner();
		let definition = definition(sources, Policy::Panel(PanelPolicy { seating, bond: 0 }), self.number);
		let feed = put_feed::<T>(definition, None, 0);
		let member = |number: u32| Member {
			account: nth(number),
			key: any_key(number),
			bond: BOND,
			misses: MAX_MISSES - 1,
			earned: REWARD,
		};
		let members = BoundedVec::truncate_from((0..self.members).map(member).collect());
		Panels::<T>::insert(feed, Panel { prepaid: PREPAID, session: T::Session::get(), members });
		(0..self.members).for_each(|number| put_seat::<T>(feed, nth(number), any_key(number)));
		if self.is_open {
			let others = (self.members..T::MaxCandidates::get()).map(|number| (account(2, number), any_key(number)));
			let all = (0..self.members).map(|number| (nth(number), any_key(number))).chain(others);
			put_candidates::<T>(feed, all.collect());
		}
		Values::<T>::insert(feed, history(text(1)));
		feed
	}
}

fn put_feed<T: Config>(definition: Definition, composite: Option<Composite>, depth: u8) -> FeedId {
	let feed = definition.feed_id();
	let terms = Terms::of(&definition);
	Feeds::<T>::insert(feed, Feed { owner: me(), deposit: 0, terms, composite, depth });
	Definitions::<T>::insert(feed, definition);
	Callbacks::<T>::insert(feed.callback_id(), feed);
	feed
}

fn put_seat<T: Config>(feed: FeedId, who: AccountId, key: ed25519::Public) {
	Seats::<T>::insert(feed, who, Seat { bond: BOND, key, url: url(), leaving: None, earned: REWARD });
}

fn put_candidates<T: Config>(feed: FeedId, all: Vec<(AccountId, ed25519::Public)>) {
	let put = |(account, key): (AccountId, ed25519::Public)| {
		if !Seats::<T>::contains_key(feed, &account) {
			put_seat::<T>(feed, account.clone(), key);
		}
		Candidate { account, key, bond: BOND }
	};
	Candidates::<T>::insert(feed, BoundedVec::truncate_from(all.into_iter().map(put).collect()));
}

/// Puts other candidates in the place of those that sit on the panel, which was elected in another session.
pub fn replace_candidates<T: Config>(feed: FeedId) {
	put_candidates::<T>(feed, (0..T::MaxCandidates::get()).map(|n| (account(3, n), any_key(n))).collect());
	Panels::<T>::mutate_extant(feed, |panel| panel.session = T::Session::get().wrapping_add(1));
}

/// Returns a full history whose last value is this.
fn history(value: Value) -> History {
	let date = NOW - 50_000;
	let past = |round: u32| Past { round: round.into(), date: date - 100 + Moment::from(round), value: value.clone() };
	let past = BoundedVec::truncate_from((0..MAX_PAST).map(past).collect());
	let quality = Quality { reports: 31, seats: 31, sources: 1, security: BOND, ..Default::default() };
	let latest = Update { round: ROUNDS, date, value, quality, quartiles: None };
	History { rounds: ROUNDS, date, latest: Some(latest), held: None, failure: None, past }
}

/// Returns what a seat reports: the first ten differ from all others.
fn seen(number: u32) -> Observation {
	let byte = if number < 10 { 100 + number as u8 } else { 2 };
	Observation { date: NOW, value: text(byte), evidence: H256::repeat_byte(5) }
}

fn reports(number: u32) -> Vec<Report> {
	(0..number).map(|number| Report { reporter: nth(number), observation: seen(number) }).collect()
}

/// Puts a round with so many reports into storage.
pub fn put_round<T: Config>(feed: FeedId, payer: Payer, number: u32) {
	let funds = REWARD * Balance::from(MAX_SEATS);
	let reports = BoundedVec::truncate_from(reports(number));
	let round = Round { reports, ..Round::new(ROUNDS + 1, NOW, WINDOW, payer, funds) };
	Agenda::<T>::insert(DueKey::new(round.deadline, feed), ());
	Rounds::<T>::insert(feed, round);
}

/// Puts a feed with a round in which so many seats have reported.
pub fn joined<T: Config>(number: u32, reported: u32) -> FeedId {
	let feed = Scene::named(number).put::<T>();
	put_round::<T>(feed, Payer::Claimant(nth(0)), reported);
	feed
}

/// Returns a seat's report.
pub fn report_in(feed: FeedId, seat: u32, claims: bool) -> ReportOf {
	ReportOf { feed, observation: seen(seat), claims }
}

/// Puts a feed with a round in which so many have committed, and so many have shown it.
pub fn sealing<T: Config>(number: u32, committed: u32, shown: u32) -> FeedId {
	let feed = Scene::open(number).put::<T>();
	put_round::<T>(feed, Payer::Claimant(nth(0)), shown);
	let genesis = T::Genesis::get();
	let seal = |number: u32| {
		let payload = seen(number).payload(genesis, feed);
		Sealed { reporter: nth(number), seal: sealed(payload, &nth(number), ROUNDS + 1, SALT) }
	};
	Rounds::<T>::mutate_extant(feed, |round| {
		round.seals = BoundedVec::truncate_from((0..committed).map(seal).collect());
	});
	feed
}

/// Returns the last seat's commitment.
pub fn seal_in(feed: FeedId, claims: bool) -> SealOf {
	SealOf { feed, seal: H256::repeat_byte(1), claims }
}

/// Returns what the last seat committed to.
pub fn reveal_in(feed: FeedId) -> RevealOf {
	RevealOf { feed, observation: seen(30), salt: SALT }
}

/// Returns new report keys.
pub fn keys(number: u32) -> Vec<ed25519::Public> {
	(0..number).map(|_| ed25519_generate(KEY_TYPE, None)).collect()
}

fn sign(key: &ed25519::Public, payload: H256) -> ed25519::Signature {
	ed25519_sign(KEY_TYPE, key, payload.as_bytes()).expect("the key was generated")
}

/// Returns a key, and its proof for a seat.
pub fn seat_proof<T: Config>(feed: FeedId, who: &AccountId) -> (ed25519::Public, ed25519::Signature) {
	let key = ed25519_generate(KEY_TYPE, None);
	(key, sign(&key, seat_payload(T::Genesis::get(), feed, who)))
}

fn signed<T: Config>(feed: FeedId, number: u32, key: &ed25519::Public, value: Value) -> SignedObservation {
	let observation = Observation { value, ..seen(number) };
	let signature = sign(key, observation.payload(T::Genesis::get(), feed));
	SignedObservation { reporter: nth(number), observation, signature }
}

/// Puts a feed whose first seats have these keys. Returns what they signed: the last value again, which the caller pays.
pub fn publication<T: Config>(scene: Scene, keys: &[ed25519::Public]) -> Publication {
	let feed = scene.put::<T>();
	Panels::<T>::mutate_extant(feed, |panel| {
		panel.members.iter_mut().zip(keys).for_each(|(member, key)| member.key = *key);
	});
	let all = (0..).zip(keys).map(|(number, key)| signed::<T>(feed, number, key, text(1)));
	Publication { feed, observations: BoundedVec::truncate_from(all.collect()), pays: true }
}

/// Returns two values that the first seat signed under one date.
pub fn equivocation<T: Config>(feed: FeedId) -> (SignedObservation, SignedObservation) {
	let key = ed25519_generate(KEY_TYPE, None);
	put_seat::<T>(feed, nth(0), key);
	(signed::<T>(feed, 0, &key, text(1)), signed::<T>(feed, 0, &key, text(2)))
}

/// Puts a feed of numbers that one seat reports.
fn put_number<T: Config>(number: u32) -> FeedId {
	let source = Source { kind: ValueKind::Number, ..longest().sources[0].clone() };
	let policy = Policy::Panel(PanelPolicy { seating: Seating::Open(1), bond: 0 });
	let feed = put_feed::<T>(definition(vec![source], policy, number), None, 0);
	Panels::<T>::insert(feed, Panel { prepaid: PREPAID, ..Panel::default() });
	Values::<T>::insert(feed, history(Value::Number(ONE)));
	feed
}

fn composite(one: FeedId, other: FeedId) -> Definition {
	Definition {
		heartbeat: 0,
		deviation: 0,
		min_sources: 0,
		reward: 0,
		window: 0,
		ethereum: false,
		..definition(Vec::new(), Policy::Composite(Composite::Product(one, other)), 0)
	}
}

/// Puts composite feeds of these, two by two, this deep.
fn composed<T: Config>(feeds: Vec<FeedId>, depth: u8) -> Vec<FeedId> {
	let pairs = feeds.chunks_exact(2).map(|pair| (pair[0], pair[1]));
	pairs
		.map(|(one, other)| put_feed::<T>(composite(one, other), Some(Composite::Product(one, other)), depth))
		.collect()
}

/// Returns the definition of a composite feed as deep as feeds can be, of eight panels.
pub fn deepest<T: Config>() -> Definition {
	let panels = (0..8).map(put_number::<T>).collect();
	let pairs = composed::<T>(composed::<T>(panels, 1), 2);
	composite(pairs[0], pairs[1])
}

/// Puts that feed.
pub fn put_deepest<T: Config>() -> FeedId {
	let definition = deepest::<T>();
	let Policy::Composite(whole) = definition.policy else { return FeedId::default() };
	put_feed::<T>(definition, Some(whole), 3)
}
