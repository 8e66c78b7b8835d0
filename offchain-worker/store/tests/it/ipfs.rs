//! Files in IPFS, from a node and from gateways.

use std::{
	collections::BTreeMap,
	fs,
	path::Path,
	sync::{Arc, Mutex},
};

use axum::{
	extract::Request,
	http::StatusCode,
	response::{IntoResponse, Response},
	routing::{get, post},
	Router,
};
use cid::{multihash::Multihash, Cid};
use rlc_store::{CancellationToken, FetchConfig, FetchError, FetchErrorKind, Fetcher, HashKind};
use sha2::{Digest, Sha256};

use crate::served::{content, sha256, Served, Server};

/// Multicodecs.
const RAW: u64 = 0x55;
const DAG_PB: u64 = 0x70;
/// Kinds of nodes in UnixFS.
const DIRECTORY: u64 = 1;
const FILE: u64 = 2;
const SYMLINK: u64 = 4;
const SHARD: u64 = 5;

fn varint(mut number: u64) -> Vec<u8> {
	let mut bytes = Vec::new();
	loop {
		let low = (number & 0x7f) as u8;
		number >>= 7;
		bytes.push(if number > 0 { low | 0x80 } else { low });
		if number == 0 {
			return bytes;
		}
	}
}

/// Returns a field of a message in protobuf that has bytes.
fn field(number: u64, bytes: &[u8]) -> Vec<u8> {
	[varint((number << 3) | 2), varint(bytes.len() as u64), bytes.to_vec()].concat()
}

/// Blocks by the digits of their hashes: each has a name of version 0, and one of version 1.
#[derive(Clone, Default)]
struct Blocks(Arc<Mutex<BTreeMap<Vec<u8>, Vec<u8>>>>);

impl Blocks {
	fn add(&self, codec: u64, block: Vec<u8>) -> Cid {
		let hash = Multihash::<64>::wrap(0x12, &Sha256::digest(&block)).unwrap();
		self.0.lock().unwrap().insert(hash.digest().to_vec(), block);
		Cid::new_v1(codec, hash)
	}

	/// Adds bytes.
	fn raw(&self, bytes: &[u8]) -> Cid {
		self.add(RAW, bytes.to_vec())
	}

	/// Adds a node with these bytes and links.
	fn node(&self, kind: u64, bytes: &[u8], links: &[(&str, Cid)]) -> Cid {
		let mut node = Vec::new();
		for (name, cid) in links {
			node.extend(field(2, &[field(1, &cid.to_bytes()), field(2, name.as_bytes())].concat()));
		}
		let data = [vec![0x08], varint(kind), field(2, bytes)].concat();
		node.extend(field(1, &data));
		self.add(DAG_PB, node)
	}

	fn of(&self, name: &str) -> Response {
		let cid = Cid::try_from(name).unwrap();
		match self.0.lock().unwrap().get(cid.hash().digest()) {
			Some(block) => block.clone().into_response(),
			None => StatusCode::NOT_FOUND.into_response(),
		}
	}

	fn gateway(&self) -> Server {
		let blocks = self.clone();
		let block = get(move |request: Request| async move {
			assert_eq!(request.uri().query(), Some("format=raw"));
			blocks.of(request.uri().path().strip_prefix("/ipfs/").unwrap())
		});
		Server::at(None, Router::new().route("/ipfs/{cid}", block).route("/secret", get(|| async { "secret" })))
	}

	fn rpc(&self) -> Server {
		let blocks = self.clone();
		let block = post(move |request: Request| async move {
			blocks.of(request.uri().query().unwrap().strip_prefix("arg=").unwrap())
		});
		Server::at(None, Router::new().route("/api/v0/block/get", block))
	}
}

/// Returns the other name of a node.
fn v0(cid: &Cid) -> Cid {
	Cid::new_v0(*cid.hash()).unwrap()
}

/// Returns a fetcher that goes nowhere but to these.
fn fetcher(dir: &Path, node: Option<&Server>, gateways: &[&Server]) -> Fetcher {
	let gateways = gateways.iter().map(|gateway| gateway.url()).collect();
	let ipfs = node.map(Server::url);
	Fetcher::new(FetchConfig { ipfs, gateways, max_size: 10_000_000, ..FetchConfig::new(dir) }).unwrap()
}

async fn fetched(fetcher: &Fetcher, location: &str) -> Result<Vec<u8>, FetchError> {
	Ok(fs::read(fetcher.fetch(location, None, &CancellationToken::new()).await?).unwrap())
}

/// Adds a file of 3 MB in a tree, in a directory in a directory. Returns its bytes, its name, and that of the outer directory.
fn file(blocks: &Blocks) -> (Vec<u8>, Cid, Cid) {
	let bytes = content(3_000_000);
	let parts: Vec<_> = bytes.chunks(256 << 10).map(|part| ("", blocks.raw(part))).collect();
	let (one, two) = parts.split_at(5);
	let halves = [one, two].map(|half| ("", v0(&blocks.node(FILE, b"", half))));
	let file = blocks.node(FILE, b"", &halves);
	let inner = blocks.node(DIRECTORY, b"", &[("other", blocks.raw(b"other")), ("a b.bin", file)]);
	let outer = blocks.node(DIRECTORY, b"", &[("data", inner)]);
	(bytes, file, outer)
}

#[tokio::test]
async fn file_is_read_from_node_or_gateway_by_each_of_its_names() {
	let blocks = Blocks::default();
	let (bytes, file, outer) = file(&blocks);
	let (gateway, node) = (blocks.gateway(), blocks.rpc());
	for (node, gateways) in [(None, vec![&gateway]), (Some(&node), vec![])] {
		let dir = tempfile::tempdir().unwrap();
		let fetcher = fetcher(dir.path(), node, &gateways);
		for location in [
			file.to_string(),
			v0(&file).to_string(),
			format!("IPFS://{file}"),
			format!("ipfs://{}/data/a%20b.bin", v0(&outer)),
			format!("/ipfs/{outer}/data/a b.bin"),
			format!("ipfs://{file}#sha256={}", hex::encode(sha256(&bytes).digest())),
		] {
			assert!(fetched(&fetcher, &location).await.unwrap() == bytes, "{location}");
		}
		// A leaf, which has bytes of its own and none below.
		let small = blocks.node(FILE, b"hello", &[]);
		assert_eq!(fetched(&fetcher, &small.to_string()).await.unwrap(), b"hello");
	}
	let dir = tempfile::tempdir().unwrap();
	let nobody = fetched(&fetcher(dir.path(), None, &[]), &file.to_string()).await.unwrap_err();
	assert!(nobody.kind == FetchErrorKind::NotAllowed && nobody.words.contains("gateway"), "{nobody}");
}

#[tokio::test]
async fn file_that_was_read_is_not_read_again() {
	let blocks = Blocks::default();
	let (bytes, file, _) = file(&blocks);
	let (gateway, dir) = (blocks.gateway(), tempfile::tempdir().unwrap());
	let fetcher = fetcher(dir.path(), None, &[&gateway]);
	assert!(fetched(&fetcher, &file.to_string()).await.unwrap() == bytes);
	blocks.0.lock().unwrap().clear();
	assert!(fetched(&fetcher, &format!("ipfs://{file}?filename=a")).await.unwrap() == bytes);
}

#[tokio::test]
async fn what_somebody_says_is_in_a_tree_is_not_remembered_as_in_it() {
	let blocks = Blocks::default();
	let (bytes, file, _) = file(&blocks);
	let (gateway, dir) = (blocks.gateway(), tempfile::tempdir().unwrap());
	let served = Served::open(&dir.path().join("store")).await;
	let other = served.store.put(&b"other"[..], HashKind::Sha256, "mallory").await.unwrap();
	let fetcher = Fetcher::new(FetchConfig {
		stores: vec![served.server.url()],
		gateways: vec![gateway.url()],
		..FetchConfig::new(dir.path().join("cache"))
	});
	let fetcher = fetcher.unwrap();
	let stop = CancellationToken::new();
	// By its location, or by what the chain says of an app: the store has that, and no block is read.
	let claimed = format!("{file}#sha256={}", hex::encode(other.digest()));
	assert_eq!(fetched(&fetcher, &claimed).await.unwrap(), b"other");
	fetcher.fetch(&file.to_string(), Some(other.digest()), &stop).await.unwrap();
	assert!(fetched(&fetcher, &file.to_string()).await.unwrap() == bytes);
}

#[tokio::test]
async fn gateway_that_lies_is_not_believed() {
	let (blocks, lies) = (Blocks::default(), Blocks::default());
	let (bytes, file, _) = file(&blocks);
	// All as it is there, but one block in the middle of the file.
	let mut changed = blocks.0.lock().unwrap().clone();
	let hash = Sha256::digest(&bytes[1 << 20..(1 << 20) + (256 << 10)]).to_vec();
	changed.get_mut(&hash).unwrap()[7] ^= 1;
	*lies.0.lock().unwrap() = changed;
	let (honest, lying) = (blocks.gateway(), lies.gateway());
	let dir = tempfile::tempdir().unwrap();
	let alone = fetcher(&dir.path().join("alone"), None, &[&lying]);
	assert_eq!(fetched(&alone, &file.to_string()).await.unwrap_err().kind, FetchErrorKind::WrongChecksum);
	let both = fetcher(&dir.path().join("both"), None, &[&lying, &honest]);
	assert!(fetched(&both, &file.to_string()).await.unwrap() == bytes);
}

#[tokio::test]
async fn what_is_not_a_file_is_named_with_what_to_give() {
	let blocks = Blocks::default();
	let (_, file, outer) = file(&blocks);
	let shard = blocks.node(SHARD, b"", &[]);
	let link = blocks.node(SYMLINK, b"/etc/passwd", &[]);
	let odd = Cid::new_v1(DAG_PB, Multihash::<64>::wrap(0xb220, &[1; 32]).unwrap());
	let mixed = blocks.node(DIRECTORY, b"", &[("odd", odd), ("shard", shard)]);
	let part = blocks.node(FILE, b"", &[("", outer)]);
	let (gateway, dir) = (blocks.gateway(), tempfile::tempdir().unwrap());
	let fetcher = fetcher(dir.path(), None, &[&gateway]);
	for (location, kind, why) in [
		(outer.to_string(), FetchErrorKind::NotAllowed, "such as data"),
		(format!("{outer}/none"), FetchErrorKind::NotFound, "has no \"none\" in it, but data"),
		(format!("{file}/0.json"), FetchErrorKind::NotFound, "is a file in IPFS"),
		(shard.to_string(), FetchErrorKind::NotAllowed, "HAMT"),
		(format!("{mixed}/shard/a"), FetchErrorKind::NotAllowed, "HAMT"),
		(format!("{mixed}/odd"), FetchErrorKind::NotAllowed, "SHA-256"),
		(link.to_string(), FetchErrorKind::NotAllowed, "symbolic link"),
		(part.to_string(), FetchErrorKind::NotAllowed, "a directory for a part"),
		(format!("{outer}/{}", "a".repeat(70_000)), FetchErrorKind::NotFound, "\" in it, but data"),
	] {
		let error = fetched(&fetcher, &location).await.unwrap_err();
		assert!(error.kind == kind && error.words.contains(why) && error.words.len() < 500, "{location}: {error}");
	}
}

#[tokio::test]
async fn trees_are_bounded() {
	let blocks = Blocks::default();
	let block = blocks.raw(&[7; 1 << 20]);
	let large = blocks.node(FILE, b"", &[("", block); 11]);
	// Twenty nodes, one in the other.
	let deep = (0..20).fold(blocks.raw(b"x"), |inner, _| blocks.node(FILE, b"", &[("", inner)]));
	// A block of no bytes, which stands in its own name, 600 times 600 times.
	let nothing = Cid::new_v1(RAW, Multihash::<64>::wrap(0, b"").unwrap());
	let many = blocks.node(FILE, b"", &[("", nothing); 600]);
	let very_many = blocks.node(FILE, b"", &[("", many); 600]);
	let (gateway, dir) = (blocks.gateway(), tempfile::tempdir().unwrap());
	let fetcher = fetcher(dir.path(), None, &[&gateway]);
	for (cid, kind, why) in [
		(large, FetchErrorKind::TooLarge, "10000000 bytes"),
		(deep, FetchErrorKind::NotAllowed, "deeper"),
		(very_many, FetchErrorKind::NotAllowed, "blocks"),
	] {
		let error = fetched(&fetcher, &cid.to_string()).await.unwrap_err();
		assert!(error.kind == kind && error.words.contains(why), "{error}");
	}
	assert_eq!(fs::read_dir(dir.path().join("parts")).unwrap().count(), 0, "nothing unfinished is left");
}

#[tokio::test]
async fn bytes_by_their_hash_come_from_a_gateway_if_no_store_has_them() {
	let blocks = Blocks::default();
	let cid = blocks.raw(b"hello");
	let (gateway, dir) = (blocks.gateway(), tempfile::tempdir().unwrap());
	let fetcher = fetcher(dir.path(), None, &[&gateway]);
	assert_eq!(fetched(&fetcher, &format!("ipfs://{cid}")).await.unwrap(), b"hello");
	let none = fetched(&fetcher, &sha256(b"none").to_string()).await.unwrap_err();
	assert_eq!(none.kind, FetchErrorKind::NotFound);
}

#[tokio::test]
async fn gateway_in_a_private_network_is_asked_for_blocks_alone() {
	let blocks = Blocks::default();
	let cid = blocks.raw(b"hello");
	let (gateway, dir) = (blocks.gateway(), tempfile::tempdir().unwrap());
	let fetcher = fetcher(dir.path(), None, &[&gateway]);
	let secret = format!("{}secret", gateway.url());
	assert_eq!(fetched(&fetcher, &secret).await.unwrap_err().kind, FetchErrorKind::NotAllowed);
	assert_eq!(fetched(&fetcher, &cid.to_string()).await.unwrap(), b"hello");
	// Nor does it lead there.
	let to = secret.clone();
	let leading = get(move || async move { (StatusCode::FOUND, [("location", to)]) });
	let leading = Server::at(None, Router::new().route("/ipfs/{cid}", leading));
	let config = FetchConfig { gateways: vec![leading.url()], ..FetchConfig::new(dir.path().join("other")) };
	let node = blocks.node(FILE, b"x", &[]);
	let error = fetched(&Fetcher::new(config).unwrap(), &node.to_string()).await.unwrap_err();
	assert_eq!(error.kind, FetchErrorKind::NotAllowed, "{error}");
}
