//! What a feed is called: here, as a callback, and in iExec's oracle factory.

use codec::Encode;
use sp_core::H160;

use super::{Definition, Source};
use crate::{ids::keccak, CallbackId, FeedId, Hash};

/// Starts the preimage of each feed's id, so that nothing else has one.
const DOMAIN: &[u8] = b"rlc/feed/v1";

impl Definition {
	/// Returns the feed's id: `keccak("rlc/feed/v1" ‖ SCALE(definition))`. One definition is one feed.
	pub fn feed_id(&self) -> FeedId {
		FeedId(keccak(&[DOMAIN, &self.encode()]))
	}
}

impl FeedId {
	/// Returns the feed as a receiver of results: the last 20 bytes of its id.
	pub fn callback_id(&self) -> CallbackId {
		CallbackId(self.0.into())
	}
}

impl Source {
	/// Returns what iExec's oracle factory calls this source: ethers' `solidityPackedKeccak256` of JSONPath, body, kind,
	/// dataset, headers, method and URL. `dataset` is the address of iExec's encrypted key; zero without one.
	///
	/// For search only. The parts are packed without lengths, so different sources have one id, and many feeds can share a
	/// source: no value is ever read by it.
	pub fn oracle_id(&self, dataset: H160) -> Hash {
		let Self { url, method, headers, body, path, kind, .. } = self;
		let headers = headers.iter().flat_map(|header| [header.name.as_slice(), header.value.as_slice()]);
		let mut parts = alloc::vec![path.as_slice(), body.as_slice(), kind.name().as_bytes(), dataset.as_bytes()];
		parts.extend(headers);
		parts.extend([method.name().as_bytes(), url.as_slice()]);
		keccak(&parts)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::oracle::{check::tests::price, Header, Method, ValueKind};

	fn bytes<L: sp_core::Get<u32>>(text: &str) -> sp_runtime::BoundedVec<u8, L> {
		text.as_bytes().to_vec().try_into().unwrap()
	}

	fn source(path: &str, body: &str, kind: ValueKind, headers: &[(&str, &str)], method: Method, url: &str) -> Source {
		let header = |(name, value): &(&str, &str)| Header { name: bytes(name), value: bytes(value) };
		let headers = headers.iter().map(header).collect::<alloc::vec::Vec<_>>().try_into().unwrap();
		Source { url: bytes(url), method, headers, body: bytes(body), path: bytes(path), kind, secret: None }
	}

	/// Computed by ethers 6.
	#[test]
	fn oracle_ids_are_those_of_ethers() {
		use {Method::*, ValueKind::*};
		let (price, quote) = ("https://api.example.com/price", "https://api.example.com/v1/quote?pair=RLC");
		let headers = [("accept", "application/json"), ("x-key", "%API_KEY%")];
		let body = "{\"pair\":\"RLC/USD\"}";
		for (source, dataset, id) in [
			(
				source("$.price", "", Number, &[], Get, price),
				0,
				"07cefe15f41392d2a1e3fff34710ae312930770cbafbc52197868a4a9bbca4a0",
			),
			(
				source("$.data[0].last", body, Number, &headers, Post, quote),
				0x11,
				"2b53bb468b818c2783e1760d00dd9f4ce94185abd042fae94985860c7d6a8872",
			),
			(
				source("$.open", "", Boolean, &[("accept", "*/*")], Get, "https://example.org/a"),
				0,
				"60c470f3fc3d7bacdec18790a375456de2b837b8fc0d747ed1d4ee953b3a9f1c",
			),
			(
				source("$.name", "", String, &[], Put, "https://example.org/ü"),
				0,
				"86db84202379326b69681017cf845b04d4c6f9528778d739fafaac27320880cd",
			),
		] {
			assert_eq!(source.oracle_id(H160::repeat_byte(dataset)), id.parse().unwrap(), "{source:?}");
		}
	}

	#[test]
	fn sources_that_share_an_oracle_id_make_two_feeds() {
		let url = "https://api.example.com/price";
		let one = source("$.price", "", ValueKind::Number, &[], Method::Post, url);
		let other = source("$.p", "rice", ValueKind::Number, &[], Method::Post, url);
		assert_eq!(one.oracle_id(H160::zero()), other.oracle_id(H160::zero()));
		let feed = |source: Source| Definition { sources: alloc::vec![source].try_into().unwrap(), ..price() };
		let (one, other) = (feed(one), feed(other));
		assert_eq!((one.check(), other.check()), (Ok(()), Ok(())));
		assert_ne!(one.feed_id(), other.feed_id());
		assert_ne!(one.feed_id().callback_id(), other.feed_id().callback_id());
	}

	#[test]
	fn callback_is_the_end_of_the_id() {
		let id = price().feed_id();
		assert_eq!(id.callback_id().0.as_bytes(), &id.0.as_bytes()[12..]);
	}
}
