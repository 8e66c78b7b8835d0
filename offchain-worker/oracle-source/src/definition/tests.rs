//! Whether both readers of definitions agree.

use codec::DecodeAll;
use proptest::{collection::vec, option, prelude::*, sample::select};
use rlc_primitives::{oracle, AccountId};
use rlc_testing::spoiled;

use super::*;

/// Returns the definition of a feed with these sources, of which one has to answer.
pub(crate) fn definition(sources: Vec<Source>) -> Vec<u8> {
	let whole = Whole {
		sources,
		policy: Policy::Panel { seating: Seating::Open(4), bond: 100_000_000_000 },
		heartbeat: 60_000,
		deviation: 50,
		max_age: 120_000,
		min_sources: 1,
		reward: 1_000,
		window: 10_000,
		min: None,
		max: None,
		max_jump: None,
		ethereum: false,
	};
	whole.encode()
}

/// Returns a source of numbers at `$.price`.
pub(crate) fn price() -> Source {
	Source {
		url: "https://a.example/price".into(),
		method: Method::Get,
		headers: Vec::new(),
		body: String::new(),
		path: "$.price".into(),
		kind: Kind::Number,
		secret: None,
	}
}

fn bounded<L: AsRef<[u8]>, B: TryFrom<Vec<u8>>>(text: L) -> B {
	B::try_from(text.as_ref().to_vec()).unwrap_or_else(|_| panic!("it is too long"))
}

/// Returns the chain's form of a source.
fn of_chain(source: &Source) -> oracle::Source {
	let headers = source.headers.iter();
	let headers = headers.map(|one| oracle::Header { name: bounded(&one.name), value: bounded(&one.value) });
	oracle::Source {
		url: bounded(&source.url),
		method: match source.method {
			Method::Get => oracle::Method::Get,
			Method::Post => oracle::Method::Post,
			Method::Put => oracle::Method::Put,
			Method::Delete => oracle::Method::Delete,
		},
		headers: headers.collect::<Vec<_>>().try_into().unwrap(),
		body: bounded(&source.body),
		path: bounded(&source.path),
		kind: match source.kind {
			Kind::Boolean => oracle::ValueKind::Boolean,
			Kind::Number => oracle::ValueKind::Number,
			Kind::Text => oracle::ValueKind::String,
		},
		secret: source.secret.as_ref().map(bounded),
	}
}

fn sources() -> impl Strategy<Value = Source> {
	let headers = vec(("[a-z]{1,8}", "[ -~]{0,8}").prop_map(|(name, value)| Header { name, value }), 0..3);
	let methods = select(vec![Method::Get, Method::Post, Method::Put, Method::Delete]);
	let kinds = select(vec![Kind::Boolean, Kind::Number, Kind::Text]);
	let texts = ("https://[a-z]{1,8}/", "[ -~]{0,16}", "\\$\\.[a-z]{1,8}", option::of("[A-Z]{3,8}"));
	(headers, methods, kinds, texts).prop_map(|(headers, method, kind, (url, body, path, secret))| Source {
		url,
		method,
		headers,
		body,
		path,
		kind,
		secret,
	})
}

#[test]
fn values_are_written_as_the_chain_writes_them() {
	for (here, there) in [
		(Value::Number(-5), oracle::Value::Number(-5)),
		(Value::Text("é".into()), oracle::Value::Text(bounded("é"))),
		(Value::Boolean(true), oracle::Value::Boolean(true)),
	] {
		assert_eq!(here.encode(), there.encode());
	}
}

mod parsing {
	use super::*;

	proptest! {
		#[test]
		fn definitions_of_the_chain_are_read(
			all in vec(sources(), 1..4),
			named in any::<bool>(),
			least in 0u8..4,
			max in any::<Option<i128>>(),
		) {
			let seating = if named {
				oracle::Seating::Named(vec![AccountId::new([7; 32])].try_into().unwrap())
			} else {
				oracle::Seating::Open(4)
			};
			let definition = oracle::Definition {
				sources: all.iter().map(of_chain).collect::<Vec<_>>().try_into().unwrap(),
				policy: oracle::Policy::Panel(oracle::Panel { seating, bond: 5 }),
				heartbeat: 1,
				deviation: 2,
				max_age: 3,
				min_sources: least,
				reward: 4,
				window: 5,
				min: None,
				max,
				max_jump: Some(6),
				ethereum: true,
			};
			let bytes = definition.encode();
			prop_assert_eq!(Definition::read(&bytes), Ok(Definition { sources: all, min_sources: least }));
			prop_assert_eq!(Definition::feed(&bytes), definition.feed_id().0.0);
		}

		#[test]
		fn what_is_read_is_a_definition(bytes in spoiled(vec(sources(), 1..3).prop_map(definition))) {
			if let Ok(read) = Definition::read(&bytes) {
				let whole = Whole::decode_all(&mut &bytes[..]).unwrap();
				prop_assert_eq!(whole.encode(), bytes);
				prop_assert!(!read.sources.is_empty());
			}
		}
	}
}
