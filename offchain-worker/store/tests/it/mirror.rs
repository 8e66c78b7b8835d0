//! A store whose contents are kept on an IPFS node.

use std::path::{Path, PathBuf};

use axum::http::StatusCode;
use reqwest::Method;
use rlc_store::{Cid, Client, DownloadLimits, FetchErrorKind, HashKind, Ipfs, Store, StoreConfig};
use tokio::{io::AsyncReadExt, task::JoinHandle};

use crate::{
	node::Node,
	served::{content, grant, now, sha256, until, Served, KEY},
};

const DAY: u64 = 24 * 3_600_000;

/// Returns a store that keeps its contents on a node, and how much of them on its disk.
fn config(node: &Node, cache_size: u64) -> StoreConfig {
	StoreConfig { ipfs: Some(Ipfs::new(node.url()).unwrap()), cache_size, ..StoreConfig::new(KEY) }
}

/// A store that is served and mirrored, until it is killed.
struct Mirrored {
	served: Served,
	mirror: JoinHandle<()>,
}

impl Mirrored {
	/// Opens one that keeps nothing on its disk that the node has.
	async fn open(dir: &Path, node: &Node) -> Self {
		Self::open_with(dir, config(node, 0)).await
	}

	async fn open_with(dir: &Path, config: StoreConfig) -> Self {
		let served = Served::open_at(dir, None, config).await;
		let store = served.store.clone();
		Self { served, mirror: tokio::spawn(async move { store.mirror().await }) }
	}

	async fn kill(self) {
		self.mirror.abort();
		let _ = self.mirror.await;
	}

	fn store(&self) -> &Store {
		&self.served.store
	}

	/// Uploads over HTTP, as a worker does.
	async fn upload(&self, bytes: &[u8]) -> Cid {
		let cid = sha256(bytes);
		let client = Client::new([self.served.server.url()]).unwrap();
		client.upload_bytes(&cid, &self.store().token(&grant(cid)), bytes.to_vec(), |_, _| ()).await.unwrap();
		cid
	}

	/// Returns the answer to a request for some bytes, or for all.
	async fn ask(&self, method: Method, cid: &Cid, range: Option<&str>) -> (StatusCode, Option<u64>, Vec<u8>) {
		let client = reqwest::Client::builder().no_proxy().build().unwrap();
		let mut request = client.request(method, self.served.url(cid));
		if let Some(range) = range {
			request = request.header("range", range);
		}
		let answer = request.send().await.unwrap();
		let length = answer.headers().get("content-length").map(|length| length.to_str().unwrap().parse().unwrap());
		(answer.status(), length, answer.bytes().await.unwrap().to_vec())
	}

	async fn get(&self, cid: &Cid) -> (StatusCode, Vec<u8>) {
		let (status, _, bytes) = self.ask(Method::GET, cid, None).await;
		(status, bytes)
	}
}

/// Returns where a content is in a store's directory.
fn object(dir: &Path, cid: &Cid) -> PathBuf {
	dir.join("objects").join(hex::encode(&cid.digest()[..1])).join(cid.to_string())
}

async fn until_gone_from_disk(dir: &Path, cid: &Cid) {
	until("its file is gone", || !object(dir, cid).exists()).await;
}

#[tokio::test]
async fn results_are_on_the_node_and_read_from_there() {
	let (dir, node) = (tempfile::tempdir().unwrap(), Node::new());
	let store = Mirrored::open(dir.path(), &node).await;
	// One that the store sends at once, one that it streams, and one that has another name on the node.
	let contents = [content(1_000), content(200_000), content(3 << 20)];
	for bytes in &contents {
		let cid = store.upload(bytes).await;
		until_gone_from_disk(dir.path(), &cid).await;
		let (size, last) = (bytes.len() as u64, bytes.len() - 1);
		assert_eq!(store.get(&cid).await, (StatusCode::OK, bytes.clone()));
		assert_eq!(store.ask(Method::HEAD, &cid, None).await, (StatusCode::OK, Some(size), Vec::new()));
		for (range, part) in
			[("bytes=10-19", 10..20), ("bytes=900-", 900..last + 1), ("bytes=-100", last - 99..last + 1)]
		{
			let (status, _, got) = store.ask(Method::GET, &cid, Some(range)).await;
			assert_eq!((status, &got[..]), (StatusCode::PARTIAL_CONTENT, &bytes[part]), "{range} of {size}");
		}
		let mut read = Vec::new();
		store.store().open_read(&cid).await.unwrap().read_to_end(&mut read).await.unwrap();
		assert_eq!(&read, bytes);
		assert_eq!(node.has().files.values().filter(|file| *file == bytes).count(), 1);
	}
	for bytes in &contents[..2] {
		assert!(node.has().pins.contains(&sha256(bytes).to_string()), "it is called there as here");
	}
	assert_eq!(node.has().pins.len(), 3);
	let usage = store.store().usage();
	assert_eq!((usage.objects, usage.bytes, usage.unmirrored), (3, 201_000 + (3 << 20), 0), "quotas count all of it");
	store.kill().await;
	let store = Mirrored::open(dir.path(), &node).await;
	assert_eq!(store.get(&sha256(&contents[2])).await, (StatusCode::OK, contents[2].clone()), "also after a restart");
	assert_eq!(node.has().added, 3, "nothing is brought there twice");
}

#[tokio::test]
async fn disk_keeps_what_came_last() {
	let (dir, node) = (tempfile::tempdir().unwrap(), Node::new());
	let store = Mirrored::open_with(dir.path(), config(&node, 2_500)).await;
	let mut cids = Vec::new();
	for n in 0..4 {
		cids.push(store.upload(&[n; 1_000]).await);
		until("it is on the node", || node.has().pins.len() == cids.len()).await;
	}
	until_gone_from_disk(dir.path(), &cids[1]).await;
	let on_disk = cids.iter().map(|cid| object(dir.path(), cid).exists());
	assert_eq!(on_disk.collect::<Vec<_>>(), [false, false, true, true]);
}

#[tokio::test]
async fn nothing_is_lost_while_the_node_is_away() {
	let (dir, mut node) = (tempfile::tempdir().unwrap(), Node::new());
	node.go_away();
	let store = Mirrored::open(dir.path(), &node).await;
	let first = store.upload(b"first").await;
	assert_eq!(store.get(&first).await, (StatusCode::OK, b"first".to_vec()), "who reads it does not wait for the node");
	tokio::time::sleep(std::time::Duration::from_millis(500)).await;
	store.store().collect(now()).await.unwrap();
	assert!(object(dir.path(), &first).exists());
	assert_eq!(store.store().usage().unmirrored, 1);
	store.kill().await;
	let store = Mirrored::open(dir.path(), &node).await;
	let second = store.upload(b"second").await;
	assert_eq!(store.store().usage().unmirrored, 2);
	node.come_back();
	for cid in [&first, &second] {
		until_gone_from_disk(dir.path(), cid).await;
	}
	assert_eq!(store.store().usage().unmirrored, 0);
	node.go_away();
	assert_eq!(store.get(&first).await.0, StatusCode::BAD_GATEWAY, "now it has to be asked");
	assert_eq!(store.ask(Method::HEAD, &first, None).await.1, Some(5));
	node.come_back();
	assert_eq!(store.get(&first).await, (StatusCode::OK, b"first".to_vec()));
	assert_eq!(store.get(&second).await, (StatusCode::OK, b"second".to_vec()));
}

#[tokio::test]
async fn what_nobody_holds_is_unpinned() {
	let (dir, mut node) = (tempfile::tempdir().unwrap(), Node::new());
	let store = Mirrored::open(dir.path(), &node).await;
	// The same bytes by both hashes have one name on the node.
	let mut cids = Vec::new();
	for kind in [HashKind::Sha256, HashKind::Keccak256] {
		cids.push(store.store().put(&b"shared"[..], kind, "a").await.unwrap());
		until_gone_from_disk(dir.path(), &cids[cids.len() - 1]).await;
	}
	let name = cids[0].to_string();
	store.store().pin(&cids[1], "b").unwrap();
	store.store().release(&cids[0], "a").await.unwrap();
	let other = store.upload(b"other").await;
	until_gone_from_disk(dir.path(), &other).await;
	assert!(node.has().pins.contains(&name), "it is still held by its other hash");
	store.store().release(&cids[1], "a").await.unwrap();
	assert_eq!(store.get(&cids[1]).await, (StatusCode::OK, b"shared".to_vec()), "and then by somebody else");

	node.go_away();
	store.store().release(&cids[1], "b").await.unwrap();
	assert_eq!(store.get(&cids[1]).await.0, StatusCode::NOT_FOUND);
	store.kill().await;
	node.come_back();
	assert_eq!(node.has().pins.len(), 2);
	let store = Mirrored::open(dir.path(), &node).await;
	until("it is unpinned", || !node.has().pins.contains(&name)).await;
	assert_eq!(store.get(&other).await, (StatusCode::OK, b"other".to_vec()));
	assert_eq!(store.store().collect(now() + 31 * DAY).await.unwrap().objects, 1);
	until("all is unpinned", || node.has().pins.is_empty()).await;
}

#[tokio::test]
async fn what_is_stored_again_is_pinned_in_the_end() {
	let (dir, mut node) = (tempfile::tempdir().unwrap(), Node::new());
	let store = Mirrored::open(dir.path(), &node).await;
	let cid = store.upload(b"again").await;
	until_gone_from_disk(dir.path(), &cid).await;
	node.go_away();
	store.store().release(&cid, "alice").await.unwrap();
	assert_eq!(store.upload(b"again").await, cid);
	node.come_back();
	until_gone_from_disk(dir.path(), &cid).await;
	assert!(node.has().pins.contains(&cid.to_string()));
	assert_eq!(store.get(&cid).await, (StatusCode::OK, b"again".to_vec()));
}

#[tokio::test]
async fn what_the_node_has_lost_can_be_stored_again() {
	let (dir, node) = (tempfile::tempdir().unwrap(), Node::new());
	let store = Mirrored::open(dir.path(), &node).await;
	for bytes in [b"small".to_vec(), content(2 << 20)] {
		let cid = store.upload(&bytes).await;
		until_gone_from_disk(dir.path(), &cid).await;
		node.has().files.clear();
		let before = node.has().added;
		assert_eq!(store.get(&cid).await.0, StatusCode::BAD_GATEWAY);
		assert_eq!(store.upload(&bytes).await, cid);
		until("it is there again", || node.has().added > before).await;
		assert_eq!(store.get(&cid).await, (StatusCode::OK, bytes.clone()));
		assert_eq!(store.store().usage().objects, 1);
		store.store().release(&cid, "alice").await.unwrap();
	}
}

#[tokio::test]
async fn what_is_on_the_node_only_waits_for_it() {
	let (dir, node) = (tempfile::tempdir().unwrap(), Node::new());
	let store = Mirrored::open(dir.path(), &node).await;
	let cid = store.upload(b"elsewhere").await;
	until_gone_from_disk(dir.path(), &cid).await;
	store.kill().await;
	let served = Served::open(dir.path()).await;
	assert_eq!(served.store.contains(&cid).await, None);
	assert_eq!(served.store.usage().unmirrored, 0);
	drop(served);
	let store = Mirrored::open(dir.path(), &node).await;
	assert_eq!(store.get(&cid).await, (StatusCode::OK, b"elsewhere".to_vec()));
}

#[tokio::test]
async fn lying_node_is_found_out() {
	let (dir, node) = (tempfile::tempdir().unwrap(), Node::new());
	let store = Mirrored::open(&dir.path().join("store"), &node).await;
	node.has().lies = true;
	let client = Client::new([store.served.server.url()]).unwrap();
	for bytes in [b"right".to_vec(), content(2 << 20)] {
		let cid = store.upload(&bytes).await;
		until_gone_from_disk(&dir.path().join("store"), &cid).await;
		let to = dir.path().join("got");
		let error = client.download(&cid, &to, DownloadLimits::default(), |_, _| ()).await.unwrap_err();
		assert_eq!(error.kind, FetchErrorKind::WrongChecksum);
		assert!(!to.exists());
	}
}
