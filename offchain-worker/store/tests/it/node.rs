//! A stand-in for an IPFS node, with as much of its RPC as the store uses.

use std::{
	collections::{BTreeMap, BTreeSet},
	net::SocketAddr,
	sync::{Arc, Mutex, MutexGuard},
};

use axum::{
	extract::Request,
	http::{header::CONTENT_TYPE, StatusCode},
	response::{IntoResponse, Response},
	routing::post,
	Router,
};
use rlc_store::Url;

use crate::served::{sha256, url_of, Server};

/// Into what it cuts files, in bytes: a larger one is not called by the hash of its bytes.
const CHUNK: usize = 1 << 20;

/// What a node has.
#[derive(Default)]
pub struct Has {
	/// Files by their names.
	pub files: BTreeMap<String, Vec<u8>>,
	/// What is not to be removed.
	pub pins: BTreeSet<String>,
	/// How many files were added, also again.
	pub added: usize,
	/// Whether it gives other bytes than it has.
	pub lies: bool,
}

/// A node that can go away, and come back at the same address with what it had.
pub struct Node {
	has: Arc<Mutex<Has>>,
	address: SocketAddr,
	server: Option<Server>,
}

impl Node {
	pub fn new() -> Self {
		let has = Arc::default();
		let server = Server::at(None, rpc(&has));
		Self { has, address: server.address, server: Some(server) }
	}

	pub fn url(&self) -> Url {
		url_of(self.address)
	}

	pub fn has(&self) -> MutexGuard<'_, Has> {
		self.has.lock().unwrap()
	}

	pub fn go_away(&mut self) {
		drop(self.server.take());
	}

	pub fn come_back(&mut self) {
		self.server = Some(Server::at(Some(self.address), rpc(&self.has)));
	}
}

fn rpc(has: &Arc<Mutex<Has>>) -> Router {
	let (adds, cats, unpins) = (has.clone(), has.clone(), has.clone());
	let add = post(move |request: Request| async move { add(&adds, request).await });
	let cat = post(move |request: Request| async move {
		let has = cats.lock().unwrap();
		cat(&has, &request)
	});
	let unpin = post(move |request: Request| async move {
		let mut has = unpins.lock().unwrap();
		unpin(&mut has, &request)
	});
	Router::new().route("/api/v0/add", add).route("/api/v0/cat", cat).route("/api/v0/pin/rm", unpin)
}

async fn add(has: &Mutex<Has>, request: Request) -> String {
	let pin = options(&request).get("pin").is_some_and(|pin| pin == "true");
	let kind = request.headers()[CONTENT_TYPE].to_str().unwrap();
	let end = format!("\r\n--{}--\r\n", kind.split_once("boundary=").unwrap().1);
	let body = axum::body::to_bytes(request.into_body(), usize::MAX).await.unwrap();
	// The file's bytes stand between the first empty line and the form's end.
	let begin = body.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap() + 4;
	let file = body[begin..].strip_suffix(end.as_bytes()).expect("a whole form").to_vec();
	let mut name = sha256(&file).to_string();
	if file.len() > CHUNK {
		name = name.replacen("bafkrei", "bafybei", 1);
	}
	let answer = format!("{{\"Name\":\"file\",\"Hash\":\"{name}\",\"Size\":\"{}\"}}\n", file.len());
	let mut has = has.lock().unwrap();
	has.added += 1;
	if pin {
		has.pins.insert(name.clone());
	}
	has.files.insert(name, file);
	answer
}

fn cat(has: &Has, request: &Request) -> Response {
	let options = options(request);
	let Some(file) = has.files.get(&options["arg"]) else {
		return (StatusCode::NOT_FOUND, "block was not found locally (offline)").into_response();
	};
	let number = |name: &str| options.get(name).map(|text| text.parse::<usize>().unwrap());
	let rest = &file[number("offset").unwrap_or(0)..];
	let part = &rest[..number("length").unwrap_or(rest.len()).min(rest.len())];
	let given = if has.lies { vec![b'x'; part.len()] } else { part.to_vec() };
	given.into_response()
}

fn unpin(has: &mut Has, request: &Request) -> Response {
	let options = options(request);
	let name = &options["arg"];
	if !has.pins.remove(name) {
		return (StatusCode::INTERNAL_SERVER_ERROR, "not pinned or pinned indirectly").into_response();
	}
	// At once, what a node does now and then.
	has.files.remove(name);
	format!("{{\"Pins\":[\"{name}\"]}}").into_response()
}

fn options(request: &Request) -> BTreeMap<String, String> {
	let url = Url::parse(&format!("http://node{}", request.uri())).unwrap();
	url.query_pairs().into_owned().collect()
}
