//! Each thing that can be wrong with a definition, by its own name.

use alloc::{string::String, vec, vec::Vec};

use sp_core::H256;
use sp_runtime::BoundedVec;

use super::*;
use crate::{
	oracle::{Composite, ONE},
	AccountId, FeedId, RLC,
};

fn bytes<L: sp_core::Get<u32>>(text: &str) -> BoundedVec<u8, L> {
	text.as_bytes().to_vec().try_into().unwrap()
}

fn header(name: &str, value: &str) -> Header {
	Header { name: bytes(name), value: bytes(value) }
}

fn source() -> Source {
	Source { url: bytes("https://api.example.com/price"), path: bytes("$.price"), ..Source::default() }
}

fn accounts(number: u8) -> Vec<AccountId> {
	(0..number).map(|byte| AccountId::new([byte; 32])).collect()
}

/// Returns a feed of one price that four named seats report.
pub fn price() -> Definition {
	Definition {
		sources: vec![source()].try_into().unwrap(),
		policy: Policy::Panel(Panel { seating: Seating::Named(accounts(4).try_into().unwrap()), bond: 100 * RLC }),
		heartbeat: 60_000,
		deviation: 50,
		max_age: 120_000,
		min_sources: 1,
		reward: 1_000,
		window: 10_000,
		min: Some(0),
		max: Some(1_000_000 * ONE),
		max_jump: Some(2_000),
		ethereum: false,
	}
}

fn composite() -> Definition {
	Definition {
		sources: Default::default(),
		policy: Policy::Composite(Composite::Inverse(FeedId::default())),
		heartbeat: 0,
		deviation: 0,
		min_sources: 0,
		reward: 0,
		window: 0,
		max_jump: None,
		..price()
	}
}

fn with_source(change: impl FnOnce(&mut Source)) -> Definition {
	let mut changed = source();
	change(&mut changed);
	Definition { sources: vec![changed].try_into().unwrap(), ..price() }
}

fn with_seats(seating: Seating) -> Definition {
	Definition { policy: Policy::Panel(Panel { seating, bond: 0 }), ..price() }
}

#[track_caller]
fn refused(definition: Definition, error: DefinitionError) {
	assert_eq!(definition.check(), Err(error));
}

#[test]
fn panel_and_composite_feeds_are_valid() {
	assert_eq!((price().check(), composite().check()), (Ok(()), Ok(())));
	assert_eq!((price().seats(), price().round_cost(), composite().round_cost()), (4, 4_000, 0));
	let secret = with_source(|source| {
		source.secret = Some(bytes("API_KEY"));
		source.headers = vec![header("accept", "*/*"), header("x-key", "%API_KEY%")].try_into().unwrap();
	});
	assert_eq!(secret.check(), Ok(()));
}

#[test]
fn feed_has_one_to_seven_sources() {
	refused(Definition { sources: Default::default(), ..price() }, Error::WrongNumberOfSources);
	refused(Definition { sources: price().sources, ..composite() }, Error::WrongNumberOfSources);
	let eight = BoundedVec::<_, sp_core::ConstU32<7>>::try_from(vec![source(); 8]);
	assert!(eight.is_err(), "eight cannot be written");
}

#[test]
fn urls_are_https_with_a_host_that_is_written_out() {
	for url in [
		"",
		"http://example.com",
		"https://",
		"https:///path",
		"https://user@example.com/",
		"https://%API_KEY%.example.com/",
		"https://example.com/#part",
		"https://example.com/a b",
		"https://example.com:0/",
		"https://example.com:65536/",
		"https://example.com:+80/",
		"https://a..b/",
		"https://exämple.com/",
	] {
		refused(with_source(|source| source.url = bytes(url)), Error::InvalidUrl);
	}
	for url in ["https://example.com", "https://127.0.0.1:8443/a?b=c&d=%20", "https://example.com?x=1"] {
		assert_eq!(with_source(|source| source.url = bytes(url)).check(), Ok(()), "{url}");
	}
}

#[test]
fn request_that_reads_has_no_body() {
	refused(with_source(|source| source.body = bytes("{}")), Error::UnexpectedBody);
	let post = |source: &mut Source| (source.method, source.body) = (Method::Post, bytes("{}"));
	assert_eq!(with_source(post).check(), Ok(()));
	let binary = |source: &mut Source| {
		(source.method, source.body) = (Method::Post, vec![0xFF].try_into().unwrap());
	};
	refused(with_source(binary), Error::InvalidBody);
}

#[test]
fn headers_can_be_sent_and_are_sorted() {
	let with = |headers: &[(&str, &str)]| {
		let headers: Vec<_> = headers.iter().map(|(name, value)| header(name, value)).collect();
		with_source(|source| source.headers = headers.try_into().unwrap())
	};
	for (name, value) in [("", "x"), ("a b", "x"), ("a", "x\r\nb: y"), ("Host", "evil.com"), ("content-length", "1")] {
		refused(with(&[(name, value)]), Error::InvalidHeader);
	}
	refused(with(&[("b", ""), ("a", "")]), Error::HeadersNotSorted);
	refused(with(&[("a", ""), ("a", "")]), Error::HeadersNotSorted);
	refused(with(&[("A", ""), ("a", "")]), Error::HeadersNotSorted);
	assert_eq!(with(&[("B", ""), ("a", "")]).check(), Ok(()));
}

#[test]
fn json_path_starts_with_the_root() {
	refused(with_source(|source| source.path = bytes("price")), Error::InvalidJsonPath);
	refused(with_source(|source| source.path = bytes("")), Error::InvalidJsonPath);
	refused(with_source(|source| source.path = vec![b'$', 0xFF].try_into().unwrap()), Error::InvalidJsonPath);
}

#[test]
fn sources_have_values_of_one_kind() {
	let text = Source { kind: ValueKind::String, ..source() };
	let sources = vec![source(), text].try_into().unwrap();
	refused(Definition { sources, ..price() }, Error::KindsDiffer);
}

#[test]
fn secret_is_used_once_in_url_or_headers() {
	let with = |name: &str, url: &str, header_value: &str, body: &str| {
		with_source(|source| {
			source.secret = Some(bytes(name));
			source.url = bytes(&(String::from("https://example.com/") + url));
			source.headers = vec![header("x", header_value)].try_into().unwrap();
			source.method = Method::Post;
			source.body = bytes(body);
		})
	};
	refused(with("KEY", "", "", ""), Error::SecretNotUsed);
	refused(with("KEY", "%KEY%", "%KEY%", ""), Error::SecretUsedTwice);
	refused(with("KEY", "%KEY%KEY%", "", ""), Error::SecretUsedTwice);
	refused(with("KEY", "%KEY%", "", "%KEY%"), Error::SecretInBody);
	for name in ["", "AB", "api", "1AB", "A-B"] {
		refused(with(name, "%KEY%", "", ""), Error::InvalidSecretName);
	}
	assert_eq!(with("KEY", "?k=%KEY%", "", "").check(), Ok(()));
}

#[test]
fn panel_has_3f_plus_1_seats() {
	for seats in [0, 2, 3, 5, 30, 32, 34] {
		refused(with_seats(Seating::Open(seats)), Error::WrongNumberOfSeats);
	}
	refused(with_seats(Seating::Named(accounts(3).try_into().unwrap())), Error::WrongNumberOfSeats);
	let twice = vec![AccountId::new([1; 32]); 4].try_into().unwrap();
	refused(with_seats(Seating::Named(twice)), Error::DuplicateSeat);
	assert_eq!(with_seats(Seating::Open(31)).check(), Ok(()));
	let bond = MAX_SUPPLY + 1;
	refused(
		Definition { policy: Policy::Panel(Panel { seating: Seating::Open(1), bond }), ..price() },
		Error::InvalidBond,
	);
}

#[test]
fn times_rewards_and_numbers_have_bounds() {
	refused(Definition { heartbeat: 999, ..price() }, Error::InvalidHeartbeat);
	refused(Definition { deviation: 10_001, ..price() }, Error::InvalidDeviation);
	refused(Definition { max_age: 59_999, ..price() }, Error::InvalidMaxAge);
	refused(Definition { max_age: MOST_TIME + 1, ..price() }, Error::InvalidMaxAge);
	refused(Definition { min_sources: 0, ..price() }, Error::InvalidMinSources);
	refused(Definition { min_sources: 2, ..price() }, Error::InvalidMinSources);
	refused(Definition { reward: MAX_SUPPLY, ..price() }, Error::InvalidReward);
	refused(Definition { reward: u128::MAX, ..price() }, Error::InvalidReward);
	refused(Definition { window: LEAST_WINDOW - 1, ..price() }, Error::InvalidWindow);
	refused(Definition { window: MOST_WINDOW + 1, ..price() }, Error::InvalidWindow);
	refused(Definition { min: Some(2), max: Some(1), ..price() }, Error::InvalidBounds);
	refused(Definition { max_jump: Some(0), ..price() }, Error::InvalidJump);
	refused(with_source(|source| source.kind = ValueKind::Boolean), Error::InvalidBounds);
	assert_eq!(Definition { heartbeat: 0, deviation: 0, ..price() }.check(), Ok(()));
}

#[test]
fn composite_feed_has_no_rounds() {
	refused(Definition { heartbeat: 1_000, ..composite() }, Error::NotForComposites);
	refused(Definition { ethereum: true, ..composite() }, Error::NotForComposites);
	refused(Definition { reward: 1, ..composite() }, Error::NotForComposites);
}

#[test]
fn definition_fits_into_4_kib() {
	let long = Source { url: bytes(&(String::from("https://example.com/") + &"a".repeat(1_000))), ..source() };
	let sources = vec![long; 5].try_into().unwrap();
	refused(Definition { sources, ..price() }, Error::DefinitionTooLong);
}

#[test]
fn each_part_of_a_definition_changes_its_id() {
	let others = [
		Definition { heartbeat: 61_000, ..price() },
		Definition { min: None, ..price() },
		Definition { ethereum: true, ..price() },
		with_source(|source| source.url = bytes("https://api.example.com/prices")),
		with_seats(Seating::Open(4)),
	];
	assert!(others.iter().all(|other| other.feed_id() != price().feed_id()));
	assert_ne!(price().feed_id(), FeedId(H256::zero()));
}
